"""Search, print and write down: ``python -m tools.families``, in seconds; ``--inputs 6 --most 8`` goes beyond."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from theory.cli.output import console
from theory.files import write_whole
from tools.families.search import Found, Search

_DATA = Path(__file__).parent.parent.parent / "theory" / "optimal" / "data" / "least_families.json"
_WRITTEN = range(2, 6)
"""Numbers of inputs for which all is known."""


def main() -> None:
    """Print the least errors by the number of subsets; write them where nothing else is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.families", description=__doc__)
    parser.add_argument("--inputs", type=int, metavar="D", help="only print those of D inputs")
    parser.add_argument("--most", type=int, metavar="N", help="up to N subsets; all by default")
    options = parser.parse_args()
    if options.inputs:
        _search(options.inputs, options.most)
    else:
        text = json.dumps({str(d): _search(d, None) for d in _WRITTEN}, indent=1)
        write_whole(_DATA, text + "\n")


def _search(inputs: int, most: int | None) -> dict[str, object]:
    search, families, out = Search(inputs), {}, console()
    before = None
    for found in search.run(most or (1 << inputs) - 2):
        family = _subsets(inputs, found)
        new = "" if family == before else " ".join(family)
        out.print(f"d = {inputs}, N = {found.number}: E = 1/{found.inverse}  {new}", soft_wrap=True)
        if family != before:
            families[str(found.number)] = before = family
    return {"families": families, "obstructions": [" ".join(map(str, weights)) for weights in search.obstructions]}


def _subsets(inputs: int, found: Found) -> list[str]:
    members = ([j for j in range(inputs) if not a >> j & 1] for a in found.complements)
    return sorted("".join(map(str, subset)) for subset in members)


if __name__ == "__main__":
    main()
