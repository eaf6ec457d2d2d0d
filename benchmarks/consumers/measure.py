"""Each tool asked for its answer to each model in each form, one process after the other."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Timer
from typing import Any

import numpy as np
import onnx

from benchmarks.consumers.cases import BOUNDS, CASES, Given, make
from benchmarks.consumers.environments import InstallationError, provide, version
from benchmarks.consumers.tools import ENVIRONMENTS, MAXPOOL, TOOLS, VARIANTS, Tool
from theory.rewrite.options import ReluifyOptions
from theory.rewrite.reluify import rewrite

MARK = "ANSWER "
"""Begins the lines of answers, as ``probes/common.py`` has it."""

PROBES = Path(__file__).parent / "probes"
OPSETS = (7, 9, 11, 13, 14, 15, 17, 19, 21, 24)
"""With which each tool is given one model, 3x3 padded in the form that suits it; slow ones every third of these."""

Answer = dict[str, Any]


def measure(name: str, cases: Sequence[str], tell: Callable[[str], None], store: Callable[[Answer], None]) -> None:
    """Store, again and again, what one tool has made so far of models of these cases, and of opsets if of all cases."""
    tool = TOOLS[name]
    tell(f"{tool.title}: environment {tool.environment}")
    try:
        python = provide(tool.environment, ENVIRONMENTS[tool.environment])
        number = version(python, tool.package)
    except InstallationError as error:
        store({"skipped": str(error)})
        return
    with tempfile.TemporaryDirectory() as folder:
        jobs = list(_jobs(tool, Path(folder), cases))
        answers: list[Answer] = []

        def heard() -> None:
            store({"version": number} | _sorted(jobs, answers))
            if len(answers) < len(jobs):
                tell(f"{tool.title} {number}: {', '.join(jobs[len(answers)]['what'])}")

        _ask_all(tool, python, jobs, answers, heard)


def _sorted(jobs: Sequence[Answer], told: Sequence[Answer]) -> Answer:
    """Return answers by case and form, and the opsets that were taken."""
    answers: dict[str, dict[str, Answer]] = {}
    opsets = []
    for job, answer in zip(jobs, told, strict=False):
        case, variant, *opset = job["what"]
        if not opset:
            answers.setdefault(case, {})[variant] = answer
        elif "refused" not in answer:
            opsets.append(int(opset[0]))
    return {"answers": answers} | ({"opsets": opsets} if opsets else {})


def _jobs(tool: Tool, folder: Path, cases: Sequence[str]) -> Iterator[Answer]:
    for case in cases:
        given = make(case)
        for variant in tool.asked(case):
            yield _job(tool, given, folder, (case, variant))
    if set(cases) == set(CASES):
        for opset in OPSETS[:: 3 if tool.slow else 1]:
            yield _job(tool, make("padded", opset), folder, ("padded", tool.suits, str(opset))) | {"brief": True}


def _job(tool: Tool, given: Given, folder: Path, what: tuple[str, ...]) -> Answer:
    path = folder / "-".join(what).replace(" ", "")
    path.mkdir()
    variant = what[1]
    model = given.model if variant == MAXPOOL else _rewritten(given, variant)
    onnx.save(model, path / "model.onnx")
    np.save(path / "input.npy", given.x)
    np.save(path / "expected.npy", given.y)
    job = {"what": what, "model": f"{path}/model.onnx", "input": f"{path}/input.npy"}
    job |= {"expected": f"{path}/expected.npy", "samples": None}
    if tool.classifies and given.samples is not None:
        job["samples"] = f"{path}/samples.npz"
        np.savez(job["samples"], x=given.samples, labels=given.labels)
    return job


def _ask_all(
    tool: Tool, python: Path, jobs: Sequence[Answer], answers: list[Answer], heard: Callable[[], None]
) -> None:
    """Ask in one process; where that ends before its time, the job that ended it has failed, and a new one goes on."""
    while len(answers) < len(jobs):
        words = _ask(tool, python, jobs, answers, heard)
        if len(answers) < len(jobs):
            answers.append({"refused": words})
            heard()


def _ask(tool: Tool, python: Path, jobs: Sequence[Answer], answers: list[Answer], heard: Callable[[], None]) -> str:
    """Ask what is left until an answer is overdue or the process ends; return the last words of the process."""
    environment = os.environ | {"PYTHONWARNINGS": "ignore", "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    overdue = False

    def end() -> None:
        nonlocal overdue
        overdue = True
        process.kill()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "jobs.json").write_text(json.dumps(jobs[len(answers) :]), encoding="utf-8")
        with (folder / "errors").open("w+", errors="replace") as errors:
            process = subprocess.Popen(
                [str(python), str(PROBES / f"{tool.probe}.py"), str(folder / "jobs.json")],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                errors="replace",
                env=environment,
                cwd=folder,
            )
            heard()
            watch = _watch(tool, end)
            for line in process.stdout or ():
                if line.startswith(MARK):
                    watch.cancel()
                    answers.append(_shown(json.loads(line.removeprefix(MARK)), Path(jobs[0]["model"]).parents[1]))
                    heard()
                    watch = _watch(tool, end)
            process.wait()
            watch.cancel()
            errors.seek(0)
            said = [line.strip() for line in errors if line.strip()]
    if overdue:
        return f"no answer in {tool.limit} s"
    return said[-1] if said else f"exit code {process.returncode}"


def _watch(tool: Tool, end: Callable[[], None]) -> Timer:
    timer = Timer(tool.limit, end)
    timer.start()
    return timer


def _rewritten(given: Given, variant: str) -> Any:
    options = VARIANTS[variant] or {}
    return rewrite(given.model, ReluifyOptions(**options, bounds=BOUNDS)).model


def _shown(value: Any, folder: Path) -> Any:
    """Take this machine's folders out of what a tool said."""
    if isinstance(value, dict):
        return {key: _shown(part, folder) for key, part in value.items()}
    return (
        value.replace(str(folder), "").replace(str(Path(__file__).parents[2]), "") if isinstance(value, str) else value
    )
