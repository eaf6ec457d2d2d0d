"""Real input: on every window of real photographs the residual stays within the certified error.

Setting
    The kernels of real networks: 2x2 (VGG), 3x3 (AlexNet, ResNet, SqueezeNet), 5x5, 9x9 and 13x13 (spatial pyramid
    pooling); photographs that scikit-image ships, pixel values 0..255 divided by 255, every window at stride 1.
Claim
    |max(x) - f(x)| <= E for estimators with the objective ``cube``, and |max(x) - f(x)| <= E (max(x) - min(x)) for
    those with the objective ``range``.
Kind
    Upper.
Source
    This project: the definition of E, on data.
Check
    The largest residual over all windows, exactly: pixels are integers and the weights are rationals over one
    denominator, so that all arithmetic is on integers.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import prod
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from proofs_check.claim import Claim, Instance, stated
from proofs_check.statement import Case
from theory import closed_forms, optimal_estimator
from theory.empirical.images import shipped_photographs
from theory.errors import ProblemTooLargeError
from theory.estimator import Estimator
from theory.optimal.families import OURS
from theory.rationals import over_common_denominator

_KERNELS = ((2, 2), (3, 3), (5, 5), (9, 9), (13, 13))
_PHOTOGRAPHS = ("camera", "chelsea", "coffee")
_FAMILIES = ("mean", "mean-and-last", "mean-and-last-two", "full", "range-mean-and-last")
_FULL_UP_TO = 9
"""Largest kernel size for the family ``full``: beyond it, it has more subpool maxima than any network would spend."""

_LEVELS = 255
_ROWS = 8
"""Rows of windows at once: their sorted values stay in the cache."""

_EXACT_FLOAT = 2**53


class Observation(NamedTuple):
    """The largest residual of one estimator over all windows of all photographs.

    For the objective ``range`` it is relative to the range of the window; windows without range must have residual 0.
    """

    windows: int
    largest: Fraction


@cache
def photographs() -> dict[str, NDArray[np.uint8]]:
    """Load the photographs as arrays of shape (height, width, channels)."""
    pictures = shipped_photographs(_PHOTOGRAPHS)
    return {picture.name: np.moveaxis(picture.pixels, 0, -1) for picture in pictures}


def _sorted_windows(image: NDArray[np.uint8], kernel: tuple[int, int]) -> Iterator[NDArray[np.float64]]:
    """Yield all windows of an image as rows of sorted pixel values, some rows of the image at a time."""
    height = kernel[0]
    for top in range(0, image.shape[0] - height + 1, _ROWS):
        strip = image[top : top + _ROWS + height - 1]
        windows = np.lib.stride_tricks.sliding_window_view(strip, kernel, axis=(0, 1))
        # What NumPy calls stable counts bytes, and is 8 times as fast on them as its default.
        yield np.sort(windows.reshape(-1, prod(kernel)), axis=-1, kind="stable").astype(np.float64)


class _Largest:
    """Running maximum of the residual of one estimator, in integers.

    With weights w_k = n_k / q and intercept beta_0 = b / q, the residual at x = v / 255 is
    (q v_(d) - sum n_k v_(k) - 255 b) / (255 q). The numerator is an integer below 2^53 for all pixels, so that float64
    matrix products compute it without rounding, in any order of summation.
    """

    def __init__(self, estimator: Estimator) -> None:
        numbers, self.q = over_common_denominator([*estimator.order_statistic_weights, estimator.intercept])
        self.relative = estimator.goal.relative
        weights = [-n for n in numbers[:-1]]
        weights[-1] += self.q
        self.shift = _LEVELS * numbers[-1]
        if _LEVELS * sum(map(abs, weights)) + abs(self.shift) >= _EXACT_FLOAT:
            raise ProblemTooLargeError("weights too long for exact sums in float64")
        self.weights = np.array(weights, dtype=np.float64)
        # Largest numerator for each range of a window; the plain residual needs no more than one of them.
        self.numerators = np.zeros(_LEVELS + 1)

    def update(self, windows: NDArray[np.float64]) -> None:
        # Not ``@``: it takes all cores for sums that wait for memory, and those cores spin.
        sizes = np.abs(np.einsum("ij,j->i", windows, self.weights) - self.shift)
        if self.relative:
            np.maximum.at(self.numerators, (windows[:, -1] - windows[:, 0]).astype(np.int64), sizes)
        else:
            self.numerators[0] = max(self.numerators[0], sizes.max())

    def value(self) -> Fraction:
        if not self.relative:
            return Fraction(int(self.numerators[0]), _LEVELS * self.q)
        if self.numerators[0]:
            return Fraction(int(self.numerators[0]), _LEVELS * self.q) + 1  # nothing relative to a range of 0 holds
        return max(Fraction(int(n), self.q * r) for r, n in enumerate(self.numerators) if r)


@cache
def estimators(kernel: tuple[int, int]) -> dict[str, Estimator]:
    """Solve for the estimators whose residuals are looked at, by the name of their family."""
    d = prod(kernel)
    chosen = {name: closed_forms[name] for name in _FAMILIES if name != "full" or d <= _FULL_UP_TO}
    return {name: optimal_estimator(d, family.orders(d), objective=family.objective) for name, family in chosen.items()}


@cache
def observe(kernel: tuple[int, int]) -> dict[str, Observation]:
    """Find the largest residual of each estimator over all windows of all photographs, by the name of its family."""
    largest = {name: _Largest(estimator) for name, estimator in estimators(kernel).items()}
    count = 0
    for image in photographs().values():
        for windows in _sorted_windows(image, kernel):
            count += len(windows)
            for running in largest.values():
                running.update(windows)
    return {name: Observation(count, running.value()) for name, running in largest.items()}


def _draw_place(rng: Random, kernel: tuple[int, int], name: str) -> tuple[int, int, int]:
    height, width, channels = photographs()[name].shape
    return rng.randrange(height - kernel[0] + 1), rng.randrange(width - kernel[1] + 1), rng.randrange(channels)


def _claim(kernel: tuple[int, int], name: str) -> Claim:
    """Return the claim for one kernel and family; nine tenths of the error are not enough for any."""

    def sides(share: Fraction, case: Case) -> tuple[Fraction, Fraction]:
        """Evaluate the residual at one window, in fractions."""
        row, column, channel = case["place"]
        window = photographs()[case["photograph"]][row : row + kernel[0], column : column + kernel[1], channel]
        x = [Fraction(int(value), _LEVELS) for value in window.flat]
        estimator = estimators(kernel)[name]
        unit = max(x) - min(x) if estimator.goal.relative else 1
        f = sum((w * v for w, v in zip(estimator.order_statistic_weights, sorted(x), strict=True)), estimator.intercept)
        return abs(max(x) - f), share * (estimator.error or 0) * unit

    def instances(share: Fraction, _kernel_max: int) -> Iterator[Instance]:
        # The kernels are those of real networks, whatever the largest kernel size of the other claims.
        seen = observe(kernel)[name]
        yield Instance(
            f"{seen.windows} windows", prod(kernel), seen.largest, share * (estimators(kernel)[name].error or 0)
        )

    shape = "x".join(map(str, kernel))
    relative = r"\,(\max x - \min x)" if name.startswith("range-") else ""
    statement = (
        rf"|\max x - f(x)| \le %sE{relative}"
        rf"\text{{ on all {shape} windows of photographs, }} f \text{{ of the family {name}}}"
    )
    return stated(
        (f"photos-{shape}-{name}", statement % "", Fraction(1)),
        (f"photos-{shape}-{name}", statement % r"9/10\,", Fraction(9, 10)),
        kind="upper",
        source=f"{OURS}: the definition of E, on data",
        idea="Nothing to prove beyond E itself: this looks whether real input keeps to it.",
        quantities={
            "photograph": lambda rng, _case, _most: rng.choice(_PHOTOGRAPHS),
            "place": lambda rng, case, _most: _draw_place(rng, kernel, case["photograph"]),
        },
        sides=sides,
        instances=instances,
        kernel_size=prod(kernel),
        scope=f"all windows of {', '.join(_PHOTOGRAPHS)}",
        topic="photographs",
        group=f"photos-{shape}",
        rests_on=(f"closed-form-{name}",),
    )


def claims() -> Iterator[Claim]:
    """Yield one claim for each kernel and estimator."""
    for kernel in _KERNELS:
        for name in _FAMILIES:
            if name != "full" or prod(kernel) <= _FULL_UP_TO:
                yield _claim(kernel, name)
