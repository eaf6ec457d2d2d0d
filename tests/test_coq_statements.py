"""What the kernel proves of a claim is what the claim says today: anything changed in it, and the grade is gone."""

import re
import shutil
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest
from sympy import Integer, sqrt

from proofs_check import claims
from proofs_check.coq import KernelRecord, KernelTheorem, SourceError
from proofs_check.coq.driver import build
from proofs_check.coq.formulas import COQ, coefficients
from proofs_check.coq.sources import (
    LIBRARY,
    read_sources,
    shipped_sources,
    shipped_theorems,
    stated_definitions,
    what_is_needed,
)
from proofs_check.coq.statements import _prefix, _stated, theorem_of, translation
from proofs_check.coq.toolchain import find_tool, run_tool
from proofs_check.kits.cells import MaxIdentity, Orbits
from proofs_check.kits.optima import family_claim
from proofs_check.statement import Hypothesis
from theory.errors import InputError
from theory.objectives import DEFAULT, RELATIVE
from theory.optimal.families import Block, ClosedForm, D, closed_forms

PROVED = [claims()[name] for name in _stated()]
RECORD = KernelRecord(
    "8.16.1", tuple(KernelTheorem(one.full_name, f"{one.source}.v", "", "", 0.0) for one in shipped_theorems())
)


def test_every_statement_is_that_of_its_claim_and_has_its_theorem():
    assert len(PROVED) >= 59
    names = {theorem_of(claim) for claim in PROVED}
    assert names == {theorem.full_name for theorem in shipped_theorems() if theorem.source.startswith("Claims")}
    assert len(names) == len(PROVED)
    assert {theorem_of(claim) for name, claim in claims().items() if name not in _stated()} == {""}
    assert all(RECORD.proofs(claim) == (theorem_of(claim),) for claim in PROVED)
    assert not KernelRecord().proofs(PROVED[0])


def test_statements_are_definitions_alone():
    assert len(stated_definitions(shipped_sources()["Statements"])) == len(PROVED)


def test_the_page_names_the_claims_that_are_compared_as_text():
    page = " ".join((Path(__file__).parents[1] / "docs" / "theory" / "checked.md").read_text(encoding="utf-8").split())
    (named,) = re.findall(r"Where a hypothesis or a quantity has no translation \((.*?)\), all of the claim", page)
    as_text = {claim.name for claim in PROVED if not isinstance(claim.change, MaxIdentity) and not _prefix(claim)}
    assert set(re.findall("`(.*?)`", named)) == as_text


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


def _identities(identity: MaxIdentity):
    (c, form), *rest = identity.rows
    yield "factor", replace(identity, factor=identity.factor + 1)
    yield "plain", replace(identity, rows=[(c + 1, form), *rest])
    orbits = identity.relus
    yield "group", replace(identity, relus=Orbits(orbits.rows, orbits.group[:-1]))
    yield "no permutations", replace(identity, relus=Orbits(orbits.rows, orbits.group + 1))
    for n in {*range(6), len(orbits.rows) - 1} & {*range(len(orbits.rows))}:
        c, form = orbits.rows[n]
        (places, k), *_ = form.items()
        for name, row in (("coefficient", (c + 1, form)), ("form", (c, {**form, places: k + 1}))):
            changed = copy(orbits)
            changed.rows = [*orbits.rows[:n], row, *orbits.rows[n + 1 :]]
            yield f"{name} {n}", replace(identity, relus=changed)


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
        turned = replace(hypothesis, text=hypothesis.text.replace(r"\ge", r"\le"))
        if turned.text != hypothesis.text:
            yield f"turned {hypothesis.text}", replace(claim, hypotheses=(*others[:n], turned, *others[n:]))
        if hypothesis.least is not None:
            later = replace(hypothesis, least=hypothesis.least + 1)
            yield f"later {hypothesis.text}", replace(claim, hypotheses=(*others[:n], later, *others[n:]))
    yield "one more", replace(claim, hypotheses=(*claim.conditions, Hypothesis(r"d \ge 9")))
    yield from ((f"neighbour {one.name}", replace(one, name=claim.name)) for one in claim.neighbours)
    yield "conclusion", replace(claim, conclusion=f"{claim.conclusion} + 1")
    if isinstance(claim.change, ClosedForm):
        yield from ((name, family_claim(family)) for name, family in _families(claim.change))
        return
    if isinstance(claim.change, MaxIdentity):
        yield from ((name, replace(claim, change=changed)) for name, changed in _identities(claim.change))
    yield "data", replace(claim, change=(claim.change, 1))
    if claim.table is not None:
        (first, *others) = claim.table().rows
        changed = replace(claim.table(), rows=((f"2{first[0]}", *first[1:]), *others))
        yield "table", replace(claim, table=lambda: changed)
    for digit in sorted(set("0123456789") & set(claim.conclusion)):
        conclusion = claim.conclusion.replace(digit, str(int(digit) + 1))
        yield f"conclusion, another {digit}", replace(claim, conclusion=conclusion)


