r"""A certificate of a combination as a statement and its proof by weak duality, with the numbers of the certificate.

As :mod:`proofs_check.citation.proof`, but the residual is looked at at all 0/1 vectors, which are too many to be
written out: the check evaluates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofs_check.certificates import CertifiedCombination
from proofs_check.citation.blocks import Block, Display, Prose
from proofs_check.citation.duality import WeakDuality, least_error, named_error
from proofs_check.citation.sums import add_up, agree, is_short, list_numbers, prose
from theory.rationals import from_string
from theory.typeset import combination, equation, fraction, listed, orders_in_latex

_MOST_PRODUCTS = 150
"""Weights in the sums that are written out: a page and a half."""
_MOST_TERMS = 24

_Subset = frozenset[int]


@dataclass(frozen=True)
class CombinationProblem:
    """A certificate that was accepted, with what its proof is made of: numbers by sets of inputs, 0 to d - 1."""

    certified: CertifiedCombination
    coefficients: dict[_Subset, Fraction]
    weights: dict[_Subset, Fraction]

    @classmethod
    def of(cls, certified: CertifiedCombination, document: dict[str, Any]) -> CombinationProblem:
        """Take the numbers from the canonical form, which is trusted: it is what was checked."""
        numbers = zip(document["subsets"], document["coefficients"], strict=True)
        coefficients = {_Subset(subset): from_string(number) for subset, number in numbers}
        weights = {
            _Subset(place for place, digit in enumerate(vector) if digit == "1"): from_string(number)
            for vector, number in document["dual"].items()
        }
        return cls(certified, coefficients, weights)

    @property
    def relative(self) -> bool:
        """Whether the error is relative to the range of the window, and coefficients sum to 1."""
        return self.certified.objective == "range"

    @property
    def is_short(self) -> bool:
        """Whether the best function, and the sums that make the weights a proof, are written out."""
        numbers = [*self.coefficients.values(), *self.weights.values()]
        products = (len(self.coefficients) + 2) * len(self.weights)
        return len(self.coefficients) <= _MOST_TERMS and products <= _MOST_PRODUCTS and all(map(is_short, numbers))

    @property
    def error(self) -> str:
        """The error, or its name where it is long."""
        return named_error(self.certified.error)

    @property
    def sum_of_coefficients(self) -> str:
        """What coefficients of a relative problem satisfy."""
        return r"\sum_{J \in F} \beta_J = 1"


def _met(subset: _Subset, ones: _Subset) -> bool:
    return not subset or bool(subset & ones)


def statement_of_combination(p: CombinationProblem) -> Iterator[Block]:
    """Yield what is certified: the class, the least error, and where it is attained."""
    d, family = p.certified.kernel_size, list(p.coefficients)
    yield Prose(
        rf"For $x = (x_0, \ldots, x_{{{d - 1}}}) \in \mathbf{{R}}^{{{d}}}$ and sets $J$ of inputs let"
        r" $M_J(x) = \max_{j \in J} x_j$, and $M_J(x) = 1$ for the empty set. Let $F$ be the family of sets"
    )
    shown = family if len(family) <= _MOST_TERMS else family[:_MOST_TERMS]
    pieces = listed(map(_name, shown))
    if len(shown) < len(family):
        pieces = [*pieces[:-1], pieces[-1].removesuffix(")") + ",", r"\ldots)"]
    yield Display(equation("F", pieces))
    if len(shown) < len(family):
        yield Prose(f"of {len(family):,} sets, which the certificate lists.")
    yield Prose(rf"For all real coefficients $\beta_J$, $J \in F$,{_with_sum(p)}")
    size = r"\lvert \max(x) - \sum_{J \in F} \beta_J M_J(x) \rvert"
    yield from least_error(size, p.certified, p.error, _function(p))


def _name(subset: Iterable[int]) -> str:
    return orders_in_latex(sorted(subset))


def _with_sum(p: CombinationProblem) -> str:
    return rf" with ${p.sum_of_coefficients}$" if p.relative else ""


def _function(p: CombinationProblem) -> Iterator[Block]:
    if p.is_short:
        terms = ((b, f"M_{{{_name(subset)}}}(x)" if subset else "") for subset, b in p.coefficients.items())
        yield Display(equation("f(x)", combination(terms)))
    else:
        yield Prose(r"$f = \sum_{J \in F} \beta_J M_J$ with the coefficients of the certificate,")
        yield Display(list_numbers(r"\beta", _named(p.coefficients), whole=False))


def _named(numbers: dict[_Subset, Fraction]) -> dict[str, Fraction]:
    return {_name(subset): number for subset, number in numbers.items()}


_VERTICES = r"""
Vertices suffice. Let $d = DIMENSION$, $f = \sum_{J \in F} \beta_J M_J$ and $e(x) = \max(x) - f(x)$. For any $x$ POINT,
number its inputs by $\pi$ such that $SORTED$. SCALED With
$x_{\pi(0)} = 0$ and $x_{\pi(d+1)} = 1$, the numbers $D_z = x_{\pi(z+1)} - x_{\pi(z)} \ge 0$, $z = 0, \ldots, d$, sum to
1, and $x = \sum_z D_z v_z$, where $v_z$ is 1 at the inputs $\pi(z+1), \ldots, \pi(d)$ and 0 at the others. The maximum
over $J$ is the entry of $J$ that comes last in this order, for all these vectors; so $e$ is affine on them, and
$e(x) = \sum_z D_z e(v_z)$. ENDS Hence the largest SIZE is the largest $\lvert e_S \rvert$, where $e_S = e(v_S)$, and
$v_S$ is 1 at the inputs of the set $S$ and 0 at the others, over all SETS. There $M_J(v_S)$ is 1 if $J$ and $S$ have
an input in common or $J$ is empty, else 0, and $\max(v_S)$ is 1, EMPTY.
"""
_SORTED = r"x_{\pi(1)} \le \ldots \le x_{\pi(d)}"
_SCALED = r"""
If all inputs are shifted, $e(x)$ and $\max(x) - \min(x)$ stay, as $SUMMED$; if they are scaled by a positive factor,
both are. So let the least input be 0 and the largest 1.
"""


def proof_of_combination(p: CombinationProblem) -> Iterator[Block]:
    """Yield the proof: vertices suffice, the error is attained there, and nothing is better."""
    d = p.certified.kernel_size
    yield prose(
        _VERTICES,
        dimension=str(d),
        point="whose inputs are not all equal" if p.relative else "of the cube",
        sorted=_SORTED if p.relative else rf"0 \le {_SORTED} \le 1",
        scaled=_SCALED.replace("SUMMED", p.sum_of_coefficients) if p.relative else "",
        ends="Here $D_0 = D_d = 0$." if p.relative else "",
        size=r"$\lvert e(x) \rvert / (\max(x) - \min(x))$" if p.relative else r"$\lvert e(x) \rvert$",
        sets="$S$ but the empty and the whole one" if p.relative else "$S$",
        empty="as $S$ is not empty" if p.relative else "but 0 if $S$ is empty",
    )
    adds_up = f", and ${p.sum_of_coefficients}$" if p.relative else ""
    number = 2**d - 2 if p.relative else 2**d
    yield Prose(
        rf"The error is attained: for the coefficients of the certificate, the largest $\lvert e_S \rvert$ is"
        rf" ${p.error}${adds_up}. The check evaluates all {number:,} residuals exactly."
    )
    if p.certified.error == 0:
        yield Prose("No error is less than 0, which ends the proof.")
        return
    yield Prose("Nothing is better. Take the weights")
    yield Display(list_numbers("w", _named(p.weights), whole=p.is_short))
    yield Prose("and $w_S = 0$ for all other $S$. They satisfy")
    duality = WeakDuality("S", "J", "F", r"\max(v_S)", "M_J(v_S)", p.error, "m" if p.relative else None)
    yield from _conditions(p) if p.is_short else duality.conditions(len(p.coefficients))
    yield from duality.conclusion()


def _conditions(p: CombinationProblem) -> Iterator[Block]:
    """Write out the sums that make the weights a proof."""
    size, rows = add_up(r"\sum_S \lvert w_S \rvert", [(abs(w), None) for w in p.weights.values()])
    agree(size, Fraction(1))
    moments = []
    for subset in p.coefficients:
        met = [(w, None) for ones, w in p.weights.items() if _met(subset, ones)]
        moment, row = add_up(rf"\sum_S w_S M_{{{_name(subset)}}}(v_S)", met)
        moments.append(moment)
        rows += row
    common = moments[0] if p.relative else Fraction(0)
    for moment in moments:
        agree(moment, common)
    value, row = add_up(r"\sum_S w_S \max(v_S)", [(w, None) for ones, w in p.weights.items() if ones])
    agree(abs(value - common), p.certified.error)
    yield Display([*rows, *row])
    if p.relative:
        yield Prose(rf"so the sums with $M_J$ are one number $m = {fraction(common)}$ for all $J \in F$.")
