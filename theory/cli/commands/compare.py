"""Compare two ONNX models with the same inputs: measured and certified deviation."""

from __future__ import annotations

import argparse
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.cli.around_table import print_around, upwards
from theory.cli.options import add_json, add_plot
from theory.cli.output import DONE, FAILED, console, counted, new_table, print_json
from theory.errors import InputError
from theory.plotting import check_plot_file, save_figure
from theory.terminal import Bar

if TYPE_CHECKING:
    from theory.rewrite.certify import DeviationBound
    from theory.rewrite.comparison import ModelComparison
    from theory.rewrite.samples import Inputs

_DEFAULT_BOUNDS = (0.0, 1.0)
_DEFAULT_SAMPLES = 64


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("original", metavar="A.onnx")
    parser.add_argument("rewritten", metavar="B.onnx")
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--images", nargs="+", metavar="FILE", help="pictures and folders of them, cut and scaled to the input"
    )
    source.add_argument("--inputs", metavar="FILE", help="samples: .npy, or .npz with an array for each input")
    source.add_argument(
        "--around",
        metavar="FILE",
        help="for each sample of a .npy or .npz file, certify all inputs within --radius of it, and whether the "
        "largest output stays the same one",
    )
    source.add_argument("--samples", type=int, metavar="N", help=f"random samples; default: {_DEFAULT_SAMPLES}")
    parser.add_argument(
        "--bounds",
        metavar="LO,HI",
        help="certify the deviation for all inputs within; random samples and pictures lie within, by default in 0,1",
    )
    parser.add_argument(
        "--shape", metavar="SHAPE", help="of the input, such as 1x3x224x224, where the model leaves it open"
    )
    parser.add_argument("--radius", metavar="R", help="of the balls of --around, such as 0.01 or 1/255")
    add_plot(parser, "with --around, bound and reached deviation against the radius")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random samples; default: 0")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Compare and print; a measured deviation beyond the certified one is a failed check."""
    from theory.rewrite.comparison import compare_models

    if options.around is not None:
        return _run_around(options)
    for name in ("radius", "plot"):
        if getattr(options, name) is not None:
            raise InputError(f"--{name} is for --around")
    bounds = _parse_bounds(options.bounds)
    shape = _parse_shape(options.shape)
    inputs = _inputs(options, bounds or _DEFAULT_BOUNDS, shape)
    with Bar("samples") as bar:
        measured = compare_models(options.original, options.rewritten, inputs, progress=bar)
    certified = None if bounds is None else _certify(options, bounds, shape)
    broken = certified is not None and bounds is not None and _exceeds(measured, certified, inputs, bounds)
    if options.json:
        estimate = None if certified is None or certified.likely is None else certified.likely.to_dict()
        likely = {"likely": _likely(options, measured), "likely_rounding": estimate}
        print_json({**_row(measured, certified, bounds), **likely})
    else:
        _print(options, measured, certified)
    if broken:
        console(error=True).print("a measured deviation exceeds the certified one: please report this", soft_wrap=True)
    return FAILED if broken else DONE


def _run_around(options: argparse.Namespace) -> int:
    """Certify the surroundings of samples; a reached deviation beyond a bound is a failed check."""
    from theory.rewrite.ascent import Ascent
    from theory.rewrite.certify import certify_around
    from theory.rewrite.samples import read_inputs

    if options.radius is None:
        raise InputError("--around needs a --radius")
    radius, within = _parse_radius(options.radius), _parse_bounds(options.bounds)
    if options.plot:
        check_plot_file(options.plot)
    samples = read_inputs(options.original, options.around)
    models = options.original, options.rewritten
    with Bar("samples") as bar:
        found = certify_around(*models, samples, radius, within=within, progress=bar)
    held = True
    if options.plot:
        from theory.figures.around import measure_around, plot_around

        with Bar("radii, samples at a time") as bar:
            curve = measure_around(*models, samples, radius, Ascent(*models), within=within, progress=bar)
        save_figure(plot_around(curve), options.plot, title="certified and reached deviation against the radius")
        held = curve.held
    if options.json:
        print_json(found.to_dict())
    else:
        print_around(options, found)
    if not held:
        console(error=True).print("a reached deviation exceeds the certified one: please report this", soft_wrap=True)
    return DONE if held else FAILED


