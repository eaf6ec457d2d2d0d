"""The classifier in float64 NumPy: what measures and bounds, apart from the JAX program that trains and searches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from theory.empirical.classifier.model import POOLS, Activations, Parameters, PoolLayer
from theory.empirical.classifier.replacement import Exact, Floats, LayerPooling
from theory.empirical.pooling.geometry import windows
from theory.rewrite.certify.arithmetic import TINY64, UNIT64, down, gamma, up

ORIGINAL = (LayerPooling(POOLS[0].inputs), LayerPooling(POOLS[1].inputs))
"""Max pooling in both layers."""


def layer_windows(x: Floats, layer: PoolLayer) -> Exact:
    """Return the windows of a layer, (N, C, H, W) -> (N, C, H', W', d), the edge replicated."""
    return np.asarray(windows(x, (layer.size,) * 2, strides=(layer.stride,) * 2, pads=(layer.pad,) * 4))


def forward64(
    parameters: Parameters, images: Floats, poolings: tuple[LayerPooling, LayerPooling] = ORIGINAL
) -> Activations:
    """Run the network in float64.

    Parameters
    ----------
    parameters : Parameters
    images : array, shape (N, 1, 8, 8)
    poolings : pair of LayerPooling

    Returns
    -------
    Activations
        NumPy arrays.
    """
    p = _double(parameters)
    before_1 = np.maximum(_convolve(images.astype(np.float64), p.conv_1, p.conv_1_bias), 0)
    after_1 = poolings[0].apply(layer_windows(before_1, POOLS[0]))
    before_2 = np.maximum(_convolve(after_1, p.conv_2, p.conv_2_bias), 0)
    after_2 = poolings[1].apply(layer_windows(before_2, POOLS[1]))
    logits = after_2.reshape(len(images), -1) @ p.dense.T + p.dense_bias
    return Activations(before_1, after_1, before_2, after_2, logits)


class Deviations(NamedTuple):
    """Upper bounds of how far replaced pooling moves the values of the network; infinite where nothing is known.

    Attributes
    ----------
    after_pool_1 : array, shape (N, C, H, W)
    logits : array, shape (N, 10)
    """

    after_pool_1: Exact
    logits: Exact


def bound_deviations(
    parameters: Parameters, lower: Floats, upper: Floats, poolings: tuple[LayerPooling, LayerPooling]
) -> Deviations:
    """Bound |network with max pooling - network with other pooling| for all images between two.

    Parameters
    ----------
    parameters : Parameters
    lower, upper : array, shape (N, 1, 8, 8)
        Bounds of each pixel.
    poolings : pair of LayerPooling

    Returns
    -------
    Deviations

    Notes
    -----
    Intervals are carried through the network with max pooling. A pooling layer f whose inputs b deviate by at most D
    from those, a, of the original has |max(a) - f(b)| <= |max(a) - max(b)| + |max(b) - f(b)| <= max D + what is
    certified of f on the interval of b; a linear layer W carries a deviation D to |W| D, and a ReLU does not enlarge
    it. Both networks are meant in exact arithmetic, f with its exact weights. The bound is computed in float64 and
    rounded outwards: each sum is widened by what its roundings can amount to (Higham, *Accuracy and Stability of
    Numerical Algorithms*, 2002, section 3.1), in any order of summation.
    """
    p = _double(parameters)
    low, high = _relu_interval(*_interval(p.conv_1, p.conv_1_bias, lower, upper))
    low_windows, high_windows = layer_windows(low, POOLS[0]), layer_windows(high, POOLS[0])
    first = poolings[0].certified(low_windows, high_windows)
    low, high = _interval(p.conv_2, p.conv_2_bias, low_windows.max(axis=-1), high_windows.max(axis=-1))
    low, high = _relu_interval(low, high)
    moved = _sums_above(first, p.conv_2)
    moved_windows = layer_windows(moved, POOLS[1])
    low_windows = layer_windows(np.maximum(down(low - moved), 0), POOLS[1])
    certified = poolings[1].certified(low_windows, layer_windows(up(high + moved), POOLS[1]))
    second = up(moved_windows.max(axis=-1) + certified).reshape(len(lower), -1)
    return Deviations(first, _above(second @ abs(p.dense).T, p.dense.shape[1]))


def _double(parameters: Parameters) -> Parameters:
    return Parameters(*(np.asarray(value, dtype=np.float64) for value in parameters))


def _convolve(x: Exact, weights: Exact, bias: Exact) -> Exact:
    taps = windows(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3))
    sums = np.einsum("nchwk,ock->nohw", taps, weights.reshape(*weights.shape[:2], -1), optimize=True)
    return np.asarray(sums + bias[:, None, None])


def _interval(weights: Exact, bias: Exact, lower: Floats, upper: Floats) -> tuple[Exact, Exact]:
    """Bound a convolution of images between two from below and from above."""
    least, most = lower.astype(np.float64), upper.astype(np.float64)
    middle = (most + least) / 2
    radius = up(np.maximum(most - middle, middle - least))
    sums = _convolve(middle, weights, bias)
    rounding = gamma(_terms(weights), UNIT64) * _sums_above(abs(middle), weights, bias) + TINY64
    reach = up(up(_sums_above(radius, weights)) + up(rounding))
    return down(sums - reach), up(sums + reach)


def _sums_above(x: Exact, weights: Exact, bias: Exact | None = None) -> Exact:
    """Bound |W| x + |b| from above, for x >= 0."""
    offset = np.zeros(len(weights)) if bias is None else abs(bias)
    return _above(_convolve(x, abs(weights), offset), _terms(weights))


def _above(sums: Exact, terms: int) -> Exact:
    """Bound sums of nonnegative numbers from above by what float64 makes of them."""
    # s <= s' + gamma s + (what underflows), and gamma / (1 - gamma) <= 2 gamma; the factor itself takes two roundings.
    return np.asarray(up(sums * (1 + 2 * gamma(terms + 2, UNIT64)) + TINY64))


def _terms(weights: Exact) -> int:
    """Count the numbers that a convolution adds up, the bias included; each product is rounded, too."""
    return int(weights[0].size) + 2


def _relu_interval(lower: Exact, upper: Exact) -> tuple[Exact, Exact]:
    return np.maximum(lower, 0), np.maximum(upper, 0)
