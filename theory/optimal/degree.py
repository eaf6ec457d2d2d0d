"""The approximate degree of symmetric Boolean functions, exactly, with the certificates of both bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from theory.errors import InputError
from theory.estimator import Estimator
from theory.notation import KernelSize, check_kernel_size
from theory.optimal.solve import optimal_estimator
from theory.progress import Progress, unwatched
from theory.rationals import check_rational
from theory.targets import MAXIMUM, Target, TargetLike, find_target


@dataclass(frozen=True)
class ApproximateDegree:
    """The least degree of polynomials in the inputs that come within an error of a target at all 0/1 vectors.

    Attributes
    ----------
    kernel_size : int
        The number n of inputs.
    target : Target
    error : Fraction
        How far a polynomial may be off.
    degree : int
    estimator : Estimator
        The best one with the orders 0..degree: its certificate shows that the degree is enough.
    below : Estimator or None
        The best one with the orders 0..degree-1, whose certificate has a dual polynomial that shows that these are not
        enough; None where the degree is 0.
    """

    kernel_size: int
    target: Target
    error: Fraction
    degree: int
    estimator: Estimator
    below: Estimator | None


def approximate_degree(
    kernel_size: KernelSize,
    target: TargetLike = MAXIMUM,
    error: Fraction | int = Fraction(1, 3),
    *,
    progress: Progress = unwatched,
) -> ApproximateDegree:
    """Find the least degree of a real polynomial that approximates a symmetric function of 0/1 vectors.

    Parameters
    ----------
    kernel_size : int, >= 2
        The number n of inputs.
    target : str, Target, or sequence of rationals
        As in :func:`theory.optimal_estimator`: ``"max"`` is OR, ``"min"`` AND, and there are ``"majority"``,
        ``"parity"``, ``"threshold:k=2"``, ``"exactly:k=2"``, and any n + 1 values, by the number of zeros.
    error : Fraction or int, >= 0
        How far the polynomial may be off at a 0/1 vector.
    progress : callable, optional
        Told how many degrees were tried, of those that the search may try.

    Returns
    -------
    ApproximateDegree

    Raises
    ------
    KernelSizeError, InputError, ProblemTooLargeError

    Notes
    -----
    A polynomial of n variables may be made symmetric, and is then one of the number of zeros, of no larger degree
    (Minsky, Papert 1969), so this is the least m with E(n, {0..m}) <= error. OR has degree of the order sqrt(n) (Nisan,
    Szegedy 1994); Paturi (1992) has the order for every symmetric function. Parity has degree n.

    Examples
    --------
    >>> found = approximate_degree(16)
    >>> found.degree, found.estimator.error <= Fraction(1, 3) < found.below.error
    (3, True)
    >>> approximate_degree(16, "parity").degree
    16
    """
    n = check_kernel_size(kernel_size)
    wanted = find_target(target, n)
    allowed = check_rational(error, "errors")
    if allowed < 0:
        raise InputError(f"an error is at least 0, not {allowed}")
    tried: dict[int, Estimator] = {}
    most = 2 * n.bit_length() + 2  # degrees that the search tries

    def enough(degree: int) -> bool:
        if degree not in tried:
            tried[degree] = optimal_estimator(n, range(degree + 1), objective="cube", target=wanted)
            progress(len(tried), most)
        reached = tried[degree].error
        return reached is not None and reached <= allowed

    degree = _least(enough, n)
    return ApproximateDegree(n, wanted, allowed, degree, tried[degree], tried[degree - 1] if degree else None)


def _least(enough: Callable[[int], bool], n: int) -> int:
    """Find the least degree that is enough, where all larger ones are, and n is."""
    # All points together are the only reference of degree n - 1, so that takes no time, and no less does for parity.
    if not enough(n - 1):
        enough(n)
        return n
    low, high = -1, 0
    while not enough(high):
        low, high = high, min(2 * high + 1, n - 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
