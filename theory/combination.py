"""A combination of maxima over chosen subsets of a window, each with a weight of its own, and its certificate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias, cast

import array_api_compat

from theory.errors import InputError
from theory.notation import as_integer, shape_in, shown
from theory.objectives import find_objective
from theory.rationals import to_string
from theory.subpools import Array, check_windows
from theory.typeset import Grid, Shown, aligned, combination, equation, fraction, listed, orders_in_latex

Subset = frozenset[int]
Subsets: TypeAlias = str | Iterable[Iterable[int]]
"""Subsets as text, or as collections of positions."""

_INTERCEPT = "intercept"
_POSITIONS = re.compile(r"at:([0-9]{1,9}(?:\+[0-9]{1,9})*)", re.ASCII)


@dataclass(frozen=True)
class CombinationCertificate(Shown):
    """A primal and a dual solution with equal values: what ``proofs_check.check_certificate`` checks.

    Attributes
    ----------
    kernel_size : int
    objective : str
        ``"cube"`` or ``"range"``.
    coefficients : dict of frozenset of int to Fraction
        That of each subset of positions 0..d-1, of the intercept under the empty one.
    error : Fraction
    dual : dict of str to Fraction
        The weight of each 0/1 vector, a string of d digits; absent means 0. Empty where the error is 0.
    """

    kernel_size: int
    objective: str
    coefficients: dict[Subset, Fraction]
    error: Fraction
    dual: dict[str, Fraction]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the format, every number an exact string ``"p"`` or ``"p/q"``."""
        return {
            "format": "subpool-combination",
            "version": 1,
            "kernel_size": self.kernel_size,
            "objective": self.objective,
            "subsets": [sorted(subset) for subset in self.coefficients],
            "coefficients": [to_string(c) for c in self.coefficients.values()],
            "error": to_string(self.error),
            "dual": {vertex: to_string(w) for vertex, w in self.dual.items()},
        }

    def to_json(self) -> str:
        """Write the certificate as one line of JSON."""
        return json.dumps(self.to_dict())

    def to_latex(self) -> str:
        r"""Write the combination, its error and the dual weights in LaTeX: for ``\[ ... \]``, with the package amsmath.

        A 0/1 vector is named by the set of its ones.
        """
        rows = _in_latex(self.objective, self.coefficients, self.error)
        if self.dual:
            rows[-1] += ","
            ones = ((orders_in_latex(_places(vertex)), w) for vertex, w in self.dual.items())
            rows += equation("w", listed(f"w_{{{places}}} = {fraction(w)}" for places, w in ones))
        return aligned(rows)

    def _facts(self) -> Iterator[tuple[str, object]]:
        yield "certificate for", f"kernel size {self.kernel_size}, {len(self.coefficients)} subsets"
        yield f"objective {self.objective}: least error", self.error
        yield "coefficients", _table(self.coefficients)
        yield "dual weights", Grid(("ones", "weight"), [(_inputs(_places(v)), w) for v, w in self.dual.items()])


@dataclass(frozen=True)
class Combination(Shown):
    """The function f(x) = sum of c_J max(x_j, j in J) over chosen subsets J; the empty one stands for 1.

    Attributes
    ----------
    kernel_size : int
    objective : str
    coefficients : dict of frozenset of int to Fraction
    error : Fraction
        Largest residual, as the objective measures it; no other coefficients have a smaller one.
    certificate : CombinationCertificate

    Examples
    --------
    >>> from theory import optimal_combination
    >>> halves = optimal_combination(4, [(), (0, 1), (2, 3)])
    >>> halves.error, float(halves([0.0, 1.0, 0.5, 0.0]))
    (Fraction(1, 4), 1.0)
    """

    kernel_size: int
    objective: str
    coefficients: dict[Subset, Fraction]
    error: Fraction
    certificate: CombinationCertificate

    @property
    def terms(self) -> int:
        """Number of maxima that have a coefficient other than 0, the intercept not counted."""
        return sum(bool(subset and c) for subset, c in self.coefficients.items())

    def to_latex(self) -> str:
        r"""Write the combination and its error in LaTeX: for ``\[ ... \]``, with the package amsmath.

        Examples
        --------
        >>> from theory import optimal_combination
        >>> print(optimal_combination(4, [(), (0, 1), (2, 3)]).to_latex())
        \begin{aligned}
        f(x) &= \frac{1}{4} + \frac{1}{2} M_{\{0, 1\}}(x) + \frac{1}{2} M_{\{2, 3\}}(x), \\
        M_{J}(x) &= \max_{j \in J} x_{j}, \\
        E &= \frac{1}{4}
        \end{aligned}
        """
        return aligned(_in_latex(self.objective, self.coefficients, self.error))

    def _facts(self) -> Iterator[tuple[str, object]]:
        yield "kernel size, subsets", f"{self.kernel_size}, {len(self.coefficients)}"
        yield find_objective(self.objective).measure("max"), self.error
        yield "certificate", "yes"
        yield "coefficients", _table(self.coefficients)

    def __call__(self, x: Array) -> Array:
        """Evaluate it on windows.

        Parameters
        ----------
        x : array, shape (..., kernel_size), real floating dtype
            Of any array-API library; nested sequences of numbers become a float64 NumPy array.

        Returns
        -------
        array, shape (...), dtype and library of ``x``

        Raises
        ------
        ArrayError
        """
        x = check_windows(x, self.kernel_size)
        xp = array_api_compat.array_namespace(x)
        total = xp.zeros_like(x[..., 0])
        for subset, c in self.coefficients.items():
            total = total + float(c) * (
                xp.max(xp.stack([x[..., j] for j in sorted(subset)]), axis=0) if subset else 1.0
            )
        return total


