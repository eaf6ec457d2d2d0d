"""The theorems about the class, the reduction to vertices, the width, and the residual."""

import random
from dataclasses import fields, replace
from fractions import Fraction
from itertools import combinations, product

import pytest
import sympy
from latex2mathml.converter import convert

from proofs_check import claims
from proofs_check.claim import Instance
from proofs_check.kits import boxes
from proofs_check.kits.optima import certified_error
from proofs_check.proof import ProofError, check_proof, check_step
from proofs_check.theorems import (
    order_statistic_weights,
    reduction_to_vertices,
    residual_law,
    residual_moments,
    symmetrisation,
)
from theory import optimal_estimator
from theory.residual import ResidualDistribution

from . import reference

STATUS = {
    "chebyshev": "proved",
    "least-squares": "verified",
    "least-terms": "proved",
    "link": "proved",
    "max-of-five": "verified",
    "order-statistic-weights": "proved",
    "reduction-to-vertices": "proved",
    "residual-beta": "verified",
    "residual-law": "verified",
    "residual-moments": "verified",
    "symmetrisation": "proved",
    "vertex-features": "proved",
    "width": "proved",
    "width-high-orders": "proved",
    "width-law": "verified",
    "width-law-counterexample": "verified",
    "width-low-orders": "proved",
}


def _claim(name):
    return claims()[name]


@pytest.mark.parametrize("name", STATUS)
def test_status(name):
    claim = _claim(name)
    verdict = claim.check(5)
    assert (verdict.status, verdict.witness) == (STATUS[name], None)
    assert verdict.instances > 0
    assert (verdict.steps > 0) == (verdict.status == "proved")


@pytest.mark.parametrize("name", STATUS)
def test_statements_can_be_shown(name):
    for one in (_claim(name), *_claim(name).neighbours):
        assert len(one.name) <= 34
        assert convert(one.statement).startswith("<math")


@pytest.mark.parametrize("name", STATUS)
def test_neighbours_are_refuted_with_a_witness(name):
    claim = _claim(name)
    assert claim.neighbours
    for neighbour in claim.neighbours:
        verdict = neighbour.check(12)
        assert verdict.status == "refuted"
        assert verdict.witness


@pytest.mark.parametrize("name", [name for name, status in STATUS.items() if status == "proved"])
def test_damage_to_any_step_is_noticed(name):
    # One more on the side that is derived, or, of an inequality, as much as its value at the first point and one more.
    for step in _claim(name).proof().steps:
        names = {field.name for field in fields(step)}
        if "total" in names:
            damaged = replace(step, total=step.total + 1)
        elif "right" in names:
            damaged = replace(step, right=step.right + 1)
        else:
            damaged = replace(step, expression=-1 - step.expression)
        check_step(step)
        with pytest.raises(ProofError):
            check_step(damaged)


@pytest.mark.parametrize(
    "name",
    ["order-statistic-weights", "vertex-features", "chebyshev", "width-low-orders", "width-high-orders", "width"],
)
def test_proofs_of_wrong_constants_fail(name):
    for neighbour in _claim(name).neighbours:
        with pytest.raises(ProofError):
            check_proof(neighbour.proof())


def test_averages_of_maxima():
    for x in order_statistic_weights.windows(6):
        for r in range(1, 7):
            assert order_statistic_weights.average_of_maxima(x, r) == reference.mean_subpool_max(x, r)


# --- width ----------------------------------------------------------------------------------------------------------


def _all_sets(d):
    return [(0, *others) for n in range(d) for others in combinations(range(1, d), n)]


@pytest.mark.parametrize("constant", [Fraction(1, 2), Fraction(3), Fraction(10**6)])
def test_boxes_are_a_partition(constant):
    d = 7
    found = list(boxes.settled_boxes(d, range(d), lambda n: constant / n))
    for orders in _all_sets(d):
        assert sum(set(b.least) <= set(orders) <= set(b.largest) for b in found) == 1


def test_boxes_decide_like_enumeration():
    # A constant at which some sets obey the law and others do not: a law that fails must fail in a box.
    d = 6
    for constant in (Fraction(1, 2), Fraction(2, 3), Fraction(5, 4), Fraction(2)):
        found = boxes.settled_boxes(d, range(d), lambda n, c=constant: c / n)
        by_boxes = all(box.error * box.terms >= constant for box in found)
        products = [boxes.Box(d, orders, orders) for orders in _all_sets(d)]
        assert by_boxes == all(box.error * box.terms >= constant for box in products)


def test_the_width_law_by_enumeration():
    for d in range(2, 9):
        for orders in _all_sets(d):
            assert certified_error(d, orders) * sum(sympy.binomial(d, r) for r in orders) >= Fraction(1, 2)


# --- symmetrisation and reduction -----------------------------------------------------------------------------------


def test_spread_duals_by_plain_enumeration():
    d, orders = 4, (0, 1, 3)
    weights = symmetrisation._spread_dual(d, orders)
    vectors = list(product((0, 1), repeat=d))

    def moment(function):
        return sum((weights.get(v.count(0), Fraction(0)) * function(v) for v in vectors), Fraction(0))

    assert moment(lambda v: 1) == 0
    for size in (1, 3):
        for subset in combinations(range(d), size):
            assert moment(lambda v, subset=subset: max(v[j] for j in subset)) == 0
    assert sum(abs(weights.get(v.count(0), Fraction(0))) for v in vectors) == 1
    assert abs(moment(max)) == certified_error(d, orders)


def test_no_point_has_a_larger_residual_than_the_vertices():
    estimator = optimal_estimator(5, [0, 1, 4])
    source = random.Random(3)
    for _ in range(50):
        x = [Fraction(source.randrange(0, 13), 12) for _ in range(5)]
        assert abs(reduction_to_vertices.residual_by_definition(estimator, x)) <= estimator.error


# --- the residual ---------------------------------------------------------------------------------------------------


def test_quadrature_is_exact():
    for degree in range(6):
        for k in range(degree + 1):
            assert sum(w * x**k for x, w in residual_law.quadrature(degree)) == Fraction(1, k + 1)


def test_integration_sees_a_wrong_density(monkeypatch):
    law = ResidualDistribution([0, 1, 1, 3])
    assert residual_law.integrated_moment(law, 0) == 1
    monkeypatch.setattr(ResidualDistribution, "pdf", lambda self, t: Fraction(1))
    assert residual_law.integrated_moment(law, 0) == 3


def test_mean_products_by_simplex_integration():
    # The vertices of the simplex of sorted inputs, and the mean square in terms of the values there.
    estimator = optimal_estimator(6, [0, 2, 5])
    residual = residual_moments.AffineFunction.residual(estimator)
    assert residual.mean_product(residual) == estimator.mean_square
    assert residual.mean == sum(estimator.vertex_residuals) / 7


def test_instances_are_exact():
    for name in STATUS:
        for instance in _claim(name).instances_up_to(3):
            assert isinstance(instance, Instance)
            assert (type(instance.computed), type(instance.claimed)) == (Fraction, Fraction)
