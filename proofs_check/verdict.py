"""Verdicts: what came out of checking a claim."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

from theory.errors import ThreeValued
from theory.rationals import to_string

Kind = Literal["tight", "upper", "lower", "identity"]
Status = Literal["proved", "verified", "refuted", "unknown"]

HOLDS: dict[Kind, Callable[[Fraction, Fraction], bool]] = {
    "tight": operator.eq,
    "identity": operator.eq,
    "upper": operator.le,
    "lower": operator.ge,
}
"""What each kind of claim says of a computed and a claimed value."""


@dataclass(frozen=True)
class Instance:
    """A claim at one place: the value computed there, and the value claimed.

    Attributes
    ----------
    where : str
        The place, such as ``d = 9, error``.
    kernel_size : int
    computed, claimed : Fraction
        The claim says computed = claimed, <= or >=, by its kind.
    determined : bool
        Whether a failure refutes the claim; not where ``computed`` only bounds the quantity that the claim speaks of.
    part : str
        Which part of the range it belongs to, in words, where the range has several.
    """

    where: str
    kernel_size: int
    computed: Fraction
    claimed: Fraction
    determined: bool = True
    part: str = ""


@dataclass(frozen=True)
class Verdict(ThreeValued):
    """What came out of checking a claim.

    Attributes
    ----------
    claim : str
        Name of the claim.
    status : {"proved", "verified", "refuted", "unknown"}
        Proved for all kernel sizes, verified on the scope, refuted by the witness, or unknown.
    scope : str
        Such as ``d >= 3`` where it is proved for all of them, otherwise what was checked.
    kind : {"tight", "upper", "lower", "identity"}
    computed, claimed : Fraction or None
        The values at the last instance checked, which is the witness where there is one.
    witness : str or None
        Where the claim fails, or why it is unknown.
    seconds : float
    instances : int
        Number of exact instances checked.
    steps : int
        Number of symbolic proof steps checked.
    samples : tuple of Instance
        The last instance of each kernel size, for plots.
    whole : str
        The scope of all that the claim says, such as ``d >= 3``.
    kernel : tuple of str
        The theorems that prove the claim and that Coq's kernel has accepted, where it was asked.

    Examples
    --------
    >>> verdict = Verdict("c", "unknown", "none", "tight", None, None, None, 0.0)
    >>> bool(verdict)
    Traceback (most recent call last):
    ...
    theory.errors.UndecidedError: Verdict may be unknown, and is no truth value: ask for what is meant
    """

    claim: str
    status: Status
    scope: str
    kind: Kind
    computed: Fraction | None
    claimed: Fraction | None
    witness: str | None
    seconds: float
    instances: int = 0
    steps: int = 0
    samples: tuple[Instance, ...] = field(default=(), repr=False)
    whole: str = ""
    kernel: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The status for people: ``proved (kernel)`` where a kernel has checked a proof of the whole claim."""
        return f"{self.status} (kernel)" if self.kernel else self.status

    def with_kernel(self, theorems: tuple[str, ...]) -> Verdict:
        """Return the verdict with theorems that prove the whole claim: what was verified is proved then.

        A claim that the other checks refute or leave open stays so, as one of the two must be in error.

        Examples
        --------
        >>> Verdict("c", "verified", "d = 2..9", "tight", None, None, None, 0.0).with_kernel(("X.t",)).label
        'proved (kernel)'
        >>> Verdict("c", "unknown", "none", "tight", None, None, None, 0.0).with_kernel(("X.t",)).label
        'unknown'
        """
        if not theorems or self.status not in ("proved", "verified"):
            return self
        return replace(self, status="proved", scope=self.whole or self.scope, kernel=theorems)

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as a JSON object, rationals as exact strings."""
        return {
            "claim": self.claim,
            "status": self.status,
            "scope": self.scope,
            "kind": self.kind,
            "computed": None if self.computed is None else to_string(self.computed),
            "claimed": None if self.claimed is None else to_string(self.claimed),
            "witness": self.witness,
            "seconds": round(self.seconds, 3),
            "instances": self.instances,
            "steps": self.steps,
            "kernel": list(self.kernel),
        }
