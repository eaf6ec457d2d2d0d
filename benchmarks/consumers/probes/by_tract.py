"""tract: outputs, and time for one input."""

import tract
from common import answer, deviation, seconds


def _probe(model, x, y):
    loaded = tract.onnx().load(model)
    loaded.set_input_fact(0, f"{','.join(map(str, x.shape))},f32")
    runnable = loaded.into_model().into_runnable()

    def run():
        return runnable.run([x])[0].to_numpy()

    return {"deviation": deviation(run(), y), "cost": {"ms": 1e3 * seconds(run, 50)}}


answer(_probe)
