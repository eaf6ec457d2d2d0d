"""Shares of the time of an exact solve, from the profiler of the standard library."""

from __future__ import annotations

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Callable

from benchmarks.results import DisagreementError

TABLE = "binomials"
SOLVE = "linear systems"
REST_OF_EXCHANGE = "product and exchange"
AROUND = "around"
PARTS = (TABLE, SOLVE, REST_OF_EXCHANGE, AROUND)
DOMINANT = {
    TABLE: "The table of binomial coefficients",
    SOLVE: "The solution of the linear systems",
    REST_OF_EXCHANGE: "The product of table and coefficients and the search for extremal points",
    AROUND: "The rest (checks of the input, conversions to fractions, the certificate)",
}
"""The parts in words: what is not in one of the first three is the estimator and the certificate."""

_TABLE, _SOLVE, _EXCHANGE = ("binomial_table",), ("_solve", "_levelled"), ("extrapolate",)
"""Names of functions; consecutive orders need no table, and their systems are solved by ``_levelled``."""


def shares(function: Callable[[], object], repetitions: int = 5) -> dict[str, float]:
    """Fractions of the time spent in the parts of an exact solve; they sum to 1."""
    function()
    profile = cProfile.Profile()
    for _ in range(repetitions):
        profile.runcall(function)
    statistics = pstats.Stats(profile)
    cumulative: defaultdict[str, float] = defaultdict(float)
    for (_, _, name), (_, _, _, seconds, _) in statistics.stats.items():  # type: ignore[attr-defined]
        cumulative[name] += seconds
    total = statistics.total_tt  # type: ignore[attr-defined]
    table, solve, exchange = (sum(cumulative[name] for name in part) / total for part in (_TABLE, _SOLVE, _EXCHANGE))
    if not exchange:
        raise DisagreementError("the profile has none of the functions that are looked for in it")
    return {TABLE: table, SOLVE: solve, REST_OF_EXCHANGE: exchange - table - solve, AROUND: 1 - exchange}
