r"""Proofs for the sets with the j largest orders: {d-j..d-1}, with or without 0, with or without one more order r.

With f = d - j, the least order at the top, and the sums over k = 0..j

    H = sum C(d,k),  A = sum (-1)^k C(d,k) = (-1)^j C(d-1,j),
    B = sum (-1)^k C(d,k) C(d-k,r) = (-1)^j C(d,r) C(d-r-1,j).

**Weights.** w_{d-k} = (-1)^k C(d,k) for k = 0..j are orthogonal to C(z,s) for s = f..d-1, as C(z,s) = 0 for z < f. The
order r takes one more weight w_{f-1}, and order 0 one more weight w_0, which the orders s >= 1 do not see:

    with r:  w_{f-1} = -(-1)^j d/(d-r) C(d-1,j),  B + w_{f-1} C(f-1,r) = 0;
    with 0:  w_0 = -A - w_{f-1}.

Relative to the range there is no w_0, and w_d = 1 does not count. The sum of all |w_z| has to be X = 1/E.

**Prescribed residual.** In units of E, p(z) = p_0 + c_r C(z,r) for z < f, where p(0) = p_0 and p(f-1) are 1 or -1
(p_0 = 0 relative to the range), p(z) = -(-1)^(d-z) for f <= z < d, and p(d) = X - 1, or X relative to the range. Then
g(z) = p(z) - p_0 - c_r C(z,r) vanishes for z < f, so that in Newton's expansion it has orders f..d; order d is
absent, too, if

    sum_k (-1)^k C(d,k) g(d-k) = (X - H) - p_0 A - c_r B = 0

(with X - H + 1 in place of X - H relative to the range). The other c_k = sum_{z=f}^{k} (-1)^(k-z) C(k,z) g(z) are the
family's coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sympy
from sympy import Expr, Integer, Symbol, binomial

from proofs_check.kits.growing_orders import (
    BELOW_TOP,
    UP_TO_J,
    U,
    V,
    W,
    Z,
    moments,
    sign,
    size_of_weights,
    split_sum,
    truncated_moment,
)
from proofs_check.proof import Identity, Proof, ProofError, Region, Sign, Step, Telescoping, free
from theory.optimal.families import Block, ClosedForm, D, J, K, R

_FIRST = D - J
"""f, the least order at the top."""
_F = Symbol("f")

WITHIN_TOP = Region(r"1 \le f \le k \le d - 1, f = d - j", {_F: U + 1, J: W + V + 1, D: U + W + V + 2, K: U + 1 + W})
_X = free("x")
WITHIN_TOP_BESIDE_R = Region(
    r"1 \le r < f \le k \le d - 1, f = d - j",
    {R: U + 1, _F: U + _X + 2, J: W + V + 1, D: U + _X + W + V + 3, K: U + _X + 2 + W},
)


@dataclass(frozen=True)
class _Parts:
    """What a family of top sets consists of; the single block is the order r."""

    family: ClosedForm
    top: Block
    single: Block | None

    @property
    def on_cube(self) -> bool:
        return not self.family.goal.relative

    @property
    def error(self) -> Expr:
        return self.family.parametric_error_formula

    @property
    def region(self) -> Region:
        return BELOW_TOP if self.single else UP_TO_J

    @property
    def before_top(self) -> Expr:
        """w_{f-1}."""
        return -sign(J) * D / (D - R) * binomial(D - 1, J) if self.single else Integer(0)

    @property
    def at_zero(self) -> Expr:
        """w_0."""
        return -_ALTERNATING - self.before_top if self.on_cube else Integer(0)

    @property
    def start(self) -> Expr:
        """p_0 in units of E."""
        if not self.on_cube:
            return Integer(0)
        return -sign(J) if self.single else sign(J)

    @property
    def slope(self) -> Expr:
        """c_r in units of E, by the family's formula."""
        if self.single is None:
            return Integer(0)
        return self.single.coefficient.subs(K, R) / (binomial(D, R) * self.error)


