"""Combinations of maxima over chosen subsets: the optimum, its certificate, and what the checker refuses."""

import copy
import dataclasses
import functools
import itertools
import json
import math
import random
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from proofs_check import CertificateError, check_certificate
from proofs_check.certificates import CertificateFormatError, CertificateTooLargeError, certify
from theory import build_network, optimal_combination, optimal_estimator, prove_exact
from theory.cli import main
from theory.combination import check_subsets
from theory.errors import InputError, KernelSizeError, ProblemTooLargeError
from theory.networks.shallow import shallow_hidden_layers

SQUARE = (3, 3)


def placements(kernel, window):
    return list(check_subsets(kernel, "x".join(map(str, window))))


def windows(*shapes):
    return [subset for shape in shapes for subset in placements(SQUARE, shape)]


KNOWN = {
    "all 2x2": ([(), *windows((2, 2))], "cube", Fraction(3, 8)),
    "2x3 and 3x2": ([(), *windows((2, 3), (3, 2))], "cube", Fraction(1, 4)),
    "rows and columns": ([(), *windows((1, 3), (3, 1))], "cube", Fraction(1, 3)),
    "pairs and pixels": (
        [(), *(c for n in (1, 2) for c in itertools.combinations(range(9), n))],
        "cube",
        Fraction(8, 25),
    ),
    "2x3, 3x2 and 2x2": (windows((2, 3), (3, 2), (2, 2)), "range", Fraction(1, 3)),
    "the whole window": ([(), range(9), (0, 1)], "cube", Fraction(0)),
    "one pixel": ([(4,)], "range", Fraction(1)),
    "the intercept": ([()], "cube", Fraction(1, 2)),
}


@pytest.mark.parametrize(("subsets", "objective", "error"), KNOWN.values(), ids=KNOWN)
def test_known_values(subsets, objective, error):
    combination = optimal_combination(9, subsets, objective=objective)
    assert combination.error == error
    assert check_certificate(combination.certificate.to_json()) == error
    assert set(combination.coefficients) == {frozenset(subset) for subset in subsets}


def test_text_says_the_same():
    by_hand = optimal_combination(9, [(), *windows((2, 3)), (0, 8), *windows((3, 2))])
    assert optimal_combination("3x3", "intercept, 2x3, at:8+0, 3x2") == by_hand
    assert optimal_combination((3, 3), "2x3,3x2", objective="range").error == Fraction(1, 2)
    assert optimal_combination(4, "intercept,2").error == optimal_combination(4, [(), (0, 1), (1, 2), (2, 3)]).error


def projective_space(q, n):
    """The complements of all subspaces but the empty one and the whole, of the points of a space over a prime field."""
    vectors = [v for v in itertools.product(range(q), repeat=n) if any(v)]
    points = [v for v in vectors if next(filter(None, v)) == 1]
    place = {v: i for i, v in enumerate(points)}

    def spanned(basis):
        sums = {
            tuple(sum(a * v[j] for a, v in zip(f, basis, strict=True)) % q for j in range(n))
            for f in itertools.product(range(q), repeat=len(basis))
        }
        return frozenset(place[v] for v in sums if v in place)

    spaces = {spanned(basis) for k in range(1, n) for basis in itertools.combinations(points, k)}
    return len(points), [tuple(sorted(set(range(len(points))) - space)) for space in spaces]


@pytest.mark.parametrize(("q", "n", "number"), [(2, 2, 3), (3, 2, 4), (2, 3, 14), (3, 3, 26), (2, 4, 65)])
def test_projective_spaces(q, n, number):
    d, family = projective_space(q, n)
    assert len(family) == number
    error = optimal_combination(d, [(), *family]).error
    assert 1 / error == math.prod(1 + q**i for i in range(n))
    assert n == 2 or error < Fraction(1, 2 * number)


def test_symmetric_families_are_the_estimators():
    for d, orders in ((5, [0, 1, 4]), (6, [0, 2, 3]), (4, [0, 1, 2, 3])):
        subsets = [c for r in orders for c in itertools.combinations(range(d), r)]
        assert optimal_combination(d, subsets).error == optimal_estimator(d, orders).error
    assert optimal_combination(6, list(itertools.combinations(range(6), 5)), objective="range").error == Fraction(1, 6)


