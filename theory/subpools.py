"""The class M_d(R): mean subpool maxima, their order-statistic weights and their vertex features, exactly.

For a pooling window x of d inputs with order statistics x_(1) <= ... <= x_(d), the *mean subpool max* of order r
averages the maximum over all subsets of r inputs,

    m_r(x) = C(d,r)^-1 sum over |J| = r of max_{j in J} x_j = sum_{k=r..d} C(k-1,r-1)/C(d,r) x_(k),

so m_1 is the mean and m_d the maximum; m_0 := 1 is the intercept. M_d(R) is the span of m_r for r in a set of
orders R. (Matoba, Dimitriadis, Fleuret, TMLR 2023, section 3.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import comb
from typing import Any

import array_api_compat
import numpy as np

from theory.errors import ArrayError, InputError, OrdersError, ProblemTooLargeError
from theory.notation import KernelSize, Orders, as_integer, check_kernel_size, check_orders, shown
from theory.work import MEMORY_LIMIT, bits_of_binomial

Array = Any
"""An array of any library that follows the Python array API standard."""


def check_count(what: str, value: object, low: int, high: int | None = None) -> int:
    """Return an integer in low..high, or >= low, or say what is wrong with it.

    Examples
    --------
    >>> check_count("rounds", -1, 0)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: rounds is an integer >= 0, not -1
    """
    count = as_integer(value)
    if count is None or count < low or (high is not None and count > high):
        raise InputError(f"{what} is an integer {f'>= {low}' if high is None else f'in {low}..{high}'}, not {value!r}")
    return count


def check_choice(what: str, value: object, choices: Iterable[str]) -> Any:
    """Return a value if it is one of some names, or say what they are.

    Examples
    --------
    >>> check_choice("the domain", "complex", ["real", "nonnegative"])
    Traceback (most recent call last):
    ...
    theory.errors.InputError: the domain is "real" or "nonnegative", not 'complex'
    """
    names = tuple(choices)
    if isinstance(value, str) and value in names:
        return value
    *others, last = (f'"{name}"' for name in names)
    raise InputError(f"{what} is {', '.join(others)} or {last}, not {shown(value)}")


def check_table(kernel_size: int, orders: Iterable[int], limit: int = MEMORY_LIMIT) -> None:
    """Refuse to tabulate a rational for each order and each number of zeros, if that takes more bytes than the limit.

    Examples
    --------
    >>> check_table(100_000, [0, 1, 99_999])
    >>> check_table(100_000, range(49_990, 50_010))
    Traceback (most recent call last):
    ...
    theory.errors.ProblemTooLargeError: kernel size 100000 needs a table of about 46.8 GiB, more than the limit of 4 GiB
    """
    d = kernel_size
    # Numerator and denominator are of the size of C(d,r); beside their digits, objects take about 150 bytes.
    needed = (d + 1) * sum(150 + bits_of_binomial(d, r) / 4 for r in orders)
    if needed > limit:
        raise ProblemTooLargeError(
            f"kernel size {d} needs a table of about {needed / 2**30:,.1f} GiB, "
            f"more than the limit of {limit / 2**30:.0f} GiB"
        )


def number_of_terms(kernel_size: KernelSize, orders: Orders) -> int:
    """Count the subpool maxima, the sum of C(d,r) over r in R: the width of the readout.

    Examples
    --------
    >>> number_of_terms(9, [0, 1, 8])
    19
    """
    d = check_kernel_size(kernel_size)
    total, last, subsets = 0, -1, 1
    for r in check_orders(d, orders, maybe_none=True):
        # Runs of orders are common, and C(d,r) from C(d,r-1) takes one step where d has thousands of digits.
        subsets = subsets * (d - r + 1) // r if r == last + 1 > 0 else comb(d, r)
        total, last = total + subsets, r
    return total


def order_statistic_weights(kernel_size: KernelSize, order: int) -> tuple[Fraction, ...]:
    """Weights of the order statistics in the mean subpool max of one order.

    Parameters
    ----------
    kernel_size : int, >= 2
    order : int, 1..kernel_size

    Returns
    -------
    tuple of Fraction, length kernel_size
        Entry k-1 is the weight C(k-1,r-1)/C(d,r) of x_(k); the weights are nonnegative and sum to 1.

    Raises
    ------
    KernelSizeError, OrdersError
        Order 0, the intercept, has no weights.

    Notes
    -----
    x_(k) is the maximum of an r-subset that contains it and r-1 of the k-1 smaller inputs. (Matoba, Dimitriadis,
    Fleuret, TMLR 2023.)

    Examples
    --------
    >>> [str(w) for w in order_statistic_weights(4, 2)]
    ['0', '1/6', '1/3', '1/2']
    """
    d = check_kernel_size(kernel_size)
    (r,) = check_orders(d, [order])
    if r == 0:
        raise OrdersError("order 0 is the intercept and has no order-statistic weights")
    check_table(d, [r])
    return tuple(Fraction(comb(k - 1, r - 1), comb(d, r)) for k in range(1, d + 1))


def vertex_features(kernel_size: KernelSize, orders: Orders) -> tuple[tuple[Fraction, ...], ...]:
    """Tabulate the vertex features of a set of orders: the values of mean subpool maxima at 0/1 vectors.

    Returns
    -------
    tuple of kernel_size + 1 tuples of Fraction
        Entry z holds phi_r(z) for the orders in increasing order: phi_0 = 1, and phi_r(z) = 1 - C(z,r)/C(d,r), the
        share of r-subsets that do not consist of zeros alone where z inputs are 0.

    Raises
    ------
    KernelSizeError, OrdersError, ProblemTooLargeError

    Examples
    --------
    >>> [[str(phi) for phi in row] for row in vertex_features(2, [0, 1])]
    [['1', '1'], ['1', '1/2'], ['1', '0']]
    """
    d = check_kernel_size(kernel_size)
    chosen = check_orders(d, orders)
    check_table(d, chosen)
    sizes = [(r, comb(d, r)) for r in chosen]
    return tuple(tuple(1 - Fraction(comb(z, r), size) if r else Fraction(1) for r, size in sizes) for z in range(d + 1))


def check_windows(x: Array, kernel_size: int) -> Array:
    """Return windows (..., kernel_size) of a real floating dtype as an array, or say what is wrong with them.

    Of any array-API library; nested sequences of numbers become a float64 NumPy array.

    Examples
    --------
    >>> check_windows([[1, 2], [3, 4]], 2).dtype
    dtype('float64')
    """
    d = kernel_size
    if not array_api_compat.is_array_api_obj(x):
        try:
            x = np.asarray(x, dtype=np.float64)
        except (TypeError, ValueError):
            raise ArrayError(f"windows are real numbers, an array of shape (..., {d}), not {x!r:.80}") from None
    xp = array_api_compat.array_namespace(x)
    if not xp.isdtype(x.dtype, "real floating"):
        raise ArrayError(f"windows have a real floating dtype such as float32 or float64, not {x.dtype}")
    if x.ndim == 0 or x.shape[-1] != d:
        raise ArrayError(f"windows have {d} inputs along the last axis, but the array has shape {tuple(x.shape)}")
    return x


def weigh_order_statistics(x: Array, weights: Sequence[float], intercept: float = 0.0) -> Array:
    """Sort windows along the last axis and take the dot product with weights, smallest order statistic first.

    Arithmetic is that of the array's dtype with the weights rounded once to it, so the result is within
    (d + 2) eps sum_k |w_k x_(k)| + eps |intercept| of the exact value, to first order in eps. A window with a NaN
    gives NaN. A window with infinities gives what IEEE arithmetic gives: an infinity, or NaN where a weight is 0 or
    infinities cancel.

    Examples
    --------
    >>> float(weigh_order_statistics([3.0, 1.0, 2.0], [0.0, 0.5, 0.5]))
    2.5
    """
    x = check_windows(x, len(weights))
    xp = array_api_compat.array_namespace(x)
    w = xp.asarray(list(weights), dtype=x.dtype, device=array_api_compat.device(x))
    # Equal values need no order among them, and the default of the standard, a stable sort, is slower.
    result = xp.matmul(xp.sort(x, axis=-1, stable=False), w)
    return result + intercept if intercept else result


def mean_subpool_max(x: Array, order: int) -> Array:
    """Compute the mean subpool max of one order by one sort, never by enumerating subsets.

    Parameters
    ----------
    x : array, shape (..., d), real floating dtype
    order : int, 1..d

    Returns
    -------
    array, shape (...), dtype and library of ``x``

    Raises
    ------
    KernelSizeError, OrdersError, ArrayError

    Examples
    --------
    >>> float(mean_subpool_max([1.0, 2.0, 4.0], 2))  # (2 + 4 + 4) / 3
    3.333333333333333
    """
    if not array_api_compat.is_array_api_obj(x):
        x = np.asarray(x, dtype=np.float64)
    if x.ndim == 0:
        raise ArrayError("a window has at least one axis, but a scalar was given")
    return weigh_order_statistics(x, [float(w) for w in order_statistic_weights(x.shape[-1], order)])
