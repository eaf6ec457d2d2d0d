"""What operators do to symbols, and whether they do the same in every channel.

A rule works on the operator that :mod:`theory.rewrite.certify.readers` made of a node, so that boxes and symbols can
not read a node in two ways.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.expressions import Algebra, Symbols
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.layers import Convolution
from theory.rewrite.certify.linear import Scale
from theory.rewrite.certify.movement import settings
from theory.rewrite.certify.operators import Affine, Move, Operator, Sum
from theory.rewrite.certify.readers import Constant
from theory.rewrite.certify.unsupported import Unsupported

SymbolicOperand: TypeAlias = Symbols | Constant | None
Rule: TypeAlias = Callable[[Algebra, Operator, Sequence[Symbols]], Symbols]
Apart: TypeAlias = Callable[[Node, Sequence[SymbolicOperand], int], tuple[Node, Sequence[SymbolicOperand]]]
"""Takes a node, its inputs and a number of channels to what the node does in the first of so many equal blocks."""

_MOST_TERMS = 1 << 26
"""Largest number of products of one convolution that are followed: more take minutes."""


def same(algebra: Algebra, operator: Operator, xs: Sequence[Symbols]) -> Symbols:
    """Follow what changes nothing but the precision."""
    return xs[0]


def relu(algebra: Algebra, operator: Operator, xs: Sequence[Symbols]) -> Symbols:
    """Follow Relu."""
    return algebra.relu(xs[0])


def move(algebra: Algebra, operator: Operator, xs: Sequence[Symbols]) -> Symbols:
    """Follow what only moves elements."""
    if not isinstance(operator, Move):
        raise Unsupported("it computes something")
    movement = operator.movement
    fill = algebra.constant(Fraction(movement.fill))
    return Symbols(movement.rearrange([x.numbers for x in xs], fill), movement.rearrange([x.places for x in xs], 0))


def add(algebra: Algebra, operator: Operator, xs: Sequence[Symbols]) -> Symbols:
    """Follow a sum."""
    if not isinstance(operator, Sum):
        raise Unsupported("it is no sum")
    return algebra.combine([(Fraction(sign), x) for sign, x in zip(operator.signs, xs, strict=True)])


def scale(algebra: Algebra, operator: Operator, xs: Sequence[Symbols]) -> Symbols:
    """Follow a product with a constant, or a quotient by one."""
    if not isinstance(operator, Affine) or not isinstance(operator.map, Scale) or operator.map.offset is not None:
        raise Unsupported("it is no product with a constant")
    by, divisor = operator.map.factor, operator.map.divisor
    # The reader has rounded reciprocals.
    exact = [Fraction(v) for v in by.ravel().tolist()]
    exact = exact if divisor is None else [1 / Fraction(v) for v in divisor.ravel().tolist()]
    (x,) = xs
    if len(exact) == 1:
        product = algebra.combine([(exact[0], x)])
        shape = np.broadcast_shapes(by.shape, x.numbers.shape)
        return Symbols(np.broadcast_to(product.numbers, shape), np.broadcast_to(product.places, shape))
    factors = np.array(exact, dtype=object).reshape(by.shape)
    shape = np.broadcast_shapes(factors.shape, x.numbers.shape)
    factors = np.broadcast_to(factors, shape)
    numbers, places = np.broadcast_to(x.numbers, shape).copy(), np.broadcast_to(x.places, shape).copy()
    for factor in set(factors.ravel()):
        where = factors == factor
        part = algebra.combine([(factor, Symbols(numbers[where], places[where]))])
        numbers[where], places[where] = part.numbers, part.places
    return Symbols(numbers, places)


def convolve(algebra: Algebra, operator: Operator, xs: Sequence[Symbols]) -> Symbols:
    """Follow a convolution, channel by channel."""
    if not isinstance(operator, Affine) or not isinstance(operator.map, Convolution):
        raise Unsupported("it is no convolution")
    (x,), map_ = xs, operator.map
    geometry, weights = map_.geometry, map_.weights
    bias = np.zeros(len(weights)) if map_.offset is None else map_.offset.ravel()
    numbers = geometry.taps(geometry.pad(x.numbers, algebra.constant(Fraction(0))))
    places = geometry.taps(geometry.pad(x.places, 0))
    flat = weights.reshape(*weights.shape[:2], -1)
    inner, outer = weights.shape[1], len(weights) // map_.groups
    if np.count_nonzero(flat) * numbers[0][:, :1].size > _MOST_TERMS:
        raise Unsupported("its convolutions are too large to be followed one by one")
    channels: list[Symbols] = []
    for m in range(len(weights)):
        base = m // outer * inner
        operands = [
            (Fraction(float(flat[m, i, t])), _channel(numbers[t], places[t], base + i))
            for i, t in np.argwhere(flat[m]).tolist()
        ]
        operands = operands or [(Fraction(0), _channel(numbers[0], places[0], base))]
        channels.append(algebra.combine(operands, Fraction(float(bias[m]))))
    return Symbols(
        np.concatenate([c.numbers for c in channels], axis=1), np.concatenate([c.places for c in channels], axis=1)
    )


def _channel(numbers: npt.NDArray[np.generic], places: npt.NDArray[np.generic], channel: int) -> Symbols:
    part = slice(channel, channel + 1)
    return Symbols(numbers[:, part].astype(np.int64), places[:, part].astype(np.int64))


def anywhere(node: Node, operands: Sequence[SymbolicOperand], channels: int) -> tuple[Node, Sequence[SymbolicOperand]]:
    """Look at no constant and at no place."""
    return node, operands


def if_constants_agree(
    node: Node, operands: Sequence[SymbolicOperand], channels: int
) -> tuple[Node, Sequence[SymbolicOperand]]:
    """See that constants are the same for all channels."""
    if any(isinstance(operand, np.ndarray) and operand.size > 1 for operand in operands):
        raise Unsupported("a constant may differ between channels")
    return node, operands


def if_within_channels(
    node: Node, operands: Sequence[SymbolicOperand], channels: int
) -> tuple[Node, Sequence[SymbolicOperand]]:
    """See that elements stay in their channel."""
    first = operands[0]
    rank = first.numbers.ndim if isinstance(first, Symbols) else 0
    if node.op == "Slice":
        axes = settings(node, operands, 3, "axes") or list(range(rank))
    elif node.op == "Pad" and len(operands) < 4:
        pads = settings(node, operands, 1, "pads") or []
        axes = [axis for axis in range(rank) if pads[axis] or pads[axis + rank]]
    elif node.op == "Concat" or (node.op == "Gather" and isinstance(operands[1], np.ndarray) and operands[1].ndim == 1):
        axes = [node.attributes.get("axis", 0)]
    else:
        axes = [0]
    if any(axis % max(rank, 1) < 2 for axis in axes):
        raise Unsupported("channels do not stay apart")
    return if_constants_agree(node, operands, channels) if node.op == "Concat" else (node, operands)


def first_block(
    node: Node, operands: Sequence[SymbolicOperand], channels: int
) -> tuple[Node, Sequence[SymbolicOperand]]:
    """Take the weights of the first channel, if all have the same ones."""
    x, weights, *rest = operands
    groups = node.attributes.get("group", 1)
    if not isinstance(weights, np.ndarray) or groups % channels or len(weights) % channels:
        raise Unsupported("channels do not stay apart")
    parts = [_first_of(part, channels) for part in (weights, *rest)]
    return replace(node, attributes={**node.attributes, "group": groups // channels}), (x, *parts)


def _first_of(weights: SymbolicOperand, channels: int) -> SymbolicOperand:
    if not isinstance(weights, np.ndarray):
        return weights
    blocks = weights.reshape(channels, -1, *weights.shape[1:])
    if np.any(blocks != blocks[:1]):
        raise Unsupported("channels have different weights")
    first: Constant = blocks[0]
    return first
