"""Small models with each of the operators, from which the tests draw boxes and compare them with onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    """A model with the operator in it, from x to y.

    Attributes
    ----------
    body : str
        Its nodes, in ONNX's text format.
    shape : tuple of int
        Of x.
    opset : int
    given : mapping of str to numbers
        Constants of the type of x.
    drawn : mapping of str to tuple of int
        Shapes of constants of the type of x, whose values do not matter.
    kinds : tuple of str
        The types of x that the nodes take.
    """

    body: str
    shape: tuple[int, ...] = (1, 3, 4, 4)
    opset: int = 17
    given: Mapping[str, Any] = field(default_factory=dict)
    drawn: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    kinds: tuple[str, ...] = ("float32", "float16", "float64")


SAMPLES: dict[str, tuple[Sample, ...]] = {
    "Add": (
        Sample("y = Add (x, c)", given={"c": (0.1, 0.2, 0.3, 0.4)}),
        Sample("n = Relu (x) y = Add (n, x)"),
    ),
    "AveragePool": (
        Sample("y = AveragePool <kernel_shape = [2, 3], pads = [1, 1, 0, 1]> (x)"),
        Sample("y = AveragePool <kernel_shape = [2, 2], pads = [1, 1, 1, 1], count_include_pad = 1> (x)"),
        Sample('y = AveragePool <kernel_shape = [3], strides = [2], auto_pad = "SAME_UPPER"> (x)', (2, 3, 5)),
    ),
    "BatchNormalization": (
        Sample(
            "y = BatchNormalization (x, s, b, m, v)",
            given={"v": (0.5, 0.0, 2.0)},
            drawn={"s": (3,), "b": (3,), "m": (3,)},
            kinds=("float32", "float64"),
        ),
        Sample(
            "y = BatchNormalization <epsilon = 0.01> (x, s, b, m, v)",
            (5, 3),
            opset=9,
            given={"v": (0.5, 0.01, 2.0)},
            drawn={"s": (3,), "b": (3,), "m": (3,)},
        ),
        Sample(
            "c = Conv (x, w) y = BatchNormalization (c, s, b, m, v)",
            given={"v": (0.5, 0.1)},
            drawn={"w": (2, 3, 2, 2), "s": (2,), "b": (2,), "m": (2,)},
        ),
    ),
    "Cast": (
        Sample("h = Cast <to = 10> (x) y = Cast <to = 1> (h)", kinds=("float32",)),
        Sample("h = Cast <to = 1> (x) r = Relu (h) y = Cast <to = 11> (r)", kinds=("float64",)),
        Sample(
            "i = Constant <value_float = 2.5> () j = Cast <to = 7> (i) a = Constant <value_ints = [0]> () "
            "k = Unsqueeze (j, a) y = Gather <axis = 3> (x, k)"
        ),
    ),
    "Clip": (
        Sample("y = Clip (x, l, h)", given={"l": -0.5, "h": 0.25}),
        Sample("y = Clip <min = -0.5> (x)", opset=10, kinds=("float32",)),
        Sample("y = Clip (x, , h)", given={"h": 0.1}),
    ),
    "Concat": (
        Sample("n = Neg (x) y = Concat <axis = 2> (x, n)"),
        Sample("y = Concat <axis = -1> (c, x)", drawn={"c": (1, 3, 4, 2)}),
    ),
    "Constant": (
        Sample("c = Constant <value = float[4] {0.1, -0.2, 0.3, 1e-30}> () y = Mul (x, c)", kinds=("float32",)),
        Sample("c = Constant <value_float = 0.7> () y = Sub (c, x)", kinds=("float32",)),
    ),
    "ConstantOfShape": (
        Sample("s = Shape (x) c = ConstantOfShape <value = float[1] {0.3}> (s) y = Add (x, c)", kinds=("float32",)),
    ),
    "Conv": (
        Sample("y = Conv <pads = [1, 0, 0, 1], strides = [1, 2]> (x, w, b)", drawn={"w": (5, 3, 3, 2), "b": (5,)}),
        Sample("y = Conv <group = 3, dilations = [2, 1]> (x, w)", drawn={"w": (6, 1, 2, 3)}),
        Sample('y = Conv <auto_pad = "SAME_LOWER"> (x, w)', (2, 20, 7), drawn={"w": (3, 20, 4)}),
    ),
    "Div": (
        Sample("y = Div (x, c)", given={"c": 0.3}),
        Sample("y = Div (x, c)", given={"c": (3.0, -0.7, 1000.0, 0.1)}),
    ),
    "Dropout": (
        Sample("y = Dropout (x)"),
        Sample("y = Dropout (x)", opset=7),
    ),
    "Expand": (
        Sample("s = Constant <value_ints = [2, 1, 4, 4]> () y = Expand (x, s)"),
        Sample("s = Constant <value_ints = [2, 3, 1, 4]> () y = Expand (x, s)", (3, 5, 1)),
    ),
    "Flatten": (
        Sample("y = Flatten (x)"),
        Sample("y = Flatten <axis = -1> (x)"),
        Sample("y = Flatten <axis = 0> (x)"),
    ),
    "Gather": (
        Sample("i = Constant <value_ints = [3, 0, -4]> () y = Gather <axis = 2> (x, i)"),
        Sample("i = Constant <value = int64[2, 2] {0, 1, 2, -1}> () y = Gather <axis = -3> (x, i)"),
        Sample("i = Constant <value_int = 1> () y = Gather <axis = 1> (x, i)"),
    ),
    "Gemm": (
        Sample("y = Gemm (x, w, b)", (3, 5), drawn={"w": (5, 4), "b": (4,)}),
        Sample("y = Gemm <alpha = 0.3, beta = -2.0, transB = 1> (x, w, b)", (3, 5), drawn={"w": (4, 5), "b": (3, 1)}),
        Sample("y = Gemm <alpha = -30.0> (x, w)", (3, 5), opset=11, drawn={"w": (5, 4)}),
    ),
    "GlobalAveragePool": (
        Sample("y = GlobalAveragePool (x)"),
        Sample("y = GlobalAveragePool (x)", (2, 3, 7)),
    ),
    "Identity": (Sample("y = Identity (x)"),),
    "LRN": (
        Sample("y = LRN <size = 3, alpha = 0.5, beta = 0.75, bias = 0.5> (x)"),
        Sample("y = LRN <size = 5> (x)", (1, 7, 2, 2)),
    ),
    "MatMul": (
        Sample("y = MatMul (x, w)", drawn={"w": (4, 5)}),
        Sample("m = Mul (x, c) y = MatMul (m, w)", (6, 40), given={"c": 3.0}, drawn={"w": (40, 2)}),
    ),
    "MaxPool": (
        Sample("y = MaxPool <kernel_shape = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1], ceil_mode = 1> (x)"),
        Sample("y = MaxPool <kernel_shape = [2, 2], dilations = [2, 1], pads = [1, 1, 0, 0]> (x)"),
        Sample('y = MaxPool <kernel_shape = [3], strides = [2], auto_pad = "SAME_LOWER"> (x)', (2, 3, 6)),
    ),
    "Mul": (
        Sample("y = Mul (c, x)", given={"c": (0.1, -0.2, 0.3, 0.0)}),
        Sample("y = Mul (x, c)", given={"c": 1.7}),
        Sample("a = Conv (x, w) y = Mul (a, c)", drawn={"w": (2, 3, 2, 2), "c": (2, 1, 1)}),
    ),
    "Neg": (Sample("y = Neg (x)"),),
    "Pad": (
        Sample("p = Constant <value_ints = [0, 0, 1, 0, 0, 0, 0, 2]> () y = Pad (x, p, v)", given={"v": 0.75}),
        Sample('p = Constant <value_ints = [0, 0, 1, 0, 0, 0, 0, 2]> () y = Pad <mode = "edge"> (x, p)'),
        Sample(
            "p = Constant <value_ints = [1, 0, 2, 1]> () a = Constant <value_ints = [-1, 2]> () y = Pad (x, p, , a)",
            opset=18,
        ),
        Sample("y = Pad <pads = [0, 1, 0, 0, 0, 0, 3, 0], value = 0.5> (x)", opset=10),
    ),
    "Relu": (Sample("y = Relu (x)"),),
    "Reshape": (
        Sample("s = Constant <value_ints = [0, -1, 2]> () y = Reshape (x, s)"),
        Sample("s = Constant <value_ints = [2, 4, 6]> () y = Reshape <allowzero = 1> (x, s)"),
    ),
    "Shape": (
        Sample("s = Shape <start = -3> (x) y = Reshape (x, s)"),
        Sample("s = Shape <start = -9, end = 9> (x) y = Reshape (x, s)"),
        Sample(
            "s = Shape <end = -2> (x) m = Constant <value_ints = [-1]> () t = Concat <axis = 0> (s, m) "
            "y = Reshape (x, t)"
        ),
    ),
    "Sigmoid": (Sample("y = Sigmoid (x)"),),
    "Slice": (
        *(
            Sample(
                f"a = Constant <value_ints = [{start}]> () b = Constant <value_ints = [{end}]> () "
                f"c = Constant <value_ints = [{axis}]> () d = Constant <value_ints = [{step}]> () "
                "y = Slice (x, a, b, c, d)"
            )
            for start, end, axis, step in (
                (-1, -100, 2, -2),
                (-100, -100, 3, -1),
                (9223372036854775807, -9223372036854775807, -1, -3),
                (-3, 100, 1, 1),
                (0, -1, 2, 2),
            )
        ),
        Sample("y = Slice <starts = [1, 0], ends = [9, -1], axes = [2, 3]> (x)", opset=9),
    ),
    "Softmax": (
        Sample("y = Softmax <axis = 1> (x)"),
        Sample("y = Softmax (x)"),
        Sample("y = Softmax <axis = -2> (x)", opset=11),
    ),
    "Squeeze": (
        Sample("a = Constant <value_ints = [0, -2]> () y = Squeeze (x, a)", (1, 3, 1, 5)),
        Sample("y = Squeeze (x)", (1, 3, 1, 5)),
        Sample("y = Squeeze <axes = [2]> (x)", (1, 3, 1, 5), opset=11),
    ),
    "Sub": (
        Sample("y = Sub (c, x)", given={"c": 0.7}),
        Sample("n = Relu (x) y = Sub (n, x)"),
    ),
    "Sum": (
        Sample("n = Relu (x) y = Sum (x, n, x)"),
        Sample("a = Conv (x, w) y = Sum (c, a, x)", given={"c": 0.3}, drawn={"w": (3, 3, 1, 1)}),
    ),
    "Tanh": (Sample("y = Tanh (x)"),),
    "Transpose": (
        Sample("y = Transpose <perm = [0, 2, 3, 1]> (x)"),
        Sample("y = Transpose (x)"),
    ),
    "Unsqueeze": (
        Sample("a = Constant <value_ints = [1, -1]> () y = Unsqueeze (x, a)"),
        Sample("y = Unsqueeze <axes = [0, 2]> (x)", opset=11),
    ),
}
