"""SpikingJelly's conversion by rates, the model read by onnx2torch: the spiking network's outputs after T steps.

With labels in the job: accuracies after T steps; else the mean deviation of an output from the network's own.
"""

import numpy as np
import onnx2torch
import torch
from common import answer
from spikingjelly.activation_based import ann2snn, functional

STEPS = (8, 32, 128, 512)


def _probe(model, x, y, job):
    samples, labels = _samples(x, job["samples"])
    module, given = onnx2torch.convert(model).eval(), torch.from_numpy(samples)
    with torch.no_grad():
        own = module(given)
        told = float((own[: len(y)] - torch.from_numpy(y)).abs().max())
        recipe = ann2snn.RateCodingRecipe(dataloader=[(given, torch.zeros(len(given)))], mode="Max")
        spiking = ann2snn.Converter(recipe).convert(module).eval()
        functional.reset_net(spiking)
        total, cost = torch.zeros_like(own), {}
        for step in range(1, STEPS[-1] + 1):
            total += spiking(given)
            if step in STEPS:
                rate = total / step
                if labels is None:
                    cost[f"T = {step}"] = float((rate - own).abs().mean())
                else:
                    cost[f"T = {step}"] = float((rate.argmax(1) == labels).float().mean())
    return {"deviation": told, "cost": cost}


def _samples(x, path):
    if path:
        with np.load(path) as stored:
            return stored["x"], torch.from_numpy(stored["labels"])
    others = np.random.default_rng(3).uniform(0, 1, (19, *x.shape[1:])).astype(np.float32)
    return np.concatenate([x, others]), None


answer(_probe)
