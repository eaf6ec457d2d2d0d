"""The theorems about networks: depth, merging, widths."""

import random
from fractions import Fraction
from importlib import import_module
from itertools import product

import pytest
from latex2mathml.converter import convert

from proofs_check.claim import Instance
from proofs_check.theorems import depth, merging, sorting
from theory.networks.exactness import ExactnessVerdict

MODULES = ["depth", "merging", "sorting"]
CLAIMS = [claim for module in MODULES for claim in import_module(f"proofs_check.theorems.{module}").claims()]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_claims_are_verified_and_their_neighbours_refuted(claim):
    verdict = claim.check(6)
    assert (verdict.status, verdict.witness) == ("verified", None)
    assert verdict.instances > 5
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


@pytest.mark.parametrize("module", [depth, sorting])
def test_a_network_that_is_not_proved_refutes_the_claim(monkeypatch, module):
    unknown = ExactnessVerdict("unknown", "real", "for the test")
    monkeypatch.setattr(module, "prove_exact", lambda *_: unknown)
    for claim in module.claims():
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
