"""onnx2torch: the converted module's outputs, and its time for one input."""

import onnx2torch
import torch
from common import answer, deviation, seconds


def _probe(model, x, y):
    module, given = onnx2torch.convert(model).eval(), torch.from_numpy(x)
    with torch.no_grad():
        return {"deviation": deviation(module(given), y), "cost": {"ms": 1e3 * seconds(lambda: module(given))}}


answer(_probe)
