"""MaxPool nodes of an ONNX model replaced by ReLUs, every other node left as it is.

The model is edited as the protocol buffer that it is: what this module does not know (functions, quantization
annotations, training information, metadata, attributes of the future) passes through untouched, and weights are neither
parsed nor copied more than once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from math import prod
from typing import Any

import numpy as np

from theory.errors import InputError, RewritingError
from theory.models.files import check_is_model, load_model
from theory.models.inference import typed_scopes
from theory.models.scopes import Names, Scope, attributes_of, import_onnx, is_max_pool, names_in, node_label
from theory.models.skeletons import refill
from theory.models.values import ValueInfo
from theory.models.windows import Windows, read_windows
from theory.networks.circuit import Domain
from theory.objectives import RELATIVE, Objective, find_objective
from theory.rewrite.calibration import measure_bounds
from theory.rewrite.emitter import Emitter, Room
from theory.rewrite.record import Construction, PoolingRecord, Rewriting, Style
from theory.rewrite.replacement import Bounds, Options, Replacement, Replacements, bounds_by_name
from theory.rewrite.signs import is_nonnegative
from theory.subpools import LARGEST_SET


def reluify(
    model: Any,
    *,
    orders: str | Iterable[int] = "exact",
    style: Style = "skip",
    construction: Construction = "tree",
    objective: Objective = RELATIVE,
    dense: bool = False,
    float64: bool = False,
    bounds: Mapping[str, Any] | Iterable[Any] | None = None,
    calibrate: Iterable[Mapping[str, Any]] | None = None,
) -> Any:
    """Replace every MaxPool of an ONNX model by ReLUs.

    See :func:`rewrite_max_pooling`, which also tells what became of each.

    Returns
    -------
    ModelProto

    Examples
    --------
    >>> import onnx
    >>> pool = onnx.helper.make_node("MaxPool", ["x"], ["y"], name="pool", kernel_shape=[3, 3])
    >>> values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 2, None, None]) for name in "xy"]
    >>> model = onnx.helper.make_model(onnx.helper.make_graph([pool], "graph", values[:1], values[1:]))
    >>> sorted({node.op_type for node in reluify(model).graph.node})
    ['Add', 'Constant', 'Conv', 'Relu']
    """
    return rewrite_max_pooling(
        model,
        orders=orders,
        style=style,
        construction=construction,
        objective=objective,
        dense=dense,
        float64=float64,
        bounds=bounds,
        calibrate=calibrate,
    ).model


def rewrite_max_pooling(
    model: Any,
    *,
    orders: str | Iterable[int] = "exact",
    style: Style = "skip",
    construction: Construction = "tree",
    objective: Objective = RELATIVE,
    dense: bool = False,
    float64: bool = False,
    bounds: Mapping[str, Any] | Iterable[Any] | None = None,
    calibrate: Iterable[Mapping[str, Any]] | None = None,
) -> Rewriting:
    """Replace every MaxPool of an ONNX model by ReLUs, and tell what became of each.

    Parameters
    ----------
    model : ModelProto or path
        It is not changed. From a file it is read with its external data.
    orders : "exact", str or iterable of int
        ``"exact"`` for the maximum; else the orders of the estimator in its place, as numbers or in the notation of
        :func:`theory.notation.parse_orders`, which may refer to each window's size: ``"1,d-1"``.
    style : {"skip", "feedforward"}
        ``"skip"``: max(a, b) = b + relu(a - b), one ReLU for each comparison. ``"feedforward"``: Conv and Relu by
        turns; a Pad before the first where a padded input may be negative.
    construction : {"tree", "shallow"}
        ``"shallow"`` takes fewer layers and more ReLUs: three for the maximum over 3x3.
    objective : {"range", "cube"}
        Of the estimators. ``"range"``: the error is relative to the range of each window, with no bounds; order 0 is
        not allowed. ``"cube"``: the error is absolute, for inputs within bounds.
    dense : bool
        Convolutions without groups, for tools that lack them.
    float64 : bool
        Compute in float64 between casts.
    bounds : (lo, hi) or mapping of node name to (lo, hi), optional
        Of the inputs of all pooling layers, or of each: for the objective ``"cube"``.
    calibrate : iterable of mappings of input name to array, optional
        Inputs of the model on which the bounds are measured that are not given for a node by its name. An error so
        found is certified on these inputs alone.

    Returns
    -------
    Rewriting

    Raises
    ------
    RewritingError
        If a node cannot be replaced; the message names it and says why. No node is then replaced.
    FormatError
        If the model is no valid ONNX model.
    InputError
        If an argument is malformed.
    MissingDependencyError
        If onnx is not installed.

    Notes
    -----
    Inputs, outputs, opset, IR version and metadata stay, and so do the names of the values that the MaxPool nodes read
    and wrote. New names begin with that of the node, followed by ``/subpool/``.

    Of the sizes that a model says its values have, those of its inputs are believed, which a runtime checks; all others
    are inferred from these (:mod:`theory.models.inference`).

    Values are right in exact arithmetic; b + relu(a - b) rounds, with an error of about a unit roundoff times the
    largest number of the window. Infinities and NaN are not for it: inf - inf is NaN.
    """
    onnx = import_onnx()
    if isinstance(model, str | os.PathLike):
        model = load_model(model)
    check_is_model(model)
    options = Options(
        orders if isinstance(orders, str) else tuple(islice(orders, LARGEST_SET + 1)),
        style,
        construction,
        objective,
        dense,
        float64,
    )
    given = bounds_by_name(bounds)
    measured = {} if calibrate is None else measure_bounds(model, calibrate)
    rewritten = onnx.ModelProto()
    rewritten.CopyFrom(model)
    return _Rewriter(rewritten, options, given, measured).run()


class _Rewriter:
    """Replaces the nodes of one model, in place."""

    def __init__(
        self,
        model: Any,
        options: Options,
        given: Mapping[str | None, Bounds],
        measured: Mapping[str, Bounds],
    ) -> None:
        self._onnx = import_onnx()
        self._model = model
        self._options = options
        self._given = given
        self._measured = measured
        self._names = Names(names_in(model))
        self._room = Room()
        self._replacements = Replacements(options)
        self._records: list[PoolingRecord] = []

    def run(self) -> Rewriting:
        scopes = typed_scopes(self._model)
        found = {node_label(node) for scope in scopes for node in scope.nodes if is_max_pool(node)}
        for name in self._given:
            if name is not None and name not in found:
                raise InputError(f"there are bounds for {name!r}, but no MaxPool node of that name")
        # All is decided before anything changes: subgraphs are part of nodes that move when a list is replaced.
        emitted = [(scope, self._emit_scope(scope)) for scope in scopes]
        for scope, nodes in reversed(emitted):
            _replace_nodes(scope, nodes)
        return Rewriting(self._model, tuple(self._records))

    def _emit_scope(self, scope: Scope) -> dict[int, list[Any]]:
        return {index: self._replace(scope, node) for index, node in enumerate(scope.nodes) if is_max_pool(node)}

    def _replace(self, scope: Scope, node: Any) -> list[Any]:
        try:
            return self._emit(scope, node)
        except InputError as error:
            where = "" if scope.place == "graph" else f" in {scope.place}"
            raise RewritingError(f"MaxPool node {node_label(node)!r}{where}: {error}") from None

    def _emit(self, scope: Scope, node: Any) -> list[Any]:
        if len(node.output) > 1 and node.output[1] and scope.reads(node.output[1]):
            raise InputError("its output Indices is in use, which ReLUs cannot compute")
        value = scope.value(node.input[0])
        geometry = self._geometry(node, value)
        domain: Domain = "nonnegative" if is_nonnegative(scope, node.input[0], self._keeps_sign) else "real"
        emitter = Emitter(scope.opset, f"{node_label(node)}/subpool", self._names, self._room)
        outer, inner = self._types(value)
        bounds, calibrated = self._bounds(node_label(node))
        replacement = self._replacements.choose(geometry, value, domain, inner, bounds)
        x = node.input[0]
        if inner != outer or (inner is None and self._options.float64):
            x = emitter.cast(x, self._target(inner))
        y = replacement.emit(emitter, x)
        if inner != outer and value.element is not None:
            if outer is not None and outer.kind in "iu" and not self._keeps_integers(replacement):
                y = _to_integers(emitter, y, outer, inner)
            y = emitter.cast(y, value.element)
        used = not find_objective(self._options.objective).relative and replacement.orders is not None
        self._records.append(
            PoolingRecord(
                name=node_label(node),
                place=scope.place,
                input=node.input[0],
                output=node.output[0],
                geometry=geometry,
                style=self._options.style,
                construction=self._options.construction,
                domain=domain,
                orders=replacement.orders,
                objective=self._options.objective if replacement.orders is not None else None,
                units_per_output=replacement.units_per_output,
                hidden_layers=replacement.hidden_layers,
                outputs=_outputs(geometry, value),
                error=replacement.error,
                bounds=bounds if used else None,
                calibrated=used and calibrated,
                edge_padding=replacement.edge_padding,
            )
        )
        return emitter.finish(y, node.output[0])

    def _bounds(self, name: str) -> tuple[Bounds | None, bool]:
        """Return the bounds of a node's inputs, and whether they are measured ones: what is given for it goes first."""
        if name not in self._given and name in self._measured:
            return self._measured[name], True
        return self._given.get(name, self._given.get(None)), False

    def _geometry(self, node: Any, value: ValueInfo) -> Windows:
        for attribute in node.attribute:
            if attribute.ref_attr_name:
                raise InputError(f"its {attribute.name} is an attribute of the function around it")
        return read_windows(attributes_of(node), value.shape[2:] if value.shape is not None else None)

    def _types(self, value: ValueInfo) -> tuple[np.dtype[Any] | None, np.dtype[Any] | None]:
        """Return the dtype of the node's input and that of the computation, None where they are not known."""
        if value.element is None:
            return None, None
        kinds = self._onnx.TensorProto
        if value.element not in (kinds.FLOAT16, kinds.BFLOAT16, kinds.FLOAT, kinds.DOUBLE, kinds.INT8, kinds.UINT8):
            known = value.element in kinds.DataType.values()
            name = kinds.DataType.Name(value.element).lower() if known else f"type {value.element}"
            raise InputError(f"its input holds {name}, which MaxPool does not take")
        outer = self._onnx.helper.tensor_dtype_to_np_dtype(value.element)
        wide = outer == np.float64 or self._options.float64
        return outer, np.dtype(np.float64 if wide else np.float32)

    def _target(self, inner: np.dtype[Any] | None) -> np.dtype[Any]:
        if inner is None:
            raise InputError("the element type of its input is not known, to which float64 would have to be cast back")
        return inner

    def _keeps_integers(self, replacement: Replacement) -> bool:
        # Comparisons of integers are exact; estimators are none, and the shallow construction divides at the end.
        return replacement.orders is None and self._options.construction == "tree"

    def _keeps_sign(self, node: Any) -> bool:
        # An approximation rounds and may be a little below 0 where the maximum is 0.
        return self._options.exact


