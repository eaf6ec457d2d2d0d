"""The theorems about networks: depth, merging, widths."""

import html
import random
import re
from collections import Counter
from fractions import Fraction
from importlib import import_module
from itertools import accumulate, combinations, permutations, product

import numpy as np
import pytest
from latex2mathml.converter import convert

from proofs_check.claim import Instance, Verdict
from proofs_check.kits.cells import Orbits
from proofs_check.report import write_report
from proofs_check.theorems import depth, max_of_eight, max_of_six, merging, shallow_maximum, sorting
from theory.errors import SolverError
from theory.networks.exactness import ExactnessVerdict
from theory.networks.shallow import _SIX

MODULES = ["depth", "max_of_eight", "max_of_six", "merging", "shallow_maximum", "sorting"]
CLAIMS = [claim for module in MODULES for claim in import_module(f"proofs_check.theorems.{module}").claims()]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_claims_are_verified_and_their_neighbours_refuted(claim):
    verdict = claim.check(6)
    assert (verdict.status, verdict.witness) == ("verified", None)
    assert verdict.instances >= 2
    convert(claim.statement)
    assert claim.neighbours
    for neighbour in claim.neighbours:
        refuted = neighbour.check(12)
        assert refuted.status == "refuted"
        assert refuted.witness.startswith("at ")


def test_instances_are_exact():
    for claim in CLAIMS:
        for instance in claim.instances_up_to(3):
            assert isinstance(instance, Instance)
            assert (type(instance.computed), type(instance.claimed)) == (Fraction, Fraction)


@pytest.mark.parametrize("module", [depth, shallow_maximum, sorting])
def test_a_network_that_is_not_proved_leaves_the_claim_unknown(monkeypatch, module):
    unknown = ExactnessVerdict("unknown", "real", "for the test")
    monkeypatch.setattr(depth, "prove_exact", lambda *_: unknown)
    for claim in module.claims():
        if claim.kind != "upper":
            continue
        verdict = claim.check(6)
        assert verdict.status == "unknown"
        assert "not proved exact" in verdict.witness


def test_the_merge_identity_at_many_points():
    rng = random.Random(3)
    for _ in range(300):
        first = tuple(sorted((rng.randint(-9, 9) for _ in range(rng.randint(1, 5))), reverse=True))
        last = tuple(sorted((rng.randint(-9, 9) for _ in range(rng.randint(1, 5))), reverse=True))
        merged = sorted(first + last, reverse=True)
        for k in range(1, len(merged) + 1):
            terms = []
            for i, j in ((i, k + 1 - i) for i in range(1, k + 1)):
                here = [*first[i - 1 : i], *last[j - 1 : j]]
                terms += [max(here)] if here else []
            assert sum(terms) == sum(merged[:k])
    for first, last in product([(1, 1, 0), (1, 0, 0)], [(1, 0), (0, 0)]):
        assert merging.merged_sum(first, last, 2, 3) == min(2, sum(first) + sum(last))


# --- the maxima of five to eight --------------------------------------------------------------------------------------


IDENTITIES = {5: max_of_eight.identity(5, 1), 6: max_of_six.identity(2), 7: max_of_eight.identity(7, 1)}


@pytest.mark.parametrize("size", IDENTITIES)
def test_the_identity_at_many_points(size):
    rng = random.Random(size)
    points = [tuple(rng.randrange(-most, most) for _ in range(size)) for most in (2, 99) for _ in range(40)]
    for x in points:
        value, claimed = IDENTITIES[size].sides({"x": x})
        assert value == claimed == (12 if size == 6 else 1) * max(x)


def _images(orbits, form):
    """The distinct images, by plain enumeration, as tuples of (positions, coefficient)."""
    found = ({tuple(sorted(int(g[i]) for i in places)): k for places, k in form.items()} for g in orbits.group)
    return Counter(tuple(sorted(image.items())) for image in found)