def _in_latex(objective: str, coefficients: Mapping[Subset, Fraction], error: Fraction) -> list[str]:
    """Write a combination and its error as rows of :func:`theory.typeset.aligned`."""
    terms = ((c, f"M_{{{orders_in_latex(sorted(subset))}}}(x)" if subset else "") for subset, c in coefficients.items())
    rows = equation("f(x)", combination(terms))
    rows[-1] += ","
    return [*rows, r"M_{J}(x) &= \max_{j \in J} x_{j},", f"{find_objective(objective).symbol} &= {fraction(error)}"]


def _places(vertex: str) -> list[int]:
    return [place for place, digit in enumerate(vertex) if digit == "1"]


def _inputs(places: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(places))) or "none"


def _table(coefficients: Mapping[Subset, Fraction]) -> Grid:
    return Grid(("inputs", "coefficient"), [(_inputs(subset), c) for subset, c in coefficients.items()])


def check_subsets(kernel_shape: tuple[int, ...], subsets: object) -> tuple[Subset, ...]:
    """Return subsets of the positions 0..d-1, in row-major order, as distinct sets, or say what is wrong with them.

    Text has items, separated by commas: a smaller window, ``2x3``, stands for all of its placements, ``at:0+1+4`` for
    these positions, and ``intercept`` for the empty set.

    >>> [sorted(subset) for subset in check_subsets((2, 3), "intercept,2x2,at:0+5")]
    [[], [0, 1, 3, 4], [1, 2, 4, 5], [0, 5]]
    >>> check_subsets((4,), [(0, 1), (1, 0)])
    Traceback (most recent call last):
    ...
    theory.errors.InputError: subsets are distinct, but (0, 1) occurs twice
    """
    d = prod(kernel_shape)
    given = _written(subsets, kernel_shape) if isinstance(subsets, str) else collect_subsets(subsets)
    found: dict[Subset, None] = {}
    for positions in given:
        numbers = [as_integer(position) for position in positions]
        for position, number in zip(positions, numbers, strict=True):
            if number is None or not 0 <= number < d:
                raise InputError(f"positions in a window of {d} are 0..{d - 1}, not {shown(position)}")
        subset = Subset(number for number in numbers if number is not None)
        if len(subset) < len(positions):
            raise InputError(f"a subset has each position once, not {shown(positions)}")
        if subset in found:
            raise InputError(f"subsets are distinct, but {shown(tuple(sorted(subset)))} occurs twice")
        found[subset] = None
    if not found:
        raise InputError("at least one subset is needed, none was given")
    return tuple(found)


def collect_subsets(subsets: object) -> tuple[tuple[object, ...], ...]:
    """Return collections of positions, whatever these are, as tuples."""
    try:
        return tuple(tuple(subset) for subset in cast("Iterable[Iterable[object]]", subsets))
    except TypeError:
        raise InputError(f"subsets are collections of positions, not {shown(subsets)}") from None


def _written(text: str, kernel_shape: tuple[int, ...]) -> Sequence[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for item in (part.strip() for part in text.split(",")):
        positions = _POSITIONS.fullmatch(item)
        if positions:
            found.append(tuple(map(int, positions[1].split("+"))))
        elif item == _INTERCEPT:
            found.append(())
        elif item[:1].isdigit():
            found += [tuple(sorted(subset)) for subset in _sub_windows(kernel_shape, shape_in(item))]
        else:
            raise InputError(
                f"subsets are written like 2x3 for all windows of a shape, at:0+1+4 for positions, or {_INTERCEPT}, "
                f"not {shown(item)}"
            )
    return found


def _sub_windows(kernel_shape: tuple[int, ...], window: tuple[int, ...]) -> list[Subset]:
    """Return all placements of a smaller window in a kernel, as sets of positions in row-major order.

    >>> [sorted(subset) for subset in _sub_windows((2, 3), (2, 2))]
    [[0, 1, 3, 4], [1, 2, 4, 5]]
    """
    if len(window) != len(kernel_shape) or any(not 0 < w <= k for w, k in zip(window, kernel_shape, strict=True)):
        inside, outside = ("x".join(map(str, shape)) for shape in (window, kernel_shape))
        raise InputError(f"a window {inside} has no place in a kernel {outside}")
    stride = 1
    # Axis by axis from the last, whose positions are neighbours.
    sets: list[list[int]] = [[0]]
    for extent, length in zip(reversed(kernel_shape), reversed(window), strict=True):
        sets = [
            [(start + step) * stride + inner for step in range(length) for inner in positions]
            for start in range(extent - length + 1)
            for positions in sets
        ]
        stride *= extent
    return sorted(map(Subset, sets), key=sorted)
