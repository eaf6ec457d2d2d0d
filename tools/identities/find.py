"""Find an identity with few terms, or the multipliers which prove that there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from theory.errors import InputError, ProblemTooLargeError, SolverError
from theory.networks.shallow import MaxIdentity, orbit, shallow_capacity
from theory.notation import check_kernel_size
from tools.identities.check import check_identity
from tools.identities.library import Symmetries, candidate_types, classes, generators, subset_form
from tools.identities.system import Equations, System, solve_linear

_KERNEL_MAX = 9
"""Largest kernel size: the equations of a type take time in proportion to d!."""


@dataclass(frozen=True)
class NoIdentity:
    """A proof that no identity exists in a library.

    The library: A and B are sums of ``summands`` maxima over up to ``atom_size`` of the inputs. ``bends`` maps a
    primitive form in the gaps, first entry other than 0 positive, to the multiplier of "the multiples of the form
    cancel", and entry k of ``values`` is that of "the value at 0/1 vectors with k ones is that of the maximum".

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

    Up to 9 numbers; the maxima M_S in the terms take a hidden layer less than the whole. The identity is invariant
    under the group ``symmetries``: a larger one makes the linear programs smaller, and leaves less room for few terms.
    The default is none up to 5 numbers, dihedral at 6 and all above. ``rounds`` is the number of starts of the search
    for few terms, and ``rng`` weighs the linear programs. An identity has been checked by :func:`check_identity`.

    Raises KernelSizeError, InputError, ProblemTooLargeError, and SolverError if the outside solver fails.

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
    atoms = [subset_form(size) for size in range(1, atom_size + 1)]
    everything = Equations(d, generators(d, "all"))
    system = System(everything, atoms, types)
    if system.solve(np.ones(len(types))) is None:
        return obstruction(system, atom_size, summands)
    chosen = symmetries or ("none" if d <= 5 else "dihedral" if d == 6 else "all")
    if chosen != "all":
        group = generators(d, chosen)
        system = System(
            Equations(d, group),
            classes([image for atom in atoms for image in orbit(atom, generators(d, "all"))], group),
            classes([image for one in types for image in orbit(one, generators(d, "all"))], group),
        )
    identity = fewest_units(system, np.random.default_rng(rng), rounds)
    check_identity(identity)
    return identity


def obstruction(system: System, atom_size: int, summands: int) -> NoIdentity:
    """Find multipliers y with y A = 0 and y b = 1."""
    rows = [[column.get(key, 0) for key in system.keys] for column in system.columns]
    multipliers = solve_linear([*rows, system.right], [0] * len(rows) + [1])
    if multipliers is None:
        raise SolverError("the linear program was called infeasible, but its equations have a solution")
    by_key = dict(zip(system.keys, multipliers, strict=True))
    d = system.equations.kernel_size
    bends = {system.equations.decoded(key[2]): y for key, y in by_key.items() if key[0] == "bend" and y}
    return NoIdentity(
        d, atom_size, summands, bends, tuple(by_key.get(("value", 0, k), Fraction(0)) for k in range(d + 1))
    )


def fewest_units(system: System, rng: np.random.Generator, rounds: int) -> MaxIdentity:
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
