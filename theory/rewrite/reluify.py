"""MaxPool nodes of an ONNX model replaced by ReLUs, every other node left as it is.

The model is edited as the protocol buffer that it is: what this module does not know (functions, quantization
annotations, training information, metadata, attributes of the future) passes through untouched, and weights are neither
parsed nor copied more than once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from theory.combination import Subsets
from theory.errors import InputError, RewritingError
from theory.models.files import check_is_model, load_model
from theory.models.inference import typed_scopes
from theory.models.scopes import Names, Scope, attributes_of, copy_of, import_onnx, is_max_pool, names_in, node_label
from theory.models.values import ValueInfo
from theory.models.windows import writes_padding_out
from theory.networks.circuit import Domain
from theory.notation import Orders
from theory.objectives import Objective
from theory.rewrite.calibration import measure_bounds
from theory.rewrite.changes import Changes, apply_changes
from theory.rewrite.emitter import Emitter, Room
from theory.rewrite.options import Construction, Padding, ReluifyOptions, Style
from theory.rewrite.padding import Source
from theory.rewrite.peaks import compared_with_input
from theory.rewrite.pooling import Pooling, Replacement
from theory.rewrite.pooling_nodes import Layer, read_layer, takes_maxima
from theory.rewrite.records import PoolingRecord, Rewriting, StayingNode
from theory.rewrite.replacement import choose_replacement
from theory.rewrite.signs import lower_bound


def reluify(
    model: Any,
    *,
    orders: Orders | Mapping[str | None, Orders] = ReluifyOptions.orders,
    subsets: Subsets | Mapping[str | None, Subsets] | None = ReluifyOptions.subsets,
    style: Style | None = ReluifyOptions.style,
    construction: Construction = ReluifyOptions.construction,
    objective: Objective = ReluifyOptions.objective,
    dense: bool = ReluifyOptions.dense,
    float64: bool = ReluifyOptions.float64,
    bounds: Mapping[str, Any] | Iterable[Any] | None = ReluifyOptions.bounds,
    calibrate: Iterable[Mapping[str, Any]] | None = ReluifyOptions.calibrate,
    padding: Padding = ReluifyOptions.padding,
    largest_window: int | None = ReluifyOptions.largest_window,
    undilated: bool = ReluifyOptions.undilated,
    tool: str | None = ReluifyOptions.tool,
    force: bool = ReluifyOptions.force,
) -> Any:
    """Replace every MaxPool of an ONNX model by ReLUs.

    Parameters
    ----------
    model : ModelProto or path
        It is not changed. From a file it is read with its external data.
    orders : "exact", str, iterable of int or mapping
        ``"exact"`` for the maximum; else the orders of the estimator in its place, as numbers or in the notation of
        :func:`theory.notation.check_orders`, which may refer to each window's size: ``"1,d-1"``. Or a mapping of node
        name to these, None for all other nodes.
    subsets : str, iterable of collections of int, or mapping, optional
        The best combination of maxima over these parts of each window takes the place of the maximum over all of it, as
        :func:`theory.optimal_combination` has it: ``"2x3,3x2"`` for all smaller windows of these shapes, or positions
        in the window, which have equal steps along each axis. Or a mapping of node name to these, None for all other
        nodes, of which the maximum stays exact.
    style : {"skip", "feedforward", "pools"}, optional
        By default that of the tool, or ``"pools"`` with subsets, else ``"skip"``.
        ``"skip"``: max(a, b) = b + relu(a - b), one ReLU for each comparison. ``"feedforward"``: Conv and Relu by
        turns; a Pad before the first where a padded input may be negative. ``"pools"``: no ReLUs, MaxPool without
        ceil_mode and auto_pad, all padding written out; with subsets, smaller MaxPools with a Conv for each shape.
    construction : {"tree", "shallow"}
        ``"shallow"`` takes fewer layers and more ReLUs: three for the maximum over 3x3.
    objective : {"range", "cube"}
        Of the estimators and combinations. ``"range"``: the error is relative to the range of each window, with no
        bounds; order 0, the empty subset, is not allowed. ``"cube"``: the error is absolute, for inputs within bounds.
    dense : bool
        Convolutions without groups, for tools that lack them.
    float64 : bool
        Compute in float64 between casts.
    bounds : (lo, hi) or mapping of node name to (lo, hi), optional
        Of the inputs of all pooling layers, or of each: for the objective ``"cube"`` and for padding ``"shift"``.
    calibrate : iterable of mappings of input name to array, optional
        Inputs of the model on which the bounds are measured that are not given for a node by its name. An error so
        found is certified on these inputs alone.
    padding : {"edge", "shift"}
        Of layers that have some, where the input may be negative. ``"edge"``: the values at the borders are repeated.
        ``"shift"``: a number below which the input never falls is taken off, the rest padded with zeros and the number
        added again, for tools that pad with zeros alone; that number is seen from the operators before the node, or
        the lower one of its bounds. It rounds the maximum, by a unit roundoff times that number.
    largest_window : int, optional
        Values along each axis that a MaxPool of style ``"pools"`` may see, 2 or more: larger windows become several
        MaxPools, one after the other.
    undilated : bool
        Convolutions without dilations, their kernels written out with zeros, for tools that lack these.
    tool : str, optional
        What the model is for: ``"marabou"`` and others (:data:`theory.rewrite.presets.PRESETS`). The style, dense,
        padding and undilated are then those that it takes; a MaxPool that the tool takes itself, and more cheaply,
        stays one.
    force : bool
        With a tool: replace what would stay, and believe in opsets and windows that the tool did not take when tried.

    Returns
    -------
    ModelProto

    Raises
    ------
    RewritingError
        If a node cannot be replaced; the message names it and says why. No node is then replaced.
    FormatError
        If the model is no valid ONNX model.
    InputError
        If an argument is malformed, or the tool takes every MaxPool of the model itself, and more cheaply.
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

    :func:`theory.rewrite.reluify.rewrite` also tells what became of each node.

    Examples
    --------
    >>> import onnx
    >>> pool = onnx.helper.make_node("MaxPool", ["x"], ["y"], name="pool", kernel_shape=[3, 3])
    >>> values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 2, None, None]) for name in "xy"]
    >>> model = onnx.helper.make_model(onnx.helper.make_graph([pool], "graph", values[:1], values[1:]))
    >>> sorted({node.op_type for node in reluify(model).graph.node})
    ['Add', 'Conv', 'Relu']
    """
    options = ReluifyOptions(
        orders,
        subsets,
        style,
        construction,
        objective,
        dense,
        float64,
        bounds,
        calibrate,
        padding,
        largest_window,
        undilated,
        tool,
        force,
    )
    return rewrite(model, options).model


def rewrite(model: Any, options: ReluifyOptions) -> Rewriting:
    """Replace every MaxPool of an ONNX model by ReLUs, as :func:`reluify` does, and tell what became of each.

    Parameters
    ----------
    model : ModelProto or path
    options : ReluifyOptions
        The options of :func:`reluify`.

    Returns
    -------
    Rewriting
        ``.model``, and ``.poolings``: a record of each.

    Raises
    ------
    RewritingError, FormatError, InputError, MissingDependencyError
        As :func:`reluify` does.
    """
    given = load_model(model) if isinstance(model, str | os.PathLike) else check_is_model(model)
    return _Rewriter(given, options).run()


_STORING = 4
"""The IR version since which a stored tensor need not be an input of the graph as well."""


class _Rewriter:
    """Replaces the nodes of a copy of one model, in place."""

    def __init__(self, model: Any, options: ReluifyOptions) -> None:
        self._onnx = import_onnx()
        self._options = options
        self._given = options.bounds_by_name()
        self._measured = {} if options.calibrate is None else measure_bounds(model, options.calibrate)
        self._model = copy_of(model)
        self._names = Names(names_in(model))
        self._room = Room()
        self._functions = {(function.domain, function.name) for function in model.functions}
        self._records: list[PoolingRecord] = []
        self._stays: list[StayingNode] = []
        self._gains = False
        """Whether something becomes what the tool takes, and was not before."""

    def run(self) -> Rewriting:
        scopes = typed_scopes(self._model)
        preset = None if self._options.force else self._options.preset
        if preset is not None:
            preset.check_opset(scopes[0].opset)
        found = {node_label(node) for scope in scopes for node in scope.nodes if self._is_pooling(node)}
        named: dict[str, Iterable[str | None]] = {
            "bounds": self._given,
            "orders": self._options.orders_by_name,
            "subsets": self._options.subsets_by_name,
        }
        for what, given in named.items():
            for name in given:
                if name is not None and name not in found:
                    raise InputError(f"there are {what} for {name!r}, but no MaxPool node of that name")
        self._compared = compared_with_input(scopes)
        # All is decided before anything changes: subgraphs are part of nodes that move when a list is replaced.
        self._changes = {id(scope.body): Changes() for scope in scopes}
        for scope in scopes:
            for index, node in enumerate(scope.nodes):
                if self._is_pooling(node):
                    self._replace(scope, index, node)
        if preset is not None and self._records and not self._gains:
            raise InputError(
                f"{preset.name} takes every MaxPool of this model itself, {preset.cheaper}: force replaces them"
            )
        for scope in reversed(scopes):
            apply_changes(scope, self._changes[id(scope.body)])
        return Rewriting(self._model, tuple(self._records), tuple(self._stays))

    def _is_pooling(self, node: Any) -> bool:
        return takes_maxima(node) and (node.domain, node.op_type) not in self._functions

    def _replace(self, scope: Scope, index: int, node: Any) -> None:
        try:
            emitter, nodes = self._emit(scope, node)
        except InputError as error:
            if not is_max_pool(node):
                self._stays.append(StayingNode(node_label(node), node.op_type, scope.place, str(error)))
                return
            where = "" if scope.place == "graph" else f" in {scope.place}"
            raise RewritingError(f"MaxPool node {node_label(node)!r}{where}: {error}") from None
        changes = self._changes[id(scope.body)]
        changes.nodes[index] = nodes
        changes.tensors += emitter.tensors

    def _emit(self, scope: Scope, node: Any) -> tuple[Emitter, list[Any]]:
        if len(node.output) > 1 and node.output[1] and scope.reads(node.output[1]):
            raise InputError("its output Indices is in use, which ReLUs cannot compute")
        name = node_label(node)
        layer = read_layer(scope, node, pools=self._options.of_node(name).bare)
        source, windows, value = layer.source, layer.windows, layer.value
        compared = (id(scope.body), node.output[0]) in self._compared
        options = self._options_for(scope, name, source, value, compared=compared)
        # An approximation rounds and may be a little below 0 where the maximum is 0.
        least = lower_bound(source.home, source.name, through_pools=self._options.exact)
        domain: Domain = "nonnegative" if least is not None and least >= 0 else "real"
        kept = self._for_tool(node, layer, domain)
        if kept:
            options = ReluifyOptions(style="pools")
        stores = scope.is_graph and self._model.ir_version >= _STORING
        emitter = Emitter(
            scope.opset, f"{name}/subpool", self._names, self._room, stores=stores, undilated=options.undilated
        )
        outer, inner = self._types(value, options)
        # Comparisons of integers are exact, and so is a MaxPool.
        sharp = options.bare or (options.compares and outer is not None and outer.kind in "iu")
        compared = compared and not sharp
        calibrated = name not in self._given and name in self._measured
        bounds = self._measured[name] if calibrated else self._given.get(name, self._given.get(None))
        replacement = choose_replacement(Pooling(windows, value, domain, inner, bounds, least), options)
        x = layer.node.enter(emitter, source.emit(emitter))
        y = self._converted(emitter, x, replacement, value, (outer, inner), options)
        y = layer.node.leave(emitter, source.emit_outside(emitter, y, outer))
        nodes = emitter.finish(y, node.output[0])
        used = replacement.bounded or (options.takes_bounds and replacement.approximate)
        self._records.append(
            PoolingRecord(
                name=name,
                place=scope.place,
                input=node.input[0],
                output=node.output[0],
                windows=windows,
                domain=domain,
                orders=replacement.orders,
                units_per_output=replacement.units_per_output,
                hidden_layers=replacement.hidden_layers,
                outputs=layer.outputs,
                error=replacement.error,
                bounds=bounds if used else None,
                calibrated=used and calibrated,
                edge_padding=replacement.edge_padding,
                shift=replacement.shift,
                pools=replacement.pools,
                kept=kept,
                combination=replacement.combination,
                op_type=node.op_type,
                float64=inner == np.float64,
                compared=compared,
                folded=self._let_go(source),
            )
        )
        return emitter, nodes

    def _for_tool(self, node: Any, layer: Layer, domain: Domain) -> bool:
        """Return whether the tool that the model is for had better be left with a MaxPool of its own."""
        preset = None if self._options.force else self._options.preset
        if preset is None:
            return False
        preset.check_windows(layer.windows)
        kept = self._options.of_node(node_label(node)).exact and preset.serves(layer.windows, domain)
        plain = is_max_pool(node) and writes_padding_out(attributes_of(node)) and not layer.source.begins
        self._gains |= not (kept and plain)
        return kept

    def _options_for(
        self, scope: Scope, name: str, source: Source, value: ValueInfo, *, compared: bool
    ) -> ReluifyOptions:
        """Return the options for a node, float64 among them where float32 has too few digits."""
        options, kinds = self._options.of_node(name), self._onnx.TensorProto
        if options.bare or (source.large is None and not compared):
            return options
        narrow = value.element in (kinds.FLOAT16, kinds.BFLOAT16, kinds.FLOAT)
        # Slice has steps since opset 10; float64 does without convolutions.
        if options.compares and narrow and scope.opset >= 10:
            return replace(options, float64=True)
        if source.large is not None and (narrow or value.element is None):
            raise InputError(
                f"its input may be of size {source.large:.3g} by padding: that takes float64 and with it opset 10, "
                "style skip, construction tree and orders exact"
            )
        return options

    def _let_go(self, source: Source) -> tuple[str, ...]:
        """Note which values may be read by nobody now, and return the Pad nodes among what computes them."""
        pads = []
        for home, value in source.passed:
            self._changes[id(home.body)].passed.append(value)
            if home.producers[value].op_type == "Pad":
                pads.append(node_label(home.producers[value]))
        return tuple(pads)

    def _converted(
        self,
        emitter: Emitter,
        x: str,
        replacement: Replacement,
        value: ValueInfo,
        types: tuple[np.dtype[Any] | None, np.dtype[Any] | None],
        options: ReluifyOptions,
    ) -> str:
        """Emit what takes the place of a node, between casts from the type of its input and back to it."""
        outer, inner = types
        if value.element is None or outer is None or inner is None:
            if options.float64:
                reason = "to which float64 would have to be cast back"
                raise InputError(f"the element type of its input is not known, {reason}")
            return replacement.emit(emitter, x)
        if inner == outer:
            return replacement.emit(emitter, x)
        y = replacement.emit(emitter, emitter.cast(x, inner))
        # Comparisons of integers are exact; approximations are none, and the shallow construction divides at the end.
        exact = not replacement.approximate and options.construction == "tree"
        if outer.kind in "iu" and not exact:
            y = _to_integers(emitter, y, outer, inner)
        return emitter.cast(y, value.element)

    def _types(self, value: ValueInfo, options: ReluifyOptions) -> tuple[np.dtype[Any] | None, np.dtype[Any] | None]:
        """Return the dtype of the node's input and that of the computation, None where they are not known."""
        if value.element is None:
            return None, None
        kinds = self._onnx.TensorProto
        if value.element not in (kinds.FLOAT16, kinds.BFLOAT16, kinds.FLOAT, kinds.DOUBLE, kinds.INT8, kinds.UINT8):
            known = value.element in kinds.DataType.values()
            name = kinds.DataType.Name(value.element).lower() if known else f"type {value.element}"
            raise InputError(f"its input holds {name}, which MaxPool does not take")
        outer = self._onnx.helper.tensor_dtype_to_np_dtype(value.element)
        if options.bare:
            return outer, outer
        wide = outer == np.float64 or options.float64
        return outer, np.dtype(np.float64 if wide else np.float32)


def _to_integers(emitter: Emitter, y: str, dtype: np.dtype[Any], inner: np.dtype[Any]) -> str:
    """Round to what an integer type holds: a cast would cut digits off, and wrap around beyond the ends."""
    limits = np.iinfo(dtype)
    ends = [emitter.constant(np.array(end, dtype=inner)) for end in (limits.min, limits.max)]
    return emitter.op("Clip", [emitter.op("Round", [y]), *ends])
