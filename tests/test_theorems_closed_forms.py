"""Closed forms with finitely many orders: each is proved, its neighbours are refuted, damage to a proof is noticed."""

from dataclasses import replace

import pytest
import sympy

from proofs_check import claims
from proofs_check.kits.fixed_orders import Cover, Reference, _factors_of, ends_and_middle, halves, tight_proof
from proofs_check.kits.fixed_orders import D as KERNEL_SIZE
from proofs_check.kits.fixed_orders import Z as ZEROS
from proofs_check.kits.optima import _family_values, family_claim
from proofs_check.proof import Consecutive, Identity, ProofError, ProofRefuted, Sign, check_proof, check_step, free
from proofs_check.theorems.few_orders import ROWS
from tests.reference import residual
from theory import closed_forms
from theory.errors import InputError, SubpoolError


def _of_single_orders():
    """Name the families whose blocks are single orders, which are all proved by a reference."""
    return [n for n, family in closed_forms.items() if all(block.first == block.last for block in family.blocks)]


SINGLE_ORDERS = _of_single_orders()


def _least(name):
    family = closed_forms[name]
    return max(2, int(family.parametric_valid_from)) if family.parametric_valid_from.is_Integer else 2


def _claim(name):
    return claims()[f"closed-form-{name}"]


def test_closed_forms_and_their_claims_are_one_set():
    assert set(closed_forms) == {n.removeprefix("closed-form-") for n in claims() if n.startswith("closed-form-")}
    assert {name.removeprefix("bare-") for name in _of_single_orders()} == set(ROWS)
    # What is known for all kernel sizes is proved, not only compared with optima.
    assert [n for n in closed_forms if _claim(n).proof is None] == []


@pytest.mark.parametrize("name", SINGLE_ORDERS)
def test_proved(name):
    verdict = _claim(name).check(6)
    assert (verdict.status, verdict.witness) == ("proved", None)
    assert verdict.scope == f"d >= {_least(name)}"
    assert verdict.instances > 0


@pytest.mark.parametrize("name", SINGLE_ORDERS)
def test_the_proof_covers_all_kernel_sizes_from_the_least_on(name):
    assert _claim(name).proof().valid_from == _least(name)


@pytest.mark.parametrize("name", SINGLE_ORDERS)
def test_neighbours_are_refuted(name):
    neighbours = _claim(name).neighbours
    assert neighbours
    for neighbour in neighbours:
        verdict = neighbour.check(12)
        assert verdict.status == "refuted"
        assert verdict.witness


@pytest.mark.parametrize("name", ["intercept", "mean", "single", "mean-and-last", "range-single", "bare-mean"])
def test_the_symbolic_proof_alone_refuses_a_wrong_error(name):
    wrong = replace(_claim(name).neighbours[0], cases=None)
    verdict = wrong.check(2)
    assert verdict.status == "unknown"  # a proof that fails refutes nothing
    assert "the proof fails" in verdict.witness


def _damaged(step):
    if isinstance(step, Identity):
        return replace(step, right=step.right + 1)
    return replace(step, expression=step.expression - 1000)


@pytest.mark.parametrize("name", SINGLE_ORDERS)
def test_a_damaged_step_is_noticed(name):
    for step in _claim(name).proof().steps:
        with pytest.raises(ProofRefuted):
            check_step(_damaged(step))


def test_wrong_factors_are_noticed():
    steps = _claim("mean").proof().steps
    step = next(step for step in steps if isinstance(step, Sign) and step.text.startswith("sign of weight 2"))
    with pytest.raises(ProofError):
        check_step(replace(step, factors=(*step.factors, sympy.Integer(2), free("u") + 1)))


@pytest.mark.parametrize("position", range(3))
def test_a_wrong_weight_is_noticed(position):
    right = ROWS["mean-and-last"].reference
    weights = list(right.weights)
    weights[position] += sympy.Rational(1, 7)
    proof = tight_proof(closed_forms["mean-and-last"], Reference(right.points, tuple(weights), *right.covers))
    with pytest.raises(ProofError):
        check_proof(proof)


