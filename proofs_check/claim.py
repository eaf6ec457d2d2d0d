"""Claims and verdicts: what is stated, how it is checked, and what came out."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from time import perf_counter
from typing import Any, Literal

from proofs_check.certificates import CertificateError
from theory.errors import MissingDependencyError

Kind = Literal["tight", "upper", "lower", "identity"]
Status = Literal["proved", "verified", "refuted", "unknown"]

_HOLDS: dict[Kind, Callable[[Fraction, Fraction], bool]] = {
    "tight": operator.eq,
    "identity": operator.eq,
    "upper": operator.le,
    "lower": operator.ge,
}


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
    """

    where: str
    kernel_size: int
    computed: Fraction
    claimed: Fraction


@dataclass(frozen=True)
class Claim:
    """A statement of the theory with its check.

    Attributes
    ----------
    name : str
        Unique, in words joined by hyphens.
    statement : str
        The statement, in LaTeX.
    kind : {"tight", "upper", "lower", "identity"}
        What is asserted of each instance: computed = claimed for tight and identity, <= for upper, >= for lower.
    source : str
        Paper and number, or this project.
    instances : callable
        Takes the largest kernel size, yields the :class:`Instance` objects up to it, all exact.
    scope : str
        The range that the instances cover, where it is not a range of kernel sizes.
    """

    name: str
    statement: str
    kind: Kind
    source: str
    instances: Callable[[int], Iterable[Instance]] = field(compare=False)
    scope: str = ""

    def check(self, kernel_max: int) -> Verdict:
        """Check the claim at all its instances up to a kernel size, until one refutes it.

        Parameters
        ----------
        kernel_max : int, >= 2

        Returns
        -------
        Verdict
        """
        start = perf_counter()
        last: Instance | None = None
        sizes: set[int] = set()
        try:
            for instance in self.instances(kernel_max):
                last = instance
                sizes.add(instance.kernel_size)
                if not _HOLDS[self.kind](instance.computed, instance.claimed):
                    return self._verdict("refuted", sizes, instance, f"at {instance.where}", start)
        except CertificateError as error:
            return self._verdict("refuted", sizes, last, f"a certificate was rejected: {error}", start)
        except MissingDependencyError as error:
            return self._verdict("unknown", sizes, last, str(error), start)
        if last is None:
            return self._verdict("unknown", sizes, None, f"says nothing about kernel sizes up to {kernel_max}", start)
        return self._verdict("verified", sizes, last, None, start)

    def _verdict(
        self, status: Status, sizes: set[int], instance: Instance | None, witness: str | None, start: float
    ) -> Verdict:
        scope = self.scope or (f"d = {min(sizes)}..{max(sizes)}" if sizes else "none")
        return Verdict(
            claim=self.name,
            status=status,
            scope=scope,
            kind=self.kind,
            computed=instance.computed if instance else None,
            claimed=instance.claimed if instance else None,
            witness=witness,
            seconds=perf_counter() - start,
        )


@dataclass(frozen=True)
class Verdict:
    """What came out of checking a claim.

    Attributes
    ----------
    claim : str
        Name of the claim.
    status : {"proved", "verified", "refuted", "unknown"}
        Proved for all kernel sizes, verified on the scope, refuted by the witness, or unknown.
    scope : str
        ``all d`` or the range checked.
    kind : {"tight", "upper", "lower", "identity"}
    computed, claimed : Fraction or None
        The values at the last instance checked, which is the witness where there is one.
    witness : str or None
        Where the claim fails, or why it is unknown.
    seconds : float

    Examples
    --------
    >>> verdict = Verdict("c", "unknown", "none", "tight", None, None, None, 0.0)
    >>> bool(verdict)
    Traceback (most recent call last):
    ...
    TypeError: a verdict has three truth values; compare its status
    """

    claim: str
    status: Status
    scope: str
    kind: Kind
    computed: Fraction | None
    claimed: Fraction | None
    witness: str | None
    seconds: float

    def __bool__(self) -> bool:
        raise TypeError("a verdict has three truth values; compare its status")

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as a JSON object, rationals as exact strings."""
        from theory.rationals import to_string

        return {
            "claim": self.claim,
            "status": self.status,
            "scope": self.scope,
            "kind": self.kind,
            "computed": None if self.computed is None else to_string(self.computed),
            "claimed": None if self.claimed is None else to_string(self.claimed),
            "witness": self.witness,
            "seconds": round(self.seconds, 3),
        }
