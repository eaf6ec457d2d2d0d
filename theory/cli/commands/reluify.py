"""Replace every MaxPool of an ONNX model by ReLUs."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_construction, add_json
from theory.cli.output import DONE, both, confirm, console, new_table, print_facts, print_json
from theory.errors import InputError
from theory.named_orders import NAMED_ORDERS
from theory.notation import format_orders
from theory.objectives import CERTIFIED, RELATIVE
from theory.rationals import to_string
from theory.rewrite.presets import PRESETS
from theory.terminal import Bar

if TYPE_CHECKING:
    from theory.rewrite.options import ReluifyOptions
    from theory.rewrite.records import PoolingRecord, Rewriting


_WITH_PARAMETERS = re.compile(rf"(^|=)((?:{'|'.join(NAMED_ORDERS)}):\w+=[0-9]+(?:,\w+=[0-9]+)*)$", re.ASCII)
"""A family of orders at values of its parameters, such as ``top:j=3``."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("source", metavar="IN.onnx")
    parser.add_argument("target", metavar="OUT.onnx")
    parser.add_argument(
        "--orders",
        action="append",
        metavar="[NODE=]ORDERS",
        help="exact (default), or the orders of an estimator in its place, such as 1,d-1, d being each window's size; "
        "for all MaxPool nodes or for one",
    )
    parser.add_argument(
        "--subsets",
        action="append",
        metavar="[NODE=]SUBSETS",
        help="the best combination of maxima over parts of each window in its place: 2x3,3x2 for all smaller windows "
        "of these shapes, at:0+1 for positions in row-major order, intercept; for all MaxPool nodes or for one",
    )
    parser.add_argument(
        "--objective",
        choices=CERTIFIED,
        default=RELATIVE,
        help="of what takes its place: error relative to each window's range (default), or absolute within --bounds",
    )
    parser.add_argument(
        "--style",
        choices=("skip", "feedforward", "pools"),
        help="one ReLU a comparison and Add (default); Conv and Relu alone; or MaxPool without ceil_mode and auto_pad "
        "(default with --subsets, smaller ones with Conv)",
    )
    add_construction(parser, "tree", "shallow")
    parser.add_argument("--dense", action="store_true", help="convolutions without groups")
    parser.add_argument("--float64", action="store_true", help="compute in float64 between casts")
    parser.add_argument(
        "--bounds",
        action="append",
        metavar="[NODE=]LO,HI",
        help="of the inputs of all MaxPool nodes or of one, for --objective cube and --padding shift",
    )
    parser.add_argument(
        "--padding",
        choices=("edge", "shift"),
        help="where the input may be negative: repeat the borders (default), or pad with zeros what is shifted above "
        "zero by a least value, seen before the node or given as bounds",
    )
    parser.add_argument(
        "--calibrate",
        nargs="+",
        metavar="FILE",
        help="measure the bounds on inputs instead, .npy or .npz by input name: certifies nothing for other inputs",
    )
    parser.add_argument(
        "--largest-window",
        type=int,
        metavar="C",
        help="for --style pools: MaxPools of at most C values along each axis, larger windows by several of them",
    )
    parser.add_argument("--undilated", action="store_true", help="convolutions without dilations")
    parser.add_argument(
        "--for",
        dest="tool",
        metavar="TOOL",
        help="decide style, dense, padding and undilated as TOOL takes them: "
        f"{', '.join(PRESETS)}; what it pools itself, and more cheaply, stays MaxPool",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="overwrite IN.onnx, and existing external data; with --for, replace what TOOL would take, too",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Read, rewrite, write and print."""
    from theory.models.files import check_target, copy_model, read_model, write_model
    from theory.rewrite.options import ReluifyOptions
    from theory.rewrite.reluify import rewrite
    from theory.rewrite.samples import read_inputs

    wanted = ReluifyOptions(
        orders=_by_node(options.orders, "sets of orders") or ReluifyOptions.orders,
        subsets=_by_node(options.subsets, "families of subsets") or None,
        style=options.style,
        construction=options.construction,
        objective=options.objective,
        dense=options.dense,
        float64=options.float64,
        padding=options.padding or ReluifyOptions.padding,
        largest_window=options.largest_window,
        undilated=options.undilated,
        tool=options.tool,
        force=options.force,
        bounds={name: pair.split(",") for name, pair in _by_node(options.bounds, "bounds").items()} or None,
    )
    if (options.bounds or options.calibrate) and not (wanted.takes_bounds or wanted.padding == "shift"):
        raise InputError(
            "--bounds and --calibrate go with --objective cube and subsets, or orders other than exact, or with "
            "--padding shift"
        )
    if options.padding not in (None, wanted.padding):
        raise InputError(
            f"--padding {options.padding} does not go with --for {options.tool}, which takes {wanted.padding}"
        )
    start = perf_counter()
    check_target(options.source, options.target, force=options.force)
    with Bar("rewriting"):
        model = read_model(options.source)
        if options.calibrate:
            wanted = replace(wanted, calibrate=(read_inputs(model, path) for path in options.calibrate))
        result = rewrite(model, wanted)
        for combination in {id(record.combination): record.combination for record in result.poolings}.values():
            if combination is not None:
                confirm(combination.certificate)
        if result.poolings:
            write_model(result.model, options.target, source=options.source, force=options.force)
        else:
            copy_model(options.source, options.target, force=options.force)
    seconds = perf_counter() - start
    if options.json:
        files = {"input": options.source, "output": options.target}
        print_json(files | _description(result, wanted) | {"seconds": seconds})
    else:
        _print(result, wanted, options, seconds)
    return DONE


def _by_node(texts: Sequence[str] | None, what: str) -> dict[str | None, str]:
    """Read VALUE for all nodes and NODE=VALUE for one; names of nodes may contain '=', and so may families."""
    given: dict[str | None, str] = {}
    for text in texts or ():
        family = _WITH_PARAMETERS.search(text)
        name, equals, value = (text[: family.start()], *family.groups()) if family else text.rpartition("=")
        key = name if equals else None
        if key in given:
            raise InputError(f"there are two {what} for {'all nodes' if key is None else repr(key)}")
        given[key] = value
    return given


def _description(result: Rewriting, wanted: ReluifyOptions) -> dict[str, Any]:
    named, parts = wanted.orders_by_name, wanted.subsets_by_name
    return {
        "orders": named.pop(None),
        "orders_by_node": named,
        "subsets": parts.pop(None),
        "subsets_by_node": parts,
        "objective": None if wanted.exact else wanted.objective,
        "style": wanted.style,
        "construction": wanted.construction,
        "dense": wanted.dense,
        "float64": wanted.float64,
        "padding": wanted.padding,
        "largest_window": wanted.largest_window,
        "undilated": wanted.undilated,
        "tool": wanted.tool,
        "tool_version": wanted.preset.version if wanted.preset else None,
        "nodes": [_row(record, wanted) for record in result.poolings],
        "stays": [vars(node) for node in result.stays],
    }


def _row(record: PoolingRecord, wanted: ReluifyOptions) -> dict[str, Any]:
    windows = record.windows
    relative = record.approximate and not wanted.takes_bounds
    combination = record.combination
    return {
        "name": record.name,
        "op_type": record.op_type,
        "place": record.place,
        "input": record.input,
        "output": record.output,
        "kernel_shape": list(windows.kernel_shape),
        "strides": list(windows.strides),
        "dilations": list(windows.dilations),
        "pads": list(windows.pads),
        "orders": list(record.orders) if record.orders is not None else None if record.approximate else "exact",
        "subsets": None if combination is None else [sorted(subset) for subset in combination.coefficients],
        "domain": record.domain,
        "units_per_output": record.units_per_output,
        "hidden_layers": record.hidden_layers,
        "outputs": record.outputs,
        "error": to_string(record.error),
        "error_relative_to": "range of the window" if relative else None,
        "certificate": None if combination is None else combination.certificate.to_dict(),
        "bounds": None if record.bounds is None else [to_string(bound) for bound in record.bounds],
        "calibrated": record.calibrated,
        "edge_padding": record.edge_padding,
        "shift": None if record.shift is None else to_string(record.shift),
        "pools": record.pools,
        "kept": record.kept,
        "folded": list(record.folded),
        "float64": record.float64,
        "compared": record.compared,
    }


def _print(result: Rewriting, wanted: ReluifyOptions, options: argparse.Namespace, seconds: float) -> None:
    out = console()
    if not result.poolings:
        out.print(f"{options.source} has no MaxPool: copied to {options.target}", soft_wrap=True)
        print_facts(_staying(result), width=10)
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
        kind = "" if record.op_type == "MaxPool" else f", {record.op_type}"
        table.add_row(
            record.name + kind + where,
            _window(record),
            "x".join(map(str, record.windows.strides)),
            str(record.units_per_output),
            str(record.hidden_layers),
            "kept" if record.kept else _error(record, wanted),
        )
    out.print(table)
    pools = wanted.style == "pools"
    replaced = [record for record in result.poolings if not record.kept]
    count, made = len(replaced), sum(record.pools for record in replaced)
    layers = f"in all by {sum(record.hidden_layers for record in result.poolings)} layers of ReLUs"
    if wanted.subsets:
        smaller = f"{made} smaller MaxPool node{'' if made == 1 else 's'}"
        by = f"by {smaller} and convolutions" if pools else layers + (f" and {smaller}" if made else "")
    else:
        by = f"by {made} that round down, with explicit padding" if pools else layers
    facts = (
        ("replaced", f"{count} MaxPool node{'' if count == 1 else 's'}, {by}"),
        ("style", wanted.style if pools else f"{wanted.style}, construction {wanted.construction}"),
        *_for_tool(result.poolings, wanted),
        *_notes(result.poolings, wanted),
        *_staying(result),
        ("time", f"{seconds:.2f} s"),
        ("written", options.target),
    )
    print_facts(facts, width=10)


def _for_tool(records: Sequence[PoolingRecord], wanted: ReluifyOptions) -> Iterator[tuple[str, str]]:
    """Say what the model is for, and what was left to that tool."""
    if wanted.preset is None:
        return
    yield "for", f"{wanted.preset.name}, the version that was tried"
    kept = [record.name for record in records if record.kept]
    if kept:
        yield "kept", f"MaxPool, which it takes {wanted.preset.cheaper}: {', '.join(kept)}; --force replaces it, too"


def _window(record: PoolingRecord) -> str:
    text = "x".join(map(str, record.windows.kernel_shape))
    if set(record.windows.dilations) != {1}:
        text += " dilated " + "x".join(map(str, record.windows.dilations))
    return text


def _error(record: PoolingRecord, wanted: ReluifyOptions) -> str:
    if not record.approximate:
        if record.bounds is None:
            return "exact"
        return "exact on the samples" if record.calibrated else f"exact, inputs >= {to_string(record.bounds[0])}"
    size = both(record.error)
    if not wanted.takes_bounds:
        return f"{size} of the window's range"
    return f"{size} on the samples" if record.calibrated else size


def _notes(records: Sequence[PoolingRecord], wanted: ReluifyOptions) -> Iterator[tuple[str, str]]:
    outputs = [record.outputs for record in records if record.outputs is not None]
    if len(outputs) == len(records):
        relus = sum(record.units_per_output * n for record, n in zip(records, outputs, strict=True))
        yield "ReLUs", f"{relus:,} for one sample, borders aside"
    orders = {record.windows.kernel_size: record.orders for record in records if record.orders is not None}
    if orders:
        yield "orders", ", ".join(f"{{{format_orders(one)}}} of {d} values" for d, one in sorted(orders.items()))
    yield from _combinations(records)
    if any(record.calibrated for record in records):
        yield "bounds", "measured on the samples: nothing is certified for other inputs"
    folded = [name for record in records for name in record.folded]
    if folded:
        yield "folded", f"Pad with minus infinity into the windows: {', '.join(folded)}"
    yield from _rounding(records, wanted)
    padded = sum(record.edge_padding for record in records)
    if padded and wanted.style == "feedforward":
        yield "padding", f"{padded} with a Pad node before the first Conv, since the input may be negative"
    shifts = [-record.shift for record in records if record.shift is not None]
    if shifts:
        most = float(max(shifts, key=abs))
        yield "padding", f"{len(shifts)} with zeros, the input shifted by up to {most:.3g}, which rounds the maximum"


def _combinations(records: Sequence[PoolingRecord]) -> Iterator[tuple[str, str]]:
    """Say of how many maxima the combinations consist, for each kernel."""
    found = {record.windows.kernel_shape: record.combination for record in records if record.combination is not None}
    if found:
        parts = (f"{one.terms} maxima in {'x'.join(map(str, shape))}" for shape, one in sorted(found.items()))
        yield "subsets", f"{', '.join(parts)}; certificates accepted by the independent checker"


def _rounding(records: Sequence[PoolingRecord], wanted: ReluifyOptions) -> Iterator[tuple[str, str]]:
    """Say where outputs are compared with inputs, so that a rounding would turn out as a lost peak."""
    sharp = [record.name for record in records if record.float64 and not wanted.float64]
    if sharp:
        yield "float64", f"by itself, since its output is compared or its padding large: {', '.join(sharp)}"
    lost = [record.name for record in records if record.compared and (not record.float64 or record.approximate)]
    if lost:
        names = ", ".join(lost)
        yield "warning", f"the output is compared with the input, and rounding may lose what is equal: {names}"


def _staying(result: Rewriting) -> Iterator[tuple[str, str]]:
    for node in result.stays:
        where = "" if node.place == "graph" else f" in {node.place}"
        yield "stays", f"{node.op_type} {node.name!r}{where}: {node.reason}"
