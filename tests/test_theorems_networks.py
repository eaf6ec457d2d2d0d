"""The theorems about networks: depth, merging, widths."""

import random
from fractions import Fraction
from importlib import import_module
from itertools import product

import pytest
from latex2mathml.converter import convert

from proofs_check.claim import Instance
from proofs_check.theorems import depth, max_of_six, merging, shallow_maximum, sorting
from theory.networks.exactness import ExactnessVerdict
from theory.networks.shallow import SIX

MODULES = ["depth", "max_of_six", "merging", "shallow_maximum", "sorting"]
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
        for instance in claim.instances(3):
            assert isinstance(instance, Instance)
            assert (type(instance.computed), type(instance.claimed)) == (Fraction, Fraction)


@pytest.mark.parametrize("module", [depth, shallow_maximum, sorting])
def test_a_network_that_is_not_proved_refutes_the_claim(monkeypatch, module):
    unknown = ExactnessVerdict("unknown", "real", "for the test")
    monkeypatch.setattr(module, "prove_exact", lambda *_: unknown)
    for claim in module.claims():
        if claim.kind != "upper":
            continue
        verdict = claim.check(6)
        assert verdict.status == "refuted"
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


# --- the maximum of six ---------------------------------------------------------------------------------------------


def test_the_identity_at_many_points():
    rng = random.Random(6)
    linear, terms = max_of_six.right_side(2)
    points = [*product((0, 1, 2), repeat=6), *(tuple(rng.randrange(-99, 99) for _ in range(6)) for _ in range(500))]
    for x in points:
        value = max_of_six.evaluate(linear, x) + sum(c * max(0, max_of_six.evaluate(form, x)) for c, form in terms)
        assert value == 12 * max(x)


def test_the_network_has_the_identity_that_was_checked():
    linear, terms = max_of_six.right_side(2)

    def scaled(form):
        return tuple(((i, j), Fraction(k)) for (i, j), k in form)

    def read(form):
        return tuple(sorted((subset, Fraction(k)) for subset, k in form))

    expanded = [(c, read(form)) for c, form in SIX.expanded]
    assert sorted(expanded) == sorted((Fraction(c, 12), scaled(form)) for c, form in terms)
    assert read(SIX.remainder) == tuple((pair, k / 12) for pair, k in scaled(linear))


def test_forms_are_linear_in_the_gaps_of_each_order():
    rng = random.Random(8)
    _, terms = max_of_six.right_side(2)
    for _ in range(200):
        order = tuple(rng.sample(range(6), 6))
        smallest, gaps = rng.randint(-5, 5), [rng.randint(0, 5) for _ in range(5)]
        x = [0] * 6
        for place, i in enumerate(order):
            x[i] = smallest + sum(gaps[:place])
        _, form = rng.choice(terms)
        coefficients = max_of_six.in_gaps(form, order)
        assert max_of_six.evaluate(form, x) == sum(c * v for c, v in zip(coefficients, (smallest, *gaps), strict=True))


@pytest.mark.parametrize("missing", [0, 7, 20, 53])
def test_a_missing_term_is_noticed(monkeypatch, missing):
    linear, terms = max_of_six.right_side(2)
    monkeypatch.setattr(max_of_six, "right_side", lambda _: (linear, terms[:missing] + terms[missing + 1 :]))
    (claim,) = max_of_six.claims()
    verdict = claim.check(6)
    assert verdict.status == "refuted"


def test_a_form_off_its_level_bends_everywhere():
    bent = max_of_six.bends([(1, (((0, 1), 1),))], (0, 1, 2, 3, 4, 5))
    assert bent == {(1, 1, 0, 0, 0, 0): 1}
