"""What a certification answers: a bound for each output, or why there is none."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.errors import ThreeValued, UndecidedError

Array: TypeAlias = npt.NDArray[np.float64]
Model: TypeAlias = Literal["original", "rewritten", "both"]


@dataclass(frozen=True)
class Unknown:
    """Why a tensor has no bound, and the name of the node at which the analysis ended, or of its output."""

    node: str
    reason: str

    def __str__(self) -> str:
        return f"node {self.node!r}: {self.reason}"


class Unsupported(Exception):  # noqa: N818 - an answer, caught by the analysis, not an error of the caller
    """A node cannot be analysed: why, or which node before it could not. Never leaves this package."""

    def __init__(self, reason: str | Unknown) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, eq=False)
class OutputDeviation(ThreeValued):
    """The deviation of one output, rewritten less original.

    Attributes
    ----------
    lower, upper : array of float64, or None
        Bounds of each element, in the shape of the output; None if unknown.
    unknown : Unknown or None
        Why there are none.
    largest : (int or None, int or None)
        The number of the largest element in the original and in the rewritten model, if it is certain to be the same
        one for all inputs; None where it is not, or where the output has one element or several samples.
    margins : (float, float)
        By how much that element exceeds all others at least, in either model; 0 or less where it is not certain, and
        then the number says by how much another may exceed the one that was tried.
    """

    lower: Array | None
    upper: Array | None
    unknown: Unknown | None = None
    largest: tuple[int | None, int | None] = (None, None)
    margins: tuple[float, float] = (-math.inf, -math.inf)

    @property
    def certified(self) -> bool:
        """Whether there is a bound."""
        return self.unknown is None

    @property
    def same_class(self) -> bool | None:
        """Whether the largest element is the same one in both models, for all inputs; None if that is not certain.

        False says that it is another one for all inputs.
        """
        first, second = self.largest
        return None if first is None or second is None else first == second

    @property
    def bound(self) -> float:
        """The largest absolute deviation of any element; raises :class:`UndecidedError` if unknown."""
        if self.unknown is not None or self.lower is None or self.upper is None:
            raise UndecidedError(f"no deviation is certified: {self.unknown}")
        return float(max(np.max(-self.lower, initial=0.0), np.max(self.upper, initial=0.0)))


@dataclass(frozen=True)
class PoolingFinding(ThreeValued):
    """What is known of the nodes that stand for one MaxPool.

    Attributes
    ----------
    name : str
        The name of the MaxPool node, its output's name if it has none.
    model : {"original", "rewritten", "both"}
        Which of the two models, in the order given, has the MaxPool.
    status : {"unchanged", "exact", "combination", "intervals", "unknown"}
        ``"unchanged"``: still a MaxPool. ``"exact"``: proved to compute the maximum of every window in exact
        arithmetic. ``"combination"``: proved to compute a combination of maxima over subsets, whose distance from the
        maximum is bounded. ``"intervals"``: not understood; bounded by the ranges of its values alone. ``"unknown"``:
        no bound.
    residual : float or None
        Bound on the distance from the maximum in exact arithmetic, for ``"exact"`` and ``"combination"``.
    rounding : float or None
        Bound on what rounding adds, where ``residual`` is known.
    deviation : float or None
        Bound on the deviation after the node, what its input brings included.
    reason : str
        Why no more is known; empty for ``"unchanged"`` and ``"exact"``.
    """

    name: str
    model: Model
    status: Literal["unchanged", "exact", "combination", "intervals", "unknown"]
    residual: float | None = None
    rounding: float | None = None
    deviation: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class LikelyDeviation:
    """What outputs deviate by at most for any one input, as a rule: an estimate, and no bound.

    It takes the roundings of runtimes for independent random numbers of mean 0, which they are not; all else is bounded
    as for :class:`DeviationBound`. Where those assumptions hold, and no more than 10^9 numbers are computed, it is
    exceeded with a probability of 5 % at most.

    Attributes
    ----------
    outputs : mapping of str to float or None
        The largest deviation of any element; None where no number on the way is known to stay in range.
    confidence : float
        0.95.
    """

    outputs: Mapping[str, float | None]
    confidence: float = 0.95

    def to_dict(self) -> dict[str, Any]:
        """Return what programs read."""
        return {"certified": False, "confidence": self.confidence, "outputs": dict(self.outputs)}


@dataclass(frozen=True, eq=False)
class DeviationBound(ThreeValued):
    """A bound on the difference of two models for all inputs of a box, or an explicit unknown.

    Its truth value, and its bound where there is none, raise :class:`UndecidedError`: unknown is not a number.

    Attributes
    ----------
    outputs : mapping of str to OutputDeviation
    pooling : tuple of PoolingFinding
        One for each MaxPool that the models have, or one of them; empty if neither has any.
    likely : LikelyDeviation or None
        What rounding is likely to leave of the bound, if that was asked for. It is certain of nothing, and no part of
        what :meth:`to_dict` returns.
    """

    outputs: Mapping[str, OutputDeviation]
    pooling: tuple[PoolingFinding, ...]
    likely: LikelyDeviation | None = None

    @property
    def certified(self) -> bool:
        """Whether every output has a bound."""
        return all(output.certified for output in self.outputs.values())

    @property
    def same_class(self) -> bool | None:
        """Whether the largest element of every output is the same one in both models, for all inputs.

        None if that is not certain; see :class:`OutputDeviation`.
        """
        answers = {output.same_class for output in self.outputs.values()}
        return False if False in answers else None if None in answers else True

    @property
    def bound(self) -> float:
        """The largest absolute deviation of any output; raises :class:`UndecidedError` if one is unknown."""
        return max(output.bound for output in self.outputs.values())

    @property
    def unknown(self) -> Unknown | None:
        """Why the first output without a bound has none; None if all have one."""
        return next((output.unknown for output in self.outputs.values() if output.unknown is not None), None)

    def __float__(self) -> float:
        return self.bound

    def to_dict(self) -> dict[str, Any]:
        """Return the summary that programs read: no arrays."""
        return {
            "status": "certified" if self.certified else "unknown",
            "bound": self.bound if self.certified else None,
            "reason": None if self.unknown is None else str(self.unknown),
            "same_class": self.same_class,
            "outputs": {
                name: {"bound": output.bound if output.certified else None} for name, output in self.outputs.items()
            },
            "pooling": [vars(finding) for finding in self.pooling],
        }
