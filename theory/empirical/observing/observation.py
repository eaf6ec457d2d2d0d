"""Are inputs on which max pooling is distinct prevalent? The gap and the residuals of windows, counted.

For a window x with order statistics x_(1) <= ... <= x_(d) the *gap* is (x_(d) - x_(d-1)) / (x_(d) - x_(1)): 0 where the
maximum occurs twice, 1 where all other values are equal; a constant window has none and is counted apart. Beside it
stands |e(x)|/E for estimators with the certified error E, where e = max - f; for range-relative ones
|e(x)| / (E (x_(d) - x_(1))). (Matoba, Dimitriadis, Fleuret, TMLR 2023, claim that inputs with a large gap are not
prevalent among natural images.)

Every picture weighs the same, whatever its size: numbers describe a window drawn at random from a picture drawn at
random. Windows are taken from each channel on its own, as pooling layers do. The same positions are looked at in the
picture, in the picture with its pixels shuffled, in uniform noise, and in the picture with its rounding undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from theory.empirical.images import Picture
from theory.empirical.observing.bootstrap import RESAMPLES, resample, widened
from theory.empirical.observing.comparisons import shuffled, uniform_noise, unrounded
from theory.empirical.observing.statistics import Sample, counted_share, difference, distinct_share
from theory.empirical.observing.tallies import Counter, Mixture, RelativeResidual, Tally, joined
from theory.empirical.observing.verdict import DISTINCT, RARE, Answer, Interval, Reading, is_below, unanimous
from theory.empirical.observing.windows import Geometry, blocks_of, select, sorted_windows
from theory.errors import InputError
from theory.estimator import Estimator
from theory.optimal.solve import optimal_estimator
from theory.progress import Progress, unwatched

LIMIT = 1_000_000
"""Windows of one picture that are looked at, unless another limit is given."""

FEW = 8
"""Below this number of pictures, blocks of them are resampled: too few to speak of pictures in general."""

_FULL_UP_TO = 9
"""Largest kernel size for which the full set {0..d-1} is among the default estimators."""


class Source(Enum):
    """Where windows are from."""

    OBSERVED = "observed"
    SHUFFLED = "pixels shuffled"
    NOISE = "uniform noise"
    UNROUNDED = "rounding undone"
    WORST = "worst case"


_TRANSFORMS: dict[Source, Callable[[Picture, np.random.Generator], Picture]] = {
    Source.OBSERVED: lambda picture, rng: picture,
    Source.SHUFFLED: shuffled,
    Source.NOISE: uniform_noise,
    Source.UNROUNDED: unrounded,
}


@dataclass(frozen=True)
class PictureShare:
    """What one picture contributed.

    Attributes
    ----------
    name : str
    windows : int
        How many it has.
    looked_at : int
        How many of them were counted.
    distinct, shuffled : float
        Share of distinct ones, in the picture and after its pixels were shuffled.
    """

    name: str
    windows: int
    looked_at: int
    distinct: float
    shuffled: float


@dataclass(frozen=True, eq=False)
class Observation:
    """What was counted, and what follows from it.

    Attributes
    ----------
    geometry : Geometry
    estimators : tuple of Estimator
    threshold : float
        Gap above which a window is distinct.
    rare : float
        Share below which distinct windows are rare.
    pictures : tuple of PictureShare
    by_blocks : bool
        Whether blocks of pictures were resampled, for want of pictures.
    samples : mapping of Source to Sample
        ``Source.UNROUNDED`` only where pixels are integers.
    worst : Mixture
        The window with one 1 and zeros else, alone.
    levels : int or None
        The largest value that pixels can have, where all pictures have integers up to the same one.
    """

    geometry: Geometry
    estimators: tuple[Estimator, ...]
    threshold: float
    rare: float
    pictures: tuple[PictureShare, ...]
    by_blocks: bool
    samples: Mapping[Source, Sample]
    worst: Mixture
    levels: int | None

    @property
    def windows(self) -> int:
        """Number of windows looked at."""
        return sum(picture.looked_at for picture in self.pictures)

    @property
    def observed(self) -> Sample:
        """The pictures as they are."""
        return self.samples[Source.OBSERVED]

    def share(self, source: Source = Source.OBSERVED, reading: Reading = Reading.ALL) -> Interval:
        """Share of distinct windows, with an interval as wide as that of as many windows that do not overlap."""
        sample = self.samples[source]
        apart = self.windows * min(1.0, prod(self.geometry.strides) / self.geometry.kernel_size)
        trials = apart * float(counted_share(sample.data, reading)[0])
        return widened(sample(partial(distinct_share, reading=reading)), trials)

    def rare_in(self, reading: Reading, source: Source = Source.OBSERVED) -> Answer:
        """Answer whether distinct windows are rare under one reading."""
        return is_below(self.share(source, reading), self.rare)

    def claim(self, source: Source = Source.OBSERVED) -> Answer:
        """Answer whether distinct windows are rare: as all readings agree, or "undecided"."""
        return unanimous(self.rare_in(reading, source) for reading in Reading)

    def excess(self, other: Source, reading: Reading = Reading.ALL) -> Interval:
        """Share of distinct windows less that of another source."""
        return self.observed.against(self.samples[other], difference(partial(distinct_share, reading=reading)))

    def rarer_than(self, other: Source, reading: Reading = Reading.ALL) -> Answer:
        """Answer whether distinct windows are rarer than in another source."""
        return is_below(self.excess(other, reading), 0.0)


def window_grid(picture: Picture, geometry: Geometry) -> tuple[int, ...]:
    """Count the windows along each axis of a picture.

    Raises
    ------
    InputError
        If there is none; the message names the picture.
    """
    try:
        return geometry.grid(picture.pixels.shape[1:])
    except InputError as error:
        raise InputError(f"{picture.name}: {error}") from None


def default_estimators(kernel_size: int) -> tuple[Estimator, ...]:
    """Solve for {0,1,d-1}, for {0..d-1} (beyond d = 9: {0,1,d-2,d-1}), and for {1,d-1} relative to the range.

    Parameters
    ----------
    kernel_size : int, >= 2

    Examples
    --------
    >>> [(f.orders, str(f.error)) for f in default_estimators(4)]
    [((0, 1, 3), '1/10'), ((0, 1, 2, 3), '1/16'), ((1, 3), '1/8')]
    """
    d = kernel_size
    third = range(d) if d <= _FULL_UP_TO else (0, 1, d - 2, d - 1)
    sets = dict.fromkeys(tuple(sorted(set(orders))) for orders in ((0, 1, d - 1), third))
    # At d = 2 the class {1} is all there is, and it is as good.
    return (
        *(optimal_estimator(d, orders) for orders in sets),
        optimal_estimator(d, sorted({1, d - 1}), objective="range"),
    )


@dataclass(eq=False)
class Observer:
    """Counts pictures one by one, and draws the conclusions at the end.

    Parameters
    ----------
    geometry : Geometry
    estimators : sequence of Estimator
        Of its kernel size, with certified errors.
    pictures : int
        How many there will be.
    rng : numpy.random.Generator
    threshold, rare, limit
        As in :func:`observe`.

    Raises
    ------
    InputError
    """

    geometry: Geometry
    estimators: Sequence[Estimator]
    pictures: int
    rng: np.random.Generator
    threshold: float = DISTINCT
    rare: float = RARE
    limit: int | None = LIMIT
    _shares: list[PictureShare] = field(default_factory=list, init=False)
    _tallies: dict[Source, list[Tally]] = field(default_factory=dict, init=False)
    _scales: set[int | None] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        for estimator in self.estimators:
            if estimator.kernel_size != self.geometry.kernel_size:
                raise InputError(
                    f"windows of {self.geometry.kernel_size} inputs need an estimator of that kernel size, "
                    f"not of {estimator.kernel_size}"
                )
        if self.pictures < 1:
            raise InputError("at least one picture is needed, none was given")
        if not 0 < self.rare <= 1:
            raise InputError(f"the share below which windows are rare is above 0 and at most 1, not {self.rare}")
        if self.limit is not None and self.limit < 1:
            raise InputError(f"at least one window of each picture is looked at, not {self.limit}")
        self._residuals = tuple(RelativeResidual(estimator) for estimator in self.estimators)
        self._bootstrap, self._draws = self.rng.spawn(2)
        self._tallies = {source: [] for source in _TRANSFORMS}

    @property
    def by_blocks(self) -> bool:
        """Whether blocks of pictures stand in for pictures."""
        return self.pictures < FEW

    def add(self, picture: Picture) -> None:
        """Count the windows of a picture, and of what it is compared with.

        Raises
        ------
        InputError
            If no window fits into the picture.
        """
        grid, channels = window_grid(picture, self.geometry), len(picture.pixels)
        there = channels * prod(grid)
        chosen = select(there, self.limit, self._draws)
        clusters = blocks_of(chosen, channels, grid) if self.by_blocks else np.zeros(len(chosen), np.int64)
        # Blocks without windows, of pictures with fewer windows than blocks along an axis, are none.
        names, clusters = np.unique(clusters, return_inverse=True)
        for source, transform in _TRANSFORMS.items():
            changed = transform(picture, self._draws)
            if changed is picture and source is not Source.OBSERVED:
                self._tallies[source].append(self._tallies[Source.OBSERVED][-1])
            else:
                self._tallies[source].append(self._count(changed, chosen, clusters, len(names)))
        self._scales.add(int(picture.high) if picture.is_quantised else None)
        shares = (self._last_share(source) for source in (Source.OBSERVED, Source.SHUFFLED))
        self._shares.append(PictureShare(picture.name, there, len(chosen), *shares))

    def _last_share(self, source: Source) -> float:
        tally = self._tallies[source][-1]
        return float(distinct_share(Mixture(tally, np.ones((1, len(tally.windows)))))[0])

    def _count(self, picture: Picture, chosen: NDArray[np.int64], clusters: NDArray[np.int64], number: int) -> Tally:
        counter = Counter(
            self._residuals, low=picture.low, high=picture.high, threshold=self.threshold, clusters=number
        )
        done = 0
        for rows in sorted_windows(picture.pixels, self.geometry, chosen):
            counter.add(rows, clusters[done : done + len(rows)])
            done += len(rows)
        return counter.tally.normalised()

    def finish(self) -> Observation:
        """Resample and return what was observed.

        Raises
        ------
        InputError
            If not all pictures were added.
        """
        if len(self._shares) != self.pictures:
            raise InputError(f"{self.pictures} pictures were announced, but {len(self._shares)} added")
        sizes = [len(tally.windows) for tally in self._tallies[Source.OBSERVED]]
        strata = sizes if self.by_blocks else [self.pictures]
        if min(strata) > 1:
            weights = resample(strata, self._bootstrap, resamples=RESAMPLES)
        else:
            # A single window in a picture: nothing can be said about chance.
            weights = np.full((1, sum(sizes)), np.nan)
        samples = {
            source: self._sample(joined(tallies), weights, min(strata))
            for source, tallies in self._tallies.items()
            if source is not Source.UNROUNDED or self._scales != {None}
        }
        return Observation(
            self.geometry,
            tuple(self.estimators),
            self.threshold,
            self.rare,
            tuple(self._shares),
            self.by_blocks,
            samples,
            self._worst(),
            next(iter(self._scales)) if len(self._scales) == 1 else None,
        )

    def _sample(self, tally: Tally, weights: NDArray[np.float64], units: int) -> Sample:
        share = 1 / self.pictures
        return Sample(tally, np.full(len(tally.windows), share), weights * share, units)

    def _worst(self) -> Mixture:
        counter = Counter(self._residuals, low=0.0, high=1.0, threshold=self.threshold)
        counter.add(np.eye(1, self.geometry.kernel_size)[:, ::-1])
        return Mixture(counter.tally, np.ones((1, 1)))


def observe(
    pictures: Sequence[Picture],
    kernel_shape: Sequence[int],
    *,
    strides: Sequence[int] | None = None,
    estimators: Sequence[Estimator] | None = None,
    rng: np.random.Generator,
    threshold: float = DISTINCT,
    rare: float = RARE,
    limit: int | None = LIMIT,
    progress: Progress = unwatched,
) -> Observation:
    """Count the gaps and residuals of the windows of pictures, and compare them with chance.

    Parameters
    ----------
    pictures : sequence of Picture
        With as many spatial axes as the kernel.
    kernel_shape : sequence of int
    strides : sequence of int, optional
        All windows by default.
    estimators : sequence of Estimator, optional
        With certified errors; :func:`default_estimators` by default.
    rng : numpy.random.Generator
    threshold : float
        Gap above which a window is distinct.
    rare : float
        Share of windows below which distinct ones are rare.
    limit : int, optional
        Windows of one picture that are looked at; None for all.
    progress : callable
        Called with the number of pictures that are done and of all.

    Returns
    -------
    Observation

    Raises
    ------
    InputError, KernelSizeError
        If there is no picture, or a window is larger than one; the message names it.

    Examples
    --------
    Pixels at random: the gap of uniform noise exceeds 1/2 where all d-2 values between smallest and largest lie in the
    lower half, with probability 2^(2-d), which is 1/4 for d = 4.

    >>> from theory.empirical.images import picture_from_array
    >>> rng = np.random.default_rng(0)
    >>> noise = [picture_from_array(f"noise {k}", rng.random((64, 64))) for k in range(8)]
    >>> seen = observe(noise, [2, 2], rng=rng)
    >>> seen.windows, round(seen.share().value, 2), seen.claim().value
    (31752, 0.25, 'does not hold')
    """
    geometry = Geometry.of(kernel_shape, strides=strides)
    if pictures:
        # Before estimators are solved for windows of an absurd size.
        window_grid(pictures[0], geometry)
    chosen = default_estimators(geometry.kernel_size) if estimators is None else estimators
    observer = Observer(geometry, chosen, len(pictures), rng, threshold, rare, limit)
    for done, picture in enumerate(pictures, start=1):
        observer.add(picture)
        progress(done, len(pictures))
    return observer.finish()
