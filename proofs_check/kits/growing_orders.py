r"""Shared steps of the proofs about sets whose number of orders grows: Newton's expansion and alternating sums.

**The residual.** At z zeros the residual of sum beta_r m_r is e(z) = p(z) - [z = d] with p(z) = sum_r c_r C(z,r), where
c_r = beta_r/C(d,r) for r >= 1 and c_0 = 1 - sum beta_r (see ``proofs_check.certificates``). So p(d) = 1 - beta_0.
Places are z = 0..d, or z = 1..d-1 relative to the range, where c_0 = 0 and p(d) = 1.

**Newton's expansion.** Every function p on 0..d is sum_k c_k C(z,k), with c_k the k-th difference of p at 0:

    c_k = sum_{y=0}^{k} (-1)^(k-y) C(k,y) p(y).

For sum_k C(z,k) (-1)^(k-y) C(k,y) is 1 at y = z, and 0 for y < z by the step :func:`moments`, with z, k, y in place of
its d, z, r. Hence a residual may be *prescribed*: it belongs to the class of R if and only if c_k = 0 for k outside of
R and 0, and then its coefficients are beta_k = C(d,k) c_k.

**Weak duality.** Weights w_z with sum_z w_z C(z,r) = 0 for all r in R have sum_z w_z e(z) = -w_d for every residual of
the class: so 1 <= sum_z |w_z| max |e(z)| where w_d = 1. Where 0 is not in R, p(d) = 1, so that e(d) = 0: then, if
sum_z w_z = 0 as well, w_d counts no more, and 1 <= (sum_{z<d} |w_z|) max |e(z)|. Relative to the range c_0 = 0, too:
neither sum_z w_z = 0 nor the weight at z = 0 is needed.
"""

from __future__ import annotations

import sympy
from sympy import Expr, Integer, Sum, Symbol, binomial

from proofs_check.kits.fixed_orders import with_error
from proofs_check.proof import ConstantSum, Identity, ProofError, Region, Step, Telescoping, free
from theory.optimal.families import ClosedForm, D, J, K, R

Z = Symbol("z")
"""The number of zeros."""
U, V, W = free("u"), free("v"), free("w")

FROM_TWO = Region(r"d \ge 2", {D: U + 2})
UP_TO_J = Region(r"0 \le j \le d - 1", {J: W, D: U + W + 1})
"""The top sets have j orders; the steps hold for j = 0, too."""
BELOW_TOP = Region(r"r \ge 1, 0 \le j \le d - r - 1", {R: V + 1, J: W, D: U + V + W + 2})
"""One order r beside the top set."""


def sign(exponent: Expr) -> Expr:
    """Return (-1)^exponent."""
    return Integer(-1) ** exponent


# --- steps ----------------------------------------------------------------------------------------------------------


def moments() -> Telescoping:
    """Return the step: the sum of (-1)^z C(d,z) C(z,r) over z = r..d is 0 for r < d."""
    return Telescoping(
        text="the weights (-1)^z C(d,z) are orthogonal to C(z,r) for r < d",
        summand=sign(Z) * binomial(D, Z) * binomial(Z, R),
        index=Z,
        first=R,
        last=D,
        antidifference=-sign(Z) * binomial(D, R) * binomial(D - R - 1, Z - R - 1),
        total=Integer(0),
        region=Region(r"0 \le r < d", {R: V, D: U + V + 1}),
    )


def truncated_moment(order: Expr, region: Region) -> Telescoping:
    """Return the step: the sum of (-1)^k C(d,k) C(d-k,r) over k = 0..j is (-1)^j C(d,r) C(d-r-1,j) for r < d - j."""
    return Telescoping(
        text=f"moment of order {order} of the top weights",
        summand=sign(K) * binomial(D, K) * binomial(D - K, order),
        index=K,
        first=Integer(0),
        last=J,
        antidifference=-sign(K) * binomial(D, order) * binomial(D - order - 1, K - 1),
        total=sign(J) * binomial(D, order) * binomial(D - order - 1, J),
        region=region,
    )


def binomial_theorem(x: int) -> ConstantSum:
    """Return the step: the sum of x^k C(z,k) / (1+x)^z over k = 0..z is 1, for x other than -1."""
    base = Integer(x)
    return ConstantSum(
        text=f"binomial theorem for ({1 + x})^z",
        summand=base**K * (1 + base) ** -Z * binomial(Z, K),
        index=K,
        size=Z,
        least=0,
        first=Integer(0),
        last=Z,
        companion=-(base**K) * (1 + base) ** (-Z - 1) * binomial(Z, K - 1),
        total=Integer(1),
    )


# --- formulas with sums ---------------------------------------------------------------------------------------------


