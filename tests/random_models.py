"""Random small ONNX models with max pooling, and the deviation of two models on many inputs."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSET = 17


class ModelBuilder:
    """A chain of nodes with weights drawn from a generator."""

    def __init__(self, rng, channels, size, dtype=np.float32, opset=OPSET):
        self.rng, self.dtype, self.opset = rng, np.dtype(dtype), opset
        self.nodes, self.weights = [], []
        self.value, self.channels, self.size = "x", channels, size
        self.input_shape = ["N", channels, size, size]

    def weight(self, array, dtype=None):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array, dtype or self.dtype), name))
        return name

    def add(self, op, *inputs, source=None, **attributes):
        name = f"{op.lower()}_{len(self.nodes)}"
        source = self.value if source is None else source
        self.nodes.append(helper.make_node(op, [source, *inputs], [f"{name}_out"], name=name, **attributes))
        self.value = f"{name}_out"
        return self.value

    def normal(self, *shape):
        return self.rng.standard_normal(shape)

    def conv(self, out, kernel=3, group=1, *, bias=True):
        fan_in = self.channels // group * kernel**2
        weights = self.normal(out, self.channels // group, kernel, kernel) * np.sqrt(2 / fan_in)
        extra = [self.weight(0.3 * self.normal(out))] if bias else []
        self.add("Conv", self.weight(weights), *extra, pads=[kernel // 2] * 4, group=group)
        self.channels = out

    def batch_normalization(self):
        parts = [1 + 0.2 * self.normal(self.channels), self.normal(self.channels), self.normal(self.channels)]
        self.add("BatchNormalization", *map(self.weight, parts), self.weight(0.5 + self.rng.random(self.channels)))

    def pool(self, op, kernel, stride, pads=(0, 0, 0, 0)):
        self.add(op, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=list(pads))
        self.size = (self.size + pads[0] + pads[2] - kernel) // stride + 1

    def residual(self):
        before = self.value
        self.conv(self.channels)
        self.add("Add", before)

    def branches(self):
        before, channels = self.value, self.channels
        self.conv(2, 1)
        first = self.value
        self.value, self.channels = before, channels
        self.pool("MaxPool", 3, 1, (1, 1, 1, 1))
        self.add("Concat", first, axis=1)
        self.channels = channels + 2

    def head(self, classes=3):
        if self.rng.random() < 0.5:
            self.add("GlobalAveragePool")
            features = self.channels
        else:
            features = self.channels * self.size**2
        self.add("Flatten")
        self.add("Gemm", self.weight(self.normal(classes, features) / np.sqrt(features)),
                 self.weight(self.normal(classes)), transB=1)  # fmt: skip
        if self.rng.random() < 0.5:
            self.add("Softmax", axis=1)

    def model(self):
        kind = helper.np_dtype_to_tensor_dtype(self.dtype)
        graph = helper.make_graph(
            self.nodes,
            "random",
            [helper.make_tensor_value_info("x", kind, self.input_shape)],
            [helper.make_tensor_value_info(self.value, kind, None)],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        return onnx.shape_inference.infer_shapes(model, data_prop=True)


def random_model(rng, dtype=np.float32):
    """Return a model of three to seven layers with at least one max pooling."""
    build = ModelBuilder(rng, int(rng.integers(1, 4)), int(rng.integers(6, 10)), dtype)
    layers = [
        lambda: build.conv(int(rng.integers(2, 5))),
        lambda: build.add("Relu"),
        build.batch_normalization,
        lambda: build.add("Tanh"),
        lambda: build.add("Sigmoid"),
        lambda: build.add("LRN", size=3, alpha=0.1, beta=0.75, bias=1.0),
        lambda: build.add("Clip", build.weight(-0.7), build.weight(0.9)),
        lambda: build.pool("AveragePool", 2, 1),
        lambda: build.add("Mul", build.weight(rng.standard_normal((build.channels, 1, 1)))),
        build.residual,
        build.branches,
    ]
    for i in rng.integers(0, len(layers), int(rng.integers(1, 4))):
        layers[i]()
    kernel = int(rng.integers(2, 4))
    build.pool("MaxPool", kernel, int(rng.integers(1, 3)), tuple(rng.integers(0, 2, 4)) if kernel == 3 else (0,) * 4)
    # The sizes along both axes may differ now: only layers that do not care follow.
    for i in rng.integers(0, 7, int(rng.integers(0, 3))):
        layers[i]()
    build.add("GlobalAveragePool") if rng.random() < 0.5 else None
    if rng.random() < 0.7:
        build.add("Transpose", perm=[0, 2, 3, 1])
        build.add("MatMul", build.weight(build.normal(build.channels, 3)))
        if rng.random() < 0.5:
            build.add("Softmax", axis=-1)
    return build.model()


def with_names_exchanged(rng, model):
    """Return the same model, some of its inner tensors called by the names of others."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.value_info[:]
    outputs = {value.name for value in model.graph.output}
    inner = [name for node in model.graph.node for name in node.output if name not in outputs]
    others = list(inner)
    for _ in range(1 + len(inner) // 4 if len(inner) > 1 else 0):
        i, j = rng.choice(len(inner), 2, replace=False)
        others[i], others[j] = others[j], others[i]
    names = dict(zip(inner, others, strict=True))
    for node in copy.graph.node:
        for part in (node.input, node.output):
            part[:] = [names.get(name, name) for name in part]
    return copy


def session(model, level=None):
    """Return a runtime's function from inputs to the first output."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    if level is not None:
        options.graph_optimization_level = level
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    runtime = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda x: runtime.run(None, {"x": x})[0].astype(np.float64)


def hard_inputs(rng, shape, lo, hi, deviation, *, rounds=6, dtype=np.float32):
    """Yield batches of inputs: random ones, corners, and steps uphill towards a large deviation.

    ``deviation`` takes a batch to one number for each input.
    """
    count = 48
    uniform = rng.uniform(lo, hi, (count, *shape))
    corners = rng.choice([lo, hi], (count, *shape))
    flat = rng.uniform(lo, hi, (count, *[1] * len(shape))) + np.zeros(shape)
    batch = np.concatenate([uniform, corners, flat]).astype(dtype)
    yield batch
    for _ in range(rounds):
        best = batch[np.argsort(deviation(batch))[-8:]]
        moved = np.repeat(best, 6, axis=0)
        change = rng.random(moved.shape) < 0.15
        moved = np.where(change, rng.choice([lo, hi], moved.shape), moved).astype(dtype)
        batch = np.concatenate([best, moved])
        yield batch
