"""The whole run, and the file that holds what it measured."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from theory.documents import Form
from theory.empirical.classifier.attack import adversarial_rows
from theory.empirical.classifier.data import Split
from theory.empirical.classifier.experiments import Advance, accuracy_rows, calibrate, pooling_rows, proportion
from theory.empirical.classifier.model import Parameters
from theory.empirical.classifier.replacement import LAYERS, MAXIMUM
from theory.empirical.classifier.settings import Settings
from theory.empirical.classifier.training import predict, train_best
from theory.errors import FormatError, InputError
from theory.files import write_whole

Results = dict[str, Any]

FORMAT = "subpool-classifier"
VERSION = 1
_FORM = Form("a file of results of the classifier", FORMAT, VERSION, floats=True)
ATTACK_SEED = 0
_LIBRARIES = ("numpy", "jax", "optax", "scikit-learn")


def shipped_results() -> Path:
    """Return the path of the results that come with the package.

    Examples
    --------
    >>> results = read_results(shipped_results())
    >>> results["test"]["share"] > 0.97
    True
    """
    return Path(str(files("theory.empirical") / "data" / "digits.json"))


def train_classifier(split: Split, settings: Settings, advance: Advance) -> tuple[Parameters, Results]:
    """Train the classifier; return its weights and how they came about."""
    best, seed = train_best(split, settings.training_seeds, settings.training, advance)
    return best.parameters, {
        "seed": seed,
        "epoch": best.epoch,
        "validation_loss": min(best.validation_losses),
        "parameters": best.parameters.size,
    }


def measure_all(
    parameters: Parameters, split: Split, settings: Settings, advance: Advance, *, trained: Results | None = None
) -> Results:
    """Run all experiments on a trained classifier.

    Parameters
    ----------
    parameters : Parameters
    split : Split
    settings : Settings
    advance : callable
        Called :func:`units` times.
    trained : dict, optional
        How the weights came about; stored with the results.

    Returns
    -------
    dict
        Plain numbers, strings, lists and dicts: what :func:`write_results` writes.
    """
    start = process_time()
    test = split.test.first(settings.test_images)
    boxes = calibrate(parameters, split.train.images)
    hits = int((predict(parameters, test.images) == test.labels).sum())
    rng = np.random.default_rng(ATTACK_SEED)
    return {
        "format": FORMAT,
        "version": VERSION,
        "settings": asdict(settings),
        "trained": trained,
        "images": {"train": len(split.train), "validation": len(split.validation), "test": len(test)},
        "boxes": {"pool_1": boxes[0], "pool_2": boxes[1]},
        "test": proportion(hits, len(test)),
        "accuracy": list(accuracy_rows(parameters, split, boxes, settings, advance)),
        "pooling": list(pooling_rows(parameters, split, boxes, settings)),
        "adversarial": list(adversarial_rows(parameters, split, boxes, settings, rng, advance)),
        "processor_seconds": round(process_time() - start, 1),
        "machine": {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}},
    }


def units(settings: Settings, *, training: bool) -> int:
    """Return how often a run calls ``advance``: once for each epoch and for each search."""
    replaced = sum(replacement != MAXIMUM for replacement in settings.chosen())
    both, fine = len(settings.replacements), len(settings.fine_tuning_seeds) * settings.fine_tuning.epochs
    return (
        training * len(settings.training_seeds) * settings.training.epochs
        + (both + replaced * (len(LAYERS) - 1)) * fine
        + len(settings.from_scratch) * len(settings.scratch_seeds) * settings.training.epochs
        + len(settings.attacked) * 2 * len(settings.grey_levels)
    )


def write_results(results: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write results as JSON, whole or not at all.

    Raises
    ------
    StorageError
        If the file cannot be written.
    """
    write_whole(path, json.dumps(results, indent=1) + "\n")


def read_results(path: str | os.PathLike[str]) -> Results:
    """Read what :func:`write_results` wrote.

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it holds no such results.
    """
    try:
        return _FORM.load(path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except FormatError as error:
        raise FormatError(f"{path}: {error}") from None
