"""What the kernel is asked, what it must refuse, and what is made of its answers."""

import dataclasses
import itertools
import json
import os
import random
import re
import runpy
import shutil
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest

from proofs_check import CertificateError, check_certificate, claims, verify
from proofs_check.coq import (
    KernelError,
    KernelMissingError,
    KernelTimeoutError,
    SourceError,
    accepted,
    check,
    emit,
)
from proofs_check.coq import driver as coq_driver
from proofs_check.coq.driver import BY_THE_VM, Theories, _check_emitted, build, recheck
from proofs_check.coq.readback import certificate_proved
from proofs_check.coq.sources import (
    read_sources,
    refuse_assumptions,
    shipped_sources,
    shipped_theorems,
    what_is_needed,
)
from proofs_check.coq.statements import _stated
from proofs_check.coq.toolchain import find_tool, run_tool
from tests.campaigns import campaign, tries
from theory import optimal_estimator
from theory.certificate import Certificate
from theory.cli import main
from theory.errors import FormatError, InputError, ProblemTooLargeError

needs_coqc = pytest.mark.skipif(shutil.which("coqc") is None, reason="kernel checks skipped: coqc is not installed")

CUBE = Certificate.from_dict(
    {
        "format": "subpool-certificate",
        "version": 1,
        "kernel_size": 9,
        "objective": "cube",
        "orders": [0, 1, 8],
        "coefficients": {"0": "1/20", "1": "-9/70", "8": "36/35"},
        "error": "1/20",
        "dual": {"0": "1/20", "7": "-9/20", "8": "9/20", "9": "-1/20"},
    }
)
RANGE = optimal_estimator(5, [1, 4], objective="range").certificate


