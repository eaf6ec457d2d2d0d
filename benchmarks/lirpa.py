"""Certified deviations beside those of CROWN, of auto_LiRPA, on the same boxes: ``python -m benchmarks.lirpa``.

Medians over images drawn as in the documentation, seconds of processor time.

auto_LiRPA is installed into an environment of its own under build/, with the version of torch that it is made for;
where that cannot be had, nothing is compared. CROWN bounds the difference of two networks of Conv, Relu and Gemm:
MaxPool of overlapping windows is not among what it bounds, so that the original has ReLUs as well, which compute the
maximum.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from sklearn.datasets import load_digits

from theory.empirical.digits import GREY_LEVELS, shipped_model
from theory.rewrite.ascent import Ascent
from theory.rewrite.certify import certify_deviation
from theory.rewrite.reluify import reluify

RESULTS = Path(__file__).with_name("lirpa.md")
_ENVIRONMENT = Path(__file__).parents[1] / "build" / "auto_lirpa"
_PACKAGES = ("torch==1.13.1", "numpy<2", "setuptools<80", "packaging", "pytest", "appdirs", "pyyaml", "ninja", "tqdm")
_ALONE = "auto_LiRPA==0.3"
"""It asks for versions of torchvision that a newer Python has not, and does not need it."""
_ORDERS = ("1,d-1", "1,d-2,d-1")
_RADII = (1, 4, 16)


class UnavailableError(Exception):
    """auto_LiRPA cannot be installed, or ends with an error; the message says why."""


@dataclass
class _Network:
    """Steps of two networks in one: a step that both have is one, and equal weights are."""

    steps: list[dict[str, Any]] = field(default_factory=list)
    weights: dict[str, Any] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)

    def add(self, model: onnx.ModelProto, result: str) -> None:
        """Add the steps of a model of one input, whose result gets a name."""
        constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
        names = {model.graph.input[0].name: "x"}
        for node in model.graph.node:
            attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
            x = node.input[0]
            if node.op_type == "Pad":
                edges = [
                    before == after == 1 for before, after in constants[node.input[1]].reshape(2, -1).T[2:].tolist()
                ]
                if attributes.get("mode") != b"edge" or not all(edges):
                    raise UnavailableError("its padding is another one than a border of one nearest element")
                names[node.output[0]] = self._step({"op": "Edge", "inputs": [names[x]]})
                continue
            step: dict[str, Any] = {"op": node.op_type, "inputs": [names[x]]}
            if node.op_type == "Conv":
                pads = list(attributes.get("pads") or [0] * 4)
                if pads[:2] != pads[2:] or set(attributes.get("dilations") or [1]) != {1}:
                    raise UnavailableError("its convolutions are padded otherwise before than behind, or dilated")
                step |= {"strides": list(attributes.get("strides") or [1, 1]), "pads": pads[:2]}
            for name in node.input[1:]:
                known = names.get(name) or self._weight(constants[name], attributes.get("group", 1))
                step["inputs"].append(known)
            names[node.output[0]] = self._step(step)
        self.steps.append({"op": "Identity", "inputs": [names[model.graph.output[0].name]], "output": result})

    def _step(self, step: Mapping[str, Any]) -> str:
        key = json.dumps(step)
        if key not in self._known:
            self._known[key] = f"s{len(self._known)}"
            self.steps.append({**step, "output": self._known[key]})
        return self._known[key]

    def _weight(self, array: Any, groups: int) -> str:
        """Keep a weight, that of a convolution in groups written out, and return its name."""
        if groups > 1 and array.ndim == 4:
            outer, inner = len(array) // groups, array.shape[1]
            whole = np.zeros((len(array), inner * groups, *array.shape[2:]), np.float32)
            for k in range(groups):
                rows = slice(k * outer, (k + 1) * outer)
                whole[rows, k * inner : (k + 1) * inner] = array[rows]
            array = whole
        found = next((name for name, other in self.weights.items() if np.array_equal(other, array)), None)
        if found is None:
            found = f"c{len(self.weights)}"
            self.weights[found] = array.astype(np.float32)
        return found


def environment() -> Path:
    """Return the Python that has auto_LiRPA, which is installed if it is not there."""
    python = _ENVIRONMENT / "bin" / "python"
    if not python.exists() or _run(python, "-c", "import auto_LiRPA", check=False):
        print("installing auto_LiRPA and torch, 2 GB", file=sys.stderr)
        _run(sys.executable, "-m", "venv", "--clear", str(_ENVIRONMENT))
        _run(python, "-m", "pip", "install", "--quiet", *_PACKAGES)
        _run(python, "-m", "pip", "install", "--quiet", "--no-deps", _ALONE)
        _run(python, "-c", "import auto_LiRPA")
    return python


def _run(*command: Any, check: bool = True) -> int:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, check=False)
    if check and done.returncode:
        lines = done.stderr.strip().splitlines()
        raise UnavailableError(lines[-1] if lines else f"exit code {done.returncode}")
    return done.returncode


def ask(python: Path, network: _Network, lo: Any, hi: Any, starts: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the answers of the worker: to each box, or to an ascent in the first one from so many starts."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "steps.json").write_text(json.dumps(network.steps), encoding="utf-8")
        np.savez(folder / "weights.npz", **network.weights)
        np.savez(folder / "boxes.npz", lo=lo, hi=hi)
        worker = Path(__file__).parent / "workers" / "lirpa.py"
        command = [str(python), str(worker), str(folder), str(starts)]
        with (
            open(folder / "errors", "w+", encoding="utf-8") as errors,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as running,
        ):
            yield from (json.loads(line) for line in running.stdout or () if line.startswith("{"))
            if running.wait():
                errors.seek(0)
                raise UnavailableError((errors.read().strip() or "it ended without a word").splitlines()[-1])


def main() -> None:
    """Compare, and write the table of the documentation; or climb on all of [0, 1]."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lirpa", description=__doc__)
    parser.add_argument("--images", type=int, default=4, help="how many of the 40 images (default: 4)")
    parser.add_argument(
        "--climb", type=int, metavar="STARTS", help="print what gradients reach on [0, 1], nothing else"
    )
    options = parser.parse_args()
    lines = ["| rewriting, radius | CROWN | seconds | certified here | seconds | reached |", "| --- " * 6 + "|"]
    try:
        for text in _reached(environment(), options.climb) if options.climb else _rows(environment(), options.images):
            lines.append(text)
            if options.climb:
                print(text)
            else:
                RESULTS.write_text("\n".join([*lines, ""]), encoding="utf-8")
    except UnavailableError as error:
        print(f"nothing more is compared: auto_LiRPA is not to be had: {error}")


