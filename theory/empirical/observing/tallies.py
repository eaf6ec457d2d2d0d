"""What is kept of windows: histograms of the gap and of the residuals, for each cluster of windows.

Histograms are sums, so windows are seen once and forgotten, pictures are averaged by averaging their histograms, and a
bootstrap over clusters is a matrix product. A value v in [0,1] goes to bin ceil(BINS v): bin 0 holds the zeros alone
(the ties, for the gap), and bin k the values in ((k-1)/BINS, k/BINS]. Since BINS is a power of two and a correctly
rounded quotient of integers falls on the right side of k/BINS, bins are exact for pixels that are integers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from theory.empirical.observing.verdict import Reading
from theory.errors import InputError, SolverError
from theory.estimator import Estimator
from theory.notation import format_orders

Floats = NDArray[np.float64]

BINS = 512

CONTRAST = 1 / 16
"""Least range, as a share of the full scale, of a window with contrast."""

BANDS = tuple(2.0**-k for k in range(8, -1, -1))
"""Edges of the bands of ranges, as shares of the full scale; of 8 bits, the levels 1, 2-3, 4-7, ..., 128-255."""

GAP_READINGS = (Reading.VARYING, Reading.CONTRAST, Reading.WEIGHTED)
"""The readings that have a distribution of the gap of their own, in the order of the axis after the clusters."""

_ROUNDING = 1e-6
"""How much rounding may change |e|/E, and lift it above 1."""

Tally = dict[str, Floats]
"""Sums over windows by name, the first axis of each being that of the clusters, the shape of the rest in brackets.