@pytest.fixture
def empty_cache(tmp_path_factory, monkeypatch):
    """A cache that is empty, and that nobody else uses."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SUBPOOL_CACHE", str(folder))
    return folder / "coq"


@pytest.fixture(scope="module")
def theories(tmp_path_factory):
    """The checker, compiled in the cache that later runs find; compiled once for all tests."""
    return build(what_is_needed(shipped_sources(), "Checker"))


# --- sources: these tests need no Coq -------------------------------------------------------------------------------


def test_shipped_sources_assume_nothing_and_list_theorems():
    sources = read_sources(shipped_sources())
    listed = {theorem.name for source in sources for theorem in source.listed}
    assert {"cube_certificate", "range_certificate"} <= listed
    names = [source.name for source in sources]
    for source in sources:
        assert all(names.index(required) < names.index(source.name) for required in source.requires)


@pytest.mark.parametrize(
    "text",
    [
        "Axiom a : False.",
        "Local Axiom a : False.",
        "#[local] Axiom a : False.",
        "Parameter a : nat.",
        "Parameters (a : nat) (b : nat).",
        "Conjecture c : False.",
        "Lemma l : False. Proof. Admitted.",
        "Lemma l : False. Proof. admit. Qed.",
        "Lemma l : False. Proof. by have : False by give_up. Qed.",
        "Module Type T. Parameter a : False. End T.",
        "Variable a : False.",
        "Section S. End S. Hypothesis a : False.",
        "Context (a : False).",
        "Module M. Variables a b : False. End M.",
        "(* Section S. *) Variable a : False.",
        'Definition s := "Section S. ". Variable a : False.',
        "Unset  Guard\nChecking.",
        "Unset Universe Checking.",
        "#[bypass_check(guard)] Fixpoint f (n : nat) : False := f n.",
        'Declare ML Module "plugin".',
        "Declare Instance a : False.",
        "Program Definition a : False := _. Admit Obligations.",
        "Primitive int := #int63_type.",
        "(* a comment *) (* another (* nested *) *) Axiom a : False.",
        '(* a string "*)" in a comment *) Axiom a : False.',
        "Section S. Variable a : nat.",
        "End S.",
        "Section S. End T.",
        "(* not closed",
        '"not closed',
    ],
)
def test_sources_that_assume_are_refused(text):
    with pytest.raises(SourceError):
        refuse_assumptions(text)


@pytest.mark.parametrize(
    "text",
    [
        "(* Axiom *) Lemma l : True. Proof. by []. Qed.",
        'Definition s := "Admitted. Axiom.".',
        "Section S. Variable n : nat. Hypothesis h : n = n. Context (m : nat). End S.",
        "Module M. Section S. Variable n : nat. End S. End M.",
        "Module N := M. Lemma Axioms_of_order : True.",
        "Lemma admitted' : x.1 = x.2.",
    ],
)
def test_sources_that_do_not_assume_are_accepted(text):
    refuse_assumptions(text)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"A": "From Subpool Require Import B."}, "not there"),
        ({"A": "From Subpool Require Import B.", "B": "From Subpool Require A."}, "each other"),
        ({"A": "(** Theorem: t. *) Definition t := 1."}, "none follows"),
        ({"A": "(* Theorem: t. *)\nTheorem t : True."}, "A.v, line 2: no comment lists the theorem t"),
        ({"A": "(** Theorem: t. *) Theorem t : True. #[local]Corollary u : True."}, "no comment lists the theorem u"),
        ({"A": "(** Theorem: t.\n Claims: a-claim *) Theorem t : True."}, "stands in Statements.v"),
    ],
)
def test_lists_that_cannot_be_read_are_refused(texts, message):
    with pytest.raises(SourceError, match=message):
        read_sources(texts)


# --- emitting and reading back: no Coq either -----------------------------------------------------------------------


def test_the_statement_has_the_claim_in_plain_sight():
    text = emit([CUBE])
    assert "optimal_cube F 9 [:: 0; 1; 8]" in text
    assert "(coefficients F [:: entry 0 1 20; entry 1 (-9) 70; entry 8 36 35])" in text
    assert "(ratio F 1 20)" in text
    refuse_assumptions(text)


def test_sources_of_certificates_are_told_apart(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(CUBE.to_json())
    assert emit([CUBE]) == emit([CUBE.to_dict()]) == emit([CUBE.to_json()]) == emit([path]) == emit([str(path)])


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"version": 2},
        {"kernel_size": "9"},
        {"kernel_size": 9.0},
        {"kernel_size": -9},
        {"objective": "cube *) Axiom a : False. (*"},
        {"orders": [0, 1, True]},
        {"orders": [0, 1, -8]},
        {"orders": [0, 1, 10]},
        {"coefficients": {"00": "1/20", "1": "-9/70", "8": "36/35"}},
        {"error": "0.05"},
        {"error": "1/0"},
        {"dual": {"10": "1"}},
        {"dual": {"-1": "1"}},
        {"comment": "more"},
    ],
)
def test_what_is_no_certificate_is_not_emitted(change):
    with pytest.raises(FormatError):
        emit([CUBE.to_dict() | change])


def test_a_repeated_key_is_refused():
    text = CUBE.to_json().replace('"error": "1/20"', '"error": "1/20", "error": "1/21"')
    with pytest.raises(FormatError, match="repeat"):
        emit([text])


def test_a_kernel_size_beyond_unary_numbers_is_refused():
    with pytest.raises(ProblemTooLargeError, match="5000"):
        emit([dataclasses.replace(CUBE, kernel_size=5001)])


SAYS = "forall F : realFieldType, optimal_cube F 2 [:: 0] (coefficients F [:: entry 0 1 2]) (ratio F 1 2)"


@pytest.mark.parametrize(
    "statement",
    [
        "True",
        SAYS.replace("forall F : realFieldType, ", "forall F : realFieldType, False -> "),
        SAYS.replace("optimal_cube", "optimal"),
        SAYS + " \\/ True",
        SAYS.replace("entry 0 1 2", "entry 0 1 2; entry 0 1 2"),
        SAYS.replace("entry 0 1 2", "entry 0 1 0"),
        SAYS.replace("entry 0 1 2", "entry 0 x 2"),
        SAYS.replace("[:: 0]", "[:: n]"),
        SAYS.replace("(ratio F 1 2)", "(ratio F 1 (-2))"),
    ],
)
def test_other_statements_are_not_read_back_as_certificates(statement):
    assert certificate_proved(SAYS).error == Fraction(1, 2)
    with pytest.raises(KernelError):
        certificate_proved(statement)


def test_integers_with_thousands_of_digits_are_written_and_read():
    long = Fraction(10**6000 + 1, 10**6000)
    text = emit([dataclasses.replace(CUBE, error=long)])
    proved = certificate_proved(SAYS.replace("(ratio F 1 2)", re.search(r"\(ratio F \d+ \d+\)", text)[0]))
    assert proved.error == long


# --- the kernel -----------------------------------------------------------------------------------------------------


@needs_coqc
def test_certificates_of_both_objectives_are_proved(theories):
    zero = [optimal_estimator(4, range(5)).certificate, optimal_estimator(4, [4, 1], objective="range").certificate]
    assert all(certificate.error == 0 for certificate in zero)
    large = optimal_estimator(169, [0, 1, 2, 167, 168]).certificate
    certificates = [CUBE, RANGE, *zero, large, dataclasses.replace(CUBE, orders=(8, 0, 1))]
    theorems = _check_emitted(emit(certificates), certificates, theories)
    assert [theorem.assumptions for theorem in theorems] == ["none"] * len(certificates)
    assert "optimal_range F 5 [:: 1; 4]" in theorems[1].statement


@needs_coqc
@campaign
def test_sets_with_intercept_for_3x3(theories):
    sets = [(0, *R) for size in range(9) for R in itertools.combinations(range(1, 9), size)]
    sets = random.Random(9).sample(sets, min(tries(40), 256))  # all 256 of them in `make soak`
    certificates = [optimal_estimator(9, R).certificate for R in sets]
    theorems = _check_emitted(emit(certificates), certificates, theories)
    assert len(theorems) == len({theorem.statement for theorem in theorems}) == len(sets)


def _plus(numbers, index, change):
    return {**numbers, index: numbers.get(index, Fraction(0)) + change}


def _corrupted(certificate):
    c, small = certificate, Fraction(1, 1000)
    top, other = c.orders[-1], "range" if c.objective == "cube" else "cube"
    yield "smaller error", dataclasses.replace(c, error=c.error - small)
    yield "larger error", dataclasses.replace(c, error=c.error + small)
    yield "negative error", dataclasses.replace(c, error=-c.error)
    yield "no error", dataclasses.replace(c, error=Fraction(0), dual={})
    yield "coefficient", dataclasses.replace(c, coefficients=_plus(c.coefficients, top, small))
    yield "coefficient of another order", dataclasses.replace(c, coefficients=_plus(c.coefficients, 2, small))
    fewer = {r: c.coefficients[r] for r in c.orders[:-1]}
    yield "no coefficient of an order", dataclasses.replace(c, coefficients=fewer)
    yield "another order", dataclasses.replace(c, orders=(*c.orders[:-1], top - 1))
    yield (
        "one order more",
        dataclasses.replace(c, orders=(*c.orders, 2), coefficients={**c.coefficients, 2: Fraction(0)}),
    )
    yield "an order twice", dataclasses.replace(c, orders=(*c.orders, top))
    yield "kernel size", dataclasses.replace(c, kernel_size=c.kernel_size + 1)
    yield "objective", dataclasses.replace(c, objective=other)
    z = max(c.dual)
    yield "dual weight", dataclasses.replace(c, dual=_plus(c.dual, z, small))
    yield "scaled dual", dataclasses.replace(c, dual={z: 2 * w for z, w in c.dual.items()})
    yield "dual without a vertex", dataclasses.replace(c, dual={y: w for y, w in c.dual.items() if y != z})
    yield "no dual", dataclasses.replace(c, dual={})


CORRUPTED = [
    pytest.param(wrong, id=f"{name}, {certificate.objective}")
    for certificate in (CUBE, RANGE)
    for name, wrong in _corrupted(certificate)
]


@needs_coqc
@pytest.mark.parametrize("wrong", CORRUPTED)
def test_corrupted_certificates_are_refused(wrong, theories):
    # The two checkers share no code; both have to see it.
    with pytest.raises(CertificateError):
        check_certificate(wrong.to_dict())
    with pytest.raises(KernelError, match="rejects"):
        _check_emitted(emit([wrong]), [wrong], theories)


@needs_coqc
def test_range_certificates_have_no_intercept(theories):
    coefficients = {0: Fraction(0), **RANGE.coefficients}
    wrong = dataclasses.replace(RANGE, orders=(0, *RANGE.orders), coefficients=coefficients)
    with pytest.raises(KernelError, match="rejects"):
        _check_emitted(emit([wrong]), [wrong], theories)


@needs_coqc
@pytest.mark.parametrize(
    ("field", "claimed"),
    [
        ("error", dataclasses.replace(CUBE, error=Fraction(1, 21))),
        ("kernel_size", dataclasses.replace(CUBE, kernel_size=10)),
        ("orders", dataclasses.replace(CUBE, orders=(0, 1, 7))),
        ("objective", dataclasses.replace(CUBE, objective="range")),
        ("coefficients", dataclasses.replace(CUBE, coefficients=_plus(CUBE.coefficients, 1, Fraction(1, 9)))),
    ],
)
def test_a_statement_that_differs_from_the_certificate_is_refused(field, claimed, theories, monkeypatch):
    # Coq is asked once for all fields: the text that it proves is the same.
    monkeypatch.setattr(coq_driver, "run_tool", _answered)
    with pytest.raises(KernelError, match=f"{field} differs"):
        _check_emitted(emit([CUBE]), [claimed], theories)


_ANSWERS = {}


def _answered(command, folder, *options, **named):
    asked = [*(path.read_text() for path in sorted(folder.glob("*.v"))), command[-1]]
    key = "\n".join(asked)
    if key not in _ANSWERS:
        _ANSWERS[key] = run_tool(command, folder, *options, **named)
    return _ANSWERS[key]


FALSE = CUBE.to_dict() | {"error": "1/21"}
FALSE_STATEMENT = emit([FALSE]).partition("Proof.")[0]
CHEAT = FALSE_STATEMENT.replace("(* kernel", "INTRODUCTION\n(* kernel") + "Proof. by []. Qed.\n"
DEFINED = "Definition optimal_cube (F : realFieldType) (d : nat) (R : seq nat) (c : nat -> F) (E : F) := True."
NOTATION = "Notation \"'optimal_cube' F d R c E\" := True (at level 10, F, d, R, c, E at level 9)."


@needs_coqc
@pytest.mark.parametrize(
    ("text", "message"),
    [
        (FALSE_STATEMENT + "Proof. Admitted.", "Admitted is not allowed"),
        (FALSE_STATEMENT + "Proof. by []. Qed.", "line 12|certificate_1"),
        (FALSE_STATEMENT.replace("Theorem", "Axiom"), "Axiom is not allowed"),
        # Axioms of the standard library are found by Print Assumptions, not by the scan.
        (
            emit([CUBE])
            .replace("From Coq Require Import ZArith.", "From Coq Require Import ZArith Classical.")
            .replace("Proof.\n", "Proof.\nmove: (classic True) => _.\n"),
            r"assumed, and not proved: Classical_Prop\.classic",
        ),
        # A name or a notation of the file that makes another statement look right.
        (CHEAT.replace("INTRODUCTION", DEFINED), "no statement about a certificate"),
        (CHEAT.replace("INTRODUCTION", NOTATION), "no statement about a certificate"),
        ("(* nothing *)", "no theorem certificate_1"),
    ],
)
def test_files_that_cheat_are_refused(text, message, theories):
    claimed = Certificate.from_dict(FALSE if "1 21" in text else CUBE.to_dict())
    with pytest.raises(KernelError, match=message):
        _check_emitted(text, [claimed], theories)


@needs_coqc
def test_a_fraction_may_be_written_in_another_way(theories):
    assert _check_emitted(emit([CUBE]).replace("(ratio F 1 20)", "(ratio F 2 40)"), [CUBE], theories)


@needs_coqc
def test_assumptions_of_listed_theorems_are_found(empty_cache):
    with pytest.raises(KernelError, match="classic"):
        build({"Bad": MIDDLE})
    assert not list(empty_cache.iterdir())


MIDDLE = (
    "From Coq Require Import Classical.\n"
    "(** Theorem: the excluded middle. *)\nTheorem middle (P : Prop) : P \\/ ~ P.\nProof. exact (classic P). Qed.\n"
)


@needs_coqc
@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize(
    "words",
    [
        'Notation "[ :: x ]" := tt (at level 0, only parsing).',
        "Notation conj a b := I.\nModule I. End I.",
        'Notation "( x )" := I (at level 0, only parsing).',
        "Module Subpool. Module Bad. Lemma middle : True. Proof. exact I. Qed. End Bad. End Subpool.",
    ],
)
def test_no_word_of_a_theory_hides_an_assumption(words):
    with pytest.raises(KernelError, match="classic"):
        build({"Bad": f"{MIDDLE}{words}\n"})


@needs_coqc
@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize(
    "words",
    [
        "Module Statements. Definition foo : Prop := True. End Statements.",
        "Notation \"'Statements.foo'\" := True.",
        "Module Subpool. Module Statements. Definition foo : Prop := True. End Statements. End Subpool.",
    ],
)
def test_no_word_of_a_theory_stands_for_a_statement(words):
    statements = "(** Claim foo, upper. *)\nDefinition foo : Prop := 0 = 1.\n"
    proved = "From Subpool Require Statements.\n{}\n(** Theorem: foo. *)\nTheorem foo : {}.\nProof. exact {}. Qed.\n"
    with pytest.raises(KernelError, match="has type"):
        build({"Statements": statements, "Claims": proved.format(words, "Statements.foo", "I")})
    right = statements.replace("0 = 1", "1 = 1")
    build({"Statements": right, "Claims": proved.format("", "Statements.foo", "(eq_refl 1)")})


@needs_coqc
def test_coqchk_sees_axioms(empty_cache, tmp_path):
    # Plain Coq alone: with MathComp it takes minutes.
    recheck(build({"Good": "Lemma same : 1 = 1.\nProof. reflexivity. Qed.\n"}))
    (tmp_path / "Bad.v").write_text("Axiom wrong : 1 = 2.\n")
    run_tool([find_tool("coqc"), "-q", "-Q", ".", "Subpool", "Bad.v"], tmp_path, timeout=60)
    with pytest.raises(KernelError, match="Axioms"):
        recheck(Theories(tmp_path, ()))


@needs_coqc
@pytest.mark.usefixtures("empty_cache")
def test_a_false_theorem_does_not_compile():
    text = "(** Theorem: false. *)\nTheorem wrong : 1 = 2.\nProof. reflexivity. Qed.\n"
    with pytest.raises(KernelError, match=r"Bad\.v, line 3"):
        build({"Bad": text})


@needs_coqc
@pytest.mark.usefixtures("empty_cache")
def test_the_cache_is_believed_only_as_it_was_written():
    text = "(** Theorem: two sides are equal. *)\nTheorem same : 1 = 1.\nProof. reflexivity. Qed.\n"
    first = build({"Good": text})
    stamp = (first.folder / "Good.vo").stat().st_mtime_ns
    assert build({"Good": text}) == first
    assert (first.folder / "Good.vo").stat().st_mtime_ns == stamp
    (first.folder / "Good.vo").write_bytes(b"something else")
    again = build({"Good": text})
    assert (again.folder / "Good.vo").read_bytes() != b"something else"
    assert build({"Good": text.replace("1 = 1", "2 = 2")}).folder != first.folder


@needs_coqc
def test_a_proof_that_takes_too_long_is_ended(tmp_path):
    (tmp_path / "Slow.v").write_text("Theorem slow : True.\nProof. do 1000000000 (idtac; idtac). exact I. Qed.\n")
    begun = time.monotonic()
    with pytest.raises(KernelTimeoutError, match="did not finish"):
        run_tool([find_tool("coqc"), "-q", "Slow.v"], tmp_path, timeout=3)
    assert time.monotonic() - begun < 60


def test_without_coqc_nothing_is_proved(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KernelMissingError, match="apt-get install coq"):
        check([CUBE])
    with pytest.raises(KernelMissingError):
        accepted()
    path = tmp_path / "c.json"
    path.write_text(CUBE.to_json())
    assert main(["check", "--coq", str(path)]) == 2
    captured = capsys.readouterr()
    assert "kernel skipped" in captured.out
    assert "proved" not in captured.out
    assert len(captured.err.splitlines()) == 1
    assert main(["verify", "closed-form-mean", "--kernel-max", "4"]) == 0
    captured = capsys.readouterr()
    assert "(kernel)" not in captured.out
    assert captured.err.startswith("kernel checks skipped: coqc is not installed")
    assert len(captured.err.splitlines()) == 1


def test_theories_that_are_not_compiled_prove_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(coq_driver, "find_tool", lambda name: name)
    monkeypatch.setattr(coq_driver, "version", lambda coqc: "0")
    monkeypatch.setenv("SUBPOOL_CACHE", str(tmp_path))
    with pytest.raises(KernelError, match="not compiled"):
        accepted()


# --- the cache: these tests need no Coq, but something that answers as coqc does -------------------------------------

IMITATION = """#!{python}
import pathlib, re, sys, time
if "--print-version" in sys.argv:
    print("8.16.1 4.14.1")
