"""What the kernel proves of a claim is what the claim says today: anything changed in it, and the grade is gone."""

import re
import shutil
from dataclasses import replace
from math import factorial

import numpy as np
import pytest
from sympy import Integer, sqrt

from proofs_check import claims
from proofs_check.coq import KernelError, KernelRecord, KernelTheorem
from proofs_check.coq.driver import build
from proofs_check.coq.formulas import COQ
from proofs_check.coq.sources import LIBRARY, shipped_sources, shipped_theorems, what_is_needed
from proofs_check.coq.statements import _stated, require_stated, theorem_of, translation
from proofs_check.coq.toolchain import find_tool, run_tool
from proofs_check.kits.optima import family_claim
from proofs_check.statement import Hypothesis
from proofs_check.theorems import max_of_eight, max_of_six
from theory.errors import InputError
from theory.objectives import DEFAULT, RELATIVE
from theory.optimal.families import Block, ClosedForm, D

PROVED = [claims()[name] for name in _stated()]
RECORD = KernelRecord(
    "8.16.1", tuple(KernelTheorem(one.full_name, f"{one.source}.v", "", "", 0.0) for one in shipped_theorems())
)


def test_every_statement_is_that_of_its_claim_and_has_its_theorem():
    assert len(PROVED) >= 55
    names = {theorem_of(claim) for claim in PROVED}
    assert names == {theorem.full_name for theorem in shipped_theorems() if theorem.source.startswith("Claims")}
    assert len(names) == len(PROVED)
    assert {theorem_of(claim) for name, claim in claims().items() if name not in _stated()} == {""}
    assert all(RECORD.proofs(claim) == (theorem_of(claim),) for claim in PROVED)
    assert not KernelRecord().proofs(PROVED[0])


def test_statements_are_definitions_alone():
    text = shipped_sources()["Statements"]
    assert text.count("Definition ") == len(PROVED) + 2  # the sets of orders, and their number of terms
    assert not {"Proof", "Theorem", "Lemma", "Notation", "Section"} & set(text.split())


def _families(family: ClosedForm):
    error, first = family.parametric_error_formula, family.parametric_valid_from
    yield "error", replace(family, parametric_error_formula=error + Integer(1))
    yield "half the error", replace(family, parametric_error_formula=error / 2)
    yield "later", replace(family, parametric_valid_from=first + 1)
    yield "earlier", replace(family, parametric_valid_from=first - 1)
    other = DEFAULT if family.goal.relative else RELATIVE
    yield "objective", replace(family, objective=other)
    for n, block in enumerate(family.blocks):
        changed = (
            Block(block.first + 1, block.last + 1, block.coefficient),
            Block(block.first, block.last, block.coefficient + Integer(1)),
            Block(block.first, block.last, -block.coefficient),
        )
        for number, one in enumerate(changed):
            blocks = (*family.blocks[:n], one, *family.blocks[n + 1 :])
            yield f"block {n}, change {number}", replace(family, blocks=blocks)
    yield "an order less", replace(family, blocks=family.blocks[1:])