COVERS = {
    "no ends": (ends_and_middle(1, bottom=0, top=1),),
    "ends": (ends_and_middle(5, bottom=2, top=3),),
    "short": (ends_and_middle(2, bottom=0, top=3),),
    "parity": (halves(1, 1), halves(2, 1)),
    "parity, later": (halves(2, 2), halves(3, 2)),
    "parity, earlier": (halves(0, 1), halves(1, 1)),
    "single": ROWS["single"].reference.covers,
}


def _places(covers: tuple[Cover, ...], size: int):
    """All (d, z) that the regions of the covers reach, by enumeration."""
    regions = [place.region for cover in covers for place in cover.places]
    regions += [rise for cover in covers for rise in cover.rises]
    for region in regions:
        symbols = region.free_symbols
        for values in sympy.utilities.iterables.cartes(*[range(size)] * len(symbols)):
            point = dict(zip(symbols, values, strict=True))
            yield tuple(int(sympy.sympify(region.substitution[s]).subs(point)) for s in (KERNEL_SIZE, ZEROS))


@pytest.mark.parametrize("name", COVERS)
def test_covers_leave_nothing_out_and_touch_nothing_smaller(name):
    covers = COVERS[name]
    least = min(int(c.sizes.apply(KERNEL_SIZE).subs(dict.fromkeys(c.sizes.free_symbols, 0))) for c in covers)
    found = set(_places(covers, 9))
    assert {(d, z) for d in range(least, 9) for z in range(d + 1)} <= found
    assert all(d >= least and 0 <= z <= d for d, z in found)


def test_ends_must_fit():
    with pytest.raises(InputError, match="do not fit"):
        ends_and_middle(2, bottom=0, top=5)
    with pytest.raises(InputError, match="do not fit"):
        ends_and_middle(2, bottom=1, top=0)


def test_covers_of_one_parity_are_not_enough():
    odd, _ = (right := ROWS["quadratic"].reference).covers
    with pytest.raises(InputError):
        tight_proof(closed_forms["quadratic"], Reference(right.points, right.weights, odd))
    with pytest.raises(InputError, match="leave out"):
        tight_proof(closed_forms["quadratic"], Reference(right.points, right.weights, odd, odd))


def test_families_with_long_blocks_are_refused():
    with pytest.raises(InputError, match="growing length"):
        tight_proof(closed_forms["full"], Reference((), (), ends_and_middle(2, bottom=0, top=1)))


def test_factors_multiply_back():
    u, v = free("u"), free("v")
    expression = -(u - v) * (v - u + 1) * (u + 2) / (v + 3) ** 2
    factors = _factors_of(expression)
    assert any(isinstance(factor, Consecutive) for factor in factors)
    whole = sympy.Mul(*(f.t * (f.t + 1) if isinstance(f, Consecutive) else f for f in factors))
    assert sympy.simplify(whole - expression) == 0


@pytest.mark.parametrize("name", ["mean-and-second-last", "mean-last-third-last"])
def test_new_families_attain_their_error(name):
    family = closed_forms[name]
    for d in range(family.valid_from, 12):
        beta = family.coefficients(d)
        assert max(abs(residual(d, beta, z)) for z in range(d + 1)) == family.error(d)


def test_cases_and_values():
    family = closed_forms["single"]
    places = [instance.where for instance in family_claim(family).instances_up_to(3) if "error" in instance.where]
    assert places == ["d = 2, r = 1, error", "d = 3, r = 1, error", "d = 3, r = 2, error"]
    for case in ({"d": 2, "r": 1}, {"d": 3, "r": 1}, {"d": 3, "r": 2}):
        values = list(_family_values(family, case))
        assert [value.label for value in values][-1] == "error"
        assert all(value.computed == value.claimed for value in values)


@pytest.mark.parametrize(
    ("name", "case"), [("mean-and-last", {"d": 2}), ("top", {"d": 2, "j": 2}), ("range-single", {"d": 2, "r": 0})]
)
def test_formulas_beyond_their_hypotheses_are_false_or_say_nothing(name, case):
    claim = family_claim(closed_forms[name])
    with pytest.raises(SubpoolError):
        list(claim.at(case))


def test_a_statement_names_the_problem_and_its_orders():
    assert family_claim(closed_forms["range-single"]).conclusion.startswith(r"E_{\mathrm{range}}(d, \{r\}) = ")
    assert r"\{1, \ldots, d - 1\}" in family_claim(closed_forms["bare-full"]).conclusion
