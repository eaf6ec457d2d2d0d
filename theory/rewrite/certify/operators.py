"""Operators of the analysis, and what is common to reading them from nodes.

An operator is what a node does to tensors, in every domain in which tensors are followed: boxes of values, boxes of the
differences of two models, and symbols. One class serves every node of its kind, whatever its ONNX operator is called.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from math import inf
from operator import is_
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import TINY64, Arithmetic, length, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.expressions import Algebra, Symbols
from theory.rewrite.certify.graph import Constant, Node
from theory.rewrite.certify.zonotope import Space, Twin, Zonotope

Boxes: TypeAlias = Sequence[Box]
Pair: TypeAlias = tuple[Arithmetic, Arithmetic]
Enclosures: TypeAlias = tuple[Zonotope | None, Zonotope | None]


class Operator(ABC):
    """One output as a function of tensors."""

    contracts: ClassVar[bool] = False
    """Whether it is a nondecreasing function of each element, the same for all, of no slope above 1."""

    @abstractmethod
    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """Bound what a runtime computes for tensors in boxes."""

    @abstractmethod
    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """Bound what the second runtime computes for ys less what the first does for xs; ys - xs is in ds."""

    def between(self, other: Operator, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """Bound what the second runtime computes by the other operator for ys less what the first does by this for xs.

        The two were read in different places: of nodes whose constants, attributes or opsets may differ.
        """
        if self is not other and self != other:
            raise Unsupported("the models do different things here")
        return self.deviation(xs, ys, ds, arithmetic)

    def noise(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """Bound what a runtime computes for tensors in boxes, less the function of them that ``enclose`` follows."""
        kinds = real_arithmetic(xs[0].dtype), arithmetic
        return self.deviation(xs, xs, [x.zeros() for x in xs], kinds)

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        """Return zonotopes of what is computed from the first model's tensors in exact arithmetic, and the difference.

        None stands for what the boxes say.
        """
        return None, None

    def enclose_between(self, other: Operator, ts: Sequence[Twin], space: Space) -> Enclosures:
        """Return the same where the second model has another operator."""
        if self is not other and self != other:
            raise Unsupported("the models do different things here")
        return self.enclose(ts, space)

    def bends(self, t: Twin) -> npt.NDArray[np.bool_] | None:
        """Say at which elements of its argument zonotopes would be closer if its bounds were; None for at none."""
        return None

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        """Bound the length of the difference of two results in exact arithmetic by those of the arguments' differences.

        The length is the root of the sum of squares of all elements; infinity where nothing is known.
        """
        return inf

    def rounding_length(
        self, xs: Boxes, points: Boxes, lengths: Sequence[float], result: tuple[Box, Box], heap: float, kind: Arithmetic
    ) -> float:
        """Bound the length of what a runtime rounds off for tensors in boxes that are so far from points.

        The results are the box of what comes out, and that at the points; heap is by how much the absolute values that
        are summed are more than those at the points.
        """
        kinds: Pair = real_arithmetic(xs[0].dtype), kind
        return length(self.deviation(xs, xs, [x.zeros() for x in xs], kinds).magnitude)

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        """Return what is computed from symbols, in exact arithmetic."""
        raise Unsupported("its operator is not followed symbolically")


Interpreted: TypeAlias = tuple[Operator, Boxes]
"""What a node does, and the tensors that it does it to."""


@dataclass(frozen=True, eq=False)
class Call:
    """A node with its inputs: boxes, constants, and None where an optional one is left out.

    Where nothing but shapes is looked at, symbols may stand in the place of boxes.
    """

    node: Node
    inputs: Sequence[Any]

    def get(self, attribute: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.node.attributes.get(attribute, default)

    def input(self, position: int) -> Any:
        """Return an input, None if it is left out."""
        return self.inputs[position] if position < len(self.inputs) else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the first input."""
        shape: tuple[int, ...] = self.inputs[0].shape
        return shape

    def tensor(self, position: int = 0) -> Box:
        """Return an input that has to be computed."""
        x = self.input(position)
        if not isinstance(x, Box):
            raise Unsupported(f"its input {position} has to depend on the model's input")
        return x

    def weights(self, position: int) -> Array:
        """Return an input that has to be constant."""
        x = self.input(position)
        if not isinstance(x, np.ndarray):
            raise Unsupported(f"its input {position} is computed, not constant")
        return _floats(x)

    def stored_weights(self, position: int) -> Constant:
        """Return a matrix that has to be constant, in the floats that it is stored in."""
        x = self.input(position)
        if not isinstance(x, np.ndarray) or x.ndim != 2 or x.dtype.kind != "f":
            return self.weights(position)
        if not all(np.all(np.isfinite(block)) for _, block in in_blocks(x)):
            raise Unsupported("a constant is not finite")
        return x

    def optional_weights(self, position: int) -> Array | None:
        """Return an input that has to be constant, None if it is left out."""
        return None if self.input(position) is None else self.weights(position)

    def boxes(self) -> list[Box]:
        """Return all inputs as boxes, constants as boxes of one point."""
        dtype = next((x.dtype for x in self.inputs if isinstance(x, Box)), None)
        if dtype is None:
            raise Unsupported("its operands are constants: arithmetic on those alone is not followed")
        return [x if isinstance(x, Box) else Box.point(_floats(x), dtype) for x in self.inputs if x is not None]

    def integers(self, position: int, attribute: str) -> list[int] | None:
        """Return integers that are an input since some opset and were an attribute before it; None if absent."""
        if attribute in self.node.attributes:
            return [int(i) for i in np.atleast_1d(self.node.attributes[attribute])]
        x = self.input(position)
        if x is not None and not isinstance(x, np.ndarray):
            raise Unsupported(f"its {attribute} are computed, not constant")
        return None if x is None else [int(i) for i in x.ravel()]

    def needed_integers(self, position: int, attribute: str) -> list[int]:
        """Return integers that are an input since some opset and were an attribute before it."""
        found = self.integers(position, attribute)
        if found is None:
            raise Unsupported(f"it has no {attribute}")
        return found

    def axes(self, position: int, default: Sequence[int]) -> list[int]:
        """Return the axes that an input or an attribute names, counted from 0, each at most once."""
        given = self.integers(position, "axes")
        return axes_from_0(default if given is None else given, len(self.shape))


