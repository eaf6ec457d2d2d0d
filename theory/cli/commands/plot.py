"""Draw figures from exact results, computed where they are missing."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from theory.cli.options import add_json
from theory.cli.output import DONE, console, make_folder, new_table, print_json
from theory.errors import InputError
from theory.plotting import FORMATS, import_matplotlib, save_figure
from theory.terminal import Bar

if TYPE_CHECKING:
    from theory.figures.registry import FigureSpec


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="figures, or all; without names, they are listed")
    parser.add_argument("--list", action="store_true", help="list the figures and draw none")
    parser.add_argument("--out", metavar="DIR", help="where the figures are written")
    parser.add_argument("--format", choices=[suffix[1:] for suffix in FORMATS], default="svg", help="default: svg")
    parser.add_argument("--data", metavar="DIR", help="keeps sweeps, which are computed once; default: data in --out")
    parser.add_argument(
        "--quick", action="store_true", help="small kernels and few samples: seconds, to try things out"
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """List the figures, or draw those that were named."""
    import_matplotlib()  # before what figures are made of, and before the work
    if options.list or not options.names:
        return _list(options)
    from theory.figures.registry import select

    chosen = select(options.names)
    if options.out is None:
        raise InputError("figures are written to a folder, which --out DIR names")
    return _draw(chosen, options)


def _list(options: argparse.Namespace) -> int:
    from theory.figures.registry import figures

    if options.out is not None and not options.names and not options.list:
        raise InputError("no figure is named; all of them are: subpool plot all")
    known = figures()
    if options.json:
        print_json([{"name": name, "summary": spec.summary} for name, spec in known.items()])
        return DONE
    table = new_table(("figure", "left"), ("shows", "left"))
    for name, spec in known.items():
        table.add_row(name, spec.summary)
    console().print(table)
    return DONE


def _draw(chosen: dict[str, FigureSpec], options: argparse.Namespace) -> int:
    from theory.figures.sweeps import Sweeps

    make_folder(options.out)
    written = []
    with Bar("figures", len(chosen)) as bar:
        sweeps = Sweeps(options.data or Path(options.out) / "data", workers=None, progress=bar.within)
        for name, spec in chosen.items():
            bar.now(f"drawing {name}")
            start = perf_counter()
            axes = spec.render(sweeps=sweeps, quick=options.quick)
            path = Path(options.out) / f"{name}.{options.format}"
            save_figure(axes[0], path, title=spec.summary)
            written.append({"name": name, "path": str(path), "seconds": round(perf_counter() - start, 2)})
            bar.step()
    if options.json:
        print_json(written)
    else:
        out = console()
        for row in written:
            out.print(f"{row['path']}  {row['seconds']:.1f} s", soft_wrap=True)
    return DONE
