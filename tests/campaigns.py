"""How long the standing campaigns run: briefly in every run of the tests, at length in ``make soak``."""

import os

import pytest

campaign = pytest.mark.campaign
"""Marks a test that tries many drawn cases, so that ``make soak`` finds it."""


def tries(usual: int) -> int:
    """Return how many cases to draw: ``usual``, times the factor that SUBPOOL_SOAK names."""
    return usual * int(os.environ.get("SUBPOOL_SOAK", "1"))
