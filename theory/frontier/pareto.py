"""The best error for a budget, and the width-residual law, from the rows of a sweep; all comparisons are exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from theory.errors import FormatError, InputError
from theory.extras import import_pyarrow
from theory.frontier.chunk import SCHEMA, is_of_the_maximum
from theory.frontier.dataset import SweepDataset, open_dataset
from theory.frontier.sets import Budget
from theory.notation import format_orders
from theory.rationals import from_string
from theory.subpools import check_choice
from theory.typeset import Drawn, Grid, array, fraction, orders_in_latex

if TYPE_CHECKING:
    import pyarrow as pa

    from theory.plotting import Axes
else:
    pa = import_pyarrow()

Table: TypeAlias = "pa.Table | SweepDataset | str | Path"
"""The rows of a sweep, or the dataset or folder that they are in."""

_COSTS = {"terms": "subpool maxima N", "units": "ReLUs", "parameters": "parameters", "hidden_layers": "hidden layers"}
"""What the budgets are, in words."""

_COLUMNS = ["orders", "error", "error_exact", "terms", "hidden_layers", "units", "parameters"]


@dataclass(frozen=True)
class FrontierPoint:
    """A set of orders with its error and its costs.

    Attributes
    ----------
    orders : tuple of int
        R.
    error : Fraction
        E(d,R), of the target of the sweep.
    terms : int
        N, the number of subpool maxima.
    hidden_layers, units, parameters : int
        Of its network.
    """

    orders: tuple[int, ...]
    error: Fraction
    terms: int
    hidden_layers: int
    units: int
    parameters: int

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> FrontierPoint:
        """Read a row of a sweep."""
        counts = {name: int(row[name]) for name in ("terms", "hidden_layers", "units", "parameters")}
        return cls(tuple(row["orders"]), from_string(row["error_exact"]), **counts)

    def cost(self, budget: Budget) -> int:
        """Return what the set takes of a budget."""
        value: int = getattr(self, budget)
        return value


class ParetoFront(Drawn, tuple[FrontierPoint, ...]):
    """The sets of orders that no other one beats for a budget: a tuple that can be drawn and typeset.

    Attributes
    ----------
    budget : {"terms", "units", "parameters", "hidden_layers"}
        What the sets cost.
    """

    budget: Budget
    _typeset_in_html = False  # it would be the same table twice

    def __new__(cls, points: Iterable[FrontierPoint], budget: Budget) -> ParetoFront:
        """Make a front of points by increasing cost."""
        front = super().__new__(cls, points)
        front.budget = budget
        return front

    def __getnewargs__(self) -> tuple[tuple[FrontierPoint, ...], Budget]:
        """Give what a copy is made of."""
        return tuple(self), self.budget

    def to_latex(self) -> str:
        r"""Write the front as a table in LaTeX, for ``\[ ... \]``."""
        rows = ((str(p.cost(self.budget)), orders_in_latex(p.orders), fraction(p.error)) for p in self)
        return array("rll", (rf"\text{{{_COSTS[self.budget]}}}", "R", "E(d, R)"), rows)

    def _facts(self) -> Iterator[tuple[str, object]]:
        rows = [(p.cost(self.budget), format_orders(p.orders), p.error) for p in self]
        yield "least error for a budget", Grid((_COSTS[self.budget], "orders", "error"), rows)

    def _draw(self, axes: Axes | None) -> Axes:
        from theory.drawings import draw_front  # here, as it needs an extra

        return draw_front([p.cost(self.budget) for p in self], [p.error for p in self], _COSTS[self.budget], axes)


def pareto_front(table: Table, budget: Budget) -> ParetoFront:
    """Find the sets of orders that no other set of a sweep beats: none has at most their cost and a smaller error.

    Parameters
    ----------
    table : pyarrow.Table, SweepDataset, str or Path
        The rows of a sweep. A dataset is read chunk by chunk.
    budget : {"terms", "units", "parameters", "hidden_layers"}
        What the sets cost.

    Returns
    -------
    ParetoFront
        A tuple of FrontierPoint by increasing cost and strictly decreasing error: the best error for a budget is that
        of the last point whose cost is within it. Among sets of one cost and error, that with the fewest subpool maxima
        is named, then the first by its orders.

    Raises
    ------
    InputError, FormatError, StorageError

    Examples
    --------
    >>> from theory.frontier.chunk import solve_chunk
    >>> for point in pareto_front(solve_chunk(5, (0,), 0, 16), "terms"):
    ...     print(point.terms, point.orders, point.error)
    1 (0,) 1/2
    6 (0, 4) 1/10
    11 (0, 1, 4) 1/12
    16 (0, 3, 4) 1/22
    21 (0, 1, 3, 4) 1/25
    26 (0, 2, 3, 4) 1/30
    31 (0, 1, 2, 3, 4) 1/32
    """
    chosen: Budget = check_choice("a budget", budget, get_args(Budget))
    candidates: list[FrontierPoint] = []
    for part in parts(table, _COLUMNS):
        candidates = _undominated([*candidates, *_promising(part, chosen)], chosen)
    return ParetoFront(candidates, chosen)


def parts(table: Table, columns: list[str]) -> Iterator[pa.Table]:
    """Yield some columns of a sweep, chunk by chunk."""
    if isinstance(table, (str, Path)):
        table = open_dataset(table)
    if isinstance(table, SweepDataset):
        return table.tables(columns)
    if not isinstance(table, pa.Table) or not set(columns) <= set(table.column_names):
        raise FormatError(f"the rows of a sweep have the columns {', '.join(SCHEMA.names)}")
    return iter([table.select(columns)])


def _promising(part: pa.Table, budget: Budget) -> Iterable[FrontierPoint]:
    """Rows that floats do not rule out: rounding is monotone, so a larger float is a larger error."""
    costs, errors = part[budget].to_numpy(), part["error"].to_numpy()
    order = np.lexsort((errors, costs))
    least = np.minimum.accumulate(errors[order])
    # Below or equal to all errors at lower cost, and the least at its own.
    best = errors[order] <= least
    return [FrontierPoint.from_row(row) for row in part.take(order[best]).to_pylist()]


def _undominated(points: Iterable[FrontierPoint], budget: Budget) -> list[FrontierPoint]:
    front: list[FrontierPoint] = []
    for point in sorted(points, key=lambda p: (p.cost(budget), p.error, p.terms, p.orders)):
        if not front or point.error < front[-1].error:
            front.append(point)
    return front


@dataclass(frozen=True)
class WidthLaw:
    """The least E(d,R) N(R) over the sets of a sweep, and where it is, the first by mask.

    The same ``_of_more`` among the sets of two orders or more, as E N = 1/2 for R = {0}; as before where there are
    none. ``below_half`` is the number of sets with E N < 1/2.
    """

    product: Fraction
    orders: tuple[int, ...]
    product_of_more: Fraction
    orders_of_more: tuple[int, ...]
    below_half: int

    @property
    def holds(self) -> bool:
        """Whether E N >= 1/2 for all sets."""
        return self.below_half == 0


_ROUNDING = 1e-12

_Product: TypeAlias = tuple[Fraction, tuple[int, ...]]
"""E(d,R) N(R), and R."""


def width_law(table: Table) -> WidthLaw:
    """Find the least E(d,R) N(R) over the rows of a sweep, exactly.

    E N >= 1/2 holds for all sets with the intercept up to kernel size 18, and fails at 19 for {0..4} with {13..18}.
    Floats sort out the products that are far from the least one and from 1/2; the others are computed in rationals.
    An InputError is raised for rows of another target, for which there is no such law.

    >>> from theory.frontier.chunk import solve_chunk
    >>> law = width_law(solve_chunk(5, (0,), 0, 16))
    >>> law.product, law.orders, law.holds
    (Fraction(1, 2), (0,), True)
    >>> law.product_of_more, law.orders_of_more
    (Fraction(3, 5), (0, 4))
    """
    least: _Product | None = None
    least_of_more: _Product | None = None
    below_half = 0
    for part in parts(table, ["orders", "mask", "error", "error_exact", "terms"]):
        if not is_of_the_maximum(part.schema):
            raise InputError("the width law is about the errors of the maximum, not of another target")
        products = part["error"].to_numpy() * part["terms"].to_numpy()
        more = np.bitwise_count(part["mask"].to_numpy()) > 1
        near_half = np.abs(products - 0.5) <= 0.5 * _ROUNDING
        below_half += int((products < 0.5)[~near_half].sum())
        below_half += sum(_product(part, number)[0] < Fraction(1, 2) for number in np.flatnonzero(near_half).tolist())
        least = _least(least, part, products, np.ones_like(more))
        least_of_more = _least(least_of_more, part, products, more)
    if least is None:
        raise FormatError("a sweep without rows has no least product")
    return WidthLaw(*least, *(least_of_more or least), below_half)


def _least(
    best: _Product | None, part: pa.Table, products: NDArray[np.float64], which: NDArray[np.bool_]
) -> _Product | None:
    """Return the least product so far; what floats cannot tell apart is compared exactly."""
    if not which.any():
        return best
    near = which & (products <= products[which].min() * (1 + _ROUNDING))
    candidates = [_product(part, number) for number in np.flatnonzero(near).tolist()]
    return min([*([best] if best else []), *candidates], key=lambda pair: pair[0])


def _product(part: pa.Table, number: int) -> _Product:
    row = part.slice(number, 1).to_pylist()[0]
    return from_string(row["error_exact"]) * row["terms"], tuple(row["orders"])
