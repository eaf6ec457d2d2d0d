"""Exact solvers of linear programs on the same programs: QSopt_ex, GLPK, SCIP, each where it is installed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from benchmarks.exact_solvers import SOLVERS, Answer
from benchmarks.memory import added
from benchmarks.results import DisagreementError, Row, Scale, Section, Teller
from benchmarks.sets import describe, random_orders
from benchmarks.timing import Times, time_once
from theory import optimal_estimator

Case = tuple[int, Sequence[int], str, str]
"""Kernel size, orders, target, and a name for the orders."""
_LIMIT = 20.0
"""Seconds that a solver is given for one program."""
_EXACT = "QSopt_ex"
"""Whose answer has to be ours, as a fraction."""


def _cases() -> list[Case]:
    return [
        (9, [0, 1, 8], "max", describe([0, 1, 8])),
        (32, range(32), "max", describe(range(32))),
        (60, random_orders(60, 20, 1)[0], "max", "20 random orders"),
        (128, range(17), "max", describe(range(17))),
        (169, random_orders(169, 12, 1)[0], "max", "12 random orders"),
        (63, range(17), "median", describe(range(17))),
    ]


def run(scale: Scale, tell: Teller) -> Section:
    """Solve each program with ours and theirs in turn."""
    cases = scale.pick(_cases(), _cases()[:2], _cases()[:1])
    tell.begin(len(cases) * len(SOLVERS))
    rows: list[Row] = []
    for case in cases:
        for solver in SOLVERS:
            rows.append(_row(solver, case, scale.pick(3, 1)))
            tell.step()
    return Section(
        "Exact solvers of linear programs",
        "The program is that of the definition, one variable for each order and one for the error, two inequalities "
        "for each 0/1 vector up to order, written to a file in fractions. A solver is a program of its own; its time "
        f"includes its start and the reading of the file, and is at most {_LIMIT:g} s. Ours includes the certificate. "
        "QSopt_ex has to find the same error, as a fraction, or the run stops. GLPK computes in rationals from floats: "
        "coefficients that are no floats are rounded as it reads them, which is enough to make its optimum another "
        "one. SCIP's exact mode is asked for through PySCIPOpt; the SCIP 10.0 of its wheel says that it was compiled "
        "without it.",
        tuple(rows),
    )


def _row(solver: str, case: Case, repetitions: int) -> Row:
    d, orders, target, name = case
    what = f"d = {d}, {name}" + ("" if target == "max" else f", {target}")
    solve = partial(_ours, d, orders, target)
    error = solve()
    ours = Times()
    answers: list[Answer] = []
    for _ in range(repetitions):
        ours.append(time_once(solve))
        answers.append(SOLVERS[solver](d, orders, target, _LIMIT))
        if answers[-1].ran is None or answers[-1].ran.seconds > 1:  # nothing to repeat, or long enough not to
            break
    ours.peak = added(solve)
    ran = [answer.ran for answer in answers if answer.ran is not None]
    answer = answers[-1]
    if answer.error is None or not ran:
        return Row.absent(what, solver, ours, why=answer.why)
    if solver == _EXACT and answer.error != error:
        raise DisagreementError(f"{what}: {solver} finds {answer.error}, not {error}")
    theirs = [each.seconds for each in ran]
    row = Row.timed(what, solver, ours[: len(theirs)], theirs, memory=ours.peak, their_memory=ran[-1].peak)
    return replace(row, theirs=f"{row.theirs}, {_verdict(answer.error, error)}")


def _ours(kernel_size: int, orders: Sequence[int], target: str) -> Fraction:
    estimator = optimal_estimator(kernel_size, orders, target=target)
    if estimator.certificate is None or estimator.error is None:
        raise DisagreementError("an exact optimum came without certificate")
    estimator.certificate.to_json()
    return estimator.error


def _verdict(found: Fraction, error: Fraction) -> str:
    """Say how an answer compares with the proven optimum.

    Examples
    --------
    >>> _verdict(Fraction(1, 3), Fraction(1, 3)), _verdict(Fraction(5, 3), Fraction(1, 3))
    ('the same error', 'error off by a factor of 5')
    >>> _verdict(Fraction(1e-8), Fraction(1, 10**8)), _verdict(Fraction(99, 100), Fraction(1))
    ('the same error, to 15 digits', 'error off by 1%')
    """
    if found == error:
        return "the same error"
    off = float(found / error)
    if abs(off - 1) < 1e-15:
        return "the same error, to 15 digits"
    factor = max(off, 1 / off) if off > 0 else float("inf")
    return f"error off by a factor of {factor:.3g}" if factor > 2 else f"error off by {100 * abs(off - 1):.2g}%"
