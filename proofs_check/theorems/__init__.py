"""The theorems: each module has a function ``claims`` that yields its :class:`proofs_check.Claim` objects."""
