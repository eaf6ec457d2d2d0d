"""Sweeps over all sets of orders: time, memory, two processes against one, and the cost of a set against d."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from benchmarks.memory import Peak, peak_bytes
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.timing import Ratio, in_seconds, interleave, short
from theory import network_size, optimal_estimator, sweep
from theory.frontier.certified import certified_errors
from theory.frontier.chunk import solve_chunk
from theory.frontier.sets import OrderSets, orders_of

ALWAYS = (0, 1)
_PLACES = (0.03, 0.25, 0.5, 0.7, 0.96)
"""Where the cost of a set is sampled: at the beginning of a sweep sets are small, at its end large."""
_LIMIT = "exact arithmetic for every set, errors and networks, on two cores"


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


@dataclass(frozen=True)
class _Swept:
    """What a sweep in a fresh interpreter took: seconds, and the sum of the peaks of it and its workers."""

    seconds: float
    peak: Peak


def _sweep(kernel_size: int, workers: int) -> _Swept:
    """Sweep in fresh interpreters, whose start, but for that of the workers, does not count."""
    command = [sys.executable, "-m", "benchmarks.frontier", str(kernel_size), str(workers)]
    root = Path(__file__).resolve().parent.parent
    seconds, peak = json.loads(subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout)
    return _Swept(seconds, Peak(peak, whole=True))


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


def _whole_rows(kernel_size: int, limit: float) -> list[Row]:
    """Sweep all sets on two cores, within a limit of time and of memory."""
    swept = _sweep(kernel_size, 2)
    what = f"d = {kernel_size}, {1 << (kernel_size - 1):,} sets, 2 processes, written"
    memory = Row(
        f"{what}: peak memory of all",
        "1 GiB",
        str(swept.peak),
        "1024 MiB",
        Ratio.of([swept.peak.size], [2**30]),
        1,
        swept.peak,
    )
    return [
        Row.timed(what, f"a limit of {limit:g} s", [swept.seconds], [limit], 1, memory=swept.peak, limit=_LIMIT),
        memory,
    ]


def _two_against_one(kernel_size: int, repetitions: int, tell: Teller) -> Row:
    two, one = [], []
    for repetition in range(repetitions):
        for workers in (2, 1) if repetition % 2 == 0 else (1, 2):
            (two if workers == 2 else one).append(_sweep(kernel_size, workers))
        tell.step()
    return Row.timed(
        f"d = {kernel_size}, 2 processes, their start included",
        "1 process",
        [swept.seconds for swept in two],
        [swept.seconds for swept in one],
        1.8,
        memory=two[-1].peak,
        their_memory=one[-1].peak,
        limit="the start of two interpreters, and one process that writes for both",
    )


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


def _costs(kernels: list[int], count: int, tell: Teller) -> tuple[Table, dict[int, float]]:
    """Return the table, and the core-hours of all sets by kernel size."""
    lines, hours = [], {}
    for d in kernels:
        errors, networks = _sampled(d, count)
        hours[d] = (errors + networks) * (1 << (d - 1)) / 3600
        lines.append([str(d), f"{1 << (d - 1):,}", in_seconds(errors), in_seconds(networks), short(hours[d])])
        tell.step()
    table = Table(
        f"Processor time per set, means over {len(_PLACES)} places of the sweep with {count} sets each, and what all "
        "sets would take",
        ["d", "sets", "certified error", "network size", "core-hours, extrapolated"],
        lines,
    )
    return table, hours


def _confirmed(kernel_size: int, chunks: int, sets_of_chunk: int, sampled: float) -> Table:
    """Solve whole chunks, spread evenly, and compare their processor time with the sampled estimate."""
    total = 1 << (kernel_size - 1)
    begin = process_time()
    for i in range(chunks):
        start = (2 * i + 1) * (total // sets_of_chunk) // (2 * chunks) * sets_of_chunk
        solve_chunk(kernel_size, (0,), start, start + sets_of_chunk)
    hours = (process_time() - begin) / (chunks * sets_of_chunk) * total / 3600
    return Table(
        f"The estimate for d = {kernel_size}, confirmed on a part: {chunks} whole chunks of {sets_of_chunk:,} sets",
        ["d", "core-hours, by samples", "core-hours, by whole chunks", "hours on two cores"],
        [[str(kernel_size), short(sampled), short(hours), short(hours / 2)]],
    )


def run(scale: Scale, tell: Teller) -> Section:
    """Sweep small, large, with one process and two, and sample very large ones."""
    kernels = scale.pick([8, 12, 16, 18, 20, 22, 24, 26, 28], [8, 12], [7, 8])
    repetitions = scale.pick(2, 1)
    wholes = scale.pick([(16, 90.0), (20, 60.0)], [(10, 90.0)], [(7, 90.0)])
    tell.begin(1 + len(wholes) + repetitions + len(kernels) + 1)
    rows = _small_rows(scale.pick(12, 9, 7), scale.pick(5, 2, 1))
    tell.step()
    for d, limit in wholes:
        rows += _whole_rows(d, limit)
        tell.step()
    rows.append(_two_against_one(scale.pick(19, 11, 7), repetitions, tell))
    count = scale.pick(512, 64, 4)
    costs, hours = _costs(kernels, count, tell)
    d, chunks, sets_of_chunk = scale.pick((24, 8, 16_384), (12, 2, 256), (8, 1, 16))
    confirmed = _confirmed(d, chunks, sets_of_chunk, hours[d])
    tell.step()
    return Section(
        "Sweeps over all sets of orders",
        "Each error is certified by a primal and a dual solution in exact arithmetic, and each network counted. The "
        "errors of the small sweep are compared with those of the solver, set by set, in the run. Sweeps on two "
        "processes run in fresh interpreters; their memory is the sum of all peaks. What larger sweeps take is "
        "estimated from samples; how one is spread over a cluster is [planned](../docs/scale.md#a-plan-for-24-inputs).",
        tuple(rows),
        tables=(costs, confirmed),
    )


def main() -> None:
    """Sweep, and print seconds and the sum of the peaks of this process and its workers."""
    import resource

    kernel_size, workers = map(int, sys.argv[1:])
    with TemporaryDirectory() as folder:
        start = perf_counter()
        sweep(kernel_size, folder, workers=workers)
        seconds = perf_counter() - start
    for child in active_children():
        child.join()  # only children that are gone are counted
    unit = 1 if sys.platform == "darwin" else 1024
    of_workers = workers * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit if workers > 1 else 0
    print(json.dumps([seconds, peak_bytes() + of_workers]))


if __name__ == "__main__":
    main()
