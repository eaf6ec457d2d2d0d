"""The front door to all solvers."""

from __future__ import annotations

from typing import Literal, get_args

from theory.estimator import Estimator
from theory.notation import KernelSize, Orders, check_kernel_size, check_orders
from theory.objectives import Objective, choose_objective
from theory.optimal.exact import solve_supremum
from theory.optimal.exchange import exchange_work
from theory.optimal.extrapolation import extrapolation_work
from theory.optimal.floats import solve_cvxpy, solve_highs
from theory.optimal.least_squares import least_squares_work, solve_least_squares
from theory.subpools import check_choice
from theory.targets import MAXIMUM, TargetLike, find_target
from theory.work import Work

Method = Literal["exact", "highs", "cvxpy"]

_FLOAT = {"highs": solve_highs, "cvxpy": solve_cvxpy}


def solving_work(
    kernel_size: KernelSize,
    orders: Orders,
    *,
    objective: Objective | None = None,
    method: Method = "exact",
    target: TargetLike = MAXIMUM,
) -> Work:
    """Estimate what :func:`optimal_estimator` takes."""
    d = check_kernel_size(kernel_size)
    chosen = check_orders(d, orders)
    if method != "exact" or choose_objective(objective, orders).least_squares:
        # Float solvers are given the features as well.
        return least_squares_work(d, chosen)
    if not find_target(target, d).is_maximum:
        return exchange_work(d, chosen)
    # With order d, all others have coefficient 0.
    return extrapolation_work(d, chosen if chosen[-1] < d else (0,))


def optimal_estimator(
    kernel_size: KernelSize,
    orders: Orders,
    *,
    objective: Objective | None = None,
    method: Method = "exact",
    target: TargetLike = MAXIMUM,
) -> Estimator:
    """Find the best approximation of max pooling, or of another target, in the class M_d(R).

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
        Number d of inputs of a pooling window, or its shape.
    orders : iterable of distinct int, each in 0..d, or text
        R; order 0 is the intercept. As text ``"0,1,d-1"``, ``"0-8"``, a family of :data:`theory.closed_forms` such as
        ``"mean-and-last"`` or ``"top:j=3"``, or ``"exact"``, which is order d.
    objective : {"cube", "range", "l2"}, optional
        By default that of the family, if ``orders`` names one, or ``"cube"``.
        ``"cube"``: the sup norm over [0,1]^d. ``"range"``: the error relative to the range of the window, among
        translation-equivariant estimators; order 0 is not allowed. ``"l2"``: the mean square for uniform inputs.
    method : {"exact", "highs", "cvxpy"}
        ``"exact"`` computes in rationals and proves its answer. The other two are float solvers for comparison; the
        estimator that they return has neither error nor certificate.
    target : str, Target, or sequence of rationals
        What is approximated, a function that is linear in the order statistics of the window: ``"max"``, ``"min"``,
        ``"median"``, ``"range"``, ``"largest:k=2"``, ``"trimmed-mean:k=1"``; a Boolean function of 0/1 vectors,
        ``"majority"``, ``"parity"``, ``"threshold:k=3"``, ``"exactly:k=3"``; the d weights of the order statistics,
        smallest first; or d + 1 values at the 0/1 vectors by their number of zeros. See :mod:`theory.targets`. With
        ``"range"`` coefficients sum to what the target's weights sum to, and the target is 0 where all inputs are.

    Returns
    -------
    Estimator

    Raises
    ------
    KernelSizeError, OrdersError, InputError
        If an argument is outside what is described above.
    ProblemTooLargeError
        If the exact computation would not fit into memory.
    SolverError
        If a solver fails. No unproved answer of the exact method is ever returned.

    Notes
    -----
    The program is that of Matoba, Dimitriadis, Fleuret, TMLR 2023: the residual is linear on every simplex of ordered
    inputs, so only 0/1 vectors matter, and by symmetry only their number of zeros. How it is solved:
    :mod:`theory.optimal.extrapolation` for the maximum, :mod:`theory.optimal.exchange` for other targets.

    Examples
    --------
    >>> estimator = optimal_estimator(9, [0, 1, 8])
    >>> estimator.error
    Fraction(1, 20)
    >>> estimator.coefficients
    {0: Fraction(1, 20), 1: Fraction(-9, 70), 8: Fraction(36, 35)}
    >>> optimal_estimator(9, [0, 1, 8], target="median").error
    Fraction(2, 5)
    >>> optimal_estimator("3x3", "mean-and-last") == estimator
    True
    >>> optimal_estimator(9, [0, 0])
    Traceback (most recent call last):
    ...
    theory.errors.OrdersError: orders are distinct, but 0 occurs twice
    """
    d = check_kernel_size(kernel_size)
    chosen = check_orders(d, orders)
    goal, wanted = choose_objective(objective, orders), find_target(target, d)
    if method == "exact":
        return (solve_least_squares if goal.least_squares else solve_supremum)(d, chosen, goal, wanted)
    return _FLOAT[check_choice("the method", method, get_args(Method))](d, chosen, goal, wanted)