def highs(d, subsets, objective):
    vertices = np.array(list(itertools.product((0, 1), repeat=d)))
    if objective == "range":
        vertices = vertices[1:-1]
    table = np.stack([vertices[:, list(s)].max(axis=1) if s else np.ones(len(vertices)) for s in subsets], axis=1)
    target, n = vertices.max(axis=1), len(subsets)
    ones = np.full((len(vertices), 1), -1.0)
    equation = {"A_eq": [[1.0] * n + [0.0]], "b_eq": [1.0]} if objective == "range" else {}
    result = linprog(
        [0.0] * n + [1.0],
        A_ub=np.block([[-table, ones], [table, ones]]),
        b_ub=np.concatenate([-target, target]),
        bounds=[(None, None)] * n + [(0, None)],
        **equation,
    )
    return result.fun


def random_family(rng):
    d, objective = rng.randint(2, 7), rng.choice(["cube", "range"])
    subsets = [tuple(j for j in range(d) if v >> j & 1) for v in rng.sample(range(2**d), rng.randint(1, min(2**d, 9)))]
    if objective == "range":
        subsets = [subset for subset in subsets if subset] or [(0,)]
    return d, subsets, objective


def test_random_families_are_certified_and_agree_with_highs():
    rng = random.Random(2)
    for _ in range(100):
        d, subsets, objective = random_family(rng)
        combination = optimal_combination(d, subsets, objective=objective)
        assert check_certificate(combination.certificate.to_dict()) == combination.error
        assert abs(float(combination.error) - highs(d, subsets, objective)) < 1e-7


def test_it_is_evaluated_on_windows():
    combination = optimal_combination(9, [(), *windows((2, 3), (3, 2))])
    x = np.random.default_rng(0).random((500, 9))
    assert np.abs(x.max(axis=-1) - combination(x)).max() <= 0.25 + 1e-12
    single = combination(x[0].astype(np.float32))
    assert single.dtype == np.float32
    assert combination.terms == 4


def test_windows_of_sixteen_inputs():
    subsets = [(), *placements((4, 4), (3, 4)), *placements((4, 4), (4, 3))]
    combination = optimal_combination(16, subsets)
    assert combination.error == Fraction(1, 4)
    assert check_certificate(combination.certificate.to_json()) == Fraction(1, 4)
    # Put on all vectors that are alike, the weights would be on 65,489 of them.
    assert len(combination.certificate.dual) < 20


@pytest.mark.parametrize(
    ("d", "subsets", "objective", "kind", "message"),
    [
        (4, [], "cube", InputError, "at least one subset is needed"),
        (4, [(0, 4)], "cube", InputError, "positions in a window of 4 are 0..3, not 4"),
        (4, [(0, -1)], "cube", InputError, "not -1"),
        (4, [(0, True)], "cube", InputError, "not True"),
        (4, [(0, 0)], "cube", InputError, "a subset has each position once"),
        (4, [(0, 1), (1, 0)], "cube", InputError, "subsets are distinct, but (0, 1) occurs twice"),
        (4, [(), (1, 0)], "range", InputError, "the empty subset, the intercept, is not allowed"),
        (4, [(1, 0)], "l2", InputError, 'is "cube" or "range"'),
        (4, 7, "cube", InputError, "subsets are collections of positions, not 7"),
        (4, [7], "cube", InputError, "subsets are collections of positions"),
        ("3x3", "", "cube", InputError, "subsets are written like 2x3"),
        ("3x3", "2x2,,3x2", "cube", InputError, "subsets are written like 2x3"),
        ("3x3", "2x2,2x2", "cube", InputError, "subsets are distinct, but (0, 1, 3, 4) occurs twice"),
        ("3x3", "4x1", "cube", InputError, "a window 4x1 has no place in a kernel 3x3"),
        ("3x3", "2", "cube", InputError, "a window 2 has no place in a kernel 3x3"),
        ("3x3", "0x2", "cube", InputError, "a window 0x2 has no place in a kernel 3x3"),
        ("3x3", "at:0+9", "cube", InputError, "positions in a window of 9 are 0..8, not 9"),
        ("3x3", "at:0+\u0661", "cube", InputError, "subsets are written like 2x3"),
        ("3x3", "at:", "cube", InputError, "subsets are written like 2x3"),
        ("3x3", "[bold]", "cube", InputError, "subsets are written like 2x3"),
        ("3x3", "intercept,2x2", "range", InputError, "the empty subset, the intercept, is not allowed"),
        (1, [(0,)], "cube", KernelSizeError, "kernel size"),
        (21, [(0,)], "cube", ProblemTooLargeError, "2^21 rows"),
        (10**9, [(0,)], "cube", ProblemTooLargeError, "2^1000000000 rows"),
    ],
)
def test_bad_families(d, subsets, objective, kind, message):
    with pytest.raises(kind) as caught:
        optimal_combination(d, subsets, objective=objective)
    assert message in str(caught.value)


