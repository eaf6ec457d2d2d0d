"""The deviation of a rewritten model from its original, for all inputs of a box."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.graph import Graph, Node, read_graph, same_array
from theory.rewrite.certify.interpret import Operand, fold, interpret
from theory.rewrite.certify.operators import MaxPooling
from theory.rewrite.certify.pooling_proof import pooling_residual
from theory.rewrite.certify.propagate import (
    MISFITS,
    ArithmeticOf,
    Value,
    Values,
    between,
    bound_values,
    deviate,
    evaluate,
    float_arithmetic,
    real_arithmetic,
)
from theory.rewrite.certify.records import DeviationBound, OutputDeviation, PoolingFinding, Unknown
from theory.rewrite.certify.unsupported import Unsupported

BoundsLike: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]


def certify_deviation(
    original: Any,
    rewritten: Any,
    input_bounds: BoundsLike | Mapping[str, BoundsLike],
    *,
    shapes: Mapping[str, Sequence[int]] | None = None,
    arithmetic: Literal["float", "real"] = "float",
) -> DeviationBound:
    """Bound the difference of two models' outputs for all inputs in given bounds, or say that it is unknown.

    Parameters
    ----------
    original, rewritten : onnx.ModelProto or path
        With the same inputs and outputs. Tensors of the same name are compared: a rewriting has to keep the names of
        the tensors around what it replaces.
    input_bounds : (lo, hi) or mapping of str to (lo, hi)
        Numbers, or arrays of the shape of the input, for all inputs or for each.
    shapes : mapping of str to sequence of int, optional
        Of inputs whose sizes the model leaves open. A first size that is left open is 1 by default.
    arithmetic : {"float", "real"}
        ``"float"`` covers the rounding of both models as below, ``"real"`` compares them in exact arithmetic.

    Returns
    -------
    DeviationBound
        With the bounds of every element of every output, rewritten less original, and what was found out about the
        nodes in the place of each MaxPool. Outputs without a bound say at which node the analysis ended, and why.

    Raises
    ------
    InputError
        If the models' inputs or outputs differ, or bounds or shapes do not fit them.
    FormatError
        If a file is no valid ONNX model.
    MissingDependencyError
        If onnx is not installed.

    Notes
    -----
    Every tensor of either model is kept in a box, and the difference of tensors of the same name in another. Through
    affine operators differences pass by the weights themselves, through Relu and other monotone functions by the
    slopes that their arguments allow, through max pooling by windows. The nodes in the place of a MaxPool are not
    trusted: they are run on symbols, which shows that each element is a combination of maxima over sets of pixels,
    exactly; its distance from the maximum of the window over a box is attained at a vertex. What is not understood is
    bounded by the ranges of its values. All this is computed in float64 with outward rounding.

    With ``arithmetic="float"`` the bound holds for every runtime that computes each tensor in its dtype, with
    elementary operations correctly rounded, sums in any order, with or without fused multiplications, results below the
    smallest normal number flushed to zero or not, and scales and batch normalisations folded into weights or not; whose
    sigmoid, tanh and power are within 64 roundoffs (of 1, and relative for the power) and whose exponential is within
    16 (relative). It does not hold for Winograd or FFT convolutions, Strassen's products, or reduced precision such as
    TF32. onnxruntime on a CPU keeps to this.

    The two runs need not use the same runtime.

    Examples
    --------
    >>> import onnx.parser
    >>> text = '<ir_version: 8, opset_import: ["": 17]> m (float[1, 3] x) => (float[1, 3] y) {{ y = {0} (x) }}'
    >>> relu, clipped = (onnx.parser.parse_model(text.format(op)) for op in ("Relu", "Identity"))
    >>> round(certify_deviation(relu, clipped, (-0.5, 1)).bound, 6)
    1.5
    """
    if arithmetic not in ("float", "real"):
        raise InputError(f'the arithmetic is "float" or "real", not {arithmetic!r}')
    first, second = read_graph(original), read_graph(rewritten)
    check_same_interface(first, second)
    inputs = _input_boxes(first, input_bounds, shapes or {})
    rounding = float_arithmetic if arithmetic == "float" else real_arithmetic
    return _Comparison(first, second, inputs, rounding).run()


def check_same_interface(first: Graph, second: Graph) -> None:
    """Raise InputError if two models differ in their inputs or outputs."""
    for what, a, b in (
        ("inputs", list(first.inputs), list(second.inputs)),
        ("outputs", list(first.outputs), list(second.outputs)),
    ):
        if a != b:
            raise InputError(f"the models have to have the same {what}, not {', '.join(a)} and {', '.join(b)}")
    for name, (dtype, shape) in first.inputs.items():
        if second.inputs[name] != (dtype, shape):
            other = second.inputs[name]
            raise InputError(
                f"the input {name!r} is {dtype} of shape {_show(shape)} in one model, "
                f"{other[0]} of shape {_show(other[1])} in the other"
            )


def _show(shape: Sequence[int | None]) -> str:
    return "x".join("?" if size is None else str(size) for size in shape) or "()"


def _input_boxes(
    graph: Graph, bounds: BoundsLike | Mapping[str, BoundsLike], shapes: Mapping[str, Sequence[int]]
) -> dict[str, Bounds]:
    for kind, given in (("bounds", bounds if isinstance(bounds, Mapping) else {}), ("shapes", shapes)):
        unknown = sorted(set(given) - set(graph.inputs))
        if unknown:
            raise InputError(f"the {kind} name {unknown[0]!r}; the inputs are {', '.join(graph.inputs)}")
    return {
        name: _input_box(name, dtype, _static_shape(name, shape, shapes), bounds)
        for name, (dtype, shape) in graph.inputs.items()
    }


def _static_shape(name: str, shape: Sequence[int | None], shapes: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    if name in shapes:
        given = tuple(int(size) for size in shapes[name])
        if len(given) != len(shape) or any(b not in (None, a) for a, b in zip(given, shape, strict=True)):
            raise InputError(f"the input {name!r} has the shape {_show(shape)}, which {_show(given)} does not fit")
        return given
    sizes = [1 if axis == 0 and size is None else size for axis, size in enumerate(shape)]
    if None in sizes:
        raise InputError(f"the input {name!r} has the shape {_show(shape)}: say which by shapes")
    return tuple(size for size in sizes if size is not None)


def _input_box(
    name: str, dtype: np.dtype[Any], shape: tuple[int, ...], bounds: BoundsLike | Mapping[str, BoundsLike]
) -> Bounds:
    if isinstance(bounds, Mapping):
        if name not in bounds:
            raise InputError(f"the input {name!r} has no bounds")
        bounds = bounds[name]
    if dtype.kind != "f":
        raise InputError(f"the input {name!r} is {dtype}: only floats can be bounded")
    try:
        low, high = bounds
        lo, hi = (np.broadcast_to(np.asarray(end, np.float64), shape) for end in (low, high))
    except (TypeError, ValueError):
        raise InputError(
            f"bounds are (lo, hi), numbers or arrays of shape {_show(shape)}: {name!r} has others"
        ) from None
    if not (np.all(np.isfinite(lo)) and np.all(np.isfinite(hi)) and np.all(lo <= hi)):
        raise InputError(f"bounds are finite, the lower at most the upper: those of {name!r} are not")
    return Bounds(lo, hi, dtype)


class _Comparison:
    """Two models side by side."""

    def __init__(self, first: Graph, second: Graph, inputs: Mapping[str, Bounds], arithmetic: ArithmeticOf) -> None:
        self._first, self._second = first, second
        self._arithmetic = arithmetic
        self._originals = first.producers
        self._before: Values = bound_values(first, inputs, arithmetic)
        self._after: Values = {**second.constants, **inputs}
        self._differences: dict[str, Bounds] = {name: Bounds.zero(x.shape, x.dtype) for name, x in inputs.items()}
        self._findings: dict[str, PoolingFinding] = {}

    def run(self) -> DeviationBound:
        for node in self._second.nodes:
            self._compare(node)
        findings = tuple(self._finding(node) for node in self._first.nodes if node.op == "MaxPool")
        return DeviationBound({name: self._output(name) for name in self._first.outputs}, findings)

    def _compare(self, node: Node) -> None:
        """Bound the first output of a node of the rewritten model, and how far it is from the original's."""
        name = node.outputs[0]
        before, original = self._before.get(name), self._originals.get(name)
        shared = original is not None and node.same_operation(original) and self._same_constants(node)
        sharper = self._attempt(original, lambda: self._through(node)) if original is not None and shared else None
        costly = node.op in ("Conv", "Gemm", "MatMul")
        if costly and sharper is not None and isinstance(before, Bounds) and _is_small(sharper, before):
            # The node's own bounds could hardly be better, and would take as long again.
            self._record(name, before.plus(sharper), sharper)
            return
        after = evaluate(node, self._after, self._arithmetic)
        self._after[name] = after
        if not isinstance(after, Bounds) or not isinstance(before, Bounds) or after.shape != before.shape:
            return
        if original is not None and not shared and original.op == "MaxPool":
            sharper = self._attempt(original, lambda: self._pooled(node, original))
        plain = replace(after.minus(before), terms=max(after.terms, before.terms))
        difference = plain if sharper is None else plain.meet(sharper)
        self._record(name, after.meet(before.plus(difference)), difference)

    def _record(self, name: str, after: Bounds, difference: Bounds) -> None:
        self._after[name], self._differences[name] = after, difference

    def _attempt(self, original: Node, bound: Callable[[], Bounds]) -> Bounds | None:
        """Bound a difference by what the nodes do, not by their values alone; None where that is not understood."""
        try:
            with np.errstate(over="ignore", under="ignore"):
                return bound()
        except Unsupported as reason:
            why = str(reason)
        except MISFITS as error:
            why = f"the nodes do not fit together: {' '.join(str(error).split())[:120]}"
        if original.op == "MaxPool":
            self._findings[original.name] = PoolingFinding(original.name, "intervals", reason=why)
        return None

    def _same_constants(self, node: Node) -> bool:
        """Say whether the inputs of a node are the same constants, or tensors whose difference is bounded."""
        for name in node.inputs:
            a, b = self._before.get(name), self._after.get(name)
            if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
                if not same_array(a, b):
                    return False
            elif name and name not in self._differences:
                return False
        return True

    def _through(self, node: Node) -> Bounds:
        """Carry the differences of the inputs through a node that both models have."""
        operands = [self._operand(self._before, name) for name in node.inputs]
        interpreted = interpret(node, operands)
        _, second = interpret(node, [self._operand(self._after, name) for name in node.inputs])
        by_operand = [(x, self._differences.get(name)) for x, name in zip(operands, node.inputs, strict=True)]
        differences = [_of(x, by_operand) for x in interpreted[1]]
        return deviate(interpreted, second, differences, (self._arithmetic, self._arithmetic))

    def _pooled(self, node: Node, original: Node) -> Bounds:
        """Bound the difference between a MaxPool and nodes in its place."""
        start, end = original.inputs[0], original.outputs[0]
        x, y, d = self._before.get(start), self._after.get(start), self._differences.get(start)
        if not (isinstance(x, Bounds) and isinstance(y, Bounds) and d is not None):
            raise Unsupported(f"the rewritten model has no tensor {start!r} to compare")
        constants = {name: value for name, value in self._after.items() if isinstance(value, np.ndarray)}
        nodes = between(self._second, start, end, constants)
        if nodes is None:
            raise Unsupported(f"{end!r} is computed from more than {start!r}")
        operator, _ = interpret(original, [x])
        if not isinstance(operator, MaxPooling):
            raise Unsupported("the original is no max pooling")
        found = pooling_residual(nodes, start, end, y, operator.geometry, constants)
        rounding = self._rounding(nodes, start, end, y)
        carried = deviate((operator, [x]), [y], [d], (self._arithmetic, self._arithmetic))
        self._findings[original.name] = PoolingFinding(
            original.name,
            "exact" if found.exact else "combination",
            residual=0.0 if found.exact else float(np.max(found.box.magnitude)),
            rounding=float(np.max(rounding.magnitude)),
        )
        result = carried.plus(rounding)
        return result if found.exact else result.plus(found.box)

    def _rounding(self, nodes: Sequence[Node], start: str, end: str, y: Bounds) -> Bounds:
        """Bound what a runtime computes by the nodes, less what they do in exact arithmetic to the same tensor."""
        errors = {start: Bounds.zero(y.shape, y.dtype)}
        for node in nodes:
            operands = [self._operand(self._after, name) for name in node.inputs]
            if fold(node, operands) is not None:
                continue
            if node.outputs[0] in self._before and node.outputs[0] != end:
                # Its box was narrowed by the original's, which says nothing about exact arithmetic.
                raise Unsupported(f"{node.outputs[0]!r} is a tensor of the original as well")
            interpreted = interpret(node, operands)
            by_operand = [(x, errors.get(name)) for x, name in zip(operands, node.inputs, strict=True)]
            before = [_of(x, by_operand) for x in interpreted[1]]
            errors[node.outputs[0]] = deviate(interpreted, interpreted[1], before, (real_arithmetic, self._arithmetic))
        return errors[end]

    @staticmethod
    def _operand(values: Values, name: str) -> Operand:
        value = values.get(name) if name else None
        if isinstance(value, Unknown) or (name and value is None):
            raise Unsupported(f"{name!r} is not bounded")
        return value

    def _finding(self, node: Node) -> PoolingFinding:
        """Return what is known of the place of a MaxPool, with the deviation after it."""
        name = node.outputs[0]
        difference = self._differences.get(name)
        if difference is None:
            value: Value | None = self._after.get(name)
            reason = value if isinstance(value, Unknown) else self._before.get(name)
            why = str(reason) if isinstance(reason, Unknown) else "its output is not computed in the rewritten model"
            return PoolingFinding(node.name, "unknown", reason=why)
        finding = self._findings.get(node.name, PoolingFinding(node.name, "unchanged"))
        return replace(finding, deviation=float(np.max(difference.magnitude)))

    def _output(self, name: str) -> OutputDeviation:
        difference = self._differences.get(name)
        if difference is not None:
            return OutputDeviation(difference.lo, difference.hi)
        for values in (self._before, self._after):
            value = values.get(name)
            if isinstance(value, Unknown):
                return OutputDeviation(None, None, value)
        return OutputDeviation(None, None, self._not_compared(name))

    def _not_compared(self, name: str) -> Unknown:
        a, b = self._before.get(name), self._after.get(name)
        if isinstance(a, Bounds) and isinstance(b, Bounds):
            return Unknown(name, f"its shapes differ: {_show(a.shape)} and {_show(b.shape)}")
        return Unknown(name, "it does not depend on the input in both models")


def _is_small(difference: Bounds, tensor: Bounds) -> bool:
    """Say whether a difference is small beside the tensor that it is of."""
    return bool(np.max(difference.magnitude, initial=0) <= _SMALL * np.max(tensor.magnitude, initial=0))


_SMALL = 2.0**-6


def _of(x: Bounds, by_operand: Sequence[tuple[Operand, Bounds | None]]) -> Bounds:
    """Return the difference of a tensor; constants, which the interpreter made boxes of, have none."""
    found = next((difference for operand, difference in by_operand if operand is x), None)
    return Bounds.zero(x.shape, x.dtype) if found is None else found
