"""A page to play with: all sets of orders, one estimator, certificates and theorems, in one file without a network."""
