"""A classifier in ONNX as a function that JAX differentiates, with other pooling in the place of its own.

The ONNX model is the one description of the network. Here its nodes are run one after another, and its weights are
fitted; a test compares the values with those of onnxruntime.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.empirical.digits import Part, Split
from theory.empirical.pooling.geometry import windows
from theory.empirical.pooling.layer import weigh_by_rank
from theory.empirical.training.trainer import Fitted, Recipe, fit, load_jax
from theory.errors import FormatError, InputError
from theory.estimator import Estimator
from theory.models.files import load_model
from theory.models.scopes import attributes_of, copy_of, import_onnx
from theory.progress import Progress, unwatched

_Array = Any
"""A JAX array, or a NumPy array that JAX takes for one."""
Weights = dict[str, _Array]
"""The initializers of a model by name."""
BoxedEstimator = tuple[Estimator, float]
"""An estimator f and a box b: b f(x / b) pools. The box multiplies the intercept and nothing else."""
Poolings = dict[str, tuple[_Array, _Array]]
"""For each MaxPool node the weights of the order statistics of its windows, shape (d,), and the intercept."""


def read_classifier(path: str | os.PathLike[str]) -> Any:
    """Read an ONNX model from ``image``, (N, 1, 8, 8), to ``logits``, (N, 10), whose nodes are known here.

    Raises
    ------
    InputError, FormatError, MissingDependencyError
        If the file cannot be read, is no such model, or onnx is not installed.

    Examples
    --------
    >>> from theory.empirical.digits import shipped_model
    >>> sum(weight.size for weight in weights_of(read_classifier(shipped_model())).values())
    6090
    """
    model = load_model(path)
    names = [[value.name for value in values] for values in (model.graph.input, model.graph.output)]
    if names != [["image"], ["logits"]]:
        raise FormatError(f"{path} is no classifier of digits, from image to logits, but from {names[0]} to {names[1]}")
    for node in model.graph.node:
        _check_node(node, attributes_of(node))
    return model


def weights_of(model: Any) -> Weights:
    """Return the weights of a model as NumPy arrays."""
    onnx = import_onnx()
    return {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def with_weights(model: Any, weights: Mapping[str, _Array]) -> Any:
    """Return a copy of a model in which the initializers of these names have these values."""
    onnx, copy = import_onnx(), copy_of(model)
    for tensor in copy.graph.initializer:
        if tensor.name in weights:
            value = np.asarray(weights[tensor.name], dtype=np.float32)
            tensor.CopyFrom(onnx.numpy_helper.from_array(value, tensor.name))
    return copy


class Network:
    """A model as a function of its weights, of images, and of what pools.

    Every pooling is given by numbers w, c, those of c + sum_k w_k x_(k) of the order statistics of a window; so all of
    them are the same function, compiled once. It is made by :func:`network_of`.
    """

    def __init__(self, nodes: Iterable[Any]) -> None:
        self._nodes = [(node, attributes_of(node)) for node in nodes]

    def poolings(self, estimators: Mapping[str, BoxedEstimator]) -> Poolings:
        """Return the numbers of all MaxPool nodes by name: of an estimator where there is one, else of the maximum."""
        found = {}
        for node, attributes in self._nodes:
            if node.op_type == "MaxPool":
                maximum = np.eye(int(np.prod(attributes["kernel_shape"])), dtype=np.float32)[-1]
                found[node.name] = maximum, np.float32(0)
        for name, (estimator, box) in estimators.items():
            weights = np.array([float(weight) for weight in estimator.order_statistic_weights], dtype=np.float32)
            found[name] = weights, np.float32(box * float(estimator.intercept))
        return found

    def tensors(self, weights: Weights, images: _Array, poolings: Poolings) -> dict[str, _Array]:
        """Return all tensors by name."""
        values = {**weights, "image": images}
        for node, attributes in self._nodes:
            inputs = [values[name] for name in node.input]
            values[node.output[0]] = _run_node(node.op_type, attributes, inputs, poolings.get(node.name))
        return values

    def loss(self, weights: Weights, poolings: Poolings, batch: tuple[_Array, _Array]) -> _Array:
        """Return the mean cross-entropy on some images and their labels."""
        jax, (images, labels) = load_jax(), batch
        chances = jax.nn.log_softmax(self.tensors(weights, images, poolings)["logits"])
        return -jax.numpy.take_along_axis(chances, labels[:, None], axis=-1).mean()

    def error(self, weights: Weights, validation: tuple[Poolings, tuple[_Array, _Array]]) -> _Array:
        """Return the loss on validation images."""
        return self.loss(weights, *validation)


def network_of(model: Any) -> Network:
    """Return the function of a model that :func:`read_classifier` returns.

    Models that differ in their weights alone have one and the same, so that what is compiled for one serves the others.
    """
    return _network(tuple(node.SerializeToString(deterministic=True) for node in model.graph.node))


@lru_cache(maxsize=8)
def _network(nodes: tuple[bytes, ...]) -> Network:
    return Network(map(import_onnx().NodeProto.FromString, nodes))


_TAKEN: Mapping[str, set[str]] = {
    "Conv": {"kernel_shape", "pads"},
    "Relu": set(),
    "MaxPool": {"kernel_shape", "strides", "pads"},
    "Flatten": {"axis"},
    "Gemm": {"transB"},
}
"""The operators that are known here, and their attributes."""


def _check_node(node: Any, attributes: Mapping[str, Any]) -> None:
    inputs = 3 if node.op_type in ("Conv", "Gemm") else 1
    taken = node.op_type in _TAKEN and set(attributes) <= _TAKEN[node.op_type] and len(node.input) == inputs
    if not taken or attributes.get("axis", 1) != 1 or (node.op_type == "Gemm" and attributes.get("transB") != 1):
        raise FormatError(
            f"a classifier is made of plain {', '.join(_TAKEN)}, but node {node.name!r} is {node.op_type} with "
            f"{len(node.input)} inputs and {', '.join(attributes) or 'no attributes'}"
        )


def _run_node(kind: str, attributes: Mapping[str, Any], inputs: Sequence[_Array], pooling: Any) -> _Array:
    x, *weights = inputs
    match kind:
        case "Conv":
            return _convolve(x, weights[0], weights[1], attributes.get("pads", (0, 0, 0, 0)))
        case "MaxPool":
            return weigh_by_rank(load_jax().numpy, windows(x, **attributes), *pooling)
        case "Gemm":
            return x @ weights[0].T + weights[1]
        case "Flatten":
            return x.reshape(x.shape[0], -1)
    return load_jax().nn.relu(x)


def _convolve(x: _Array, weights: _Array, bias: _Array, pads: Sequence[int]) -> _Array:
    """Convolve by a product of matrices: for several seeds at once much faster than XLA's grouped convolutions."""
    top, left, bottom, right = pads
    padded = load_jax().numpy.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    taps = windows(padded, weights.shape[2:])
    products = load_jax().numpy.einsum("nchwk,ock->nohw", taps, weights.reshape(*weights.shape[:2], -1))
    return products + bias[:, None, None]


