r"""Search for identities of the maximum: exact, over a library of candidate terms, or a proof that there is none.

The library has the terms relu(A - B), where A and B are sums of equally many (``summands``) maxima M_S over few inputs:
as many as one hidden layer less can take. An identity is a solution c of linear equations, found as follows.

*Equations.* On the cone of inputs in one order, x = (a number) + a combination of the gaps g_i >= 0 between neighbours
in the order, every M_S is linear, and relu(A - B) bends where the linear form A - B in the gaps is 0, inside the cone
if it has coefficients of both signs. ReLUs of forms of which no two are proportional are linearly independent, and
independent of linear functions. So a combination of terms is linear on the cone if and only if, for every primitive
form, the multiples of it that occur cancel. A function that is linear on all cones is the maximum if it is so at the
0/1 vectors, which generate the cones together with (1, .., 1) and its negative, along which all terms are constant.

*Symmetry.* Averaging an identity over permutations of the inputs gives an identity. So one exists in the library if
and only if a symmetric one does: that is one cone, and one unknown for each type of term. If it does not exist,
multipliers of the equations prove it (:class:`NoIdentity`). If it does, l1-minimising linear programs whose weights are
renewed from the last solution look for few terms among those that are invariant under a chosen group of permutations.
The floats of the linear program only choose the terms; the coefficients are solved for exactly.

On the command line: ``python -m theory.networks.search 5 2``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import combinations, permutations, product
from math import gcd
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat
from scipy.optimize import linprog
from scipy.sparse import csc_array, hstack

from theory.errors import InputError, ProblemTooLargeError, SolverError, SubpoolError
from theory.networks.shallow import Form, MaxIdentity, Subset, orbit, permuted, shallow_capacity
from theory.rationals import to_fraction
from theory.subpools import check_kernel_size

Symmetries = Literal["none", "cyclic", "dihedral", "all"]

Equation: TypeAlias = tuple[str, int, int]
"""``("bend", cone, encoded form)``, or ``("value", cone, number of ones)``."""

_KERNEL_MAX = 9
"""Largest kernel size: the equations of a type take time in proportion to d!."""


@dataclass(frozen=True)
class NoIdentity:
    """A proof that no identity exists in a library.

    Attributes
    ----------
    kernel_size, atom_size, summands : int
        The library: A and B are sums of ``summands`` maxima over up to ``atom_size`` of the inputs.
    bends : dict of tuple of int to Fraction
        For a primitive form in the gaps, first entry other than 0 positive, the multiplier of "the multiples of the
        form cancel".
    values : tuple of Fraction
        Entry k is the multiplier of "the value at 0/1 vectors with k ones is that of the maximum".

    Notes
    -----
    Let a term stand for its average over all permutations of the inputs. The sum of the multipliers times what the term
    contributes to the equations is 0 for every term of the library and every M_S; for the maximum it is 1.
    """

    kernel_size: int
    atom_size: int
    summands: int
    bends: dict[tuple[int, ...], Fraction] = field(hash=False)
    values: tuple[Fraction, ...]

    def __str__(self) -> str:
        return (
            f"no identity for max(y1..y{self.kernel_size}) has terms relu(A - B) with A and B sums of {self.summands} "
            f"maxima over up to {self.atom_size} of the numbers: multipliers of "
            f"{len(self.bends) + sum(map(bool, self.values))} equations prove it"
        )


def search_max_identity(
    kernel_size: int,
    hidden_layers: int = 2,
    *,
    summands: int = 2,
    symmetries: Symmetries | None = None,
    rng: np.random.Generator | int = 0,
    rounds: int = 6,
) -> MaxIdentity | NoIdentity:
    """Look for the maximum as a combination of terms with a number of hidden layers.

    Parameters
    ----------
    kernel_size : int, 2..9
        Number d of numbers.
    hidden_layers : int, >= 1
        The maxima M_S in the terms take one less.
    summands : int, >= 1
        Number of maxima in A and in B.
    symmetries : {"none", "cyclic", "dihedral", "all"}, optional
        The group under which the identity is invariant. A larger group makes the linear programs smaller, and leaves
        less room for few terms. The default is none up to d = 5, dihedral at d = 6 and all above.
    rng : numpy.random.Generator or seed
        For the weights of the linear programs; equal states give equal results.
    rounds : int, >= 1
        Number of starts.

    Returns
    -------
    MaxIdentity or NoIdentity
        An identity, checked by :func:`check_identity`, or the proof that the library has none.

    Raises
    ------
    KernelSizeError, InputError, ProblemTooLargeError
    SolverError
        If the outside solver fails.

    Examples
    --------
    >>> identity = search_max_identity(4, 2, summands=1)  # such as M13 + relu(M24 - M13)
    >>> check_identity(identity)
    >>> identity.units
    1
    >>> print(search_max_identity(3, 1))
    no identity for max(y1..y3) has terms relu(A - B) with A and B sums of 2 maxima over up to 1 of the numbers: \