def _mutants(claim):
    yield "kind", replace(claim, kind="upper" if claim.kind != "upper" else "lower")
    other = "k" if "n" in claim.quantities else "n"
    yield "quantities", replace(claim, quantities={**claim.quantities, other: None})
    for n, hypothesis in enumerate(claim.conditions):
        others = (*claim.conditions[:n], *claim.conditions[n + 1 :])
        if not (hypothesis.least == 2 and "d" in claim.quantities):  # the convention of all statements
            yield f"without {hypothesis.text}", replace(claim, hypotheses=others)
        weaker = replace(hypothesis, text=hypothesis.text.replace("2", "1").replace("1", "0").replace(r"\in", r"\le"))
        if weaker.text != hypothesis.text:
            yield f"weaker {hypothesis.text}", replace(claim, hypotheses=(*others[:n], weaker, *others[n:]))
        if hypothesis.least is not None:
            later = replace(hypothesis, least=hypothesis.least + 1)
            yield f"later {hypothesis.text}", replace(claim, hypotheses=(*others[:n], later, *others[n:]))
    yield "one more", replace(claim, hypotheses=(*claim.conditions, Hypothesis(r"d \ge 9", lambda case: True)))
    yield from ((f"neighbour {one.name}", replace(one, name=claim.name)) for one in claim.neighbours)
    if isinstance(claim.change, ClosedForm):
        yield from ((name, family_claim(family)) for name, family in _families(claim.change))
        return
    yield "data", replace(claim, change=(claim.change, 1))
    if claim.table is not None:
        (first, *others) = claim.table().rows
        changed = replace(claim.table(), rows=((f"2{first[0]}", *first[1:]), *others))
        yield "table", replace(claim, table=lambda: changed)
    yield "conclusion", replace(claim, conclusion=f"{claim.conclusion} + 1")
    for digit in set("0123456789") & set(claim.conclusion):
        conclusion = claim.conclusion.replace(digit, str(int(digit) + 1))
        yield f"conclusion, another {digit}", replace(claim, conclusion=conclusion)


MUTANTS = [pytest.param(mutant, id=f"{claim.name}: {name}") for claim in PROVED for name, mutant in _mutants(claim)]


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_claim_in_which_anything_is_changed_has_no_theorem(mutant):
    assert mutant.name in _stated()
    assert RECORD.proofs(mutant) == ()


def test_the_grade_of_a_changed_claim_falls_back():
    claim = claims()["closed-form-mean"]
    verdict = claim.check(4)
    assert verdict.with_kernel(RECORD.proofs(claim)).label == "proved (kernel)"
    (*_, renamed) = (replace(one, name=claim.name) for one in claim.neighbours)
    assert verdict.with_kernel(RECORD.proofs(renamed)).label == "proved"


def test_a_theorem_of_another_type_is_refused():
    require_stated("Claims.width", "Statements.width")
    require_stated("FullSet.full_set", "forall x, x = x")
    for statement in ("Statements.link", "width", "True", "Statements.width -> False"):
        with pytest.raises(KernelError, match="is not"):
            require_stated("Claims.width", statement)


@pytest.mark.parametrize(
    "family", [claim.change for claim in claims().values() if isinstance(claim.change, ClosedForm)]
)
def test_every_closed_form_has_a_translation(family):
    text = translation(family_claim(family))
    assert text.endswith(" : F).\n")
    assert text.count("(*") == text.count("*)") == 2  # what it is of, and where the hypotheses end


@pytest.mark.parametrize(
    ("translate", "what"),
    [
        (COQ.condition, r"R \ne \{0\}"),
        (COQ.condition, r"d \ge 2 \le 3"),
        (COQ.condition, "d > 2"),
        (COQ.condition, r"d \ge 2) -> False -> (0"),
        (COQ.field, sqrt(D)),
        (COQ._natural, -D),
        (COQ._natural, D / 2),
        (COQ._natural, -1 - D),
        (COQ.orders, []),
        (COQ.orders, [Block(Integer(0), D - 1, Integer(1)), Block(D, D, Integer(1))]),
    ],
)
def test_what_has_no_translation_is_refused(translate, what):
    with pytest.raises(InputError):
        translate(what)


# --- the identities for six, seven and eight numbers ----------------------------------------------------------------

_INTEGER = r"(?:\d+|\(-\d+\))"


def _integers(text):
    return [int(number.strip("()")) for number in re.findall(_INTEGER, text)]


def _terms(name):
    """Read terms of ``MaximaData.v``: the coefficient, and the form as coefficients of maxima of two."""
    text = re.search(rf"Definition {name} .*? := \[::(.*?\])\]\.\n", shipped_sources()["MaximaData"], re.DOTALL)[1]
    for c, form in re.findall(rf"term ({_INTEGER}) \[:: (.*?)\]", text):
        numbers = _integers(form)
        yield _integers(c)[0], {(i, j): k for k, i, j in zip(*(numbers[n::3] for n in range(3)), strict=True)}