def test_windows_that_have_no_place():
    assert len(placements((3, 3), (2, 2))) == 4
    assert placements((3,), (2,)) == [frozenset({0, 1}), frozenset({1, 2})]
    for window in ((4, 1), (2,), (1, 1, 1)):
        with pytest.raises(InputError, match="has no place in a kernel 3x3"):
            placements((3, 3), window)


# The checker


@functools.cache
def good():
    return optimal_combination(4, [(), (0, 1), (2, 3), (0, 2, 3)]).certificate.to_dict()


@functools.cache
def relative():
    return optimal_combination(4, [(0, 1), (2, 3), (0, 2, 3)], objective="range").certificate.to_dict()


def violations(document):
    """The conditions, written down literally."""
    d, relative = document["kernel_size"], document["objective"] == "range"
    vectors = [v for v in itertools.product((0, 1), repeat=d) if not relative or 0 < sum(v) < d]
    c = list(map(Fraction, document["coefficients"]))
    error, found = Fraction(document["error"]), set()

    def met(subset, vector):
        return max((vector[j] for j in subset), default=1)

    residuals = [max(v) - sum(b * met(s, v) for b, s in zip(c, document["subsets"], strict=True)) for v in vectors]
    if max(map(abs, residuals)) != error:
        found.add("the largest |residual|")
    if relative and sum(c) != 1:
        found.add("the sum of the coefficients")
    w = {tuple(map(int, key)): Fraction(weight) for key, weight in document["dual"].items()}
    if w or error:
        if sum(map(abs, w.values())) != 1:
            found.add("the sum of the |dual weights|")
        moments = {sum(weight * met(s, v) for v, weight in w.items()) for s in document["subsets"]}
        if len(moments) > 1 or (not relative and moments != {0}):
            found.add("the moment of the dual")
        value = sum(weight * max(v) for v, weight in w.items())
        if all(abs(value - (m if relative else 0)) != error for m in moments):
            found.add("the value of the dual")
    return found


def nudge(rng, holder, key):
    value = Fraction(holder[key])
    holder[key] = str(value + rng.choice([1, -1, Fraction(1, 7), Fraction(1, 10**30), -2 * value or 1]))


def change_coefficient(rng, bad):
    nudge(rng, bad["coefficients"], rng.randrange(len(bad["coefficients"])))


def change_weight(rng, bad):
    nudge(rng, bad["dual"], rng.choice(list(bad["dual"])))


def change_error(rng, bad):
    nudge(rng, bad, "error")


def move_weight(rng, bad):
    old = rng.choice(list(bad["dual"]))
    new = "".join(map(str, rng.choice([v for v in itertools.product((0, 1), repeat=4) if 0 < sum(v) < 4])))
    if new not in bad["dual"]:
        bad["dual"][new] = bad["dual"].pop(old)


def change_subset(rng, bad):
    place = rng.randrange(len(bad["subsets"]))
    new = sorted(rng.sample(range(4), rng.randint(1, 4)))
    if new not in bad["subsets"]:
        bad["subsets"][place] = new


