"""Building, counting and proving networks, against the published construction with dense matrices."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import combinations
from pathlib import Path
from random import Random
from statistics import median

from benchmarks import memory
from benchmarks.dense_networks import build_dense
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.sets import describe
from benchmarks.timing import Ratio, in_seconds, interleave, time_once
from theory import Estimator, optimal_estimator
from theory.networks import plan, size
from theory.networks.build import build_network
from theory.networks.exactness import ExactnessVerdict, prove_exact
from theory.networks.maximum import exact_max_network
from theory.networks.size import network_size

BUILT: tuple[tuple[int, list[int] | range], ...] = (
    (8, [0, 1, 7]),
    (8, range(8)),
    (9, [0, 1, 8]),
    (9, range(9)),
    (12, [0, 1, 2, 3, 4]),
    (12, [0, 1, 6]),
)
PUBLISHED = Path(__file__).resolve().parent.parent / "tests" / "data" / "published_network_sizes.json"
"""Parameters that the published code has for every set with the orders 0, 1 and more of kernel sizes 6 and 8."""
COUNTED = 12
"""Kernel size at which all sets with the orders 0 and 1 and at least one more are counted."""
FASTER_COUNT = 1000.0
"""How many times as fast as building densely a count is to be."""


_PROOF_HEADER = ["network", "proof", "seconds", "memory"]


def run(scale: Scale, tell: Teller) -> Section:
    """Build and count, each side in turn; then time the proofs."""
    proofs = _proofs(scale)
    cases = scale.pick(BUILT, BUILT[:4], BUILT[:2])
    tell.begin(1 + len(cases) + 1 + len(proofs))
    confirmed = _confirm_baseline(scale.pick((6, 8), (6, 8), (6,)))
    tell.step()
    rows = []
    for kernel_size, orders in cases:
        rows += _building_rows(kernel_size, orders, scale.pick(5, 2))
        tell.step()
    rows.append(_counting_row(scale))
    tell.step()
    lines = []
    for what, prove in proofs:
        lines.append([what, *_proof_line(prove, scale.pick(3, 1))])
        tell.step()
    return Section(
        "Building, counting and proving networks",
        "The baseline is the published construction: four ReLUs a pairwise maximum, dense NumPy matrices of float32, "
        f"and its parameters counted from the matrices; for all {confirmed} sets with a published number of parameters "
        "it has just that. Ours builds with exact rationals and stores the nonzero ones; a count builds nothing, and "
        "starts with empty caches. For parameters, the ratio is that of the counts.",
        tuple(rows),
        (Table("Proofs that a network computes its estimator at every input", _PROOF_HEADER, lines),),
    )


def _confirm_baseline(kernels: tuple[int, ...]) -> int:
    """Compare the baseline with the published numbers of parameters, and count them."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    confirmed = 0
    for kernel_size in kernels:
        for orders, parameters in published[str(kernel_size)].items():
            dense = build_dense(kernel_size, {int(r): 1.0 for r in orders.split(",")})
            if dense.parameter_count != parameters:
                raise DisagreementError(f"d = {kernel_size}, {{{orders}}}: the baseline is not the published network")
            confirmed += 1
    return confirmed


def _building_rows(kernel_size: int, orders: list[int] | range, repetitions: int) -> list[Row]:
    what = f"d = {kernel_size}, {describe(orders)}"
    estimator = optimal_estimator(kernel_size, orders)
    coefficients = {r: float(beta) for r, beta in estimator.coefficients.items()}

    def build() -> object:
        _forget()
        return build_network(estimator)

    times = interleave({"ours": build, "published": partial(build_dense, kernel_size, coefficients)}, repetitions)
    ours, theirs = build_network(estimator), build_dense(kernel_size, coefficients)
    if ours.widths != network_size(kernel_size, orders).widths:
        raise DisagreementError(f"{what}: the network has other widths than were counted")
    ratio = theirs.parameter_count / ours.parameter_count
    return [
        Row.timed(f"building, {what}", "published construction, dense", times["ours"], times["published"]),
        Row(
            f"parameters, {what}",
            "published construction",
            f"{ours.parameter_count:,}",
            f"{theirs.parameter_count:,}",
            Ratio(ratio, ratio, ratio),
        ),
    ]


def _counting_row(scale: Scale) -> Row:
    """Count all sets, and build a sample of them densely."""
    d = scale.pick(COUNTED, COUNTED, 8)
    sets = [[0, 1, *rest] for size in range(1, d - 1) for rest in combinations(range(2, d), size)]
    sample = Random(0).sample(sets, scale.pick(20, 4))

    def count() -> None:
        _forget()
        for orders in sets:
            network_size(d, orders)

    def build() -> None:
        for orders in sample:
            build_dense(d, dict.fromkeys(orders, 1.0)).parameter_count  # noqa: B018

    ours, theirs = [], []
    for _ in range(scale.pick(3, 1)):
        ours.append(time_once(count) / len(sets))
        theirs.append(time_once(build) / len(sample))
    what = f"a count, d = {d}: all {len(sets):,} sets with 0, 1 and more"
    dense = f"dense building of {len(sample)} of them"
    return Row.timed(what, dense, ours, theirs, FASTER_COUNT, memory=memory.added(count))


def _forget() -> None:
    """Empty the caches that remember plans and counts."""
    for module in (plan, size):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def _proofs(scale: Scale) -> list[tuple[str, Callable[[], ExactnessVerdict]]]:
    maximum = Estimator(9, {9: 1})
    sets: tuple[list[int] | range, ...] = ([0, 1, 8], range(9))
    built = [(orders, optimal_estimator(9, orders)) for orders in scale.pick(sets, sets[:1])]
    return [
        *(
            (f"d = 9, {describe(orders)}", partial(prove_exact, build_network(estimator), estimator))
            for orders, estimator in built
        ),
        ("maximum of 9, tree", partial(prove_exact, exact_max_network(9), maximum)),
        ("maximum of 9, shallow", partial(prove_exact, exact_max_network(9, construction="shallow"), maximum)),
    ]


def _proof_line(prove: Callable[[], ExactnessVerdict], repetitions: int) -> list[str]:
    verdict = prove()
    if verdict.status != "proved":
        raise DisagreementError(f"a network is not proved exact: {verdict.reason}")
    times = [time_once(prove) for _ in range(repetitions)]
    return [verdict.reason, in_seconds(median(times)), str(memory.added(prove) or "")]
