"""What stands on the page beside the tables: how to read them, and for each tool whether to rewrite, and why."""

from __future__ import annotations

from collections.abc import Mapping

INTRODUCTION = """\
# What other tools make of it

Whether taking MaxPool out of a model pays depends on what takes the model next. Here each tool is given the same
models, as they are and rewritten by [`subpool reluify`](removing-max-pooling.md) in several forms. `make consumers`
installs the tools, each in an environment of its own, asks them and writes this page; what cannot be installed is
named. A preset, `subpool reluify IN.onnx OUT.onnx --for TOOL`, makes what the tool took.

The models are small: a convolution, a ReLU, one MaxPool and a linear layer on 2x8x8 values in [0,1], and the
[classifier of digits](classifier.md) with its two MaxPools (3x3, stride 2, padded; 2x2, stride 2), batch 1. *Right*
means that the tool took the model and that its outputs are those of onnxruntime, up to the tool's own precision:
rounding, fixed point, quantization. All attributes are written out, as exporters do.

Times were measured on a machine that others were using too, so only large ratios say anything."""

CLOSING = """\
## How these were asked

`benchmarks/consumers/` has the models (`cases.py`), the tools with their environments and forms (`tools.py`), and a
probe for each (`probes/`), which the tool's own Python runs. `--only TOOL` asks one again; the answers are stored in
`results.json`, from which this page is written.

The forms: *MaxPool* is the model as it is, *pools* `--style pools` (asked where it changes something), *skip*
`--undilated`, *skip, shifted* `--undilated --padding shift` with bounds of the node, *skip, dense* `--dense`,
*feedforward, dense* `--style feedforward --dense --undilated --padding shift`. A dash: not asked or
not answered in minutes, or the form is the model itself."""

VERDICTS: Mapping[str, tuple[str, str]] = {
    "auto_lirpa": (
        "yes",
        """\
It bounds MaxPool where the stride equals the kernel and nothing is padded, and refuses the others. Rewritten it takes
every one, and at 2x2 its bounds by CROWN (`conv_mode="matrix"`) are tighter than those that it has for MaxPool. Bounds
by IBP get wider, much so for large windows: rewriting is for CROWN.

A Pad that repeats the border, which reluify makes by default where the input may be negative, it takes and gets wrong:
the bounds do not hold. The preset pads with zeros. It was read by onnx2torch; onnx2pytorch 0.5.3, the newest for its
Python, is wrong in silence for convolutions padded at one end alone.""",
    ),
    "concrete": (
        "no, but for ceil_mode and padded negative values",
        """\
It has MaxPool, with about half the bootstraps that ReLUs take, and refuses `ceil_mode` alone, for which style pools
serves. Padded windows on negative values come out wrong in silence, since it pads with zeros. It takes models of one
opset.""",
    ),
    "ezkl": (
        "no, but for ceil_mode, dilation and padded negative values",
        """\
It has MaxPool, in fewer rows than convolutions and ReLUs take; `ceil_mode`, which it refuses, becomes padding.
Dilation it refuses and takes rewritten. Padded windows on negative values come out wrong in silence, since it pads with
zeros. Without padding `--dense`, which compares slices, takes fewest rows of all, at 3x3 and stride 1 a quarter less
than MaxPool does.""",
    ),
    "hls4ml": (
        "yes, for streaming",
        """\
With `io_stream`, which large layers need, a padded MaxPool ends the simulation, by an assertion in the code that it
generates, which is there for windows that overlap as well; with `io_parallel` it runs. Models are brought to its
form by qonnx (channels last).""",
    ),
    "marabou": (
        "yes, where it refuses",
        """\
It reads MaxPool without padding, `ceil_mode` and dilation, in half the variables and half the time that ReLUs take,
and refuses the others, also convolutions with groups, Slice and Pad. With dense convolutions it takes every one.""",
    ),
    "onnx2pytorch": ("no", "It takes every MaxPool. There is no preset for it: what onnx2torch takes it takes too."),
    "onnx2torch": (
        "no",
        """\
It takes every MaxPool. What comes after it may not, which is what the other presets are for.""",
    ),
    "openvino": ("no", "It takes every MaxPool, and as fast or faster."),
    "spikingjelly": (
        "yes, from T = 32 on",
        """\
Its conversion turns ReLUs into neurons that spike, and runs MaxPool on spikes, where the maximum of rates is not the
rate of the maximum: the error of MaxPool stays however long the network runs, that of the rewritten model falls like
1/T. For few steps MaxPool is as good or better. Padding that is larger at one end, as ceil_mode makes it, it does not
take, nor does the preset.""",
    ),
    "tract": ("no", "It takes every MaxPool, and as fast or faster."),
}
