"""What is kept of windows: histograms of the gap and of the residuals, for each cluster of windows.

Histograms are sums, so windows are seen once and forgotten, pictures are averaged by averaging their histograms, and a
bootstrap over clusters is a matrix product. A value v in [0,1] goes to bin ceil(BINS v): bin 0 holds the zeros alone
(the ties, for the gap), and bin k the values in ((k-1)/BINS, k/BINS]. Since BINS is a power of two and a correctly
rounded quotient of integers falls on the right side of k/BINS, bins are exact for pixels that are integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

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
"""The readings that have a distribution of the gap of their own, in the order of the first axis but one."""

_ROUNDING = 1e-6
"""How much rounding may change |e|/E, and lift it above 1."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Sums over windows, for each of n clusters.

    Attributes
    ----------
    windows, constant, at_threshold : array, shape (n,)
        Mass of all windows, of those whose values are all equal, and of those whose gap is the threshold itself.
    gap : array, shape (n, 3, BINS + 1)
        Histogram of the gap under each of the readings ``GAP_READINGS``.
    gap_sum, distinct : array, shape (n, 3)
        Sum of the gap, and mass of the windows whose gap is above the threshold.
    band_windows, band_tied, band_distinct : array, shape (n, bands)
        Mass of windows by their range; of those, the windows whose largest value occurs twice, and the distinct ones.
    residual : array, shape (n, estimators, BINS + 1)
        Histogram of |e|/E, for range-relative estimators of |e|/(E range), where constant windows have no value.
    residual_sum, residual_distinct : array, shape (n, estimators)
        Sum of |e|/E, over all windows and over distinct ones.
    """

    windows: Floats
    constant: Floats
    at_threshold: Floats
    gap: Floats
    gap_sum: Floats
    distinct: Floats
    band_windows: Floats
    band_tied: Floats
    band_distinct: Floats
    residual: Floats
    residual_sum: Floats
    residual_distinct: Floats

    @classmethod
    def empty(cls, clusters: int, estimators: int) -> Tally:
        """Return a tally of no windows."""
        bands, readings = len(BANDS) - 1, len(GAP_READINGS)
        shapes: dict[str, tuple[int, ...]] = {
            "windows": (),
            "constant": (),
            "at_threshold": (),
            "gap": (readings, BINS + 1),
            "gap_sum": (readings,),
            "distinct": (readings,),
            "band_windows": (bands,),
            "band_tied": (bands,),
            "band_distinct": (bands,),
            "residual": (estimators, BINS + 1),
            "residual_sum": (estimators,),
            "residual_distinct": (estimators,),
        }
        return cls(**{name: np.zeros((clusters, *shape)) for name, shape in shapes.items()})

    def normalised(self) -> Tally:
        """Scale all sums so that the clusters together weigh 1."""
        total = self.windows.sum()
        return Tally(**{f.name: getattr(self, f.name) / total for f in fields(self)})


class Mixture:
    """Weighted sums of the clusters of a tally, each made when it is asked for.

    All histograms of thousands of resamples would take much memory, and most of them are looked at once.

    Parameters
    ----------
    tally : Tally
    weights : array, shape (mixtures, clusters)
    """

    def __init__(self, tally: Tally, weights: Floats) -> None:
        self._tally = tally
        self._weights = weights

    def of(self, name: str, index: int | None = None) -> Floats:
        """Mix one array of the tally, or one entry of its second axis: shape (mixtures, ...)."""
        array = getattr(self._tally, name)
        mixed: Floats = self._weights @ (array if index is None else array[:, index])
        return mixed

    def gap(self, name: str, reading: Reading) -> Floats:
        """Mix what is kept for each reading: ``gap``, ``gap_sum`` or ``distinct``."""
        return self.of(name, GAP_READINGS.index(reading))


def joined(tallies: Sequence[Tally]) -> Tally:
    """Put the clusters of several tallies side by side."""
    return Tally(**{f.name: np.concatenate([getattr(t, f.name) for t in tallies]) for f in fields(Tally)})


class Counter:
    """Counts windows into a tally.

    Parameters
    ----------
    residuals : sequence of RelativeResidual
    low, high : float
        The box of the estimators with objective ``"cube"``, which see (x - low) / (high - low).
    threshold : float, 0 <= threshold < 1
        Gap above which a window is distinct.
    clusters : int

    Raises
    ------
    InputError
    """

    def __init__(
        self, residuals: Sequence[RelativeResidual], *, low: float, high: float, threshold: float, clusters: int = 1
    ) -> None:
        if not low < high:
            raise InputError(f"a box has a lower end below its upper end, not {low:.6g} and {high:.6g}")
        if not 0 <= threshold < 1:
            raise InputError(f"the gap above which windows are distinct is at least 0 and below 1, not {threshold}")
        self.residuals = tuple(residuals)
        self.low, self.scale = low, high - low
        self.threshold = threshold
        self.clusters = clusters
        self.tally = Tally.empty(clusters, len(self.residuals))

    def add(self, windows: Floats, cluster: NDArray[np.int64] | None = None) -> None:
        """Count windows.

        Parameters
        ----------
        windows : array, shape (n, kernel_size)
            Each row increasing.
        cluster : array of int, shape (n,), optional
            The cluster of each window; by default all belong to the first.
        """
        tally = self.tally
        cluster = np.zeros(len(windows), np.int64) if cluster is None else cluster
        ranges, steps = windows[:, -1] - windows[:, 0], windows[:, -1] - windows[:, -2]
        varying = ranges > 0
        distinct = steps > self.threshold * ranges
        tally.windows[:] += self._count(cluster)
        tally.constant[:] += self._count(cluster[~varying])
        tally.at_threshold[:] += self._count(cluster[varying & (steps == self.threshold * ranges)])
        self._add_gaps(cluster[varying], ranges[varying], steps[varying], distinct[varying])
        for index, residual in enumerate(self.residuals):
            ratios, defined = residual(windows, self.low, self.scale)
            where, far = cluster[defined], distinct[defined]
            tally.residual[:, index] += self._histogram(where, ratios)
            tally.residual_sum[:, index] += self._count(where, ratios)
            tally.residual_distinct[:, index] += self._count(where[far], ratios[far])

    def _add_gaps(self, cluster: NDArray[np.int64], ranges: Floats, steps: Floats, distinct: NDArray[np.bool_]) -> None:
        tally, gaps, shares = self.tally, steps / ranges, ranges / self.scale
        for index, weights in enumerate((None, (shares >= CONTRAST).astype(np.float64), shares)):
            tally.gap[:, index] += self._histogram(cluster, gaps, weights)
            tally.gap_sum[:, index] += self._count(cluster, gaps if weights is None else gaps * weights)
            tally.distinct[:, index] += self._count(cluster[distinct], None if weights is None else weights[distinct])
        band = np.clip(np.searchsorted(BANDS, shares, side="right") - 1, 0, len(BANDS) - 2)
        tied = steps == 0
        for total, which in (
            (tally.band_windows, slice(None)),
            (tally.band_tied, tied),
            (tally.band_distinct, distinct),
        ):
            total += _bincount(cluster[which], band[which], total.shape)

    def _count(self, cluster: NDArray[np.int64], weights: Floats | None = None) -> Floats:
        return np.bincount(cluster, weights, minlength=self.clusters).astype(np.float64)

    def _histogram(self, cluster: NDArray[np.int64], values: Floats, weights: Floats | None = None) -> Floats:
        bins = np.ceil(values * BINS).astype(np.int64)
        return _bincount(cluster, bins, (self.clusters, BINS + 1), weights)


def _bincount(
    rows: NDArray[np.int64], columns: NDArray[np.int64], shape: tuple[int, ...], weights: Floats | None = None
) -> Floats:
    flat = np.bincount(rows * shape[1] + columns, weights, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)


class RelativeResidual:
    """|e|/E of one estimator, for range-relative estimators |e|/(E range), at sorted windows.

    Parameters
    ----------
    estimator : Estimator
        With a certified error above 0.

    Raises
    ------
    InputError
        If the estimator has no such error, or float64 cannot resolve its residuals.

    Examples
    --------
    >>> from theory import optimal_estimator
    >>> residual = RelativeResidual(optimal_estimator(4, [0, 1, 3]))
    >>> ratios, _ = residual(np.array([[0.0, 0.0, 0.0, 1.0], [0.5, 0.5, 0.5, 0.5]]), 0.0, 1.0)
    >>> ratios.round(3).tolist()
    [1.0, 0.0]
    """

    def __init__(self, estimator: Estimator) -> None:
        if not estimator.error:
            raise InputError(f"residuals are compared with a certified error above 0, not with {estimator.error}")
        exact = [-w / estimator.error for w in estimator.order_statistic_weights]
        exact[-1] += 1 / estimator.error
        self.is_range_relative = estimator.goal.relative
        self.weights = np.array([float(w) for w in exact])
        self.shift = float(estimator.intercept / estimator.error)
        # A dot product of n terms loses at most n units roundoff of the sum of their sizes, to first order.
        lost = (len(exact) + 2) * np.finfo(np.float64).eps * (np.abs(self.weights).sum() + abs(self.shift))
        if lost > _ROUNDING:
            raise InputError(
                f"the error {float(estimator.error):.3g} of the orders {format_orders(estimator.orders)} is too small "
                "for residuals in float64"
            )

    def __call__(self, windows: Floats, low: float, scale: float) -> tuple[Floats, NDArray[np.bool_] | slice]:
        """Return the ratio where it is defined, and where that is.

        Parameters
        ----------
        windows : array, shape (n, kernel_size)
            Each row increasing.
        low, scale : float
            Estimators for the cube see (x - low) / scale.
        """
        if not self.is_range_relative:
            return _clipped(np.abs((windows - low) @ (self.weights / scale) - self.shift)), slice(None)
        # Relative to the smallest value, so that large numbers close to each other lose no digits.
        inner = windows - windows[:, :1]
        varying = inner[:, -1] > 0
        return _clipped(np.abs(inner[varying] @ self.weights) / inner[varying, -1]), varying


def _clipped(ratios: Floats) -> Floats:
    if ratios.size and not ratios.max() <= 1 + _ROUNDING:
        raise SolverError(f"a residual exceeds the certified error by the factor {ratios.max():.9g}, which is a defect")
    return np.minimum(ratios, 1.0)


def band_names(levels: int | None) -> Iterator[str]:
    """Name the bands of ranges, by levels where values are integers up to ``levels``, else by share of the full scale.

    Examples
    --------
    >>> list(band_names(255))[:3], list(band_names(None))[-1]
    (['1', '2-3', '4-7'], '0.5 to 1')
    """
    for low, high in pairwise(BANDS):
        if levels is None:
            yield f"{low:.3g} to {high:.3g}"
            continue
        first, last = -int(-levels * low // 1), min(levels, -int(-levels * high // 1) - 1) if high < 1 else levels
        yield str(first) if first == last else f"{first}-{last}"
