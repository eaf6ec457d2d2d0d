"""Families of subsets of few inputs with the least error for their number: searched, and written down with proofs."""
