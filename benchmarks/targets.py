"""Other targets than the maximum: medians, trimmed means, parity, exactly, against HiGHS on the same linear program."""

from __future__ import annotations

from functools import partial

from benchmarks.float_solvers import FloatProgram, run_linprog
from benchmarks.results import DisagreementError, Row, Scale, Section, Teller
from benchmarks.sets import describe
from benchmarks.timing import Side, interleave
from theory import optimal_estimator

_ORDERS: tuple[tuple[int, range], ...] = ((9, range(4)), (25, range(6)), (63, range(17)))
_TARGETS = ("median", "trimmed-mean:k=1", "range", "majority", "parity")
_TARGET_RATIO = 1.0
_TOLERANCE = 0.01
_LIMIT = "exact arithmetic from exchange to certificate; HiGHS stops at its tolerance (how far off: below)"


def run(scale: Scale, tell: Teller) -> Section:
    """Solve each program both ways; the independent checker confirms ours."""
    sizes = scale.pick(_ORDERS, _ORDERS[:2], _ORDERS[:1])
    tell.begin(len(sizes) * len(_TARGETS))
    rows: list[Row] = []
    off = []
    for d, orders in sizes:
        for target in _TARGETS:
            what = f"d = {d}, {describe(orders)}, {target}"
            made, deviation = _compare(what, d, orders, target, scale.pick(15, 3, 1))
            rows += made
            off += [f"{what} ({deviation})"] if deviation else []
            tell.step()
    found = f"HiGHS is off by more than {_TOLERANCE:.0%} for {'; '.join(off)}." if off else ""
    return Section(
        "Other targets than the maximum",
        "Ours is exact, with its certificate; the baselines return floats, `method='highs'` from the same call, and "
        "SciPy's `linprog` alone on matrices built beforehand. The independent checker confirms each exact optimum in "
        "the run.",
        tuple(rows),
        remarks=(found or f"HiGHS is within {_TOLERANCE:.0%} of every one of these optima.",),
    )


def _compare(what: str, d: int, orders: range, target: str, repetitions: int) -> tuple[list[Row], str]:
    """Return the rows, and by how much HiGHS is off if it is."""
    from proofs_check.certificates import check_certificate  # not part of the library

    estimator = optimal_estimator(d, orders, target=target)
    if estimator.error is None or check_certificate(_ours(d, orders, target)) != estimator.error:
        raise DisagreementError(f"{what}: checker and solver differ")
    program = FloatProgram.of(d, orders, approximated=target)
    arguments = program.linprog_arguments()
    outcome = run_linprog(arguments)
    claimed = None if outcome is None else outcome.claimed
    sides: dict[str, Side] = {
        "ours": partial(_ours, d, orders, target),
        "method='highs'": partial(optimal_estimator, d, orders, target=target, method="highs"),
        "scipy linprog alone": partial(run_linprog, arguments),
    }
    times = interleave(sides, repetitions)
    rows = [
        Row.timed(what, name, times["ours"], times[name], _TARGET_RATIO, limit=_LIMIT)
        for name in sides
        if name != "ours"
    ]
    return rows, _deviation(claimed, float(estimator.error))


def _ours(d: int, orders: range, target: str) -> str:
    certificate = optimal_estimator(d, orders, target=target).certificate
    if certificate is None:
        raise DisagreementError("an exact optimum came without certificate")
    return certificate.to_json()


def _deviation(claimed: float | None, error: float) -> str:
    """Say by how much a claimed error is off, relative to an error that is not 0; nothing if it is close.

    Examples
    --------
    >>> _deviation(0.3, 0.2), _deviation(0.2, 0.2), _deviation(None, 0.2), _deviation(1e-9, 0.0)
    ('50%', '', 'no answer', '')
    """
    if claimed is None:
        return "no answer"
    off = abs(claimed - error) / error if error else 0.0 if claimed < 1e-6 else float("inf")
    return f"{off:.0%}" if off > _TOLERANCE else ""
