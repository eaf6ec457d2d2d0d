"""A proof that nodes compute max pooling for all inputs there are: for tensors that have no bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.graph import Constant, Graph, Node
from theory.rewrite.certify.layers import MaxPooling
from theory.rewrite.certify.operators import Call
from theory.rewrite.certify.pooling_proof import Residuals, pooling_residual
from theory.rewrite.certify.table import understand

_NOWHERE_NEGATIVE = ("Abs", "Exp", "HardSigmoid", "Relu", "Sigmoid", "Softmax", "Softplus")
_KEEP_SIGNS = ("AveragePool", "Concat", "Dropout", "GlobalAveragePool", "GlobalMaxPool", "Identity", "MaxPool")
"""Their results are nowhere negative if none of their arguments is."""


def prove_without_bounds(
    pool: Node,
    own: Mapping[str, Constant],
    graph: Graph,
    constants: Mapping[str, Constant],
    given: tuple[tuple[int, ...], np.dtype[Any]],
    known: Residuals,
) -> None:
    """See that a model's nodes in the place of a max pooling compute it; its input has the shape and the type given.

    The first constants are those of the model with the pooling, the others those of the nodes. Raises Unsupported if
    that is not proved.
    """
    start, end = pool.inputs[0], pool.outputs[0]
    segment = graph.between(start, end, constants)
    if segment is None:
        raise Unsupported(f"{end!r} is computed from more than {start!r}")
    least = 0.0 if given[1].kind == "u" or _is_nowhere_negative(graph, start) else -np.inf
    lo, hi = (np.broadcast_to(np.float64(limit), given[0]) for limit in (least, np.inf))
    x = Box(lo, hi, given[1])
    found = understand(Call(pool, [x, *(own.get(name) for name in pool.inputs[1:])]))
    if isinstance(found, np.ndarray) or not isinstance(found[0], MaxPooling):
        raise Unsupported("it is no max pooling")
    exact, _, _ = pooling_residual(segment, x, found[0], known)
    if not exact:
        raise Unsupported("it is not the maximum, and its input has no bounds")


def _is_nowhere_negative(graph: Graph, name: str) -> bool:
    producers, waiting = graph.producers, [name]
    for each in waiting:
        node = producers.get(each)
        if node is None or node.op not in (*_NOWHERE_NEGATIVE, *_KEEP_SIGNS):
            return False
        if node.op in _KEEP_SIGNS:
            # Of the others, the ratio of Dropout among them, the first alone is looked at.
            inputs = node.inputs if node.op == "Concat" else node.inputs[:1]
            waiting += [x for x in inputs if x not in waiting]
    return True
