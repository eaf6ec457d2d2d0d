"""Models that somebody damaged, by bytes or by what they mean, given to ``reluify``, ``compare`` and ``observe``.

``python -m tests.damaged_models FIRST LAST`` tries the mutants FIRST to LAST - 1, each drawn from its number alone, and
prints two lines for each: its number, before, and what became of it, after. Whatever is wrong ends it with a traceback.
A process of its own, because what a native library does to a damaged model is not always an exception.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from google.protobuf.descriptor import FieldDescriptor
from onnx import helper, numpy_helper

from tests.random_models import ModelBuilder
from tests.rewrite.models import pool, pools, runtime_errors
from tests.test_reluify_scopes import with_function, with_if, with_loop
from theory.cli import main
from theory.empirical.images import Picture
from theory.empirical.model_inputs import fit, image_input
from theory.empirical.observing.max_pools import PoolingModel
from theory.empirical.observing.model_observation import observe_model
from theory.empirical.observing.observation import Rule
from theory.errors import SubpoolError
from theory.models.inference import Inference

SEED = 20261129

_STYLES: tuple[list[str], ...] = (
    [],
    ["--style", "feedforward"],
    ["--construction", "shallow"],
    ["--style", "feedforward", "--dense"],
    ["--float64"],
)

_INTEGERS = (-(2**63), -(2**31), -1, 0, 1, 2, 3, 4, 5, 7, 64, 2**15, 2**31, 2**40, 2**63 - 1)
_FLOATS = (0.0, 1.0, -1.0, 0.5, 1e-30, 1e30, float("inf"), float("nan"))
_WORDS = ("", "x", "y", "pool_0", "MaxPool", "Relu", "Identity", "Neg", "AveragePool", "SAME_UPPER", "VALID", "a\0b\n")


# Models


def _network(seed: int) -> onnx.ModelProto:
    build = ModelBuilder(np.random.default_rng(seed), 3, 8)
    build.conv(4)
    build.batch_normalization()
    build.add("Relu")
    build.pool("MaxPool", 3, 2, (1, 1, 1, 1))
    build.residual()
    build.branches()
    build.add("GlobalAveragePool")
    build.add("Flatten")
    return build.model()


def _quantized() -> onnx.ModelProto:
    model = pool({"kernel_shape": [2, 2]}, ("N", 1, 8, 8))
    scale, zero = numpy_helper.from_array(np.float32(0.5), "scale"), numpy_helper.from_array(np.uint8(3), "zero")
    model.graph.initializer.extend([scale, zero])
    before = helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"])
    after = helper.make_node("DequantizeLinear", ["p", "scale", "zero"], ["y_0"])
    model.graph.node[0].input[0], model.graph.node[0].output[0] = "q", "p"
    model.graph.node.insert(0, before)
    model.graph.node.append(after)
    return model


def _moved() -> onnx.ModelProto:
    """Build a model whose sizes hang on numbers that it stores, most of them in several ways."""
    same = {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}
    stored = {
        "shape": np.array([-1, 2, 0, 9]),
        "pads": np.array([0, 0, 1, 0, 0, 0, 0, 2]),
        "starts": np.array([1, -9]),
        "ends": np.array([100, -1]),
        "axes": np.array([2, 3]),
        "scales": np.array([1, 1, 2, 1.5], np.float32),
        "sizes": np.array([1, 2, 7, 6]),
    }
    nodes = [
        helper.make_node("Reshape", ["x", "shape"], ["a"]),
        helper.make_node("Pad", ["a", "pads"], ["b"]),
        helper.make_node("MaxPool", ["b"], ["c"], **same),
        helper.make_node("Resize", ["c", "", "scales"], ["d"], mode="nearest"),
        helper.make_node("Slice", ["d", "starts", "ends", "axes"], ["e"]),
        helper.make_node("MaxPool", ["e"], ["y"], **same),
        helper.make_node("Resize", ["y", "", "", "sizes"], ["f"], mode="linear"),
        helper.make_node("Transpose", ["f"], ["g"], perm=[0, 1, 3, 2]),
        helper.make_node("MaxPool", ["g"], ["z"], **same),
    ]
    values = [helper.make_tensor_value_info(name, 1, [1, 2, 8, 9] if name == "x" else [None] * 4) for name in "xyz"]
    weights = [numpy_helper.from_array(array, name) for name, array in stored.items()]
    graph = helper.make_graph(nodes, "moved", values[:1], values[1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return onnx.shape_inference.infer_shapes(model, data_prop=True)


def originals() -> list[bytes]:
    """Return the models that are damaged."""
    same = {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}
    ceil = {"kernel_shape": [3, 2], "strides": [2, 3], "ceil_mode": 1, "pads": [1, 0, 0, 1]}
    spread = {"kernel_shape": [2, 3], "dilations": [3, 2], "pads": [0, 2, 1, 0]}
    models = [
        pool({"kernel_shape": [2, 2], "strides": [2, 2]}, ("N", 3, 8, 8)),
        pool(same, ("N", 1, 9, 8), before="Relu"),
        pool(ceil, ("N", 3, "h", "w"), before="Neg"),
        pool(spread, (2, 1, 8, 8)),
        pool({"kernel_shape": [3], "pads": [1, 1]}, (1, 2, 9)),
        pools([same, ceil, spread], ("N", 1, 9, 9), before="Relu"),
        pool({"kernel_shape": [3, 3], "strides": [2, 2]}, ("N", 3, 8, 8), opset=8),
        onnx.shape_inference.infer_shapes(pool(same, ("N", 3, 7, 7), before="Abs")),
        _network(1),
        _network(2),
        _quantized(),
        _moved(),
        _moved(),
        with_if(),
        with_loop(),
        with_function(),
    ]
    return [model.SerializeToString() for model in models]


# Damage


def damaged(number: int, models: list[bytes]) -> bytes:
    """Return a damaged model, drawn from its number alone."""
    rng = np.random.default_rng([SEED, number])
    content = models[rng.integers(len(models))]
    if rng.random() < 0.25:
        return _damaged_bytes(rng, content, models)
    model = onnx.ModelProto.FromString(content)
    for _ in range(int(rng.choice([1, 1, 1, 1, 2, 3]))):
        _damage(rng, model)
    return model.SerializeToString()


def _damaged_bytes(rng: np.random.Generator, content: bytes, models: list[bytes]) -> bytes:
    data = bytearray(content)
    for _ in range(int(rng.choice([1, 1, 1, 2]))):
        start, end = sorted(rng.integers(0, len(data), 2).tolist())
        kind = rng.integers(10)
        if kind < 7:
            data[start] = rng.integers(256) if kind < 2 else data[start] ^ (1 << rng.integers(8))
        elif kind == 7:
            del data[start : start + 9]
        elif kind == 8:
            data[start:start] = data[end : end + 40]
        else:
            data[start:] = models[rng.integers(len(models))][start:]
    return bytes(data)


def _fields(message: Any) -> Iterator[tuple[Any, Any]]:
    """Yield all fields that are set, of a message and of those inside of it."""
    for field, value in message.ListFields():
        yield message, field
        if field.message_type is not None:
            for inner in [value] if hasattr(value, "ListFields") else value:
                yield from _fields(inner)


def _damage(rng: np.random.Generator, model: Any) -> None:
    """Change one field; numbers twice as often as texts, and as messages."""
    kinds: dict[Any, list[Any]] = {}
    for message, field in _fields(model):
        kinds.setdefault(field.cpp_type, []).append((message, field))
    texts = FieldDescriptor.CPPTYPE_STRING, FieldDescriptor.CPPTYPE_MESSAGE
    numbers = [kind for kind in kinds if kind not in texts]
    chosen = [*kinds, *numbers][rng.integers(len(kinds) + len(numbers))]
    message, field = kinds[chosen][rng.integers(len(kinds[chosen]))]
    value = getattr(message, field.name)
    if hasattr(value, "ListFields"):
        message.ClearField(field.name)
    elif isinstance(value, int | float | str | bytes):
        setattr(message, field.name, _other(rng, field, value, model))
    else:
        _damage_list(rng, field, value, model)


def _damage_list(rng: np.random.Generator, field: Any, value: Any, model: Any) -> None:
    """Take an element out, double it, change its place, or change it."""
    items = [type(item).FromString(item.SerializeToString()) if hasattr(item, "ListFields") else item for item in value]
    place, other, kind = int(rng.integers(len(items))), int(rng.integers(len(items))), rng.integers(6)
    if kind >= 3 and field.message_type is None:
        items[place] = _other(rng, field, items[place], model)
    elif kind % 3 == 0:
        del items[place]
    elif kind % 3 == 1:
        items.insert(place, items[other])
    else:
        items[place], items[other] = items[other], items[place]
    del value[:]
    value.extend(items)


def _other(rng: np.random.Generator, field: Any, value: Any, model: Any) -> Any:
    if isinstance(value, float):
        return _FLOATS[rng.integers(len(_FLOATS))]
    if isinstance(value, bytes):
        data = bytearray(value or b"\0")
        data[rng.integers(len(data))] = rng.integers(256)
        return bytes(data)
    if isinstance(value, str):
        words = [*_WORDS, *(name for node in model.graph.node for name in (*node.input, *node.output))]
        return words[rng.integers(len(words))]
    if field.enum_type is not None:
        return int(rng.choice([entry.number for entry in field.enum_type.values]))
    bits = 64 if field.cpp_type in (FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64) else 32
    low = (
        0 if field.cpp_type in (FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64) else -(2 ** (bits - 1))
    )
    near = value + int(rng.integers(-2, 3))
    return min(max(near if rng.random() < 0.6 else _INTEGERS[rng.integers(len(_INTEGERS))], low), low + 2**bits - 1)


# What has to become of them


class WrongError(Exception):
    """Something came out that ought not to."""


def need(condition: object, message: str) -> None:
    """Raise unless a condition holds."""
    if not condition:
        raise WrongError(message)


def refuse(constant: str) -> None:
    """Refuse what is no JSON: NaN and infinities."""
    raise WrongError(constant)


def command(*words: object) -> dict[str, Any] | None:
    """Run a command with ``--json`` that either gives JSON alone, or one line on standard error: then None."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as error:
        code = main([*map(str, words), "--json"])
    text = error.getvalue()
    if code == 0:
        found: dict[str, Any] = json.loads(out.getvalue(), parse_constant=refuse)
        return found
    need(code == 2 and not out.getvalue(), f"exit code {code}: {text}")
    need(text.startswith("subpool: ") and text.count("\n") == 1 and text.endswith("\n"), text)
    return None