def drop_subset(rng, bad):
    place = rng.randrange(len(bad["subsets"]))
    del bad["subsets"][place], bad["coefficients"][place]


MUTATIONS = [change_coefficient, change_weight, change_error, move_weight, change_subset, drop_subset]


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_wrong_combinations_are_refused_for_a_true_reason(mutate):
    rng, refused = random.Random(mutate.__name__), 0
    for _ in range(150):
        bad = copy.deepcopy(rng.choice([good(), relative()]))
        mutate(rng, bad)
        expected = {"error must be at least 0"} if Fraction(bad["error"]) < 0 else violations(bad)
        if not expected:
            assert check_certificate(bad) == Fraction(bad["error"])
            continue
        with pytest.raises(CertificateError) as caught:
            check_certificate(json.dumps(bad))
        assert any(str(caught.value).startswith(reason) for reason in expected), (str(caught.value), expected)
        refused += 1
    assert refused > 50


MALFORMED = [
    ({"version": 2}, "version of a combination must be the integer 1, found 2"),
    ({"kernel_size": 21}, "kernel_size must be at most 20 for a combination, found 21"),
    ({"kernel_size": 10**30}, "kernel_size must be at most 100000"),
    ({"objective": "l2"}, "objective must be 'cube' or 'range', found 'l2'"),
    ({"objective": "range"}, "a subset must not be empty for the objective 'range', found one that is"),
    ({"subsets": {}}, "subsets must be a list"),
    ({"subsets": []}, "subsets must have at least one subset"),
    ({"subsets": [[], 1]}, "a subset must be a list, found 1"),
    ({"subsets": [[], [1, 0]]}, "a subset must be increasing integers from 0 to 3, found 0"),
    ({"subsets": [[], [0, 4]]}, "a subset must be increasing integers from 0 to 3, found 4"),
    ({"subsets": [[], [True]]}, "a subset must be increasing integers from 0 to 3, found True"),
    ({"subsets": [[0], [0]]}, "subsets must be distinct, found '0' twice"),
    ({"coefficients": {}}, "coefficients must be a list"),
    ({"coefficients": ["1"]}, "coefficients must be as many as subsets, 4, found 1"),
    ({"coefficients": ["1", "0", "0", 0.5]}, 'coefficients[3] must be an exact number, a string "p" or "p/q"'),
    ({"error": "-1"}, "error must be at least 0, found -1"),
    ({"dual": []}, "dual must be a JSON object"),
    ({"dual": {"01": "1"}}, "keys of dual must be 0/1 vectors of 4 digits, found '01'"),
    ({"dual": {"0121": "1"}}, "keys of dual must be 0/1 vectors of 4 digits"),
    ({"dual": {"\u0660000": "1"}}, "keys of dual must be 0/1 vectors of 4 digits"),
    ({"dual": {"0011": 1}}, "dual[0011] must be an exact number"),
    ({"more": 1}, "the certificate must have permitted keys only, found 'more'"),
    ({"orders": [1]}, "the certificate must have permitted keys only, found 'orders'"),
]


@pytest.mark.parametrize(("change", "message"), MALFORMED)
def test_malformed_combinations(change, message):
    with pytest.raises(CertificateError) as caught:
        check_certificate(good() | change)
    assert str(caught.value).startswith(message)
    assert isinstance(caught.value, CertificateFormatError) == (
        "version" in change or change.get("kernel_size", 0) > 20
    )


def test_relative_duals_have_no_constant_vector():
    with pytest.raises(CertificateError, match="keys of dual must not be constant"):
        check_certificate(relative() | {"dual": {"1111": "1"}})


def test_the_work_of_a_combination_is_limited():
    with pytest.raises(CertificateTooLargeError):
        check_certificate(good(), limit=1000)
    assert check_certificate(good(), limit=10**7) == Fraction(good()["error"])


def test_what_is_certified_is_told():
    certified = certify(good())
    assert certified.subsets == ((), (0, 1), (2, 3), (0, 2, 3))
    assert str(certified).startswith(
        "kernel size 4, 3 subsets with the intercept, objective cube: optimal error 1/4, sha"
    )
    unreduced = good() | {"error": "2/8"}
    assert certify(unreduced).sha256 == certified.sha256 != certify(relative()).sha256


