"""The independent checker: how long a certificate takes to check, against how long it took to find."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from benchmarks.results import DisagreementError, Row, Scale, Section, Teller
from benchmarks.sets import describe, random_orders
from benchmarks.timing import Side, interleave
from theory import optimal_estimator


def _certificate(kernel_size: int, orders: list[int] | range) -> tuple[str, Fraction]:
    estimator = optimal_estimator(kernel_size, orders)
    if estimator.certificate is None or estimator.error is None:
        raise DisagreementError("an exact optimum came without certificate")
    return estimator.certificate.to_json(), estimator.error


_LARGE: list[tuple[int, list[int] | range, str]] = [
    (64, range(64), ""),
    (60, random_orders(60, 20, 1)[0], "20 random orders"),
    (169, random_orders(169, 12, 1)[0], "12 random orders"),
    (1024, range(65), ""),
    (4096, range(33), ""),
]
"""Kernel size, orders, and a name for them where they are many."""


def run(scale: Scale, tell: Teller) -> Section:
    """Compare on problems of all kinds; the checker has to find the solver's error."""
    title = "The independent checker"
    try:
        from proofs_check.certificates import check_certificate
    except ImportError:
        return Section(title, "The checker is not installed.")
    cases: list[tuple[int, list[int] | range, str]] = [
        (9, [0, 1, 8], ""),
        (16, range(8), ""),
        *scale.pick(_LARGE, _LARGE[:3], []),
    ]
    tell.begin(len(cases))
    rows = []
    for d, orders, name in cases:
        text, error = _certificate(d, orders)
        if check_certificate(text) != error:
            raise DisagreementError(f"d = {d}, orders {orders}: checker and solver differ")
        sides: dict[str, Side] = {
            "check": partial(check_certificate, text),
            "solve": partial(_certificate, d, orders),
        }
        times = interleave(sides, scale.pick(7, 3, 1), sample=scale.pick(0.02, 0.02, 0.0))
        rows.append(Row.timed(f"d = {d}, {name or describe(orders)}", "solving it", times["check"], times["solve"]))
        tell.step()
    return Section(
        title,
        "`proofs_check.check_certificate` uses the standard library only and shares no code with the solver. "
        '"Ours" is the check of the certificate\'s text, the baseline is the solve that wrote it.',
        tuple(rows),
    )
