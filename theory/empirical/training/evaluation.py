"""How far a network is from the maximum: on rows it has not seen, at the vertices, and anywhere in the cube.

In NumPy and float64: this shares nothing with the program that trains. The residual of an estimator is linear on each
simplex of sorted windows, so that its largest value is at a vertex of the cube. That of a trained network is not: what
is measured here is a lower bound of its supremum over [0,1]^d.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.adversarial import climb
from theory.empirical.training.configuration import Configuration
from theory.empirical.training.inputs import Rows, draw_inputs, training_rng, vertices
from theory.empirical.training.network import Parameters

_Floats = NDArray[np.float64]

_TEST_ROWS = 20_000
_TEST_SEED = 2**31
"""No seed of a training run: the test rows are the same for all."""
_OF_TRAINING, _OF_CUBE, _OF_VERTICES = 0, 1, 2

_ENTRIES_AT_ONCE = 1 << 21
_STARTS = 64
_LENGTHS = 0.25 * 0.9 ** np.arange(60)
"""Of the steps of an ascent."""


def measure_errors(parameters: Parameters, configuration: Configuration) -> dict[str, float]:
    """Measure the largest errors |max(x) - network(x)| of one network; NaN where weights are no numbers.

    ``test_error`` on test rows of the distribution of the training rows, ``vertex_error`` at the vertices of the cube,
    ``cube_error`` the largest that was found in [0,1]^d: among uniform rows, the vertices, and the ascents that begin
    at the worst of both, a lower bound of the sup norm.

    Examples
    --------
    The network of the optimal estimator of orders 0, 1, 3, whose error is E = 1/10:

    >>> from subpool import build_network, optimal_estimator
    >>> network = build_network(optimal_estimator(4, [0, 1, 3]))
    >>> parameters = [
    ...     (matrix.to_numpy(np.dtype(np.float32)).T, np.array(bias, dtype=np.float32))
    ...     for matrix, bias in zip(network.weights, network.biases, strict=True)
    ... ]
    >>> errors = measure_errors(parameters, Configuration(4, (0, 1, 3)))
    >>> round(errors["vertex_error"], 6), round(errors["cube_error"], 6), errors["test_error"] < 0.1
    (0.1, 0.1, True)
    """
    d = configuration.kernel_size
    uniform = draw_inputs("uniform", _TEST_ROWS, d, training_rng(_TEST_SEED, _OF_CUBE))
    everywhere = np.concatenate([uniform, vertices(d, training_rng(_TEST_SEED, _OF_VERTICES))])
    residuals = np.abs(_network_residuals(parameters, everywhere))
    climbed = _worst_near(parameters, everywhere[np.argsort(residuals)[-_STARTS:]])
    return {
        "test_error": row_error(parameters, test_rows(configuration)),
        "vertex_error": float(residuals[_TEST_ROWS:].max()),
        "cube_error": max(float(residuals.max()), row_error(parameters, climbed)),
    }


def test_rows(configuration: Configuration) -> Rows:
    """Return the test rows of a configuration: of its distribution, the same for all seeds."""
    rng = training_rng(_TEST_SEED, _OF_TRAINING)
    return draw_inputs(configuration.inputs, _TEST_ROWS, configuration.kernel_size, rng)


test_rows.__test__ = False  # type: ignore[attr-defined]


def row_error(parameters: Parameters, rows: NDArray[Any]) -> float:
    """Return the largest error of a network among rows of windows."""
    return float(np.abs(_network_residuals(parameters, rows)).max())


def _network_residuals(parameters: Parameters, x: NDArray[Any]) -> _Floats:
    """Return max(x) - network(x) for windows of shape (rows, d)."""
    layers, x = _in_float64(parameters), np.asarray(x, dtype=np.float64)
    rows = max(1, _ENTRIES_AT_ONCE // max(len(bias) for _, bias in layers))
    return np.concatenate([_residuals(layers, x[start : start + rows]) for start in range(0, len(x), rows)])


def _worst_near(parameters: Parameters, x: NDArray[Any]) -> _Floats:
    """Ascend |max(x) - network(x)| inside the cube from windows of shape (starts, d); return the best on each way."""
    layers = _in_float64(parameters)

    def slope(x: Any) -> tuple[_Floats, _Floats]:
        return np.abs(_residuals(layers, x)), _gradient(layers, x)

    return np.asarray(climb(slope, np.asarray(x, dtype=np.float64), 0, 1, _LENGTHS)[0], dtype=np.float64)


_Layers = list[tuple[_Floats, _Floats]]


def _in_float64(parameters: Parameters) -> _Layers:
    return [(np.asarray(w, dtype=np.float64), np.asarray(b, dtype=np.float64)) for w, b in parameters]


def _residuals(layers: _Layers, x: _Floats) -> _Floats:
    values = x
    for weights, bias in layers[:-1]:
        values = np.maximum(values @ weights + bias, 0)
    weights, bias = layers[-1]
    difference: _Floats = x.max(axis=1) - (values @ weights + bias)[:, 0]
    return difference


def _gradient(layers: _Layers, x: _Floats) -> _Floats:
    """Return the gradient of |max(x) - network(x)|; where it does not exist, that of one side."""
    values, open_units = x, []
    for weights, bias in layers[:-1]:
        values = values @ weights + bias
        open_units.append(values > 0)
        values = np.maximum(values, 0)
    slope = np.broadcast_to(layers[-1][0].T, (len(x), len(layers[-1][0])))
    for (weights, _), is_open in zip(reversed(layers[:-1]), reversed(open_units), strict=True):
        slope = (slope * is_open) @ weights.T
    of_maximum = np.zeros_like(x)
    np.put_along_axis(of_maximum, x.argmax(axis=1, keepdims=True), 1, axis=1)
    gradient: _Floats = np.sign(_residuals(layers, x))[:, None] * (of_maximum - slope)
    return gradient
