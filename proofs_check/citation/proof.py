r"""A certificate as a statement and its proof by weak duality, with the numbers of the certificate.

The numbers come from the canonical form of a certificate that :mod:`proofs_check.certificates` has accepted, and the
features phi_r(z) from their definition. Where there are few numbers, each sum of the proof is written out; where there
are many, the proof names the sums, and says that the check evaluates them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import comb
from typing import Any

from proofs_check.certificates import Certified
from proofs_check.citation.blocks import Block, Display, Prose
from proofs_check.citation.duality import WeakDuality, least_error, named_error
from proofs_check.citation.sums import LISTED, add_up, agree, as_factor, is_short, list_numbers, prose
from theory.rationals import from_string
from theory.typeset import combination, equation, fraction, orders_in_latex

_MOST_PRODUCTS = 150
"""Products in sums that are written out: about a page and a half for residuals, and as much for the weights."""
_LONGEST_SET = 600
_INLINE = 40
"""Characters of a set of orders that stands in a line of text, which LaTeX does not break within."""
_MOST_WEIGHTS = 64
_MOST_TERMS = 24


@dataclass(frozen=True)
class _Target:
    """What is approximated: its symbol, its values t_z at 0/1 vectors with z = 0..d zeros, and these in words.

    ``total`` is how much it grows where all inputs grow by 1; ``terms`` are those of its definition in the order
    statistics, where the symbol needs one.
    """

    symbol: str
    values: Sequence[Fraction]
    in_words: str
    total: Fraction = Fraction(1)
    terms: Sequence[tuple[Fraction, str]] = ()

    @classmethod
    def of(cls, document: dict[str, Any]) -> _Target:
        """Return the target of a certificate."""
        d = document["kernel_size"]
        if "target" in document:
            weights = [from_string(weight) for weight in document["target"]]
            constant = from_string(document.get("constant", "0"))
            values = list(accumulate(reversed(weights), initial=constant))[::-1]
            terms = [(constant, ""), *((weight, f"x_{{({k})}}") for k, weight in enumerate(weights, start=1))]
            words = "which are its constant and the sum of its last $d - z$ weights"
            return cls("g(x)", values, words, sum(weights, Fraction(0)), terms)
        return cls(r"\max(x)", [*[Fraction(1)] * d, Fraction(0)], rf"$t_z = 1$ for $z < {d}$ and $t_{{{d}}} = 0$")


@dataclass(frozen=True)
class Problem:
    """A certificate that was accepted, with what its proof is made of."""

    certified: Certified
    target: _Target
    coefficients: dict[int, Fraction]
    weights: dict[int, Fraction]

    @classmethod
    def of(cls, certified: Certified, document: dict[str, Any]) -> Problem:
        """Take the numbers from the canonical form, which is trusted: it is what was checked."""
        coefficients, weights = (
            {index: from_string(numbers[str(index)]) for index in sorted(map(int, numbers))}
            for numbers in (document["coefficients"], document["dual"])
        )
        return cls(certified, _Target.of(document), coefficients, weights)

    @property
    def relative(self) -> bool:
        """Whether the error is relative to the range of the window, and coefficients sum to 1."""
        return self.certified.objective == "range"

    @property
    def vertices(self) -> range:
        """The numbers of zeros that the proof looks at."""
        d = self.certified.kernel_size
        return range(1, d) if self.relative else range(d + 1)

    @cached_property
    def writes_function(self) -> bool:
        """Whether the best function is written out."""
        return len(self.coefficients) <= _MOST_TERMS and all(map(is_short, self.coefficients.values()))

    @cached_property
    def writes_residuals(self) -> bool:
        """Whether the residuals at the vertices are written out."""
        return self.writes_function and len(self.vertices) * len(self.coefficients) <= _MOST_PRODUCTS

    @cached_property
    def writes_weights(self) -> bool:
        """Whether the sums are written out that make the weights a proof."""
        if len(self.weights) * len(self.coefficients) > _MOST_PRODUCTS or not all(map(is_short, self.weights.values())):
            return False
        return all(is_short(self.feature(r, z)) for r in self.coefficients for z in self.weights)

    @property
    def orders(self) -> str:
        """The set of orders, or what it begins and ends with."""
        orders = list(self.coefficients)
        whole = orders_in_latex(orders)
        if len(whole) <= _LONGEST_SET:
            return whole
        return orders_in_latex(orders[:6]).removesuffix(r"\}") + r", \ldots, " + orders_in_latex(orders[-6:])[2:]

    @property
    def sum_of_coefficients(self) -> str:
        """What coefficients of a relative problem satisfy."""
        return rf"\sum_{{r \in R}} \beta_r = {fraction(self.target.total)}"

    @property
    def shift(self) -> str:
        """What is taken from sum_z w_z t_z in a relative problem: m times what the coefficients sum to."""
        return "m" if self.target.total == 1 else rf"{as_factor(self.target.total)} \cdot m"

    @property
    def error(self) -> str:
        """The error, or its name where it is long."""
        return named_error(self.certified.error)

    def feature(self, order: int, zeros: int) -> Fraction:
        """Return phi_r(z), what m_r is at a 0/1 vector."""
        d = self.certified.kernel_size
        return Fraction(1) - Fraction(comb(zeros, order), comb(d, order)) if order else Fraction(1)


# The statement.


def statement(problem: Problem) -> Iterator[Block]:
    """Yield what is certified: the class, the least error, and where it is attained."""
    p, d = problem, problem.certified.kernel_size
    yield Prose(
        rf"For $x \in \mathbf{{R}}^{{{d}}}$ and $1 \le r \le {d}$ let $m_r(x)$ be the mean of $\max_{{j \in J}} x_j$"
        rf" over all sets $J$ of $r$ of the {d} inputs, and $m_0(x) = 1$. "
        + (
            rf"Let $R = {p.orders}$."
            if len(p.orders) <= _INLINE
            else f"Let $R$ be the set of {len(p.coefficients):,} orders"
        )
    )
    if len(p.orders) > _INLINE:
        yield Display(equation("R", p.orders.replace(", ", ",\n").split("\n")))
    if p.target.terms:
        terms = combination(p.target.terms)
        shown = terms if len(terms) <= _MOST_WEIGHTS else [*terms[:LISTED], r"+ \ldots"]
        yield Prose("Let $x_{(1)} \\le \\ldots \\le x_{(d)}$ be the inputs in increasing order, and")
        yield Display(equation("g(x)", shown))
        if shown != terms:
            yield Prose(f"with the {len(terms):,} terms that the certificate has as its target.")
    summed = rf" with ${p.sum_of_coefficients}$" if p.relative else ""
    yield Prose(rf"For all real coefficients $\beta_r$, $r \in R$,{summed}")
    size = rf"\lvert {p.target.symbol} - \sum_{{r \in R}} \beta_r m_r(x) \rvert"
    yield from least_error(size, p.certified, p.error, _function(p))


def _function(p: Problem) -> Iterator[Block]:
    if p.writes_function:
        terms = combination((b, f"m_{{{r}}}(x)" if r else "") for r, b in p.coefficients.items())
        yield Display(equation("f(x)", terms))
    else:
        yield Prose(r"$f = \sum_{r \in R} \beta_r m_r$ with the coefficients of the certificate,")
        yield Display(list_numbers(r"\beta", p.coefficients, whole=False))


# The proof.

_VERTICES = r"""
Vertices suffice. Let $d = DIMENSION$, $f = \sum_{r \in R} \beta_r m_r$ and $e(x) = TARGET - f(x)$. All is symmetric, so
let $SORTED$. SCALED With $x_0 = 0$ and $x_{d+1} = 1$, the numbers $D_z = x_{z+1} - x_z \ge 0$,
$z = 0, \ldots, d$, sum to 1, and $x = \sum_z D_z v_z$, where $v_z$ has $z$ zeros, then $d - z$ ones. The maximum over
$J$ is the entry with the largest index in $J$, as all these vectors are sorted; so $e$ is affine on them, and
$e(x) = \sum_z D_z e_z$ with $e_z = e(v_z)$. ENDS Hence the largest SIZE is the largest $\lvert e_z \rvert$,
$z = FIRST, \ldots, LAST$.
"""
_SCALED = r"""
If all inputs are shifted, $e(x)$ and $\max(x) - \min(x)$ stay, as $SUMMED$; if they are scaled by a positive factor,
both are. So let $x_1 = 0$ and $x_d = 1$ as well.
"""
_FEATURES = r"""
Of the sets of $r \ge 1$ inputs, $\binom{z}{r}$ lie within the $z$ zeros, so $m_r(v_z) = \varphi_r(z) = 1 -
\binom{z}{r} / \binom{d}{r}$; and $\varphi_0(z) = 1$. With the values $t_z$ of $TARGET$ at $v_z$, VALUES,
"""


def proof(problem: Problem) -> Iterator[Block]:
    """Yield the proof: vertices suffice, the error is attained there, and nothing is better."""
    yield from _vertices(problem)
    yield from _attained(problem)
    if problem.certified.error == 0:
        yield Prose("No error is less than 0, which ends the proof.")
        return
    yield Prose("Nothing is better. Take the weights")
    yield Display(list_numbers("w", problem.weights, whole=problem.writes_weights))
    yield Prose("and $w_z = 0$ for all other $z$. They satisfy")
    duality = WeakDuality(
        "z", "r", "R", "t_z", r"\varphi_r(z)", problem.error, problem.shift if problem.relative else None,
        problem.target.total,
    )  # fmt: skip
    yield from _conditions(problem) if problem.writes_weights else duality.conditions(len(problem.coefficients))
    yield from duality.conclusion()


def _vertices(p: Problem) -> Iterator[Block]:
    yield prose(
        _VERTICES,
        dimension=str(p.certified.kernel_size),
        target=p.target.symbol,
        sorted=r"x_1 \le \ldots \le x_d" if p.relative else r"0 \le x_1 \le \ldots \le x_d \le 1",
        scaled=_SCALED.replace("SUMMED", p.sum_of_coefficients) if p.relative else "",
        ends="Here $D_0 = D_d = 0$." if p.relative else "",
        size=r"$\lvert e(x) \rvert / (\max(x) - \min(x))$" if p.relative else r"$\lvert e(x) \rvert$",
        first=str(p.vertices[0]),
        last=str(p.vertices[-1]),
    )
    yield prose(_FEATURES, target=p.target.symbol, values=p.target.in_words)
    yield Display([r"e_z &= t_z - \sum_{r \in R} \beta_r \varphi_r(z)."])


def _attained(p: Problem) -> Iterator[Block]:
    if not p.writes_residuals:
        adds_up = f", and ${p.sum_of_coefficients}$" if p.relative else ""
        yield Prose(
            rf"The error is attained: for the coefficients of the certificate, the largest $\lvert e_z \rvert$ is"
            rf" ${p.error}${adds_up}. The check evaluates all {len(p.vertices):,} residuals exactly."
        )
        return
    yield Prose("The error is attained: for the function of the statement")
    rows: list[str] = []
    if p.relative:
        total, rows = add_up(r"\sum_{r \in R} \beta_r", [(b, None) for b in p.coefficients.values()])
        agree(total, p.target.total)
    largest = Fraction(0)
    for z in p.vertices:
        products = ((-b, p.feature(r, z)) for r, b in p.coefficients.items() if b)
        residual, row = add_up(f"e_{{{z}}}", [(p.target.values[z], None), *products])
        largest = max(largest, abs(residual))
        rows += row
    agree(largest, p.certified.error)
    yield Display(rows)
    yield Prose(rf"and the largest $\lvert e_z \rvert$ is ${p.error}$.")


def _conditions(p: Problem) -> Iterator[Block]:
    """Write out the sums that make the weights a proof."""
    size, rows = add_up(r"\sum_z \lvert w_z \rvert", [(abs(w), None) for w in p.weights.values()])
    agree(size, Fraction(1))
    moments = []
    for r in p.coefficients:
        moment, row = add_up(rf"\sum_z w_z \varphi_{{{r}}}(z)", [(w, p.feature(r, z)) for z, w in p.weights.items()])
        moments.append(moment)
        rows += row
    common = moments[0] if p.relative else Fraction(0)
    for moment in moments:
        agree(moment, common)
    value, row = add_up(r"\sum_z w_z t_z", [(w, p.target.values[z]) for z, w in p.weights.items()])
    agree(abs(value - common * p.target.total), p.certified.error)
    yield Display([*rows, *row])
    if p.relative:
        yield Prose(rf"so the sums with $\varphi_r$ are one number $m = {fraction(common)}$ for all $r \in R$.")
