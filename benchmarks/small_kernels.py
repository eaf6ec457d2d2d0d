"""Kernels of 9 and 16 inputs, sets of 3 to 8 orders: the exact optimum with its certificate against float solvers."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.float_solvers import FloatProgram, run_cvxpy, run_linprog
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.sets import random_orders
from benchmarks.timing import Ratio, Times, in_seconds, interleave
from theory import optimal_estimator
from theory.estimator import Objective
from theory.optimal.solve import Method

KERNELS = (9, 16)
SIZES = range(3, 9)
OBJECTIVES: tuple[Objective, ...] = ("cube", "range")
BASELINES = {
    "method='highs'": 1.0,
    "scipy linprog alone": 1.0,
    "method='cvxpy'": 5.0,
    "CVXPY alone": 5.0,
}
"""Each baseline with the ratio asked for."""
TOLERANCE = 0.01
_LIMIT = "exact arithmetic and the certificate: how they share the time is below, where cost grows"
SAMPLE = 0.02
"""Seconds that a timing spans at least."""
SOLVERS = (lambda program: run_linprog(program.linprog_arguments()), run_cvxpy)


def _exact(kernel_size: int, orders: list[int], objective: Objective) -> str:
    certificate = optimal_estimator(kernel_size, orders, objective=objective).certificate
    if certificate is None:
        raise DisagreementError("an exact optimum came without certificate")
    return certificate.to_json()


def _proven_error(kernel_size: int, orders: list[int], objective: Objective) -> float:
    """Confirm the optimum with the independent checker, imported here as it is not part of the library."""
    from proofs_check.certificates import check_certificate

    error = check_certificate(_exact(kernel_size, orders, objective))
    if error != optimal_estimator(kernel_size, orders, objective=objective).error:
        raise DisagreementError(f"kernel size {kernel_size}, orders {orders}: checker and solver differ")
    return float(error)


def _count_off(
    kernel_size: int, sets: list[list[int]], objective: Objective, programs: list[FloatProgram]
) -> list[str]:
    """For each float solver, the number of sets on which it claims an error off by more than :data:`TOLERANCE`."""
    errors = [_proven_error(kernel_size, orders, objective) for orders in sets]
    counts = []
    for solve in SOLVERS:
        outcomes = [solve(program) for program in programs]
        off = [
            outcome is None or abs(outcome.claimed / error - 1) > TOLERANCE
            for outcome, error in zip(outcomes, errors, strict=True)
        ]
        counts.append(f"{sum(off)} of {len(sets)}")
    return counts


def _each(function: Callable[..., object], *lists: list[Any]) -> Callable[[], object]:
    return lambda: [function(*arguments) for arguments in zip(*lists, strict=True)]


def _sides(
    kernel_size: int, sets: list[list[int]], objective: Objective, programs: list[FloatProgram]
) -> dict[str, Callable[[], object]]:
    prepared = [program.linprog_arguments() for program in programs]

    def by(method: Method) -> Callable[[], object]:
        return _each(lambda orders: optimal_estimator(kernel_size, orders, objective=objective, method=method), sets)

    return {
        "exact": _each(lambda orders: _exact(kernel_size, orders, objective), sets),
        "method='highs'": by("highs"),
        "scipy linprog alone": _each(run_linprog, prepared),
        "method='cvxpy'": by("cvxpy"),
        "CVXPY alone": _each(run_cvxpy, programs),
    }


def run(scale: Scale, tell: Teller) -> Section:
    """Compare, for every kernel, objective and number of orders, over several random sets each."""
    count, repetitions = scale.pick(5, 2, 1), scale.pick(7, 3, 1)
    kernels, sizes = scale.pick((KERNELS, SIZES), (KERNELS, SIZES), (KERNELS[:1], SIZES[:2]))
    tell.begin(len(kernels) * len(OBJECTIVES) * len(sizes))
    rows, lines = [], []
    for d in kernels:
        for objective in OBJECTIVES:
            by_size = {}
            for size in sizes:
                sets = random_orders(d, size, count, first=0 if objective == "cube" else None)
                programs = [FloatProgram.of(d, orders, objective) for orders in sets]
                off = _count_off(d, sets, objective, programs)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # CVXPY's doubts about its accuracy: they are counted, in "off"
                    times = interleave(
                        _sides(d, sets, objective, programs), repetitions, sample=scale.pick(SAMPLE, SAMPLE, 0.0)
                    )
                by_size[size] = times
                ratios = [Ratio.of(times["exact"], times[name]) for name in BASELINES]
                per_set = in_seconds(median(times["exact"]) / count)
                lines.append([str(d), objective, str(size), per_set, *map(str, ratios), *off])
                tell.step()
            rows += [_worst_row(d, objective, name, by_size, count) for name in BASELINES]
    table = Table(
        f"Ratios by number of orders, and sets on which the floats are off by more than {TOLERANCE:.0%}",
        ["d", "objective", "orders", "ours, per set", *BASELINES, "HiGHS off", "CVXPY off"],
        lines,
    )
    return Section(
        "Small kernels: exact with certificate against floats",
        f"Sets of {sizes[0]} to {sizes[-1]} orders, {count} random sets for each number of orders, all solved in one "
        "timed call. Ours computes in rationals and writes the certificate as JSON; the baselines return floats. "
        '"Alone" means that the solver is called directly on matrices built beforehand. '
        "Each row shows the number of orders at which we compare worst. The independent checker confirms every exact "
        "optimum in the run; where a float solver claims another error, it is the float solver that is wrong, and the "
        "table counts that.",
        tuple(rows),
        (table,),
    )


def _worst_row(d: int, objective: Objective, name: str, by_size: dict[int, dict[str, Times]], count: int) -> Row:
    size = min(by_size, key=lambda size: Ratio.of(by_size[size]["exact"], by_size[size][name]).middle)
    ours, theirs = (by_size[size][side].shared_by(count) for side in ("exact", name))
    return Row.timed(f'd = {d}, "{objective}", {size} orders', name, ours, theirs, BASELINES[name], limit=_LIMIT)