def _to_integers(emitter: Emitter, y: str, dtype: np.dtype[Any], inner: np.dtype[Any] | None) -> str:
    """Round to what an integer type holds: a cast would cut digits off, and wrap around beyond the ends."""
    limits = np.iinfo(dtype)
    ends = [emitter.constant(np.array(end, dtype=inner)) for end in (limits.min, limits.max)]
    return emitter.op("Clip", [emitter.op("Round", [y]), *ends])


def _outputs(geometry: Windows, value: ValueInfo) -> int | None:
    """Count the outputs for one sample of a batch."""
    if value.shape is None:
        return None
    channels, *extents = value.shape[1:]
    if channels is None or None in extents:
        return None
    return channels * prod(axis.outputs(n) for axis, n in zip(geometry.axes, extents, strict=True) if n is not None)


def _replace_nodes(scope: Scope, replaced: Mapping[int, Sequence[Any]]) -> None:
    """Put new nodes in the place of old ones, and forget types of values that are no more."""
    if not replaced:
        return
    gone = {name for index in replaced for name in scope.nodes[index].output[1:] if name}
    nodes: list[Any] = []
    for index, node in enumerate(scope.nodes):
        nodes += replaced.get(index, [node])
    refill(scope.nodes, nodes)
    if scope.is_graph and gone:
        refill(scope.body.value_info, [value for value in scope.body.value_info if value.name not in gone])
