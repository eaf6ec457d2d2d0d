"""Limits that the code sets itself, tried out rather than quoted."""

from __future__ import annotations

from benchmarks.results import DisagreementError, Scale, Section, Teller
from theory import optimal_estimator
from theory.errors import ProblemTooLargeError
from theory.work import MEMORY_LIMIT

TOO_LARGE = (100_000, range(0, 2_001, 2))
"""A kernel size and orders that are to be refused."""


def run(scale: Scale, tell: Teller) -> Section:
    """See that a problem beyond the limit of memory is refused at once."""
    tell.begin(1)
    try:
        optimal_estimator(*TOO_LARGE)
    except ProblemTooLargeError as error:
        refusal = str(error)
    else:
        raise DisagreementError(f"d = {TOO_LARGE[0]} with {len(TOO_LARGE[1])} orders was not refused")
    tell.step()
    return Section(
        "Limits",
        "What the figures above do not say.",
        remarks=(
            "Exact solves with gaps between the orders keep one table of binomial coefficients in memory and refuse a "
            f'problem that would need more than {MEMORY_LIMIT / 2**30:g} GiB before they start: "{refusal}".',
            "The numbers have about min(d, r log2 d) bits for order r, so that high orders on large kernels cost most; "
            "fitted exponents hold for the ranges measured, and rise beyond them as arithmetic on long numbers does.",
            "How many references are solved is observed; what is proved is that the number is finite.",
            "Random sets are seeded and few. The worst set of orders for a kernel size may be slower.",
            "Small differences between ratios mean nothing: look at their extremes.",
        ),
    )
