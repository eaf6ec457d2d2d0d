"""Lean 4 files: the conditions of a certificate, and that certificates meet them; and what closed forms say.

They need no library beyond Lean's core, and are not run here: there is no Lean among what this project is tested with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING

from proofs_check.coq.emit import CertificateSource, name_of, read_certificate
from proofs_check.coq.formulas import LEAN
from theory.certificate import Certificate
from theory.objectives import find_objective
from theory.optimal.families import ClosedForm
from theory.rationals import to_string

if TYPE_CHECKING:
    from proofs_check.claim import Claim

_FIRST = "/-- Claim "


def emit_lean(certificates: Iterable[CertificateSource]) -> str:
    """Write certificates, given as to :func:`proofs_check.coq.emit`, as the text of a Lean file.

    >>> from theory import optimal_estimator
    >>> print(emit_lean([optimal_estimator(2, [1], objective="range").certificate]).partition("end Certificate")[2])
    <BLANKLINE>
    <BLANKLINE>
    /-- The least error is 1/2. -/
    def certificate_1 : Certificate where
      kernelSize := 2
      relative := true
      coefficients := [(1, ⟨1, 1⟩)]
      error := ⟨1, 2⟩
      dual := [(1, ⟨1, 1⟩)]
    <BLANKLINE>
    theorem certificate_1_proves : certificate_1.proves = true := by decide +kernel
    <BLANKLINE>
    end Subpool
    <BLANKLINE>
    """
    theorems = (_theorem(number, read_certificate(source)) for number, source in enumerate(certificates, start=1))
    return "\n".join((_shipped("Conditions"), *theorems, "end Subpool\n"))


def lean_statements(claims: Iterable[Claim]) -> str:
    """Return what belongs into ``lean/Statements.lean``: its definitions, and what closed forms say."""
    definitions = _shipped("Statements").partition(_FIRST)[0]
    stated = (_statement(claim) for claim in claims if isinstance(claim.change, ClosedForm))
    return "\n".join((definitions.rstrip() + "\n", *stated, "end Subpool\n"))


def _shipped(name: str) -> str:
    return files("proofs_check.coq").joinpath("lean", f"{name}.lean").read_text(encoding="utf-8")


def _statement(claim: Claim) -> str:
    family = claim.change
    hypotheses = (LEAN.condition(hypothesis.text) for hypothesis in claim.conditions)
    achieved = "AchievableRange" if family.goal.relative else "Achievable"
    return f"""\
{_FIRST}{claim.name}. -/
def {claim.name.replace("-", "_")} : Prop :=
  ∀ {" ".join(claim.quantities)} : Nat, {" → ".join(hypotheses)} →
    LeastError ({achieved} d {LEAN.orders(family.blocks)})
      ({LEAN.field(family.parametric_error_formula)})
"""


def _theorem(number: int, certificate: Certificate) -> str:
    c, name = certificate, name_of(number)
    return f"""\
/-- The least error is {to_string(c.error)}. -/
def {name} : Certificate where
  kernelSize := {c.kernel_size}
  relative := {"true" if find_objective(c.objective).relative else "false"}
  coefficients := {_entries(c.coefficients)}
  error := {_fraction(c.error)}
  dual := {_entries(c.dual)}

theorem {name}_proves : {name}.proves = true := by decide +kernel
"""


def _entries(numbers: Mapping[int, Fraction]) -> str:
    return f"[{', '.join(f'({index}, {_fraction(number)})' for index, number in sorted(numbers.items()))}]"


def _fraction(number: Fraction) -> str:
    over, under = (to_string(Fraction(part)) for part in (number.numerator, number.denominator))
    return f"⟨{over}, {under}⟩"
