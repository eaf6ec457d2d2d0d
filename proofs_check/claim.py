"""Claims and verdicts: what is stated, how it is checked, and what came out."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from time import perf_counter
from typing import Any, Literal

from proofs_check.certificates import CertificateError
from proofs_check.proof import Proof, ProofError, ProofRefuted, check_proof
from proofs_check.table import Table
from theory.errors import MissingDependencyError, ThreeValued
from theory.rationals import to_string

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
    """A statement of the theory with its checks.

    Attributes
    ----------
    name : str
        Unique, in words joined by hyphens.
    statement : str
        The statement, in LaTeX without dollar signs.
    kind : {"tight", "upper", "lower", "identity"}
        What is asserted of each instance: computed = claimed for tight and identity, <= for upper, >= for lower.
    source : str
        Paper and number, or this project.
    idea : str
        The idea of the proof, in words.
    proof : callable, optional
        Builds the symbolic :class:`proofs_check.proof.Proof`, which covers all kernel sizes from its ``valid_from`` on.
    instances : callable, optional
        Takes the largest kernel size, yields the :class:`Instance` objects up to it, all exact.
    scope : str
        The range that the instances cover, where it is not a range of kernel sizes.
    neighbours : tuple of Claim
        False statements close to this one, which the same machinery must refute.
    table : callable, optional
        Builds the :class:`proofs_check.table.Table` that the statement refers to.
    group : str
        Claims of one group share work, and are checked by one process.
    """

    name: str
    statement: str
    kind: Kind
    source: str
    idea: str = ""
    proof: Callable[[], Proof] | None = field(default=None, compare=False)
    instances: Callable[[int], Iterable[Instance]] | None = field(default=None, compare=False)
    scope: str = ""
    neighbours: tuple[Claim, ...] = field(default=(), compare=False)
    table: Callable[[], Table] | None = field(default=None, compare=False)
    group: str = ""

    def check(self, kernel_max: int) -> Verdict:
        """Check the instances up to a kernel size, until one refutes the claim, then the proof for all kernel sizes.

        Parameters
        ----------
        kernel_max : int, >= 2

        Returns
        -------
        Verdict
            ``proved`` only if every step of the proof holds, and every instance below the least kernel size that the
            proof covers was checked.
        """
        return _Check(self).run(kernel_max)


class _Check:
    """One run of a claim's checks."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.start = perf_counter()
        self.count = 0
        self.steps = 0
        self.last: Instance | None = None
        self.sizes: set[int] = set()
        self.samples: dict[int, Instance] = {}

    def run(self, kernel_max: int) -> Verdict:
        try:
            refuted = self._instances(kernel_max)
        except CertificateError as error:
            return self._verdict("refuted", f"a certificate was rejected: {error}")
        except MissingDependencyError as error:
            return self._verdict("unknown", str(error))
        if refuted is not None:
            return self._verdict("refuted", f"at {refuted.where}")
        if self.claim.proof is not None:
            return self._proof(self.claim.proof(), kernel_max)
        if self.last is None:
            return self._verdict("unknown", f"says nothing about kernel sizes up to {kernel_max}")
        return self._verdict("verified", None)

    def _instances(self, kernel_max: int) -> Instance | None:
        for instance in self.claim.instances(kernel_max) if self.claim.instances else ():
            self.last = instance
            self.count += 1
            self.sizes.add(instance.kernel_size)
            self.samples[instance.kernel_size] = instance
            if not _HOLDS[self.claim.kind](instance.computed, instance.claimed):
                return instance
        return None

    def _proof(self, proof: Proof, kernel_max: int) -> Verdict:
        try:
            self.steps = check_proof(proof)
        except ProofError as error:
            # Where instances hold, a step that fails shows a defect of the proof, not of the claim: never "true".
            if isinstance(error, ProofRefuted):
                return self._verdict("refuted", str(error))
            return self._verdict("unknown", f"the proof fails: {error}")
        if proof.valid_from > 2 and self.claim.instances and not self._covered(proof.valid_from):
            return self._verdict(
                "unknown", f"proved from d = {proof.valid_from} on, smaller ones not checked up to {kernel_max}"
            )
        return self._verdict("proved", None, "all d")

    def _covered(self, valid_from: int) -> bool:
        # The least kernel size of the claim is where its instances begin; no gap may remain below the proof.
        return bool(self.sizes) and set(range(min(self.sizes), valid_from)) <= self.sizes

    def _verdict(self, status: Status, witness: str | None, scope: str = "") -> Verdict:
        found = scope or self.claim.scope or (f"d = {min(self.sizes)}..{max(self.sizes)}" if self.sizes else "none")
        return Verdict(
            claim=self.claim.name,
            status=status,
            scope=found,
            kind=self.claim.kind,
            computed=self.last.computed if self.last else None,
            claimed=self.last.claimed if self.last else None,
            witness=witness,
            seconds=perf_counter() - self.start,
            instances=self.count,
            steps=self.steps,
            samples=tuple(self.samples[d] for d in sorted(self.samples)),
        )


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
        ``all d`` or the range checked.
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
        scope = "all d" if self.scope.startswith("d = ") else self.scope
        return replace(self, status="proved", scope=scope, kernel=theorems)

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
