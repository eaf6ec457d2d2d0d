"""The network: two convolutions, each followed by ReLU and pooling, and a linear readout, as a function of JAX arrays.

::

    image (N,1,8,8) -> conv_1 3x3, 16 channels -> relu_1 -> pool_1 3x3, stride 2, pads 1 -> (N,16,4,4)
                    -> conv_2 3x3, 32 channels -> relu_2 -> pool_2 2x2, stride 2         -> (N,32,2,2)
                    -> flatten -> dense -> logits (N,10)

Pooling is given by the numbers w, b of an estimator b + sum_k w_k x_(k) of the order statistics of a window; the
maximum is w = (0,..,0,1), b = 0. So every replacement is the same function with other numbers, compiled once. Windows
that overlap the border see the edge replicated, which leaves the maximum what padding with minus infinity makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from theory.empirical.pooling.geometry import windows
from theory.extras import import_extra

Array = Any
"""A JAX array, or a NumPy array that JAX takes for one."""

CLASSES = 10
IMAGE_SHAPE = (1, 8, 8)


@dataclass(frozen=True)
class PoolLayer:
    """The window of a pooling layer: square, with the same stride and padding along both axes."""

    name: str
    size: int
    stride: int
    pad: int

    @property
    def inputs(self) -> int:
        """Number d of inputs of a window."""
        return self.size * self.size


POOLS = (PoolLayer("pool_1", size=3, stride=2, pad=1), PoolLayer("pool_2", size=2, stride=2, pad=0))
CHANNELS = (16, 32)
FEATURES = CHANNELS[1] * 2 * 2


class Pooling(NamedTuple):
    """What one layer computes from the order statistics of its windows.

    Attributes
    ----------
    weights : array, shape (d,)
        Weights of x_(1) <= ... <= x_(d).
    intercept : float or array of shape ()
    """

    weights: Array
    intercept: Array


class Parameters(NamedTuple):
    """The weights of the network, in ONNX's layouts, float32.

    Attributes
    ----------
    conv_1, conv_2 : array, shape (channels out, channels in, 3, 3)
    conv_1_bias, conv_2_bias : array, shape (channels out,)
    dense : array, shape (10, 128)
    dense_bias : array, shape (10,)
    """

    conv_1: Array
    conv_1_bias: Array
    conv_2: Array
    conv_2_bias: Array
    dense: Array
    dense_bias: Array

    @property
    def size(self) -> int:
        """Number of weights and biases."""
        return sum(int(np.size(value)) for value in self)


def max_pooling(inputs: int) -> Pooling:
    """Return the maximum over windows of so many inputs."""
    weights = np.zeros(inputs, dtype=np.float32)
    weights[-1] = 1
    return Pooling(weights, np.float32(0))


ORIGINAL = (max_pooling(POOLS[0].inputs), max_pooling(POOLS[1].inputs))
"""The pooling that the network is trained with."""


def import_jax() -> ModuleType:
    """Import JAX, or say what brings it.

    Raises
    ------
    MissingDependencyError
    """
    return import_extra("jax", extra="train", purpose="the classifier is trained with JAX")


def initialise(seed: int) -> Parameters:
    """Draw weights: normal with variance 2 / fan-in (He et al. 2015), biases 0."""
    rng = np.random.default_rng(seed)

    def normal(*shape: int) -> npt.NDArray[np.float32]:
        fan_in = int(np.prod(shape[1:]))
        return np.asarray(rng.standard_normal(shape) * np.sqrt(2 / fan_in), dtype=np.float32)

    first, second = CHANNELS
    return Parameters(
        normal(first, IMAGE_SHAPE[0], 3, 3),
        np.zeros(first, np.float32),
        normal(second, first, 3, 3),
        np.zeros(second, np.float32),
        normal(CLASSES, FEATURES),
        np.zeros(CLASSES, np.float32),
    )


def pool(x: Array, layer: PoolLayer, pooling: Pooling) -> Array:
    """Pool (N, C, H, W) activations, the edge replicated at the border.

    Each tap gets the weight of its rank in the window, which is the same as sorting the window first: equal taps, whose
    ranks are settled by their positions, are equal whichever weight they get. For nine taps counting ranks is several
    times as fast as XLA's sort on a CPU, and its gradient is plain: the weights.
    """
    taps = windows(x, (layer.size,) * 2, strides=(layer.stride,) * 2, pads=(layer.pad,) * 4)
    one, other = taps[..., :, None], taps[..., None, :]
    earlier = np.tri(layer.inputs, k=-1, dtype=bool)
    ranks = ((other < one) | ((other == one) & earlier)).sum(axis=-1)
    weights = import_jax().numpy.asarray(pooling.weights)[ranks]
    return (taps * weights).sum(axis=-1) + pooling.intercept


def convolve(x: Array, weights: Array, bias: Array) -> Array:
    """Convolve with padding 1, which keeps height and width, and add the bias."""
    lax = import_jax().lax
    return lax.conv_general_dilated(x, weights, (1, 1), ((1, 1), (1, 1))) + bias[:, None, None]


class Activations(NamedTuple):
    """What a forward pass computes, from the input of the first pooling on."""

    before_pool_1: Array
    after_pool_1: Array
    before_pool_2: Array
    after_pool_2: Array
    logits: Array


def forward(parameters: Parameters, images: Array, poolings: tuple[Pooling, Pooling] = ORIGINAL) -> Activations:
    """Run the network.

    Parameters
    ----------
    parameters : Parameters
    images : array, shape (N, 1, 8, 8)
        Pixels in [0,1].
    poolings : pair of Pooling
        Of the two layers; the maxima by default.

    Returns
    -------
    Activations
    """
    relu = import_jax().nn.relu
    before_1 = relu(convolve(images, parameters.conv_1, parameters.conv_1_bias))
    after_1 = pool(before_1, POOLS[0], poolings[0])
    before_2 = relu(convolve(after_1, parameters.conv_2, parameters.conv_2_bias))
    after_2 = pool(before_2, POOLS[1], poolings[1])
    logits = after_2.reshape(after_2.shape[0], -1) @ parameters.dense.T + parameters.dense_bias
    return Activations(before_1, after_1, before_2, after_2, logits)


def logits(parameters: Parameters, images: Array, poolings: tuple[Pooling, Pooling] = ORIGINAL) -> Array:
    """Return the logits alone, shape (N, 10)."""
    return forward(parameters, images, poolings).logits
