"""Verdicts: what came out of checking a claim, and how one is reached."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal

from proofs_check.certificates import CertificateError
from proofs_check.proof import Proof, ProofError, check_proof
from proofs_check.statement import HOLDS, Instance, Kind
from theory.errors import MissingDependencyError, ThreeValued
from theory.guess.orders import format_sizes
from theory.rationals import to_string
from theory.typeset import LINE, Name, Shown, text, width

if TYPE_CHECKING:
    from proofs_check.claim import Claim

Status = Literal["proved", "verified", "refuted", "unknown"]


@dataclass(frozen=True)
class Verdict(ThreeValued, Shown):
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
    controls : tuple of Verdict
        What came out for the claim's false neighbours, where they were checked, too.
    statement : str
        What the claim states, in LaTeX.

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
    controls: tuple[Verdict, ...] = field(default=(), repr=False)
    statement: str = field(default="", repr=False)

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the claim: it is proved, or verified on the scope."""
        return self.status in ("proved", "verified")

    @property
    def label(self) -> str:
        """The status for people: ``proved (kernel)`` where a kernel has checked a proof of the whole claim."""
        return f"{self.status} (kernel)" if self.kernel else self.status

    def with_kernel(self, theorems: tuple[str, ...]) -> Verdict:
        """Return the verdict with theorems that prove the whole claim: what was verified is proved then.

        A claim that the other checks refute or leave open stays so, as one of the two must be in error.
        """
        if not theorems or not self.holds:
            return self
        return replace(self, status="proved", scope=self.whole or self.scope, kernel=theorems)

    def to_latex(self) -> str:
        r"""Write what is claimed and what came out in LaTeX, for ``\[ ... \]``, with the package amsmath.

        Examples
        --------
        >>> print(Verdict("c", "proved", "d >= 3", "tight", None, None, None, 0.0, statement=r"E \le 1").to_latex())
        \begin{gathered}
        E \le 1 \\
        \text{(proved: d $\ge$ 3)}
        \end{gathered}
        """
        said = text(f"({self.label}: {self.scope})").replace("$>$=", r"$\ge$")
        claimed = self.statement or rf"\text{{{text(self.claim)}}}"
        hypotheses, then, conclusion = claimed.partition(r" \implies ")
        if width(claimed) > LINE and then and "{" not in hypotheses.replace(r"\{", ""):
            claimed = rf"{hypotheses} \\\\{then}{conclusion}"
        return f"\\begin{{gathered}}\n{claimed} \\\\\n\\text{{{said}}}\n\\end{{gathered}}"

    def _facts(self) -> Iterator[tuple[str, object]]:
        yield "claim", Name(self.claim)
        yield "status", self.label
        yield "scope", Name(self.scope)
        if self.witness is not None:
            yield "witness", Name(self.witness)
        if self.computed is not None and self.claimed is not None:
            yield "computed", self.computed
            yield "claimed", self.claimed
        yield "checked", f"{self.instances:,} instances, {self.steps:,} steps, {self.seconds:.2f} s"

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


class Check:
    """One run of a claim's checks: what its instances have shown so far."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.count = self.steps = 0
        self.last: Instance | None = None
        self.one_sided: Instance | None = None
        self.parts: dict[str, set[int]] = {}
        self.samples: dict[int, Instance] = {}

    def run(self, kernel_max: int) -> Verdict:
        """Check the claim up to a kernel size, as :meth:`proofs_check.Claim.check` says."""
        start = perf_counter()
        status, witness = self._decide(kernel_max)
        return Verdict(
            claim=self.claim.name,
            status=status,
            scope=self.claim.whole if status == "proved" else self._scope(),
            kind=self.claim.kind,
            computed=self.last.computed if self.last else None,
            claimed=self.last.claimed if self.last else None,
            witness=witness,
            seconds=perf_counter() - start,
            instances=self.count,
            steps=self.steps,
            samples=tuple(self.samples[d] for d in sorted(self.samples)),
            whole=self.claim.whole,
            statement=self.claim.statement,
        )

    def _decide(self, kernel_max: int) -> tuple[Status, str | None]:
        """Return the status, with the witness."""
        try:
            failed = self._first_failure(kernel_max)
        except CertificateError as error:
            return "unknown", f"a certificate was rejected: {error}"
        except MissingDependencyError as error:
            return "unknown", str(error)
        if failed is not None and failed.determined:
            return "refuted", f"at {failed.where}"
        if failed is not None:
            return "unknown", f"what was built is too large at {failed.where}; that proves nothing"
        if self.one_sided and self.claim.kind != "upper":
            return "unknown", f"at {self.one_sided.where} the value is an upper bound only"
        if self.claim.proof is not None:
            gap = self._gap(self.claim.proof(), kernel_max)
            return ("unknown", gap) if gap else ("proved", None)
        if self.last is None:
            return "unknown", f"says nothing about kernel sizes up to {kernel_max}"
        return "verified", None

    def _first_failure(self, kernel_max: int) -> Instance | None:
        for instance in self.claim.instances_up_to(kernel_max):
            self.last = instance
            if not instance.determined:
                self.one_sided = instance
            self.count += 1
            self.parts.setdefault(instance.part, set()).add(instance.kernel_size)
            self.samples[instance.kernel_size] = instance
            if not HOLDS[self.claim.kind](instance.computed, instance.claimed):
                return instance
        return None

    def _gap(self, proof: Proof, kernel_max: int) -> str | None:
        """Return what is missing from a proof of the statement, if anything is."""
        try:
            self.steps = check_proof(proof)
        except ProofError as error:
            # Where instances hold, a step that fails shows a defect of the proof, not of the claim.
            return f"the proof fails: {error}"
        if self.claim.least is None:
            return "a proof is for kernel sizes, and the statement names none"
        missing = set(range(self.claim.least, proof.valid_from)) - set(self.samples)
        if missing:
            sizes = format_sizes(sorted(missing))
            return f"proved from d = {proof.valid_from} on, d = {sizes} not checked up to {kernel_max}"
        return None if proof.closing.strip() else "no sentence leads from the last step to the statement"

    def _scope(self) -> str:
        if self.claim.scope or not self.parts:
            return self.claim.scope or "none"
        parts = ((part, f"d = {format_sizes(sorted(sizes))}") for part, sizes in self.parts.items())
        return "; ".join(f"{part}, {sizes}" if part else sizes for part, sizes in parts)
