"""OpenVINO on the CPU, in float32 on one thread: outputs, and time for one input."""

import openvino
from common import answer, deviation, seconds


def _probe(model, x, y):
    settings = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = openvino.Core().compile_model(model, "CPU", settings)
    return {"deviation": deviation(compiled(x)[0], y), "cost": {"ms": 1e3 * seconds(lambda: compiled(x), 50)}}


answer(_probe)