MUTANTS = [pytest.param(mutant, id=f"{claim.name}: {name}") for claim in PROVED for name, mutant in _mutants(claim)]


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_claim_in_which_anything_is_changed_has_no_theorem(mutant):
    assert mutant.name in _stated()
    assert RECORD.proofs(mutant) == ()


def test_what_is_proved_by_steps_and_words_is_proved_by_the_kernel():
    assert {name for name, claim in claims().items() if claim.proof is not None} <= set(_stated())


def test_the_grade_of_a_changed_claim_falls_back():
    claim = claims()["closed-form-mean"]
    verdict = claim.check(4)
    assert verdict.with_kernel(RECORD.proofs(claim)).label == "proved (kernel)"
    (*_, renamed) = (replace(one, name=claim.name) for one in claim.neighbours)
    assert verdict.with_kernel(RECORD.proofs(renamed)).label == "proved"


STATED = "(** Claim foo, upper. *)\nDefinition foo : Prop := 0 = 1.\n"
BEFORE = "From mathcomp Require Import all_ssreflect.\nSet Implicit Arguments.\nImport Order.TTheory.\n"
INFIX = 'Local Infix "<=" := (fun _ _ => True) : nat_scope.\n'


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        (f"{BEFORE}{INFIX}{STATED}", "definitions alone"),
        (f"{STATED}{INFIX}", "definitions alone"),
        (f"{STATED}Set Implicit Arguments.\n", "definitions alone"),
        (f"{BEFORE}Module A.\n{STATED}End A.\n", "definitions alone"),
        (f"{STATED}Lemma bar : True. Proof. exact I. Qed.\n", "definitions alone"),
        (f"{STATED}Definition bar : Prop := True.\n", "something else than its definition"),
        (STATED.replace("Definition foo", "Definition bar"), "something else than its definition"),
        (f"Definition foo : Prop := True.\n(* {STATED} *)\n", None),
        (f"{STATED}(** Claim bar, upper. *)\n", "something else than its definition"),
    ],
)
def test_statements_that_are_no_plain_definitions_are_refused(statements, message):
    assert [definition for _, definition in stated_definitions(STATED)] == ["\nDefinition foo : Prop := 0 = 1.\n"]
    read_sources({"Statements": BEFORE + STATED})
    if message is None:  # what stands in a comment is no statement
        assert stated_definitions(statements) == []
        return
    with pytest.raises(SourceError, match=message):
        read_sources({"Statements": statements})


@pytest.mark.parametrize(
    "notation", ['Notation "x = y" := True', 'Infix "=" := eq', "Coercion f : nat >-> bool", "Open Scope a"]
)
def test_no_theory_gives_the_words_of_the_statements_another_meaning(notation):
    needing = {"Base": f"{notation}.\n", "Other": "From Subpool Require Import Base.\n"}
    statements = f"From Subpool Require Import Other.\n{STATED}"
    with pytest.raises(SourceError, match=r"Base\.v, which Statements\.v needs"):
        read_sources(needing | {"Statements": statements})
    read_sources(needing | {"Statements": STATED})
    if "Notation" in notation:
        read_sources({"Base": f"Local {notation}.\n", "Other": needing["Other"], "Statements": statements})


@pytest.mark.parametrize(
    "family", [claim.change for claim in claims().values() if isinstance(claim.change, ClosedForm)]
)
def test_every_closed_form_has_a_translation(family):
    text = translation(family_claim(family))
    assert text.count("(*") == text.count("*)") == 2  # what it is of, and where the hypotheses end
    words = " ".join(text.split())
    assert all(COQ.field(block.coefficient) in words for block in family.blocks)
    assert words.endswith(
        f"({' '.join(coefficients(family.blocks).split())}) ({COQ.field(family.parametric_error_formula)})."
    )


def test_the_coefficients_of_every_closed_form_are_proved_unique():
    names = {one.name for one in shipped_theorems() if one.source == "Uniqueness"}
    text = shipped_sources()["Uniqueness"]
    proved = {
        " ".join(match[2].split())
        for match in re.finditer(r"^Theorem (\w+)(.*?)^Proof", text, re.MULTILINE | re.DOTALL)
        if match[1] in names
    }
    for family in closed_forms.values():
        said = f"{'unique_relative' if family.goal.relative else 'unique_on_cube'} F d {COQ.orders(family.blocks)}"
        assert any(re.search(rf"{re.escape(said)}(?![:\w])", theorem) for theorem in proved), said


