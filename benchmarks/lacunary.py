"""Arbitrary sets of orders, where the functions are only a weak Chebyshev system: time, exchanges, plain baselines."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from statistics import median

from flint import fmpq

from benchmarks import memory
from benchmarks.plain_simplex import plain_simplex
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.sets import random_orders
from benchmarks.timing import Ratio, in_seconds, time_once
from theory import optimal_estimator
from theory.optimal.extrapolation import extrapolate
from theory.rationals import to_fraction

CASES = ((169, 12), (60, 20))
LIMIT = 1.0
"""Seconds within which the worst set is to be solved."""


def _ours(kernel_size: int, orders: list[int]) -> None:
    certificate = optimal_estimator(kernel_size, orders).certificate
    if certificate is not None:
        certificate.to_json()


def _check(kernel_size: int, orders: list[int], constant: Fraction) -> None:
    if 1 / (1 + constant) != optimal_estimator(kernel_size, orders).error:
        raise DisagreementError(f"d = {kernel_size}, orders {orders}: the plain simplex method has another error")


def _largest(kernel_size: int, orders: list[int]) -> Fraction:
    return to_fraction(plain_simplex(kernel_size, orders, fmpq, "largest")[0])


def _bland(kernel_size: int, orders: list[int]) -> Fraction:
    return Fraction(plain_simplex(kernel_size, orders, Fraction, "bland")[0])


def _keep(
    found: list[Fraction], solver: Callable[[int, list[int]], Fraction], kernel_size: int, orders: list[int]
) -> None:
    found.append(solver(kernel_size, orders))


def _against(
    solver: Callable[[int, list[int]], Fraction], kernel_size: int, sets: list[list[int]]
) -> tuple[list[float], list[float]]:
    """Time ours and the baseline on each set, one after the other."""
    ours, theirs = [], []
    found: list[Fraction] = []
    for orders in sets:
        _ours(kernel_size, orders)
        ours.append(time_once(partial(_ours, kernel_size, orders)))
        theirs.append(time_once(partial(_keep, found, solver, kernel_size, orders)))
        _check(kernel_size, orders, found.pop())
    return ours, theirs


def run(scale: Scale, tell: Teller) -> Section:
    """Solve several random sets of each kind, then compare with the simplex method on some of them."""
    count = scale.pick(20, 4, 2)
    tell.begin(2 * len(CASES) + 1)
    limits, comparisons, lines = [], [], []
    for d, size in CASES:
        sets = random_orders(d, size, count)
        exchanges = [extrapolate(d, orders).exchanges for orders in sets]
        times = [time_once(partial(_ours, d, orders)) for orders in sets]
        ratios = [LIMIT / t for t in times]
        limits.append(
            Row(
                f"d = {d}, {size} orders, slowest of {count} sets",
                f"a limit of {LIMIT:g} s",
                in_seconds(max(times)),
                in_seconds(LIMIT),
                Ratio(min(ratios), min(ratios), max(ratios)),
                1.0,
                memory.added(partial(_ours, d, sets[times.index(max(times))])),
                seconds=max(times),
            )
        )
        lines.append(
            [
                str(d),
                str(size),
                in_seconds(median(times)),
                in_seconds(max(times)),
                f"{median(exchanges):g} ({min(exchanges)}..{max(exchanges)})",
            ]
        )
        tell.step()
        ours, theirs = _against(_largest, d, sets[: scale.pick(10, 2)])
        what = f"d = {d}, {size} orders"
        grown = memory.added(partial(_ours, d, sets[0]))
        comparisons.append(Row.timed(what, "plain simplex, fmpq, largest coefficient", ours, theirs, memory=grown))
        tell.step()
    d, size, number = scale.pick((60, 20, 2), (30, 10, 1))
    sets = random_orders(d, size, number)
    ours, theirs = _against(_bland, d, sets)
    what, grown = f"d = {d}, {size} orders", memory.added(partial(_ours, d, sets[0]))
    comparisons.append(Row.timed(what, "plain simplex, Fraction, Bland's rule", ours, theirs, memory=grown))
    tell.step()
    return Section(
        "Lacunary sets of orders",
        "Random sets that contain 0, the other orders drawn uniformly from 1..d-1. The baseline is "
        "[plain_simplex.py](plain_simplex.py), a full tableau in exact numbers on the dual program, with the entering "
        "column chosen by Bland's rule (which cannot cycle) or by the largest coefficient (which is far faster here). "
        "The extremes of a ratio are taken over sets. Errors are compared exactly.",
        (*limits, *comparisons),
        (Table("Ours, certificate included", ["d", "orders", "median", "worst", "references solved"], lines),),
    )
