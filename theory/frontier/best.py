"""The best set of orders for a budget: exactly for small kernels, between proved bounds for large ones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from math import comb
from typing import get_args

import numpy as np

from theory.bounds import indicator_error, subsets_up_to, width_lower_bound
from theory.errors import InputError
from theory.frontier.certified import certified_errors
from theory.frontier.sets import Budget, Masks, OrderSets, orders_of
from theory.networks.size import Construction, NetworkSize, least_hidden_layers, network_size
from theory.notation import KernelSize, check_kernel_size
from theory.optimal.solve import optimal_estimator
from theory.subpools import check_choice, check_count, number_of_terms

_EXHAUSTIVE_KERNEL = 16
"""Up to here all sets of orders are looked at."""
_LARGEST_SOLVED = 64
_TOPS_TRIED = 3


@dataclass(frozen=True)
class BestOrders:
    """The best set of orders that was found within a budget, and how much better another one can be at most.

    Attributes
    ----------
    kernel_size : int
    orders : tuple of int
        R.
    error : Fraction
        E(d,R), exactly.
    lower_bound : Fraction
        No set of orders in 0..d-1 within the budget, as this package counts it, has a smaller error.
    reason : str
        Why.
    construction : str
        Of the network.
    """

    kernel_size: int
    orders: tuple[int, ...]
    error: Fraction
    lower_bound: Fraction
    reason: str
    construction: Construction = "tree"

    @property
    def is_optimal(self) -> bool:
        """Whether it is proved that no set does better."""
        return self.error == self.lower_bound

    @property
    def terms(self) -> int:
        """N, the number of subpool maxima."""
        return number_of_terms(self.kernel_size, self.orders)

    @property
    def hidden_layers(self) -> int:
        """Number of hidden layers of the network."""
        return least_hidden_layers(max(self.orders), self.construction)

    @cached_property
    def network(self) -> NetworkSize:
        """The counts of the network; those of shallow ones take building them."""
        return network_size(self.kernel_size, self.orders, construction=self.construction)

    def cost(self, budget: Budget) -> int:
        """Return what the set takes of a budget."""
        return _cost(self.kernel_size, self.orders, budget, self.construction)


def best_orders(
    kernel_size: KernelSize, *, budget: Budget, limit: int, construction: Construction = "tree"
) -> BestOrders:
    """Find the orders, the intercept among them, with the least error of the maximum within a budget.

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
        d, or a shape of d inputs.
    budget : {"terms", "units", "parameters", "hidden_layers"}
        What is limited: the number of subpool maxima, or a count of the network that computes the estimator.
    limit : int, >= 1, or >= 0 for ``"units"`` and ``"hidden_layers"``
    construction : {"tree", "shallow"}
        Of the networks: trees of pairwise maxima, or blocks of five and six inputs that need fewer layers. The latter
        are for the budget ``"hidden_layers"`` only.

    Returns
    -------
    BestOrders
        The sets are those with order 0 and without order d; the maximum itself, which is m_d, is no approximation.

    Raises
    ------
    KernelSizeError
    InputError
        Also if not even the smallest set is within the limit.

    Notes
    -----
    More orders never hurt. So the best error with L hidden layers is that of all orders that the construction computes
    in L layers, for every d; and for the other budgets the best is among the sets to which no order can be added. All
    counts of networks are those of the networks that are built here; others may take less. Up to kernel size 16
    all of these sets are solved. Beyond, candidates of the form {0}, some low orders, the j highest orders are solved,
    which is what the best sets look like up to 16, and :func:`terms_lower_bound` says how far they are from the best.

    Examples
    --------
    >>> best = best_orders(9, budget="terms", limit=60)
    >>> best.orders, best.error, best.is_optimal
    ((0, 1, 7, 8), Fraction(1, 81), True)
    >>> best_orders(9, budget="hidden_layers", limit=2).orders
    (0, 1, 2, 3, 4)
    >>> best = best_orders(25, budget="terms", limit=1000)
    >>> best.orders, float(best.error / best.lower_bound) < 3
    ((0, 1, 2, 23, 24), True)
    """
    d = check_kernel_size(kernel_size)
    chosen: Budget = check_choice("a budget", budget, get_args(Budget))
    check_count("limit", limit, 0)
    check_choice("the construction", construction, ("tree", "shallow"))
    if chosen == "hidden_layers":
        return _by_depth(d, limit, construction)
    if construction == "shallow":
        raise InputError(
            'the construction "shallow" saves hidden layers, and goes with the budget "hidden_layers" only'
        )
    if _cost(d, (0,), chosen) > limit:
        raise InputError(f"no set of orders has at most {limit} {chosen}: the intercept alone takes more")
    if d <= _EXHAUSTIVE_KERNEL:
        return _exhaustive(d, chosen, limit)
    return _structured(d, chosen, limit)


def _cost(d: int, orders: tuple[int, ...], budget: Budget, construction: Construction = "tree") -> int:
    if budget == "terms":
        return number_of_terms(d, orders)
    if budget == "hidden_layers":
        return least_hidden_layers(max(orders), construction)
    size = network_size(d, orders, construction=construction)
    return size.units if budget == "units" else size.parameter_count


def _by_depth(d: int, limit: int, construction: Construction) -> BestOrders:
    largest = 1
    while largest + 1 < d and least_hidden_layers(largest + 1, construction) <= limit:
        largest += 1
    orders = tuple(range(largest + 1))
    error = Fraction(1, 2**d) if largest == d - 1 else indicator_error(d, orders)
    reason = f"orders up to {largest} are all that this construction computes in {limit} hidden layers"
    return BestOrders(d, orders, error, error, reason, construction)


def _exhaustive(d: int, budget: Budget, limit: int) -> BestOrders:
    """Look at all sets, for small kernels."""
    maximal = _maximal_sets(d, budget, limit)
    errors = [Fraction(*error) for error in certified_errors(d, maximal)]
    least = min(errors)
    lightest = [
        _lightest(d, orders_of(mask), budget, limit)
        for mask, error in zip(maximal.tolist(), errors, strict=True)
        if error == least
    ]
    orders = min(lightest, key=lambda r: (_cost(d, r, budget), number_of_terms(d, r), r))
    sets = f"it is the best of the {len(maximal):,} sets to which"
    return BestOrders(d, orders, least, least, f"{sets} no order can be added")


def _maximal_sets(d: int, budget: Budget, limit: int) -> Masks:
    """List the sets within the limit that are in no larger set within the limit."""
    sets = OrderSets.of(d, [0])
    masks = sets.masks(0, len(sets))
    if budget == "terms":
        costs = sum(((masks >> r & 1) * comb(d, r) for r in range(d)), np.zeros(len(masks), dtype=np.int64))
    else:
        costs = np.array([_cost(d, orders_of(mask), budget) for mask in masks.tolist()])
    within = (costs <= limit).reshape((2,) * (d - 1))
    # covered: some set with this one and more is within. Axis by axis, "with the order" is passed to "without".
    covered = np.zeros_like(within)
    for axis in range(d - 1):
        larger = np.take(within | covered, [1], axis=axis)
        without = [slice(None)] * (d - 1)
        without[axis] = slice(0, 1)
        covered[tuple(without)] |= larger
    return masks[(within & ~covered).reshape(-1)]


def _lightest(d: int, orders: tuple[int, ...], budget: Budget, limit: int) -> tuple[int, ...]:
    """Leave out orders with coefficient 0, unless the network becomes too large by it."""
    used = tuple(r for r, beta in optimal_estimator(d, orders).coefficients.items() if beta)
    return used if _cost(d, used, budget) <= limit else orders


def _structured(d: int, budget: Budget, limit: int) -> BestOrders:
    """Look at candidates, for large kernels, and bound what others may reach."""
    candidates = _by_terms(d, limit) if budget == "terms" else _by_network(d, budget, limit)
    solved = [(_error(d, orders), number_of_terms(d, orders), orders) for orders in dict.fromkeys(candidates)]
    error, _, orders = min(solved)
    if budget == "terms":
        reason = "of candidates; the bound is by the link inequality and the extremal theorem"
        return BestOrders(d, orders, error, terms_lower_bound(d, limit), reason)
    return BestOrders(d, orders, error, Fraction(1, 2**d), "of candidates; the bound is the error of all orders")


def _error(d: int, orders: tuple[int, ...]) -> Fraction:
    top = len(orders) - 1
    if orders == (0, *range(d - top, d)):  # the extremal theorem holds with equality
        return Fraction(1, 2 * subsets_up_to(top, d - 1))
    return indicator_error(d, orders)


def _by_terms(d: int, limit: int) -> Iterator[tuple[int, ...]]:
    """Join some of the highest orders with each low order that fits, and as many below it as fit."""
    highest = 0
    while highest < d - 1 and subsets_up_to(highest + 1, d) <= limit:
        highest += 1
    for j in range(highest, max(-1, highest - _TOPS_TRIED), -1):
        top = tuple(range(d - j, d))
        yield (0, *top)
        for first in range(1, d - j):
            low, left = [], limit - subsets_up_to(j, d)
            for r in range(first, 0, -1):
                if comb(d, r) <= left:
                    low.append(r)
                    left -= comb(d, r)
            if first not in low or len(low) + j + 1 > _LARGEST_SOLVED:
                break
            yield (0, *reversed(low), *top)


def _by_network(d: int, budget: Budget, limit: int) -> Iterator[tuple[int, ...]]:
    """List the highest orders, these with the mean, which costs little, and the lowest ones."""
    families = (
        [(0, *range(d - j, d)) for j in range(d)]
        + [(0, 1, *range(d - j, d)) for j in range(1, min(d - 1, 12))]
        + [tuple(range(n + 1)) for n in range(1, min(d - 1, 12))]
    )
    for orders in families:
        if _cost(d, orders, budget) <= limit:
            yield orders


def terms_lower_bound(kernel_size: int, terms: int) -> Fraction:
    """Bound E(d,R) from below for every R with 0 in R and at most so many subpool maxima, N.

    At least ``width_lower_bound(terms)``, which does not know d.

    This project. For t = 0, 1, ... let h_t be the number of orders of R above t. The link inequality, t+1 times, and
    the extremal theorem without intercept at kernel size d-t-1 give 1/E(d,R) <= 2^(t+1) H_{h_t}(d-t-1), with H_j(n) the
    number of subsets of n elements with at most j. If R has h orders above d/2 and a orders in 1..d/2, the largest of
    them m, then N >= 1 + sum_{k<=h} C(d,k) + C(d,m) + sum_{1<=k<a} C(d,k) over k >= 1, and h_t <= h + min(a, m-t) for
    t <= m. The bound is the largest, over all h, a and m that the limit on N allows, of the least over t.

    >>> str(terms_lower_bound(9, 19)), str(terms_lower_bound(9, 1))
    ('1/32', '1/2')
    """
    d = check_kernel_size(kernel_size)
    general = width_lower_bound(terms)
    subsets = [list(accumulate(comb(n, k) for k in range(d + 1))) for n in range(d + 1)]  # H_j(n)
    inverse = max(
        min(subsets[d - t - 1][high + min(low, m - t)] << (t + 1) for t in range(m + 1))
        for m, low, high in _profiles(d, terms, subsets[d])
    )
    return max(general, Fraction(1, inverse))


def _profiles(d: int, terms: int, subsets: list[int]) -> Iterator[tuple[int, int, int]]:
    """List m, a and h of sets within a limit on N, with the largest a for each m and h; m = 0 where a = 0."""
    for m in range(d // 2 + 1):
        for high in range(d - d // 2):
            left = terms - subsets[high] - (comb(d, m) if m else 0)
            if left < 0:
                break
            # 1..a-1 cost H_{a-1} - 1 in addition to m.
            yield m, min(m, bisect_right(subsets, left + 1)), high