def split_sum(formula: Expr, index: Symbol, first: Expr, last: Expr) -> tuple[Expr, Expr]:
    """Write a formula as the sum of a summand over index = first..last, plus a rest, which are returned.

    Raises
    ------
    ProofError
        If the formula is not linear in its sums, or a sum runs over something else.

    Examples
    --------
    >>> i = Symbol("i")
    >>> split_sum(2 * Sum(binomial(D, i), (i, 0, J)) + D, K, Integer(0), J)
    (2*binomial(d, k), d)
    """
    names = {found: sympy.Dummy() for found in formula.atoms(Sum)}
    written = sympy.expand(formula.xreplace(names))
    summand, rest = Integer(0), written
    for found, name in names.items():
        ((own, *limits),) = found.limits
        if limits != [first, last]:
            raise ProofError(f"{found} does not run from {first} to {last}")
        scale = written.coeff(name, 1)
        summand += scale * found.function.subs(own, index)
        rest -= scale * name
    rest = sympy.expand(rest)
    if rest.free_symbols & set(names.values()):
        raise ProofError(f"{formula} is not linear in its sums")
    return summand, rest


def size_of_weights(text: str, inverse_bound: Expr, others: Expr, region: Region) -> Telescoping:
    """Return the step: sum_{k <= j} C(d,k), and the size of all other weights, are a formula for the bound on 1/E."""
    summand, rest = split_sum(inverse_bound, K, Integer(0), J)
    return Telescoping(
        text=text,
        summand=binomial(D, K) - summand,
        index=K,
        first=Integer(0),
        last=J,
        # The two ways to count differ by 0 in each term, or by a sum of Pascal's differences.
        antidifference=Integer(0) if summand == binomial(D, K) else -binomial(D - 1, K - 1),
        total=rest - others,
        region=region,
    )


def without_sums(region: Region, *formulas: Expr) -> tuple[Region, list[Expr]]:
    """Write a symbol for each sum, and say in the region that each is a positive integer."""
    sums = sorted({found for formula in formulas for found in formula.atoms(Sum)}, key=str)
    names = {found: Symbol(f"H_{i}") for i, found in enumerate(sums)}
    for i, name in enumerate(names.values()):
        region = region.extended(rf"{name} \ge 1", {name: free(f"h_{i}") + 1})
    return region, [formula.xreplace(names) for formula in formulas]


# --- without intercept ----------------------------------------------------------------------------------------------


def bare_steps(family: ClosedForm, parent: ClosedForm, region: Region) -> tuple[Step, ...]:
    """Return the steps from a family with the intercept as first block, the parent, to the same orders without it.

    The region says what d, k and the parameters are.
    """
    x, e = Symbol("x"), Symbol("e")
    inverse = Region(r"x, e \ge 0", {x: U, e: V})
    error = 1 / (2 + x)
    steps: list[Step] = [
        Identity(
            r"the residual without intercept is \(e'/(1 - E')\) below \(d\), where \(1/E' = x + 2\) and \(e' = e\)",
            1 - (1 - error - e) / (1 - error),
            e / (1 - error),
            inverse,
        ),
    ]
    formulas = [1 / family.parametric_error_formula, 1 / parent.parametric_error_formula - 1]
    texts = ["1/E = 1/E' - 1"]
    for block, old in zip(family.blocks, parent.blocks[1:], strict=True):
        if (block.first, block.last) != (old.first, old.last):
            raise ProofError(f"the orders of {family.name} are not those of {parent.name} less 0")
        formulas += [block.coefficient * (1 - parent.parametric_error_formula), old.coefficient]
        texts.append(f"coefficients of the orders {block.first}..{block.last}, times 1 - E'")
    # Each sum here counts subsets, at least the empty one, or stands in a numerator, where its sign does not matter.
    wider, plain = without_sums(region, *formulas)
    steps += [
        Identity(text, sympy.expand(plain[2 * i] - plain[2 * i + 1]) + 1, Integer(1), wider)
        for i, text in enumerate(texts)
    ]
    return tuple(steps)


BARE_ARGUMENT = (
    r" Without intercept: let \( e' \) and \( E' \) belong to the same orders with intercept, where \( \beta_0 = E' "
    r"\). Its terms other than the intercept, divided by \( 1 - E' \), have residual \( e'/(1 - E') \) below \( d \) "
    r"and 0 at \( z = d \), so at most \( E'/(1 - E') = E \) in absolute value. (The step on it is an identity of "
    r"rational functions, so that integers \( x \) and \( e \) are enough to prove it for all numbers.)"
)
BARE_CLOSING = (
    r"The weights, less that at \( z = d \), whose absolute value is 1, add up to \( 1/E' - 1 = 1/E \), which is the "
    r"lower bound."
)


def off_by_one(family: ClosedForm) -> ClosedForm:
    """Return a family with 1/E larger by 1, for false neighbours."""
    return with_error(family, 1 / (1 / family.parametric_error_formula + 1))
