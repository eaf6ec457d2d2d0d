"""CROWN of auto_LiRPA, or an ascent, on the difference of two networks: run by the environment of benchmarks.lirpa.

It knows nothing of this project. A task is a folder with the steps of both networks, their weights, and boxes of
inputs. The bound of each box, and the seconds of processor time that it took, go to the standard output as a line of
JSON; with a number of starts behind the folder, an input of the first box where an ascent along gradients ended.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from auto_LiRPA import BoundedModule, BoundedTensor
from auto_LiRPA.perturbations import PerturbationLpNorm
from torch.nn import functional

_STEPS = 150


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
    if step["op"] == "Edge":
        x = torch.cat([x[:, :, :1], x, x[:, :, -1:]], 2)
        return torch.cat([x[..., :1], x, x[..., -1:]], 3)
    if step["op"] == "Add":
        return x + others[0]
    return {"Relu": torch.relu, "Flatten": lambda v: v.flatten(1), "Identity": lambda v: v}[step["op"]](x)


def bound(network: Difference, boxes: Mapping[str, Any]) -> None:
    """Bound the difference in each box."""
    # As matrices: as patches it takes no padding that is not the same on all sides.
    bounded = BoundedModule(network, torch.zeros(1, *boxes["lo"][0].shape), bound_opts={"conv_mode": "matrix"})
    for lo, hi in zip(boxes["lo"], boxes["hi"], strict=True):
        low, high = (torch.tensor(end[None], dtype=torch.float32) for end in (lo, hi))
        started = time.process_time()
        box = BoundedTensor((low + high) / 2, PerturbationLpNorm(norm=np.inf, x_L=low, x_U=high))
        ends = bounded.compute_bounds(x=(box,), method="CROWN")
        answer = {"bound": max(float(end.abs().max()) for end in ends), "seconds": time.process_time() - started}
        inside = float(network((low + high) / 2).abs().max())
        print(json.dumps({**answer, "inside": inside}), flush=True)


def climb(network: Difference, boxes: Mapping[str, Any], starts: int) -> None:
    """Follow the signs of gradients from corners and from random inputs, each start for one output and one sign."""
    torch.manual_seed(0)
    low, high = (torch.tensor(boxes[end][0], dtype=torch.float32) for end in ("lo", "hi"))
    part = torch.rand(starts, *low.shape)
    x = low + torch.where((torch.arange(starts) % 2 == 0).view(-1, *[1] * low.dim()), part.round(), part) * (high - low)
    best, reached = x[0], -1.0
    for number in range(_STEPS):
        x.requires_grad_(True)
        values = network(x)
        order = torch.arange(starts) // 2 % (2 * values.shape[1])
        chosen = values[torch.arange(starts), order // 2] * (1 - 2 * (order % 2))
        (slope,) = torch.autograd.grad(chosen.sum(), x)
        with torch.no_grad():
            at = int(chosen.argmax())
            if float(chosen[at]) > reached:
                best, reached = x[at].clone(), float(chosen[at])
            x = torch.clamp(x + 0.25 * 0.97**number * slope.sign() * (high - low), low, high)
    print(json.dumps({"input": best.tolist()}), flush=True)


def main(folder: Path, starts: int) -> None:
    """Do a task: bound its boxes, or climb in the first one from so many starts."""
    torch.set_num_threads(1)
    boxes, steps = np.load(folder / "boxes.npz"), json.loads((folder / "steps.json").read_text(encoding="utf-8"))
    network = Difference(steps, dict(np.load(folder / "weights.npz")))
    if starts:
        climb(network, boxes, starts)
    else:
        bound(network, boxes)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
