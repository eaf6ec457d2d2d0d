"""Sweeps over all sets of orders: time, memory, two processes against one, and the cost of a set against d."""

from __future__ import annotations

import subprocess
import sys
from multiprocessing import active_children
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import process_time

from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.timing import Ratio, in_seconds, interleave, short, time_once
from theory import network_size, optimal_estimator, sweep
from theory.frontier.certified import certified_errors
from theory.frontier.chunk import solve_chunk
from theory.frontier.sets import OrderSets, orders_of

ALWAYS = (0, 1)
_PLACES = (0.03, 0.25, 0.5, 0.7, 0.96)
"""Where the cost of a set is sampled: at the beginning of a sweep sets are small, at its end large."""
_MIB = 2**20


def _one_by_one(kernel_size: int) -> list[str]:
    """Solve and count as a loop over the public functions would."""
    errors = []
    sets = OrderSets.of(kernel_size, ALWAYS)
    for mask in sets.masks(0, len(sets)).tolist():
        errors.append(str(optimal_estimator(kernel_size, orders_of(mask)).error))
        network_size(kernel_size, orders_of(mask))
    return errors


def _all_at_once(kernel_size: int) -> list[str]:
    errors: list[str] = solve_chunk(kernel_size, ALWAYS, 0, len(OrderSets.of(kernel_size, ALWAYS)))[
        "error_exact"
    ].to_pylist()
    return errors


def _sweep(kernel_size: int, workers: int) -> None:
    with TemporaryDirectory() as folder:
        sweep(kernel_size, folder, workers=workers)


def _peak(kernel_size: int, workers: int) -> int:
    """Sum of the peaks of a process that sweeps and its workers, all fresh interpreters."""
    command = [sys.executable, "-m", "benchmarks.frontier", str(kernel_size), str(workers)]
    root = Path(__file__).resolve().parent.parent
    return int(subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout)


def _small_rows(kernel_size: int, repetitions: int) -> list[Row]:
    if _all_at_once(kernel_size) != _one_by_one(kernel_size):
        raise DisagreementError(f"the errors of a sweep of kernel size {kernel_size} are not those of the solver")
    sides = {"ours": lambda: _all_at_once(kernel_size), "plain": lambda: _one_by_one(kernel_size)}
    times = interleave(sides, repetitions)
    what = f"d = {kernel_size}, {len(OrderSets.of(kernel_size, ALWAYS)):,} sets with 0 and 1, one process"
    return [
        Row.timed(what, "a limit of 2 s", times["ours"], [2.0] * repetitions, 1),
        Row.timed(what, "optimal_estimator and network_size, one by one", times["ours"], times["plain"]),
    ]


def _large_rows(kernel_size: int, doubled: int, repetitions: int, tell: Teller) -> list[Row]:
    seconds = time_once(lambda: _sweep(kernel_size, 2))
    tell.step()
    what = f"d = {kernel_size}, {1 << (kernel_size - 1):,} sets, 2 processes, written"
    rows = [Row.timed(what, "a limit of 90 s", [seconds], [90.0], 1)]
    peak = _peak(kernel_size, 2)
    rows.append(
        Row(f"{what}: peak memory of all", "1 GiB", f"{peak / _MIB:.0f} MiB", "1024 MiB", Ratio.of([peak], [2**30]), 1)
    )
    tell.step()
    sides = {"two": lambda: _sweep(doubled, 2), "one": lambda: _sweep(doubled, 1)}
    times = interleave(sides, repetitions, warm_up=False, after_each=tell.step)
    rows.append(
        Row.timed(f"d = {doubled}, 2 processes, their start included", "1 process", times["two"], times["one"], 1.8)
    )
    return rows


def _whole_row(kernel_size: int) -> Row:
    seconds = time_once(lambda: _sweep(kernel_size, 2))
    what = f"d = {kernel_size}, {1 << (kernel_size - 1):,} sets, 2 processes, written"
    return Row.timed(what, "a limit of 60 s", [seconds], [60.0], 1)


def _sampled(kernel_size: int, count: int) -> tuple[float, float]:
    """Processor seconds per set for errors and for networks, the mean over places of a sweep."""
    sets = OrderSets.of(kernel_size, [0])
    errors, networks = [], []
    for place in _PLACES:
        masks = sets.masks(start := int(place * len(sets)), start + 2 * count)
        chosen = [orders_of(mask) for mask in masks.tolist()]
        half = len(chosen) // 2
        for orders in chosen[:half]:  # neighbouring sets share what is counted; the first ones do not count
            network_size(kernel_size, orders)
        begin = process_time()
        for orders in chosen[half:]:
            network_size(kernel_size, orders)
        networks.append((process_time() - begin) / (len(chosen) - half))
        certified_errors(kernel_size, masks[:1])
        begin = process_time()
        certified_errors(kernel_size, masks[half:])
        errors.append((process_time() - begin) / (len(chosen) - half))
    return mean(errors), mean(networks)


def _costs(kernels: list[int], count: int, tell: Teller) -> Table:
    lines = []
    for d in kernels:
        errors, networks = _sampled(d, count)
        hours = (errors + networks) * (1 << (d - 1)) / 3600
        lines.append([str(d), f"{1 << (d - 1):,}", in_seconds(errors), in_seconds(networks), short(hours)])
        tell.step()
    return Table(
        f"Processor time per set, means over {len(_PLACES)} places of the sweep with {count} sets each, and what all "
        "sets would take",
        ["d", "sets", "certified error", "network size", "core-hours, extrapolated"],
        lines,
    )


def run(scale: Scale, tell: Teller) -> Section:
    """Sweep small, large, with one process and two, and sample very large ones."""
    kernels = scale.pick([8, 12, 16, 18, 20, 22, 24, 26, 28], [8, 12])
    repetitions = scale.pick(2, 1)
    tell.begin(4 + repetitions + len(kernels))
    rows = _small_rows(scale.pick(12, 9), scale.pick(5, 2))
    tell.step()
    rows += _large_rows(scale.pick(16, 10), scale.pick(18, 11), repetitions, tell)
    rows.append(_whole_row(scale.pick(20, 10)))
    tell.step()
    return Section(
        "Sweeps over all sets of orders",
        "Each error is certified by a primal and a dual solution in exact arithmetic, and each network counted. The "
        "errors of the small sweep are compared with those of the solver, set by set, in the run.",
        tuple(rows),
        tables=(_costs(kernels, scale.pick(512, 64), tell),),
    )


def main() -> None:
    """Sweep, and print the sum of the peaks of this process and its workers."""
    import resource

    from benchmarks.memory import peak_bytes

    kernel_size, workers = map(int, sys.argv[1:])
    _sweep(kernel_size, workers)
    for child in active_children():
        child.join()  # only children that are gone are counted
    unit = 1 if sys.platform == "darwin" else 1024
    print(peak_bytes() + workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit)


if __name__ == "__main__":
    main()
