"""Whether a node does the same in every channel: then one channel, followed on symbols, stands for all.

Each function takes a node whose inputs are symbols and constants, and a number of channels, to what the node does in
the first of so many equal blocks of channels. It refuses what does not keep the blocks apart, or treat them alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.operators import Call

Apart: TypeAlias = Callable[[Call, int], Call]


def all_together(call: Call, channels: int) -> Call:
    """Follow it in all channels at once, or not at all."""
    raise Unsupported("channels do not stay apart")


def anywhere(call: Call, channels: int) -> Call:
    """Look at no constant and at no place."""
    return call


def if_constants_agree(call: Call, channels: int) -> Call:
    """See that constants are the same for all channels."""
    if any(isinstance(x, np.ndarray) and x.size > 1 for x in call.inputs):
        raise Unsupported("a constant may differ between channels")
    return call


def if_within_channels(call: Call, channels: int) -> Call:
    """See that elements stay in their channel."""
    rank = 0 if isinstance(call.inputs[0], np.ndarray) else len(call.shape)
    op, axes = call.node.op, [0]
    if op == "Slice":
        axes = call.integers(3, "axes") or list(range(rank))
    elif op == "Pad" and len(call.inputs) < 4:
        pads = call.integers(1, "pads") or []
        axes = [axis for axis in range(rank) if pads[axis] or pads[axis + rank]]
    elif op == "Concat" or (op == "Gather" and isinstance(call.inputs[1], np.ndarray) and call.inputs[1].ndim == 1):
        axes = [call.get("axis", 0)]
    if any(axis % max(rank, 1) < 2 for axis in axes):
        raise Unsupported("channels do not stay apart")
    return if_constants_agree(call, channels) if op == "Concat" else call


def first_block(call: Call, channels: int) -> Call:
    """Take the weights of the first channel, if all have the same ones."""
    x, weights, *rest = call.inputs
    groups = call.get("group", 1)
    if not isinstance(weights, np.ndarray) or groups % channels or len(weights) % channels:
        raise Unsupported("channels do not stay apart")
    node = replace(call.node, attributes={**call.node.attributes, "group": groups // channels})
    return Call(node, (x, *(_first_of(part, channels) for part in (weights, *rest))))


def _first_of(weights: Any, channels: int) -> Any:
    if not isinstance(weights, np.ndarray):
        return weights
    blocks = weights.reshape(channels, -1, *weights.shape[1:])
    if np.any(blocks != blocks[:1]):
        raise Unsupported("channels have different weights")
    return blocks[0]
