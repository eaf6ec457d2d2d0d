"""What may stand in for the maximum in the classifier's pooling layers, and what is certified of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from theory.empirical.classifier.model import POOLS, Pooling, max_pooling
from theory.errors import InputError
from theory.estimator import Estimator
from theory.notation import parse_orders
from theory.objectives import Objective
from theory.optimal.solve import optimal_estimator
from theory.rewrite.certify.arithmetic import up

Floats = npt.NDArray[np.floating]
Exact = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LayerPooling:
    """The pooling of one layer: the maximum, or an estimator for windows in [0, box]^d.

    Attributes
    ----------
    inputs : int
        Number d of inputs of a window.
    estimator : Estimator or None
        None is the maximum.
    box : float
        An estimator f becomes box * f(x / box). Mean subpool maxima are homogeneous, so this multiplies the intercept
        and nothing else; estimators without intercept do not depend on it.
    """

    inputs: int
    estimator: Estimator | None = None
    box: float = 1.0

    @property
    def exact(self) -> bool:
        """Whether this is the maximum."""
        return self.estimator is None

    def numbers(self) -> Pooling:
        """Return the weights of the order statistics and the intercept, in float32, as the network takes them."""
        if self.estimator is None:
            return max_pooling(self.inputs)
        weights = np.array([float(w) for w in self.estimator.order_statistic_weights], dtype=np.float32)
        return Pooling(weights, np.float32(self.box * float(self.estimator.intercept)))

    def apply(self, windows: Floats) -> Exact:
        """Pool windows, shape (..., d), in float64."""
        taps = np.asarray(windows, dtype=np.float64)
        if self.estimator is None:
            return np.asarray(taps.max(axis=-1))
        return np.asarray(self.estimator(taps / self.box) * self.box)

    def certified(self, lower: Exact, upper: Exact) -> Exact:
        """Bound |max - f| on windows whose taps lie between ``lower`` and ``upper``, arrays of shape (..., d).

        f is meant with its exact weights, in exact arithmetic; the bound is rounded upwards.

        Returns
        -------
        array, shape (...)
            For a range-relative estimator E times the largest range; for one of the cube E times the box, and infinity,
            which says that nothing is known, where a tap may lie outside the box.
        """
        least, most = lower.min(axis=-1), upper.max(axis=-1)
        if self.estimator is None:
            return np.zeros_like(most)
        error = self.estimator.worst_vertex_residual
        if self.estimator.objective == "range":
            # Floats that are equal have the difference 0, and all others one that is not.
            return np.where(most > least, up(_float_above(error) * up(most - least)), 0.0)
        return np.where((least >= 0) & (most <= self.box), _float_above(error * Fraction(self.box)), np.inf)


def _float_above(number: Fraction) -> float:
    """Return a float that is not below a rational: the number itself where that is a float."""
    nearest = float(number)
    return nearest if Fraction(nearest) >= number else float(np.nextafter(nearest, np.inf))


@dataclass(frozen=True)
class Replacement:
    """A kind of pooling, for any window.

    Attributes
    ----------
    name : str
    orders : str or None
        In terms of d, such as ``0,1,d-1``; None is the maximum.
    objective : {"cube", "range"}
    """

    name: str
    orders: str | None
    objective: Objective = "range"

    def estimator(self, inputs: int) -> Estimator | None:
        """Return the optimal estimator for windows of so many inputs; None for the maximum.

        Examples
        --------
        >>> replacement_named("range 1,d-1").estimator(9).error
        Fraction(1, 18)
        """
        if self.orders is None:
            return None
        return optimal_estimator(inputs, parse_orders(self.orders, inputs), objective=self.objective)


MAXIMUM = Replacement("max", None)

REPLACEMENTS = (
    MAXIMUM,
    Replacement("average", "1"),
    *(Replacement(f"range {orders}", orders) for orders in ("1,d-1", "d-2,d-1", "1,d-2,d-1", "1-d-1")),
    *(Replacement(f"cube {orders}", orders, "cube") for orders in ("0", "0,1", "0,1,d-1", "0,1,d-2,d-1", "0-d-1")),
)
"""All that are compared. The average is the optimal range-relative estimator of order 1."""


def replacement_named(name: str) -> Replacement:
    """Return one of :data:`REPLACEMENTS`.

    Raises
    ------
    InputError
    """
    for replacement in REPLACEMENTS:
        if replacement.name == name:
            return replacement
    raise InputError(f"a replacement is one of {', '.join(r.name for r in REPLACEMENTS)}, not {name!r}")


LAYERS = ("both", *(layer.name for layer in POOLS))
"""Which pooling layers are replaced."""


def replace_pooling(
    replacement: Replacement, layers: str, boxes: tuple[float, float]
) -> tuple[LayerPooling, LayerPooling]:
    """Return the pooling of the two layers after the replacement.

    Parameters
    ----------
    replacement : Replacement
    layers : str
        One of :data:`LAYERS`.
    boxes : pair of float
        For each layer, where its inputs are taken to end.

    Raises
    ------
    InputError
    """
    if layers not in LAYERS:
        raise InputError(f"the layers are {', '.join(LAYERS)}, not {layers!r}")
    first, second = (
        LayerPooling(layer.inputs, replacement.estimator(layer.inputs) if layers in ("both", layer.name) else None, box)
        for layer, box in zip(POOLS, boxes, strict=True)
    )
    return first, second


def numbers(poolings: tuple[LayerPooling, LayerPooling]) -> tuple[Pooling, Pooling]:
    """Return both layers as the network takes them."""
    return poolings[0].numbers(), poolings[1].numbers()
