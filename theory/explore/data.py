"""The numbers of a page: all sets of orders of small kernels, families of large ones, and what is proved of both."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import prod
from typing import Any, get_args

import numpy as np

from theory.bounds import chebyshev_upper_bound, extremal_lower_bound, subsets_up_to, width_lower_bound
from theory.explore.kernels import Shapes
from theory.frontier.chunk import rows
from theory.frontier.pareto import pareto_front
from theory.frontier.sets import Budget, OrderSets
from theory.named_orders import NAMED_ORDERS
from theory.networks.size import NetworkSize, network_size
from theory.notation import format_orders
from theory.objectives import DEFAULT
from theory.optimal.families import ClosedForm, closed_forms
from theory.progress import Progress, unwatched
from theory.rationals import to_string
from theory.subpools import number_of_terms

_SWEPT_UP_TO = 12
"""The largest kernel size whose sets are all solved for a page: 4,095 of them, in less than a second."""
_MOST_OF_A_PARAMETER = 8
"""Members of a family that are shown, for each of its parameters."""
_MOST_POINTS = 64
"""Points of a curve that is drawn."""
_EXACT_IN_DOUBLES = 2**53


def explore_data(shapes: Shapes, *, progress: Progress = unwatched) -> dict[str, Any]:
    """Compute the data of a page for kernels, as a JSON object; progress is in kernels.

    Errors are exact strings. Sets are listed in the order of their masks, from 1 on, where bit r is order r; counts
    beyond 2^53 are strings.

    >>> data = explore_data([(3,)])
    >>> data["sizes"]["3"]["sweep"]["errors"]
    '1/2 1/2 1/3 1/5 1/6 1/7 1/8'
    """
    sizes: dict[str, dict[str, Any]] = {}
    for done, shape in enumerate(shapes):
        progress(done, len(shapes))
        d = prod(shape)
        if str(d) not in sizes:
            sizes[str(d)] = _size(d)
    progress(len(shapes), len(shapes))
    return {
        "kernels": [{"name": "x".join(map(str, shape)), "shape": list(shape)} for shape in shapes],
        "sizes": sizes,
        "families": [
            {
                "name": family.name,
                "orders": family.orders,
                "least": family.least,
                "parameters": dict(family.parameters),
                "relative": family.relative,
            }
            for family in NAMED_ORDERS.values()
        ],
    }


def _size(d: int) -> dict[str, Any]:
    swept = d <= _SWEPT_UP_TO
    return {
        "sweep": _sweep(d) if swept else None,
        "families": [_member(family, d) for family in _members(d)],
        "maximum": _counts(network_size(d, [d])),
        "bounds": _bounds(d),
    }


def _sweep(d: int) -> dict[str, Any]:
    sets = OrderSets.of(d, ())
    table = rows(d, sets.masks(0, len(sets)))
    with_intercept = table.take(np.flatnonzero(table["mask"].to_numpy() & 1))  # order 0 is bit 0
    return {
        # A space between them: half the size of a list.
        "errors": " ".join(error.removesuffix("/1") for error in table["error_exact"].to_pylist()),
        **{name: table[name].to_pylist() for name in ("units", "parameters", "hidden_layers")},
        "fronts": {"all": _fronts(table), "intercept": _fronts(with_intercept)},
    }


def _fronts(table: Any) -> dict[str, list[int]]:
    """Return the masks of the sets that no other one beats, by budget."""
    return {
        budget: [sum(1 << order for order in point.orders) for point in pareto_front(table, budget)]
        for budget in get_args(Budget)
    }


def _members(d: int) -> Iterator[ClosedForm]:
    """Yield the families of the default objective at a kernel size, at several values of their parameters."""
    for family in closed_forms.values():
        if family.objective != DEFAULT:
            continue
        name = next(iter(family.parameters), None)
        values = range(1, _MOST_OF_A_PARAMETER + 1) if name else [None]
        members = (family if value is None else family.at(**{str(name): value}) for value in values)
        yield from (member for member in members if member.valid_from <= d)


def _member(family: ClosedForm, d: int) -> dict[str, Any]:
    orders = family.orders(d)
    parameters = ",".join(f"{name}={value}" for name, value in family.parameters.items())
    return {
        "name": f"{family.name}:{parameters}" if parameters else family.name,
        "orders": format_orders(orders),
        "error": to_string(family.error(d)),
        "terms": _count(number_of_terms(d, orders)),
        **_counts(network_size(d, orders)),
    }


def _counts(size: NetworkSize) -> dict[str, int | str]:
    return {
        "units": _count(size.units),
        "parameters": _count(size.parameter_count),
        "hidden_layers": size.hidden_layers,
    }


def _count(number: int) -> int | str:
    return number if number < _EXACT_IN_DOUBLES else to_string(Fraction(number))


def _bounds(d: int) -> dict[str, list[list[float]]]:
    """Return points of what is proved, as the nearest doubles: a number of subpool maxima, and an error.

    The bound by the width is straight between its points on logarithmic axes. The others are of the h lowest and the h
    largest orders beside the intercept, for h = 0, 1, ..., or some of these.
    """
    most = 2**d - 1  # subpool maxima, of all orders below d
    steps = min(d, _MOST_POINTS) - 1
    beside = [round(i * (d - 1) / steps) for i in range(steps + 1)]
    return {
        "width": [_point(n, width_lower_bound(n)) for n in sorted({1, min(4, most), most})],
        "chebyshev": [_point(subsets_up_to(h, d), chebyshev_upper_bound(d, h)) for h in beside],
        "extremal": [_point(subsets_up_to(h, d), extremal_lower_bound(d, h)) for h in beside],
    }


def _point(terms: int, error: Fraction) -> list[float]:
    return [float(terms), error.numerator / error.denominator]
