"""R = {0..n} for large kernels: against the exact Remez exchange of a textbook, and within a limit of memory."""

from __future__ import annotations

from benchmarks import memory
from benchmarks.plain_remez import compiled_values, plain_remez
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.timing import Ratio, in_seconds, interleave
from theory import optimal_estimator
from theory.optimal.extrapolation import extrapolate
from theory.rationals import to_fraction

MIB = 2**20
MEMORY_TARGET = 1024 * MIB
_LIMITS = (
    (4096, 32, 0.017, "exact numbers of hundreds of bits at the points where the polynomial is largest"),
    (65_536, 64, 10.0, "exact numbers of a thousand bits at the points where the polynomial is largest"),
)
"""Kernel size, degree, the seconds allowed (the first: what Newton's form takes in FLINT), and what takes them."""


def _solve(kernel_size: int, degree: int) -> str | None:
    certificate = optimal_estimator(kernel_size, range(degree + 1)).certificate
    return None if certificate is None else certificate.to_json()


def _compare(kernel_size: int, degree: int, repetitions: int) -> list[Row]:
    error, _ = plain_remez(kernel_size, degree, compiled_values)
    if to_fraction(error) != optimal_estimator(kernel_size, range(degree + 1)).error:
        raise DisagreementError(f"d = {kernel_size}, n = {degree}: the prototype has another error")
    found = []
    sides = {
        "ours": lambda: _solve(kernel_size, degree),
        "plain": lambda: found.append(plain_remez(kernel_size, degree)[0]),
        "compiled": lambda: plain_remez(kernel_size, degree, compiled_values),
    }
    times = interleave(sides, repetitions, warm_up=False)
    if set(found) != {error}:
        raise DisagreementError(f"d = {kernel_size}, n = {degree}: the prototype contradicts itself")
    what = f"d = {kernel_size}, R = {{0..{degree}}}"
    return [
        Row.timed(what, "plain exact Remez", times["ours"], times["plain"], 100.0),
        Row.timed(what, "the same, evaluation compiled", times["ours"], times["compiled"]),
    ]


def _limit_row(kernel_size: int, degree: int, limit: float, why: str, repetitions: int) -> Row:
    times = interleave({"ours": lambda: _solve(kernel_size, degree)}, repetitions, warm_up=False)["ours"]
    what = f"d = {kernel_size}, R = {{0..{degree}}}"
    return Row.timed(what, f"a limit of {in_seconds(limit)}", times, [limit] * repetitions, 1.0, limit=why)


def _memory_row(kernel_size: int, degree: int) -> Row:
    before, after = memory.measure(kernel_size, degree)
    ratio = MEMORY_TARGET / after
    return Row(
        f"d = {kernel_size}, R = {{0..{degree}}}: peak memory",
        "1 GiB",
        f"{after / MIB:.0f} MiB ({before / MIB:.0f} before)",
        "1024 MiB",
        Ratio(ratio, ratio, ratio),
        1.0,
        memory.Peak(after, whole=True),
    )


def run(scale: Scale, tell: Teller) -> Section:
    """Compare times, check that both errors are the same rational number, measure memory."""
    cases = scale.pick([(4096, 32), (1024, 64)], [(512, 16), (256, 32)], [(64, 8)])
    limits = scale.pick(_LIMITS, _LIMITS, _LIMITS[:1])
    tell.begin(2 * len(cases) + len(limits))
    rows: list[Row] = []
    memory_rows: list[Row] = []
    exchanges = []
    for d, n in cases:
        rows += _compare(d, n, scale.pick(3, 2))
        tell.step()
        memory_rows.append(_memory_row(d, n))
        _, iterations = plain_remez(d, n, compiled_values)
        exchanges.append([str(d), str(n), str(extrapolate(d, range(n + 1)).exchanges), str(iterations)])
        tell.step()
    for d, n, seconds, why in limits:
        rows.append(_limit_row(d, n, seconds, why, scale.pick(5, 2)))
        memory_rows += [_memory_row(d, n)] if (d, n) not in cases else []
        tell.step()
    return Section(
        "Consecutive orders {0..n} on large kernels",
        "The baseline is [plain_remez.py](plain_remez.py): divided differences and Horner's rule in rationals, all "
        "points exchanged at once. It must find the same error, as a rational number, and that is checked in the run. "
        "For information, the same program with its evaluation handed to FLINT's compiled polynomials, which is how "
        "far a few lines of tuning take it. Peak memory is that of a fresh interpreter, libraries included.",
        (*rows, *memory_rows),
        (Table("References solved", ["d", "n", "ours", "plain Remez"], exchanges),),
    )