class Runtime:
    """A model under onnxruntime, without optimisations, which turn rounding into something else.

    Attributes
    ----------
    feed : dict of str to array
        Small integers, for a model that takes numbers; empty where it does not, or does not load.
    names : list of str
        Of the outputs.
    results : list of array or None
        What it makes of them; None where it does not run.
    """

    def __init__(
        self, content: bytes, feed: dict[str, Any] | None = None, rng: np.random.Generator | None = None
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        self.feed, self.results, self.names = feed or {}, None, []
        with suppress(*runtime_errors(), RuntimeError, ValueError, TypeError):
            start = partial(onnxruntime.InferenceSession, providers=["CPUExecutionProvider"], enable_fallback=0)
            session = start(content, options)
            if rng is not None:
                self.feed = dict(_drawn(rng, port) for port in session.get_inputs())
            self.names = [port.name for port in session.get_outputs()]
            self.results = session.run(None, self.feed)


_KINDS = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16}
_KINDS |= {f"tensor({kind.__name__})": kind for kind in (np.int8, np.uint8, np.int32, np.int64)} | {
    "tensor(bool)": np.bool_
}


def _drawn(rng: np.random.Generator, port: Any) -> tuple[str, Any]:
    sizes = [n if isinstance(n, int) and n >= 0 else (8 if axis else 1) for axis, n in enumerate(port.shape)]
    if port.type not in _KINDS or prod(sizes) > 1 << 20:
        raise ValueError(port.type, sizes)
    return port.name, rng.integers(0 if "u" in port.type else -9, 10, sizes).astype(_KINDS[port.type])


