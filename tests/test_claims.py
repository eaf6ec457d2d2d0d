"""The registry is complete, and no claim is one whose check cannot fail."""

import importlib
import pkgutil
import re

import pytest

from proofs_check import claims, theorems, verify
from proofs_check.statement import SOURCES, TOPICS
from proofs_check.theorems import _template
from theory.errors import InputError

CLAIMS = claims()
KERNEL_MAX = 12


MODULES = [info.name for info in pkgutil.iter_modules(theorems.__path__)]


@pytest.mark.parametrize("module_name", MODULES)
def test_every_module_of_theorems_has_its_claims(module_name):
    module = importlib.import_module(f"{theorems.__name__}.{module_name}")
    headings = re.findall(r"^(\w+)$", module.__doc__, re.MULTILINE)
    assert headings in (["Setting", "Claim", "Kind", "Source", *rest] for rest in (["Proof", "Check"], ["Check"]))
    found = list(module.claims())
    assert found
    if module_name != "_template":
        assert all(claims()[claim.name] == claim for claim in found)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_says_what_the_reader_needs(name):
    claim = claims()[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", claim.name)
    assert claim.statement
    assert "$" not in claim.statement
    assert claim.source
    assert claim.idea
    assert claim.evaluate is not None
    assert (claim.cases is None) != (claim.instances is None)
    assert claim.origin in SOURCES
    assert claim.subject in TOPICS


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_holds_and_its_false_neighbours_are_refuted(name):
    claim, (verdict,) = claims()[name], verify([name], kernel_max=KERNEL_MAX)
    assert verdict.status == ("verified" if claim.proof is None else "proved"), verdict.witness
    assert claim.neighbours, "a claim whose check cannot fail is a defect"
    assert [control.claim for control in verdict.controls] == [neighbour.name for neighbour in claim.neighbours]
    assert [control for control in verdict.controls if control.status != "refuted" or not control.witness] == []


def test_the_theorem_to_copy_is_one():
    (claim,) = _template.claims()
    assert claim.name not in CLAIMS
    assert claim.check(5).status == "proved"
    assert [neighbour.check(5).status for neighbour in claim.neighbours] == ["refuted"]


def test_workers_change_nothing_but_the_time():
    names = ["closed-form-mean", "closed-form-full", "photos-2x2-mean", "photos-2x2-full"]
    alone, together = verify(names, kernel_max=6), verify(names, kernel_max=6, workers=2)
    assert [v.to_dict() | {"seconds": 0} for v in alone] == [v.to_dict() | {"seconds": 0} for v in together]


@pytest.mark.parametrize("workers", [0, -1, 1.5, True])
def test_bad_workers(workers):
    with pytest.raises(InputError, match="workers is an integer >= 1"):
        verify(["closed-form-mean"], workers=workers)
