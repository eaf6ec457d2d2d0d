"""The operators of ONNX that are covered: one row for each, and no other place that says what it does.

A row says how a node is read, as an operator that knows what becomes of boxes, of differences and of symbols; how it is
computed where all its inputs are constants; whether one channel may stand for all; and *samples*, models with which the
tests compare all of that with onnxruntime. A row without samples fails the tests, and no field has a default: what is
forgotten would count as right.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from theory.rewrite.certify import (
    activations,
    constants,
    convolutions,
    extremes,
    functions,
    layers,
    moves,
    normalizations,
    quantization,
    scales,
    upsampling,
)
from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.channels import (
    Apart,
    all_together,
    anywhere,
    first_block,
    if_constants_agree,
    if_within_channels,
)
from theory.rewrite.certify.constants import Folder, integers, of_constants
from theory.rewrite.certify.graph import Constant, Node
from theory.rewrite.certify.moves import moved
from theory.rewrite.certify.operators import Call, Interpreted, Reader, elementwise
from theory.rewrite.certify.samples import SAMPLES, Sample

_OLDEST_OPSET = 7
"""Since then operators broadcast as NumPy does, and are in inference mode by default."""


@dataclass(frozen=True)
class Row:
    """One operator, by its name in ONNX."""

    op: str
    read: Reader | None
    """Returns what a node does, and to which tensors; None where all that is computed are constants."""
    fold: Folder | None
    """Returns the constant that a node computes, None if it is left to the bounds; None where it always is."""
    apart: Apart | None
    """What it does in one channel that stands for all; None where it is not followed on symbols at all."""
    samples: tuple[Sample, ...]


def find_row(node: Node) -> Row:
    """Return the row of a node's operator; raises Unsupported if there is none."""
    if node.opset < _OLDEST_OPSET:
        raise Unsupported(f"its opset {node.opset} is older than {_OLDEST_OPSET}")
    if node.op not in TABLE:
        raise Unsupported(f"the operator {node.op} is not covered")
    return TABLE[node.op]


def understand(call: Call) -> Constant | Interpreted:
    """Return the constant that a node computes, or what it does and the tensors that it does it to.

    Constant is what depends on no input but for shapes, if it only moves numbers or makes integers. Raises Unsupported
    if the node is not understood.
    """
    row = find_row(call.node)
    constant = None if row.fold is None else row.fold(call)
    if constant is not None:
        # Some of NumPy's functions return numbers for tensors without axes.
        return np.asarray(constant)
    if row.read is None:
        raise Unsupported("it is not computed from constants alone")
    return row.read(call)


_HOW: dict[str, tuple[Reader | None, Folder | None, Apart | None]] = {
    "Abs": (activations.absolute, None, None),
    "Add": (scales.sum_of(1, 1), integers(np.add), if_constants_agree),
    "AveragePool": (layers.average_pool, None, None),
    "BatchNormalization": (scales.batch_normalization, None, None),
    "Cast": (functions.cast, of_constants(constants.cast), anywhere),
    "Clip": (functions.clip, None, None),
    "Concat": (*moved(moves.concat), if_within_channels),
    "Constant": (None, constants.constant, None),
    "ConstantOfShape": (None, of_constants(constants.filled), None),
    "Conv": (convolutions.conv, None, first_block),
    "ConvInteger": (quantization.alone, None, None),
    "ConvTranspose": (upsampling.conv_transpose, None, None),
    "DequantizeLinear": (quantization.quantized, quantization.dequantize, None),
    "Div": (scales.quotient, integers(constants.quotient), if_constants_agree),
    "Dropout": (*moved(moves.dropout), anywhere),
    "DynamicQuantizeLinear": (quantization.dynamic, None, None),
    "Elu": (activations.elu, None, None),
    "Expand": (*moved(moves.expand), all_together),
    "Flatten": (*moved(moves.flatten), all_together),
    "Gather": (*moved(moves.gather), if_within_channels),
    "Gelu": (activations.gelu, None, None),
    "Gemm": (layers.gemm, None, None),
    "GlobalAveragePool": (layers.global_average_pool, None, None),
    "GlobalMaxPool": (layers.global_max_pool, None, anywhere),
    "HardSigmoid": (activations.hard_sigmoid, None, None),
    "HardSwish": (activations.hard_swish, None, None),
    "Identity": (*moved(moves.identity), anywhere),
    "InstanceNormalization": (normalizations.instance_normalization, None, None),
    "LRN": (functions.local_response, None, None),
    "LayerNormalization": (normalizations.layer_normalization, None, None),
    "LeakyRelu": (activations.leaky_relu, None, None),
    "MatMul": (layers.matmul, None, None),
    "MatMulInteger": (quantization.alone, None, None),
    "Max": (extremes.extreme(1), None, if_constants_agree),
    "MaxPool": (layers.max_pool, None, anywhere),
    "Min": (extremes.extreme(-1), None, if_constants_agree),
    "Mul": (scales.times, integers(np.multiply), if_constants_agree),
    "Neg": (scales.negative, None, anywhere),
    "PRelu": (activations.prelu, None, None),
    "Pad": (*moved(moves.pad), if_within_channels),
    "QLinearConv": (quantization.alone, None, None),
    "QLinearMatMul": (quantization.alone, None, None),
    "QuantizeLinear": (quantization.alone, None, None),
    "ReduceMean": (layers.reduce_mean, None, None),
    "ReduceMax": (layers.reduce_max, None, anywhere),
    "Relu": (elementwise(functions.RELU), None, anywhere),
    "Reshape": (*moved(moves.reshape), all_together),
    "Resize": (upsampling.resize, None, None),
    "Shape": (None, constants.shape, None),
    "Sigmoid": (elementwise(functions.SIGMOID), None, None),
    "Slice": (*moved(moves.slice_), if_within_channels),
    "Softmax": (functions.softmax, None, None),
    "Squeeze": (*moved(moves.squeeze), all_together),
    "Sub": (scales.sum_of(1, -1), integers(np.subtract), if_constants_agree),
    "Sum": (scales.sum_of(), None, if_constants_agree),
    "Tanh": (elementwise(functions.TANH), None, None),
    "Transpose": (*moved(moves.transpose), all_together),
    "Unsqueeze": (*moved(moves.unsqueeze), all_together),
    "com.microsoft.NhwcMaxPool": (layers.nhwc_max_pool, None, None),
    "com.microsoft.QGemm": (quantization.alone, None, None),
}

TABLE = {op: Row(op, *how, SAMPLES[op]) for op, how in _HOW.items()}
