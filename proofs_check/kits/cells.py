r"""Sums of absolute values or of ReLUs as functions, on the cone of one order of the inputs.

There the inputs are x_1 <= x_2 <= ..., and a form is linear in the gaps between neighbours, which are arbitrary
positive numbers. The absolute value, or the ReLU, of one that changes its sign there bends on a hyperplane; at a point
of this hyperplane that lies on no other one, only multiples of the form bend, each by |multiple| times its
coefficient. So a sum is linear on the closed cone if and only if these bends add up to 0 for each hyperplane. All is
in integers of 64 bits, with sums that are shown to fit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from theory.errors import SolverError

Integers = npt.NDArray[np.int64]


def _totals(keys: Integers, weights: Integers) -> tuple[Integers, Integers]:
    """Add up the weights of equal rows.

    Returns
    -------
    keys : array
        The different rows.
    weights : array

    Raises
    ------
    SolverError
        If the sums or the rows, as digits of one number, might not fit into 64 bits.

    Examples
    --------
    >>> rows, sums = _totals(np.array([[1, 0], [2, 3], [1, 0]]), np.array([5, 7, -1]))
    >>> rows.tolist(), sums.tolist()
    ([[1, 0], [2, 3]], [4, 7])
    """
    if len(keys) == 0:
        return keys, weights
    base = 2 * int(np.abs(keys).max()) + 1
    if base ** keys.shape[1] >= 2**63 or len(weights) * int(np.abs(weights).max()) >= 2**63:
        raise SolverError("the forms of this identity do not fit into 64 bits")
    # A row as digits of one number, which sorts faster than rows do.
    numbers = keys @ base ** np.arange(keys.shape[1], dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    numbers = numbers[order]
    starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
    return keys[order[starts]], np.add.reduceat(weights[order], starts)


def bends(forms: Integers, weights: Integers, *, free: int = 0) -> Integers:
    """Add up the bends on each hyperplane that meets the open cone.

    Parameters
    ----------
    forms : array, shape (count, free + gaps)
        Coefficients of the forms; the first ``free`` ones belong to coordinates that take any value.
    weights : array, shape (count,)
        The coefficient of each form's absolute value, or of its ReLU.

    Returns
    -------
    array
        For each hyperplane the total bend.

    Raises
    ------
    SolverError
        If a sum might not fit into 64 bits.

    Examples
    --------
    |y_1 - y_2| and |2 y_2 - 2 y_1| bend on one hyperplane, |y_1 + y_2| bends nowhere in the cone.

    >>> bends(np.array([[1, -1], [-2, 2], [1, 1]]), np.array([4, -2, 9])).tolist()
    [0]
    """
    gaps = forms[:, free:]
    bent = (forms[:, :free] != 0).any(axis=1) | ((gaps.min(axis=1) < 0) & (gaps.max(axis=1) > 0))
    forms, weights = forms[bent], weights[bent]
    divisor = np.gcd.reduce(forms, axis=1)
    first = np.take_along_axis(forms, (forms != 0).argmax(axis=1)[:, None], axis=1)
    if len(forms) and int(np.abs(weights).max()) * int(divisor.max()) >= 2**63:
        raise SolverError("the bends of this identity do not fit into 64 bits")
    return _totals(forms // divisor[:, None] * np.sign(first), weights * divisor)[1]
