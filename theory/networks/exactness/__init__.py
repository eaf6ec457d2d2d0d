"""Proofs that a network computes an estimator, or the maximum, at every input: from its weights alone.

:func:`prove_exact` is what to call. The mathematics is in
:mod:`~theory.networks.exactness.sort_linear` (functions that are linear on the cones of equal order),
:mod:`~theory.networks.exactness.bends` (when bends inside cones cancel),
:mod:`~theory.networks.exactness.symbolic` (a network evaluated on symbols) and
:mod:`~theory.networks.exactness.cells` (few inputs, cell by cell).
"""

from theory.networks.exactness.prove import ExactnessVerdict, prove_exact

__all__ = ["ExactnessVerdict", "prove_exact"]
