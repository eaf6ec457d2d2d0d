"""Functions that are linear on every cone of equal order, in the basis of subset maxima, exactly.

A function of x in R^d is *sort-linear* if it is linear on each cone {x_p(1) <= ... <= x_p(d)}. The *subset maxima*
M_S(x) = max over j in S of x_j, S nonempty, are sort-linear, and at the 0/1 vector 1_V

    M_S(1_V) = 1 if S meets V, else 0.

Each cone is spanned by the 0/1 vectors of a chain, the all-ones vector in both directions where negative inputs are
allowed, so a sort-linear f is determined by its values at the 0/1 vectors. For f = sum_S c_S M_S they are

    f(1_V) = f(1) - h(complement of V),    h(U) = sum of c_S over nonempty S within U,

and Moebius inversion of h recovers c: the subset maxima are a basis.

If only some sets S occur, every one is a union of *atoms*, the smallest sets of the Boolean algebra that they generate.
Atoms are disjoint, so their maxima y_A = M_A(x) take all values in R^k when x takes all values in R^d, and likewise for
nonnegative ones; f is a sort-linear function of these k numbers alone, and 2^k values determine it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.networks.network import Domain as Domain

Form: TypeAlias = dict[int, int]
"""The coefficient of each subset maximum, the subset as a bit mask; mask 0 stands for the constant 1. No zeros."""

Values: TypeAlias = npt.NDArray[Any]
"""Integers at all 2^k sets of atoms, bit i of the index for atom i: int64, or Python integers where those overflow."""

CONSTANT = 0
"""The mask of the constant in a :data:`Form`."""

_INT64_SAFE = 1 << 62


def add_scaled(total: dict[int, int], factor: int, addend: Mapping[int, int]) -> None:
    """Add ``factor * addend`` to ``total`` in place and leave no zeros.

    >>> total = {0b01: 2, 0b10: 1}
    >>> add_scaled(total, -2, {0b01: 1, 0b11: 3})
    >>> total
    {2: 1, 3: -6}
    """
    for key, value in addend.items():
        entry = total.get(key, 0) + factor * value
        if entry:
            total[key] = entry
        else:
            total.pop(key, None)


def atoms(masks: Iterable[int]) -> tuple[int, ...]:
    """Find the atoms of the Boolean algebra that sets, as bit masks, generate, ordered by their least element.

    >>> [bin(atom) for atom in atoms([0b0111, 0b1100])]
    ['0b11', '0b100', '0b1000']
    """
    distinct = set(masks)
    union = 0
    for mask in distinct:
        union |= mask
    finest = union.bit_count()
    found = [union] if union else []
    for mask in distinct:
        if len(found) == finest:
            break
        found = [part for atom in found for part in (atom & mask, atom & ~mask) if part]
    return tuple(sorted(found, key=lambda atom: atom & -atom))


def evaluate(form: Form, x: Sequence[Any]) -> Any:
    """Evaluate a form at a point, from the definition of the subset maxima."""
    return sum(c * max((x[j] for j in range(len(x)) if mask >> j & 1), default=1) for mask, c in form.items())


def vertex_values(form: Form, blocks: Sequence[int]) -> Values:
    """Evaluate the form less its constant at the 0/1 vectors that are constant on each of some atoms, its blocks.

    Every set of the form is a union of blocks; entry V is the value at the vector that is 1 on those whose bit is set
    in V.

    >>> vertex_values({CONSTANT: 9, 0b01: 1, 0b11: -3}, [0b01, 0b10]).tolist()
    [0, -2, -3, -2]
    """
    size = sum(abs(c) for c in form.values())
    # A set of coefficients sums to at most `size`; what Moebius inversion makes of it, to 2^(k+1) times that.
    dtype = np.int64 if size << len(blocks) + 1 < _INT64_SAFE else object
    sums = np.zeros(1 << len(blocks), dtype=dtype)
    for mask, c in form.items():
        if mask:
            sums[sum(1 << i for i, block in enumerate(blocks) if block & mask)] += c
    for i in range(len(blocks)):
        halves = sums.reshape(-1, 2, 1 << i)
        halves[:, 1] += halves[:, 0]
    # Reversed, the index V becomes that of its complement.
    values: Values = sums[-1] - sums[::-1]
    return values


def _from_vertex_values(values: Values, blocks: Sequence[int]) -> Form:
    """Invert :func:`vertex_values`: find the form without constant that has these values."""
    coefficients = values[-1] - values[::-1]
    for i in range(len(blocks)):
        halves = coefficients.reshape(-1, 2, 1 << i)
        halves[:, 1] -= halves[:, 0]
    return {
        sum(block for i, block in enumerate(blocks) if index >> i & 1): int(coefficients[index])
        for index in np.flatnonzero(coefficients).tolist()
    }


def changes_sign(constant: int, values: Values, domain: Domain) -> bool:
    """Say whether constant + f takes both signs on some cone of equal order, f given by its :func:`vertex_values`.

    On the cone of a chain of sets, constant + f = constant + t f(1) + sum over the chain's proper sets V of g_V f(1_V)
    with g_V >= 0, and t >= 0 in the nonnegative domain but any real in the other. So all of constant, f(1_V) and f(1)
    have to agree in sign, and f(1) has to vanish in the domain ``"real"``. Two sets are in a common chain if one
    contains the other: opposite signs are looked for along a sweep up the lattice of sets.

    y_0 - y_1 keeps its sign where the order is known, y_0 - 2 y_1 does not, with y_0 >= y_1 >= 0.

    >>> changes_sign(0, np.array([0, 1, -1, 0]), "real"), changes_sign(0, np.array([0, 1, -2, -1]), "nonnegative")
    (False, True)
    """
    if domain == "real" and values[-1]:
        return True
    positive, negative = values > 0, values < 0
    if constant:
        return bool(np.any(negative if constant > 0 else positive))
    return bool(np.any(positive & _above(negative)) or np.any(negative & _above(positive)))


def _above(marked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Mark the sets that are contained in a marked one."""
    marked = marked.copy()
    for i in range(marked.size.bit_length() - 1):
        halves = marked.reshape(-1, 2, 1 << i)
        halves[:, 0] |= halves[:, 1]
    return marked


def interpolate_relu(form: Form, blocks: Sequence[int], values: Values | None = None) -> Form:
    """Find the sort-linear function, plus a constant, that agrees with relu(form) at 0 and all 0/1 vectors.

    It is relu(form) itself if that is sort-linear but for a constant. The blocks are the atoms of the form's sets, and
    ``values`` its :func:`vertex_values`, where they are known.

    relu(x_0 - x_1) = max(x_0, x_1) - x_1:

    >>> interpolate_relu({0b01: 1, 0b10: -1}, [0b01, 0b10])
    {2: -1, 3: 1}
    """
    constant = form.get(CONSTANT, 0)
    if values is None:
        values = vertex_values(form, blocks)
    at_zero = max(constant, 0)
    if abs(constant) << len(blocks) + 2 >= _INT64_SAFE:
        values = values.astype(object)
    interpolant = _from_vertex_values(np.maximum(values + constant, 0) - at_zero, blocks)
    if at_zero:
        interpolant[CONSTANT] = at_zero
    return interpolant