elif "-where" in sys.argv:
    print(pathlib.Path(sys.argv[0]).parent)
else:
    source = pathlib.Path(sys.argv[-1])
    text = source.read_text()
    with (pathlib.Path(sys.argv[0]).parent / "compiled").open("a") as log:
        log.write(source.stem + " ")
    if "slow" in text:
        time.sleep(60)
    if "wrong" in text:
        sys.exit("Error: wrong")
    print("@answer\\nClosed under the global context")
    for name in re.findall("^Check @(.*)[.]$", text, re.MULTILINE):
        print(f"@answer\\n{{name}}\\n     : True")
    source.with_suffix(".vo").write_text(text[::-1])
"""
EQUAL = "(** Theorem: two sides are equal. *)\nTheorem same : 1 = 1.\nProof. reflexivity. Qed.\n"


@pytest.fixture
def imitated(tmp_path_factory, monkeypatch, empty_cache):
    """A cache that is empty, and a coqc that believes everything."""
    folder = tmp_path_factory.mktemp("bin")
    library = folder / "user-contrib" / "mathcomp" / "algebra" / "all_algebra.vo"
    library.parent.mkdir(parents=True)
    library.touch()
    (folder / "coqc").write_text(IMITATION.format(python=sys.executable))
    (folder / "coqc").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return empty_cache


def test_what_was_compiled_is_found_again(imitated):
    theories = build(shipped_sources())
    assert build(shipped_sources()) == theories
    record = accepted()
    proved = {claim.name for claim in claims().values() if record.proofs(claim)}
    assert proved == set(_stated())
    assert list(imitated.iterdir()) == [theories.folder]


def test_only_what_has_changed_is_compiled_again(imitated):
    needs = "From Subpool Require Import {}.\n" + EQUAL
    texts = {"A": EQUAL, "B": needs.format("A"), "C": needs.format("B"), "D": EQUAL}
    log = Path(shutil.which("coqc")).with_name("compiled")

    def compiled(changed, **options):
        log.write_text("")
        theories = build(changed, **options)
        assert sorted(path.stem for path in theories.folder.glob("*.vo")) == sorted(changed)
        assert all((theories.folder / f"{name}.vo").read_text() == text[::-1] for name, text in changed.items())
        return sorted(set(log.read_text().split()) - {"Audit"})

    assert compiled(texts) == ["A", "B", "C", "D"]
    assert compiled(texts) == []
    assert compiled({name: texts[name] for name in "AB"}) == []
    assert compiled(texts | {"B": texts["B"] + "(* *)"}) == ["B", "C"]
    assert compiled({"A": EQUAL + "(* *)", "B": texts["B"], "D": EQUAL}) == ["A", "B"]
    assert compiled(texts, rebuild=True) == ["A", "B", "C", "D"]
    for folder in imitated.iterdir():
        (folder / "A.vo").write_text("something else")
    assert compiled(texts | {"D": "(* *)"}) == ["A", "B", "C", "D"]


def test_an_error_ends_what_is_compiled_beside_it(imitated):
    begun = time.monotonic()
    with pytest.raises(KernelError, match="wrong"):
        build({"Slow": "(* slow *)", "Wrong": "(* wrong *)", "Slower": "(* slow *)"})
    assert time.monotonic() - begun < 30
    assert list(imitated.iterdir()) == []


def test_verify_asks_the_kernel_where_that_is_wanted(imitated, capsys):
    assert main(["verify", "closed-form-full", "--kernel-max", "4", "--kernel", "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    (verdict,) = json.loads(captured.out)
    assert verdict["kernel"] == ["ClaimsCoefficients.closed_form_full"]
    shutil.rmtree(imitated)
    Path(shutil.which("coqc")).write_text("#!/bin/sh\n[ $1 = --print-version -o $1 = -where ] && dirname $0\n")
    assert main(["verify", "closed-form-full", "--kernel-max", "4", "--kernel"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("subpool: ")


def test_the_tool_prints_the_theorems(imitated, capsys):
    program = runpy.run_path(str(Path(__file__).parents[1] / "tools" / "kernel.py"))["main"]
    assert program([]) == 0
    shown = capsys.readouterr().out
    assert f"{len(shipped_theorems())} theorems accepted by the kernel" in shown
    assert all(theorem.name in shown for theorem in shipped_theorems())
    coqchk = Path(shutil.which("coqc")).with_name("coqchk")
    coqchk.write_text("#!/bin/sh\necho '* Axioms: a' >&2\n")
    coqchk.chmod(0o755)
    assert program(["--coqchk"]) == 1
    assert "Axioms" in capsys.readouterr().err
    coqchk.write_text('#!/bin/sh\ncase "$*" in *ClaimsMaxima*) exit 1;; *Subpool.Claims*) ;; *) exit 1;; esac\n')
    assert program(["--coqchk"]) == 1  # no summary
    assert "no line" in capsys.readouterr().err
    assert BY_THE_VM in shipped_sources()


def _without_a_theorem(record):
    return record | {"found": record["found"] | {"theorems": record["found"]["theorems"][1:]}}


def _with_a_theorem(change):
    def changed(record):
        first, *others = record["found"]["theorems"]
        return record | {"found": record["found"] | {"theorems": [first | change, *others]}}

    return changed


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{",
        b"[" * 100_000,
        b"[]",
        b"null",
        b"{}",
        b'{"sha256": null, "found": null}',
        lambda record: record["found"],
        lambda record: record | {"found": []},
        lambda record: record | {"sha256": "0" * 64},
        _without_a_theorem,
        _with_a_theorem({"statement": "False"}),
        _with_a_theorem({"seconds": None}),
        _with_a_theorem({"more": ""}),
    ],
    ids=lambda content: repr(content)[:12] if isinstance(content, bytes) else "changed",
)
def test_a_record_that_is_no_record_is_not_believed(content, imitated, monkeypatch):
    monkeypatch.setattr(coq_driver, "shipped_sources", lambda: {"Good": EQUAL})
    first = build({"Good": EQUAL})
    record = first.folder / "record.json"
    written = record.read_text()
    record.write_bytes(content if isinstance(content, bytes) else json.dumps(content(json.loads(written))).encode())
    with pytest.raises(KernelError, match=rf"^the compiled theories in {first.folder} are not as they were written$"):
        accepted()
    assert build({"Good": EQUAL}) == first
    assert record.read_text() == written
    assert [theorem.name for theorem in accepted().theorems] == ["Good.same"]


@campaign
def test_no_flipped_bit_in_the_cache_is_believed(imitated):
    draw = random.Random(19)
    first = build({"Good": EQUAL})
    for _ in range(tries(10)):
        file = draw.choice(sorted(first.folder.iterdir()))
        content = bytearray(file.read_bytes())
        bit = draw.randrange(8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
        file.write_bytes(content)
        assert build({"Good": EQUAL}) == first


def test_parts_of_killed_builds_are_cleared_away(imitated):
    code = "import sys; from proofs_check.coq.driver import build; build({'Slow': '(* slow *)'})"
    builds = [subprocess.Popen([sys.executable, "-c", code], cwd=Path(__file__).parent.parent) for _ in range(2)]
    end = time.monotonic() + 60
    while len(list(imitated.glob(".part-*/Slow.v"))) < 2:
        assert time.monotonic() < end
        time.sleep(0.01)
    builds[0].kill()
    builds[0].wait()
    theories = build({"Good": EQUAL})
    # The other one is still at it.
    assert len(list(imitated.glob(".part-*"))) == 1
    builds[1].kill()
    builds[1].wait()
    assert build({"Good": EQUAL}) == theories  # which compiles nothing
    assert list(imitated.iterdir()) == [theories.folder]


def test_a_cache_that_cannot_be_used_is_said_to_be_so(imitated, capsys):
    imitated.parent.rmdir()
    imitated.parent.write_text("a file")
    reason = f"the cache {imitated} cannot be read: Not a directory; see SUBPOOL_CACHE"
    with pytest.raises(KernelError, match=f"^{reason}$"):
        accepted()
    with pytest.raises(InputError, match=f"^cannot write to the cache {imitated}: .*; see SUBPOOL_CACHE$"):
        build({"Good": EQUAL})
    assert main(["verify", "closed-form-mean", "--kernel-max", "4"]) == 0
    assert reason in capsys.readouterr().err


def test_without_a_home_the_cache_has_to_be_named(imitated, monkeypatch):
    for variable in ("SUBPOOL_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)

    def home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", home)
    with pytest.raises(KernelError, match="name one in SUBPOOL_CACHE"):
        accepted()
    with pytest.raises(InputError, match="name one in SUBPOOL_CACHE"):
        build({"Good": EQUAL})


@needs_coqc
def test_check_on_the_command_line(theories, tmp_path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(CUBE.to_json())
    bad.write_text(json.dumps(FALSE))
    assert main(["check", "--coq", "--json", str(good)]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert result["kernel"]["status"] == "proved"
    assert main(["check", "--coq", str(good), str(bad)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[1].endswith(
        "proved (kernel): least error 1/20 of kernel size 9, orders 0,1,8, objective cube; assumptions: none"
    )
    assert "REFUSED" in lines[3]


# --- claims ---------------------------------------------------------------------------------------------------------


def test_a_claim_that_the_kernel_covers_says_so():
    (checked,) = verify(["closed-form-full"], kernel_max=4)
    verdict = checked.with_kernel(("FullSet.full_set",))
    assert (verdict.status, verdict.label, verdict.kernel) == ("proved", "proved (kernel)", ("FullSet.full_set",))
    assert verdict.to_dict()["kernel"] == ["FullSet.full_set"]


def test_the_kernel_does_not_overrule_a_refutation():
    (neighbour, *_) = claims()["closed-form-full"].neighbours
    verdict = neighbour.check(4).with_kernel(("X.t",))
    assert (verdict.status, verdict.kernel) == ("refuted", ())


def test_sources_are_part_of_the_package():
    folder = Path(coq_driver.__file__).parent / "theories"
    assert {path.stem for path in folder.glob("*.v")} == set(shipped_sources())
    assert os.access(folder / "Checker.v", os.R_OK)