_ALTERNATING = sign(J) * binomial(D - 1, J)


def _parts(family: ClosedForm) -> _Parts:
    blocks = list(family.blocks)
    if not family.goal.relative and (blocks[0].first, blocks[0].last) != (0, 0):
        raise ProofError(f"{family.name} has no intercept")
    if not family.goal.relative:
        del blocks[0]
    *singles, top = blocks
    if [(block.first, block.last) for block in singles] not in ([], [(R, R)]) or (top.first, top.last) != (
        _FIRST,
        D - 1,
    ):
        raise ProofError(f"{family.name} is no top set")
    return _Parts(family, top, singles[0] if singles else None)


def top_proof(family: ClosedForm) -> Proof:
    """Build the proof for a family of top sets, with intercept or relative to the range, from its formulas.

    Raises
    ------
    ProofError
        If its orders are not of this form.
    """
    parts = _parts(family)
    return Proof(
        steps=(*_dual_steps(parts), _size_step(parts), *_primal_steps(parts), *_coefficient_steps(parts)),
        valid_from=3 if parts.single else 2,  # the least d that has room for r and a top order
        argument=_argument(parts),
        closing=r"The lower bound holds for the whole class, and the residual \( p(z) - [z = d] \) attains it.",
    )


def without_largest_order(family: ClosedForm) -> ClosedForm:
    """Return a family without the order d-1, for false neighbours."""
    *blocks, top = family.blocks
    return replace(family, blocks=(*blocks, replace(top, last=D - 2)))


def _dual_steps(parts: _Parts) -> Iterator[Step]:
    yield moments()
    yield truncated_moment(Integer(0), UP_TO_J)
    if parts.single:
        yield truncated_moment(R, BELOW_TOP)
        last = parts.before_top * binomial(_FIRST - 1, R)
        yield Identity("moment of order r", -_moment(), last, BELOW_TOP)
        if parts.on_cube:
            yield Identity("weight at z = 0", parts.at_zero, _positive_at_zero() * sign(J), BELOW_TOP)


def _moment() -> Expr:
    """B."""
    return sign(J) * binomial(D, R) * binomial(D - R - 1, J)


def _positive_at_zero() -> Expr:
    return R / (D - R) * binomial(D - 1, J)


def _beside_top(parts: _Parts) -> Expr:
    """|w_{f-1}| + |w_0|."""
    if parts.single is None:
        return binomial(D - 1, J) if parts.on_cube else Integer(0)
    return -sign(J) * parts.before_top + (_positive_at_zero() if parts.on_cube else 0)


def _size_step(parts: _Parts) -> Step:
    # Relative to the range w_d = 1 does not count.
    others = _beside_top(parts) - (0 if parts.on_cube else 1)
    return size_of_weights("the absolute values of the weights add up to 1/E", 1 / parts.error, others, parts.region)


def _primal_steps(parts: _Parts) -> Iterator[Step]:
    region = parts.region
    correction = -parts.start * _ALTERNATING - parts.slope * (_moment() if parts.single else 0)
    # A positive term on both sides, since all others may cancel.
    yield Identity("the residual has no order d", _beside_top(parts) + correction + 1, Integer(1), region)
    if parts.on_cube:
        intercept = parts.family.blocks[0].coefficient
        yield Identity("beta_0 = E", intercept / parts.error, Integer(1), region)
    if parts.single:
        yield Sign(
            "C(z,r) grows with z",
            binomial(Z + 1, R) - binomial(Z, R),
            (binomial(Z, R - 1),),
            Region(r"1 \le r \le z + 1", {R: V + 1, Z: U + V}),
        )
        at_end = parts.start + parts.slope * binomial(_FIRST - 1, R)
        yield Identity("p(f-1)", at_end, sign(J), region)


