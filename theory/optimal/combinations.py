"""The best combination of maxima over chosen subsets of a window, exactly, with the certificate that proves it.

The residual of f = sum_J c_J max_J is linear on each simplex of ordered inputs, so it is largest at a 0/1 vector (on
the cube; relative to the range, if the coefficients sum to 1, at one that is not constant), where max_J is 1 if J meets
the set of ones. That is a linear program with a column for each subset and a row for each of 2^d vectors.

*Symmetries.* Colours of rows and columns are refined until each row of a colour meets equally many columns of each
colour, and each column equally many rows of each. Averaging a solution over the columns of a colour averages its
residuals over the rows of a colour, so there is an optimum with equal coefficients on each colour, and one row of each
colour is enough. (Dimension reduction of linear programs by colour refinement: Grohe, Kersting, Mladenov, Selman, 2014.
What the symmetries of the family exchange has one colour.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from theory.combination import Combination, CombinationCertificate, Subset, check_subsets
from theory.errors import InputError, ProblemTooLargeError
from theory.notation import KernelSize, check_kernel_size, parse_kernel
from theory.objectives import CERTIFIED, DEFAULT, Objective, find_objective
from theory.optimal.exchange import fit_rows, solve_exactly
from theory.subpools import check_choice

_Colours = NDArray[np.int64]

_MOST_INPUTS = 20
"""Inputs whose 0/1 vectors are all looked at; the checker takes no more either."""
_SAMPLED = 2000
"""Rows of a colour that weights are looked for on."""
_NOISE = 1e-9
"""Weights below that are taken for zero; they sum to 1, and what is wrong with that is seen exactly."""
_MOST_CELLS = 2**28
"""Entries of the table of which vector meets which subset, a byte each."""


def optimal_combination(
    kernel_size: KernelSize, subsets: str | Iterable[Iterable[int]], *, objective: Objective = DEFAULT
) -> Combination:
    """Find the best approximation of the maximum by maxima over chosen subsets of its inputs.

    Parameters
    ----------
    kernel_size : int, 2..20, or "3x3", or (3, 3)
        Number d of inputs of a pooling window, or its shape.
    subsets : iterable of collections of distinct int, each in 0..d-1, or text
        Distinct subsets of the positions of a window, in row-major order; the empty one is the intercept. In text,
        ``"2x3"`` are all placements of that window in the kernel, ``"at:0+1+4"`` is one subset, ``"intercept"`` the
        empty one, and commas separate them.
    objective : {"cube", "range"}
        ``"cube"``: the sup norm over [0,1]^d. ``"range"``: the error relative to the range of the window, with
        coefficients that sum to 1, without an intercept.

    Returns
    -------
    Combination
        With equal coefficients where the symmetries of the family make subsets alike.

    Raises
    ------
    KernelSizeError, InputError, ProblemTooLargeError
    SolverError
        If a step contradicts the theory. No unproved answer is ever returned.

    Notes
    -----
    The class of Matoba, Dimitriadis, Fleuret, TMLR 2023, with single weights. How it is solved: colours of vertices and
    subsets that the symmetries of the family do not tell apart, and :mod:`theory.optimal.exchange`.

    Examples
    --------
    >>> four = optimal_combination("3x3", "intercept,2x3,3x2")
    >>> four.error, four.terms
    (Fraction(1, 4), 4)
    >>> optimal_combination(4, [(), (0, 1), (2, 3)]).error
    Fraction(1, 4)
    """
    shape = parse_kernel(kernel_size)
    d = check_kernel_size(kernel_size)
    relative = find_objective(check_choice("the objective of a combination", objective, CERTIFIED)).relative
    check_inputs(d)
    chosen = check_subsets(shape, subsets)
    if relative and Subset() in chosen:
        raise InputError('the empty subset, the intercept, is not allowed with the objective "range"')
    check_inputs(d, len(chosen))
    met = _met(d, chosen)
    constant = np.zeros(1 << d, dtype=np.int64)
    constant[0], constant[-1] = 1, 2
    rows, columns = _colours(met, constant, np.array([int(bool(subset)) for subset in chosen]))
    return _combination(d, objective, chosen, met, rows, columns)


def check_inputs(d: int, subsets: int = 1) -> None:
    """Raise ProblemTooLargeError for more 0/1 vectors than are looked at."""
    if d > _MOST_INPUTS or subsets << d > _MOST_CELLS:
        raise ProblemTooLargeError(
            f"subsets of {d} inputs have a table of 2^{d} rows, and a column for each subset: more than is looked at, "
            f"which is up to {_MOST_INPUTS} inputs, and {_MOST_CELLS >> 20} million entries"
        )


def _met(kernel_size: int, subsets: Sequence[Subset]) -> NDArray[np.bool_]:
    """Tabulate which 0/1 vector, bit j of its number input j, meets which subset; the empty one is met by all."""
    vertices = np.arange(1 << kernel_size)
    masks = [sum(1 << j for j in subset) for subset in subsets]
    return np.stack([(vertices & mask) != 0 if mask else np.ones(len(vertices), dtype=bool) for mask in masks], axis=-1)


def _counts(met: NDArray[np.bool_], columns: _Colours) -> _Colours:
    """Count for each row how many columns of each colour it meets."""
    return np.stack([met[:, columns == colour].sum(axis=-1) for colour in range(columns.max() + 1)], axis=-1)


def _colours(met: NDArray[np.bool_], rows: _Colours, columns: _Colours) -> tuple[_Colours, _Colours]:
    """Refine colours of rows and columns until neither tells more of the other."""
    columns = np.unique(columns, return_inverse=True)[1]
    while True:
        finer = _distinct(np.column_stack([rows, _counts(met, columns)]))
        number = finer.max() + 1
        # Sums of ones below 2^20 are exact in floats.
        shared = np.stack([np.bincount(finer, weights=column, minlength=number) for column in met.T])
        narrower = _distinct(np.column_stack([columns, shared.astype(np.int64)]))
        if narrower.max() == columns.max() and number == rows.max() + 1:
            return finer, narrower
        rows, columns = finer, narrower


def _distinct(keys: _Colours) -> _Colours:
    # Column by column, as sorting integers takes a fraction of the time of sorting rows.
    colours: _Colours = np.zeros(len(keys), dtype=np.int64)
    for column in keys.T:
        colours = np.unique(colours * (column.max() + 1) + column, return_inverse=True)[1]
    return colours


def _combination(
    d: int,
    objective: Objective,
    subsets: Sequence[Subset],
    met: NDArray[np.bool_],
    rows: _Colours,
    columns: _Colours,
) -> Combination:
    relative = find_objective(objective).relative
    everything = (1 << d) - 1
    _, first, sizes = np.unique(rows, return_index=True, return_counts=True)
    # The empty and the full set of ones have colours of their own.
    looked_at = [int(v) for v in first if not relative or v not in (0, everything)]
    counts = _counts(met[looked_at], columns).tolist()
    values = [int(v > 0) for v in looked_at]
    if relative:
        counts.append(np.bincount(columns).tolist())
        values.append(1)
    fit = fit_rows(counts, values, pinned=relative)
    coefficients = {subset: fit.primal[int(colour)] for subset, colour in zip(subsets, columns, strict=True)}
    weights = {int(rows[looked_at[i]]): w for i, w in fit.dual.items() if i < len(looked_at)}
    spread = _spread_thinly(met, rows, weights, relative=relative)
    if spread is None:
        spread = {
            int(v): w / int(sizes[colour]) for colour, w in weights.items() for v in np.flatnonzero(rows == colour)
        }
    dual = {_digits(v, d): w for v, w in sorted(spread.items())}
    certificate = CombinationCertificate(d, objective, coefficients, fit.error, dual)
    return Combination(d, objective, coefficients, fit.error, certificate)


def _spread_thinly(
    met: NDArray[np.bool_], rows: _Colours, weights: dict[int, Fraction], *, relative: bool
) -> dict[int, Fraction] | None:
    """Put the weight of each colour of rows on few of its rows, if that can be found; on all alike it may be long.

    Each subset alone is to have the moment that the colours have. A float linear program proposes the rows, of a sample
    where they are many, and exact elimination decides.
    """
    if not weights:
        return {}
    generator = np.random.default_rng(0)
    chosen, places = [], []
    for place, colour in enumerate(weights):
        members = np.flatnonzero(rows == colour)
        chosen.append(generator.choice(members, min(len(members), _SAMPLED), replace=False))
        places.append(np.full(len(chosen[-1]), place))
    vertices, place_of = np.concatenate(chosen), np.concatenate(places)
    signs = np.array([1 if w > 0 else -1 for w in weights.values()])[place_of]
    moments = met[vertices].T * signs
    if relative:
        moments = moments[1:] - moments[0]
    table = np.vstack([moments, place_of == np.arange(len(weights))[:, None]]).astype(np.int64)
    right = [Fraction(0)] * len(moments) + [abs(w) for w in weights.values()]
    found = linprog(generator.random(len(vertices)), A_eq=table, b_eq=[float(b) for b in right], method="highs-ds")
    if found.status != 0:
        return None
    support = np.flatnonzero(found.x > _NOISE)
    exact = solve_exactly(table[:, support].tolist(), right)
    if exact is None or min(exact) < 0:
        return None
    return {int(vertices[i]): int(signs[i]) * w for i, w in zip(support, exact, strict=True) if w}


def _digits(vertex: int, d: int) -> str:
    return "".join(str(vertex >> j & 1) for j in range(d))