def _pairs() -> Iterator[tuple[str, Any, Any, _Network]]:
    """Yield orders, the classifier, what it is with these orders, and both as one network."""
    model = onnx.load(shipped_model())
    for orders in _ORDERS:
        second, network = reluify(model, orders=orders), _Network()
        network.add(reluify(model), "first")
        network.add(second, "second")
        yield orders.replace(",", ", "), model, second, network


def _reached(python: Path, starts: int) -> Iterator[str]:
    for orders, model, second, network in _pairs():
        ends = np.zeros((1, 1, 8, 8)), np.ones((1, 1, 8, 8))
        for answer in ask(python, network, *ends, starts):
            (found,) = Ascent(model, second).deviation(np.array([answer["input"]], dtype=np.float32))
            yield f"{orders}: {found:.3g} in onnxruntime"


def _rows(python: Path, count: int) -> Iterator[str]:
    every = load_digits().images[:, None] / GREY_LEVELS
    samples = every[np.random.default_rng(0).choice(len(every), 40, replace=False)][:count]
    for orders, model, second, network in _pairs():
        ascent, rng = Ascent(model, second), np.random.default_rng(1)
        for radius in _RADII:
            lo, hi = np.maximum(samples - radius / 255, 0), np.minimum(samples + radius / 255, 1)
            found = []
            for low, high, other in zip(lo, hi, ask(python, network, lo, hi), strict=True):
                (inside,) = ascent.deviation(((low + high) / 2)[None].astype(np.float32))
                if not np.isclose(inside, other["inside"], atol=1e-3):
                    raise UnavailableError(f"another network was bounded: {other['inside']:.3g}, not {inside:.3g}")
                started = time.process_time()
                own = certify_deviation(model, second, (low[None], high[None])).bound
                took = time.process_time() - started
                found.append((other["bound"], other["seconds"], own, took, ascent.reached(low, high, rng)))
                print(f"{orders}, {radius}/255: {len(found)} of {count}", file=sys.stderr)
            theirs, seconds, own, took, reached = (float(np.median(column)) for column in zip(*found, strict=True))
            yield (
                f"| {orders}, {radius}/255 | {theirs:.3g} | {seconds:.2g} | {own:.3g} | {took:.2g} | {reached:.3g} |"
            )


if __name__ == "__main__":
    main()
