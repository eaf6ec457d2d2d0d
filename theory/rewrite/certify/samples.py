"""Small models with each of the operators, from which the tests draw boxes and compare them with onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any


@dataclass(frozen=True)
class Sample:
    """A model with an operator in it, from x to y: its nodes in ONNX's text format, and the shape of x."""

    op: str
    body: str
    shape: tuple[int, ...] = (1, 3, 4, 4)
    opset: int = 17
    given: Mapping[str, Any] = field(default_factory=dict)
    """Constants of the type of x."""
    drawn: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Shapes of constants of the type of x, whose values do not matter."""
    kinds: tuple[str, ...] = ("float32", "float16", "float64")
    """The types of x that the nodes take."""


_LEVELS = "{0}s = Constant <value_float = {1}> () {0}z = Constant <value = {2}> () "
_X8 = _LEVELS.format("x", 0.05, "uint8 {120}") + "q = QuantizeLinear (x, xs, xz) "
_Y8 = _LEVELS.format("y", 0.09, "uint8 {100}")
_BACK = " y = DequantizeLinear (r, ys, yz)"


def _weights8(*shape: int, scales: int = 1) -> str:
    """Return nodes that make weights w of 8 bits, with so many scales ws and the zero points wz."""
    numbers = ", ".join(str((37 * i + 11) % 255 - 127) for i in range(prod(shape)))
    steps = ", ".join(str(0.003 * (i + 1)) for i in range(scales))
    zeros = ", ".join(["0"] * scales) if scales > 1 else "3"
    return (
        f"w = Constant <value = int8[{', '.join(map(str, shape))}] {{{numbers}}}> () "
        f"ws = Constant <value = float[{scales}] {{{steps}}}> () wz = Constant <value = int8[{scales}] {{{zeros}}}> () "
    )


def _whole(op: str, body: str, shape: tuple[int, ...] = (1, 3, 4, 4)) -> Sample:
    """Return a sample with integers in it."""
    return Sample(op, body, shape, kinds=("float32",))


_SAMPLES = (
    _whole(
        "ConvInteger",
        f"{_X8} {_weights8(2, 3, 2, 3)} i = ConvInteger <pads = [1, 0, 0, 1]> (q, w, xz) f = Cast <to = 1> (i) "
        "c = Constant <value_float = 0.001> () y = Mul (f, c)",
    ),
    _whole(
        "ConvInteger",
        f"{_weights8(2, 3, 2, 3)} q, s, z = DynamicQuantizeLinear (x) i = ConvInteger <strides = [2, 1]> (q, w, z) "
        "f = Cast <to = 1> (i) c = Constant <value_float = 0.01> () p = Mul (s, c) y = Mul (f, p)",
    ),
    _whole(
        "DynamicQuantizeLinear",
        f"{_weights8(4, 3)} q, s, z = DynamicQuantizeLinear (x) i = MatMulInteger (q, w, z) "
        "f = Cast <to = 1> (i) y = Mul (s, f)",
    ),
    _whole(
        "MatMulInteger",
        f"{_X8} {_weights8(4, 3)} i = MatMulInteger (q, w, xz) f = Cast <to = 1> (i) y = Mul (f, ws)",
    ),
    _whole(
        "MatMulInteger",
        f"{_weights8(5, 4)} q, s, z = DynamicQuantizeLinear (x) i = MatMulInteger (q, w, z, wz) "
        "f = Cast <to = 1> (i) p = Mul (ws, s) g = Mul (p, f) c = Constant <value_float = 0.2> () y = Add (g, c)",
        (3, 5),
    ),
    _whole(
        "QLinearConv",
        f"{_X8} {_weights8(4, 3, 2, 2, scales=4)} {_Y8} b = Constant <value = int32[4] {{100, -200, 300, 4000}}> () "
        f"r = QLinearConv <pads = [1, 1, 0, 0]> (q, xs, xz, w, ws, wz, ys, yz, b) {_BACK}",
    ),
    _whole(
        "QLinearConv",
        f"{_X8} {_weights8(6, 1, 3, 3)} {_Y8} p = MaxPool <kernel_shape = [2, 2], pads = [1, 1, 0, 0]> (q) "
        f"r = QLinearConv <group = 3> (p, xs, xz, w, ws, wz, ys, yz) {_BACK}",
    ),
    _whole(
        "QLinearMatMul",
        f"{_X8} {_weights8(4, 5)} {_Y8} r = QLinearMatMul (q, xs, xz, w, ws, wz, ys, yz) {_BACK}",
    ),
    _whole(
        "com.microsoft.NhwcMaxPool",
        f"{_X8} r = com.microsoft.NhwcMaxPool <kernel_shape = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1]> (q) "
        "y = DequantizeLinear (r, xs, xz)",
        (1, 5, 4, 3),
    ),
    _whole(
        "com.microsoft.QGemm",
        f"{_X8} {_weights8(4, 5)} {_Y8} b = Constant <value = int32[4] {{100, -200, 300, 4000}}> () "
        f"r = com.microsoft.QGemm <transB = 1> (q, xs, xz, w, ws, wz, b, ys, yz) {_BACK}",
        (3, 5),
    ),
    _whole("com.microsoft.QGemm", f"{_X8} {_weights8(5, 4)} y = com.microsoft.QGemm (q, xs, xz, w, ws, wz)", (3, 5)),
    Sample("Add", "y = Add (x, c)", given={"c": (0.1, 0.2, 0.3, 0.4)}),
    Sample("Add", "n = Relu (x) y = Add (n, x)"),
    Sample("AveragePool", "y = AveragePool <kernel_shape = [2, 3], pads = [1, 1, 0, 1]> (x)"),
    Sample("AveragePool", "y = AveragePool <kernel_shape = [2, 2], pads = [1, 1, 1, 1], count_include_pad = 1> (x)"),
    Sample(
        "AveragePool", 'y = AveragePool <kernel_shape = [3], strides = [2], auto_pad = "SAME_UPPER"> (x)', (2, 3, 5)
    ),
    Sample(
        "BatchNormalization",
        "y = BatchNormalization (x, s, b, m, v)",
        given={"v": (0.5, 0.0, 2.0)},
        drawn={"s": (3,), "b": (3,), "m": (3,)},
        kinds=("float32", "float64"),
    ),
    Sample(
        "BatchNormalization",
        "y = BatchNormalization <epsilon = 0.01> (x, s, b, m, v)",
        (5, 3),
        opset=9,
        given={"v": (0.5, 0.01, 2.0)},
        drawn={"s": (3,), "b": (3,), "m": (3,)},
    ),
    Sample(
        "BatchNormalization",
        "c = Conv (x, w) y = BatchNormalization (c, s, b, m, v)",
        given={"v": (0.5, 0.1)},
        drawn={"w": (2, 3, 2, 2), "s": (2,), "b": (2,), "m": (2,)},
    ),
    Sample("Cast", "h = Cast <to = 10> (x) y = Cast <to = 1> (h)", kinds=("float32",)),
    Sample("Cast", "h = Cast <to = 1> (x) r = Relu (h) y = Cast <to = 11> (r)", kinds=("float64",)),
    Sample(
        "Cast",
        "i = Constant <value_float = 2.5> () j = Cast <to = 7> (i) a = Constant <value_ints = [0]> () "
        "k = Unsqueeze (j, a) y = Gather <axis = 3> (x, k)",
    ),
    Sample("Clip", "y = Clip (x, l, h)", given={"l": -0.5, "h": 0.25}),
    Sample("Clip", "y = Clip <min = -0.5> (x)", opset=10, kinds=("float32",)),
    Sample("Clip", "y = Clip (x, , h)", given={"h": 0.1}),
    Sample("Concat", "n = Neg (x) y = Concat <axis = 2> (x, n)"),
    Sample("Concat", "y = Concat <axis = -1> (c, x)", drawn={"c": (1, 3, 4, 2)}),
    Sample("Constant", "c = Constant <value = float[4] {0.1, -0.2, 0.3, 1e-30}> () y = Mul (x, c)", kinds=("float32",)),
    Sample("Constant", "c = Constant <value_float = 0.7> () y = Sub (c, x)", kinds=("float32",)),
    Sample(
        "ConstantOfShape",
        "s = Shape (x) c = ConstantOfShape <value = float[1] {0.3}> (s) y = Add (x, c)",
        kinds=("float32",),
    ),
    Sample("Conv", "y = Conv <pads = [1, 0, 0, 1], strides = [1, 2]> (x, w, b)", drawn={"w": (5, 3, 3, 2), "b": (5,)}),
    Sample("Conv", "y = Conv <group = 3, dilations = [2, 1]> (x, w)", drawn={"w": (6, 1, 2, 3)}),
    Sample("Conv", 'y = Conv <auto_pad = "SAME_LOWER"> (x, w)', (2, 20, 7), drawn={"w": (3, 20, 4)}),
    Sample(
        "DequantizeLinear",
        "s = Constant <value_float = 0.05> () z = Constant <value = int8 {3}> () "
        "q = QuantizeLinear (x, s, z) y = DequantizeLinear (q, s, z)",
        kinds=("float32",),
    ),
    Sample(
        "DequantizeLinear",
        "s = Constant <value = float[3] {0.5, 0.01, 3.0}> () z = Constant <value = uint8[3] {0, 128, 255}> () "
        "q = QuantizeLinear <axis = -3> (x, s, z) y = DequantizeLinear <axis = -3> (q, s, z)",
        kinds=("float32",),
    ),
    Sample(
        "DequantizeLinear",
        "i = Constant <value = int8[4] {1, -3, 100, -128}> () s = Constant <value_float = 0.3> () "
        "z = Constant <value = int8 {-1}> () c = DequantizeLinear (i, s, z) y = Add (x, c)",
        kinds=("float32",),
    ),
    Sample("Div", "y = Div (x, c)", given={"c": 0.3}),
    Sample("Div", "y = Div (x, c)", given={"c": (3.0, -0.7, 1000.0, 0.1)}),
    Sample("Dropout", "y = Dropout (x)"),
    Sample("Dropout", "y = Dropout (x)", opset=7),
    Sample("Expand", "s = Constant <value_ints = [2, 1, 4, 4]> () y = Expand (x, s)"),
    Sample("Expand", "s = Constant <value_ints = [2, 3, 1, 4]> () y = Expand (x, s)", (3, 5, 1)),
    Sample("Flatten", "y = Flatten (x)"),
    Sample("Flatten", "y = Flatten <axis = -1> (x)"),
    Sample("Flatten", "y = Flatten <axis = 0> (x)"),
    Sample("Gather", "i = Constant <value_ints = [3, 0, -4]> () y = Gather <axis = 2> (x, i)"),
    Sample("Gather", "i = Constant <value = int64[2, 2] {0, 1, 2, -1}> () y = Gather <axis = -3> (x, i)"),
    Sample("Gather", "i = Constant <value_int = 1> () y = Gather <axis = 1> (x, i)"),
    Sample("Gemm", "y = Gemm (x, w, b)", (3, 5), drawn={"w": (5, 4), "b": (4,)}),
    Sample(
        "Gemm", "y = Gemm <alpha = 0.3, beta = -2.0, transB = 1> (x, w, b)", (3, 5), drawn={"w": (4, 5), "b": (3, 1)}
    ),
    Sample("Gemm", "y = Gemm <alpha = -30.0> (x, w)", (3, 5), opset=11, drawn={"w": (5, 4)}),
    Sample("GlobalAveragePool", "y = GlobalAveragePool (x)"),
    Sample("GlobalAveragePool", "y = GlobalAveragePool (x)", (2, 3, 7)),
    Sample("Identity", "y = Identity (x)"),
    Sample("LRN", "y = LRN <size = 3, alpha = 0.5, beta = 0.75, bias = 0.5> (x)"),
    Sample("LRN", "y = LRN <size = 5> (x)", (1, 7, 2, 2)),
    Sample("MatMul", "y = MatMul (x, w)", drawn={"w": (4, 5)}),
    Sample("MatMul", "m = Mul (x, c) y = MatMul (m, w)", (6, 40), given={"c": 3.0}, drawn={"w": (40, 2)}),
    Sample("MaxPool", "y = MaxPool <kernel_shape = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1], ceil_mode = 1> (x)"),
    Sample("MaxPool", "y = MaxPool <kernel_shape = [2, 2], dilations = [2, 1], pads = [1, 1, 0, 0]> (x)"),
    Sample("MaxPool", 'y = MaxPool <kernel_shape = [3], strides = [2], auto_pad = "SAME_LOWER"> (x)', (2, 3, 6)),
    Sample("Mul", "y = Mul (c, x)", given={"c": (0.1, -0.2, 0.3, 0.0)}),
    Sample("Mul", "y = Mul (x, c)", given={"c": 1.7}),
    Sample("Mul", "a = Conv (x, w) y = Mul (a, c)", drawn={"w": (2, 3, 2, 2), "c": (2, 1, 1)}),
    Sample("Neg", "y = Neg (x)"),
    Sample("Pad", "p = Constant <value_ints = [0, 0, 1, 0, 0, 0, 0, 2]> () y = Pad (x, p, v)", given={"v": 0.75}),
    Sample("Pad", 'p = Constant <value_ints = [0, 0, 1, 0, 0, 0, 0, 2]> () y = Pad <mode = "edge"> (x, p)'),
    Sample(
        "Pad",
        "p = Constant <value_ints = [1, 0, 2, 1]> () a = Constant <value_ints = [-1, 2]> () y = Pad (x, p, , a)",
        opset=18,
    ),
    Sample("Pad", "y = Pad <pads = [0, 1, 0, 0, 0, 0, 3, 0], value = 0.5> (x)", opset=10),
    Sample(
        "QuantizeLinear",
        "s = Constant <value_float = 0.02> () q = QuantizeLinear (x, s) y = DequantizeLinear (q, s)",
        kinds=("float32",),
    ),
    Sample("Relu", "y = Relu (x)"),
    Sample("Reshape", "s = Constant <value_ints = [0, -1, 2]> () y = Reshape (x, s)"),
    Sample("Reshape", "s = Constant <value_ints = [2, 4, 6]> () y = Reshape <allowzero = 1> (x, s)"),
    Sample("Shape", "s = Shape <start = -3> (x) y = Reshape (x, s)"),
    Sample("Shape", "s = Shape <start = -9, end = 9> (x) y = Reshape (x, s)"),
    Sample(
        "Shape",
        "s = Shape <end = -2> (x) m = Constant <value_ints = [-1]> () t = Concat <axis = 0> (s, m) y = Reshape (x, t)",
    ),
    Sample("Sigmoid", "y = Sigmoid (x)"),
    *(
        Sample(
            "Slice",
            f"a = Constant <value_ints = [{start}]> () b = Constant <value_ints = [{end}]> () "
            f"c = Constant <value_ints = [{axis}]> () d = Constant <value_ints = [{step}]> () "
            "y = Slice (x, a, b, c, d)",
        )
        for start, end, axis, step in (
            (-1, -100, 2, -2),
            (-100, -100, 3, -1),
            (9223372036854775807, -9223372036854775807, -1, -3),
            (-3, 100, 1, 1),
            (0, -1, 2, 2),
        )
    ),
    Sample("Slice", "y = Slice <starts = [1, 0], ends = [9, -1], axes = [2, 3]> (x)", opset=9),
    Sample("Softmax", "y = Softmax <axis = 1> (x)"),
    Sample("Softmax", "y = Softmax (x)"),
    Sample("Softmax", "y = Softmax <axis = -2> (x)", opset=11),
    Sample("Squeeze", "a = Constant <value_ints = [0, -2]> () y = Squeeze (x, a)", (1, 3, 1, 5)),
    Sample("Squeeze", "y = Squeeze (x)", (1, 3, 1, 5)),
    Sample("Squeeze", "y = Squeeze <axes = [2]> (x)", (1, 3, 1, 5), opset=11),
    Sample("Sub", "y = Sub (c, x)", given={"c": 0.7}),
    Sample("Sub", "n = Relu (x) y = Sub (n, x)"),
    Sample("Sum", "n = Relu (x) y = Sum (x, n, x)"),
    Sample("Sum", "a = Conv (x, w) y = Sum (c, a, x)", given={"c": 0.3}, drawn={"w": (3, 3, 1, 1)}),
    Sample("Tanh", "y = Tanh (x)"),
    Sample("Transpose", "y = Transpose <perm = [0, 2, 3, 1]> (x)"),
    Sample("Transpose", "y = Transpose (x)"),
    Sample("Unsqueeze", "a = Constant <value_ints = [1, -1]> () y = Unsqueeze (x, a)"),
    Sample("Unsqueeze", "y = Unsqueeze <axes = [0, 2]> (x)", opset=11),
    Sample("Abs", "y = Abs (x)"),
    Sample("ConvTranspose", "y = ConvTranspose (x, w, b)", drawn={"w": (3, 2, 3, 2), "b": (2,)}, kinds=("float32",)),
    Sample(
        "ConvTranspose",
        "y = ConvTranspose <strides = [2, 3], pads = [1, 0, 2, 1], output_padding = [1, 2], dilations = [1, 2]> (x, w)",
        drawn={"w": (3, 4, 3, 3)},
        kinds=("float32",),
    ),
    Sample(
        "ConvTranspose",
        "y = ConvTranspose <group = 2, strides = [2]> (x, w, b)",
        (2, 4, 5),
        drawn={"w": (4, 3, 2), "b": (6,)},
        kinds=("float32",),
    ),
    Sample("Elu", "y = Elu <alpha = 1.5> (x)"),
    Sample("Elu", "y = Elu (x)"),
    Sample("Gelu", "y = Gelu (x)", opset=20, kinds=("float32", "float16")),
    Sample("Gelu", 'y = Gelu <approximate = "tanh"> (x)', opset=20, kinds=("float32", "float16")),
    Sample("GlobalMaxPool", "y = GlobalMaxPool (x)"),
    Sample("GlobalMaxPool", "m = GlobalMaxPool (x) y = Add (m, x)", (2, 3, 4)),
    Sample("HardSigmoid", "y = HardSigmoid (x)"),
    Sample("HardSigmoid", "y = HardSigmoid <alpha = -0.7, beta = 0.3> (x)"),
    Sample("HardSwish", "y = HardSwish (x)", kinds=("float32", "float16")),
    Sample(
        "InstanceNormalization",
        "y = InstanceNormalization <epsilon = 0.01> (x, s, b)",
        drawn={"s": (3,), "b": (3,)},
        kinds=("float32",),
    ),
    Sample(
        "LayerNormalization",
        "y = LayerNormalization <axis = -2> (x, s, b)",
        drawn={"s": (4, 4), "b": (4,)},
        kinds=("float32",),
    ),
    Sample(
        "LayerNormalization",
        "y = LayerNormalization <epsilon = 0.1> (x, s)",
        (5, 7),
        drawn={"s": (7,)},
        kinds=("float32",),
    ),
    Sample("LeakyRelu", "y = LeakyRelu (x)"),
    Sample("LeakyRelu", "y = LeakyRelu <alpha = -1.5> (x)"),
    Sample("Max", "n = Neg (x) y = Max (x, n, c)", given={"c": (0.1, 0.2, -0.3, 0.4)}),
    Sample("Max", "a = Neg (x) b = MaxPool <kernel_shape = [2, 2], pads = [1, 1, 0, 0]> (x) y = Max (a, b)"),
    Sample("Min", "n = Neg (x) y = Min (x, n)"),
    Sample("Min", "y = Min (c, x)", given={"c": 0.25}),
    Sample("Mul", "s = Sigmoid (x) y = Mul (x, s)"),
    Sample("Mul", "s = Sigmoid (x) y = Mul (s, x)", (2, 5)),
    Sample("PRelu", "y = PRelu (x, s)", drawn={"s": (3, 1, 1)}),
    Sample("PRelu", "y = PRelu (x, s)", given={"s": 0.25}),
    Sample("ReduceMean", "y = ReduceMean <axes = [2, 3], keepdims = 0> (x)"),
    Sample("ReduceMax", "y = ReduceMax <axes = [-1, 2], keepdims = 0> (x)"),
    Sample("ReduceMax", "a = Constant <value_ints = [3]> () y = ReduceMax (x, a)", opset=18),
    Sample("ReduceMean", "y = ReduceMean (x)"),
    Sample("ReduceMean", "a = Constant <value_ints = [-1, 1]> () y = ReduceMean (x, a)", opset=18),
    *(
        Sample("Resize", f"f = Constant <value_floats = {scales}> () y = Resize <{attributes}> (x, , f)", kinds=kinds)
        for scales, attributes, kinds in (
            ("[1.0, 1.0, 2.0, 2.0]", 'mode = "nearest"', ("float32",)),
            (
                "[1.0, 1.0, 2.0, 4.0]",
                'mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"',
                ("float32",),
            ),
            ("[1.0, 1.0, 0.5, 1.5]", 'mode = "nearest", nearest_mode = "ceil"', ("float32",)),
            ("[1.0, 1.0, 2.0, 2.0]", 'mode = "linear"', ("float32",)),
            (
                "[1.0, 1.0, 1.75, 2.5]",
                'mode = "linear", coordinate_transformation_mode = "align_corners"',
                ("float32",),
            ),
        )
    ),
    Sample(
        "Resize",
        "s = Constant <value_ints = [1, 3, 7, 3]> () "
        'y = Resize <mode = "linear", coordinate_transformation_mode = "pytorch_half_pixel"> (x, , , s)',
        kinds=("float32",),
    ),
)

SAMPLES = {op: tuple(sample for sample in _SAMPLES if sample.op == op) for op in dict.fromkeys(s.op for s in _SAMPLES)}
