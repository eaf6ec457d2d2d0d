"""Train networks to approximate the maximum, against the optimal error."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import fields
from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_json, add_plot
from theory.cli.output import DONE, console, count, make_folder, new_table, print_facts, print_json
from theory.empirical.training.configuration import CHOICES, SETTINGS, Configuration
from theory.errors import InputError, MissingDependencyError
from theory.notation import check_kernel_size, check_orders, format_orders
from theory.terminal import Bar

if TYPE_CHECKING:
    import pyarrow as pa

    from theory.terminal import Table

_SEEDS, _FULL_SEEDS = 5, 10
_DEFAULT_KERNEL = "8"
_DEFAULT_OUT = "training"
_ERRORS, _OPTIMA = ("test_error", "cube_error"), ("optimal_error", "optimal_test_error")
_Row = Mapping[str, Any]
_WHAT: dict[str, dict[str, Any]] = {
    "--kernel": {"metavar": "KERNEL", "help": "number of inputs, such as 8, or a shape; default: 8"},
    "--orders": {
        "metavar": "ORDERS",
        "action": "append",
        "help": "whose network lends its hidden layers, such as 0,1,d-1; may be repeated; "
        "default: 0,1,d-1 and 0,1,d-2,d-1 and 0..d-1",
    },
    "--scales": {"metavar": "MU,...", "help": "factors of the hidden widths, such as 1/4,1/2,1; default: 1/4 to 8"},
    "--seeds": {"metavar": "N", "type": int, "help": "seeds 0..N-1; default: 5, with --full 10"},
    "--variations": {"action": "store_true", "help": "every variation as well, each changes one thing"},
    "--full": {"action": "store_true", "help": "d = 4, 6, 8, all variations, 10 seeds: hours"},
    "--stored": {"action": "store_true", "help": "train nothing: the results that come with the package"},
}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    what = parser.add_argument_group("what is trained")
    for name, option in _WHAT.items():
        what.add_argument(name, **option)
    how = parser.add_argument_group("how it is trained")
    for setting in fields(Configuration):
        if text := setting.metadata.get("help"):
            choices, kind = CHOICES.get(setting.name), {"type": SETTINGS[setting.name]}
            given = {"choices": choices} if choices else {**kind, "metavar": setting.metadata["metavar"]}
            how.add_argument("--" + setting.name.replace("_", "-"), help=text, **given)
    parser.add_argument("--out", metavar="DIR", help=f"results and figures, resumed if there; default: {_DEFAULT_OUT}")
    add_plot(parser, "the base figure")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Train what is missing, write, and summarise."""
    from theory.empirical.training.results import FILE
    from theory.empirical.training.summary import group_rows

    if options.plot:
        from theory.plotting import check_plot_file

        check_plot_file(options.plot)
    start = perf_counter()
    table, folder = _stored(options) if options.stored else _trained(options)
    files = _draw(table, folder, options.plot)
    rows = [group.to_dict() for group in group_rows(table)]
    results = None if options.stored else str(Path(folder or "", FILE))
    if options.json:
        print_json({"results": results, "figures": files, "configurations": rows})
    else:
        _print(rows)
        facts = [("written", file) for file in files]
        if results is not None:
            facts.append(("results", f"{results}, in {perf_counter() - start:.0f} s"))
        print_facts(facts, width=10)
    return DONE


def _stored(options: argparse.Namespace) -> tuple[pa.Table, str | None]:
    from theory.empirical.training.results import stored_results

    given = [name for name in ("kernel", "orders", "scales", "seeds") if getattr(options, name) is not None]
    if given or _settings(options) or options.full or options.variations:
        raise InputError("--stored shows results as they are: it goes with --out, --plot and --json alone")
    return stored_results(), options.out


def _trained(options: argparse.Namespace) -> tuple[pa.Table, str]:
    from theory.empirical.training.experiments import run_experiments

    configurations = _configurations(options)
    number = options.seeds if options.seeds is not None else _FULL_SEEDS if options.full else _SEEDS
    if number < 1:
        raise InputError(f"--seeds is at least 1, not {number}")
    folder = options.out or _DEFAULT_OUT
    with Bar("training, %") as bar:
        table = run_experiments(configurations, folder, range(number), progress=bar)
    return table, folder


