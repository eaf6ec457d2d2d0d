"""The tools, each with the environment that it is installed in, the probe that asks it, and what it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.consumers.cases import CASES

MAXPOOL = "MaxPool"
"""The model as it is."""

VARIANTS: Mapping[str, Mapping[str, Any] | None] = {
    MAXPOOL: None,
    "pools": {"style": "pools"},
    "skip": {"undilated": True},
    "skip, shifted": {"undilated": True, "padding": "shift"},
    "skip, dense": {"dense": True},
    "feedforward, dense": {"style": "feedforward", "dense": True, "undilated": True, "padding": "shift"},
}
"""The forms in which models are given, as options of reluify."""


@dataclass(frozen=True)
class Environment:
    """Packages by name, for one version of Python; ``alone`` are installed without what they ask for."""

    packages: tuple[str, ...]
    python: str = "3.11"


ENVIRONMENTS: Mapping[str, Environment] = {
    "marabou": Environment(("maraboupy", "onnx", "onnxruntime")),
    "openvino": Environment(("openvino",)),
    "tract": Environment(("tract", "numpy")),
    "ezkl": Environment(("ezkl", "numpy")),
    "hls4ml": Environment(("hls4ml", "qonnx", "onnx")),
    "torch": Environment(
        ("torch", "torchvision", "onnx", "onnx2torch", "onnx2pytorch", "spikingjelly", "setuptools", "appdirs")
    ),
    # auto_LiRPA asks for torch before 1.13, which has no wheel for a newer Python.
    "lirpa": Environment(("auto-LiRPA", "onnx2torch", "numpy<2", "setuptools<80", "tqdm"), "3.10"),
    "concrete": Environment(("concrete-ml",)),
}


@dataclass(frozen=True)
class Tool:
    """One tool: its package, whose version is told, its environment, and the forms that it is given.

    ``limit`` is the seconds one answer may take. ``classifies`` says that the classifier's images go with its job,
    ``slow`` that few opsets are tried, ``unasked`` which cases, or forms of them, would take its compiler too long. A
    deviation up to the tolerance is its own precision. ``measures`` says what stands in a cell of its table.
    """

    title: str
    package: str
    environment: str
    probe: str
    variants: tuple[str, ...]
    limit: int = 900
    classifies: bool = False
    slow: bool = False
    unasked: frozenset[str | tuple[str, str]] = frozenset()
    tolerance: float = 1e-4
    measures: str = "deviation from onnxruntime; time for one input"

    def asked(self, case: str) -> tuple[str, ...]:
        """Return the forms in which a case is given: style pools changes nothing but ``ceil_mode``."""
        same = "pools" if "ceil_mode" not in CASES[case].attributes else None
        return tuple(v for v in self.variants if v != same and not {case, (case, v)} & self.unasked)

    @property
    def suits(self) -> str:
        """The form in which every opset is tried."""
        return self.variants[-1]


_FORMS = (MAXPOOL, "pools", "feedforward, dense", "skip")

TOOLS: Mapping[str, Tool] = {
    "auto_lirpa": Tool(
        "auto_LiRPA",
        "auto-LiRPA",
        "lirpa",
        "by_auto_lirpa",
        (MAXPOOL, "skip", "skip, shifted"),
        limit=200,
        measures="deviation from onnxruntime; width of the bounds of an output, inputs moving by up to 0.01",
    ),
    "concrete": Tool(
        "Concrete ML",
        "concrete-ml",
        "concrete",
        "by_concrete",
        (MAXPOOL, "pools", "skip, shifted"),
        limit=600,
        unasked=frozenset(
            {"wide", "classifier", *((case, "skip, shifted") for case in ("unit", "ceil", "dilated", "padded"))}
        ),
        tolerance=0.3,
        measures="deviation from onnxruntime, with 4 bits; bootstraps, and its own estimate of their cost",
    ),
    "ezkl": Tool(
        "ezkl",
        "ezkl",
        "ezkl",
        "by_ezkl",
        (MAXPOOL, "pools", "skip, dense", "feedforward, dense", "skip, shifted"),
        tolerance=2e-2,
        measures="deviation from onnxruntime, in its fixed point; rows of the circuit",
    ),
    "hls4ml": Tool(
        "hls4ml",
        "hls4ml",
        "hls4ml",
        "by_hls4ml",
        (MAXPOOL, "skip, shifted"),
        limit=900,
        unasked=frozenset({"wide", "unit", "classifier", ("two", "skip, shifted"), ("signed", MAXPOOL)}),
        tolerance=1e-2,
        measures="deviation from onnxruntime of its simulation, with 16 bits after the point",
    ),
    "marabou": Tool(
        "Marabou",
        "maraboupy",
        "marabou",
        "by_marabou",
        (MAXPOOL, "pools", "skip, shifted", "feedforward, dense"),
        limit=200,
        measures="deviation from onnxruntime; size of its encoding; time of one query, at most 60 s",
    ),
    "onnx2torch": Tool("onnx2torch", "onnx2torch", "torch", "by_onnx2torch", (MAXPOOL, "skip")),
    "onnx2pytorch": Tool("onnx2pytorch", "onnx2pytorch", "torch", "by_onnx2pytorch", (MAXPOOL, "skip")),
    "openvino": Tool("OpenVINO", "openvino", "openvino", "by_openvino", (MAXPOOL, "skip")),
    "spikingjelly": Tool(
        "SpikingJelly",
        "spikingjelly",
        "torch",
        "by_spikingjelly",
        (MAXPOOL, "feedforward, dense", "skip, shifted"),
        limit=400,
        classifies=True,
        slow=True,
        measures="deviation of the model before its conversion; after T steps the mean error of an output, and of the "
        "classifier the accuracy on 540 images",
    ),
    "tract": Tool("tract", "tract", "tract", "by_tract", (MAXPOOL, "skip")),
}