def test_coefficients_are_told_apart_by_their_orders():
    first, second, *others = closed_forms["mean-and-last-two"].blocks
    swapped = (
        replace(first, coefficient=second.coefficient),
        replace(second, coefficient=first.coefficient),
        *others,
    )
    assert coefficients(swapped) != coefficients((first, second, *others))
    assert re.findall(r"k == (.*?) then", coefficients((first, second, *others))) == ["0%N", "1%N", "(d - 2)%N"]


@pytest.mark.parametrize(
    ("translate", "what"),
    [
        (COQ.condition, r"R \ne \{1\}"),
        (COQ.condition, r"d \ge 2 \le 3"),
        (COQ.condition, "d > 2"),
        (COQ.condition, r"d \ge 2) -> False -> (0"),
        (COQ.condition, r"jr \le d"),
        (COQ.condition, r"\binom{j}{r} \binom{d}{r} \ge 2"),
        (COQ.condition, r"\binom{d}{r)} \ge 2"),
        (COQ.condition, r"S = \emptyset \text{ or } p + q > 1"),
        (COQ.condition, r"S \subseteq \{s, \dots, d - 1\}"),  # the name of the element
        (COQ.condition, r"S \subseteq \{1, \dots, \binom{d}{2}\}"),
        (COQ.condition, r"T \subseteq \{1, \dots, d - 1\}"),
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


def _identity(
    cells="[:: G]", n=2, s=2, t=2, plain="times 1 1 [:: M 1 0 0]", relus="times 1 1 [:: M 1 0 0; M (-1) 1 1]"
):
    """Write what is checked of 2 max(x, y) = x + y + relu(x - y) + relu(y - x), with G the group; or of another."""
    return f"check_identity {n} G {cells} {s} {t} [:: {plain}] [:: {relus}]"


@pytest.mark.skipif(shutil.which("coqc") is None, reason="kernel checks skipped: coqc is not installed")
def test_the_checker_of_identities_refuses_wrong_ones(tmp_path):
    both = "[seq orders_of l G | l <- permutations (iota 0 2)]"
    right = [
        _identity(),
        _identity(both, s=1),
        _identity(plain="times 1 1 [:: M 1 0 0]; times 0 1 [:: M 1 0 1]"),
        _identity(t=1, plain="times 1 1 [:: M 1 0 1]", relus=""),
        "check_group 2 G",
    ]
    wrong = [
        _identity(t=3),
        _identity(both, t=1),
        _identity(plain="times 2 1 [:: M 1 0 0]"),
        _identity(plain="times 1 1 [:: M 1 0 1]"),
        _identity(relus="times (-1) 1 [:: M 1 0 0; M (-1) 1 1]"),
        _identity(relus="times 1 2 [:: M 1 0 0; M (-1) 1 1]"),
        _identity(relus="times 1 1 [:: M 1 0 0; M (-2) 1 1]"),
        _identity(relus=""),
        # What is ill-posed: other numbers than those given, none at all, a scale that is no common denominator or 0,
        # no permutation that fixes a form, denominators that are not positive.
        _identity(n=1),
        _identity(n=0, t=0, plain="", relus=""),
        _identity(s=1, t=1, plain="times 1 1 [:: M 1 0 1]", relus=""),
        _identity(s=0),
        _identity(plain="times 1 0 [:: M 1 0 0]"),
        _identity(plain="times (-1) (-1) [:: M 1 0 0]"),
        "check_group 2 [:: [:: 0; 1]; [:: 0; 1]]",
        "check_group 2 [:: [:: 0; 1]; [:: 0; 0]]",
        "check_group 3 [:: [:: 0; 1; 2]; [:: 1; 2; 0]]",
    ]
    theories = build(what_is_needed(shipped_sources(), "MaxByImages"))
    asked = "".join(f"Eval vm_compute in {check}.\n" for check in (*right, *wrong))
    (tmp_path / "Ask.v").write_text(
        "From Coq Require Import ZArith.\nFrom mathcomp Require Import all_ssreflect.\n"
        "From Subpool Require Import Images MaxByImages.\nArguments check_identity n G cells S%Z t%Z plain rows.\n"
        f"Definition G := permutations (iota 0 2).\n{asked}"
    )
    output = run_tool([find_tool("coqc"), "-q", "-w", "none", "-Q", str(theories.folder), LIBRARY, "Ask.v"], tmp_path)
    assert re.findall(r"= (true|false)", output) == ["true"] * len(right) + ["false"] * len(wrong)
