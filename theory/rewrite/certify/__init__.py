"""A sound bound on the difference of two ONNX models, one of which has its MaxPools rewritten."""

from theory.rewrite.certify.certify import certify_deviation
from theory.rewrite.certify.records import DeviationBound, OutputDeviation, PoolingFinding, Unknown

__all__ = ["DeviationBound", "OutputDeviation", "PoolingFinding", "Unknown", "certify_deviation"]
