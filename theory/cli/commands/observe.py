"""Measure how prevalent windows are whose maximum stands out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_json, add_target
from theory.cli.output import DONE, make_folder, print_json
from theory.empirical.observing.verdict import DISTINCT, RARE
from theory.errors import InputError
from theory.estimator import Estimator
from theory.files import write_whole
from theory.notation import check_orders, family_of, parse_kernel
from theory.objectives import RELATIVE, Objective, choose_objective
from theory.targets import MAXIMUM
from theory.terminal import Bar

if TYPE_CHECKING:
    import numpy as np

    from theory.empirical.images import Picture
    from theory.empirical.observing.observation import Rule

_Found = tuple[dict[str, Any], dict[str, Callable[[], Any]], Callable[[Sequence[str]], None]]
"""All numbers; the figures by the names of their files; and what prints the tables, told which files were written."""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    option = parser.add_argument
    option("images", metavar="IMAGE", nargs="*", help="files and folders; default: photographs of scikit-image")
    option("--model", metavar="FILE", help="look at the inputs of every MaxPool node of an ONNX model")
    option("--kernel", metavar="SHAPE", help="default: 3x3; with --model each node has its own")
    option("--stride", metavar="N", help="steps between windows, such as 2 or 2x2; default: 1")
    help_of_orders = (
        "an estimator, such as 0,1,d-1, or a family's name; without 0 relative to the range; may be repeated"
    )
    option("--orders", metavar="ORDERS", action="append", help=help_of_orders)
    add_target(parser)
    option(
        "--threshold",
        metavar="G",
        type=float,
        default=DISTINCT,
        help="gap above which windows are distinct; default: 1/2",
    )
    option("--rare", metavar="P", type=float, default=RARE, help="share below which windows are rare; default: 0.05")
    option(
        "--limit",
        metavar="N",
        help="windows of one picture, or all; default: 1,000,000, with --model 100,000 for each node",
    )
    option("--normalize", metavar="HOW", help="imagenet, unit or bytes: pixels for --model; default: by its channels")
    option("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where the model runs")
    option("--seed", metavar="N", type=int, default=0, help="default: 0")
    option("--out", metavar="DIR", help="write observation.json and the plots")
    option("--format", choices=("svg", "png", "pdf"), default="svg", help="of the plots; default: svg")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Count, draw and print."""
    import numpy as np

    if options.seed < 0:
        raise InputError(f"a seed is an integer >= 0, not {options.seed}")
    if options.out:
        from theory.plotting import import_matplotlib

        import_matplotlib()  # before the work
        make_folder(options.out)
    observe = _observe_model if options.model else _observe_pictures
    row, figures, show = observe(options, np.random.default_rng(options.seed))
    files = _write(options, row, figures)
    if options.json:
        print_json(row)
    else:
        show(files)
    return DONE


def _observe_pictures(options: argparse.Namespace, rng: np.random.Generator) -> _Found:
    from theory.cli.observation_tables import print_observation
    from theory.empirical.observing.observation import LIMIT, observe
    from theory.empirical.observing.results import observation_row
    from theory.figures.observed import plot_gap, plot_residuals

    if options.normalize:
        raise InputError("--normalize says how pixels are given to a model, and needs --model")
    shape = parse_kernel(options.kernel or "3x3")
    if len(shape) != 2:
        raise InputError(f"pictures have two axes: a kernel such as 3x3 is needed, not {options.kernel}")
    pictures, origin = _pictures(options.images)
    with Bar("pictures") as bar:
        seen = observe(
            pictures,
            shape,
            strides=_strides(options.stride),
            estimators=_estimators(options.orders, options.target),
            rng=rng,
            progress=bar,
            rule=_rule(options, LIMIT),
        )
    row = {"pictures_from": origin, "seed": options.seed, **observation_row(seen)}
    figures = {"gap": lambda: plot_gap(seen), "residuals": lambda: plot_residuals(seen)}
    return (
        row,
        figures,
        partial(print_observation, row, seen.levels, f"{len(pictures)} {origin}{_named(options.target)}"),
    )