multipliers of 3 equations prove it
    """
    d = check_kernel_size(kernel_size)
    if hidden_layers < 1 or summands < 1 or rounds < 1:
        raise InputError(
            f"hidden layers, summands and rounds are integers >= 1, not {hidden_layers}, {summands}, {rounds}"
        )
    if d > _KERNEL_MAX:
        raise ProblemTooLargeError(f"the search takes up to {_KERNEL_MAX} numbers, its time grows as d!, not {d}")
    atom_size = min(d, shallow_capacity(hidden_layers - 1))
    types = candidate_types(d, atom_size, summands)
    atoms = [_subset_form(size) for size in range(1, atom_size + 1)]
    everything = _Equations(d, generators(d, "all"))
    system = _System(everything, atoms, types)
    if system.solve(np.ones(len(types))) is None:
        return _obstruction(system, atom_size, summands)
    chosen = symmetries or ("none" if d <= 5 else "dihedral" if d == 6 else "all")
    if chosen != "all":
        group = generators(d, chosen)
        system = _System(
            _Equations(d, group),
            _classes([image for atom in atoms for image in orbit(atom, generators(d, "all"))], group),
            _classes([image for one in types for image in orbit(one, generators(d, "all"))], group),
        )
    identity = _fewest(system, np.random.default_rng(rng), rounds)
    check_identity(identity)
    return identity


def generators(kernel_size: int, symmetries: Symmetries) -> tuple[tuple[int, ...], ...]:
    """Return permutations that generate a group: of order 1, d, 2 d or d!.

    Raises
    ------
    InputError

    Examples
    --------
    >>> generators(4, "dihedral")
    ((1, 2, 3, 0), (0, 3, 2, 1))
    """
    cycle = (*range(1, kernel_size), 0)
    reflection = tuple(-i % kernel_size for i in range(kernel_size))
    swap = (1, 0, *range(2, kernel_size))
    groups = {"none": (), "cyclic": (cycle,), "dihedral": (cycle, reflection), "all": (cycle, swap)}
    if symmetries not in groups:
        raise InputError(f"the symmetries are {', '.join(groups)}, not {symmetries!r}")
    return groups[symmetries]


# The library


def candidate_types(kernel_size: int, atom_size: int, summands: int) -> list[Form]:
    """List the forms A - B up to permutations of the inputs, sign and positive factors.

    Parameters
    ----------
    kernel_size, atom_size, summands : int
        A and B are sums of ``summands`` maxima over 1 to ``atom_size`` of ``kernel_size`` inputs.

    Examples
    --------
    x_1 - x_2, x_1 - M_12, x_1 - M_23, M_12 - M_13 and M_12 - M_34:

    >>> len(candidate_types(4, 2, 1))
    5
    """
    positive: set[Form] = {()}
    found: set[Form] = set()
    for count in range(1, summands + 1):
        positive = {_canonical(form) for one in positive for form in _extended(one, 1, kernel_size, atom_size)}
        forms = positive
        for _ in range(count):
            forms = {_canonical(form) for one in forms for form in _extended(one, -1, kernel_size, atom_size)}
        for form in forms:
            divisor = gcd(*(k for _, k in form))
            primitive = tuple((subset, k // divisor) for subset, k in form)
            found.add(min(_canonical(primitive), _canonical(tuple((subset, -k) for subset, k in primitive))))
    return sorted(found)


def _extended(form: Form, sign: int, kernel_size: int, atom_size: int) -> Iterator[Form]:
    """Add or subtract one maximum, over positions that occur and the next ones, without cancelling what was added."""
    entries = dict(form)
    known = 1 + max((i for subset in entries for i in subset), default=-1)
    for size in range(1, atom_size + 1):
        for new in range(max(0, size - known), min(size, kernel_size - known) + 1):
            for old in combinations(range(known), size - new):
                subset = (*old, *range(known, known + new))
                if sign < 0 and entries.get(subset, 0) > 0:
                    continue
                yield tuple(sorted({**entries, subset: entries.get(subset, 0) + sign}.items()))


def _canonical(form: Form) -> Form:
    """Return the least form that permutations of the positions make, on positions 0, 1, ... without gaps.

    Positions are first told apart by the subsets that they are in, as far as that goes; orders within what is left are
    tried.
    """
    positions = sorted({i for subset, _ in form for i in subset})
    colour = dict.fromkeys(positions, 0)
    for _ in positions:
        marks = {
            i: (
                colour[i],
                sorted((k, sorted(colour[j] for j in subset if j != i)) for subset, k in form if i in subset),
            )
            for i in positions
        }
        ranks = {repr(mark): rank for rank, mark in enumerate(sorted(marks.values(), key=repr))}
        refined = {i: ranks[repr(marks[i])] for i in positions}
        if len(set(refined.values())) == len(set(colour.values())):
            break
        colour = refined
    classes = [[i for i in positions if colour[i] == value] for value in sorted(set(colour.values()))]
    images = []
    for orders in product(*(permutations(one) for one in classes)):
        place = {i: new for new, i in enumerate(i for order in orders for i in order)}
        images.append(tuple(sorted((tuple(sorted(place[i] for i in subset)), k) for subset, k in form)))
    return min(images)


def _subset_form(size: int) -> Form:
    return ((tuple(range(size)), 1),)


def _classes(forms: Iterable[Form], group: Sequence[tuple[int, ...]]) -> list[Form]:
    """Pick one form of each class under a group and sign."""
    chosen: list[Form] = []
    seen: set[Form] = set()
    for form in forms:
        if form not in seen:
            chosen.append(form)
            images = orbit(form, group)
            seen.update(images)
            seen.update(permuted(image, range(len(group[0]) if group else _size(image)), -1) for image in images)
    return chosen


def _size(form: Form) -> int:
    return 1 + max(i for subset, _ in form for i in subset)


# The equations


class _Equations:
    """What terms, averaged over a group, contribute to the equations on one cone of each class under the group."""

    def __init__(self, kernel_size: int, group: Sequence[tuple[int, ...]]) -> None:
        self.kernel_size, self.group = kernel_size, group
        # ranks[n, i] is the place of input i in the n-th order; cone[n] numbers the class of that order.
        cosets = _cosets(kernel_size, group)
        self.ranks = np.array([order for coset in cosets for order in coset], dtype=np.int8)
        self.cone = np.repeat(np.arange(len(cosets)), [len(coset) for coset in cosets])
        self.cones = len(cosets)
        # With all permutations, only the places of the inputs that occur matter.
        self._injections: dict[int, npt.NDArray[np.int8]] = {}

    def _ranks(self, form: Form) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
        if self.cones > 1:
            return self.ranks, self.cone
        size = _size(form)
        if size not in self._injections:
            self._injections[size] = np.array(list(permutations(range(self.kernel_size), size)), dtype=np.int8)
        injections = self._injections[size]
        return injections, np.zeros(len(injections), dtype=np.int64)

    def column(self, form: Form, *, bends: bool = True) -> tuple[dict[Equation, int], int]:
        """Return the contributions of |form|, or of the form itself, times a number, and that number."""
        ranks, cone = self._ranks(form)
        d = self.kernel_size
        largest = [(ranks[:, list(subset)].max(axis=1), k) for subset, k in form]
        column: dict[Equation, int] = {}
        for ones in range(1, d + 1):
            at = sum(k * (place >= d - ones) for place, k in largest)
            sums = np.bincount(cone, weights=np.abs(at) if bends else at, minlength=self.cones)
            column.update({("value", c, ones): int(v) for c, v in enumerate(sums) if v})
        if bends:
            gaps = np.stack([sum(k * (place > gap) for place, k in largest) for gap in range(d - 1)], axis=1)
            column.update(self._bends(gaps.astype(np.int64), cone))
        return column, len(ranks) // self.cones

    def _bends(self, gaps: npt.NDArray[np.int64], cone: npt.NDArray[np.int64]) -> dict[Equation, int]:
        mixed = (gaps.min(axis=1) < 0) & (gaps.max(axis=1) > 0)
        if not mixed.any():
            return {}
        gaps, cone = gaps[mixed], cone[mixed]
        divisor = np.gcd.reduce(gaps, axis=1)
        gaps //= divisor[:, None]
        gaps *= np.sign(gaps[np.arange(len(gaps)), (gaps != 0).argmax(axis=1)])[:, None]
        code = gaps @ self.code_base + int(self.code_base.sum()) * _OFFSET
        pairs, index = np.unique(np.stack([cone, code]), axis=1, return_inverse=True)
        sums = np.bincount(index.ravel(), weights=divisor)
        return {("bend", int(c), int(h)): int(s) for (c, h), s in zip(pairs.T, sums, strict=True)}

    @property
    def code_base(self) -> npt.NDArray[np.int64]:
        """Powers that encode a form in the gaps, entries -OFFSET..OFFSET, as one integer."""
        return (2 * _OFFSET + 1) ** np.arange(self.kernel_size - 1)

    def decoded(self, code: int) -> tuple[int, ...]:
        """Return the form in the gaps that an integer stands for."""
        entries = []
        for _ in range(self.kernel_size - 1):
            code, entry = divmod(code, 2 * _OFFSET + 1)
            entries.append(entry - _OFFSET)
        return tuple(entries)


_OFFSET = 50
"""Largest coefficient of a form in the gaps: 101^8 fits into 64 bits."""


def _cosets(kernel_size: int, group: Sequence[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
    """Divide all orders (places of the inputs) into those that the group makes from one another."""
    identity = tuple(range(kernel_size))
    elements, fresh = {identity}, [identity]
    while fresh:
        products = {tuple(one[i] for i in permutation) for one in fresh for permutation in group}
        fresh = list(products - elements)
        elements |= products
    seen: set[tuple[int, ...]] = set()
    cosets = []
    for order in permutations(range(kernel_size)):
        if order not in seen:
            coset = [tuple(order[i] for i in element) for element in sorted(elements)]
            seen.update(coset)
            cosets.append(coset)
    return cosets


class _System:
    """The equations A c = b in the coefficients of the M_S (first) and of the |A - B|, each averaged over the group."""

    def __init__(self, equations: _Equations, atoms: Sequence[Form], terms: Sequence[Form]) -> None:
        self.equations, self.atoms, self.terms = equations, list(atoms), list(terms)
        columns = [equations.column(form, bends=False) for form in atoms]
        columns += [equations.column(form) for form in terms]
        self.columns = [column for column, _ in columns]
        self.multiples = [multiple for _, multiple in columns]
        # The maximum is 1 at every 0/1 vector but 0.
        values = {("value", c, ones) for c in range(equations.cones) for ones in range(1, equations.kernel_size + 1)}
        rows: dict[Equation, list[tuple[int, int]]] = {key: [] for key in sorted(values.union(*self.columns))}
        for j, column in enumerate(self.columns):
            for key, value in column.items():
                rows[key].append((j, value))
        # Most cones give equations that others give too: one of each is kept.
        kept = {(key[0], *row): key for key, row in rows.items()}
        self.keys = sorted(kept.values())
        self.row = {key: number for number, key in enumerate(self.keys)}
        self.columns = [{key: v for key, v in column.items() if key in self.row} for column in self.columns]
        self.right = [int(key[0] == "value") for key in self.keys]
        self._units: dict[int, int] = {}

    @cached_property
    def _floats(self) -> csc_array:
        rows = [self.row[key] for column in self.columns for key in column]
        values = [
            v / multiple for column, multiple in zip(self.columns, self.multiples, strict=True) for v in column.values()
        ]
        ends = np.cumsum([0, *map(len, self.columns)])
        return csc_array((values, rows, ends), shape=(len(self.keys), len(self.columns)))

    def solve(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
        """Minimise the weighted sum of the |c| of the terms in floats; None if the solver finds no solution.

        Raises
        ------
        SolverError
        """
        cost = np.concatenate([np.zeros(len(self.atoms)), weights])
        result = linprog(
            np.concatenate([cost, cost]),
            A_eq=hstack([self._floats, -self._floats], format="csc"),
            b_eq=self.right,
            method="highs-ds",
        )
        if result.status == 2:
            return None
        if result.status != 0:
            raise SolverError(f"the linear program was not solved: {result.message}")
        solution: npt.NDArray[np.float64] = (result.x[: len(cost)] - result.x[len(cost) :])[len(self.atoms) :]
        return solution

    def units(self, term: int) -> int:
        """Count the ReLUs that a term and its images take; a form and its negative share one."""
        if term not in self._units:
            images = set(orbit(self.terms[term], self.equations.group))
            inputs = range(self.equations.kernel_size)
            paired = sum(permuted(image, inputs, -1) in images for image in images)
            self._units[term] = len(images) - paired // 2
        return self._units[term]

    def solve_exactly(self, terms: Sequence[int]) -> dict[int, Fraction] | None:
        """Solve with the M_S and some of the terms; return coefficients by column, None if there is no solution."""
        chosen = [*range(len(self.atoms)), *(len(self.atoms) + j for j in terms)]
        rows: dict[Equation, list[int]] = {key: [0] * len(chosen) for key in self.keys}
        for place, j in enumerate(chosen):
            for key, value in self.columns[j].items():
                rows[key][place] = value
        # On few columns still more equations are the same.
        distinct = sorted({(*row, right) for row, right in zip(rows.values(), self.right, strict=True)})
        solution = _solve([row[:-1] for row in distinct], [row[-1] for row in distinct])
        if solution is None:
            return None
        return {j: value * self.multiples[j] for j, value in zip(chosen, solution, strict=True) if value}

    def identity(self, coefficients: dict[int, Fraction]) -> MaxIdentity:
        """Write a solution with ReLUs: |v| = 2 relu(v) - v."""
        group = self.equations.group
        remainder: dict[Subset, Fraction] = {}
        terms = []
        for j, c in sorted(coefficients.items()):
            is_atom = j < len(self.atoms)
            form = self.atoms[j] if is_atom else self.terms[j - len(self.atoms)]
            images = orbit(form, group)
            share = c / len(images)
            if not is_atom:
                terms.append((2 * share, form))
            for image in images:
                for subset, k in image:
                    remainder[subset] = remainder.get(subset, Fraction(0)) + (share if is_atom else -share * k)
        return MaxIdentity(
            self.equations.kernel_size,
            tuple(sorted((subset, r) for subset, r in remainder.items() if r)),
            tuple(terms),
            tuple(group),
        )


def _solve(rows: Sequence[Sequence[int]], right: Sequence[int]) -> list[Fraction] | None:
    """Solve linear equations exactly; unknowns that remain free are 0."""
    unknowns = len(rows[0])
    flat = [entry for row, b in zip(rows, right, strict=True) for entry in (*row, b)]
    reduced, rank = fmpq_mat(len(rows), unknowns + 1, flat).rref()
    solution = [Fraction(0)] * unknowns
    for i in range(rank):
        pivot = next(j for j in range(unknowns + 1) if reduced[i, j] != 0)
        if pivot == unknowns:
            return None
        solution[pivot] = to_fraction(fmpq(reduced[i, unknowns]))
    return solution


def _obstruction(system: _System, atom_size: int, summands: int) -> NoIdentity:
    """Find multipliers y with y A = 0 and y b = 1."""
    rows = [[column.get(key, 0) for key in system.keys] for column in system.columns]
    multipliers = _solve([*rows, system.right], [0] * len(rows) + [1])
    if multipliers is None:
        raise SolverError("the linear program was called infeasible, but its equations have a solution")
    by_key = dict(zip(system.keys, multipliers, strict=True))
    d = system.equations.kernel_size
    bends = {system.equations.decoded(key[2]): y for key, y in by_key.items() if key[0] == "bend" and y}
    return NoIdentity(
        d, atom_size, summands, bends, tuple(by_key.get(("value", 0, k), Fraction(0)) for k in range(d + 1))
    )


def _fewest(system: _System, rng: np.random.Generator, rounds: int) -> MaxIdentity:
    """Solve with random weights, then with weights that spare what is already large, and keep the fewest units."""
    sizes = np.array(system.multiples[len(system.atoms) :], dtype=float)
    if system.equations.cones > 1:
        sizes = np.array([system.units(j) for j in range(len(system.terms))], dtype=float)
    best: list[int] = []
    fewest: int | None = None
    for _ in range(rounds):
        weights, before = sizes * rng.uniform(0.3, 1.0, len(sizes)), None
        for _ in range(_RENEWALS):
            c = system.solve(weights / weights.max())
            if c is None:
                raise SolverError("the linear program was called infeasible, though a symmetric solution exists")
            support = [int(j) for j in np.flatnonzero(np.abs(c) > _ZERO)]
            units = sum(system.units(j) for j in support)
            if fewest is None or units < fewest:
                best, fewest = support, units
            if units == before:
                break
            before = units
            # The coefficients of single terms decide, not those of averages over many.
            single = np.abs(c) / sizes
            weights = sizes / (single + _SOFTNESS * single.max()) * rng.uniform(0.7, 1.4, len(sizes))
    coefficients = system.solve_exactly(best)
    if coefficients is None:
        raise SolverError("the terms that the linear program chose do not give an identity exactly")
    return system.identity(coefficients)


_RENEWALS = 10
"""Most linear programs from one start."""

_SOFTNESS = 0.02
"""Share of the largest coefficient below which a coefficient counts as small."""

_ZERO = 1e-8


# The check


def check_identity(identity: MaxIdentity) -> None:
    """Prove an identity on all of R^d, in exact arithmetic, or say where it fails.

    Parameters
    ----------
    identity : MaxIdentity

    Raises
    ------
    InputError
        Names the cone and the form at which bends do not cancel, or the 0/1 vector at which the values differ.

    Notes
    -----
    The argument is the one above: on one cone of each class under the symmetries, the bends at proportional forms
    cancel, and the values agree at the 0/1 vectors and at (1, .., 1) and its negative.

    Examples
    --------
    >>> from theory.networks.shallow import FIVE
    >>> from dataclasses import replace
    >>> check_identity(FIVE)
    >>> check_identity(replace(FIVE, terms=FIVE.terms[1:]))
    Traceback (most recent call last):
    ...
    theory.errors.InputError: not an identity: on y1 <= y2 <= y4 <= y5 <= y3, with the 1 largest 1 and the others 0, \
