from fractions import Fraction
from itertools import product

import pytest
import sympy

from proofs_check import check_certificate
from theory import closed_forms, optimal_estimator
from theory.errors import InputError, KernelSizeError
from theory.optimal.families import D, K

KERNEL_MAX = 24


def _members(family, kernel_max):
    for values in product(*(range(family.least[name], kernel_max) for name in family.parameters)):
        member = family.at(**dict(zip(family.parameters, values, strict=True)))
        if member.valid_from <= kernel_max:
            yield member


@pytest.mark.parametrize("name", closed_forms)
def test_formulas_agree_with_the_exact_solver_for_all_parameters(name):
    compared = 0
    for member in _members(closed_forms[name], KERNEL_MAX):
        # Two parameters make thousands of members: every kernel size up to 12, then some.
        sizes = range(member.valid_from, KERNEL_MAX + 1)
        for d in sizes if len(member.parameters) < 2 else [d for d in sizes if d <= 12 or d in (17, KERNEL_MAX)]:
            estimator = optimal_estimator(d, member.orders(d), objective=member.objective)
            assert estimator.error == member.error(d)
            assert estimator.coefficients == member.coefficients(d)
            compared += 1
    assert compared > KERNEL_MAX / 2


@pytest.mark.parametrize("name", closed_forms)
def test_errors_are_certified_at_the_largest_kernel_size(name):
    family = closed_forms[name]
    estimator = optimal_estimator(KERNEL_MAX, family.orders(KERNEL_MAX), objective=family.objective)
    assert check_certificate(estimator.certificate.to_json()) == family.error(KERNEL_MAX)


@pytest.mark.parametrize("name", closed_forms)
def test_evaluation_agrees_with_sympy(name):
    family = closed_forms[name]
    for d in (family.valid_from, family.valid_from + 3, 11):
        if d < 2:
            continue
        value = family.error_formula.subs({D: d}).doit()
        assert family.error(d) == Fraction(int(value.p), int(value.q))
        for block in family.blocks:
            parameters = {sympy.Symbol(name): value for name, value in family.parameters.items()}
            order = block.first.subs({**parameters, D: d})
            if order > block.last.subs({**parameters, D: d}):
                continue
            beta = sympy.simplify(block.coefficient.subs({**parameters, D: d, K: order}).doit())
            assert family.coefficients(d)[int(order)] == Fraction(int(beta.p), int(beta.q))


@pytest.mark.parametrize("name", closed_forms)
def test_error_formulas_are_in_d_alone(name):
    assert closed_forms[name].error_formula.free_symbols <= {sympy.Symbol("d")}


@pytest.mark.parametrize("name", closed_forms)
def test_below_the_least_kernel_size_formulas_are_refused(name):
    family = closed_forms[name]
    for method in (family.orders, family.error, family.coefficients):
        with pytest.raises(KernelSizeError):
            method(family.valid_from - 1)


def test_wrong_formulas_would_be_noticed():
    # The comparison above is worth something only if neighbours of the formulas differ from the optimum.
    family = closed_forms["mean-and-last"]
    assert optimal_estimator(9, (0, 1, 7)).error != family.error(9)
    assert optimal_estimator(9, (0, 2, 8)).error != family.error(9)


def test_parameters():
    top = closed_forms["top"]
    assert top.at(j=1).orders(9) == (0, 8)
    assert top.at(j=8).orders(9) == tuple(range(9))
    assert top.at(j=8).error(9) == Fraction(1, 512)
    assert top.at(j=8).valid_from == 9
    with pytest.raises(InputError, match="no parameter 'r'; it has: j"):
        top.at(r=1)
    with pytest.raises(InputError, match="j is an integer >= 1"):
        top.at(j=0)
    with pytest.raises(InputError, match="it has: none"):
        closed_forms["full"].at(j=1)


def test_the_rows_of_the_theory_are_there():
    expected = {
        (0,): "intercept",
        (0, 1): "mean",
        (0, 2): "single",
        (0, 1, 2): "quadratic",
        (0, 1, 8): "mean-and-last",
        (0, 1, 7, 8): "mean-and-last-two",
        tuple(range(9)): "full",
        tuple(range(1, 9)): "bare-full",
        tuple(range(8)): "full-but-last",
        (0, 7, 8): "top",
        (7, 8): "bare-top",
        (0, 2, 7, 8): "order-and-top",
    }
    for orders, name in expected.items():
        assert closed_forms[name].orders(9) == orders
    for name, orders in {"range-mean-and-last": (1, 8), "range-full": tuple(range(1, 9)), "range-top": (7, 8)}.items():
        assert closed_forms[name].orders(9) == orders
        assert closed_forms[name].objective == "range"
