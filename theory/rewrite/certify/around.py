"""Whether a rewriting can change the class of samples, or of anything near them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from theory.errors import InputError, ThreeValued
from theory.progress import Progress, unwatched
from theory.rewrite.certify.answers import DeviationBound
from theory.rewrite.certify.deviation import Pair
from theory.rewrite.certify.shapes import show


@dataclass(frozen=True)
class SampleAnswer(ThreeValued):
    """What is certain of one sample and all inputs near it.

    Attributes
    ----------
    bound : float or None
        The largest deviation of any element of any output; None if there is no bound.
    margin : float or None
        By how much the largest element of the first output exceeds all others at least, in both models; 0 or less where
        another may exceed it. None if there is no bound.
    largest : (int or None, int or None)
        The number of that element in either model, where it is certain.
    reason : str
        Why there is no bound.
    """

    bound: float | None
    margin: float | None
    largest: tuple[int | None, int | None]
    reason: str = ""

    @property
    def same_class(self) -> bool | None:
        """Whether the largest element is the same one in both models for all inputs; None if that is not certain."""
        first, second = self.largest
        return None if first is None or second is None else first == second


@dataclass(frozen=True)
class Around(ThreeValued):
    """What is certain of samples and all inputs near them.

    Attributes
    ----------
    radius : float
    answers : tuple of SampleAnswer
        In the order of the samples.
    """

    radius: float
    answers: tuple[SampleAnswer, ...]

    @property
    def unchanged(self) -> int:
        """For how many samples the class is certain to be the same in both models."""
        return sum(answer.same_class is True for answer in self.answers)

    @property
    def share(self) -> float:
        """The share of these samples."""
        return self.unchanged / len(self.answers)

    @property
    def bound(self) -> float | None:
        """The largest bound; None if one sample has none."""
        bounds = [answer.bound for answer in self.answers]
        return max((bound for bound in bounds if bound is not None), default=None) if None not in bounds else None

    @property
    def median_bound(self) -> float | None:
        """The median of the bounds, samples without one counted as infinite; None if that is infinite."""
        median = float(np.median([math.inf if answer.bound is None else answer.bound for answer in self.answers]))
        return median if math.isfinite(median) else None

    def to_dict(self) -> dict[str, Any]:
        """Return what programs read."""
        return {
            "radius": self.radius,
            "samples": len(self.answers),
            "unchanged": self.unchanged,
            "share": self.share,
            "bound": self.bound,
            "median_bound": self.median_bound,
            "answers": [{**vars(answer), "same_class": answer.same_class} for answer in self.answers],
        }


def certify_around(
    original: Any,
    rewritten: Any,
    samples: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    radius: float,
    *,
    within: tuple[float, float] | None = None,
    arithmetic: Literal["float", "real"] = "float",
    progress: Progress = unwatched,
) -> Around:
    """Say for each sample whether two models certainly find the same class, for it and for all inputs near it.

    Near are the inputs no element of which differs from the sample's by more than the radius.

    Parameters
    ----------
    original, rewritten : onnx.ModelProto or path
        As for :func:`certify_deviation`.
    samples : array or mapping of str to array
        Along the first axis, for the only input or for each. The models have to take one sample at a time, or leave the
        number open.
    radius : float
        At least 0; 0 asks for the samples alone.
    within : (lo, hi), optional
        What all inputs lie in: balls are cut to it, which makes bounds smaller.
    arithmetic : {"float", "real"}
        As for :func:`certify_deviation`.
    progress : callable
        Called with the number of samples that are done, and of all.

    Returns
    -------
    Around
        Its ``unchanged`` says for how many samples the class is certain to stay what it is. Classes are elements of the
        first output; which of them is the largest is compared for the whole ball, in both models.

    Raises
    ------
    InputError
        If the samples do not fit the models, lie outside ``within``, or the radius is negative or not finite; and as
        :func:`certify_deviation` does.
    FormatError
        If a file is no valid ONNX model.
    MissingDependencyError
        If onnx is not installed.

    Examples
    --------
    >>> import onnx.parser
    >>> text = '<ir_version: 8, opset_import: ["": 17]> m (float[N, 3] x) => (float[N, 3] y) {{ y = {0} (x) }}'
    >>> relu, same = (onnx.parser.parse_model(text.format(op)) for op in ("Relu", "Identity"))
    >>> found = certify_around(relu, same, [[0.5, 0.25, -1], [0.5, 0.45, 0.25]], 1 / 16)
    >>> found.unchanged, [answer.same_class for answer in found.answers]
    (1, [True, None])
    """
    if not (math.isfinite(radius) and radius >= 0):
        raise InputError(f"a radius is a finite number of at least 0, not {radius}")
    pair = Pair(original, rewritten, arithmetic)
    arrays = _arrays(pair, samples, within)
    count = len(next(iter(arrays.values())))
    answers = []
    progress(0, count)
    for i in range(count):
        bounds, shapes = {}, {}
        for name, array in arrays.items():
            x = array[i : i + 1]
            ball = np.nextafter(x - radius, -np.inf), np.nextafter(x + radius, np.inf)
            ends = (x, x) if radius == 0 else ball
            bounds[name] = ends if within is None else (np.maximum(ends[0], within[0]), np.minimum(ends[1], within[1]))
            shapes[name] = x.shape
        answers.append(_answer(pair.bound(bounds, shapes)))
        progress(i + 1, count)
    return Around(float(radius), tuple(answers))


def _answer(found: DeviationBound) -> SampleAnswer:
    output = next(iter(found.outputs.values()))
    return SampleAnswer(
        found.bound if found.certified else None,
        min(output.margins) if math.isfinite(min(output.margins)) else None,
        output.largest,
        "" if found.unknown is None else str(found.unknown),
    )


def _arrays(
    pair: Pair, samples: npt.ArrayLike | Mapping[str, npt.ArrayLike], within: tuple[float, float] | None
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the samples of each input in float64; raises InputError if they do not fit."""
    given = samples if isinstance(samples, Mapping) else dict.fromkeys(pair.inputs, samples)
    if set(given) != set(pair.inputs) or (len(pair.inputs) > 1 and not isinstance(samples, Mapping)):
        raise InputError(f"samples are given for each of the inputs {', '.join(pair.inputs)}, in a mapping")
    arrays = {}
    for name, (_, sizes) in pair.inputs.items():
        try:
            array = np.asarray(given[name], dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError(f"the samples for {name!r} are no array of numbers") from None
        _check_fit(name, array, sizes)
        if not np.all(np.isfinite(array)):
            raise InputError(f"samples are finite: those for {name!r} are not")
        if within is not None and not np.all((array >= within[0]) & (array <= within[1])):
            raise InputError(f"samples lie within {within[0]:g} and {within[1]:g}: those for {name!r} do not")
        arrays[name] = array
    if len({len(array) for array in arrays.values()}) != 1:
        raise InputError("all inputs need the same number of samples")
    return arrays


def _check_fit(name: str, array: npt.NDArray[np.float64], sizes: Sequence[int | None]) -> None:
    if not sizes or sizes[0] not in (None, 0, 1):
        raise InputError(f"the input {name!r} has the shape {show(sizes)}: it has to take one sample at a time")
    rest = array.shape[1:]
    if (
        not array.ndim
        or len(rest) != len(sizes) - 1
        or any(b not in (None, a) for a, b in zip(rest, sizes[1:], strict=True))
    ):
        raise InputError(f"the input {name!r} has the shape {show(sizes)}, its samples {show(array.shape)}")
    if not len(array):
        raise InputError("at least one sample is needed")
