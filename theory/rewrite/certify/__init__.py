"""A sound bound on the difference of two ONNX models, one of which has its MaxPools rewritten."""

from theory.rewrite.certify.answers import DeviationBound, OutputDeviation, PoolingFinding, Unknown
from theory.rewrite.certify.deviation import certify_deviation

__all__ = ["DeviationBound", "OutputDeviation", "PoolingFinding", "Unknown", "certify_deviation"]
