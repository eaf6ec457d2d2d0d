"""Replace every MaxPool of an ONNX model by ReLUs."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_construction, add_json
from theory.cli.output import DONE, both, console, new_table, print_facts, print_json
from theory.errors import InputError
from theory.notation import format_orders
from theory.objectives import CERTIFIED, RELATIVE, find_objective
from theory.rationals import to_string
from theory.terminal import Bar

if TYPE_CHECKING:
    from theory.rewrite.record import PoolingRecord, Rewriting


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("source", metavar="IN.onnx")
    parser.add_argument("target", metavar="OUT.onnx")
    parser.add_argument(
        "--orders",
        default="exact",
        help="exact (default), or the orders of an estimator in its place, such as 1,d-1, d being each window's size",
    )
    parser.add_argument(
        "--objective",
        choices=CERTIFIED,
        default=RELATIVE,
        help="of the estimator: error relative to each window's range (default), or absolute within --bounds",
    )
    parser.add_argument(
        "--style",
        choices=("skip", "feedforward"),
        default="skip",
        help="one ReLU a comparison and Add (default), or Conv and Relu alone",
    )
    add_construction(parser, "tree", "shallow")
    parser.add_argument("--dense", action="store_true", help="convolutions without groups")
    parser.add_argument("--float64", action="store_true", help="compute in float64 between casts")
    parser.add_argument(
        "--bounds",
        action="append",
        metavar="[NODE=]LO,HI",
        help="of the inputs of all MaxPool nodes or of one, for --objective cube; write --bounds=-1,1 for a LO below 0",
    )
    parser.add_argument(
        "--calibrate",
        nargs="+",
        metavar="FILE",
        help="measure the bounds on inputs instead, .npy or .npz by input name: certifies nothing for other inputs",
    )
    parser.add_argument("--force", action="store_true", help="overwrite IN.onnx, and existing external data")
    add_json(parser)


def _is_relative(record: PoolingRecord) -> bool:
    return record.objective is not None and find_objective(record.objective).relative


def run(options: argparse.Namespace) -> int:
    """Read, rewrite, write and print."""
    from theory.rewrite.files import check_target, copy_model, read_model, write_model
    from theory.rewrite.reluify import rewrite_max_pooling
    from theory.rewrite.samples import read_inputs

    if (options.bounds or options.calibrate) and (
        find_objective(options.objective).relative or options.orders == "exact"
    ):
        raise InputError("--bounds and --calibrate go with --objective cube and with --orders other than exact")
    start = perf_counter()
    check_target(options.source, options.target, force=options.force)
    with Bar("rewriting"):
        model = read_model(options.source)
        result = rewrite_max_pooling(
            model,
            orders=options.orders,
            style=options.style,
            construction=options.construction,
            objective=options.objective,
            dense=options.dense,
            float64=options.float64,
            bounds=_bounds(options.bounds),
            calibrate=(read_inputs(model, path) for path in options.calibrate) if options.calibrate else None,
        )
        if result.poolings:
            write_model(result.model, options.target, source=options.source, force=options.force)
        else:
            copy_model(options.source, options.target, force=options.force)
    seconds = perf_counter() - start
    if options.json:
        print_json(_description(result, options, seconds))
    else:
        _print(result, options, seconds)
    return DONE


def _bounds(texts: Sequence[str] | None) -> dict[str | None, tuple[str, ...]] | None:
    """Read LO,HI for all nodes and NODE=LO,HI for one; names of nodes may contain '='."""
    if not texts:
        return None
    bounds: dict[str | None, tuple[str, ...]] = {}
    for text in texts:
        name, equals, pair = text.rpartition("=")
        key = name if equals else None
        if key in bounds:
            raise InputError(f"there are two bounds for {'all nodes' if key is None else repr(key)}")
        bounds[key] = tuple(pair.split(","))
    return bounds


def _description(result: Rewriting, options: argparse.Namespace, seconds: float) -> dict[str, Any]:
    return {
        "input": options.source,
        "output": options.target,
        "orders": options.orders,
        "objective": None if options.orders == "exact" else options.objective,
        "style": options.style,
        "construction": options.construction,
        "dense": options.dense,
        "float64": options.float64,
        "nodes": [_row(record) for record in result.poolings],
        "seconds": seconds,
    }


def _row(record: PoolingRecord) -> dict[str, Any]:
    geometry = record.geometry
    return {
        "name": record.name,
        "place": record.place,
        "input": record.input,
        "output": record.output,
        "kernel_shape": list(geometry.kernel_shape),
        "strides": list(geometry.strides),
        "dilations": list(geometry.dilations),
        "pads": list(geometry.pads),
        "orders": "exact" if record.orders is None else list(record.orders),
        "domain": record.domain,
        "units_per_output": record.units_per_output,
        "hidden_layers": record.hidden_layers,
        "outputs": record.outputs,
        "error": to_string(record.error),
        "error_relative_to": "range of the window" if _is_relative(record) else None,
        "bounds": None if record.bounds is None else [to_string(bound) for bound in record.bounds],
        "calibrated": record.calibrated,
        "edge_padding": record.edge_padding,
    }


def _print(result: Rewriting, options: argparse.Namespace, seconds: float) -> None:
    out = console()
    if not result.poolings:
        out.print(f"{options.source} has no MaxPool: copied to {options.target}", soft_wrap=True)
        return
    table = new_table(
        ("MaxPool node", "left"),
        ("window", "left"),
        ("strides", "left"),
        ("ReLUs per output", "right"),
        ("layers", "right"),
        ("largest error", "left"),
    )
    for record in result.poolings:
        where = "" if record.place == "graph" else f" ({record.place})"
        table.add_row(
            record.name + where,
            _window(record),
            "x".join(map(str, record.geometry.strides)),
            str(record.units_per_output),
            str(record.hidden_layers),
            _error(record),
        )
    out.print(table)
    count = len(result.poolings)
    layers = sum(record.hidden_layers for record in result.poolings)
    facts = (
        ("replaced", f"{count} MaxPool node{'s' if count > 1 else ''}, in all by {layers} layers of ReLUs"),
        ("style", f"{options.style}, construction {options.construction}"),
        *_notes(result.poolings),
        ("time", f"{seconds:.2f} s"),
        ("written", options.target),
    )
    print_facts(facts, width=10)


def _window(record: PoolingRecord) -> str:
    text = "x".join(map(str, record.geometry.kernel_shape))
    if set(record.geometry.dilations) != {1}:
        text += " dilated " + "x".join(map(str, record.geometry.dilations))
    return text


def _error(record: PoolingRecord) -> str:
    if record.orders is None:
        return "exact"
    size = both(record.error)
    if _is_relative(record):
        return f"{size} of the window's range"
    return f"{size} on the samples" if record.calibrated else size


def _notes(records: Sequence[PoolingRecord]) -> Iterator[tuple[str, str]]:
    outputs = [record.outputs for record in records if record.outputs is not None]
    if len(outputs) == len(records):
        relus = sum(record.units_per_output * n for record, n in zip(records, outputs, strict=True))
        yield "ReLUs", f"{relus:,} for one sample, borders aside"
    orders = {record.geometry.kernel_size: record.orders for record in records if record.orders is not None}
    if orders:
        yield "orders", ", ".join(f"{{{format_orders(one)}}} of {d} values" for d, one in sorted(orders.items()))
    if any(record.calibrated for record in records):
        yield "bounds", "measured on the samples: nothing is certified for other inputs"
    padded = sum(record.edge_padding for record in records)
    if padded and records[0].style == "feedforward":
        yield "padding", f"{padded} with a Pad node before the first Conv, since the input may be negative"