Reader: TypeAlias = Callable[[Call], Interpreted]


def elementwise(operator: Operator) -> Reader:
    """Read an operator without attributes on a single tensor."""
    return lambda call: (operator, [call.tensor()])


_MOST_REMEMBERED = 1 << 20
"""Largest number of constants of an operator that is kept for other inputs."""


def once_for_each_node(read: Reader, most: float = _MOST_REMEMBERED) -> Reader:
    """Read an operator of one tensor that depends on its shape and on constants alone: again only if these are others.

    Many boxes are carried through the same node, and what follows from the weights of a small one takes as long. Those
    of large constants are not kept, for copies of these are.
    """

    @wraps(read)
    def again(call: Call) -> Interpreted:
        x, others, memo = call.tensor(), call.inputs[1:], call.node.memo
        known = memo.get("others", ())
        if memo.get("shape") == x.shape and len(others) == len(known) and all(map(is_, others, known)):
            return memo["operator"], [x]
        operator, xs = read(call)
        if sum(np.size(constant) for constant in others if constant is not None) <= most:
            # The constants stay alive with it, so that none can be taken for another at the same address.
            memo.update(shape=x.shape, others=others, operator=operator)
        return operator, xs

    return again


_Other = TypeVar("_Other")


def partners(
    tensors: Boxes, call: Call, others: Sequence[_Other | None], of_constant: Callable[[Box], _Other]
) -> list[_Other]:
    """Return what stands among others where each tensor stands among a node's inputs, or what a constant has."""
    found = []
    for tensor in tensors:
        places = [i for i, x in enumerate(call.inputs) if x is tensor]
        other = others[places[0]] if places else of_constant(tensor)
        if other is None:
            raise Unsupported("nothing is known of one of its inputs")
        found.append(other)
    return found


def axes_from_0(axes: Sequence[int], rank: int) -> list[int]:
    """Return axes of a tensor counted from 0, each at most once."""
    if any(not -rank <= axis < rank for axis in axes):
        raise Unsupported(f"a tensor of {rank} axes has no axes {list(axes)}")
    axes = [axis % rank for axis in axes]
    if len(set(axes)) < len(axes):
        raise Unsupported(f"its axes {axes} repeat")
    return axes


def product_of(a: Array, b: Array | float) -> Array:
    """Multiply constants, where that loses no digits in float64."""
    result: Array = np.asarray(a * b)
    if not np.all(np.isfinite(result)) or np.any((np.abs(result) < TINY64) & (a != 0) & (np.asarray(b) != 0)):
        raise Unsupported("products of its constants leave the range of float64")
    return result


_BLOCK = 1 << 18
"""Numbers of a matrix that are looked at together: they fit into a cache."""


def in_blocks(matrix: Constant) -> Iterator[tuple[tuple[slice, slice], Array]]:
    """Yield a matrix block by block, in float64: rows and columns, and a copy of what is there."""
    rows, columns = matrix.shape
    by_columns = matrix.flags.f_contiguous
    count, length = (columns, rows) if by_columns else (rows, columns)
    step = max(1, _BLOCK // max(1, length))
    for start in range(0, count, step):
        part, all_others = slice(start, start + step), slice(None)
        where = (all_others, part) if by_columns else (part, all_others)
        yield where, matrix[where].astype(np.float64)


def _floats(x: Constant) -> Array:
    values = x.astype(np.float64)
    if not np.all(np.isfinite(values)):
        raise Unsupported("a constant is not finite")
    return values
