"""The checker of symbolic steps: it accepts what holds, and refuses what does not or what it cannot decide."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from sympy import Integer, binomial, floor, symbols

from proofs_check import Claim
from proofs_check.claim import Instance
from proofs_check.proof import (
    Consecutive,
    ConstantSum,
    Identity,
    Proof,
    ProofError,
    ProofRefuted,
    Region,
    Sign,
    Telescoping,
    check_proof,
    check_step,
    evaluate,
    free,
)

d, k, n, r, z = symbols("d k n r z")
u, v, w = free("u"), free("v"), free("w")
TRIANGLE = Region(r"0 \le r \le z \le d", {r: u, z: u + v, d: u + v + w})
POSITIVE = Region(r"n \ge 1", {n: u + 1})

GOOD = [
    Identity("Pascal", binomial(n + 1, 2), binomial(n, 2) + n, Region(r"n \ge 2", {n: u + 2})),
    Identity("trinomial", binomial(d, z) * binomial(z, r), binomial(d, r) * binomial(d - r, z - r), TRIANGLE),
    Identity("rational", 1 / n - 1 / (n + 1), 1 / (n * (n + 1)), POSITIVE),
    Identity("powers", 2 ** (n + 1) - 2**n, 2**n, POSITIVE),
    Identity("floor", floor((2 * n + 1) / Integer(2)), n, POSITIVE),
    Sign("product", z * (z - 3), (z, z - 3), Region(r"z \ge 3", {z: u + 3})),
    Sign("strict", (d - z) / d, (d - z, 1 / d), Region(r"0 \le z < d", {z: u, d: u + v + 1}), ">"),
    Sign("consecutive integers", (z - 5) * (z - 4), (Consecutive(z - 5),), Region(r"z \ge 0", {z: u})),
    Sign("square", (z - n) ** 2, ((z - n) ** 2,), Region(r"z, n \ge 0", {z: u, n: v})),
    Sign("binomial", binomial(d, z), (binomial(d, z),), Region(r"0 \le z \le d", {z: u, d: u + v}), ">"),
    Telescoping(
        "alternating sum",
        (-1) ** k * binomial(n, k),
        k,
        Integer(0),
        n,
        -((-1) ** k) * binomial(n - 1, k - 1),
        Integer(0),
        POSITIVE,
    ),
    Telescoping(
        "hockey stick",
        binomial(k - 1, r - 1),
        k,
        r,
        d,
        binomial(k - 1, r),
        binomial(d, r),
        Region(r"1 \le r \le d", {r: u + 1, d: u + v + 1}),
    ),
    ConstantSum(
        "binomial theorem",
        binomial(n, k) / 2**n,
        k,
        n,
        0,
        Integer(0),
        n,
        -binomial(n, k - 1) / 2 ** (n + 1),
        Integer(1),
    ),
]

_ALTERNATING, _HOCKEY, _BINOMIAL = GOOD[-3:]

FALSE = [
    replace(GOOD[0], right=binomial(n, 2) + n + 1),
    replace(GOOD[1], right=binomial(d, r) * binomial(d - r, z)),
    replace(GOOD[2], right=1 / (n * (n + 2))),
    replace(GOOD[4], right=n + 1),
    replace(GOOD[5], region=Region(r"z \ge 0", {z: u})),
    replace(GOOD[6], relation=">", region=Region(r"0 \le z \le d", {z: u, d: u + v})),
    replace(GOOD[7], expression=(z - 5) * (z - 3), factors=((z - 5), (z - 3))),
    replace(GOOD[8], relation=">"),
    replace(_ALTERNATING, total=Integer(1)),
    replace(_ALTERNATING, region=Region(r"n \ge 0", {n: u})),
    replace(_ALTERNATING, antidifference=(-1) ** k * binomial(n - 1, k - 1)),
    replace(_HOCKEY, last=d + 1),
    replace(_HOCKEY, total=binomial(d, r) + 1),
    replace(_BINOMIAL, total=Integer(2)),
    replace(_BINOMIAL, least=1, total=Integer(2)),
    replace(_BINOMIAL, companion=binomial(n, k - 1) / 2 ** (n + 1)),
    replace(_BINOMIAL, summand=binomial(n, k) / 3**n),
]

UNDECIDED = [
    # True, but not by the signs of the coefficients: the checker must not guess.
    Sign("irreducible", z**2 - z + 1, (z**2 - z + 1,), Region(r"z \ge 0", {z: u})),
    # The factors are not those of the expression everywhere, only where it is tried first.
    Sign("hidden", z + 1, (z - 1,), Region("z = 1", {z: Integer(1)})),
    Identity("a symbol from nowhere", d, d, POSITIVE),
    Identity("unknown function", sympy.sin(n), sympy.sin(n), POSITIVE),
    Sign("half integers", (z - n / 2) * (z - n / 2 + 1), (Consecutive(z - n / 2),), Region(r"z, n \ge 0", {z: u, n: v})),
    replace(_HOCKEY, region=Region("", {r: u + 1, d: u + v + w + 1})),
    replace(_BINOMIAL, last=2 * n),
    replace(_BINOMIAL, total=2**n / 2**n + 0 * n + n - n + sympy.Symbol("n")),
]


@pytest.mark.parametrize("step", GOOD, ids=lambda step: step.text)
def test_true_steps_are_accepted(step):
    check_step(step)


@pytest.mark.parametrize("step", FALSE, ids=lambda step: f"not {step.text}")
def test_false_steps_are_refused(step):
    with pytest.raises(ProofError):
        check_step(step)


@pytest.mark.parametrize("step", UNDECIDED, ids=lambda step: step.text)
def test_what_cannot_be_decided_is_refused(step):
    with pytest.raises(ProofError):
        check_step(step)


def test_a_false_step_comes_with_a_witness():
    with pytest.raises(ProofRefuted, match="Pascal: 3 is not 4 at u = 0"):
        check_step(FALSE[0])


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (binomial(n, 2), "3"),
        (binomial(n, -1), "0"),
        (binomial(n - 5, 2), "3"),
        (floor(n / 2), "1"),
        (n**-2, "1/9"),
        (sympy.factorial(n), "6"),
        ((-1) ** n / 2, "-1/2"),
    ],
)
def test_evaluation(expression, value):
    assert str(evaluate(expression, {n: 3})) == value


def test_evaluation_refuses_division_by_zero():
    with pytest.raises(ProofError, match="divides by 0"):
        evaluate(1 / (n - 3), {n: 3})


def test_an_empty_proof_proves_nothing():
    with pytest.raises(ProofError, match="at least one step"):
        check_proof(Proof((), 2))


def _instances(kernel_max, first=2):
    for size in range(first, kernel_max + 1):
        yield Instance(f"d = {size}", size, Fraction(1, 2), Fraction(1, 2))


def _claim(proof, instances=_instances):
    return Claim("c", "", "tight", "test", proof=lambda: proof, instances=instances)


def test_a_proof_with_its_small_cases_is_proved():
    verdict = _claim(Proof((GOOD[0],), 4)).check(5)
    assert (verdict.status, verdict.scope, verdict.steps, verdict.instances) == ("proved", "all d", 1, 4)


def test_a_gap_below_the_proof_is_unknown():
    assert _claim(Proof((GOOD[0],), 7)).check(5).status == "unknown"
    gap = _claim(Proof((GOOD[0],), 5), lambda kernel_max: (i for i in _instances(kernel_max) if i.kernel_size != 3))
    assert gap.check(6).status == "unknown"


def test_false_steps_refute_and_undecided_ones_are_unknown():
    assert _claim(Proof((GOOD[0], FALSE[0]), 2)).check(5).status == "refuted"
    verdict = _claim(Proof((GOOD[0], UNDECIDED[0]), 2)).check(5)
    assert verdict.status == "unknown"
    assert "irreducible" in verdict.witness
