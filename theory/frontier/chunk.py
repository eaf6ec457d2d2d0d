"""The rows of a sweep: for each set of orders its exact error and the size of its network, as an Arrow table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from theory.errors import ProblemTooLargeError
from theory.extras import import_pyarrow
from theory.frontier.certified import certified_errors
from theory.frontier.sets import Masks, OrderSets, orders_of
from theory.networks.size import network_size
from theory.subpools import number_of_terms
from theory.targets import MAXIMUM, Target, TargetLike, find_target

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = import_pyarrow()

SCHEMA = pa.schema(
    [
        ("kernel_size", pa.int32()),
        ("orders", pa.list_(pa.int32())),
        ("mask", pa.int64()),
        ("error", pa.float64()),
        ("error_exact", pa.string()),
        ("terms", pa.int64()),
        ("hidden_layers", pa.int32()),
        ("widths", pa.list_(pa.int64())),
        ("units", pa.int64()),
        ("parameters", pa.int64()),
    ]
)
"""The columns of a sweep."""

_TARGET = b"subpool-target"


def _schema_of(target: Target) -> pa.Schema:
    """Return the schema of a sweep, which names the target in its metadata where that is not the maximum."""
    return SCHEMA if target.is_maximum else SCHEMA.with_metadata({_TARGET: json.dumps(target.to_dict())})


def is_of(schema: pa.Schema, target: Target) -> bool:
    """Tell whether rows with a schema are of a sweep for this target."""
    said = _schema_of(target).metadata or {}
    return bool(schema.equals(SCHEMA)) and (schema.metadata or {}).get(_TARGET) == said.get(_TARGET)


def is_of_the_maximum(schema: pa.Schema) -> bool:
    """Tell whether rows with a schema are of a sweep for the maximum, whatever the kernel size."""
    return _TARGET not in (schema.metadata or {})


def solve_chunk(
    kernel_size: int, always: tuple[int, ...], start: int, stop: int, target: TargetLike = MAXIMUM
) -> pa.Table:
    """Solve the sets number start..stop-1 of a sweep, in the order of the masks. This is what worker processes run."""
    return rows(kernel_size, OrderSets(kernel_size, always).masks(start, stop), target)


def rows(kernel_size: int, masks: Masks, target: TargetLike = MAXIMUM) -> pa.Table:
    """Solve some sets of orders, given as masks; ``error`` is the float nearest to ``error_exact``.

    SolverError if an error is not certified, ProblemTooLargeError if a network has 2^63 parameters or more. There are
    no rows then.
    """
    orders = [orders_of(mask) for mask in masks.tolist()]
    wanted = find_target(target, kernel_size)
    errors = certified_errors(kernel_size, masks, wanted)
    # Sets that differ in their largest order share most of what is counted, so the order of the masks is good.
    sizes = [network_size(kernel_size, chosen) for chosen in orders]
    try:
        return pa.table(
            {
                "kernel_size": np.full(len(orders), kernel_size, dtype=np.int32),
                "orders": orders,
                "mask": masks,
                "error": [p / q for p, q in errors],
                "error_exact": [f"{p}/{q}" for p, q in errors],
                "terms": [number_of_terms(kernel_size, chosen) for chosen in orders],
                "hidden_layers": [size.hidden_layers for size in sizes],
                "widths": [size.widths for size in sizes],
                "units": [size.units for size in sizes],
                "parameters": [size.parameter_count for size in sizes],
            },
            schema=_schema_of(wanted),
        )
    except (OverflowError, pa.ArrowInvalid):
        raise ProblemTooLargeError(f"networks for kernel size {kernel_size} have 2^63 parameters or more") from None