``windows``, ``constant``, ``at_threshold`` (): mass of all windows, of those whose values are all equal, and of those
whose gap is the threshold itself. ``gap`` (readings, BINS + 1): histogram of the gap under each of ``GAP_READINGS``;
``gap_sum``, ``distinct`` (readings): sum of the gap, and mass of the windows whose gap is above the threshold.
``band_windows``, ``band_tied``, ``band_distinct`` (bands): mass of windows by their range; of those, the windows whose
largest value occurs twice, and the distinct ones. ``residual`` (estimators, BINS + 1): histogram of |e|/E, for
range-relative estimators of |e|/(E range), where constant windows have no value; ``residual_sum``,
``residual_distinct`` (estimators): sum of |e|/E, over all windows and over distinct ones.
"""


def _empty(clusters: int, estimators: int) -> Tally:
    bands, readings = len(BANDS) - 1, len(GAP_READINGS)
    shapes: dict[tuple[int, ...], str] = {
        (): "windows constant at_threshold",
        (readings, BINS + 1): "gap",
        (readings,): "gap_sum distinct",
        (bands,): "band_windows band_tied band_distinct",
    }
    of_estimators = {"residual": (BINS + 1,), "residual_sum": (), "residual_distinct": ()}
    return {
        **{name: np.zeros((clusters, *shape)) for shape, names in shapes.items() for name in names.split()},
        **{name: np.zeros((clusters, estimators, *shape)) for name, shape in of_estimators.items()},
    }


def normalised(tally: Tally) -> Tally:
    """Scale all sums so that the clusters together weigh 1."""
    total = tally["windows"].sum()
    return {name: array / total for name, array in tally.items()}


def joined(tallies: Sequence[Tally]) -> Tally:
    """Put the clusters of several tallies side by side."""
    return {name: np.concatenate([tally[name] for tally in tallies]) for name in tallies[0]}


class Mixture:
    """Weighted sums of the clusters of a tally, by weights of shape (mixtures, clusters), each made when asked for.

    Without weights it is one mixture, of all clusters. All histograms of thousands of resamples would take much memory,
    and most of them are looked at once.
    """

    def __init__(self, tally: Tally, weights: Floats | None = None) -> None:
        self._tally = tally
        self._weights = np.ones((1, len(tally["windows"]))) if weights is None else weights

    def of(self, name: str, index: int | None = None) -> Floats:
        """Mix one array of the tally, or one entry of its second axis: shape (mixtures, ...)."""
        array = self._tally[name]
        mixed: Floats = self._weights @ (array if index is None else array[:, index])
        return mixed


class Counter:
    """Counts windows into a tally.

    The box of the estimators with objective ``"cube"``, which see (x - low) / (high - low), is that of the windows;
    those with a gap above the threshold are distinct.
    """

    def __init__(
        self, residuals: Sequence[RelativeResidual], *, low: float, high: float, threshold: float, clusters: int = 1
    ) -> None:
        if not low < high:
            raise InputError(f"a box has a lower end below its upper end, not {low:.6g} and {high:.6g}")
        self._residuals, self._low, self._scale = tuple(residuals), low, high - low
        self._threshold, self._clusters = threshold, clusters
        self.tally = _empty(clusters, len(self._residuals))

    def add(self, windows: Floats, cluster: NDArray[np.int64] | None = None) -> None:
        """Count windows, the rows of an array, each increasing; by default all of them belong to the first cluster."""
        tally = self.tally
        cluster = np.zeros(len(windows), np.int64) if cluster is None else cluster
        ranges, steps = windows[:, -1] - windows[:, 0], windows[:, -1] - windows[:, -2]
        varying = ranges > 0
        distinct = steps > self._threshold * ranges
        tally["windows"] += self._count(cluster)
        tally["constant"] += self._count(cluster[~varying])
        tally["at_threshold"] += self._count(cluster[varying & (steps == self._threshold * ranges)])
        self._add_gaps(cluster[varying], ranges[varying], steps[varying], distinct[varying])
        for index, residual in enumerate(self._residuals):
            ratios, defined = residual(windows, self._low, self._scale)
            where, far = cluster[defined], distinct[defined]
            tally["residual"][:, index] += self._histogram(where, ratios)
            tally["residual_sum"][:, index] += self._count(where, ratios)
            tally["residual_distinct"][:, index] += self._count(where[far], ratios[far])

    def _add_gaps(self, cluster: NDArray[np.int64], ranges: Floats, steps: Floats, distinct: NDArray[np.bool_]) -> None:
        tally, gaps, shares = self.tally, steps / ranges, ranges / self._scale
        for index, weights in enumerate((None, (shares >= CONTRAST).astype(np.float64), shares)):
            tally["gap"][:, index] += self._histogram(cluster, gaps, weights)
            tally["gap_sum"][:, index] += self._count(cluster, gaps if weights is None else gaps * weights)
            far = None if weights is None else weights[distinct]
            tally["distinct"][:, index] += self._count(cluster[distinct], far)
        band = np.clip(np.searchsorted(BANDS, shares, side="right") - 1, 0, len(BANDS) - 2)
        for name, which in (("windows", slice(None)), ("tied", steps == 0), ("distinct", distinct)):
            total = tally[f"band_{name}"]
            total += _bincount(cluster[which], band[which], total.shape)

    def _count(self, cluster: NDArray[np.int64], weights: Floats | None = None) -> Floats:
        return np.bincount(cluster, weights, minlength=self._clusters).astype(np.float64)

    def _histogram(self, cluster: NDArray[np.int64], values: Floats, weights: Floats | None = None) -> Floats:
        bins = np.ceil(values * BINS).astype(np.int64)
        return _bincount(cluster, bins, (self._clusters, BINS + 1), weights)


def _bincount(
    rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, ...], weights: Floats | None = None
) -> Floats:
    flat = np.bincount(rows * shape[1] + columns, weights, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)


class RelativeResidual:
    """|e|/E of one estimator, for range-relative estimators |e|/(E range), at sorted windows.

    Estimators without a certified error above 0 are refused, and those whose residuals float64 cannot resolve.

    Examples
    --------
    >>> from subpool import optimal_estimator
    >>> residual = RelativeResidual(optimal_estimator(4, [0, 1, 3]))
    >>> ratios, _ = residual(np.array([[0.0, 0.0, 0.0, 1.0], [0.5, 0.5, 0.5, 0.5]]), 0.0, 1.0)
    >>> ratios.round(3).tolist()
    [1.0, 0.0]
    """

    def __init__(self, estimator: Estimator) -> None:
        if not estimator.error:
            raise InputError(f"residuals are compared with a certified error above 0, not with {estimator.error}")
        exact = [w / estimator.error for w in estimator.residual_weights]
        self._is_range_relative = estimator.goal.relative
        self._weights = np.array([float(w) for w in exact])
        self._shift = float(-estimator.residual_constant / estimator.error)
        # A dot product of n terms loses at most n units roundoff of the sum of their sizes, to first order.
        lost = (len(exact) + 2) * np.finfo(np.float64).eps * (np.abs(self._weights).sum() + abs(self._shift))
        if lost > _ROUNDING:
            raise InputError(
                f"the error {float(estimator.error):.3g} of the orders {format_orders(estimator.orders)} is too small "
                "for residuals in float64"
            )

    def __call__(self, windows: Floats, low: float, scale: float) -> tuple[Floats, NDArray[np.bool_] | slice]:
        """Return the ratio where it is defined, and where that is; estimators for the cube see (x - low) / scale."""
        if not self._is_range_relative:
            return _clipped(np.abs((windows - low) @ (self._weights / scale) - self._shift)), slice(None)
        # Relative to the smallest value, so that large numbers close to each other lose no digits.
        inner = windows - windows[:, :1]
        varying = inner[:, -1] > 0
        return _clipped(np.abs(inner[varying] @ self._weights) / inner[varying, -1]), varying


def _clipped(ratios: Floats) -> Floats:
    if ratios.size and not ratios.max() <= 1 + _ROUNDING:
        raise SolverError(f"a residual exceeds the certified error by the factor {ratios.max():.9g}, which is a defect")
    return np.minimum(ratios, 1.0)
