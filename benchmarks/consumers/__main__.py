"""Ask the tools, and write docs/consumers.md: ``python -m benchmarks.consumers [--only TOOL ...] [--page]``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.consumers.cases import CASES
from benchmarks.consumers.measure import measure
from benchmarks.consumers.page import page
from benchmarks.consumers.tools import TOOLS

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[2] / "docs" / "consumers.md"


def main() -> None:
    """Measure, tool by tool, storing what is known after each answer, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.consumers", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=TOOLS, default=list(TOOLS), help="ask these; other answers stay")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="ask about these; others stay")
    parser.add_argument("--page", action="store_true", help="write the page from stored answers, asking nothing")
    options = parser.parse_args()
    start = perf_counter()
    for name in () if options.page else options.only:
        measure(
            name,
            options.cases,
            lambda text: print(f"{perf_counter() - start:6.0f} s  {text}", file=sys.stderr),
            lambda answer, name=name: _store(name, answer),
        )
    PAGE.write_text(page(_stored()), encoding="utf-8")
    print(f"written {PAGE}", file=sys.stderr)


def _store(name: str, answer: dict[str, Any]) -> None:
    """Put answers in the place of those that there are to the same questions of the same version."""
    stored = _stored()
    before = stored.get(name, {})
    if before.get("version") == answer.get("version"):
        answer = before | answer | {"answers": before.get("answers", {}) | answer.get("answers", {})}
    text = json.dumps(stored | {name: answer}, indent=1, sort_keys=True) + "\n"
    beside = RESULTS.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(RESULTS)


def _stored() -> dict[str, Any]:
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


if __name__ == "__main__":
    main()
