"""Bounds by CROWN of auto_LiRPA on the difference of two networks: run by the environment of :mod:`benchmarks.lirpa`.

It knows nothing of this project. A task is a folder with the steps of both networks, their weights, and boxes of
inputs; the bound of each box, and the seconds of processor time that it took, go to the standard output as a line of
JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from auto_LiRPA import BoundedModule, BoundedTensor
from auto_LiRPA.perturbations import PerturbationLpNorm
from torch.nn import functional


class Difference(torch.nn.Module):
    """The second network less the first; what both do to the input is done once."""

    def __init__(self, steps: list[dict[str, Any]], weights: dict[str, Any]) -> None:
        super().__init__()
        self._steps = steps
        self._names = {name: f"w{number}" for number, name in enumerate(weights)}
        for name, array in weights.items():
            self.register_parameter(self._names[name], torch.nn.Parameter(torch.tensor(array), requires_grad=False))

    def forward(self, x: Any) -> Any:
        """Return the difference for a batch of inputs."""
        values = {"x": x}
        for step in self._steps:
            taken = [values[each] if each in values else getattr(self, self._names[each]) for each in step["inputs"]]
            values[step["output"]] = _compute(step, *taken)
        return values["second"] - values["first"]


def _compute(step: dict[str, Any], x: Any, *others: Any) -> Any:
    if step["op"] == "Conv":
        weight, *bias = others
        return functional.conv2d(x, weight, bias[0] if bias else None, step["strides"], step["pads"])
    if step["op"] == "Gemm":
        return functional.linear(x, *others)
    if step["op"] == "Add":
        return x + others[0]
    return {"Relu": torch.relu, "Flatten": lambda v: v.flatten(1), "Identity": lambda v: v}[step["op"]](x)


def main(folder: Path) -> None:
    """Bound the boxes of a task."""
    torch.set_num_threads(1)
    boxes, steps = np.load(folder / "boxes.npz"), json.loads((folder / "steps.json").read_text(encoding="utf-8"))
    network = Difference(steps, dict(np.load(folder / "weights.npz")))
    # As matrices: as patches it takes no padding that is not the same on all sides.
    bounded = BoundedModule(network, torch.zeros(1, *boxes["lo"][0].shape), bound_opts={"conv_mode": "matrix"})
    for lo, hi in zip(boxes["lo"], boxes["hi"], strict=True):
        low, high = (torch.tensor(end[None], dtype=torch.float32) for end in (lo, hi))
        started = time.process_time()
        box = BoundedTensor((low + high) / 2, PerturbationLpNorm(norm=np.inf, x_L=low, x_U=high))
        ends = bounded.compute_bounds(x=(box,), method="CROWN")
        answer = {"bound": max(float(end.abs().max()) for end in ends), "seconds": time.process_time() - started}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
