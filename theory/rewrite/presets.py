"""What other tools take in the place of MaxPool, one row each, as measured: ``docs/consumers.md`` has the figures.

A row holds for the version that it names. Its options make what the tool takes where its own MaxPool does not do; its
own MaxPool, in the normal form of style ``"pools"``, stays where that takes the windows rightly and more cheaply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, Literal

from theory.errors import InputError
from theory.models.windows import WindowGrid
from theory.networks.circuit import Domain

Trait = Literal["overlapping", "padded", "padded, perhaps negative", "dilated"]
"""What a tool may not take of windows, or not rightly; windows side by side without padding have none."""

_AXES = 2

_EVERYTHING: frozenset[Trait] = frozenset({"overlapping", "padded", "dilated"})


@dataclass(frozen=True)
class Preset:
    """What one tool takes.

    The options are those of :class:`theory.rewrite.options.ReluifyOptions` that differ from the defaults. Its own
    MaxPool serves windows that have no traits but those of ``own``, if that is not None, for the reason ``cheaper``.
    It takes padding that is larger at one end if it is ``uneven``. Opsets are the least and the largest one that was
    taken, None where they were not tried.
    """

    title: str
    version: str
    opsets: tuple[int, int] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    own: frozenset[Trait] | None = None
    cheaper: str = ""
    uneven: bool = True

    @property
    def name(self) -> str:
        """The tool with its version."""
        return f"{self.title} {self.version}"

    def check_opset(self, opset: int) -> None:
        """Raise InputError for an opset that the tool does not take."""
        if self.opsets is None:
            return
        least, largest = self.opsets
        if not least <= opset <= largest:
            wanted = f"opset {least}" if least == largest else f"opsets {least} to {largest}"
            raise InputError(f"{self.name} takes {wanted}, not {opset}; onnx.version_converter brings a model there")

    def check_windows(self, windows: WindowGrid) -> None:
        """Raise InputError for windows that the tool was not tried with."""
        if len(windows.axes) != _AXES:
            raise InputError(
                f"{self.name} was tried with windows over {_AXES} axes, not {len(windows.axes)}; force goes on"
            )
        if not self.uneven and any(axis.begin != axis.end for axis in windows.axes):
            raise InputError(
                f"{self.name} takes no padding that is larger at one end, as ceil_mode and SAME make it; force goes on"
            )

    def serves(self, windows: WindowGrid, domain: Domain) -> bool:
        """Return whether the tool's own MaxPool takes windows, and more cheaply than ReLUs."""
        # Runtimes refuse padding by a whole window, which ceil_mode on free extents may come to.
        usual = all(max(axis.begin, axis.end) <= axis.span for axis in windows.axes)
        return usual and self.own is not None and _traits(windows, domain) <= self.own


PRESETS: Mapping[str, Preset] = MappingProxyType({
    "auto_lirpa": Preset(
        title="auto_LiRPA",
        version="0.3",
        opsets=(9, 19),
        options={"undilated": True, "padding": "shift"},
    ),
    "concrete": Preset(
        title="Concrete ML",
        version="1.9.0",
        opsets=(14, 14),
        options={"undilated": True, "padding": "shift"},
        own=_EVERYTHING,
        cheaper="with half as many bootstraps",
    ),
    "ezkl": Preset(
        title="ezkl",
        version="23.0.5",
        opsets=(7, 24),
        options={"undilated": True, "padding": "shift"},
        own=frozenset({"overlapping", "padded"}),
        cheaper="with fewer rows",
    ),
    "hls4ml": Preset(
        title="hls4ml",
        version="1.3.0",
        options={"undilated": True, "padding": "shift"},
        own=frozenset(),
        cheaper="by comparisons alone",
    ),
    "marabou": Preset(
        title="Marabou",
        version="2.0.0",
        opsets=(7, 24),
        options={"style": "feedforward", "dense": True, "undilated": True, "padding": "shift"},
        own=frozenset({"overlapping"}),
        cheaper="with fewer variables",
    ),
    "onnx2torch": Preset(
        title="onnx2torch",
        version="1.5.15",
        options={"undilated": True},
        own=_EVERYTHING | {"padded, perhaps negative"},
        cheaper="as a module of its own",
    ),
    "openvino": Preset(
        title="OpenVINO",
        version="2026.4.1",
        opsets=(7, 24),
        options={"undilated": True},
        own=_EVERYTHING | {"padded, perhaps negative"},
        cheaper="in less time",
    ),
    "spikingjelly": Preset(
        title="SpikingJelly",
        version="2.0.0",
        options={"undilated": True, "padding": "shift"},
        uneven=False,
    ),
    "tract": Preset(
        title="tract",
        version="0.23.9",
        opsets=(7, 24),
        options={"undilated": True},
        own=_EVERYTHING | {"padded, perhaps negative"},
        cheaper="in less time",
    ),
})  # fmt: skip


def find_preset(tool: str) -> Preset:
    """Return a tool's preset; InputError names those there are.

    >>> find_preset("marabu")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: no preset for 'marabu', but for marabou
    """
    if type(tool) is str and tool in PRESETS:
        return PRESETS[tool]
    near = get_close_matches(tool, PRESETS, n=1) if type(tool) is str else []
    raise InputError(f"no preset for {tool!r:.80}, but for {', '.join(near or PRESETS)}")


def _traits(windows: WindowGrid, domain: Domain) -> frozenset[Trait]:
    """Return what a tool may not take."""
    has: dict[Trait, bool] = {
        "overlapping": any(axis.stride <= axis.span for axis in windows.axes),
        "padded": windows.padded,
        "padded, perhaps negative": windows.padded and domain == "real",
        "dilated": any(axis.dilation > 1 for axis in windows.axes),
    }
    return frozenset(trait for trait, is_so in has.items() if is_so)
