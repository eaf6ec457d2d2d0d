"""Nine image classifiers with seeded weights: the graphs that the onnx package carries, made to compute something.

The onnx package ships AlexNet, DenseNet-121, Inception v1 and v2, ResNet-50, ShuffleNet, SqueezeNet, VGG-19 and
ZFNet-512 as graphs whose weights are constants generated in the graph, so that every output is the same. Here

- weights of Conv and Gemm are He-normal (He, Zhang, Ren, Sun 2015): standard deviation sqrt(2 / fan-in);
- batch normalisation gets the mean and variance that a batch of seeded images has where it stands;
- the last linear layer is standardised over that batch: each logit has mean 0, and the standard
  deviations average 1. Random deep networks map all images to nearly the same point, and this spreads them again, so
  that the top class varies.

``python -m benchmarks.architectures --out DIR`` writes all nine.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import InputError, MissingDependencyError

_FILES = {
    "alexnet": "light_bvlc_alexnet",
    "densenet121": "light_densenet121",
    "inception_v1": "light_inception_v1",
    "inception_v2": "light_inception_v2",
    "resnet50": "light_resnet50",
    "shufflenet": "light_shufflenet",
    "squeezenet": "light_squeezenet",
    "vgg19": "light_vgg19",
    "zfnet512": "light_zfnet512",
}

IMAGE_SHAPE = (3, 224, 224)

_IR_VERSION = 8
"""Since version 4 weights need not be inputs as well, which would keep a runtime from folding them."""

_CALIBRATION_IMAGES = 8
_SPREAD = 0.1
"""Standard deviation of what stands for learnt offsets and, around 1, for learnt scales."""

Array = npt.NDArray[np.float32]


def names() -> tuple[str, ...]:
    """Return the names of the nine architectures."""
    return tuple(_FILES)


def images(count: int, *, seed: int = 0) -> Array:
    """Return seeded images of shape (count, 3, 224, 224), mean 0 and variance 1 each.

    Their amplitude spectrum falls as 1/f, as it does in photographs: white noise has no structure that survives the
    strides of a classifier.
    """
    rng = np.random.default_rng(seed)
    height, width = IMAGE_SHAPE[1:]
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    amplitude = 1 / np.maximum(frequency, 1 / max(height, width))
    noise = np.fft.rfft2(rng.standard_normal((count, *IMAGE_SHAPE)))
    pictures = np.fft.irfft2(noise * amplitude, s=(height, width))
    axes = (1, 2, 3)
    pictures -= pictures.mean(axes, keepdims=True)
    pictures /= pictures.std(axes, keepdims=True)
    return pictures.astype(np.float32)


def load(name: str, *, seed: int = 0) -> Any:
    """Return one of the architectures with seeded weights.

    Parameters
    ----------
    name : str
        One of :func:`names`.
    seed : int

    Returns
    -------
    onnx.ModelProto
        Opset 9, one float32 input of shape (1, 3, 224, 224), 1000 outputs. The graph is the shipped one, the generated
        constants replaced by initialisers. The same seed gives the same weights, up to the rounding of the runtime
        that calibrates.

    Raises
    ------
    InputError
        If there is no such architecture.
    MissingDependencyError
        If onnx or onnxruntime is not installed.
    """
    if name not in _FILES:
        raise InputError(f"the architectures are {', '.join(_FILES)}; there is no {name!r}")
    try:
        import onnx
    except ImportError:
        raise MissingDependencyError('the architectures need onnx: pip install "subpool[onnx]"') from None
    source = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / f"{_FILES[name]}.onnx"
    model = onnx.load(source)
    _Weights(model, np.random.default_rng(seed)).install()
    _calibrate(model, seed)
    onnx.checker.check_model(model, full_check=True)
    return model


class _Weights:
    """The generated constants of a graph, replaced by random initialisers."""

    def __init__(self, model: Any, rng: np.random.Generator) -> None:
        self._model = model
        self._graph = model.graph
        self._rng = rng
        self._readers: dict[str, list[tuple[Any, int]]] = {}
        for node in self._graph.node:
            for position, value in enumerate(node.input):
                self._readers.setdefault(value, []).append((node, position))

    def install(self) -> None:
        import onnx

        graph = self._graph
        shapes = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        generators = [node for node in graph.node if node.op_type == "ConstantOfShape"]
        for node in generators:
            shape = tuple(int(size) for size in shapes[node.input[0]])
            array = self._draw(node.output[0], shape)
            graph.initializer.append(onnx.numpy_helper.from_array(array.astype(np.float32), node.output[0]))
            graph.node.remove(node)
        used = {value for node in graph.node for value in node.input}
        kept = [tensor for tensor in graph.initializer if tensor.name in used]
        stored = {tensor.name for tensor in graph.initializer}
        inputs = [value for value in graph.input if value.name not in stored]
        for field, values in ((graph.initializer, kept), (graph.input, inputs)):
            del field[:]
            field.extend(values)
        self._model.ir_version = _IR_VERSION

    def _draw(self, name: str, shape: tuple[int, ...]) -> npt.NDArray[np.floating]:
        node, position = self._readers[name][0]
        while node.op_type in ("Unsqueeze", "Reshape"):
            node, position = self._readers[node.output[0]][0]
        normal = self._rng.standard_normal(shape, dtype=np.float32)
        if node.op_type in ("Conv", "Gemm") and position == 1:
            return normal * np.sqrt(2 / _fan_in(node, shape), dtype=np.float32)
        if node.op_type == "Mul" or (node.op_type == "BatchNormalization" and position == 1):
            return 1 + _SPREAD * normal
        return _SPREAD * normal


def _fan_in(node: Any, shape: tuple[int, ...]) -> int:
    transposed = any(a.name == "transB" and a.i for a in node.attribute)
    if node.op_type == "Gemm" and not transposed:
        return shape[0]
    return int(np.prod(shape[1:]))


def _calibrate(model: Any, seed: int) -> None:
    """Set the statistics of batch normalisation, and standardise the last linear layer."""
    import onnx

    initializers = {tensor.name: tensor for tensor in model.graph.initializer}
    last = [node for node in model.graph.node if node.op_type in ("Conv", "Gemm")][-1]
    *statistics, logits = _observe(model, last.output[0], seed)
    normalisations = [node for node in model.graph.node if node.op_type == "BatchNormalization"]
    for position, node in enumerate(normalisations):
        for name, value in zip(node.input[3:5], statistics[2 * position : 2 * position + 2], strict=True):
            initializers[name].CopyFrom(onnx.numpy_helper.from_array(value.ravel(), name))
    rows = np.moveaxis(logits, 1, 0).reshape(logits.shape[1], -1)
    centre = rows.mean(1)
    # SqueezeNet averages its logits over the pixels after a Relu, which would turn the spread of a class into its mean.
    # There each class has pixels enough for a variance of its own.
    deviation = rows.std(1)
    scale = 1 / (deviation if logits.ndim > 2 and logits[0, 0].size > 1 else np.full_like(deviation, deviation.mean()))
    makers = {node.output[0]: node for node in model.graph.node}
    for position, shift in ((1, np.float32(0)), (2, centre)):
        name = last.input[position]
        while name in makers:  # the weights of Inception v1 pass a Reshape
            name = makers[name].input[0]
        # The classes lie along the first axis of a Conv's weights, and of a Gemm's in all nine (transB).
        stored = onnx.numpy_helper.to_array(initializers[name])
        array = ((stored.reshape(len(scale), -1) - np.reshape(shift, (-1, 1))) * scale[:, None]).reshape(stored.shape)
        initializers[name].CopyFrom(onnx.numpy_helper.from_array(array.astype(np.float32), name))


def _observe(model: Any, logits: str, seed: int) -> list[Array]:
    """Run a batch of images; return mean and variance before each batch normalisation, and the named tensor."""
    import onnx

    try:
        import onnxruntime
    except ImportError:
        raise MissingDependencyError('the architectures need onnxruntime: pip install "subpool[onnx]"') from None
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = copy.graph
    batched = [node for node in graph.node for node in _normalised(node)]
    del graph.node[:]
    graph.node.extend(batched)
    outputs = [name for node in batched if node.op_type == "ReduceMean" for name in node.output]
    del graph.output[:]
    graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in (*outputs, logits))
    graph.input[0].type.tensor_type.shape.dim[0].dim_param = "N"
    targets = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for tensor in graph.initializer:
        shape = onnx.numpy_helper.to_array(tensor)
        if tensor.name in targets and shape[0] == 1:
            # 0 copies the size of the batch, for which the graph was written with 1.
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.array([0, *shape[1:]], np.int64), tensor.name))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(copy.SerializeToString(), options, providers=["CPUExecutionProvider"])
    values: list[Array] = session.run(None, {graph.input[0].name: images(_CALIBRATION_IMAGES, seed=seed)})
    return values


def _normalised(node: Any) -> Iterator[Any]:
    """Yield a node, or for a batch normalisation nodes that take the statistics of the batch itself."""
    import onnx

    if node.op_type != "BatchNormalization":
        yield node
        return
    x, scale, offset, _, _ = node.input
    y = node.output[0]
    make = onnx.helper.make_node
    epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
    yield make("ReduceMean", [x], [f"{y}/mean"], axes=[0, 2, 3])
    yield make("Sub", [x, f"{y}/mean"], [f"{y}/centred"])
    yield make("Mul", [f"{y}/centred", f"{y}/centred"], [f"{y}/square"])
    yield make("ReduceMean", [f"{y}/square"], [f"{y}/variance"], axes=[0, 2, 3])
    tiny = onnx.numpy_helper.from_array(np.array([epsilon], np.float32))
    yield make("Constant", [], [f"{y}/epsilon"], value=tiny)
    yield make("Add", [f"{y}/variance", f"{y}/epsilon"], [f"{y}/shifted"])
    yield make("Sqrt", [f"{y}/shifted"], [f"{y}/deviation"])
    yield make("Div", [f"{y}/centred", f"{y}/deviation"], [f"{y}/standard"])
    for name, value in (("scale", scale), ("offset", offset)):
        yield make("Unsqueeze", [value], [f"{y}/{name}"], axes=[1, 2])
    yield make("Mul", [f"{y}/standard", f"{y}/scale"], [f"{y}/scaled"])
    yield make("Add", [f"{y}/scaled", f"{y}/offset"], [y])


def main() -> None:
    """Write the architectures as files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", required=True, metavar="DIR", help="the folder to write to, made if missing")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(_FILES)}")
    options = parser.parse_args()
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    for name in options.names or names():
        target = folder / f"{name}.onnx"
        beside = target.with_suffix(".part")
        beside.write_bytes(load(name, seed=options.seed).SerializeToString())
        beside.replace(target)
        print(f"{target}  {target.stat().st_size / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
