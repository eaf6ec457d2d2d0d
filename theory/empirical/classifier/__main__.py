"""Train the classifier, replace its pooling, measure: ``python -m theory.empirical.classifier``."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from theory.empirical.classifier.data import load_split
from theory.empirical.classifier.onnx_model import import_onnx, read_parameters, write_model
from theory.empirical.classifier.results import (
    Results,
    measure_all,
    read_results,
    train_classifier,
    units,
    write_results,
)
from theory.empirical.classifier.settings import FULL, QUICK
from theory.empirical.classifier.tables import all_tables, fill_page
from theory.empirical.progress import Bar
from theory.errors import InputError, SubpoolError
from theory.files import write_whole
from theory.terminal import console, say

_DONE, _BAD_INPUT = 0, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code, 0 or 2."""
    options = _parser().parse_args(arguments)
    try:
        page = _read(Path(options.page)) if options.page else None
        results = read_results(options.results) if options.results else _compute(options)
        _print(results)
        if page is not None:
            write_whole(options.page, fill_page(page, all_tables(results)))
    except SubpoolError as error:
        say("subpool: " + " ".join(str(error).split()), error=True)
        return _BAD_INPUT
    return _DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m theory.empirical.classifier", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="everything once and briefly; the figures mean nothing")
    parser.add_argument("--model", metavar="FILE.onnx", help="measure this classifier instead of training one")
    parser.add_argument("--out", metavar="DIR", help="write digits.json, and digits.onnx if it was trained, here")
    parser.add_argument("--results", metavar="FILE.json", help="show these results; nothing is computed")
    parser.add_argument("--page", metavar="FILE.md", help="put the tables into this page")
    return parser


def _compute(options: argparse.Namespace) -> Results:
    if options.out:
        # Before minutes of computing, not after.
        _check_folder(Path(options.out))
        import_onnx()
    settings = QUICK if options.quick else FULL
    given = read_parameters(options.model) if options.model else None
    split = load_split()
    with Bar("epochs and searches", units(settings, training=given is None)) as bar:
        trained = None
        if given is None:
            given, trained = train_classifier(split, settings, bar.step)
        results = measure_all(given, split, settings, bar.step, trained=trained)
    if options.out:
        folder = Path(options.out)
        write_results(results, folder / "digits.json")
        if trained is not None:
            facts = {name: str(value) for name, value in trained.items()}
            write_model(given, folder / "digits.onnx", facts=facts)
    return results


def _print(results: Mapping[str, Any]) -> None:
    out = console()
    test = results["test"]
    out.print(
        f"max pooling: {test['hits']} of {test['of']} test images right, {100 * test['share']:.1f} % "
        f"(95% interval {100 * test['low']:.1f} to {100 * test['high']:.1f})",
        soft_wrap=True,
    )
    for table in all_tables(results).values():
        out.print()
        out.print(table.to_rich())


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise InputError(f"cannot write to {folder}: there is no such folder")
    if not os.access(folder, os.W_OK):
        raise InputError(f"cannot write to {folder}: permission denied")


def _read(page: Path) -> str:
    try:
        return page.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read {page}: {error.strerror}") from None


if __name__ == "__main__":
    raise SystemExit(main())