def _observe_model(options: argparse.Namespace, rng: np.random.Generator) -> _Found:
    from theory.cli.observation_tables import print_pools
    from theory.empirical.digits import digit_pictures
    from theory.empirical.model_inputs import check_normalisation, image_input
    from theory.empirical.observing.max_pools import PoolingModel
    from theory.empirical.observing.model_observation import LIMIT, observe_model
    from theory.empirical.observing.results import pools_rows
    from theory.figures.observed import plot_pools

    if options.kernel or options.stride:
        raise InputError("--kernel and --stride are for pictures: with --model, each MaxPool node has its own")
    model = PoolingModel(options.model, device=options.device)
    wanted = image_input(model.single_input())
    how = check_normalisation(options.normalize or wanted.default_normalisation)
    is_for_digits = wanted.is_for_digits and not options.images
    pictures, origin = (digit_pictures(), "digits of scikit-learn") if is_for_digits else _pictures(options.images)
    rule, estimators = _rule(options, LIMIT), _estimators(options.orders, options.target)
    with Bar("runs of the model") as bar:
        pools = observe_model(model, wanted, pictures, how, estimators=estimators, rule=rule, rng=rng, progress=bar)
    row = {
        "model": str(options.model),
        "pictures_from": origin,
        "pictures": len(pictures),
        "input": {"channels": wanted.channels, "height": wanted.height, "width": wanted.width},
        "normalisation": how,
        "seed": options.seed,
        "pools": pools_rows(pools),
    }
    given = f"inputs {wanted.channels} x {wanted.height} x {wanted.width}, {how}"
    title = f"{options.model}: {given}, from {len(pictures)} {origin}{_named(options.target)}"
    return row, {"pools": lambda: plot_pools(pools)}, partial(print_pools, row["pools"], title)


def _named(target: str) -> str:
    return "" if target == MAXIMUM else f", target {target}"


def _rule(options: argparse.Namespace, limit: int) -> Rule:
    from theory.empirical.observing.observation import Rule

    return Rule(options.threshold, options.rare, _limit(options.limit, limit))


def _pictures(paths: Sequence[str]) -> tuple[Sequence[Picture], str]:
    from theory.empirical.images import load_pictures, shipped_photographs

    if not paths:
        return shipped_photographs(), "photographs of scikit-image"
    pictures = load_pictures(paths)
    return pictures, "pictures" if len(pictures) > 1 else "picture"


def _estimators(texts: Sequence[str] | None, target: str) -> Callable[[int], tuple[Estimator, ...]]:
    """Say how estimators are found for a kernel size."""
    from theory.empirical.observing.observation import default_estimators
    from theory.optimal.solve import optimal_estimator

    @cache
    def for_size(kernel_size: int) -> tuple[Estimator, ...]:
        if not texts:
            return default_estimators(kernel_size, target)
        wanted = dict.fromkeys(_problem(text, kernel_size) for text in texts)
        return tuple(
            optimal_estimator(kernel_size, orders, objective=objective, target=target) for orders, objective in wanted
        )

    return for_size


def _problem(text: str, kernel_size: int) -> tuple[tuple[int, ...], Objective]:
    orders = check_orders(kernel_size, text)
    relative = RELATIVE if family_of(text) is None and 0 not in orders else None
    return orders, choose_objective(relative, text).name


def _strides(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    parts = text.split("x")
    if len(parts) > 2 or not all(map(_is_positive, parts)):
        raise InputError(f"a stride is an integer >= 1 such as 2, or two such as 2x2, not {text!r}")
    return int(parts[0]), int(parts[-1])


def _limit(text: str | None, default: int) -> int | None:
    if text in (None, "all"):
        return None if text else default
    if not _is_positive(text):
        raise InputError(f"the limit of windows is an integer >= 1, or all, not {text!r}")
    return int(text)


def _is_positive(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) > 0


def _write(options: argparse.Namespace, row: dict[str, Any], figures: dict[str, Callable[[], Any]]) -> list[str]:
    """Write the numbers and the figures, if they are asked for; return where they are."""
    from theory.plotting import save_figure

    if not options.out:
        return []
    files = [Path(options.out) / "observation.json"]
    write_whole(files[0], json.dumps(row, indent=2) + "\n")
    for name, draw in figures.items():
        files.append(Path(options.out) / f"{name}.{options.format}")
        save_figure(draw(), files[-1])
    return [str(file) for file in files]