def _coefficient_steps(parts: _Parts) -> Iterator[Step]:
    region = WITHIN_TOP_BESIDE_R if parts.single else WITHIN_TOP
    summand, rest = split_sum(parts.top.coefficient / (binomial(D, K) * parts.error), Z, _FIRST, K)
    newton = sign(K - Z) * binomial(K, Z)
    yield Identity("c_k, the alternating part of g", -newton * sign(D - Z), summand, _inside(region))
    total = Integer(0)
    for text, factor, order in (("constant", parts.start, Integer(0)), ("order r", parts.slope, R)):
        if factor == 0:
            continue
        part = -factor * sign(K) * sign(_FIRST) * binomial(K, order) * binomial(K - order - 1, _FIRST - order - 1)
        total += part
        yield Telescoping(
            text=f"c_k, the part of g of {text}",
            summand=-factor * newton * binomial(Z, order),
            index=Z,
            first=_FIRST,
            last=K,
            antidifference=factor * sign(K - Z) * binomial(K, order) * binomial(K - order - 1, Z - order - 1),
            total=part,
            region=region,
        )
    yield Identity("c_k is the family's formula", total + 1, rest + 1, region)


def _inside(region: Region) -> Region:
    """Add f <= z <= k to a region where k - f is the free symbol w."""
    i = free("i")
    moved = {name: sympy.sympify(e).subs(W, W + i) for name, e in region.substitution.items()}
    return Region(region.description, moved).extended(r"f \le z \le k", {Z: moved[K] - W})


def _argument(parts: _Parts) -> str:
    return " ".join((*_lower_bound(parts), *_upper_bound(parts)))


def _lower_bound(parts: _Parts) -> Iterator[str]:
    yield (
        r"Lower bound, with \( f = d - j \): the weights \( w_{d-k} = (-1)^k \binom{d}{k} \), \( k \le j \), are "
        r"orthogonal to the orders \( f, \ldots, d - 1 \) by the first step, since \( \binom{z}{s} = 0 \) for "
        r"\( z < s \)."
    )
    if parts.single:
        yield (
            r"The weight \( w_{f-1} = -(-1)^j \frac{d}{d-r} \binom{d-1}{j} \) makes the moment of order \( r \) 0, by "
            r"the steps on it."
        )
    if parts.on_cube:
        yield (
            r"A weight \( w_0 \) is seen by order 0 only; it is chosen to make the sum of the weights 0, where the "
            r"step on the moment of order 0 gives the sum of the top ones."
        )
    yield (
        r"As \( w_d = 1 \), and by the step on the absolute values"
        + ("" if parts.on_cube else r", from which that of \( w_d \) is left out")
        + r", no residual is less than \( E \) everywhere."
    )


def _upper_bound(parts: _Parts) -> Iterator[str]:
    start = "0" if not parts.on_cube else r"\( -(-1)^j E \)" if parts.single else r"\( (-1)^j E \)"
    yield r"Upper bound: let \( p(z) = -(-1)^{d-z} E \) for \( f \le z < d \),"
    yield r"\( p(d) = 1 - E \)," if parts.on_cube else r"\( p(d) = 1 \),"
    if parts.single:
        yield rf"and \( p(z) = p(0) + c_r \binom{{z}}{{r}} \) for \( z < f \), with \( p(0) \) equal to {start}: it"
        yield r"moves in one direction from there to \( (-1)^j E \) at \( f - 1 \)."
    else:
        yield rf"and {start} for \( z < f \)."
    yield (
        r"The residual \( p(z) - [z = d] \) is at most \( E \) in absolute value. What remains of \( p \) without the "
        r"orders below \( f \) vanishes for \( z < f \), so by Newton's expansion it has orders from \( f \) on; the "
        r"step on order \( d \) shows that this one is absent, by the same sums as in the lower bound. The last steps "
        r"compute the coefficients \( c_k \), \( f \le k < d \), which are the family's, divided by "
        r"\( \binom{d}{k} \)."
    )
