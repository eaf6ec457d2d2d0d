r"""Proofs of closed forms for all kernel sizes, from a reference and dual weights given as formulas.

A family of :class:`theory.optimal.families.ClosedForm` whose blocks are single orders states a set R of orders, an
error E and coefficients beta_r, all as formulas in the kernel size d. Given points z_1 < ... < z_n and weights a_i as
formulas too, :func:`tight_proof` writes down the steps that prove E to be optimal. Why they suffice:

**The residual.** The norm is attained at the 0/1 vectors with z zeros, where the residual of sum beta_r m_r is

    e(z) = t_z - sum_r beta_r phi_r(z),  t_z = [z < d],  phi_0 = 1,  phi_r(z) = 1 - C(z,r)/C(d,r),

for z = 0..d, or z = 1..d-1 relative to the range, where sum beta = 1 is required (see ``proofs_check.certificates``).
Hence e(z) = q(z) - [z = d] for a function q of the span of C(z,s), s in S, where S = R with 0 added, or S = R
relative to the range. The term [z = d] is absent from the range's problem, where z < d. At z = d,

- with 0 in R, q(d) is not restricted;
- without 0 in R, q(d) = (1 - sum beta_r) + sum beta_r = 1;
- relative to the range, q(d) = sum beta_r = 1.

**The lower bound** (weak duality) is for *every* choice of beta. By the steps "moments", sum_i a_i C(z_i,s) = C(d,s)
for s in S, so that sum_i a_i q(z_i) = q(d); and by the steps "points", the z_i are different places of the problem
below d, where e = q. By the steps "signs", (-1)^(n-i) a_i > 0, so that L = sum_i (-1)^(n-i) a_i is sum_i |a_i|.
Let M be the largest |e(z)|.

- With 0 in R: sum_i a_i e(z_i) - e(d) = q(d) - (q(d) - 1) = 1, hence 1 <= (L + 1) M.
- Otherwise: sum_i a_i e(z_i) = q(d) = 1, hence 1 <= L M.

By the step "norm", that is M >= E. (L is the extrapolation constant of S: ``theory.optimal.extrapolation``.)

**The upper bound.** For the family's own coefficients the steps "residual" show E - e(z) >= 0 and E + e(z) >= 0 at
every z. (The formulas are first rewritten as factored rational functions, by the steps "rewriting".) The places z are
listed by a :class:`Cover`, whose constructors make evident that no z and no d is left out. Relative to the range, a
last step shows sum beta = 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import sympy
from sympy import Expr, Integer, Symbol, binomial

from proofs_check.proof import Consecutive, Identity, Proof, Region, Sign, Step, free
from theory.errors import InputError
from theory.optimal.families import ClosedForm, D, K

Z = Symbol("z", integer=True)
"""The number of zeros."""
_A = Symbol("a", integer=True)
"""Half of d, less a constant, where the parity of d matters."""

_Factors = tuple[Expr | Consecutive, ...]

_ARGUMENT = (
    r"The moments extend to \(\sum_i a_i q(z_i) = q(d)\) for every \(q\) in the span. The weights \(a_i\) alternate in "
    r"sign, so that \(\sum_i |a_i|\) is the number \(L\) of the norm."
)
_CLOSING = (
    r"By weak duality no residual is smaller than the claimed error, and the residual of the claimed coefficients does "
    r"not exceed it at any number \(z\) of zeros."
)


@dataclass(frozen=True)
class Place:
    """Places z, where both slacks of the residual are shown to be nonnegative; ``last`` if z = d, and so t_z = 0."""

    region: Region
    last: bool = False


@dataclass(frozen=True)
class Cover:
    """All kernel sizes of one kind, and all places z for them."""

    sizes: Region
    places: tuple[Place, ...]
    rises: tuple[Region, ...] = ()
    """Places z, all below d - 1, and z >= r - 1 for all orders r >= 1, from which the residual does not fall on the way
    to z + 1: that e(z+1) - e(z) = sum_r beta_r (phi_r(z) - phi_r(z+1)) is not negative is shown term by term."""
    argument: str = ""
    """Why nothing is left out."""
    kernel_size: Expr = D
    """d, or what it is in terms of ``_A``, which all regions then say, too."""
    formula: Region | None = None
    """Any z where one rational function is each slack of the residual, by an identity that holds on all of this region.

    It covers the places with z < d, which then need no more than the sign of that function.
    """


class Reference:
    """The points of a dual solution with their weights, increasing, as formulas in d and the family's parameters.

    With the covers: one for all kernel sizes, or one for each residue of d, from consecutive sizes on.
    """

    def __init__(self, points: tuple[Expr, ...], weights: tuple[Expr, ...], *covers: Cover) -> None:
        self.points, self.weights, self.covers = points, weights, covers


def ends_and_middle(least: int, *, bottom: int, top: int) -> Cover:
    r"""Cover z = 0..d for all d >= least by the first ``bottom`` places, the last ``top`` ones, and those between.

    Places between are z = bottom + v with d = z + top + w, v and w any nonnegative integers: these are exactly the z
    with bottom <= z <= d - top. So they and z = 0..bottom-1 and z = d-top+1, ..., d-1, d leave out nothing.
    With bottom >= 0, top >= 1 and bottom + top >= least, no smaller kernel size is touched.

    >>> [place.region.description for place in ends_and_middle(3, bottom=1, top=2).places]
    ['z = 0, d \\ge 3', 'z = d, d \\ge 3', 'z = d - 1, d \\ge 3', '1 \\le z \\le d - 2']
    """
    if top < 1 or bottom < 0 or least < max(top - 1, bottom - 1):
        raise InputError(f"the ends {bottom} and {top} do not fit kernel size {least}")
    u, v, w = free("u"), free("v"), free("w")
    d = least + u
    below = [Place(Region(rf"z = {z}, d \ge {least}", {D: d, Z: Integer(z)})) for z in range(bottom)]
    above = [
        Place(Region(rf"z = {sympy.latex(D - t)}, d \ge {least}", {D: d, Z: d - t}), last=t == 0) for t in range(top)
    ]
    middle = Region(rf"{bottom} \le z \le {sympy.latex(D - top)}", {D: bottom + v + top + w, Z: bottom + v})
    argument = rf"Every \(z\) is one of the first {bottom}, one of the last {top}, or \({bottom} \le z \le d - {top}\)."
    return Cover(Region(rf"d \ge {least}", {D: d}), (*below, *above, Place(middle)), argument=argument)


def halves(excess: int, least: int) -> Cover:
    r"""Cover z = 0..d for all d = 2a + excess with a >= least by z <= a, a < z <= d - top, and the last ``top`` places.

    - z <= a: z = 0..least-1 with a = least + u, and z = least + i with a = least + i + j;
    - a < z <= d - top: z = a + 1 + i, where z <= 2a + excess - top says a = i + 1 + top - excess + j;
    - z = d - t for t = 0..top-1 with a = least + u;

    u, i and j any nonnegative integers. No z is left out, and top = max(1, least + excess - 1) touches no a < least.

    >>> [place.region.description for place in halves(1, 0).places]
    ['0 \\le z \\le a, d = 2a + 1', 'a < z \\le d - 1, d = 2a + 1', 'z = d, d = 2a + 1, a \\ge 0']
    """
    u, i, j = free("u"), free("i"), free("j")
    top = max(1, least + excess - 1)
    kind = rf"d = 2a + {excess}"
    all_sizes = rf"{kind}, a \ge {least}"

    def region(description: str, a: Expr, z: Expr) -> Region:
        return Region(description, {D: 2 * a + excess, _A: a, Z: z})

    def end(z: Expr) -> Region:
        return region(f"z = {sympy.latex(z)}, {all_sizes}", least + u, z.subs(D, 2 * (least + u) + excess))

    lower = region(rf"{least} \le z \le a, {kind}", least + i + j, least + i)
    a = i + 1 + top - excess + j
    upper = region(rf"a < z \le d - {top}, {kind}", a, a + 1 + i)
    return Cover(
        Region(all_sizes, {D: 2 * (least + u) + excess, _A: least + u}),
        (
            *(Place(end(Integer(z))) for z in range(least)),
            *(Place(lower), Place(upper)),
            *(Place(end(D - t), last=t == 0) for t in reversed(range(top))),
        ),
        argument=rf"For \({kind}\), every \(z\) is at most \(a\), above it, or one of the last {top}.",
        kernel_size=2 * _A + excess,
        formula=region(rf"z \ge 0, {all_sizes}", least + u, free("v")),
    )


# --- the steps ------------------------------------------------------------------------------------------------------


def _residual(family: ClosedForm, zeros: Expr, *, last: bool = False) -> Expr:
    """Return e(z) by the formulas of a family whose blocks are single orders; ``last`` if z = d."""
    explained = sympy.Add(*(beta * _feature(order, zeros) for order, beta in _coefficients(family)))
    return Integer(0 if last else 1) - explained


def _coefficients(family: ClosedForm) -> Iterator[tuple[Expr, Expr]]:
    for block in family.blocks:
        if block.first != block.last:
            raise InputError(f"the family {family.name} has a block of orders of growing length")
        yield block.first, block.coefficient.subs(K, block.first)


def _feature(order: Expr, zeros: Expr) -> Expr:
    if order == 0:
        return Integer(1)
    return 1 - binomial(zeros, order) / binomial(D, order)


def _span(family: ClosedForm) -> list[Expr]:
    """Return the orders S of the functions C(z, s)."""
    orders = [order for order, _ in _coefficients(family)]
    return orders if family.goal.relative or 0 in orders else [Integer(0), *orders]


def _simplified(family: ClosedForm, kernel_size: Expr) -> ClosedForm:
    """Write the formulas of a family as factored rational functions, so that the steps become small."""

    def simple(formula: Expr) -> Expr:
        return sympy.factor(formula.subs(D, kernel_size))

    return replace(
        family,
        blocks=tuple(replace(block, coefficient=simple(block.coefficient)) for block in family.blocks),
        parametric_error_formula=simple(family.parametric_error_formula),
    )


def _rewriting_steps(family: ClosedForm, simple: ClosedForm, sizes: Region) -> Iterator[Step]:
    """Show that the formulas and the simplified ones are equal."""
    pairs = [("error", family.parametric_error_formula, simple.parametric_error_formula)]
    for old, new in zip(family.blocks, simple.blocks, strict=True):
        pairs.append((f"coefficient of order {old.first}", old.coefficient, new.coefficient))
    for text, formula, rewritten in pairs:
        if formula != rewritten:
            yield Identity(rf"rewriting, {text}, \({sizes.description}\)", formula, rewritten, sizes)


def _dual_steps(family: ClosedForm, reference: Reference, sizes: Region) -> Iterator[Step]:
    points, weights, n = reference.points, reference.weights, len(reference.points)
    where = rf"\({sizes.description}\)"
    for order in _span(family):
        moment = sympy.Add(*(a * binomial(z, order) for z, a in zip(points, weights, strict=True)))
        yield Identity(f"moment of order {order}, {where}", moment, binomial(D, order), sizes)
    first = points[0] - 1 if family.goal.relative else points[0]
    yield _sign(f"points, the first, {where}", first, sizes)
    for below, above in zip(points, (*points[1:], D), strict=True):
        yield _sign(f"points, {below} before {above}, {where}", above - below - 1, sizes)
    sizes_of_weights = [(-1) ** (n - i) * a for i, a in enumerate(weights, start=1)]
    for i, size in enumerate(sizes_of_weights, start=1):
        yield _sign(f"sign of weight {i}, {where}", size, sizes, strict=True)
    has_intercept = family.blocks[0].first == 0
    norm = family.parametric_error_formula * (sympy.Add(*sizes_of_weights) + int(has_intercept))
    yield Identity(f"norm, {where}", norm, Integer(1), sizes)


def _slacks(family: ClosedForm, *, last: bool = False) -> Iterator[tuple[str, Expr]]:
    error, e = family.parametric_error_formula, _residual(family, Z, last=last)
    yield "E - e(z)", error - e
    yield "E + e(z)", error + e


def _place_steps(family: ClosedForm, cover: Cover) -> Iterator[Step]:
    formula = cover.formula
    slacks = dict(_slacks(family))
    if formula is not None:
        for text, slack in slacks.items():
            slacks[text] = sympy.factor(sympy.expand_func(slack.subs(D, cover.kernel_size)))
            yield Identity(rf"formula for {text}, z < d, \({formula.description}\)", slack, slacks[text], formula)
    for place in cover.places:
        if family.goal.relative and place.last:
            continue
        for text, slack in _slacks(family, last=True) if place.last else slacks.items():
            yield _sign(rf"residual, {text}, \({place.region.description}\)", slack, place.region)


def _primal_steps(family: ClosedForm, cover: Cover) -> Iterator[Step]:
    yield from _place_steps(family, cover)
    for rise in cover.rises:
        yield from _rise_steps(family, rise)
    if family.goal.relative:
        total = sympy.Add(*(beta for _, beta in _coefficients(family)))
        yield Identity(rf"sum of the coefficients, \({cover.sizes.description}\)", total, Integer(1), cover.sizes)


def _rise_steps(family: ClosedForm, region: Region) -> Iterator[Step]:
    for order, beta in _coefficients(family):
        if order != 0:
            fall = _feature(order, Z) - _feature(order, Z + 1)
            factors = (binomial(Z, order - 1), 1 / binomial(D, order))
            yield _sign(rf"rise, coefficient of order {order}, \({region.description}\)", beta, region)
            yield Sign(rf"rise, feature of order {order}, \({region.description}\)", fall, factors, region)


def _sign(text: str, expression: Expr, region: Region, *, strict: bool = False) -> Sign:
    return Sign(text, expression, _factors_of(region.apply(expression)), region, ">" if strict else ">=")


@lru_cache(maxsize=1000)
def _factors_of(expression: Expr) -> _Factors:
    """Factor a rational function in free symbols into factors of evident sign and products t (t + 1).

    Nothing is taken from here on trust: the factors become part of a step, which is checked.

    >>> u, v = free("u"), free("v")
    >>> _factors_of((u - v) * (u - v - 1) * (u + 1) * (-v - 2) / -3)
    (1/3, u + 1, Consecutive(t=u - v - 1), v + 2)
    """
    written = sympy.factor(sympy.combsimp(sympy.expand_func(expression)))
    scale: Expr = Integer(1)
    plain: list[Expr] = []
    for factor in sympy.Mul.make_args(written):
        base, power = factor.as_base_exp()
        if factor.is_Number:
            scale *= factor
        elif power.is_Integer and any(c < 0 for c in _coefficients_of(base)[:1]):
            # A polynomial and its negative are written the same way.
            scale *= (-1) ** power
            plain.append(sympy.expand(-base) ** power)
        else:
            plain.append(factor)
    return (scale, *_with_pairs(plain))


def _coefficients_of(polynomial: Expr) -> list[Expr]:
    symbols = sorted(polynomial.free_symbols, key=str)
    return list(sympy.Poly(polynomial, *symbols).coeffs()) if polynomial.is_polynomial(*symbols) else []


def _with_pairs(plain: list[Expr]) -> Iterator[Expr | Consecutive]:
    """Join factors t and t + 1, where the sign of neither is evident."""
    rest = sorted(plain, key=str)
    while rest:
        factor = rest.pop(0)
        partner = next((other for other in rest if abs(sympy.expand(other - factor)) == 1), None)
        if partner is None or all(c > 0 for c in _coefficients_of(factor)):
            yield factor
            continue
        rest.remove(partner)
        yield Consecutive(sympy.expand((factor + partner - 1) / 2))


def tight_proof(family: ClosedForm, reference: Reference) -> Proof:
    """Write down the steps that prove a closed form, whose blocks are single orders, for all kernel sizes."""
    covers = reference.covers
    starts = sorted(_start(cover, len(covers)) for cover in covers)
    if starts != list(range(starts[0], starts[0] + len(covers))):
        raise InputError(f"covers from the kernel sizes {starts} on leave out some")
    steps = [step for cover in covers for step in _steps(family, reference, cover)]
    return Proof(tuple(steps), starts[0], " ".join((_ARGUMENT, *(cover.argument for cover in covers))), _CLOSING)


def _steps(family: ClosedForm, reference: Reference, cover: Cover) -> Iterator[Step]:
    simple = _simplified(family, cover.kernel_size)
    yield from _rewriting_steps(family, simple, cover.sizes)
    yield from _dual_steps(simple, reference, cover.sizes)
    yield from _primal_steps(simple, cover)


def _start(cover: Cover, stride: int) -> int:
    """Return the least kernel size of a cover, which holds every ``stride``-th one from there on."""
    d = sympy.expand(cover.sizes.apply(D))
    if not any(d.coeff(u) == stride for u in d.free_symbols):
        raise InputError(f"{cover.sizes.description} is not every {stride}th kernel size")
    return int(d.subs(dict.fromkeys(d.free_symbols, 0)))


def with_error(family: ClosedForm, error: Expr) -> ClosedForm:
    """Return a family with another formula for the error, for false neighbours."""
    return replace(family, parametric_error_formula=error)


def with_order(family: ClosedForm, index: int, order: Expr | int | None) -> ClosedForm:
    """Return a family with another order in one block, or without the block, for false neighbours.

    It starts one kernel size later, so that the orders remain distinct and below d.
    """
    blocks = list(family.blocks)
    old = blocks.pop(index)
    if order is not None:
        blocks.insert(index, replace(old, first=sympy.sympify(order), last=sympy.sympify(order)))
    return replace(family, blocks=tuple(blocks), parametric_valid_from=family.parametric_valid_from + 1)
