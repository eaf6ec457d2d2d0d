r"""The last step of a proof by weak duality, whatever the weights are indexed by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from proofs_check.certificates import Certified, CertifiedCombination
from proofs_check.citation.blocks import Block, Display, Prose
from proofs_check.citation.sums import rounded
from theory.rationals import to_string
from theory.typeset import equation, fraction

_LONGEST_ERROR = 200


@dataclass(frozen=True)
class WeakDuality:
    """Weights w on vertices, numbered by an index, against coefficients of members of a family, in symbols of LaTeX.

    ``target`` and ``feature`` are what is approximated, and by what, at a vertex. ``shift`` is what is taken from the
    sum with the target in a relative problem, where the sums with the features are one number m, and the coefficients
    sum to ``total``; None in another.
    """

    index: str
    member: str
    family: str
    target: str
    feature: str
    error: str
    shift: str | None
    total: Fraction = Fraction(1)

    @property
    def _value(self) -> str:
        less = "" if self.shift is None else f" - {self.shift}"
        return rf"\lvert \sum_{self.index} w_{self.index} {self.target}{less} \rvert"

    def conditions(self, members: int) -> Iterator[Block]:
        """Name the sums that make the weights a proof, for a number of members, where they are not written out."""
        i, r, relative = self.index, self.member, self.shift is not None
        yield Display(
            [
                rf"\sum_{i} \lvert w_{i} \rvert &= 1,",
                rf"\sum_{i} w_{i} {self.feature} &= {'m' if relative else '0'} \quad ({r} \in {self.family}),",
                rf"{self._value} &= {self.error}{',' if relative else '.'}",
            ]
        )
        one = f"where $m$ is one number for all ${r}$. " if relative else ""
        yield Prose(f"{one}The check evaluates these {members + 2:,} sums exactly.")

    def conclusion(self) -> Iterator[Block]:
        """Say why no other coefficients do better."""
        i, r, relative = self.index, self.member, self.shift is not None
        each = rf"\sum_{{{r} \in {self.family}}} \beta'_{r}"
        summed = rf" with ${each} = {fraction(self.total)}$" if relative else ""
        yield Prose(
            rf"Now let $\beta'_{r}$ be any coefficients{summed} and $e'_{i}$ their residuals. The conditions on the"
            " weights and the triangle inequality give"
        )
        less = rf"m {each}" if relative else rf"{each} \sum_{i} w_{i} {self.feature}"
        yield Display(
            [
                rf"{self.error} &= {self._value} = \lvert \sum_{i} w_{i} {self.target} - {less} \rvert",
                rf"&= \lvert \sum_{i} w_{i} e'_{i} \rvert \le \sum_{i} \lvert w_{i} \rvert \, \max_{i} \lvert e'_{i}"
                rf" \rvert = \max_{i} \lvert e'_{i} \rvert.",
            ]
        )
        yield Prose(
            rf"Each $v_{i}$ here is such an $x$, with $\max(x) - \min(x) = 1$, so the supremum of the statement is no"
            " less."
            if relative
            else rf"Each $v_{i}$ is a point of the cube, so the maximum of the statement is no less."
        )


def named_error(exact: Fraction) -> str:
    """Write a least error, or its name where it is long."""
    return fraction(exact) if len(to_string(exact)) <= _LONGEST_ERROR else "E"


def least_error(
    size: str, certified: Certified | CertifiedCombination, error: str, function: Iterable[Block]
) -> Iterator[Block]:
    """Yield how large a residual is at least, for which function it is no larger, and that so the error is the least.

    Parameters
    ----------
    size : str
        The residual's absolute value, in LaTeX.
    certified : Certified or CertifiedCombination
    error : str
        Its error, as :func:`named_error` writes it.
    function : iterable of Block
        The best function.
    """
    if certified.objective == "range":
        yield Display(equation(rf"\sup_x {size} / (\max(x) - \min(x))", [error], relation=r"\ge"))
        yield Prose("over all $x$ whose entries are not all equal. Equality holds for the function")
    else:
        cube = rf"[0,1]^{{{certified.kernel_size}}}"
        yield Display(equation(rf"\max_{{x \in {cube}}} {size}", [error], relation=r"\ge"))
        yield Prose("Equality holds for the function")
    yield from function
    if error == "E":
        yield Prose(rf"Here $E \approx {rounded(certified.error)}$; the certificate has all of its digits.")
    yield Prose(f"So ${error}$ is the least possible error.")
