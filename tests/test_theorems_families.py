"""The theorems about sets of orders that grow with the kernel size, or have a parameter j."""

from dataclasses import replace

import pytest
import sympy
from sympy import Integer, Sum, binomial

from proofs_check import claims
from proofs_check.certificates import CertificateError
from proofs_check.kits import growing_orders, optima
from proofs_check.kits.growing_orders import bare_steps, split_sum, without_sums
from proofs_check.kits.top_sets import top_proof
from proofs_check.proof import ConstantSum, Identity, ProofError, Sign, Telescoping, check_proof, check_step, evaluate
from proofs_check.theorems import extremal, full, full_but_last
from theory import bounds, closed_forms
from theory.optimal.families import D, J, K, evaluate_formula

NAMES = (
    "full",
    "bare-full",
    "range-full",
    "full-but-last",
    "bare-full-but-last",
    "top",
    "bare-top",
    "range-top",
    "order-and-top",
    "bare-order-and-top",
    "range-order-and-top",
)
OTHERS = ("max-is-not-in-the-class", "extremal", "extremal-range", "exponential-width", "exponential-width-rate")
TOP_SETS = ("top", "order-and-top", "range-top", "range-order-and-top")
CLAIMS = {name: claims()[name] for name in (*(f"closed-form-{name}" for name in NAMES), *OTHERS)}


def test_the_families_of_growing_sets_are_all_here():
    growing = {n for n, family in closed_forms.items() if any(block.first != block.last for block in family.blocks)}
    assert growing == set(NAMES)


@pytest.mark.parametrize("name", CLAIMS)
def test_proved(name):
    verdict = CLAIMS[name].check(5)
    assert (verdict.status, verdict.scope, verdict.witness) == ("proved", f"d >= {CLAIMS[name].least}", None)
    assert verdict.instances > 0
    assert verdict.steps >= 3


@pytest.mark.parametrize("name", CLAIMS)
def test_neighbours_are_refuted(name):
    assert CLAIMS[name].neighbours
    for neighbour in CLAIMS[name].neighbours:
        verdict = neighbour.check(12)
        assert verdict.status == "refuted", neighbour.name
        assert verdict.witness


@pytest.mark.parametrize("name", CLAIMS)
def test_the_formulas_enter_the_proof(name):
    # Without any instance the proof of a false neighbour fails, too: its steps are made from the formulas.
    for neighbour in CLAIMS[name].neighbours:
        with pytest.raises(ProofError):
            check_proof(neighbour.proof())


def _damaged(step):
    """A step with its claimed side larger by 1, or the sign turned."""
    if isinstance(step, Identity):
        return replace(step, right=step.right + 1)
    if isinstance(step, Sign):
        return replace(step, expression=-step.expression - 1)
    return replace(step, total=step.total + 1)


def test_damaged_steps_are_noticed():
    # Theorems share steps; each one is damaged once.
    steps = dict.fromkeys(step for claim in CLAIMS.values() for step in claim.proof().steps)
    assert {type(step) for step in steps} == {Identity, Sign, Telescoping, ConstantSum}
    for step in steps:
        with pytest.raises(ProofError):
            check_step(_damaged(step))


@pytest.mark.parametrize("name", ["top", "order-and-top", "range-order-and-top"])
def test_a_wrong_coefficient_is_noticed(name):
    family = closed_forms[name]
    *blocks, top = family.blocks
    with pytest.raises(ProofError):
        check_proof(top_proof(replace(family, blocks=(*blocks, replace(top, coefficient=-top.coefficient)))))
    if len(blocks) == 2:
        blocks[1] = replace(blocks[1], coefficient=2 * blocks[1].coefficient)
        with pytest.raises(ProofError):
            check_proof(top_proof(replace(family, blocks=(*blocks, top))))


@pytest.mark.parametrize("name", TOP_SETS)
def test_regions_reach_all_small_cases(name):
    # Each (d, j), or (d, r, j), of the family is a point of the region of its steps.
    for step in top_proof(closed_forms[name]).steps:
        region = step.region
        if not {D, J} <= set(region.substitution) or K in region.substitution:
            continue
        with_order = "r" in map(str, region.substitution)
        found = {tuple(int(evaluate(region.apply(symbol), point)) for symbol in (D, J)) for point in region.points()}
        least = 1 if with_order else 0
        expected = {(d, j) for d in range(2, 4) for j in range(1, d - least)}
        assert expected <= found


def test_no_other_families():
    with pytest.raises(ProofError, match="is no top set"):
        top_proof(closed_forms["mean-and-last"])
    with pytest.raises(ProofError, match="has no intercept"):
        top_proof(closed_forms["bare-top"])
    for build, wrong in ((full.full_proof, "full-but-last"), (full_but_last.full_but_last_proof, "full")):
        with pytest.raises(ProofError, match="the orders of"):
            build(closed_forms[wrong])
    with pytest.raises(ProofError, match="are not those of"):
        bare_steps(closed_forms["bare-full"], closed_forms["full-but-last"], growing_orders.FROM_TWO)


def test_formulas_with_sums():
    i = sympy.Symbol("i")
    total = Sum(binomial(D, i), (i, 0, J))
    assert split_sum(D**2, K, Integer(0), J) == (0, D**2)
    with pytest.raises(ProofError, match="does not run from"):
        split_sum(total, K, Integer(1), J)
    with pytest.raises(ProofError, match="not linear"):
        split_sum(1 / total, K, Integer(0), J)
    region, (plain,) = without_sums(growing_orders.FROM_TWO, 1 / total)
    assert not plain.atoms(Sum)
    assert plain.free_symbols == set(region.substitution) - {D}
    assert region.description == r"d \ge 2, H_0 \ge 1"


def test_bounds_agree_with_the_library():
    for d in range(2, 10):
        for h in range(1, d):
            assert evaluate_formula(extremal.CUBE, {D: d, J: h}) * bounds.extremal_lower_bound(d, h) == 1


def test_a_certificate_of_another_problem_is_rejected(monkeypatch):
    from theory import optimal_estimator

    monkeypatch.setattr(optima, "optimal_estimator", lambda d, orders, **_: optimal_estimator(d + 1, orders))
    with pytest.raises(CertificateError, match="another problem"):
        optima.certified_error(5, (0, 1))


def test_binomial_theorem_and_moments_are_checked():
    steps = growing_orders.moments(), growing_orders.binomial_theorem(3)
    assert isinstance(steps[0], Telescoping)
    assert isinstance(steps[1], ConstantSum)
    for step in steps:
        check_step(step)
