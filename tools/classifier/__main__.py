"""Replace the pooling of the classifier of digits and measure: the tables of docs/classifier.md."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from theory.cli.output import BAD_INPUT, DONE, fail, make_folder
from theory.empirical.digits import load_split, shipped_model
from theory.errors import FormatError, InputError, SubpoolError
from theory.files import write_whole
from theory.progress import Progress
from theory.terminal import Bar, say
from tools.classifier.experiments import FULL, QUICK, Settings, train_classifier
from tools.classifier.network import read_classifier
from tools.classifier.results import Results, measure_all, read_results, write_results
from tools.classifier.tables import all_tables, fill_page


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code, 0 or 2."""
    options = _parser().parse_args(arguments)
    try:
        page = _read(options.page) if options.page else None
        results = read_results(options.results) if options.results else _compute(options)
        tables = _tables(results)
        for name, table in tables.items():
            for line in (name, "", *table.split("\n"), ""):
                say(line)
        if page is not None:
            write_whole(options.page, fill_page(page, tables))
    except SubpoolError as error:
        return fail(str(error), BAD_INPUT)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.classifier", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="everything once and briefly; the figures mean nothing")
    parser.add_argument("--model", metavar="FILE.onnx", default=str(shipped_model()), help="default: the one shipped")
    parser.add_argument("--train", action="store_true", help="train the model's weights anew, from random ones")
    parser.add_argument("--out", metavar="DIR", help="write digits.json, and digits.onnx if it was trained, here")
    parser.add_argument("--results", metavar="FILE.json", help="show these results; nothing is computed")
    parser.add_argument("--page", metavar="FILE.md", help="put the tables into this page")
    return parser


def _compute(options: argparse.Namespace) -> Results:
    if options.out:
        make_folder(options.out)  # before minutes of computing, not after
    settings: Settings = QUICK if options.quick else FULL
    model, split = read_classifier(options.model), load_split()
    if options.train:
        model = _watched("epochs", lambda report: train_classifier(model, split, settings, report))
    results: Results = _watched("fits, searches and bounds", lambda report: measure_all(model, split, settings, report))
    if options.out:
        write_results(results, Path(options.out) / "digits.json")
        if options.train:
            write_whole(Path(options.out) / "digits.onnx", model.SerializeToString(deterministic=True))
    return results


def _tables(results: Results) -> dict[str, str]:
    try:
        return all_tables(results)
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError(f"these results are not those of a whole run: {type(error).__name__} {error}") from None


def _watched(what: str, work: Callable[[Progress], Any]) -> Any:
    """Do work that reports how far it is, and show it."""
    with Bar(what) as bar:
        return work(bar)


def _read(page: str) -> str:
    try:
        return Path(page).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read {page}: {error.strerror}") from None


if __name__ == "__main__":
    raise SystemExit(main())
