"""The least errors of families of N subsets: the exhaustion, what it is told, and the search that found it."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from proofs_check.certificates import check_certificate
from proofs_check.claim import Claim
from proofs_check.statement import StatementError
from proofs_check.theorems import least_families as checked
from proofs_check.theorems.least_families import INVERSES, claims, hitting_set, images, support_of
from theory.errors import SolverError
from theory.frontier.chunk import solve_chunk
from theory.frontier.pareto import pareto_front
from theory.optimal.combinations import optimal_combination
from theory.optimal.least_families import least_families
from tools.families.search import Search, _Measures

(CLAIM,) = claims()


_FANO = ("012", "034", "056", "135", "146", "236", "245")
_LINES = {
    "quadrilateral": (6, ("012", "034", "135", "245"), 18),
    "plane without a line": (7, _FANO[1:], 26),
    "plane": (7, _FANO, 30),
    "triangle": (4, ("01", "12", "02"), 8),
}
"""Points, lines, and 1/E as the page has it."""


@pytest.mark.parametrize(("points", "lines", "inverse"), _LINES.values(), ids=_LINES)
def test_points_and_lines(points, lines, inverse):
    closed = [{p} for p in range(points)] + [set(map(int, line)) for line in lines]
    complements = [tuple(j for j in range(points) if j not in a) for a in closed]
    best = optimal_combination(points, [(), *complements])
    assert check_certificate(best.certificate.to_json()) * inverse == 1
    assert inverse == 2 * (1 + sum(len(line) - 1 for line in lines))


def test_hitting_sets_are_least():
    rng = Random(0)
    for _ in range(200):
        elements = range(rng.randint(1, 7))
        supports = [sum(1 << e for e in elements if rng.random() < 0.4) for _ in range(rng.randint(0, 9))]
        for most in range(len(elements) + 1):
            chosen = (sum(1 << e for e in c) for size in range(most + 1) for c in combinations(elements, size))
            right = next((c for c in chosen if all(c & support for support in supports)), None)
            found = hitting_set(supports, most)
            assert (found is None) == (right is None)
            assert found is None or (found.bit_count() <= most and all(found & support for support in supports))


@pytest.mark.parametrize("weights", [[0, 1, -1, 0], [1, 1, -1, 0], [-1, 1, 0, 0], [1, 0, 0, 0]])
def test_what_is_no_measure_is_refused(weights):
    with pytest.raises(StatementError, match="sums to 0"):
        support_of(weights)


def test_supports_say_what_a_measure_does_not_see():
    rng = Random(1)
    for d in (3, 4):
        for weights in least_families()[d].obstructions:
            bits = support_of(weights)
            unseen = [a for a in range(1, (1 << d) - 1) if not bits >> a & 1]
            family = [tuple(j for j in range(d) if not a >> j & 1) for a in unseen]
            assert optimal_combination(d, [(), *family]).error * sum(map(abs, weights)) >= weights[0]
            assert rng.choice(sorted(images(bits, d))).bit_count() == bits.bit_count()


def supports(d: int) -> dict[tuple[bool, ...], Fraction]:
    """The sizes of the measures and of their images by the subsets that see them, by the definition."""
    vertices = np.arange(1 << d)
    proper = vertices[1:-1]
    apart = (vertices & proper[:, None]) == 0
    sizes: dict[tuple[bool, ...], Fraction] = {}
    for weights in map(np.array, least_families()[d].obstructions):
        assert weights[0] > 0 == weights.sum()
        for order in permutations(range(d)):
            moved = weights[sum((vertices >> j & 1) << place for j, place in enumerate(order))]
            seen = tuple((apart @ moved != 0).tolist())
            size = Fraction(int(abs(weights).sum()), int(weights[0]))
            sizes[seen] = min(size, sizes.get(seen, size))
    return sizes


@pytest.mark.parametrize(("d", "up_to", "from_"), [(2, 4, 4), (3, 8, 8), (4, 16, 16), (5, 8, 26)])
def test_another_solver_needs_as_many_subsets(d, up_to, from_):
    """Of five inputs, the errors between take some seconds more."""
    known = supports(d)
    for inverse in sorted(set(INVERSES[d]))[:-1]:
        if up_to < inverse < from_:
            continue
        seen = np.array([support for support, size in known.items() if size <= inverse])
        every = np.ones(seen.shape[1])
        least = milp(every, constraints=LinearConstraint(seen, lb=1), integrality=every, bounds=Bounds(0, 1))
        assert least.status == 0
        assert round(least.fun) == 1 + next(n for n, other in enumerate(INVERSES[d]) if other > inverse)


def test_all_families_of_three_inputs_one_by_one():
    proper = [c for size in (1, 2) for c in combinations(range(3), size)]
    for number, inverse in enumerate(INVERSES[3], start=1):
        errors = [optimal_combination(3, [(), *family]).error for family in combinations(proper, number)]
        assert min(errors) * inverse == 1


@pytest.fixture
def data(monkeypatch):
    """Replace what is known of four inputs."""

    def change(**by):
        changed = {**least_families(), 4: replace(least_families()[4], **by)}
        monkeypatch.setattr(checked, "least_families", lambda: changed)
        for function in (checked._supports, checked._is_least):
            function.cache_clear()

    yield change
    monkeypatch.undo()
    for function in (checked._supports, checked._is_least):
        function.cache_clear()


def holds(claim: Claim, number: int) -> bool:
    return claim.holds_at({"d": 4, "N": number})


def test_no_answer_without_its_proof(data):
    known = least_families()[4]
    assert all(holds(CLAIM, number) for number in range(1, 15))
    data(obstructions=known.obstructions[:-5])
    with pytest.raises(StatementError, match="no proof that"):
        holds(CLAIM, 14)
    data(obstructions=tuple((2 * w[0], *w[1:]) for w in known.obstructions))
    with pytest.raises(StatementError, match="sums to 0"):
        holds(CLAIM, 3)
    # A worse family is not the least one, by what is known.
    data(families={**known.families, 4: known.families[3]})
    with pytest.raises(StatementError, match="no proof that"):
        holds(CLAIM, 4)
    data(families={**known.families, 1: known.families[2]})
    with pytest.raises(StatementError, match="no proof that"):
        holds(CLAIM, 1)
    data(families={**known.families, 2: ((0, 1, 2, 3), (0,))})
    with pytest.raises(StatementError, match="proper subsets"):
        holds(CLAIM, 2)


def test_the_bound_by_the_number_of_subsets():
    assert all(inverse <= 2 * number for found in INVERSES.values() for number, inverse in enumerate(found, start=1))
    assert [d for d, found in INVERSES.items() if len(found) != (1 << d) - 2 or list(found) != sorted(found)] == []


def test_the_page_has_the_table():
    page = (Path(__file__).parent.parent / "docs" / "theory" / "subsets.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (.*) \| (.*) \| (.*) \| (.*) \| (.*) \|$", page, re.MULTILINE)
    assert [int(row[0]) for row in rows] == list(range(1, 31))
    for column, d in ((1, 3), (2, 4), (3, 5)):
        assert [row[column] for row in rows if row[column].strip()] == [f"1/{inverse}" for inverse in INVERSES[d]]
    classes = pareto_front(solve_chunk(5, (0,), 0, 16), "terms")
    for number, *_, best, product in rows:
        least = min(point.error for point in classes if point.terms <= int(number) + 1)  # with the intercept
        assert (Fraction(best), Fraction(product)) == (least, Fraction(int(number), INVERSES[5][int(number) - 1]))


def test_the_search_finds_what_is_written_down():
    search = Search(4)
    assert [found.inverse for found in search.run(14)] == list(INVERSES[4])
    # The last one is that of all proper subsets, which sees nothing else, and nothing hits.
    assert [support_of(weights) == 0 for weights in search.obstructions] == [False] * (len(search.obstructions) - 1) + [
        True
    ]


def test_floats_that_are_no_measure_are_noticed():
    measures = _Measures(3)
    right = measures.least([1, 2])
    assert measures.exactly(right, [1, 2])
    with pytest.raises(SolverError, match="no fractions"):
        measures.exactly(right + 1e-3, [1, 2])
    with pytest.raises(SolverError, match="no fractions"):
        measures.exactly(right, range(1, 7))
