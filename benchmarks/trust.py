"""Where floats stop being trustworthy: claimed and attained errors of HiGHS and CVXPY against the exact optimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from benchmarks.float_solvers import FloatProgram, Outcome, run_cvxpy, run_linprog
from benchmarks.results import Scale, Section, Table, Teller
from benchmarks.sets import random_orders
from theory import Estimator, optimal_estimator

TOLERANCE = 0.01
SOLVERS: dict[str, Callable[[FloatProgram], Outcome | None]] = {
    "HiGHS": lambda program: run_linprog(program.linprog_arguments()),
    "CVXPY": run_cvxpy,
}
FAILED = float("inf")


@dataclass(frozen=True)
class Deviation:
    """Relative deviations from the exact error; infinite where the solver gave up.

    Attributes
    ----------
    claimed : float
        Of the optimum that the solver reports. Negative: an error that no estimator can have.
    attained : float
        Of the error that the returned coefficients really have, computed exactly.
    doubted : bool
        Whether the solver itself calls its answer inaccurate.
    """

    claimed: float
    attained: float
    doubted: bool = False

    @property
    def off(self) -> bool:
        """Whether one of the two deviates by more than :data:`TOLERANCE`."""
        return max(abs(self.claimed), abs(self.attained)) > TOLERANCE


@dataclass(frozen=True)
class Case:
    """One problem with its exact error, its largest exact coefficient, and the deviation of each solver."""

    kernel_size: int
    error: float
    largest: float
    deviations: dict[str, Deviation]


def _deviation(kernel_size: int, orders: list[int], error: Fraction, outcome: Outcome | None) -> Deviation:
    if outcome is None:
        return Deviation(FAILED, FAILED)
    coefficients = {r: Fraction(float(b)) for r, b in zip(orders, outcome.coefficients, strict=True)}
    attained = Estimator(kernel_size, coefficients).worst_vertex_residual
    return Deviation(float(Fraction(outcome.claimed) / error - 1), float(attained / error - 1), outcome.doubted)


def _case(kernel_size: int, orders: list[int]) -> Case:
    exact = optimal_estimator(kernel_size, orders)
    error = exact.error
    if not error:
        raise ValueError("deviations are relative to an error that is not 0")
    program = FloatProgram.of(kernel_size, orders)
    found = {name: _deviation(kernel_size, orders, error, solve(program)) for name, solve in SOLVERS.items()}
    largest = max(map(abs, exact.coefficients.values()))
    return Case(kernel_size, float(error), float(largest), found)


@dataclass(frozen=True)
class Family:
    """A set of orders for every kernel size, the sizes to try and those to show."""

    name: str
    orders: Callable[[int], list[int]]
    tried: list[int]
    shown: list[int]


def _families(scale: Scale) -> list[Family]:
    squares = [k * k for k in range(2, scale.pick(21, 9, 4))]
    large = scale.pick([225, 256, 400, 625, 900, 1600, 2500, 3600], [])
    return [
        Family(
            "{0..d-1}",
            lambda d: list(range(d)),
            list(range(3, scale.pick(33, 19, 10))),
            [9, 12, 14, 16, 18, 20, 24, 28, 32],
        ),
        Family(
            "{0, 1, d-2, d-1}",
            lambda d: [0, 1, d - 2, d - 1],
            [5, 9, *scale.pick([16, 25, 36, 49, 64, 81, 100, 121, 144, 169, 196], [16, 25, 36, 49], []), *large],
            [9, 25, 81, 169, 400, 900, 1600, 2500, 3600],
        ),
        Family(
            "{0..floor(sqrt d)}",
            lambda d: list(range(isqrt(d) + 1)),
            squares,
            [9, 25, 49, 81, 100, 144, 169, 196, 225, 256, 324, 400],
        ),
    ]


def percent(deviation: float) -> str:
    """Write a relative deviation: in percent while that is readable, as a factor beyond.

    Examples
    --------
    >>> percent(0.00001), percent(0.266), percent(34.9), percent(-1.0)
    ('< 0.01 %', '27 %', 'x 36', '-100 %')
    """
    if deviation == FAILED:
        return "failed"
    if abs(deviation) < 1e-4:
        return "< 0.01 %"
    if deviation < 1:
        return f"{100 * deviation:.2g} %" if abs(deviation) < 0.995 else f"{100 * deviation:.0f} %"
    return f"x {deviation + 1:.2g}" if deviation < 99 else f"x {deviation + 1:.0f}" if deviation < 1e5 else "x 1e5 up"


def _first_off(cases: list[Case], solver: str, which: Callable[[Deviation], float]) -> str:
    off = [case.kernel_size for case in cases if abs(which(case.deviations[solver])) > TOLERANCE]
    return f"d = {min(off)}" if off else f"none up to {max(case.kernel_size for case in cases)}"


def _summary_line(name: str, cases: list[Case]) -> list[str]:
    return [
        name,
        f"{min(c.kernel_size for c in cases)}..{max(c.kernel_size for c in cases)} ({len(cases)})",
        *(
            _first_off(cases, solver, which)
            for solver in SOLVERS
            for which in (lambda dev: dev.claimed, lambda dev: dev.attained)
        ),
    ]


def _both(deviation: Deviation) -> list[str]:
    mark = " *" if deviation.doubted else ""
    return [percent(deviation.claimed) + mark, percent(deviation.attained) + mark]


def _detail_lines(name: str, cases: list[Case], shown: list[int]) -> list[list[str]]:
    return [
        [
            name,
            str(case.kernel_size),
            f"{case.error:.2e}",
            f"{case.largest:.1e}",
            *(text for solver in SOLVERS for text in _both(case.deviations[solver])),
        ]
        for case in cases
        if case.kernel_size in shown
    ]


def _random_lines(kernels: list[int], sizes: list[int], count: int, tell: Teller) -> list[list[str]]:
    lines = []
    for size in sizes:
        for d in kernels:
            if size > d:
                continue
            cases = [_case(d, orders) for orders in random_orders(d, size, count)]
            line = [str(size), str(d)]
            for solver in SOLVERS:
                deviations = [case.deviations[solver] for case in cases]
                off = [deviation for deviation in deviations if deviation.off]
                doubted = sum(deviation.doubted for deviation in off)
                line += [
                    f"{len(off)} of {count}" + (f", {doubted} *" if doubted else ""),
                    percent(max(deviation.attained for deviation in deviations)),
                ]
            lines.append(line)
            tell.step()
    return lines


def run(scale: Scale, tell: Teller) -> Section:
    """Solve families over growing kernels, and random sets, by both float solvers."""
    families = _families(scale)
    kernels = scale.pick([9, 16, 25, 36, 49, 64, 81, 100, 169], [9, 16])
    sizes = scale.pick([6, 9, 12], [6])
    tell.begin(sum(len(family.tried) for family in families) + len(kernels) * len(sizes))
    summary, detail = [], []
    for family in families:
        cases = []
        for d in family.tried:
            cases.append(_case(d, family.orders(d)))
            tell.step()
        summary.append(_summary_line(family.name, cases))
        detail += _detail_lines(family.name, cases, family.shown)
    count = scale.pick(10, 3, 1)
    gaps = _random_lines(kernels, sizes, count, tell)
    columns = [f"{solver} {which}" for solver in SOLVERS for which in ("claims", "attains")]
    random_columns = [text for solver in SOLVERS for text in (f"{solver}: sets off", f"{solver}: worst attained")]
    return Section(
        "Where floats stop being trustworthy",
        "Two errors of a float solver can be off: the optimum that it *claims*, and the error that its coefficients "
        "really *attain*, which we compute exactly. A negative deviation is a claim below the proven optimum, which "
        "no estimator can have. An asterisk marks answers that the solver itself calls inaccurate (CVXPY's status "
        "`optimal_inaccurate`). Both solvers run with default settings on correctly rounded features, as "
        '`method="highs"` and `method="cvxpy"` do.',
        tables=(
            Table(f"First kernel size off by more than {TOLERANCE:.0%}", ["R", "d tried", *columns], summary),
            Table("Deviation from the exact error", ["R", "d", "exact error", "largest coefficient", *columns], detail),
            Table(
                f"Random sets: 0 and random orders, {count} sets a line; off means claimed or attained by more than "
                f"{TOLERANCE:.0%}",
                ["orders", "d", *random_columns],
                gaps,
            ),
        ),
        remarks=(
            "The solvers stop early rather than misreport: what they claim is mostly what they attain, but not the "
            "optimum. Their tolerances of about 1e-7 are absolute, and where coefficients are large, a reduced cost "
            "below the tolerance still stands for an error that is not small.",
            "{0..floor(sqrt d)}: the error stays near 0.2, and floats fail all the same: the features of consecutive "
            "orders are nearly collinear, as monomials are, and the optimal coefficients huge.",
            "{0, 1, d-2, d-1} has small coefficients, and floats find its error even where it is below the tolerance.",
        ),
    )
