"""Settings for all tests."""

from hypothesis import settings

# Derandomised: a failure in CI is a failure everywhere. No deadline: machines differ, and time is no property here.
settings.register_profile("subpool", derandomize=True, deadline=None)
settings.load_profile("subpool")
