"""auto_LiRPA, the model read by onnx2torch: outputs, and the width of the bounds where inputs move by up to 0.01."""

import onnx2torch
import torch
from auto_LiRPA import BoundedModule, BoundedTensor, PerturbationLpNorm
from common import answer, deviation

RADIUS = 0.01


def _probe(model, x, y):
    module, given = onnx2torch.convert(model).eval(), torch.from_numpy(x)
    told = deviation(module(given).detach(), y)
    bounded = BoundedModule(module, torch.zeros_like(given), bound_opts={"conv_mode": "matrix"}, device="cpu")
    moved = BoundedTensor(given, PerturbationLpNorm(norm=float("inf"), eps=RADIUS))
    cost = {}
    for method in ("CROWN", "IBP"):
        low, high = bounded.compute_bounds(x=(moved,), method=method)
        if bool((low > torch.from_numpy(y) + 1e-4).any() or (high < torch.from_numpy(y) - 1e-4).any()):
            raise ValueError(f"{method} gives bounds without the value between them")
        cost[f"{method}, width"] = float((high - low).mean())
    return {"deviation": told, "cost": cost}


answer(_probe)
