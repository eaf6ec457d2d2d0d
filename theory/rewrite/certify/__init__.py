"""A sound bound on the difference of two ONNX models, one of which has its MaxPools rewritten."""

from theory.rewrite.certify.answers import DeviationBound, OutputDeviation, PoolingFinding, Unknown
from theory.rewrite.certify.around import Around, SampleAnswer, certify_around
from theory.rewrite.certify.deviation import certify_deviation

__all__ = [
    "Around",
    "DeviationBound",
    "OutputDeviation",
    "PoolingFinding",
    "SampleAnswer",
    "Unknown",
    "certify_around",
    "certify_deviation",
]
