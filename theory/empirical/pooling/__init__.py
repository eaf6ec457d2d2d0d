"""Pooling of arrays by an estimator or the maximum, with the windows of ONNX's MaxPool.

:func:`pool` is what to call. Windows are found in :mod:`~theory.empirical.pooling.geometry`; how many minima and maxima
neighbouring windows can share is planned in :mod:`~theory.empirical.pooling.comparators`.
"""

from theory.empirical.pooling.layer import pool

__all__ = ["pool"]
