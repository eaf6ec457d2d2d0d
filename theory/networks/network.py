"""ReLUNetwork: a feed-forward network of ReLUs with exact rational weights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import gcd, lcm
from os import PathLike
from typing import Any, Literal, get_args

import numpy as np

from theory.documents import Form, index_of, kernel_size_of
from theory.errors import FormatError, InputError
from theory.networks.forward import FloatLayer, float_layers, forward_array, forward_numpy, rounding_error
from theory.networks.matrix import RationalMatrix
from theory.networks.units import canonical_maps
from theory.rationals import check_rational, from_string, over_common_denominator, to_string
from theory.subpools import Array, check_choice, check_windows

Domain = Literal["real", "nonnegative"]
"""Where a network has to be right: everywhere, or at inputs >= 0, as after a ReLU."""

_FORM = Form("a network", "subpool-network", 1, {"kernel_size", "layers"})


def check_domain(domain: object) -> Domain:
    """Return the domain if it is one."""
    chosen: Domain = check_choice("the domain", domain, get_args(Domain))
    return chosen


@dataclass(frozen=True)
class ReLUNetwork:
    """The function x -> W_L relu(... relu(W_1 relu(W_0 x + b_0) + b_1) ...) + b_L with one output.

    Attributes
    ----------
    weights : tuple of RationalMatrix
        W_0, ..., W_L for L hidden layers; the columns of each are the rows of the one before.
    biases : tuple of tuples of Fraction
        b_0, ..., b_L, each as long as its matrix has rows.

    Raises
    ------
    InputError
        If the shapes do not fit, there is no input, a bias is no Fraction, or the last matrix does not have one row.

    Examples
    --------
    The maximum of two numbers as b + relu(a - b), where b = relu(b) - relu(-b):

    >>> hidden = RationalMatrix.from_rows(2, [{0: 1, 1: -1}, {1: 1}, {1: -1}])
    >>> readout = RationalMatrix.from_rows(3, [{0: 1, 1: 1, 2: -1}])
    >>> network = ReLUNetwork((hidden, readout), ((Fraction(0),) * 3, (Fraction(0),)))
    >>> network.hidden_layers, network.widths, network.parameter_count, network.nonzero_count
    (1, (3,), 13, 7)
    >>> network.evaluate_exact([Fraction(-1, 3), -2])
    Fraction(-1, 3)
    >>> network([[0.5, 2.0], [-1.0, -3.0]])
    array([ 2., -1.])
    """

    weights: tuple[RationalMatrix, ...]
    biases: tuple[tuple[Fraction, ...], ...]

    def __post_init__(self) -> None:
        if not self.weights or len(self.weights) != len(self.biases):
            raise InputError(
                f"a network has at least one affine map, each with a matrix and a bias, "
                f"not {len(self.weights)} matrices and {len(self.biases)} biases"
            )
        for layer, (matrix, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if len(bias) != len(matrix.rows):
                raise InputError(f"the bias of layer {layer} has {len(bias)} entries for {len(matrix.rows)} rows")
            for b in bias:
                if not isinstance(b, Fraction):
                    raise InputError(f"biases are Fractions, not {b!r}")
        if self.kernel_size < 1:
            raise InputError(f"a network has at least one input, not {self.kernel_size}")
        for before, after in pairwise(self.weights):
            if after.columns != len(before.rows):
                raise InputError(f"a matrix of shape {after.shape} cannot follow one of shape {before.shape}")
        if len(self.weights[-1].rows) != 1:
            raise InputError(f"a network has one output, not {len(self.weights[-1].rows)}")

    def __repr__(self) -> str:
        return f"ReLUNetwork(kernel_size={self.kernel_size}, widths={self.widths}, nonzero_count={self.nonzero_count})"

    @property
    def kernel_size(self) -> int:
        """Number d of inputs."""
        return self.weights[0].columns

    @property
    def hidden_layers(self) -> int:
        """Number of layers of ReLUs."""
        return len(self.weights) - 1

    @property
    def widths(self) -> tuple[int, ...]:
        """Number of ReLUs in each hidden layer."""
        return tuple(len(matrix.rows) for matrix in self.weights[:-1])

    @property
    def units(self) -> int:
        """Number of ReLUs."""
        return sum(self.widths)

    @property
    def parameter_count(self) -> int:
        """All entries of the dense weight matrices and of the biases, zeros included."""
        return sum((matrix.columns + 1) * len(matrix.rows) for matrix in self.weights)

    @property
    def nonzero_count(self) -> int:
        """Entries of the weight matrices and of the biases other than 0."""
        return sum(matrix.nonzero_count for matrix in self.weights) + sum(1 for bias in self.biases for b in bias if b)

    def evaluate_exact(self, x: Sequence[Fraction | int]) -> Fraction:
        """Evaluate at one window, exactly.

        Parameters
        ----------
        x : sequence of kernel_size rationals

        Raises
        ------
        InputError
            If an input is not rational (floats are not: write ``Fraction(x)`` if its exact value is meant), or
            their number is not ``kernel_size``.
        """
        if len(x) != self.kernel_size:
            raise InputError(f"the network has {self.kernel_size} inputs, but {len(x)} were given")
        exact = [check_rational(value, "inputs") for value in x]
        # Integers over one running denominator: no greatest common divisors on the way.
        denominator = lcm(*(value.denominator for value in exact))
        values = [value.numerator * (denominator // value.denominator) for value in exact]
        for layer, (rows, bias, q) in enumerate(self._scaled):
            if layer:
                values = [max(0, value) for value in values]
            sums = [
                sum([entry * values[j] for j, entry in row]) + b * denominator
                for row, b in zip(rows, bias, strict=True)
            ]
            shared = gcd(q * denominator, *sums)
            denominator, values = q * denominator // shared, [value // shared for value in sums]
        return Fraction(values[0], denominator)

    @cached_property
    def _scaled(self) -> list[tuple[list[list[tuple[int, int]]], list[int], int]]:
        """For each layer its matrix and its bias in integers over one denominator."""
        layers = []
        for matrix, bias in zip(self.weights, self.biases, strict=True):
            integers, q = over_common_denominator([*(w for row in matrix.rows for _, w in row), *bias])
            pool = iter(integers)
            rows = [[(j, next(pool)) for j, _ in row] for row in matrix.rows]
            layers.append((rows, list(pool), q))
        return layers

    def __call__(self, x: Array) -> Array:
        """Evaluate on windows, in the arithmetic of the array's dtype.

        Parameters
        ----------
        x : array, shape (..., kernel_size), real floating dtype
            Of any array-API library; nested sequences of numbers become a float64 NumPy array.

        Returns
        -------
        array, shape (...), dtype and library of ``x``

        Raises
        ------
        ArrayError
        InputError
            If a weight is beyond the largest number of the dtype.

        Notes
        -----
        The result is within :meth:`rounding_error` of the exact value. A NaN in an input that the network reads gives
        NaN; infinities give what IEEE arithmetic gives, and products with the zeros of a weight matrix may or may not
        be among it.
        """
        x = check_windows(x, self.kernel_size)
        if isinstance(x, np.ndarray):
            return forward_numpy(self._float_layers(x.dtype, dense=False), x)
        return forward_array(self._float_layers(np.dtype(np.float64), dense=True), x)

    def _float_layers(self, dtype: np.dtype[Any], *, dense: bool) -> list[FloatLayer]:
        # SciPy's compressed matrices have no half precision.
        dense = dense or dtype.itemsize < np.dtype(np.float32).itemsize
        key = (dtype, dense)
        if key not in self._float_cache:
            self._float_cache[key] = float_layers(self.weights, self.biases, dtype, dense=dense)
        return self._float_cache[key]

    @cached_property
    def _float_cache(self) -> dict[tuple[np.dtype[Any], bool], list[FloatLayer]]:
        return {}

    def rounding_error(self, magnitude: float = 1.0, dtype: Literal["float32", "float64"] = "float64") -> float:
        """Bound the rounding error of a forward pass on inputs of at most a given size.

        Parameters
        ----------
        magnitude : float, >= 0
            Bound on |x_j|.
        dtype : {"float32", "float64"}
            Of the windows; the weights are rounded to it.

        Returns
        -------
        float
            Bound on |network(x) - exact value|, whatever the order of summation; infinite where it is beyond the
            floats.

        Raises
        ------
        InputError

        Notes
        -----
        A dot product of n terms, its factors rounded once and a bias added, is within gamma_(n+3) sum |w_j v_j| of
        its exact value, gamma_k = k u / (1 - k u), u the unit roundoff (Higham, Accuracy and Stability of Numerical
        Algorithms, section 3.1). A ReLU is 1-Lipschitz, so the errors of the inputs of a layer pass with the sizes of
        its weights. Underflow is not counted.

        Examples
        --------
        >>> from subpool import exact_max_network
        >>> 0 < exact_max_network(9).rounding_error(1.0, "float32") < 1e-3
        True
        """
        return rounding_error(self.weights, self.biases, magnitude, dtype)

    def canonical(self) -> ReLUNetwork:
        """Return the same function with no idle unit and no two units that are multiples of each other.

        Each pre-activation becomes primitive integers (relu(k v) = k relu(v) for k > 0); units with equal
        pre-activations are merged, units that are constant become part of the next bias, units that nothing reads are
        dropped. The order of the units stays that of their first occurrence.
        """
        maps = ((map(dict, matrix.rows), bias) for matrix, bias in zip(self.weights, self.biases, strict=True))
        return network_from_rows(self.kernel_size, canonical_maps((list(rows), list(bias)) for rows, bias in maps))

    def to_json(self) -> str:
        """Write the network as one line of JSON with exact strings for numbers."""
        return json.dumps({
            "format": _FORM.format,
            "version": _FORM.version,
            "kernel_size": self.kernel_size,
            "layers": [
                {
                    "rows": [{str(j): to_string(w) for j, w in row} for row in matrix.rows],
                    "biases": [to_string(b) for b in bias],
                }
                for matrix, bias in zip(self.weights, self.biases, strict=True)
            ],
        })  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> ReLUNetwork:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        FormatError
        """
        data = _FORM.parse(text)
        kernel_size = kernel_size_of(data)
        try:
            return network_from_rows(kernel_size, map(_read_layer, data["layers"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormatError(f"not a network: {error}") from None

    def to_onnx(self, path: str | PathLike[str], *, dtype: Literal["float32", "float64"] = "float32") -> None:
        """Write an ONNX model of Gemm and Relu nodes; needs the extra ``onnx``.

        The model has the input ``x`` of shape (N, kernel_size) and the output ``y`` of shape (N, 1), N being free. Its
        metadata give ``kernel_size``, ``hidden_layers``, ``widths`` and ``units``.

        Parameters
        ----------
        path : path
            Written beside and renamed; what was there before is replaced, unless it is no ordinary file.
        dtype : {"float32", "float64"}
            Of the weights, the input and the output. Every weight is rounded to it.

        Raises
        ------
        InputError
            If a weight is beyond the largest float or, 0 excepted, below the smallest normal one: what was written
            would be another network.
        StorageError, ProblemTooLargeError, MissingDependencyError
            If the file cannot be written; the dense weights exceed the 2 GiB of one ONNX file; onnx is not installed.

        Notes
        -----
        The values of the model are within :meth:`rounding_error` of the exact ones, whatever the order in which a
        runtime adds. What Relu makes of NaN the ONNX standard leaves open; onnxruntime keeps it.
        """
        from theory.networks.onnx_export import write_onnx

        write_onnx(self, path, dtype=dtype)


def _read_layer(layer: dict[str, Any]) -> tuple[list[dict[int, Fraction]], list[Fraction]]:
    if not isinstance(layer["biases"], list):
        raise FormatError(f"biases are a list, not {layer['biases']!r:.80}")
    rows = [{index_of(j): from_string(w) for j, w in row.items()} for row in layer["rows"]]
    return rows, [from_string(b) for b in layer["biases"]]


def network_from_rows(
    kernel_size: int, layers: Iterable[tuple[Sequence[dict[int, Any]], Sequence[Fraction | int] | None]]
) -> ReLUNetwork:
    """Build a network from its affine maps, each as a mapping of column to entry for each row, and a bias or None.

    >>> network_from_rows(2, [([{0: 1, 1: 1}], None), ([{0: 2}], [1])])([1.0, 2.0])
    np.float64(7.0)
    """
    weights, biases, columns = [], [], kernel_size
    for rows, bias in layers:
        weights.append(RationalMatrix.from_rows(columns, rows))
        biases.append(tuple(check_rational(b, "biases") for b in (bias if bias is not None else [0] * len(rows))))
        columns = len(rows)
    return ReLUNetwork(tuple(weights), tuple(biases))