def _configurations(options: argparse.Namespace) -> tuple[Configuration, ...]:
    from theory.empirical.training.experiments import (
        FULL_KERNEL_SIZES,
        SCALES,
        VARIED_SCALES,
        base_configurations,
        varied_configurations,
    )

    settings = _settings(options)
    kernels = (
        FULL_KERNEL_SIZES
        if options.full and not options.kernel
        else (check_kernel_size(options.kernel or _DEFAULT_KERNEL),)
    )
    scales = _scales(options.scales) if options.scales else SCALES
    chosen: list[Configuration] = []
    for d in kernels:
        sets = [check_orders(d, text) for text in options.orders] if options.orders else None
        base = base_configurations(d, sets, scales, **settings)
        chosen += base
        if options.variations or options.full:
            some = base if options.scales or options.full else [c for c in base if c.scale in VARIED_SCALES]
            chosen += varied_configurations(some)
    return tuple(chosen)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return how it is trained, as far as it is said: the options that are called as fields of a configuration."""
    of_all = [name for name in SETTINGS if name not in ("kernel_size", "orders", "scale")]
    return {name: getattr(options, name) for name in of_all if getattr(options, name, None) is not None}


def _scales(text: str) -> tuple[Fraction, ...]:
    try:
        return tuple(dict.fromkeys(Fraction(part.strip()) for part in text.split(",")))
    except (ValueError, ZeroDivisionError):
        raise InputError(f"scales are positive numbers or fractions such as 1/4,1/2,1, not {text!r}") from None


def _draw(table: pa.Table, folder: str | None, base: str | None) -> list[str]:
    """Draw the figures of every kernel size into the folder, as SVG and PNG, and one base figure into a file."""
    from theory.figures.gallery.training import plot_training
    from theory.figures.gallery.training_variations import plot_training_variations
    from theory.figures.trained import has_variations
    from theory.plotting import save_figure

    if folder is not None:
        make_folder(folder)
    sizes = sorted(set(table["kernel_size"].to_pylist()))
    written = []

    def save(axes: Sequence[Any], path: str) -> None:
        save_figure(axes[0], path)
        written.append(path)

    try:
        for d in sizes if folder is not None else ():
            figures = {f"training-{d}": plot_training}
            if has_variations(table, d):
                figures[f"training-{d}-variations"] = plot_training_variations
            for name, draw in figures.items():
                axes = draw(table=table, kernel_size=d)
                for suffix in (".svg", ".png"):
                    save(axes, str(Path(folder or "") / (name + suffix)))
        if base is not None:
            save(plot_training(table=table, kernel_size=sizes[0]), base)
    except MissingDependencyError as error:
        if base is not None:
            raise
        console(error=True).print(f"no figures: {error}", soft_wrap=True)
    return written


def _print(rows: Sequence[_Row]) -> None:
    for d in sorted({row["kernel_size"] for row in rows}):
        of_size = [row for row in rows if row["kernel_size"] == d]
        networks = sum(len(row["seeds"]) for row in of_size)
        console().print(
            f"kernel size {d}, {networks} networks trained: the largest error, its median over seeds (least–largest)",
            soft_wrap=True,
        )
        console().print(_table(of_size))
        print_facts(_verdict(of_size, networks), width=10)


def _table(rows: Sequence[_Row]) -> Table:
    numbers = ("µ", "parameters", "error on test rows", "found in the cube", "optimal E")
    table = new_table(("orders", "left"), ("training", "left"), *((name, "right") for name in numbers))
    for row in rows:
        table.add_row(
            format_orders(row["orders"]),
            row["label"],
            row["scale"],
            count(row["parameters"]),
            *("{median:.3f} ({min:.3f}–{max:.3f})".format(**row[error]) for error in _ERRORS),
            f"{row['optimal_error']:.3g}",
        )
    return table


def _verdict(rows: Sequence[_Row], networks: int) -> list[tuple[str, str]]:
    """Say whether training has found what the theory knows to be there."""
    reached, on_rows = (sum(row[f"seeds_within_{name}"] for row in rows) for name in _OPTIMA)
    return [
        ("optimum", f"{reached} of {networks} networks have no larger error in the cube, as far as found, than E"),
        ("", f"{on_rows} of {networks} do as well on the test rows as the optimal estimator on the same rows"),
        ("closest", _closest(rows, "cube_error", "optimal_error", "E in the cube")),
        ("", _closest(rows, "test_error", "optimal_test_error", "the optimal estimator on test rows")),
    ]


def _closest(rows: Sequence[_Row], error: str, optimum: str, what: str) -> str:
    factor, row = min(((row[error]["min"] / row[optimum], row) for row in rows), key=lambda pair: pair[0])
    return f"{factor:.1f} times {what}: orders {format_orders(row['orders'])}, µ = {row['scale']}, {row['label']}"