# Networks


@pytest.mark.parametrize("domain", ["real", "nonnegative"])
@pytest.mark.parametrize("construction", ["tree", "shallow"])
def test_networks_of_combinations_are_proved(construction, domain):
    rng = random.Random(construction + domain)
    for _ in range(6):
        d, subsets, objective = random_family(rng)
        combination = optimal_combination(d, subsets, objective=objective)
        network = build_network(combination, domain=domain, construction=construction)
        largest = max((len(s) for s, c in combination.coefficients.items() if c), default=1)
        least = (max(largest, 1) - 1).bit_length() if construction == "tree" else shallow_hidden_layers(max(largest, 1))
        assert network.hidden_layers <= least
        verdict = prove_exact(network, combination, domain=domain)
        assert verdict.status == "proved", verdict.reason
        x = [Fraction(rng.randint(0 if domain == "nonnegative" else -9, 9), rng.randint(1, 5)) for _ in range(d)]
        assert network.evaluate_exact(x) == sum(
            c * (max(x[j] for j in s) if s else 1) for s, c in combination.coefficients.items()
        )


def test_what_subsets_have_in_common_is_built_once():
    assert build_network(optimal_combination("3x3", "intercept,2x2")).units == 22
    assert build_network(optimal_combination("3x3", "intercept,2x3,3x2")).widths == (16, 13, 6)
    assert build_network(optimal_combination(4, [()])).widths == ()


def test_a_network_of_another_combination_is_refuted():
    combination = optimal_combination("3x3", "intercept,2x3,3x2")
    network = build_network(combination)
    for subset, c in combination.coefficients.items():
        wrong = dataclasses.replace(
            combination, coefficients=combination.coefficients | {subset: c + Fraction(1, 10**9)}
        )
        verdict = prove_exact(network, wrong)
        assert verdict.status == "refuted"
        assert verdict.network_value != verdict.target_value
    missing = {s: c for s, c in combination.coefficients.items() if len(s) != 6 or 0 not in s}
    assert prove_exact(network, dataclasses.replace(combination, coefficients=missing)).status == "refuted"
    assert prove_exact(build_network(optimal_combination("3x3", "2x3")), combination).status == "refuted"
    large = optimal_combination("3x3", "2x2", objective="range")
    assert prove_exact(build_network(large), large, rounds=0, max_cells=0).status == "proved"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"construction": "smallest"}, 'a combination has the constructions "tree" and "shallow"'),
        ({"construction": "star"}, "the constructions"),
        ({"domain": "complex"}, "domain"),
        ({"hidden_layers": 1}, "takes 2 hidden layers with construction"),
        ({"hidden_layers": -1}, "hidden layers is an integer >= 0"),
    ],
)
def test_networks_that_are_not_built(options, message):
    combination = optimal_combination("3x3", "2x2")
    with pytest.raises(InputError, match=message):
        build_network(combination, **options)
    with pytest.raises(InputError, match="the network has 4 inputs, the combination 9"):
        prove_exact(build_network(optimal_combination(4, [(0, 1)])), combination)


def test_the_command_builds_networks_of_subsets(capsys, tmp_path):
    assert main(["network", "3x3", "--subsets", "intercept,2x3,3x2", "--out", str(tmp_path / "n.json")]) == 0
    out = capsys.readouterr().out
    assert "best combination, maxima: 4" in out
    assert "1/4 = 0.25, that of the combination" in out
    assert "proved: equal on all of R^9" in out
    assert main(["network", "2x2", "--subsets", "at:0+3,1x2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["orders"], told["subsets"][0], told["exactness"]["status"]) == (None, [0, 3], "proved")
    for arguments in (
        ["--target", "median", "--subsets", "2x2"],
        ["--subsets", "4x4"],
        ["--subsets", "2", "--orders", "1"],
    ):
        assert main(["network", "3x3", *arguments]) == 2
        assert capsys.readouterr().err.startswith("subpool: ")
