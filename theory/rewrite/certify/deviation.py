"""The deviation of a rewritten model from its original, for all inputs of a box."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.rewrite.certify.answers import Array, DeviationBound, LikelyDeviation, Model
from theory.rewrite.certify.arithmetic import ArithmeticOf, float_arithmetic, likely_arithmetic, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.graph import Graph
from theory.rewrite.certify.pooling_proof import Residuals
from theory.rewrite.certify.reading import read_graph
from theory.rewrite.certify.shapes import fits, show
from theory.rewrite.certify.side_by_side import SideBySide

BoundsLike: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]


def certify_deviation(
    original: Any,
    rewritten: Any,
    input_bounds: BoundsLike | Mapping[str, BoundsLike],
    *,
    shapes: Mapping[str, Sequence[int]] | None = None,
    arithmetic: Literal["float", "real"] = "float",
    likely: bool = False,
) -> DeviationBound:
    """Bound the difference of two models' outputs for all inputs in given bounds, or say that it is unknown.

    Parameters
    ----------
    original, rewritten : onnx.ModelProto or path
        With the same inputs and outputs, in either order: swapped, the bounds change their signs. Tensors of the same
        name are compared: a rewriting has to keep the names of the tensors around what it replaces.
    input_bounds : (lo, hi) or mapping of str to (lo, hi)
        Numbers, or arrays of the shape of the input, for all inputs or for each.
    shapes : mapping of str to sequence of int, optional
        Of inputs whose sizes the model leaves open. A first size that is left open is 1 by default.
    arithmetic : {"float", "real"}
        ``"float"`` covers the rounding of both models as below, ``"real"`` compares them in exact arithmetic.
    likely : bool
        Whether to estimate besides, in as much time again, what rounding is likely to make of the bound: the answer's
        ``likely``, which is not certified.

    Returns
    -------
    DeviationBound
        With the bounds of every element of every output, the second model's less the first's, and what was found out
        about the nodes in the place of each MaxPool, whichever model has it. Outputs without a bound say at which node
        the analysis ended, and why.

    Raises
    ------
    InputError
        If the models' inputs or outputs differ, bounds or shapes do not fit them, or what is likely is asked for of
        exact arithmetic.
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

    With ``arithmetic="float"`` the bound is one on what is deployed, for any two runs of any two runtimes that compute
    each tensor in its dtype or a wider one, with elementary operations correctly rounded and sums in any order, and
    fold scales or not; where numbers on the way may overflow, the answer is unknown. It does not hold for Winograd or
    FFT convolutions, or reduced precision such as TF32. The page "What is certified when MaxPool is taken out of a
    model" has all assumptions; onnxruntime on a CPU keeps to them. This is what Szász, Bánhelyi and Jelasity find
    missing in verifiers ("No Soundness in the Real World: On the Challenges of the Verification of Deployed Neural
    Networks", 2025, arXiv:2506.01054).

    Shapes are compared with those that onnx infers and the model declares; where they differ the answer is unknown.

    Examples
    --------
    >>> import onnx.parser
    >>> text = '<ir_version: 8, opset_import: ["": 17]> m (float[1, 3] x) => (float[1, 3] y) {{ y = {0} (x) }}'
    >>> relu, clipped = (onnx.parser.parse_model(text.format(op)) for op in ("Relu", "Identity"))
    >>> round(certify_deviation(relu, clipped, (-0.5, 1)).bound, 6)
    1.5
    """
    if likely and arithmetic == "real":
        raise InputError('what is likely is said of the rounding of arithmetic="float", not of "real"')
    pair = Pair(original, rewritten, arithmetic)
    found = pair.bound(input_bounds, shapes or {})
    return replace(found, likely=pair.estimate(input_bounds, shapes or {})) if likely else found


class Pair:
    """Two models that are compared, on one set of inputs or on many; see :func:`certify_deviation`."""

    def __init__(self, original: Any, rewritten: Any, arithmetic: Literal["float", "real"]) -> None:
        if arithmetic not in ("float", "real"):
            raise InputError(f'the arithmetic is "float" or "real", not {arithmetic!r}')
        first = read_graph(original)
        graphs = first, read_graph(rewritten, first.constants)
        graphs[1].share(graphs[0])
        _check_same_interface(*graphs)
        self.inputs = graphs[0].inputs
        """Type and sizes of each input, None for those that are left open."""
        self._original = graphs[0]
        self._first, self._second = graphs if _precedes(*graphs) else graphs[::-1]
        self._rounding = float_arithmetic if arithmetic == "float" else real_arithmetic
        self._known: dict[tuple[tuple[int, ...], ...], Residuals] = {}
        """What was found out for inputs of given shapes."""

    def bound(
        self, input_bounds: BoundsLike | Mapping[str, BoundsLike], shapes: Mapping[str, Sequence[int]]
    ) -> DeviationBound:
        """Bound the deviation for inputs within bounds."""
        found = self._run(input_bounds, shapes, self._rounding)
        return found if self._first is self._original else _reversed(found)

    def estimate(
        self, input_bounds: BoundsLike | Mapping[str, BoundsLike], shapes: Mapping[str, Sequence[int]]
    ) -> LikelyDeviation:
        """Estimate the deviation for an input within bounds, roundings taken for random."""
        found = self._run(input_bounds, shapes, likely_arithmetic)
        each = found.outputs.items()
        return LikelyDeviation({name: output.bound if output.certified else None for name, output in each})

    def _run(
        self,
        input_bounds: BoundsLike | Mapping[str, BoundsLike],
        shapes: Mapping[str, Sequence[int]],
        rounding: ArithmeticOf,
    ) -> DeviationBound:
        inputs = _input_boxes(self._original, input_bounds, shapes)
        known = self._known.setdefault(tuple(x.shape for x in inputs.values()), {})
        return SideBySide(self._first, self._second, inputs, rounding, known).run()


def _check_same_interface(first: Graph, second: Graph) -> None:
    """Raise InputError if two models differ in their inputs or outputs, or have no outputs."""
    if not first.outputs and not second.outputs:
        raise InputError("a model has to have an output to compare, these have none")
    for what in ("inputs", "outputs"):
        a, b = list(getattr(first, what)), list(getattr(second, what))
        if a != b:
            raise InputError(f"the models have to have the same {what}, not {', '.join(a)} and {', '.join(b)}")
    for name, (dtype, shape) in first.inputs.items():
        other, sizes = second.inputs[name]
        if (other, sizes) != (dtype, shape):
            raise InputError(
                f"the input {name!r} is {dtype} of shape {show(shape)} in one model, "
                f"{other} of shape {show(sizes)} in the other"
            )


def _input_boxes(
    graph: Graph, bounds: BoundsLike | Mapping[str, BoundsLike], shapes: Mapping[str, Sequence[int]]
) -> dict[str, Box]:
    """Return the box of every input; raises InputError for bounds or shapes that do not fit."""
    given = bounds if isinstance(bounds, Mapping) else dict.fromkeys(graph.inputs, bounds)
    for kind, names in (("bounds", given), ("shapes", shapes)):
        unknown = sorted(set(names) - set(graph.inputs))
        if unknown:
            raise InputError(f"the {kind} name {unknown[0]!r}; the inputs are {', '.join(graph.inputs)}")
    boxes = {}
    for name, (dtype, sizes) in graph.inputs.items():
        shape = _static_shape(name, sizes, shapes)
        if name not in given:
            raise InputError(f"the input {name!r} has no bounds")
        if dtype.kind != "f":
            raise InputError(f"the input {name!r} is {dtype}: only floats can be bounded")
        boxes[name] = Box(*_ends(name, shape, given[name]), dtype)
    return boxes


def _static_shape(name: str, shape: Sequence[int | None], shapes: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    if name in shapes:
        given = tuple(int(size) for size in shapes[name])
        if not fits(given, shape):
            raise InputError(f"the input {name!r} has the shape {show(shape)}, which {show(given)} does not fit")
        return given
    sizes = [1 if axis == 0 and size is None else size for axis, size in enumerate(shape)]
    if None in sizes:
        raise InputError(f"the input {name!r} has the shape {show(shape)}: say which by shapes")
    return tuple(size for size in sizes if size is not None)


def _ends(name: str, shape: tuple[int, ...], bounds: BoundsLike) -> tuple[Array, Array]:
    try:
        low, high = bounds
        lo, hi = (np.broadcast_to(np.asarray(end, np.float64), shape) for end in (low, high))
    except (TypeError, ValueError):
        raise InputError(
            f"bounds are (lo, hi), numbers or arrays of shape {show(shape)}: {name!r} has others"
        ) from None
    if not (np.all(np.isfinite(lo)) and np.all(np.isfinite(hi)) and np.all(lo <= hi)):
        raise InputError(f"bounds are finite, the lower at most the upper: those of {name!r} are not")
    return lo, hi


def _precedes(a: Graph, b: Graph) -> bool:
    """Put two models in an order of their own, so that the bound does not depend on that of the arguments."""
    ranks = [(_quantizers(x), -_lacking(x, y), len(x.nodes)) for x, y in ((a, b), (b, a))]
    return ranks[0] < ranks[1] or (ranks[0] == ranks[1] and _fingerprint(a) <= _fingerprint(b))


def _quantizers(graph: Graph) -> int:
    return sum(node.op == "QuantizeLinear" for node in graph.nodes)


def _lacking(graph: Graph, other: Graph) -> int:
    """Count the MaxPools whose tensor the other model computes in another way."""
    producers = other.producers
    pools = (node.outputs[0] for node in graph.nodes if node.op == "MaxPool")
    return sum(name in producers and producers[name].op != "MaxPool" for name in pools)


def _fingerprint(graph: Graph) -> int:
    total = 0
    for node in graph.nodes:
        total = zlib.crc32(repr((node.op, node.inputs, node.outputs, dict(node.attributes))).encode(), total)
    for name, array in sorted(graph.constants.items()):
        total = zlib.crc32(array.tobytes(), zlib.crc32(name.encode(), total))
    return total


def _reversed(found: DeviationBound) -> DeviationBound:
    """Return the bound of the opposite difference."""
    other: dict[Model, Model] = {"original": "rewritten", "rewritten": "original", "both": "both"}
    outputs = {
        name: output
        if output.lower is None or output.upper is None
        else replace(
            output,
            lower=-output.upper,
            upper=-output.lower,
            largest=output.largest[::-1],
            margins=output.margins[::-1],
        )
        for name, output in found.outputs.items()
    }
    return DeviationBound(outputs, tuple(replace(each, model=other[each.model]) for each in found.pooling))
