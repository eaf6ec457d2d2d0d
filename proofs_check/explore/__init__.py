"""What the page to play with shows of the theorems, and the checker of certificates that runs in it."""

from proofs_check.explore.theorems import asset, theorems

__all__ = ["asset", "theorems"]
