"""What the page to play with shows of the theorems, and the checker of certificates that runs in it."""

from proofs_check.explore.theorems import checker_source, theorems

__all__ = ["checker_source", "theorems"]
