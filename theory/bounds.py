"""Inequalities between residual, orders, kernel size and width. Each function bounds the optimal error E(d,R).

All values are exact. N is the number of subpool maxima, the sum of C(d,r) over r in R (:func:`number_of_terms`), and
H_j(d) the number of subsets of d elements with at most j elements.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb, isqrt

from theory.errors import InputError, KernelSizeError
from theory.notation import KernelSize, Orders, check_kernel_size, check_orders
from theory.optimal.extrapolation import extrapolate
from theory.subpools import check_count, number_of_terms


def subsets_up_to(size: int, of: int) -> int:
    """Count the subsets with at most ``size`` elements of a set with ``of`` elements.

    Examples
    --------
    >>> subsets_up_to(2, 9)
    46
    """
    return sum(comb(of, k) for k in range(size + 1))


def chebyshev_polynomial(degree: int, t: Fraction) -> Fraction:
    """Evaluate the Chebyshev polynomial of the first kind, T_n(t), exactly.

    Examples
    --------
    >>> chebyshev_polynomial(3, Fraction(2))  # 4 t^3 - 3 t
    Fraction(26, 1)
    """
    previous, current = Fraction(1), Fraction(t)
    if degree == 0:
        return previous
    for _ in range(degree - 1):
        previous, current = current, 2 * t * current - previous
    return current


def chebyshev_upper_bound(kernel_size: KernelSize, largest_order: int) -> Fraction:
    """Bound E(d,{0..n}) from above by 1/(1 + T_n((d+1)/(d-1))).

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
    largest_order : int, 0..kernel_size - 1
        n; the orders are 0..n.

    Returns
    -------
    Fraction

    Raises
    ------
    KernelSizeError, InputError

    Notes
    -----
    This project: T_n, moved to the interval [0, d-1], is a polynomial of degree n bounded by 1 at z = 0..d-1, and
    1/E - 1 is the largest value at z = d of such a polynomial. Chebyshev polynomials are the classical means for such
    bounds (Linial, Nisan 1990). Asymptotically the best decay is exp(-Theta~(n^2/d)) (Kahn, Linial, Samorodnitsky
    1996).

    Examples
    --------
    >>> str(chebyshev_upper_bound(9, 1)), str(chebyshev_upper_bound(9, 3))
    ('4/9', '16/81')
    """
    d = check_kernel_size(kernel_size)
    n = check_count("largest_order", largest_order, 0, d - 1)
    return 1 / (1 + chebyshev_polynomial(n, Fraction(d + 1, d - 1)))


def extremal_lower_bound(kernel_size: KernelSize, orders_beside_intercept: int) -> Fraction:
    """Bound E(d,R) from below for every R with 0 in R and h further orders: 1/(2 H_h(d-1)).

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
    orders_beside_intercept : int, 0..kernel_size - 1
        h = |R| - 1; order d, with which the error is 0, is not in R.

    Returns
    -------
    Fraction
        Attained by the h largest orders d-h..d-1.

    Raises
    ------
    KernelSizeError, InputError

    Notes
    -----
    The extremal theorem (this project). With k_1 < ... < k_h the numbers d-r and q(t) = prod_i (1 - t/k_i), the
    expansion q(t) = sum_k (-1)^k b_k C(t,k) has 0 <= b_k <= 1 and b_k = 0 for k > h, because k_i >= i; the dual weights
    (-1)^k b_k on the 0/1 vectors with k ones, corrected at the all-ones vector, prove the bound.

    Examples
    --------
    >>> extremal_lower_bound(9, 2)  # {0, 7, 8}
    Fraction(1, 74)
    """
    d = check_kernel_size(kernel_size)
    h = check_count("orders_beside_intercept", orders_beside_intercept, 0, d - 1)
    return Fraction(1, 2 * subsets_up_to(h, d - 1))


def extremal_lower_bound_range(kernel_size: KernelSize, number_of_orders: int) -> Fraction:
    """Bound the range-relative error from below for every R with h orders: 1/(H_h(d) - 1).

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
    number_of_orders : int, 1..kernel_size - 1
        h = |R|; order d, with which the error is 0, is not in R.

    Returns
    -------
    Fraction
        Attained by the h largest orders d-h..d-1.

    Raises
    ------
    KernelSizeError, InputError

    Notes
    -----
    The extremal theorem (this project), as in :func:`extremal_lower_bound`, without the all-ones vector.

    Examples
    --------
    >>> extremal_lower_bound_range(9, 1)
    Fraction(1, 9)
    """
    d = check_kernel_size(kernel_size)
    h = check_count("number_of_orders", number_of_orders, 1, d - 1)
    return Fraction(1, subsets_up_to(h, d) - 1)


def width_lower_bound(terms: int) -> Fraction:
    """Bound E(d,R) from below by the width alone: min(1/(2N), 2/N^2), for every d and every R with 0 in R, d not in R.

    Parameters
    ----------
    terms : int, >= 1
        N, the number of subpool maxima.

    Returns
    -------
    Fraction

    Raises
    ------
    InputError

    Notes
    -----
    This project, by the link inequality (:func:`link_lower_bound`) and the extremal theorem. The tempting 1/(2N) is
    false: {0..4} with {13..18} at d = 19 has E N = 0.4934.

    Examples
    --------
    >>> width_lower_bound(3), width_lower_bound(19)
    (Fraction(1, 6), Fraction(2, 361))
    """
    check_count("terms", terms, 1)
    return min(Fraction(1, 2 * terms), Fraction(2, terms * terms))


def least_terms(error: Fraction) -> int:
    """Bound the number of subpool maxima from below that a residual of at most ``error`` takes.

    Parameters
    ----------
    error : Fraction, > 0

    Returns
    -------
    int
        The least N with ``width_lower_bound(N) <= error``: of order min(1/(2 error), sqrt(2/error)).

    Raises
    ------
    InputError

    Examples
    --------
    >>> least_terms(Fraction(1, 512)), width_lower_bound(31) > Fraction(1, 512) >= width_lower_bound(32)
    (32, True)
    """
    eps = Fraction(error)
    if eps <= 0:
        raise InputError(f"error is positive, not {error!r}")
    by_inverse = -(-eps.denominator // (2 * eps.numerator))
    # The least N with N^2 >= 2/eps, that is N^2 >= ceil(2/eps).
    by_square = isqrt(-(-2 * eps.denominator // eps.numerator) - 1) + 1
    return max(1, min(by_inverse, by_square))


def indicator_error(kernel_size: KernelSize, orders: Orders) -> Fraction:
    """Compute E~(d,S) = min over c of max over z in 0..d of |[z = d] - sum over s in S of c_s C(z,s)|.

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
    orders : iterable of distinct int, each in 0..d, possibly none, or text
        S; as text such as ``"0,1,d-1"`` or ``"none"``.

    Returns
    -------
    Fraction
        Equal to E(d,S) where 0 is in S.

    Raises
    ------
    KernelSizeError, OrdersError

    Notes
    -----
    The quantity of the proof of :func:`width_lower_bound`. With L the extrapolation constant of S it is 1/(1 + L).

    Examples
    --------
    >>> indicator_error(9, [0, 1, 8]), indicator_error(9, [1, 8])
    (Fraction(1, 20), Fraction(1, 19))
    """
    d = check_kernel_size(kernel_size)
    chosen = check_orders(d, orders, maybe_none=True)
    if not chosen:
        return Fraction(1)
    if chosen[-1] == d:
        return Fraction(0)
    return 1 / (1 + extrapolate(d, chosen).constant)


def link_lower_bound(kernel_size: KernelSize, orders: Orders) -> Fraction:
    """Bound E~(d,R) from below through kernel size d-1: 1/E~(d,R) <= 2/E~(d-1, {r-1 : r in R, r >= 1}).

    Parameters
    ----------
    kernel_size : int, >= 3, or "3x3", or (3, 3)
    orders : iterable of distinct int, each in 0..d, at least one, or text
        R; as text such as ``"0,1,d-1"``.

    Returns
    -------
    Fraction
        Half the error E~ of the smaller problem, a lower bound on E~(d,R), which is E(d,R) where 0 is in R.

    Raises
    ------
    KernelSizeError, OrdersError

    Notes
    -----
    The link inequality (this project): the difference g(z) = p(z+1) - p(z) of a solution p for (d,R) solves the smaller
    problem with at most twice the error, since C(z+1,r) - C(z,r) = C(z,r-1).

    Examples
    --------
    >>> str(link_lower_bound(9, [0, 1, 8])), str(indicator_error(9, [0, 1, 8]))
    ('1/32', '1/20')
    """
    d = check_kernel_size(kernel_size)
    if d < 3:
        raise KernelSizeError("the link inequality needs kernel size >= 3, because it looks at kernel size d - 1 >= 2")
    return indicator_error(d - 1, [r - 1 for r in check_orders(d, orders) if r]) / 2


__all__ = [
    "chebyshev_polynomial",
    "chebyshev_upper_bound",
    "extremal_lower_bound",
    "extremal_lower_bound_range",
    "indicator_error",
    "least_terms",
    "link_lower_bound",
    "number_of_terms",
    "subsets_up_to",
    "width_lower_bound",
]