def check_reluify(rng: np.random.Generator, source: Path, target: Path) -> str:
    """Where the command replaces MaxPools, the values stay; return what became of the model."""
    row = command("reluify", source, target, *_STYLES[rng.integers(len(_STYLES))])
    if row is None:
        need(not target.exists(), "a file that was not to be written")
        return "refused"
    before = Runtime(source.read_bytes(), rng=rng)
    if before.results is None:
        return "runs nowhere"
    check_inference(source.read_bytes(), before.feed)
    after = Runtime(target.read_bytes(), before.feed)
    if after.results is None:
        # Where a free extent turns out too small for one window, there is nothing to be had.
        need(not all(map(np.size, before.results)), "the rewritten model does not run")
        return "no window fits"
    expected, found = ([np.asarray(one) for one in model.results or []] for model in (before, after))
    need([(a.shape, a.dtype) for a in expected] == [(a.shape, a.dtype) for a in found], "other shapes or types")
    largest = max(_size(array) for array in expected)
    if not largest < 1e6:
        return "not finite, or too large to compare"
    # The rounding of ReLUs, and of the layers behind them.
    for one, other in zip(expected, found, strict=True):
        need(_size(one.astype(float) - other.astype(float)) <= 1e-4 * max(1, largest), "other values")
    return "right" if row["nodes"] else "copied"