it is 0
    """
    d = identity.kernel_size
    for form in (form for _, form in identity.terms):
        if any(not 0 <= i < d for subset, _ in form for i in subset):
            raise InputError(f"not an identity: {form} has positions outside 0..{d - 1}")
        if sum(k for _, k in form) != 0:
            raise InputError(f"not an identity: {form} changes when a number is added to all inputs")
    if sum((r for _, r in identity.remainder), Fraction(0)) != 1:
        raise InputError("not an identity: the coefficients of the remainder do not add up to 1")
    cosets = _cosets(d, identity.symmetries)
    # An image that several elements of the group make counts once.
    shares = [(c * Fraction(len(orbit(form, identity.symmetries)), len(cosets[0])), form) for c, form in identity.terms]
    for orders in cosets:
        _check_cone(identity, shares, orders)


def _check_cone(
    identity: MaxIdentity, shares: Sequence[tuple[Fraction, Form]], orders: Sequence[tuple[int, ...]]
) -> None:
    """Check one cone; the images of a form there are the form itself on all orders of the class."""
    d = identity.kernel_size
    place = orders[0]
    shown = " <= ".join(f"y{i + 1}" for i in sorted(range(d), key=place.__getitem__))
    # Entry k: the value at the 0/1 vector whose k largest inputs are 1.
    values = [
        sum((r for s, r in identity.remainder if max(place[i] for i in s) >= d - k), Fraction(0)) for k in range(d + 1)
    ]
    bends: dict[tuple[int, ...], Fraction] = {}
    for share, form in shares:
        counts: dict[tuple[int, ...], int] = {}
        for order in orders:
            gaps = [0] * (d - 1)
            for subset, k in form:
                for gap in range(max(order[i] for i in subset)):
                    gaps[gap] += k
            counts[tuple(gaps)] = counts.get(tuple(gaps), 0) + 1
        for gaps_, count in counts.items():
            for k in range(1, d):
                values[k] += share * count * max(0, gaps_[d - 1 - k])
            if min(gaps_) < 0 < max(gaps_):
                divisor = gcd(*gaps_)
                first = next(g for g in gaps_ if g)
                key = tuple(g // divisor if first > 0 else -g // divisor for g in gaps_)
                bends[key] = bends.get(key, Fraction(0)) + share * count * divisor
    for key, total in bends.items():
        if total:
            raise InputError(f"not an identity: on {shown} the bends at {key} add up to {total}")
    for k in range(1, d + 1):
        if values[k] != 1:
            raise InputError(f"not an identity: on {shown}, with the {k} largest 1 and the others 0, it is {values[k]}")


# The command line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``python -m theory.networks.search``: print an identity or the proof that there is none.

    Returns
    -------
    int
        0 if an identity was found, 1 if there is none in the library, 2 for bad input.
    """
    parser = argparse.ArgumentParser(
        prog="python -m theory.networks.search",
        description="Find the maximum of KERNEL numbers with LAYERS hidden layers as an exact combination of ReLUs.",
    )
    parser.add_argument("kernel", type=int, metavar="KERNEL")
    parser.add_argument("layers", type=int, metavar="LAYERS")
    parser.add_argument("--summands", type=int, default=2, help="maxima in A and in B of each relu(A - B) (default 2)")
    parser.add_argument("--symmetries", choices=("none", "cyclic", "dihedral", "all"), help="group of the identity")
    parser.add_argument("--rounds", type=int, default=6, help="starts of the search for few terms (default 6)")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    try:
        result = search_max_identity(
            options.kernel,
            options.layers,
            summands=options.summands,
            symmetries=options.symmetries,
            rng=options.seed,
            rounds=options.rounds,
        )
    except SubpoolError as error:
        sys.stderr.write(f"subpool: {error}\n")
        return 2
    sys.stdout.write(f"{result}\n")
    return int(isinstance(result, NoIdentity))


if __name__ == "__main__":
    sys.exit(main())