def _parse_radius(text: str) -> float:
    try:
        radius = float(Fraction(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise InputError(f"a radius is a number such as 0.01 or 1/255, not {text!r}") from None
    if radius < 0:
        raise InputError(f"a radius is at least 0, not {text}")
    return radius


def _parse_bounds(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        lo, hi = map(float, text.split(","))
    except ValueError:
        raise InputError(f"bounds are two numbers such as 0,1, not {text!r}") from None
    if not (np.isfinite(lo) and np.isfinite(hi) and lo <= hi):
        raise InputError(f"bounds are finite, the lower at most the upper, not {text}")
    return lo, hi


def _parse_shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        shape = tuple(map(int, text.split("x")))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise InputError(f"a shape is written such as 1x3x224x224, not {text!r}")
    return shape


def _inputs(options: argparse.Namespace, bounds: tuple[float, float], shape: tuple[int, ...] | None) -> Inputs:
    from theory.rewrite.samples import random_inputs, read_inputs, read_pictures

    if options.inputs:
        return read_inputs(options.original, options.inputs)
    if options.images:
        return read_pictures(options.original, options.images, bounds, shape)
    if options.seed < 0:
        raise InputError(f"a seed is at least 0, not {options.seed}")
    count = _DEFAULT_SAMPLES if options.samples is None else options.samples
    return random_inputs(options.original, bounds, count, np.random.default_rng(options.seed), shape)


def _certify(options: argparse.Namespace, bounds: tuple[float, float], shape: tuple[int, ...] | None) -> DeviationBound:
    from theory.rewrite.certify import certify_deviation
    from theory.rewrite.certify.reading import read_graph

    with Bar("certifying"):
        shapes = {} if shape is None else dict.fromkeys(read_graph(options.original).inputs, shape)
        return certify_deviation(options.original, options.rewritten, bounds, shapes=shapes, likely=True)


def _exceeds(measured: ModelComparison, certified: DeviationBound, inputs: Inputs, bounds: tuple[float, float]) -> bool:
    """Say whether samples within the bounds deviate by more than is certified."""
    within = all(np.all((array >= bounds[0]) & (array <= bounds[1])) for array in inputs.values())
    return within and any(
        certified.outputs[output.name].certified and not output.largest <= certified.outputs[output.name].bound
        for output in measured.outputs
    )


def _row(
    measured: ModelComparison, certified: DeviationBound | None, bounds: tuple[float, float] | None
) -> dict[str, Any]:
    return {
        "samples": measured.samples,
        "outputs": [
            # JSON has no NaN and no infinities.
            {name: None if isinstance(value, float) and not isfinite(value) else value for name, value in row.items()}
            for row in map(vars, measured.outputs)
        ],
        "seconds": list(measured.seconds),
        "time_ratio": measured.time_ratio,
        "bounds": None if bounds is None else list(bounds),
        "certified": None if certified is None else certified.to_dict(),
    }


def _likely(options: argparse.Namespace, measured: ModelComparison) -> dict[str, Any] | None:
    """Return what the user's own samples say of inputs like them, apart from what is certified of all."""
    if not (options.images or options.inputs):
        return None
    return {
        "certified": False,
        "confidence": 0.95,
        "outputs": {
            output.name: {"deviation": output.largest, "exceeded_by_at_most": output.likely_share}
            for output in measured.outputs
            if output.likely_share is not None
        },
    }


def _print_likely(options: argparse.Namespace, measured: ModelComparison, certified: DeviationBound | None) -> None:
    likely, estimate = _likely(options, measured), None if certified is None else certified.likely
    for name, deviation in ({} if estimate is None else estimate.outputs).items():
        if deviation is not None:
            console().print(
                f"rounding   {name}: likely at most {upwards(deviation)} if random (95 % confidence; not certified)",
                soft_wrap=True,
            )
    for name, row in ({} if likely is None else likely["outputs"]).items():
        console().print(
            f"likely     {name}: at most {upwards(row['deviation'])}, but for "
            f"{100 * row['exceeded_by_at_most']:.3g} % of such inputs (95 % confidence; not certified)",
            soft_wrap=True,
        )


def _print(options: argparse.Namespace, measured: ModelComparison, certified: DeviationBound | None) -> None:
    out = console()
    noun = "pictures" if options.images else "samples" if options.inputs else f"random samples, seed {options.seed}"
    out.print(f"{options.rewritten} against {options.original}: {measured.samples} {noun}", soft_wrap=True)
    table = new_table(
        ("output", "left"),
        ("size", "right"),
        ("mean deviation", "right"),
        ("largest", "right"),
        ("certified", "right"),
        ("same top-1", "right"),
    )
    for output in measured.outputs:
        bound = None if certified is None else certified.outputs[output.name]
        table.add_row(
            output.name,
            f"{output.size:.3g}",
            f"{output.mean:.2e}",
            f"{output.largest:.2e}",
            "-" if bound is None else upwards(bound.bound) if bound.certified else "unknown",
            "-" if output.top1_agreement is None else f"{100 * output.top1_agreement:.4g} %",
        )
    out.print(table)
    for output in measured.outputs:
        for number, where in (
            (output.nan_in_both, "in both models"),
            (output.nan_in_one, "in one of the models alone"),
        ):
            if number:
                out.print(f"{output.name}: {counted(number, 'value')} NaN {where}", soft_wrap=True)
    if certified is not None:
        _print_certified(options, certified)
    _print_likely(options, measured, certified)
    before, after = measured.seconds
    out.print(
        f"time       {measured.time_ratio:.2f} times the original's: "
        f"{1e3 * after:.3g} ms against {1e3 * before:.3g} ms a batch, one thread",
        soft_wrap=True,
    )


def _print_certified(options: argparse.Namespace, certified: DeviationBound) -> None:
    out = console()
    owners = {finding.model for finding in certified.pooling}
    if not owners:
        out.print("neither model has a MaxPool", soft_wrap=True)
    elif owners == {"rewritten"}:
        out.print(f"the MaxPools are those of {options.rewritten}", soft_wrap=True)
    if certified.pooling:
        table = new_table(
            ("MaxPool", "left"),
            ("in its place", "left"),
            ("off the maximum", "right"),
            ("rounding", "right"),
            ("deviation there", "right"),
        )
        for finding in certified.pooling:
            numbers = (finding.residual, finding.rounding, finding.deviation)
            table.add_row(finding.name, _STATUS[finding.status], *("-" if x is None else upwards(x) for x in numbers))
        out.print(table)
    for finding in certified.pooling:
        if finding.reason:
            out.print(f"{finding.name}: {finding.reason}", soft_wrap=True)
    if certified.unknown is not None:
        out.print(f"certified  nothing for some outputs: {certified.unknown}", soft_wrap=True)


_STATUS = {
    "unchanged": "still a MaxPool",
    "exact": "the maximum, proved",
    "combination": "a combination of maxima, proved",
    "intervals": "not understood: ranges of values",
    "unknown": "unknown",
}
