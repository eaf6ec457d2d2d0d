"""The whole run, and the file that holds what it measured."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from itertools import count
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from theory.documents import Form
from theory.empirical.digits import Split
from theory.errors import FormatError, InputError
from theory.files import write_whole
from theory.progress import Progress, unwatched
from tools.classifier.experiments import (
    Settings,
    accuracy_rows,
    adversarial_rows,
    hits,
    pooling_rows,
    proportion,
)
from tools.classifier.replacement import calibrate

Results = dict[str, Any]

_FORMAT = "subpool-classifier"
_VERSION = 1
_FORM = Form("a file of results of the classifier", _FORMAT, _VERSION, floats=True)
_ATTACK_SEED = 0
_LIBRARIES = ("numpy", "jax", "optax", "scikit-learn", "onnxruntime")


def shipped_results() -> Path:
    """Return the path of the results that docs/classifier.md shows.

    Examples
    --------
    >>> results = read_results(shipped_results())
    >>> results["test"]["share"] > 0.97
    True
    """
    return Path(__file__).with_name("digits.json")


def measure_all(model: Any, split: Split, settings: Settings, progress: Progress = unwatched) -> Results:
    """Run all experiments on a trained classifier; return plain numbers, strings, lists and dicts."""
    start, done, total = process_time(), count(1), settings.units()

    def advance() -> None:
        progress(next(done), total)

    test = split.test.first(settings.test_images)
    boxes = calibrate(model, split.train.images)
    return {
        "format": _FORMAT,
        "version": _VERSION,
        "settings": asdict(settings),
        "trained": {entry.key: entry.value for entry in model.metadata_props},
        "images": {"train": len(split.train), "validation": len(split.validation), "test": len(test)},
        "boxes": boxes,
        "test": proportion(hits(model, test), len(test)),
        "accuracy": list(accuracy_rows(model, split, boxes, settings, advance)),
        "pooling": list(pooling_rows(model, split, boxes, settings)),
        "adversarial": list(
            adversarial_rows(model, split, boxes, settings, np.random.default_rng(_ATTACK_SEED), advance)
        ),
        "processor_seconds": round(process_time() - start, 1),
        "machine": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
    }


def write_results(results: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write results as JSON, a row a line, whole or not at all."""
    write_whole(path, "{\n" + ",\n".join(f' "{key}": {_entry(value)}' for key, value in results.items()) + "\n}\n")


def _entry(value: Any) -> str:
    rows = isinstance(value, list) and value
    return "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]" if rows else json.dumps(value)


def read_results(path: str | os.PathLike[str]) -> Results:
    """Read what :func:`write_results` wrote, or raise an InputError or FormatError that names the file."""
    try:
        return _FORM.load(path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