def test_the_network_has_the_identity_that_was_checked():
    terms = [(c, image) for c, form in max_of_six.ORBITS.rows for image in _images(max_of_six.ORBITS, form)]
    expanded = [(12 * c, tuple(sorted((subset, int(k)) for subset, k in form))) for c, form in _SIX.expanded]
    assert sorted(expanded) == sorted(terms)
    assert dict(_SIX.remainder) == {tuple(sorted((i, (i + 1) % 6))): Fraction(1, 6) for i in range(6)}


@pytest.mark.parametrize("size", [5, 6, 7, 8])
def test_images_and_their_forms_on_the_cone_of_an_order(size):
    rng = random.Random(size)
    orbits = max_of_six.ORBITS if size == 6 else max_of_eight.orbits(size)
    for number in rng.sample(range(len(orbits.rows)), 2):
        _, form = orbits.rows[number]
        images = _images(orbits, form)
        assert len(images) == orbits.distinct[number]
        assert len(set(images.values())) == 1
        order = tuple(rng.sample(range(size), size))
        gaps = [rng.randint(-3, 3), *(rng.randint(0, 4) for _ in range(size - 1))]
        x = dict(zip(order, accumulate(gaps), strict=True))
        for row, image in list(zip(orbits.in_gaps(form, order), orbits.group, strict=True))[:: len(orbits.group) // 12]:
            assert row @ gaps == sum(k * max(x[image[i]] for i in places) for places, k in form.items())


@pytest.mark.parametrize("missing", [20, 53])
def test_a_missing_term_is_noticed(monkeypatch, missing):
    # The images one by one, as rows without symmetry.
    terms = [(c, dict(image)) for c, form in max_of_six.ORBITS.rows for image in _images(max_of_six.ORBITS, form)]
    monkeypatch.setattr(max_of_six, "ORBITS", Orbits(terms[:missing] + terms[missing + 1 :], [range(6)]))
    (claim,) = max_of_six.claims()
    assert claim.check(6).status == "refuted"


def test_a_form_off_its_level_bends_everywhere():
    # M_01 is the smallest input and the gap after it there: relu bends where that is 0.
    assert Orbits([(Fraction(3, 2), {(0, 1): 2})], [range(6)]).bends(range(6)) == 3
    assert Orbits([(Fraction(3, 2), {(0, 1): 1, (0, 2): -1})], [range(6)]).bends(range(6)) == 0


@pytest.mark.parametrize(("size", "damaged"), [(5, 0), (5, 1), (5, 2), (7, 0), (7, 11), (7, 24)])
def test_another_coefficient_is_noticed(monkeypatch, size, damaged):
    rows = list(max_of_eight.orbits(size).rows)
    rows[damaged] = (rows[damaged][0] + Fraction(1, 443520), rows[damaged][1])
    orbits = {n: max_of_eight.orbits(n) for n in (5, 7, 8)} | {size: Orbits(rows, permutations(range(size)))}
    monkeypatch.setattr(max_of_eight, "orbits", orbits.get)
    (claim,) = (one for one in max_of_eight.claims() if one.change.relus is orbits[size])
    verdict = claim.check(size)
    assert verdict.status == "refuted"
    assert verdict.computed != 0


def test_sums_beyond_64_bits_are_an_error():
    with pytest.raises(SolverError, match="64 bits"):
        Orbits([(Fraction(2**61), {(0,): 1})], permutations(range(7))).bends(range(7))


# --- the tables as a reader finds them ------------------------------------------------------------------------------


class _Table:
    """The table of an identity, read from the page of the report alone, and evaluated."""

    def __init__(self, name, folder):
        claim = next(claim for claim in CLAIMS if claim.name == name)
        verdict = Verdict(name, "verified", "a test", "identity", None, None, None, 0.0)
        page = write_report([verdict], {name: claim}, folder).read_text(encoding="utf-8")
        (details,) = re.findall(r'<details class="table">(.*?)</details>', page, re.DOTALL)
        self.symbols = [html.unescape(latex) for latex in re.findall(r'alttext="(.*?)"', details)]
        self.text = html.unescape(re.sub(r"\s*<math.*?</math>\s*|<.*?>", " ", details))
        entries = re.findall(r'<td class="nowrap"><math .*?alttext="(.*?)"', details)
        self.rows = [
            (Fraction(c.replace(",", "")), self.form(form), int(count.replace(",", "")))
            for c, form, count in zip(entries[::3], entries[1::3], entries[2::3], strict=True)
        ]

    @staticmethod
    def form(latex):
        """Read -2 M_{12} + x_{3} as (coefficient, positions)."""
        terms = re.findall(r"([-+]?) ?(\d*) ?[Mx]_\{(\d+)\}", latex)
        return [(int(f"{sign}{k or 1}"), [int(i) for i in places]) for sign, k, places in terms]

    def value(self, x, group):
        """Evaluate the sum over the rows, at numbers x by position."""
        total = Fraction(0)
        images = np.array([[x[i] for i in image] for image in group], dtype=np.int64)
        first = min(x)
        for c, form, distinct in self.rows:
            values = sum(k * images[:, [i - first for i in places]].max(axis=1) for k, places in form)
            total += c * Fraction(distinct, len(group)) * int(np.maximum(values, 0).sum())
        return total


def test_a_reader_can_check_the_identity_of_six_from_the_page(tmp_path):
    table = _Table("max-of-six", tmp_path)
    assert r"2 \sum_i M_{i,i+1}" in table.symbols
    assert "54 terms" in table.text
    assert "39 ReLUs in the second layer" in table.text
    group = [[(a + sign * i) % 6 for i in range(6)] for a in range(6) for sign in (1, -1)]
    rng = random.Random(1)
    for _ in range(50):
        x = dict(enumerate(rng.randint(-9, 9) for _ in range(6)))
        edges = sum(max(x[i], x[(i + 1) % 6]) for i in range(6))
        assert 2 * edges + table.value(x, group) == 12 * max(x.values())


@pytest.mark.parametrize(
    ("name", "size", "units"), [("max-of-five", 5, "75"), ("max-of-seven", 7, "57,890"), ("max-of-eight", 8, "236,446")]
)
def test_a_reader_can_check_the_larger_identities_from_the_page(tmp_path, name, size, units):
    table = _Table(name, tmp_path)
    assert f"{units} ReLUs in the second layer, one for each image" in table.text
    assert sum(count for _, _, count in table.rows) == int(units.replace(",", ""))
    a, b = (Fraction(next(s for s in table.symbols if s.startswith(f"{x} = "))[4:]) for x in "ab")
    group = list(permutations(range(1, size + 1)))
    rng = random.Random(size)
    for _ in range(3):
        x = {i: rng.randint(-9, 9) for i in range(1, size + 1)}
        linear = a * sum(x.values()) + b * sum(max(pair) for pair in combinations(x.values(), 2))
        assert linear + table.value(x, group) == max(x.values())


@pytest.mark.parametrize(
    ("size", "images", "shared"), [(5, 75, 60), (6, 54, 39), (7, 57890, 48895), (8, 236446, 196511)]
)
def test_units_of_the_identities(size, images, shared):
    # One for each image of a form; where a form and its negative share one, fewer.
    orbits = max_of_six.ORBITS if size == 6 else max_of_eight.orbits(size)
    seen, negatives = set(), set()
    for _, form in orbits.rows:
        moved = np.zeros((len(orbits.group), size, size), dtype=np.int8)
        for places, k in form.items():
            ends = orbits.group[:, list(places)]
            moved[np.arange(len(moved)), ends.min(axis=1), ends.max(axis=1)] += np.int8(k)
        seen.update(image.tobytes() for image in moved)
        negatives.update(image.tobytes() for image in -moved)
    assert sum(orbits.distinct) == len(seen) == images
    assert images - len(seen & negatives) // 2 == shared
    if size == 6:
        assert orbits.up_to_sign() == shared
