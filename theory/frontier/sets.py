"""All sets of orders of a kernel size that contain given ones, numbered, as bit masks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from theory.errors import KernelSizeError, OrdersError
from theory.notation import KernelSize, Orders, check_kernel_size, check_orders

Budget = Literal["terms", "units", "parameters", "hidden_layers"]
"""What may be limited: the subpool maxima, or a count of the network."""

Masks: TypeAlias = NDArray[np.int64]
"""Sets of orders: bit r is set for order r."""

_LARGEST_KERNEL = 62
"""Masks are signed integers of 64 bits, with one bit for each order below d."""


def orders_of(mask: int) -> tuple[int, ...]:
    """Return the orders of a mask."""
    return tuple(r for r in range(mask.bit_length()) if mask >> r & 1)


@dataclass(frozen=True)
class OrderSets:
    """The nonempty sets R of orders in 0..d-1 that contain ``always``, in the order of their masks.

    Order d is left out: with it the class contains the maximum itself, and every error is 0.

    >>> sets = OrderSets.of(4, [0])
    >>> len(sets), [orders_of(int(mask)) for mask in sets.masks(0, 3)]
    (8, [(0,), (0, 1), (0, 2)])
    """

    kernel_size: int
    always: tuple[int, ...]

    @classmethod
    def of(cls, kernel_size: KernelSize, always: Orders) -> OrderSets:
        """Check the parameters.

        >>> OrderSets.of(4, [0, 4])
        Traceback (most recent call last):
        ...
        theory.errors.OrdersError: a sweep is over sets of orders in 0..3, but 4 is to be in all of them
        """
        d = check_kernel_size(kernel_size)
        if d > _LARGEST_KERNEL:
            raise KernelSizeError(f"sweeps go up to kernel size {_LARGEST_KERNEL}, the bits of a mask, not {d}")
        chosen = check_orders(d, always, maybe_none=True)
        if chosen and chosen[-1] == d:
            raise OrdersError(f"a sweep is over sets of orders in 0..{d - 1}, but {d} is to be in all of them")
        return cls(d, chosen)

    @cached_property
    def free(self) -> tuple[int, ...]:
        """The orders that a set may contain or not."""
        return tuple(r for r in range(self.kernel_size) if r not in self.always)

    @property
    def _skipped(self) -> int:
        return 0 if self.always else 1  # the empty set

    def __len__(self) -> int:
        return (1 << len(self.free)) - self._skipped

    def masks(self, start: int, stop: int) -> Masks:
        """Return the masks of the sets number start..stop-1."""
        numbers = np.arange(start, min(stop, len(self)), dtype=np.int64) + self._skipped
        masks = np.full(len(numbers), sum(1 << r for r in self.always), dtype=np.int64)
        for bit, order in enumerate(self.free):
            masks |= (numbers >> bit & 1) << order
        return masks
