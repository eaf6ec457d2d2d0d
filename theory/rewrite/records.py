"""What became of the nodes of a model that take maxima."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from theory.combination import Combination
from theory.models.windows import WindowGrid
from theory.networks.circuit import Domain
from theory.rewrite.options import InputBounds


@dataclass(frozen=True)
class PoolingRecord:
    """A node that took maxima over windows, a MaxPool mostly, and was replaced.

    Attributes
    ----------
    name : str
        Of the node, or of its output where the node has none.
    place : str
        Where it was: ``"graph"``, ``"then_branch of If 'n'"``, ``"function 'f'"``.
    input, output : str
        The values that it read and wrote, which keep their names.
    windows : WindowGrid
    domain : {"real", "nonnegative"}
        Whether use was made of it that no input is negative.
    orders : tuple of int or None
        Of the estimator in its place; None for the maximum itself, and for a combination.
    units_per_output : int
        ReLUs for one output, the borders aside.
    hidden_layers : int
        ReLUs one after the other.
    outputs : int or None
        Outputs for one sample of a batch; None where the shape is not known.
    error : Fraction
        Largest |maximum - value| in exact arithmetic: relative to the range of the window for the objective
        ``"range"``, absolute for ``"cube"``; 0 for the maximum itself.
    bounds : tuple of (Fraction, Fraction) or None
        Of the inputs of the node, for which the error holds; None where it holds for all inputs.
    calibrated : bool
        Whether the bounds are what was seen on samples, so that the error is certified for no other input.
    edge_padding : bool
        Whether a node before the first ReLU repeats the values at the borders.
    op_type : str
        What it was: ``"MaxPool"``, ``"GlobalMaxPool"``, ``"ReduceMax"`` or ``"NhwcMaxPool"``.
    float64 : bool
        Whether it is computed in float64.
    compared : bool
        Whether its output is compared with its input, as is done to find peaks, so that rounding would lose some.
    folded : tuple of str
        Pad nodes with minus infinity before it that became part of its windows.
    shift : Fraction or None
        What is taken off the input before it is padded with zeros, and added again; None for nothing.
    pools : int
        MaxPools in its place, in style ``"pools"``, or under a combination.
    combination : Combination or None
        Of maxima over parts of the window, in its place, with the certificate of its error on the unit cube or relative
        to the range.
    kept : bool
        Whether it stays a MaxPool, in its normal form, since the tool that the model is for takes that more cheaply.
    """

    name: str
    place: str
    input: str
    output: str
    windows: WindowGrid
    domain: Domain
    orders: tuple[int, ...] | None
    units_per_output: int
    hidden_layers: int
    outputs: int | None
    error: Fraction
    bounds: InputBounds | None
    calibrated: bool
    edge_padding: bool
    op_type: str = "MaxPool"
    float64: bool = False
    compared: bool = False
    folded: tuple[str, ...] = ()
    shift: Fraction | None = None
    pools: int = 0
    kept: bool = False
    combination: Combination | None = None

    @property
    def approximate(self) -> bool:
        """Whether something else than the maximum is in its place."""
        return self.orders is not None or self.combination is not None


@dataclass(frozen=True)
class StayingNode:
    """A node that takes maxima under another name than MaxPool and was left, and why.

    The place is as in :class:`PoolingRecord`.
    """

    name: str
    op_type: str
    place: str
    reason: str


@dataclass(frozen=True)
class Rewriting:
    """A model without MaxPool, what became of each, and what takes maxima in it under other names."""

    model: Any
    poolings: tuple[PoolingRecord, ...]
    stays: tuple[StayingNode, ...] = ()
