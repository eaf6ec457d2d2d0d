"""How the cost of an exact solve grows with the kernel size and the number of orders."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import log
from statistics import median

import numpy as np

from benchmarks.profiling import DOMINANT, PARTS, shares
from benchmarks.results import Scale, Section, Table, Teller
from benchmarks.sets import random_orders
from benchmarks.timing import in_seconds, interleave, short
from theory import optimal_estimator
from theory.optimal.extrapolation import extrapolate

Cell = tuple[int, int]
"""Kernel size, and number of orders beside the intercept."""
Sets = Callable[[int, int], list[list[int]]]


def _consecutive(d: int, n: int) -> list[list[int]]:
    return [list(range(n + 1))]


def _lacunary(d: int, n: int) -> list[list[int]]:
    return random_orders(d, n + 1, 3)


def _full(d: int, n: int) -> list[list[int]]:
    return [list(range(d))]


def _solve_all(kernel_size: int, sets: list[list[int]]) -> None:
    for orders in sets:
        certificate = optimal_estimator(kernel_size, orders).certificate
        if certificate is not None:
            certificate.to_json()


def _measure(cells: list[Cell], sets: Sets, repetitions: int, tell: Teller) -> dict[Cell, list[float]]:
    """Seconds per set, all cells once in each repetition."""
    chosen = {cell: sets(*cell) for cell in cells}
    sides = {str(cell): partial(_solve_all, cell[0], chosen[cell]) for cell in cells}
    times = interleave(sides, repetitions, warm_up=False, after_each=tell.step)
    return {cell: [t / len(chosen[cell]) for t in times[str(cell)]] for cell in cells}


def _grid(caption: str, times: dict[Cell, list[float]]) -> Table:
    """One line for each kernel size, one column for each number of orders; each cell relative to the first."""
    first = next(iter(times.values()))
    widths = sorted({n for _, n in times})
    lines = []
    for d in sorted({d for d, _ in times}):
        line = [str(d)]
        for n in widths:
            cell = times.get((d, n))
            if cell is None:
                line.append("")
                continue
            ratio = median(b / a for a, b in zip(first, cell, strict=True))
            line.append(f"{short(ratio)} ({in_seconds(median(cell))})")
        lines.append(line)
    return Table(caption, ["d", *(f"n = {n}" for n in widths)], lines)


def _references(cells: list[Cell]) -> Table:
    """Count the references solved for the lacunary sets."""
    counts = {cell: [extrapolate(cell[0], orders).exchanges for orders in _lacunary(*cell)] for cell in cells}
    widths = sorted({n for _, n in cells})
    lines = [
        [str(d), *(f"{median(counts[d, n]):g}" if (d, n) in counts else "" for n in widths)]
        for d in sorted({d for d, _ in cells})
    ]
    return Table("References solved for these lacunary sets, median", ["d", *(f"n = {n}" for n in widths)], lines)


def _exponents(times: dict[Cell, list[float]], smallest: Cell) -> tuple[float, float]:
    """Least squares for log time = a log d + b log n + c, over the cells at least as large as ``smallest``."""
    used = [cell for cell in times if cell[0] >= smallest[0] and cell[1] >= smallest[1]]
    system = np.array([[log(d), log(n), 1.0] for d, n in used])
    right = np.array([log(median(times[cell])) for cell in used])
    solution = np.linalg.lstsq(system, right)[0]
    return float(solution[0]), float(solution[1])


def _slope(times: dict[Cell, list[float]], smallest: int) -> float:
    used = [cell for cell in times if cell[0] >= smallest]
    right = [log(median(times[cell])) for cell in used]
    return float(np.polyfit([log(d) for d, _ in used], right, 1)[0])


def _profile_table(cases: list[tuple[str, int, list[int]]], tell: Teller) -> tuple[Table, tuple[str, ...]]:
    lines, dominant = [], []
    for name, d, orders in cases:
        found = shares(partial(_solve_all, d, [orders]))
        lines.append([name, *(f"{100 * found[part]:.0f} %" for part in PARTS)])
        largest = max(found, key=found.__getitem__)
        dominant.append((name, DOMINANT[largest], found[largest]))
        tell.step()
    return Table("Where the time goes (cProfile)", ["problem", *PARTS], lines), _sentences(dominant)


def _sentences(dominant: list[tuple[str, str, float]]) -> tuple[str, ...]:
    """Say of each part of the work for which problems it takes the largest share."""
    problems: dict[str, list[str]] = {}
    for name, part, share in dominant:
        problems.setdefault(part, []).append(f"{name} ({100 * share:.0f} %)")
    return tuple(f"{part} takes most of the time for {'; '.join(names)}." for part, names in problems.items())


def run(scale: Scale, tell: Teller) -> Section:
    """Fill three grids, fit exponents, and profile typical problems."""
    repetitions = scale.pick(5, 2, 1)
    kernels = scale.pick([64, 128, 256, 512, 1024, 2048, 4096], [64, 128, 256], [64, 128])
    widths = scale.pick([4, 8, 16, 32, 64], [4, 8, 16])
    consecutive = [(d, n) for d in kernels for n in widths if n < d]
    lacunary_kernels = scale.pick([32, 64, 128, 256, 512], [32, 64])
    lacunary = [(d, n) for d in lacunary_kernels for n in scale.pick([4, 8, 16, 32], [4, 8]) if 2 * n < d]
    full = [(d, d - 1) for d in scale.pick([8, 16, 32, 64, 128, 192], [8, 16, 32])]
    cases = [
        ("d = 9, {0, 1, 8}", 9, [0, 1, 8]),
        ("d = 169, 12 random orders", 169, random_orders(169, 12, 1)[0]),
        ("d = 60, 20 random orders", 60, random_orders(60, 20, 1)[0]),
        *scale.pick(
            [
                ("d = 1024, {0..64}", 1024, list(range(65))),
                ("d = 4096, {0..32}", 4096, list(range(33))),
                ("d = 512, 33 random orders", 512, random_orders(512, 33, 1)[0]),
            ],
            [],
        ),
    ]
    tell.begin(3 * repetitions + len(cases))
    times = _measure(consecutive, _consecutive, repetitions, tell)
    gaps = _measure(lacunary, _lacunary, repetitions, tell)
    all_orders = _measure(full, _full, repetitions, tell)
    smallest = scale.pick((256, 8), (64, 4))
    smallest_gaps = scale.pick((64, 8), (32, 4))
    a, b = _exponents(times, smallest)
    p, q = _exponents(gaps, smallest_gaps)
    slope = _slope(all_orders, scale.pick(32, 8))
    profile, sentences = _profile_table(cases, tell)
    return Section(
        "How the cost grows",
        "Times of an exact solve, certificate included, relative to the first cell of the table in the same "
        "repetition (absolute medians in brackets). n counts the orders beside the intercept.",
        tables=(
            _grid("Consecutive orders {0..n}", times),
            _grid("Random lacunary sets: 0 and n random orders, mean of 3 sets", gaps),
            _references(lacunary),
            _grid_of_full(all_orders),
            profile,
        ),
        remarks=(
            f"Consecutive orders: time grows like d^{a:.1f} n^{b:.1f} (fitted over d >= {smallest[0]}, "
            f"n >= {smallest[1]}).",
            f"Random lacunary sets: like d^{p:.1f} n^{q:.1f} (fitted over d >= {smallest_gaps[0]}, "
            f"n >= {smallest_gaps[1]}).",
            f"The full set {{0..d-1}}: like d^{slope:.1f} (fitted over the larger kernels).",
            *sentences,
        ),
    )


def _grid_of_full(times: dict[Cell, list[float]]) -> Table:
    first = next(iter(times.values()))
    ratios = [short(median(b / a for a, b in zip(first, cell, strict=True))) for cell in times.values()]
    medians = [in_seconds(median(cell)) for cell in times.values()]
    line = [f"{ratio} ({middle})" for ratio, middle in zip(ratios, medians, strict=True)]
    return Table("The full set {0..d-1}", [f"d = {d}" for d, _ in times], [line])
