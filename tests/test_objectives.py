"""Objectives are values: whatever asks for one asks the value, and a new one is a new entry."""

import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import theory
from proofs_check import CertificateError, certificates, check_certificate
from theory import objectives, optimal_estimator
from theory.errors import InputError, OrdersError
from theory.objectives import OBJECTIVES, find_objective

ROOT = Path(theory.__file__).parent
COMPARED = ('== "cube"', '== "range"', '== "l2"', '!= "cube"', '!= "range"', '!= "l2"')


def test_no_file_compares_the_name_of_an_objective():
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if any(comparison in path.read_text(encoding="utf-8") for comparison in COMPARED)
    }
    assert found == set()


@pytest.fixture
def with_a_fourth(monkeypatch):
    fourth = replace(OBJECTIVES["range"], name="equivariant", symbol="E_4")
    monkeypatch.setattr(objectives, "OBJECTIVES", {**OBJECTIVES, "equivariant": fourth})


def test_a_fourth_objective_is_an_entry_and_a_case_of_the_checker(with_a_fourth):
    estimator = optimal_estimator(8, [1, 7], objective="equivariant")
    assert estimator.error == Fraction(1, 16)
    assert estimator.equioscillation == optimal_estimator(8, [1, 7], objective="range").equioscillation
    with pytest.raises(OrdersError, match='objective "equivariant"'):
        optimal_estimator(8, [0, 1], objective="equivariant")
    # The checker shares nothing with the table of objectives: what it does not know it refuses.
    with pytest.raises(CertificateError):
        check_certificate(estimator.certificate.to_json())


def test_every_certified_objective_is_one_of_the_checker():
    certified = [name for name, value in objectives.OBJECTIVES.items() if value.certified]
    for name in certified:
        estimator = optimal_estimator(8, [1, 7], objective=name)
        assert certificates.check_certificate(estimator.certificate.to_json()) == estimator.error
    with pytest.raises(CertificateError) as known:
        certificates.check_certificate(estimator.certificate.to_dict() | {"objective": "none"})
    assert re.findall("'([a-z]+)'", str(known.value).partition(", found ")[0]) == certified


def test_unknown_names_list_the_known_ones():
    with pytest.raises(InputError, match='"cube", "range" or "l2", not'):
        find_objective("sup")
    with pytest.raises(InputError):
        find_objective(["cube"])
