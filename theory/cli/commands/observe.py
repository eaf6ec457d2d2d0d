"""Measure how prevalent windows are whose maximum stands out."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_json, read_orders
from theory.cli.output import DONE, make_folder, print_json
from theory.errors import InputError
from theory.estimator import Estimator
from theory.files import write_whole
from theory.notation import parse_kernel
from theory.objectives import DEFAULT, RELATIVE, Objective
from theory.terminal import Bar

if TYPE_CHECKING:
    import numpy as np

    from theory.empirical.images import Picture
    from theory.empirical.observing.model_observation import PoolObservation
    from theory.empirical.observing.observation import Observation

_FORMATS = ("svg", "png", "pdf")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument(
        "images", metavar="IMAGE", nargs="*", help="files and folders; default: photographs of scikit-image"
    )
    parser.add_argument("--model", metavar="FILE", help="look at the inputs of every MaxPool node of an ONNX model")
    parser.add_argument("--kernel", metavar="SHAPE", help="default: 3x3; with --model each node has its own")
    parser.add_argument("--stride", metavar="N", help="steps between windows, such as 2 or 2x2; default: 1")
    parser.add_argument(
        "--orders",
        action="append",
        metavar="ORDERS",
        help="an estimator, such as 0,1,d-1, or a family's name; without 0 relative to the range; may be repeated",
    )
    parser.add_argument(
        "--threshold", type=float, metavar="G", help="gap above which windows are distinct; default: 1/2"
    )
    parser.add_argument("--rare", type=float, metavar="P", help="share below which windows are rare; default: 0.05")
    parser.add_argument(
        "--limit",
        metavar="N",
        help="windows of one picture, or all; default: 1,000,000, with --model 100,000 for each node",
    )
    parser.add_argument(
        "--normalize", metavar="HOW", help="imagenet, unit or bytes: pixels for --model; default: by its channels"
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto", help="where the model runs")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: 0")
    parser.add_argument("--out", metavar="DIR", help="write observation.json and the plots")
    parser.add_argument("--format", choices=_FORMATS, default="svg", help="of the plots; default: svg")
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
    rng = np.random.default_rng(options.seed)
    return _run_model(options, rng) if options.model else _run_pictures(options, rng)


def _run_pictures(options: argparse.Namespace, rng: np.random.Generator) -> int:
    from theory.cli.observation_tables import print_observation
    from theory.empirical.observing.json_rows import observation_row
    from theory.empirical.observing.observation import LIMIT, observe, window_grid
    from theory.empirical.observing.summary import summarise
    from theory.empirical.observing.windows import Geometry

    if options.normalize:
        raise InputError("--normalize says how pixels are given to a model, and needs --model")
    shape = parse_kernel(options.kernel or "3x3")
    if len(shape) != 2:
        raise InputError(f"pictures have two axes: a kernel such as 3x3 is needed, not {options.kernel}")
    pictures, origin = _pictures(options.images)
    # Before anything is solved for windows of an absurd size.
    window_grid(pictures[0], Geometry.of(shape))
    with Bar("pictures") as bar:
        seen = observe(
            pictures,
            shape,
            strides=_strides(options.stride),
            estimators=_estimators(options.orders)(prod(shape)),
            rng=rng,
            limit=_limit(options.limit, LIMIT),
            progress=bar,
            **_rule(options),
        )
    summary = summarise(seen)
    row = {"pictures_from": origin, "seed": options.seed, **observation_row(seen, summary)}
    files = _write_pictures(options, seen, row) if options.out else []
    if options.json:
        print_json(row)
    else:
        print_observation(seen, summary, f"{len(pictures)} {origin}", files)
    return DONE


def _run_model(options: argparse.Namespace, rng: np.random.Generator) -> int:
    from theory.cli.observation_tables import print_pools
    from theory.empirical.observing.json_rows import pools_row
    from theory.empirical.observing.max_pools import PoolingModel
    from theory.empirical.observing.model_inputs import check_normalisation, image_input
    from theory.empirical.observing.model_observation import LIMIT, observe_model
    from theory.empirical.observing.summary import summarise

    if options.kernel or options.stride:
        raise InputError("--kernel and --stride are for pictures: with --model, each MaxPool node has its own")
    model = PoolingModel(options.model, device=options.device)
    wanted = image_input(model.single_input())
    normalisation = check_normalisation(options.normalize or wanted.default_normalisation)
    if wanted.is_for_digits and not options.images:
        pictures, origin = _digits()
    else:
        pictures, origin = _pictures(options.images)
    with Bar("runs of the model") as bar:
        pools = observe_model(
            model,
            wanted,
            pictures,
            normalisation,
            estimators=_estimators(options.orders),
            rng=rng,
            limit=_limit(options.limit, LIMIT),
            progress=bar,
            **_rule(options),
        )
    summaries = [summarise(pool.observation) if pool.observation else None for pool in pools]
    given = f"{wanted.channels} x {wanted.height} x {wanted.width}, {normalisation}"
    row = {
        "model": str(options.model),
        "pictures_from": origin,
        "pictures": len(pictures),
        "input": {"channels": wanted.channels, "height": wanted.height, "width": wanted.width},
        "normalisation": normalisation,
        "seed": options.seed,
        "pools": pools_row(pools, summaries),
    }
    files = _write_pools(options, pools, row) if options.out else []
    if options.json:
        print_json(row)
    else:
        print_pools(pools, summaries, f"{options.model}: inputs {given}, from {len(pictures)} {origin}", files)
    return DONE


def _pictures(paths: Sequence[str]) -> tuple[Sequence[Picture], str]:
    from theory.empirical.images import load_pictures, shipped_photographs

    if not paths:
        return shipped_photographs(), "photographs of scikit-image"
    pictures = load_pictures(paths)
    return pictures, "pictures" if len(pictures) > 1 else "picture"


def _digits() -> tuple[Sequence[Picture], str]:
    from theory.empirical.observing.model_inputs import digits

    return digits(), "digits of scikit-learn"


def _estimators(texts: Sequence[str] | None) -> Callable[[int], tuple[Estimator, ...]]:
    """Say how estimators are found for a kernel size."""
    from theory.empirical.observing.observation import default_estimators
    from theory.optimal.solve import optimal_estimator

    @cache
    def for_size(kernel_size: int) -> tuple[Estimator, ...]:
        if not texts:
            return default_estimators(kernel_size)
        wanted = dict.fromkeys(_orders_and_objective(text, kernel_size) for text in texts)
        return tuple(optimal_estimator(kernel_size, orders, objective=objective) for orders, objective in wanted)

    return for_size


def _orders_and_objective(text: str, kernel_size: int) -> tuple[tuple[int, ...], Objective]:
    orders, own = read_orders(text, kernel_size)
    return orders, own or (DEFAULT if 0 in orders else RELATIVE)


def _strides(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    parts = text.split("x")
    if len(parts) > 2 or not all(part.isascii() and part.isdigit() and int(part) for part in parts):
        raise InputError(f"a stride is an integer >= 1 such as 2, or two such as 2x2, not {text!r}")
    return int(parts[0]), int(parts[-1])


def _limit(text: str | None, default: int) -> int | None:
    if text is None:
        return default
    if text == "all":
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise InputError(f"the limit of windows is an integer >= 1, or all, not {text!r}")
    return int(text)


def _rule(options: argparse.Namespace) -> dict[str, float]:
    given = {"threshold": options.threshold, "rare": options.rare}
    return {name: value for name, value in given.items() if value is not None}


def _write_pictures(options: argparse.Namespace, seen: Observation, row: dict[str, Any]) -> list[str]:
    from theory.empirical.observing.plots import plot_gap, plot_residuals

    figures = {"gap": plot_gap(seen), "residuals": plot_residuals(seen)}
    return _write(options, figures, row)


def _write_pools(options: argparse.Namespace, pools: list[PoolObservation], row: dict[str, Any]) -> list[str]:
    from theory.empirical.observing.plots import plot_pools

    return _write(options, {"pools": plot_pools(pools)}, row)


def _write(options: argparse.Namespace, figures: dict[str, Any], row: dict[str, Any]) -> list[str]:
    import json

    from theory.plotting import save_figure

    folder = Path(options.out)
    write_whole(folder / "observation.json", json.dumps(row, indent=2) + "\n")
    names = ["observation.json"]
    for name, axes in figures.items():
        names.append(f"{name}.{options.format}")
        save_figure(axes, folder / names[-1])
    return [str(folder / name) for name in names]
