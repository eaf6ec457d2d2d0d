"""ONNX models of others, rewritten and compared: ``python -m benchmarks.real_models FOLDER``.

For each model that has maxima to be taken out: whether it is converted, how far its outputs are off, what it costs, and
for how many of its MaxPools what stands in their place is proved to be the maximum. Every command runs as a process of
its own, with limits on time and memory, so that one model cannot take the others down.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.report import markdown_table, write
from benchmarks.timing import short
from theory.errors import SubpoolError
from theory.models.files import read_model
from theory.models.sessions import open_session
from theory.rewrite.samples import InputType, interface_of

_SUBPOOL = """\
import resource, sys
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from theory.cli import main
sys.exit(main(sys.argv[1:]))
"""
_RUNS = 9
_TOLERANCE = 1e-3
"""Change that rounding may make: of an output's elements, relative to the largest one where that is above 1."""
HEADER = ["model", "MB", "windows", "converted", "grows by", "largest change", "time", "proved"]


@dataclass
class Result:
    """What became of one model: ``refused`` is the reason, ``change`` is relative to outputs above 1."""

    model: str
    bytes: int
    windows: str = ""
    refused: str = ""
    seconds: float | None = None
    bytes_after: int | None = None
    change: float | None = None
    time_ratio: float | None = None
    pools: int = 0
    proved: int | None = None
    bound: float | None = None
    not_certified: str = ""
    stays: int = 0

    def cells(self) -> list[str]:
        """Return the row of the table, in the order of :data:`HEADER`."""
        converted = self.refused or ("nothing to convert" if self.seconds is None else f"{self.seconds:.1f} s")
        return [
            self.model,
            f"{self.bytes / 1e6:.1f}",
            self.windows,
            converted + (f"; {self.stays} stays" if self.stays else ""),
            "" if self.bytes_after is None else f"{(self.bytes_after - self.bytes) / 1e3:.0f} kB",
            "" if self.change is None else f"{self.change:.0e}" if self.change else "0",
            "" if self.time_ratio is None else short(self.time_ratio),
            self.not_certified if self.proved is None else f"{self.proved} of {self.pools}",
        ]


@dataclass(frozen=True)
class Runner:
    """Runs commands on models, with limits in seconds and bytes."""

    options: argparse.Namespace
    folder: Path

    def subpool(self, *arguments: object) -> dict[str, Any]:
        """Return what a command prints as JSON, or its last words under ``"error"``."""
        limit = self.options.gigabytes << 30
        try:
            done = subprocess.run(
                [sys.executable, "-c", _SUBPOOL, str(limit), *map(str, arguments), "--json"],
                capture_output=True,
                text=True,
                timeout=self.options.seconds,
            )
        except subprocess.TimeoutExpired:
            return {"error": f"more than {self.options.seconds} s"}
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            return {"error": last.removeprefix("subpool: ")}
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def result(self, path: Path) -> Result | None:
        """Rewrite and compare one model; None for one without maxima."""
        result = Result(str(path.relative_to(self.options.folder)), path.stat().st_size)
        target = self.folder / "rewritten.onnx"
        start = perf_counter()
        made = self.subpool("reluify", path, target, "--style", self.options.style, "--force")
        if "error" in made:
            result.refused = made["error"]
            return result
        result.stays = len(made["stays"])
        if not made["nodes"]:
            return result if result.stays else None
        result.seconds, result.bytes_after = perf_counter() - start, target.stat().st_size
        result.pools, result.windows = len(made["nodes"]), _windows(made["nodes"])
        ports = interface_of(read_model(path)).inputs
        drawn, inputs = self._draw(ports), self.folder / "inputs.npz"
        np.savez(inputs, **drawn)
        rest = [*self._shape(list(ports.values())), "--inputs", inputs]
        measured = self.subpool("compare", path, target, *rest)
        if "error" in measured:
            result.not_certified = f"not compared: {measured['error']}"
            return result
        outputs = measured["outputs"]
        same = all(one["largest"] is not None and not one["nan_in_one"] for one in outputs)
        result.change = max((one["largest"] / max(1, one["size"]) for one in outputs), default=0.0) if same else None
        result.time_ratio = _time_ratio(
            path, target, {name: array[: _batch(ports[name])] for name, array in drawn.items()}
        )
        if self.options.certify:
            self._certify(result, self.subpool("compare", path, target, *rest, f"--bounds={self.options.bounds}"))
        return result

    def _shape(self, ports: Sequence[InputType]) -> Iterator[str]:
        """Yield the option for what a model with one input leaves open."""
        if len(ports) == 1 and None in ports[0].sizes:
            free = (self.options.extent if place else 1 for place in range(len(ports[0].sizes)))
            known = (size or default for size, default in zip(ports[0].sizes, free, strict=True))
            yield "--shape=" + "x".join(map(str, known))

    def _draw(self, ports: Mapping[str, InputType]) -> dict[str, Any]:
        """Draw floats between 0 and 1, and bytes for inputs of integers."""
        rng, drawn = np.random.default_rng(0), dict[str, Any]()
        for name, port in ports.items():
            sizes = (max(self.options.samples, _batch(port)), *(size or self.options.extent for size in port.sizes[1:]))
            values = rng.random(sizes) if port.dtype.kind == "f" else rng.integers(0, 256, sizes)
            drawn[name] = values.astype(port.dtype)
        return drawn

    @staticmethod
    def _certify(result: Result, found: Mapping[str, Any]) -> None:
        if "error" in found:
            result.not_certified = found["error"]
            return
        certified = found["certified"]
        result.bound = certified["bound"]
        result.not_certified = certified["reason"] or ""
        if certified["pooling"]:
            result.proved = sum(one["status"] == "exact" for one in certified["pooling"])