@dataclass(frozen=True)
class Schedule:
    """How weights are fitted: Adam, with a learning rate that falls from ``rate`` to 0 along half a cosine.

    What does not fill a batch of images is left out of an epoch. Each image is moved by up to ``shift`` pixels along
    both axes, at random, each time it is seen.
    """

    epochs: int
    rate: float
    batch: int = 47
    shift: int = 1


def initial_weights(model: Any, seed: int) -> Weights:
    """Draw weights: normal with variance 2 / fan-in (He et al. 2015), biases 0."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, value in weights_of(model).items():
        fan_in = value.size // len(value)
        drawn = rng.standard_normal(value.shape) * np.sqrt(2 / fan_in) if value.ndim > 1 else np.zeros(value.shape)
        weights[name] = drawn.astype(np.float32)
    return weights


def fit_weights(
    network: Network,
    poolings: Poolings,
    starts: Sequence[Weights],
    split: Split,
    schedule: Schedule,
    seeds: Sequence[int],
    progress: Progress = unwatched,
) -> Fitted:
    """Fit all weights, once for each seed; keep those of the epoch with the least validation loss, or of the start.

    A seed has weights to start from, and orders and shifts the training images; the test images are not used. Progress
    counts epochs.
    """
    steps, validation = len(split.train) // schedule.batch, (split.validation.images, split.validation.labels)
    if not steps:
        raise InputError(f"a batch is {schedule.batch} images, but there are {len(split.train)} to train on")
    return fit(
        Recipe(network.loss, network.error, schedule.rate, steps, falls_over=schedule.epochs * steps),
        _stacked(starts),
        _stacked([poolings] * len(seeds)),
        _epochs(split.train, schedule, steps, [np.random.default_rng([seed, 1]) for seed in seeds]),
        _stacked([(poolings, validation)] * len(seeds)),
        lambda epoch: progress(epoch, schedule.epochs),
    )


def _stacked(trees: Iterable[Any]) -> Any:
    """Give trees of arrays a first axis together."""
    return load_jax().tree.map(lambda *arrays: np.stack(arrays), *trees)


def _epochs(part: Part, schedule: Schedule, steps: int, rngs: Sequence[np.random.Generator]) -> Iterator[Any]:
    for _ in range(schedule.epochs):
        yield _stacked(_stacked(_batches(part, schedule, steps, rng)) for rng in rngs)


def _batches(
    part: Part, schedule: Schedule, steps: int, rng: np.random.Generator
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]]:
    order = rng.permutation(len(part))
    for step in range(steps):
        chosen = order[step * schedule.batch : (step + 1) * schedule.batch]
        yield _shifted(part.images[chosen], schedule.shift, rng), part.labels[chosen]


def _shifted(images: npt.NDArray[np.float32], shift: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Move each image by up to ``shift`` pixels along both axes; what comes in is empty."""
    height, width = images.shape[-2:]
    padded = np.pad(images, ((0, 0), (0, 0), (shift, shift), (shift, shift)))
    down, right = rng.integers(0, 2 * shift + 1, (2, len(images)))
    rows, columns = down[:, None] + np.arange(height), right[:, None] + np.arange(width)
    moved = padded[np.arange(len(images))[:, None, None], 0, rows[:, :, None], columns[:, None, :]]
    return np.asarray(moved[:, None])
