"""What may stand in for the maximum in the classifier's pooling layers, and the models that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.empirical.runner import open_runner
from theory.errors import InputError
from theory.models.scopes import attributes_of, copy_of, is_max_pool
from theory.models.sessions import with_outputs
from theory.objectives import Objective
from theory.optimal.solve import optimal_estimator
from theory.rewrite.reluify import reluify
from tools.classifier.network import BoxedEstimator

Boxes = Mapping[str, float]
"""For each MaxPool node, where its inputs are taken to end."""

MAXIMUM = "max"
_ORDERS = {
    "average": "1",
    **{f"range {orders}": orders for orders in ("1,d-1", "d-2,d-1", "1,d-2,d-1", "1-d-1")},
    **{f"cube {orders}": orders for orders in ("0", "0,1", "0,1,d-1", "0,1,d-2,d-1", "0-d-1")},
}
REPLACEMENTS = (MAXIMUM, *_ORDERS)
"""Names of all that are compared, with their orders. The average is the optimal range-relative estimator of order 1."""


def _objective(replacement: str) -> Objective:
    return "cube" if replacement.startswith("cube") else "range"


def pooling_nodes(model: Any) -> dict[str, Any]:
    """Return the MaxPool nodes of a model by name."""
    return {node.name: node for node in model.graph.node if is_max_pool(node)}


def pooling_inputs(model: Any, images: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[np.float64]]:
    """Return what comes to each MaxPool of a model, by the name of the node."""
    tensors = {name: node.input[0] for name, node in pooling_nodes(model).items()}
    values = open_runner(model, device="cpu").with_outputs(list(tensors.values())).run(images)
    return {name: values[tensor].astype(np.float64) for name, tensor in tensors.items()}


def calibrate(model: Any, images: npt.NDArray[np.float32]) -> dict[str, float]:
    """Return the largest input of each pooling layer over some images, with max pooling.

    Calibration certifies nothing: other images may have larger ones.
    """
    return {name: float(values.max()) for name, values in pooling_inputs(model, images).items()}


def estimators_of(model: Any, replacement: str, layers: str, boxes: Boxes) -> dict[str, BoxedEstimator]:
    """Return the optimal estimators in the place of the MaxPool nodes, by name; none where the maximum stays.

    The replacement is one of :data:`REPLACEMENTS`, the layers are ``"both"`` or the name of a MaxPool; an estimator f
    of the cube becomes box * f(x / box).

    Examples
    --------
    >>> from theory.empirical.digits import shipped_model
    >>> from tools.classifier.network import read_classifier
    >>> estimators = estimators_of(read_classifier(shipped_model()), "range 1,d-1", "both", {})
    >>> [(name, str(estimator.error), box) for name, (estimator, box) in estimators.items()]
    [('pool_1', '1/18', 1.0), ('pool_2', '1/8', 1.0)]
    """
    nodes = pooling_nodes(model)
    if replacement not in REPLACEMENTS:
        raise InputError(f"a replacement is one of {', '.join(REPLACEMENTS)}, not {replacement!r}")
    if layers not in ("both", *nodes):
        raise InputError(f"the layers are both, {', '.join(nodes)}, not {layers!r}")
    if replacement == MAXIMUM:
        return {}
    found: dict[str, BoxedEstimator] = {}
    for name in nodes if layers == "both" else [layers]:
        size, objective = int(np.prod(attributes_of(nodes[name])["kernel_shape"])), _objective(replacement)
        estimator = optimal_estimator(size, _ORDERS[replacement], objective=objective)
        found[name] = estimator, boxes[name] if objective == "cube" else 1.0
    return found


def replace_pooling(model: Any, replacement: str, layers: str, boxes: Boxes) -> Any:
    """Return a model whose MaxPool nodes, both of them or one, are replaced by ReLUs (:func:`theory.reluify`).

    Takes what :func:`estimators_of` takes and raises what it raises.
    """
    replaced = estimators_of(model, replacement, layers, boxes)
    if not replaced:
        return model
    objective = _objective(replacement)
    bounds = {name: (0.0, box) for name, box in boxes.items()} if objective == "cube" else None
    rewritten = reluify(model, orders=_ORDERS[replacement], style="feedforward", objective=objective, bounds=bounds)
    return _restored(rewritten, [node for name, node in pooling_nodes(model).items() if name not in replaced])


def _restored(model: Any, kept: Sequence[Any]) -> Any:
    """Put nodes back in the place of those that compute the same tensors, and drop what is not needed any more."""
    nodes = {node.output[0]: node for node in (*model.graph.node, *kept)}
    order = list(dict.fromkeys(node.output[0] for node in model.graph.node))
    needed = {value.name for value in model.graph.output}
    for output in reversed(order):
        if output in needed:
            needed.update(nodes[output].input)
    restored = copy_of(model)
    del restored.graph.node[:]
    restored.graph.node.extend(nodes[output] for output in order if output in needed)
    return restored


def with_output(model: Any, tensor: str) -> Any:
    """Return a copy of a model that has one more output."""
    from onnx.shape_inference import infer_shapes

    return infer_shapes(with_outputs(model, [tensor]))