def test_the_terms_of_the_identity_of_six_numbers_are_those_of_the_claim():
    orbits = max_of_six.ORBITS
    images = [
        (int(c), {divmod(place, 6): int(k) for place, k in enumerate(image) if k})
        for c, form in orbits.rows
        for image in np.unique(orbits._images(form), axis=0)
    ]
    assert all(c.denominator == 1 for c, _ in orbits.rows)
    assert sorted(map(repr, images)) == sorted(
        repr((c, dict(sorted(form.items())))) for c, form in _terms("terms_of_six")
    )
    text = shipped_sources()["MaximaData"]
    (edges,) = re.findall(r"edges_of_six .*? := \[:: (.*?)\]", text)
    assert _integers(edges) == [2, 0, 1, 2, 1, 2, 2, 2, 3, 2, 3, 4, 2, 4, 5, 2, 0, 5]
    assert "maximum_is x 12 edges_of_six terms_of_six." in text


@pytest.mark.parametrize(("size", "word"), [(7, "seven"), (8, "eight")])
def test_the_rows_of_an_identity_are_those_of_the_claim(size, word):
    orbits = max_of_eight.orbits(size)
    single, pair = max_of_eight._LINEAR[size]
    text = shipped_sources()["MaximaData"]
    (found,) = re.findall(rf"maximum_is x (.*?) \(images {size} rows_of_{word}\)\.", text)
    multiple, order, first, second = _integers(found.replace("symmetric_part", ""))
    # The sum over i < j is half that over all i and j, less half of that of the numbers.
    assert (order, first, second) == (size, (single - pair / 2) * multiple, pair / 2 * multiple)
    # A form that k permutations leave as it is occurs k times among its images.
    rows = [
        (c * distinct * multiple / factorial(size), {(places[0], places[-1]): k for places, k in form.items()})
        for (c, form), distinct in zip(orbits.rows, orbits.distinct, strict=True)
    ]
    assert list(_terms(f"rows_of_{word}")) == rows


@pytest.mark.skipif(shutil.which("coqc") is None, reason="kernel checks skipped: coqc is not installed")
def test_the_checker_of_identities_refuses_wrong_ones(tmp_path):
    # 2 max(x, y) = x + y + relu(x - y) + relu(y - x), in one order and in both; then one number is changed.
    one, other = "term 1 [:: part 1 0 0; part (-1) 1 1]", "term 1 [:: part 1 1 1; part (-1) 0 0]"
    right = [
        f"check_maximum 2 2 [:: part 1 0 0; part 1 1 1] [:: {one}; {other}]",
        f"check_symmetric 2 2 1 0 [:: {one}]",
    ]
    wrong = [
        right[0].replace("2 2", "2 3"),
        right[0].replace("part 1 0 0; part 1 1 1]", "part 2 0 0; part 1 1 1]", 1),
        right[0].replace("term 1", "term 2", 1),
        right[0].replace("check_maximum 2", "check_maximum 1"),
        right[0].replace("check_maximum 2", "check_maximum 0"),
        right[1].replace("1 0 [", "1 1 ["),
        right[1].replace("term 1", "term (-1)"),
    ]
    theories = build(what_is_needed(shipped_sources(), "Maxima"))
    asked = "".join(f"Eval vm_compute in {check}.\n" for check in (*right, *wrong))
    preamble = "From Coq Require Import ZArith.\nFrom mathcomp Require Import all_ssreflect.\n"
    (tmp_path / "Ask.v").write_text(f"{preamble}From Subpool Require Import Maxima.\n{asked}")
    output = run_tool([find_tool("coqc"), "-q", "-w", "none", "-Q", str(theories.folder), LIBRARY, "Ask.v"], tmp_path)
    assert re.findall(r"= (true|false)", output) == ["true"] * len(right) + ["false"] * len(wrong)
