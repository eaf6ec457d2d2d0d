"""Hidden widths of the networks that are trained: those of a construction, scaled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal, get_args

from theory.errors import InputError
from theory.networks.published import published_size
from theory.networks.size import network_size
from theory.subpools import check_kernel_size, check_orders

Widths = Literal["ours", "published"]
"""Whose construction the widths are taken from."""


def hidden_widths(kernel_size: int, orders: Iterable[int], widths: Widths = "ours") -> tuple[int, ...]:
    """Return the hidden widths of a network that computes an estimator of some orders.

    Parameters
    ----------
    kernel_size : int
        Number d of inputs.
    orders : iterable of int
        R, with an order of at least 2, so that there is a hidden layer.
    widths : {"ours", "published"}
        ``"ours"``: of :func:`theory.build_network`. ``"published"``: of the construction of Matoba, Dimitriadis and
        Fleuret (TMLR 2023, appendix E), see
        :func:`theory.networks.published.published_size`.

    Raises
    ------
    InputError
        If the orders need no hidden layer, or the choice is unknown.
    KernelSizeError, OrdersError

    Examples
    --------
    >>> hidden_widths(8, [0, 1, 7]), hidden_widths(8, [0, 1, 7], "published")
    ((16, 12, 5), (46, 42, 34))
    """
    if widths not in get_args(Widths):
        raise InputError(f'the widths are "ours" or "published", not {widths!r}')
    d = check_kernel_size(kernel_size)
    checked = check_orders(d, orders)
    if max(checked) < 2:
        raise InputError(f"orders {checked} need no hidden layer, so there is nothing to train; give an order >= 2")
    return network_size(d, checked).widths if widths == "ours" else published_size(d, checked).widths


def scaled_widths(widths: Sequence[int], scale: Fraction) -> tuple[int, ...]:
    """Multiply widths by a factor, and round up, so that no layer vanishes.

    Examples
    --------
    >>> scaled_widths((16, 12, 5), Fraction(1, 4))
    (4, 3, 2)
    """
    return tuple(ceil(scale * width) for width in widths)


def parameter_count(kernel_size: int, widths: Sequence[int]) -> int:
    """Count the weights and biases of a dense network with one output.

    Examples
    --------
    >>> parameter_count(8, (16, 12, 5))
    419
    """
    return sum((before + 1) * after for before, after in pairwise((kernel_size, *widths, 1)))