def _batch(port: InputType) -> int:
    return (port.sizes[0] if port.sizes else None) or 1


def _time_ratio(original: Path, rewritten: Path, inputs: Mapping[str, Any]) -> float:
    """Divide processor times: the least of several runs, which take turns, as other processes slow runs down."""
    sessions = [open_session(str(path), threads=1) for path in (original, rewritten)]
    least = [float("inf")] * 2
    for _ in range(_RUNS):
        for side, session in enumerate(sessions):
            start = process_time()
            session.run(None, dict(inputs))
            least[side] = min(least[side], process_time() - start)
    return least[1] / least[0]


def _windows(nodes: list[dict[str, Any]]) -> str:
    """Write windows and how many there are of each, strides and all."""
    texts = Counter("x".join(map(str, one["kernel_shape"])) + "/" + "x".join(map(str, one["strides"])) for one in nodes)
    return ", ".join(text if count == 1 else f"{count} of {text}" for text, count in texts.items())


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_models", description=(__doc__ or "").split(":")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found, one entry a model")
    parser.add_argument("--style", choices=("skip", "feedforward", "pools"), default="skip")
    parser.add_argument("--samples", type=int, default=4, help="random ones; default: 4")
    parser.add_argument("--bounds", default="0,1", help="of the inputs that are certified; default: 0,1")
    parser.add_argument("--extent", type=int, default=64, help="in the place of extents that are open; default: 64")
    parser.add_argument("--certify", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--seconds", type=float, default=120, help="for one command; default: 120")
    parser.add_argument("--gigabytes", type=int, default=8, help="of address space for one command; default: 8")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Go through a folder, print a table, and write it as JSON; the exit code is 1 if an output is off."""
    options = _parse(arguments)
    models = sorted(options.folder.rglob("*.onnx"))
    results: list[Result] = []
    with TemporaryDirectory() as folder:
        runner = Runner(options, Path(folder))
        for number, path in enumerate(models, 1):
            print(f"{number} of {len(models)}: {path}", file=sys.stderr)
            try:
                result = runner.result(path)
            except SubpoolError as error:
                result = Result(str(path), path.stat().st_size, refused=str(error))
            if result is not None:
                results.append(result)
            if options.json:
                write(json.dumps([asdict(result) for result in results], indent=2) + "\n", options.json)
    print(markdown_table(HEADER, [result.cells() for result in results]))
    # What was compared and has no change gives NaN in one of the models.
    off = (
        result.time_ratio is not None and (result.change is None or result.change > _TOLERANCE) for result in results
    )
    return int(any(off))


if __name__ == "__main__":
    sys.exit(main())
