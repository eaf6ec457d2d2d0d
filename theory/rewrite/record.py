"""What became of each MaxPool node."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from theory.models.windows import Windows
from theory.networks.circuit import Domain
from theory.objectives import Objective

Style = Literal["skip", "feedforward"]
Construction = Literal["tree", "shallow"]


@dataclass(frozen=True)
class PoolingRecord:
    """A MaxPool node that was replaced.

    Attributes
    ----------
    name : str
        Of the node, or of its output where the node has none.
    place : str
        Where it was: ``"graph"``, ``"then_branch of If 'n'"``, ``"function 'f'"``.
    input, output : str
        The values that it read and wrote, which keep their names.
    geometry : Windows
        Its windows.
    style : {"skip", "feedforward"}
    construction : {"tree", "shallow"}
    domain : {"real", "nonnegative"}
        Whether use was made of it that no input is negative.
    orders : tuple of int or None
        Of the estimator in its place; None for the maximum itself.
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
        Of the inputs of the node, for which the absolute error holds.
    calibrated : bool
        Whether the bounds are what was seen on samples, so that the error is certified for no other input.
    edge_padding : bool
        Whether a node before the first ReLU repeats the values at the borders.
    """

    name: str
    place: str
    input: str
    output: str
    geometry: Windows
    style: Style
    construction: Construction
    domain: Domain
    orders: tuple[int, ...] | None
    objective: Objective | None
    units_per_output: int
    hidden_layers: int
    outputs: int | None
    error: Fraction
    bounds: tuple[Fraction, Fraction] | None = None
    calibrated: bool = False
    edge_padding: bool = False


@dataclass(frozen=True)
class Rewriting:
    """A model without MaxPool, and what became of each.

    Attributes
    ----------
    model : ModelProto
    poolings : tuple of PoolingRecord
    """

    model: Any
    poolings: tuple[PoolingRecord, ...]
