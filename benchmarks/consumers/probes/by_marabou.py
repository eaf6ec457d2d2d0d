"""Marabou: outputs of a fixed input, the size of the encoding, and the time of one query.

The query: can the first output rise by a hundredth where every input moves by up to a hundredth?
"""

from time import perf_counter

from common import answer, deviation
from maraboupy import Marabou

RADIUS, RISE, LIMIT = 0.01, 0.01, 60


def _probe(model, x, y):
    quiet = Marabou.createOptions(verbosity=0, timeoutInSeconds=LIMIT)
    network = Marabou.read_onnx(model)
    told = deviation(network.evaluateWithMarabou([x], options=quiet)[0], y)
    network = Marabou.read_onnx(model)
    for variable, value in zip(network.inputVars[0].ravel(), x.ravel(), strict=True):
        network.setLowerBound(variable, float(value) - RADIUS)
        network.setUpperBound(variable, float(value) + RADIUS)
    network.setLowerBound(network.outputVars[0].ravel()[0], float(y.ravel()[0]) + RISE)
    start = perf_counter()
    verdict = network.solve(verbose=False, options=quiet)[0]
    return {
        "deviation": told,
        "cost": {
            "variables": network.numVars,
            "ReLUs": len(network.reluList),
            "maxima": len(network.maxList),
            "query, s": perf_counter() - start,
        },
        "verdict": verdict,
    }


answer(_probe)
