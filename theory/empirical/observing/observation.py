"""Are inputs on which max pooling is distinct prevalent? The gap and the residuals of windows, counted.

For a window x with order statistics x_(1) <= ... <= x_(d) the *gap* is (x_(d) - x_(d-1)) / (x_(d) - x_(1)): 0 where the
maximum occurs twice, 1 where all other values are equal; a constant window has none and is counted apart. Beside it
stands |e(x)|/E for estimators with the certified error E, where e is the target less f, of which the maximum is the
default; for range-relative ones |e(x)| / (E (x_(d) - x_(1))). (Matoba, Dimitriadis, Fleuret, TMLR 2023, claim that
inputs with a large gap are not prevalent among natural images.)

Every picture weighs the same, whatever its size: numbers describe a window drawn at random from a picture drawn at
random. Windows are taken from each channel on its own, as pooling layers do. The same positions are looked at in the
picture, in the picture with its pixels shuffled, in uniform noise, and in the picture with its rounding undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from theory.empirical.images import Picture
from theory.empirical.observing.bootstrap import resample, widened
from theory.empirical.observing.sources import TRANSFORMS, Origin
from theory.empirical.observing.statistics import Resampled, counted_share, difference, distinct_share
from theory.empirical.observing.tallies import Counter, Mixture, RelativeResidual, Tally, joined, normalised
from theory.empirical.observing.verdict import DISTINCT, RARE, Answer, Interval, Reading, is_below, unanimous
from theory.empirical.observing.windows import blocks_of, grid_of, select, sorted_windows, windows_of
from theory.errors import InputError
from theory.estimator import Estimator
from theory.models.windows import WindowGrid
from theory.optimal.solve import optimal_estimator
from theory.progress import Progress, unwatched
from theory.targets import MAXIMUM, TargetLike, find_target

LIMIT = 1_000_000
"""Windows of one picture that are looked at, unless another limit is given."""

_FEW = 8
"""Below this number of pictures, blocks of them are resampled: too few to speak of pictures in general."""

_FULL_UP_TO = 9
"""Largest kernel size for which the full set {0..d-1} is among the default estimators."""


@dataclass(frozen=True)
class Rule:
    """By what windows are judged: the gap above which they are distinct, the share below which these are rare.

    Of each picture at most ``limit`` windows are looked at, all of them for None.
    """

    threshold: float = DISTINCT
    rare: float = RARE
    limit: int | None = LIMIT

    def __post_init__(self) -> None:
        if not 0 <= self.threshold < 1:
            raise InputError(
                f"the gap above which windows are distinct is at least 0 and below 1, not {self.threshold}"
            )
        if not 0 < self.rare <= 1:
            raise InputError(f"the share below which windows are rare is above 0 and at most 1, not {self.rare}")
        if self.limit is not None and self.limit < 1:
            raise InputError(f"at least one window of each picture is looked at, not {self.limit}")


_RULE = Rule()


@dataclass(frozen=True)
class PictureShare:
    """What one picture contributed: its windows, how many were counted, the shares of distinct ones."""

    name: str
    windows: int
    looked_at: int
    distinct: float
    distinct_shuffled: float


@dataclass(frozen=True, eq=False)
class Observation:
    """What was counted, and what follows from it.

    ``samples`` has Origin.UNROUNDED only where pixels are integers; ``by_blocks`` says whether blocks of pictures were
    resampled, for want of pictures; ``worst`` is the window with one 1 and zeros else, alone; ``levels`` the largest
    value that pixels can have, where all pictures have integers up to the same one.
    """

    layout: WindowGrid
    estimators: tuple[Estimator, ...]
    rule: Rule
    pictures: tuple[PictureShare, ...]
    by_blocks: bool
    samples: Mapping[Origin, Resampled]
    worst: Mixture
    levels: int | None

    @property
    def windows(self) -> int:
        """Number of windows looked at."""
        return sum(picture.looked_at for picture in self.pictures)

    @property
    def observed(self) -> Resampled:
        """The pictures as they are."""
        return self.samples[Origin.OBSERVED]

    def share(self, origin: Origin = Origin.OBSERVED, reading: Reading = Reading.ALL) -> Interval:
        """Share of distinct windows, with an interval as wide as that of as many windows that do not overlap."""
        sample = self.samples[origin]
        apart = self.windows * min(1.0, prod(self.layout.strides) / self.layout.kernel_size)
        trials = apart * float(counted_share(sample.data, reading)[0])
        return widened(sample(partial(distinct_share, reading=reading)), trials)

    def rare_in(self, reading: Reading, origin: Origin = Origin.OBSERVED) -> Answer:
        """Answer whether distinct windows are rare under one reading."""
        return is_below(self.share(origin, reading), self.rule.rare)

    def claim(self, origin: Origin = Origin.OBSERVED) -> Answer:
        """Answer whether distinct windows are rare: as all readings agree, or "undecided"."""
        return unanimous(self.rare_in(reading, origin) for reading in Reading)

    def excess(self, other: Origin, reading: Reading = Reading.ALL) -> Interval:
        """Share of distinct windows less that of windows from elsewhere."""
        return self.observed.against(self.samples[other], difference(partial(distinct_share, reading=reading)))

    def rarer_than(self, other: Origin) -> Answer:
        """Answer whether distinct windows are rarer than among windows from elsewhere, all windows counted."""
        return is_below(self.excess(other), 0.0)


def _window_grid(picture: Picture, layout: WindowGrid) -> tuple[int, ...]:
    """Count the windows along each axis of a picture; if there is none, an InputError names the picture."""
    try:
        return grid_of(layout, picture.pixels.shape[1:])
    except InputError as error:
        raise InputError(f"{picture.name}: {error}") from None


def default_estimators(kernel_size: int, target: TargetLike = MAXIMUM) -> tuple[Estimator, ...]:
    """Solve for {0,1,d-1}, for {0..d-1} (beyond d = 9: {0,1,d-2,d-1}), and for {1,d-1} relative to the range.

    Those that are the target itself are left out, and the last one of a target that is not 0 where all inputs are 0.
    An InputError where none is left.

    Examples
    --------
    >>> [(f.orders, str(f.error)) for f in default_estimators(4)]
    [((0, 1, 3), '1/10'), ((0, 1, 2, 3), '1/16'), ((1, 3), '1/8')]
    >>> [(f.orders, str(f.error)) for f in default_estimators(4, "median")]
    [((0, 1, 3), '1/6'), ((1, 3), '1/4')]
    """
    d, wanted = kernel_size, find_target(target, kernel_size)
    third = range(d) if d <= _FULL_UP_TO else (0, 1, d - 2, d - 1)
    sets = dict.fromkeys(tuple(sorted(set(orders))) for orders in ((0, 1, d - 1), third))
    found = [optimal_estimator(d, orders, target=wanted) for orders in sets]
    if not wanted.constant:
        # At d = 2 the class {1} is all there is, and it is as good.
        found.append(optimal_estimator(d, sorted({1, d - 1}), objective="range", target=wanted))
    if not any(f.error for f in found):
        raise InputError(f"no residuals to observe: of {d} inputs the default estimators are {wanted.shown} itself")
    return tuple(f for f in found if f.error)


class Observer:
    """Counts so many pictures, at least one, one by one, and draws the conclusions at the end."""

    def __init__(
        self,
        layout: WindowGrid,
        estimators: Sequence[Estimator],
        pictures: int,
        rng: np.random.Generator,
        rule: Rule,
    ) -> None:
        for estimator in estimators:
            if estimator.kernel_size != layout.kernel_size:
                raise InputError(
                    f"windows of {layout.kernel_size} inputs need an estimator of that kernel size, "
                    f"not of {estimator.kernel_size}"
                )
        if pictures < 1:
            raise InputError("at least one picture is needed, none was given")
        self._layout, self._estimators, self._rule = layout, tuple(estimators), rule
        self._pictures, self._by_blocks = pictures, pictures < _FEW
        self._residuals = tuple(RelativeResidual(estimator) for estimator in estimators)
        self._bootstrap, self._draws = rng.spawn(2)
        self._shares: list[PictureShare] = []
        self._tallies: dict[Origin, list[Tally]] = {origin: [] for origin in TRANSFORMS}
        self._scales: set[int | None] = set()

    def add(self, picture: Picture) -> None:
        """Count the windows of a picture, at least one, and of what it is compared with."""
        grid, channels = _window_grid(picture, self._layout), len(picture.pixels)
        there = channels * prod(grid)
        chosen = select(there, self._rule.limit, self._draws)
        clusters = blocks_of(chosen, channels, grid) if self._by_blocks else np.zeros(len(chosen), np.int64)
        # Blocks without windows, of pictures with fewer windows than blocks along an axis, are none.
        names, clusters = np.unique(clusters, return_inverse=True)
        for origin, transform in TRANSFORMS.items():
            changed = transform(picture, self._draws)
            if changed is picture and origin is not Origin.OBSERVED:
                self._tallies[origin].append(self._tallies[Origin.OBSERVED][-1])
            else:
                self._tallies[origin].append(self._count(changed, chosen, clusters, len(names)))
        self._scales.add(int(picture.high) if picture.is_quantised else None)
        shares = (
            float(distinct_share(Mixture(self._tallies[origin][-1]))[0])
            for origin in (Origin.OBSERVED, Origin.SHUFFLED)
        )
        self._shares.append(PictureShare(picture.name, there, len(chosen), *shares))

    def _counter(self, low: float, high: float, clusters: int) -> Counter:
        return Counter(self._residuals, low=low, high=high, threshold=self._rule.threshold, clusters=clusters)

    def _count(self, picture: Picture, chosen: NDArray[np.int64], clusters: NDArray[np.int64], number: int) -> Tally:
        counter, done = self._counter(picture.low, picture.high, number), 0
        for rows in sorted_windows(picture.pixels, self._layout, chosen):
            counter.add(rows, clusters[done : done + len(rows)])
            done += len(rows)
        return normalised(counter.tally)

    def finish(self) -> Observation:
        """Resample and return what was observed, once all pictures were added."""
        if len(self._shares) != self._pictures:
            raise InputError(f"{self._pictures} pictures were announced, but {len(self._shares)} added")
        sizes = [len(tally["windows"]) for tally in self._tallies[Origin.OBSERVED]]
        strata = sizes if self._by_blocks else [self._pictures]
        # From a single window in a picture nothing can be said about chance.
        undefined = np.full((1, sum(sizes)), np.nan)
        weights = resample(strata, self._bootstrap) if min(strata) > 1 else undefined
        share = 1 / self._pictures
        samples = {
            origin: Resampled(joined(tallies), np.full(sum(sizes), share), weights * share, min(strata))
            for origin, tallies in self._tallies.items()
            if origin is not Origin.UNROUNDED or self._scales != {None}
        }
        worst = self._counter(0.0, 1.0, 1)
        worst.add(np.eye(1, self._layout.kernel_size)[:, ::-1])
        return Observation(
            self._layout,
            self._estimators,
            self._rule,
            tuple(self._shares),
            self._by_blocks,
            samples,
            Mixture(worst.tally),
            next(iter(self._scales)) if len(self._scales) == 1 else None,
        )


def observe(
    pictures: Sequence[Picture],
    kernel_shape: Sequence[int],
    *,
    strides: Sequence[int] | None = None,
    estimators: Callable[[int], Sequence[Estimator]] = default_estimators,
    rule: Rule = _RULE,
    rng: np.random.Generator,
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
    estimators : callable
        Returns estimators with certified errors for a kernel size; :func:`default_estimators` by default.
    rule : Rule
        What windows are distinct, what share of them is rare, and how many of a picture are looked at.
    rng : numpy.random.Generator
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
    layout = windows_of(kernel_shape, strides)
    if pictures:
        # Before estimators are solved for windows of an absurd size.
        _window_grid(pictures[0], layout)
    observer = Observer(layout, estimators(layout.kernel_size), len(pictures), rng, rule)
    for done, picture in enumerate(pictures, start=1):
        observer.add(picture)
        progress(done, len(pictures))
    return observer.finish()
