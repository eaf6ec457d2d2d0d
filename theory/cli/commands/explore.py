"""Write a page to play with: every set of orders, the checker of certificates, and the theorems."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_json
from theory.cli.output import DONE, console, print_json
from theory.explore.kernels import DEFAULT_KERNELS, read_kernels
from theory.files import written_beside
from theory.progress import Progress, unwatched
from theory.terminal import Bar

if TYPE_CHECKING:
    from proofs_check import Verdict
    from theory.explore.kernels import Shapes


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    kernels = "kernels and ranges of sizes, such as 2x2,3x3,5..8; all sets up to 12 inputs, families beyond"
    parser.add_argument("--out", required=True, metavar="PAGE.html", help="the page that is written: one file")
    parser.add_argument("--kernels", default=DEFAULT_KERNELS, metavar="LIST", help=f"{kernels}; default: up to 13x13")
    parser.add_argument("--no-theorems", action="store_true", help="without the theorems: half the size, at once")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Compute the data, and write the page."""
    from proofs_check.explore import theorems
    from proofs_check.registry import claims
    from theory.explore.page import check_charts

    shapes = read_kernels(options.kernels)
    check_charts()
    known = {} if options.no_theorems else claims()
    with written_beside(options.out) as part:  # a page that cannot be written is refused before the work
        with Bar("statements and proofs", len(known)) as bar:
            shown = theorems(known, progress=bar)
        with Bar("sets of orders", len(shapes)) as bar:
            html = _page(shown, shapes, progress=bar)
        part.write_text(html, encoding="utf-8")
    size = len(html.encode())
    if options.json:
        print_json({"path": options.out, "bytes": size, "kernels": ["x".join(map(str, shape)) for shape in shapes]})
    else:
        kernels = "1 kernel" if len(shapes) == 1 else f"{len(shapes)} kernels"
        console().print(f"{options.out}: {kernels}, {size / 1e6:.1f} MB", soft_wrap=True)
    return DONE


def _page(theorems: Sequence[Mapping[str, Any]], shapes: Shapes, *, progress: Progress = unwatched) -> str:
    from proofs_check.explore import asset
    from theory.explore.data import explore_data
    from theory.explore.page import page

    data = explore_data(shapes, progress=progress)
    return page(data, theorems, checker=asset("checker.js"), style=asset("report.css"))


def page_of_run(verdicts: Sequence[Verdict], sections: Mapping[str, str]) -> str:
    """Make the page that goes with a report: its claims, what came out, and their sections by name."""
    from proofs_check.explore import theorems
    from proofs_check.registry import claims

    checked = {verdict.claim: claims()[verdict.claim] for verdict in verdicts}
    return _page(theorems(checked, verdicts, sections), read_kernels(DEFAULT_KERNELS))
