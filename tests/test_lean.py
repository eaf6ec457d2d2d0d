"""Lean files: written from certificates and closed forms, read back here, and never run."""

import json
import re
from collections import Counter
from fractions import Fraction
from importlib.resources import files

import pytest
from pygments.lexers import get_lexer_by_name
from pygments.token import Error

from proofs_check import claims
from proofs_check.coq import emit_lean
from proofs_check.coq.lean import lean_statements
from theory import optimal_estimator
from theory.cli import main
from theory.optimal.families import ClosedForm

CUBE = optimal_estimator(9, [0, 1, 8]).certificate
RANGE = optimal_estimator(25, [1, 24], objective="range").certificate
ZERO = optimal_estimator(4, range(5)).certificate


def _whole(text):
    """Whether a lexer of Lean knows every token, brackets are closed, and names are defined before they are used."""
    tokens = list(get_lexer_by_name("lean4").get_tokens(text))
    assert [value for kind, value in tokens if kind in Error] == []
    code = re.sub(r"/-.*?-/", "", text, flags=re.DOTALL)
    opened = []
    for sign in re.findall(r"[()\[\]⟨⟩{}]", code):
        if sign in "([⟨{":
            opened.append(sign)
        else:
            assert "([⟨{"[")]⟩}".index(sign)] == opened.pop()
    assert opened == []
    begun = re.findall(r"^(?:namespace|end) \w+", code, re.MULTILINE)
    assert Counter(line.split()[1] for line in begun if line.startswith("end")) == Counter(
        line.split()[1] for line in begun if line.startswith("namespace")
    )
    assert not {"sorry", "axiom", "native_decide", "admit", "import"} & set(re.findall(r"\w+", code))
    names = re.findall(r"^(?:def|theorem|structure) ([\w.]+)", code, re.MULTILINE)
    assert len(names) == len(set(names))
    return names


def _read(text):
    """Read the certificates back."""
    fraction = r"⟨(-?\d+), (\d+)⟩"
    pattern = (
        r"^def (\w+) : Certificate where\n  kernelSize := (\d+)\n  relative := (true|false)\n"
        rf"  coefficients := (\[.*\])\n  error := {fraction}\n  dual := (\[.*\])\n\n"
        r"theorem \1_proves : \1\.proves = true := by decide \+kernel$"
    )
    for _, d, relative, coefficients, over, under, dual in re.findall(pattern, text, re.MULTILINE):
        numbers = (
            {int(i): Fraction(int(p), int(q)) for i, p, q in re.findall(rf"\((\d+), {fraction}\)", given)}
            for given in (coefficients, dual)
        )
        yield int(d), relative == "true", *numbers, Fraction(int(over), int(under))


def test_certificates_are_written_and_read_back():
    given = [CUBE, RANGE, ZERO]
    text = emit_lean(given)
    assert _whole(text)[-6:] == [f"certificate_{n}{end}" for n in (1, 2, 3) for end in ("", "_proves")]
    read = [(c.kernel_size, c.objective == "range", dict(c.coefficients), dict(c.dual), c.error) for c in given]
    assert list(_read(text)) == read


def test_statements_are_those_of_the_closed_forms():
    text = files("proofs_check.coq").joinpath("lean", "Statements.lean").read_text(encoding="utf-8")
    assert text == lean_statements(claims().values())
    forms = [name for name, claim in claims().items() if isinstance(claim.change, ClosedForm)]
    assert set(_whole(text)) >= {name.replace("-", "_") for name in forms}
    assert "∀ d r : Nat, 1 ≤ r → r + 1 ≤ d →\n    LeastError (Achievable d [0, r])" in text


def test_the_command_writes_a_file_or_none(tmp_path, capsys):
    good, wrong, other, out = (tmp_path / name for name in ("good.json", "wrong.json", "other.json", "out.lean"))
    good.write_text(CUBE.to_json())
    assert main(["check", str(good), "--lean", str(out)]) == 0
    assert capsys.readouterr().out.endswith(f"{out}: 1 theorem for Lean 4, which was not run\n")
    assert out.read_text() == emit_lean([CUBE])
    out.unlink()
    assert main(["check", "--json", str(good), "--lean", str(out)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["status"] == "certified"
    out.unlink()
    wrong.write_text(json.dumps(CUBE.to_dict() | {"error": "1/21"}))
    assert main(["check", str(good), str(wrong), "--lean", str(out)]) == 1
    median = optimal_estimator(9, [0, 1, 8], target="median").certificate
    other.write_text(median.to_json())
    for options in ([str(other), "--lean", str(out)], [str(tmp_path), "--lean", str(out)], [str(good), "--lean", ""]):
        capsys.readouterr()
        assert main(["check", *options]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert not out.exists()


@pytest.mark.parametrize("damage", [lambda text: text + ")", lambda text: text.replace("end Subpool", "")])
def test_what_is_not_whole_is_seen(damage):
    with pytest.raises((AssertionError, IndexError)):
        _whole(damage(emit_lean([CUBE])))