def check_inference(content: bytes, feed: dict[str, Any]) -> None:
    """What is inferred of sizes is what they are when the model runs."""
    model = onnx.load_model_from_string(content)
    known = Inference(model).graph_values[()]
    given = {value.name for value in model.graph.output}
    inner = [name for node in model.graph.node for name in node.output if name and name not in given]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in inner)
    run = Runtime(model.SerializeToString(), feed)
    for name, array in zip(run.names, run.results or [], strict=False):
        shape = known[name].shape if name in known else None
        agrees = shape is None or (
            len(shape) == np.ndim(array) and all(n in (None, m) for n, m in zip(shape, np.shape(array), strict=True))
        )
        need(agrees, f"{name} has the shape {np.shape(array)}, not {shape}")


def _size(array: Any) -> float:
    return float(np.abs(np.asarray(array).astype(np.float64)).max(initial=0))


def check_compare(rng: np.random.Generator, source: Path, other: Path, samples: Path) -> str:
    """The command finds the deviation that there is."""
    one = Runtime(source.read_bytes(), rng=rng)
    two = Runtime(other.read_bytes(), one.feed)
    if one.feed:
        np.savez(samples, **one.feed)
    bounds = ["--bounds=-9,9"] if rng.random() < 0.3 else []
    row = command("compare", source, other, *(["--inputs", samples] if one.feed else ["--samples", 3]), *bounds)
    if row is None:
        return "refused"
    if one.results is None or two.results is None or row["samples"] > 16:
        return "not checked"
    for a, b, output in zip(one.results, two.results, row["outputs"], strict=True):
        with np.errstate(invalid="ignore", over="ignore"):
            difference = _size(np.asarray(a, float) - np.asarray(b, float))
        if np.isfinite(difference):
            need(
                abs(output["largest"] - difference) <= 1e-4 * max(1, _size(a)), f"{output['largest']}, not {difference}"
            )
        else:
            need(output["largest"] is None or output["nan_in_both"] or np.isinf(a).any(), "a deviation that is none")
    return "right"


