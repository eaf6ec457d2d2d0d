"""What every probe does: read jobs from a file, write one answer for each, as JSON, to standard output.

A probe is run by the Python of its tool's own environment, so it imports nothing of the project but this file.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

Probe = Callable[..., dict[str, Any]]
"""Takes the path of a model, an input and the output that onnxruntime gives for it; returns an answer.

One that takes a fourth argument is given the job: ``samples``, the path of images with labels or None, and ``brief``,
whether it is enough that the tool reads the model.
"""

MARK = "ANSWER "
"""Begins the lines of answers: tools print what they like."""


def answer(probe: Probe) -> None:
    """Run a probe on the jobs in the file named: keys of an answer are ``deviation``, ``cost``, ``refused``."""
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    for job in jobs:
        told = _answer(probe, job)
        sys.stdout.write(f"\n{MARK}{json.dumps(told)}\n")
        sys.stdout.flush()


def _answer(probe: Probe, job: dict[str, Any]) -> dict[str, Any]:
    x, y = np.load(job["input"]), np.load(job["expected"])
    more = [job] if probe.__code__.co_argcount > 3 else []
    start = perf_counter()
    try:
        told = probe(job["model"], x, y, *more)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a tool refuses with is what is asked for
        told = {"refused": _words(error)}
    return told | {"seconds": perf_counter() - start}


def deviation(z: Any, y: Any) -> float:
    """Return the largest difference of two outputs of as many values; NaN is the largest there is."""
    z = np.asarray(z, dtype=np.float64).ravel()
    if z.size != y.size:
        raise ValueError(f"{z.size} outputs in place of {y.size}")
    return float(np.abs(z - y.ravel()).max())


def seconds(run: Callable[[], Any], repetitions: int = 9) -> float:
    """Return the least time of some runs after a first one."""
    run()
    times = []
    for _ in range(repetitions):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


def _words(error: BaseException) -> str:
    """Return what an error says, the line that raised it where it says nothing."""
    text = " ".join(str(error).split())
    if not text:
        last = traceback.extract_tb(error.__traceback__)[-1]
        text = last.line or ""
    return f"{type(error).__name__}: {text}"
