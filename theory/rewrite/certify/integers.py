"""Kernels of integers, as quantizers write them, beside the floats that their integers stand for.

An integer q with a scale s and a zero point z stands for s (q - z). QLinearConv is a convolution of what its integers
stand for, exact but for the quantization of its result; MaxPool and Reshape do to integers what they do to floats.
ConvInteger and MatMulInteger leave sums that are multiplied with the scales later. Nodes of floats are put beside these
nodes of integers; what takes integers in any other way finds no bounds of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from theory.rewrite.certify.graph import KEEP_LEVELS, STAND_IN, Constant, Node, same_value

_BITS8 = (np.int8, np.uint8)

_NONE = 9

_KERNELS = {
    "QLinearConv": ("Conv", (0, 1, 2, 3, 4, 5, 8), (6, 7)),
    "QLinearMatMul": ("MatMul", (0, 1, 2, 3, 4, 5, _NONE), (6, 7)),
    "com.microsoft.QGemm": ("Gemm", (0, 1, 2, 3, 4, 5, 6), (7, 8)),
    "ConvInteger": ("Conv", (0, _NONE, 2, 1, _NONE, 3, _NONE), None),
    "MatMulInteger": ("MatMul", (0, _NONE, 2, 1, _NONE, 3, _NONE), None),
}
"""What each computes of the numbers; which of its inputs are x, its scale and zero point, the weights, theirs, and the
bias; and which are the scale and the zero point of its result, None for sums that are not rounded."""

_WHOLE = 2.0**31
"""Sums of a magnitude below it are exact in 32 bits."""


def as_floats(nodes: Sequence[Node], constants: Mapping[str, Constant]) -> tuple[list[Node], dict[str, Constant]]:
    """Return nodes with others beside them that compute what tensors of integers stand for, and the constants."""
    names = {*constants, *(name for node in nodes for name in (*node.inputs, *node.outputs))}
    if any(name.endswith(STAND_IN) for name in names):
        return list(nodes), dict(constants)
    stand_ins = _StandIns(constants)
    for node in nodes:
        stand_ins.add(node)
    return stand_ins.nodes, stand_ins.constants


class _StandIns:
    """The nodes so far, and which tensors of integers some of them stand for."""

    def __init__(self, constants: Mapping[str, Constant]) -> None:
        self.constants = dict(constants)
        self.nodes: list[Node] = []
        self._sources: dict[str, Node] = {}
        """QuantizeLinear nodes by their outputs, which need no stand-in where a DequantizeLinear is next."""
        self._levels: dict[str, tuple[str, str]] = {}
        """The names of the scale and the zero point of each tensor of integers that has a stand-in."""
        self._sums: dict[str, str] = {}
        """The name of the scale of each tensor of sums of integers, or of those as floats: it divides the stand-in."""
        self._products: dict[str, tuple[str, str]] = {}
        """The names of a computed scale and of the constant that it is multiplied with, by those of the products."""

    def add(self, node: Node) -> None:
        """Append a node, and what stands for it."""
        made = self._stand_for(node)
        # What computes the tensor itself takes its place. Others stay: nothing is known of the integers themselves.
        instead = any(each.outputs[:1] == node.outputs[:1] for each in made)
        self.nodes += made if instead else [node, *made]

    def _stand_for(self, node: Node) -> list[Node]:
        op, out = node.op, node.outputs[0]
        first = node.inputs[0] if node.inputs else ""
        if op == "QuantizeLinear":
            self._sources[out] = node
        elif op == "DynamicQuantizeLinear" and len(node.outputs) == 3 and all(node.outputs):
            self._levels[out] = node.outputs[1], node.outputs[2]
            return [replace(node, outputs=(out + STAND_IN,))]
        elif op in _KERNELS:
            return self._kernel(node)
        elif op == "DequantizeLinear" and first in self._levels and self._kept(first, *node.inputs[1:]):
            return [replace(node, op="Identity", inputs=(first + STAND_IN,), attributes={})]
        elif op in KEEP_LEVELS and len(node.outputs) == 1 and self._settled(first):
            self._levels[out] = self._levels[first]
            return [replace(node, inputs=(first + STAND_IN, *node.inputs[1:]), outputs=(out + STAND_IN,))]
        elif op == "Cast" and node.attributes.get("to") == 1 and first in self._sums:
            return self._cast(node, self._sums[first])
        elif op == "Mul" and len(node.inputs) == 2:
            return self._scaled(node)
        return []

    def _settled(self, name: str) -> bool:
        """See that a tensor of 8-bit integers has a stand-in, if it can have one."""
        node = self._sources.get(name)
        if name not in self._levels and node is not None and node.attributes.keys() <= {"axis", "saturate"}:
            scale, zero = (*node.inputs[1:], "")[:2]
            if self._value(scale) is not None and self._value(zero, _BITS8) is not None:
                self._levels[name] = scale, zero
                self.nodes.append(self._rounded(node, node.inputs[0], scale, zero))
        return name in self._levels

    def _kept(self, name: str, scale: str, zero: str = "") -> bool:
        """See that a tensor of integers has a stand-in with the scale and the zero point that a node names."""
        return self._settled(name) and all(
            a == b or (self._value(a) is not None and same_value(self._value(a), self._value(b)))
            for a, b in zip(self._levels[name], (scale, zero), strict=True)
        )

    def _value(self, name: str, dtypes: Sequence[type] | None = None) -> Constant | None:
        """Return a constant that is one number, a zero point of 0 if it is left out; None if it is another one."""
        found = self.constants.get(name) if name else np.zeros((), np.uint8)
        if found is None or found.size != 1 or (dtypes is not None and found.dtype not in dtypes):
            return None
        return found.reshape(())

    def _rounded(self, node: Node, start: str, scale: str, zero: str) -> Node:
        """Return what rounds a tensor to levels, and is called by the integers that a node makes of it."""
        made = (node.outputs[0] + STAND_IN,)
        inputs = (start, scale, zero, scale, zero)
        return replace(node, op="DequantizeLinear", inputs=inputs, outputs=made, attributes={})

    def _kernel(self, node: Node) -> list[Node]:
        """Return what stands for a kernel with constant weights."""
        op, places, result = _KERNELS[node.op]
        names = (*node.inputs, *[""] * 10)
        x, x_scale, x_zero, w, w_scale, w_zero, bias = (names[place] for place in places)
        if result is None and self._settled(x):
            x_scale = self._levels[x][0]
        made = self._weights(w, w_scale, w_zero, 0 if op == "Conv" or node.attributes.get("transB", 0) else -1)
        offset = self._bias(bias, x_scale, w_scale)
        if not made or offset is None or node.attributes.get("alpha", 1.0) != 1:
            return []
        if self._largest_sum(made, bias) >= _WHOLE or not self._kept(x, x_scale, x_zero):
            return []
        floats = replace(node, op=op, inputs=(x + STAND_IN, made, *offset))
        if result is None:
            self._sums[node.outputs[0]] = x_scale
            return [replace(floats, outputs=(node.outputs[0] + STAND_IN,))]
        scale, zero = (names[place] for place in result)
        return self._requantized(floats, scale, zero) if scale else [floats]

    def _requantized(self, floats: Node, scale: str, zero: str) -> list[Node]:
        """Return nodes that compute a tensor and round it to levels."""
        (out,) = floats.outputs
        if self._value(scale) is None or self._value(zero, _BITS8) is None:
            return []
        self._levels[out] = scale, zero
        whole = f"{out} before{STAND_IN}"
        return [replace(floats, outputs=(whole,)), self._rounded(floats, whole, scale, zero)]

    def _largest_sum(self, weights: str, bias: str) -> float:
        """Bound the magnitude of the sums of integers: each product is below 2^16."""
        w = self.constants[weights]
        terms = w.size // max(1, min(w.shape[0], w.shape[-1]))
        extra = float(np.max(np.abs(self.constants[bias].astype(np.float64)), initial=0.0)) if bias else 0.0
        return float(terms) * 2.0**16 + extra

    def _bias(self, name: str, *scales: str) -> tuple[str, ...] | None:
        """Make the constant that a bias stands for, and return its name, or nothing; None if it is computed."""
        if not name:
            return ()
        if not self.constants.keys() >= {name, *scales}:
            return None
        whole, first, second = (self.constants[each].astype(np.float64) for each in (name, *scales))
        if not whole.ndim or first.size != 1 or second.size not in (1, whole.shape[-1]):
            return None
        self.constants[name + STAND_IN] = whole * (first.ravel() * second.ravel())
        return (name + STAND_IN,)

    def _weights(self, name: str, scale: str, zero: str, axis: int) -> str:
        """Make the constant that 8-bit weights stand for, exactly, and return its name; empty if there is none."""
        w, s = self.constants.get(name), self.constants.get(scale) if scale else np.ones(())
        z = self.constants.get(zero) if zero else np.zeros(())
        if w is None or s is None or z is None or w.dtype not in _BITS8 or not w.ndim:
            return ""
        if not {s.size, z.size} <= {1, w.shape[axis]}:
            return ""
        along = [1] * w.ndim
        along[axis] = -1
        z, s = (part.astype(np.float64).reshape(along if part.size > 1 else ()) for part in (z, s))
        self.constants[name + STAND_IN] = (w - z) * s
        return name + STAND_IN

    def _cast(self, node: Node, scale: str) -> list[Node]:
        """Return what stands for sums of integers as floats, and what computes those where the scale is constant."""
        out, start = node.outputs[0], node.inputs[0] + STAND_IN
        self._sums[out] = scale
        if self._value(scale) is not None:
            return [replace(node, op="Div", inputs=(start, scale), attributes={})]
        return [replace(node, op="Identity", inputs=(start,), outputs=(out + STAND_IN,), attributes={})]

    def _scaled(self, node: Node) -> list[Node]:
        """Return what computes sums of integers times their computed scale, and perhaps a constant."""
        scales = {scale for scale, _ in self._levels.values()}
        for x, factor in (node.inputs, node.inputs[::-1]):
            if x in scales and factor in self.constants:
                self._products[node.outputs[0]] = x, factor
            scale, constant = self._products.get(factor, (factor, ""))
            if x in self._sums and scale == self._sums[x] and scale not in self.constants:
                if not constant:
                    return [replace(node, op="Identity", inputs=(x + STAND_IN,))]
                return [replace(node, inputs=(x + STAND_IN, constant))]
        return []
