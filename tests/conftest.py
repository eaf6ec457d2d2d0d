"""Settings for all tests."""

import os

import pytest
from hypothesis import settings

# One thread of linear algebra: there is a process for every core, and threads that wait for one another cost both.
# NumPy, which reads this, is not loaded yet.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# Derandomised: a failure in CI is a failure everywhere. No deadline: machines differ, and time is no property here.
settings.register_profile("subpool", derandomize=True, deadline=None)
settings.load_profile("subpool")


@pytest.fixture(autouse=True, scope="session")
def _no_terminal():
    """Tables are as wide as where there is no terminal, whatever the process that runs the tests says of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS", raising=False)
        yield