def check_observe(rng: np.random.Generator, source: Path) -> str:
    """The inputs of MaxPools are those that the model computes, and the windows inside are counted."""
    picture = Picture("x", rng.integers(0, 256, (3, 9, 9)).astype(np.uint8), 0, 255)
    try:
        model = PoolingModel(source, device="cpu")
        wanted = image_input(model.single_input())
        seen = observe_model(model, wanted, [picture], "unit", rule=Rule(limit=50), rng=rng)
    except SubpoolError as error:
        need("\n" not in str(error), str(error))
        return "refused"
    watched = onnx.load(source)
    nodes = [node for node in watched.graph.node if node.op_type == "MaxPool"]
    given = {value.name for value in watched.graph.output}
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in {node.input[0] for node in nodes} - given)
    shown = {model.single_input().name: fit(picture, wanted, "unit").astype(model.single_input().dtypes[-1])}
    run = Runtime(watched.SerializeToString(), shown)
    if run.results is None:
        return "not checked"
    values = dict(zip(run.names, run.results, strict=True))
    for pool_seen, node in zip(seen, nodes, strict=True):
        array = np.asarray(values[node.input[0]]).astype(np.float64)
        ends = [array.min(initial=np.inf), array.max(initial=-np.inf)]
        need(np.allclose([pool_seen.low, pool_seen.high], ends, rtol=1e-4, atol=1e-5), "other inputs")
        if pool_seen.observation is not None:
            attributes = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
            count = array.shape[1] * _windows_inside(attributes, array.shape[2:])
            need(
                pool_seen.observation.windows == min(count, 50), f"{pool_seen.observation.windows} windows, not {count}"
            )
    return "right"


def _windows_inside(attributes: Mapping[str, Any], shape: tuple[int, ...]) -> int:
    """Count the windows that lie wholly inside, one by one."""
    rank = len(shape)
    ones, none = [1] * rank, [0] * 2 * rank
    kernel, strides, dilations = (attributes.get(name) or ones for name in ("kernel_shape", "strides", "dilations"))
    pads = (attributes.get("pads") or none) if attributes.get("auto_pad", b"NOTSET") == b"NOTSET" else none
    count = 1
    for n, k, stride, spread, begin in zip(shape, kernel, strides, dilations, pads, strict=False):
        if attributes.get("auto_pad", b"").startswith(b"SAME"):
            total = max((-(-n // stride) - 1) * stride + k - n, 0)
            begin = total // 2 if attributes["auto_pad"] == b"SAME_UPPER" else -(-total // 2)
        starts = [i * stride - begin for i in range(n + begin)]
        count *= sum(start >= 0 and start + (k - 1) * spread < n for start in starts)
    return count


def attempt(number: int, models: list[bytes], folder: Path) -> dict[str, str]:
    """Try one mutant, and return what became of it in each command."""
    source, target, samples = (folder / f"{number}{end}" for end in (".onnx", ".out.onnx", ".npz"))
    source.write_bytes(damaged(number, models))
    rng = np.random.default_rng([SEED, number, 1])
    result = {"reluify": check_reluify(rng, source, target)}
    result["compare"] = check_compare(rng, source, target if target.exists() else source, samples)
    result["observe"] = check_observe(rng, source)
    for path in (source, target, samples):
        path.unlink(missing_ok=True)
    return result


def try_all(first: int, last: int) -> None:
    """Try mutants one after the other, and write what became of them to standard output."""
    # What asks for more is refused by the system, and has to be refused by the commands.
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    models, out = originals(), sys.stdout
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, last):
            out.write(f"{number}\n")
            out.flush()
            out.write(json.dumps(attempt(number, models, Path(folder))) + "\n")


if __name__ == "__main__":
    try_all(*map(int, sys.argv[1:]))
