"""``reluify --for TOOL``: presets as data, what they make, leave and refuse; the page of figures."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from benchmarks.consumers.cases import BOUNDS, CASES, CLASSIFIER
from benchmarks.consumers.cases import make as made
from benchmarks.consumers.cases import run as output
from benchmarks.consumers.page import accepted, page
from benchmarks.consumers.tools import ENVIRONMENTS, MAXPOOL, TOOLS, VARIANTS
from tests.rewrite.models import pool, rewriting
from theory.cli import main
from theory.errors import InputError, RewritingError
from theory.rewrite.options import ReluifyOptions
from theory.rewrite.presets import PRESETS

ROOT = Path(__file__).parent.parent
STORED = ROOT / "benchmarks" / "consumers" / "results.json"
RESULTS = json.loads(STORED.read_text(encoding="utf-8"))
PAGE = ROOT / "docs" / "consumers.md"
TWO = {"kernel_shape": [2, 2], "strides": [2, 2]}
PADDED = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}


make = cache(made)


def attributes(model: onnx.ModelProto, name: str) -> list[Any]:
    found = (attribute for node in model.graph.node for attribute in node.attribute if attribute.name == name)
    return [helper.get_attribute_value(attribute) for attribute in found]


FORMS = {str(sorted(preset.options.items())): tool for tool, preset in PRESETS.items()}
"""One tool for each set of options."""


@pytest.mark.parametrize("tool", FORMS.values())
@pytest.mark.parametrize("name", CASES)
def test_every_preset_makes_of_every_case_an_equal_model(tool: str, name: str) -> None:
    given = make(name)
    result = rewriting(given.model, tool=tool, force=True, bounds=BOUNDS)
    assert not any(record.kept for record in result.poolings)
    assert not any(node.op_type == "MaxPool" for node in result.model.graph.node)
    np.testing.assert_allclose(output(result.model, given.x), given.y, rtol=1e-5, atol=5e-6)
    options = PRESETS[tool].options
    if options.get("undilated"):
        assert all(set(dilations) == {1} for dilations in attributes(result.model, "dilations"))
    if options.get("dense"):
        assert set(attributes(result.model, "group")) == {1}
    if options.get("padding") == "shift":
        assert not any(mode == b"edge" for mode in attributes(result.model, "mode"))
    if options.get("style") == "feedforward":
        assert {node.op_type for node in result.model.graph.node} <= {"Conv", "Relu", "Flatten", "Gemm"}


@pytest.mark.parametrize("tool", PRESETS)
@pytest.mark.parametrize("name", CASES)
def test_what_stays_is_what_the_tool_took_when_tried(tool: str, name: str) -> None:
    """A MaxPool stays in normal form, and where all stay as they were, that is said and nothing is written."""
    given, tried = make(name), TOOLS[tool]
    answers = RESULTS.get(tool, {}).get("answers", {}).get(name, {})
    alone = rewriting(given.model, tool=tool, bounds=BOUNDS, force=True)
    nodes = [node for node in given.model.graph.node if node.op_type == "MaxPool"]
    served = [PRESETS[tool].serves(record.windows, record.domain) for record in alone.poolings]
    if all(served) and not any(
        attribute.i for node in nodes for attribute in node.attribute if attribute.name == "ceil_mode"
    ):
        with pytest.raises(InputError, match=f"{PRESETS[tool].name} takes every MaxPool .*force"):
            rewriting(given.model, tool=tool, bounds=BOUNDS)
        assert accepted(tried, answers.get(MAXPOOL, {})) or MAXPOOL not in answers
        return
    if not PRESETS[tool].uneven and name == "ceil":
        with pytest.raises(InputError, match="larger at one end"):
            rewriting(given.model, tool=tool, bounds=BOUNDS)
        assert "refused" in answers[tried.suits]
        return
    result = rewriting(given.model, tool=tool, bounds=BOUNDS)
    np.testing.assert_allclose(output(result.model, given.x), given.y, rtol=1e-5, atol=5e-6)
    kept = {record.kept for record in result.poolings}
    if kept == {True}:
        stays = "pools" if "pools" in tried.variants else MAXPOOL
        assert accepted(tried, answers.get(stays, {})) or stays not in answers
        assert 1 not in attributes(result.model, "ceil_mode")
    elif kept == {False}:
        assert accepted(tried, answers.get(tried.suits, {})) or tried.suits not in answers


@pytest.mark.parametrize("tool", PRESETS)
def test_a_row_is_what_was_tried(tool: str) -> None:
    preset, tried, result = PRESETS[tool], TOOLS[tool], RESULTS.get(tool, {})
    assert result.get("version", preset.version) == preset.version
    assert tried.title == preset.title
    assert VARIANTS[tried.suits] == preset.options
    opsets = result.get("opsets")
    assert not opsets or preset.opsets == (min(opsets), max(opsets))
    assert (preset.own is None) == (not preset.cheaper)


def test_every_tool_has_an_environment_and_a_probe() -> None:
    assert set(RESULTS) <= set(TOOLS)
    assert set(TOOLS) - set(PRESETS) == {"onnx2pytorch"}
    assert set(PRESETS) <= set(TOOLS)
    probes = {path.stem for path in (ROOT / "benchmarks" / "consumers" / "probes").glob("by_*.py")}
    assert {tool.probe for tool in TOOLS.values()} == probes
    assert {tool.environment for tool in TOOLS.values()} == set(ENVIRONMENTS)
    assert all(set(tool.variants) <= set(VARIANTS) and tool.variants[0] == MAXPOOL for tool in TOOLS.values())


def test_the_page_is_what_the_stored_answers_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(RESULTS)
    for tool in PRESETS:
        assert (f"--for {tool}`" in page(RESULTS)) == bool(RESULTS.get(tool, {}).get("answers"))


def test_the_page_of_hostile_and_missing_answers() -> None:
    hostile = {"refused": "| a ``` <b>\nx" + "y" * 1000}
    answers = {case: dict.fromkeys(TOOLS["tract"].variants, hostile) for case in CASES}
    answers["two"] = {form: {"deviation": float("nan"), "cost": {}} for form in TOOLS["tract"].variants}
    text = page({"tract": {"version": "1", "opsets": [9], "answers": answers}, "ezkl": {"skipped": "no wheel | here"}})
    assert "could not be installed" in text
    assert "no wheel" in text
    assert "wrong by nan" in text
    assert "```" not in text
    assert "y" * 200 not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {6, len(TOOLS["tract"].variants) + 2}


def test_one_stays_and_one_goes() -> None:
    """Of the classifier's two MaxPools Marabou takes the second one itself."""
    result = rewriting(make(CLASSIFIER).model, tool="marabou")
    assert [(record.kept, record.pools) for record in result.poolings] == [(False, 0), (True, 1)]
    assert sum(node.op_type == "MaxPool" for node in result.model.graph.node) == 1


def test_estimators_leave_no_maximum() -> None:
    result = rewriting(make("two").model, tool="marabou", orders="1,d-1")
    assert not result.poolings[0].kept


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"tool": "marabu"}, "no preset for 'marabu', but for marabou"),
        ({"tool": ""}, "no preset for '', but for auto_lirpa, concrete"),
        ({"tool": 7}, "no preset for 7"),
        ({"tool": "marabou", "style": "pools"}, "for Marabou style is 'feedforward', not 'pools'"),
        ({"tool": "marabou", "construction": "shallow"}, "construction is 'tree', not 'shallow'"),
        ({"tool": "ezkl", "dense": True}, "for ezkl dense is False, not True"),
        ({"tool": "tract", "padding": "shift"}, "padding is 'edge'"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError, match=what):
        ReluifyOptions(**options)


def test_a_tool_needs_bounds_where_it_pads_with_zeros() -> None:
    with pytest.raises(RewritingError, match="bounds of the node give it"):
        rewriting(make("signed").model, tool="marabou")


def test_an_opset_that_the_tool_does_not_take() -> None:
    model = make("ceil", 17).model
    with pytest.raises(InputError, match=r"Concrete ML \S+ takes opset 14, not 17; onnx.version_converter"):
        rewriting(model, tool="concrete")
    assert rewriting(model, tool="concrete", force=True).poolings


def save(folder: Path, model: onnx.ModelProto) -> tuple[str, str]:
    onnx.save(model, folder / "in.onnx")
    return str(folder / "in.onnx"), str(folder / "out.onnx")


def test_the_command_says_what_is_cheaper_and_goes_on_with_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = save(tmp_path, make("two").model)
    assert main(["reluify", source, target, "--for", "marabou"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("subpool: Marabou")
    assert said.err.count("\n") == 1
    assert "force" in said.err
    assert not Path(target).exists()
    assert main(["reluify", source, target, "--for", "marabou", "--force", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["tool"], told["tool_version"]) == ("marabou", PRESETS["marabou"].version)
    assert (told["style"], told["dense"], told["padding"], told["undilated"]) == ("feedforward", True, "shift", True)
    assert not any(node.op_type == "MaxPool" for node in onnx.load(target).graph.node)


def test_the_command_tells_what_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = save(tmp_path, make(CLASSIFIER).model)
    assert main(["reluify", source, target, "--for", "marabou"]) == 0
    out = capsys.readouterr().out
    assert PRESETS["marabou"].name in out
    assert "pool_2" in out.partition("kept")[2]


@pytest.mark.parametrize(
    "words", [["--style", "skip"], ["--padding", "edge"], ["--construction", "shallow"], ["--largest-window", "3"]]
)
def test_the_command_refuses_other_options(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = save(tmp_path, pool(PADDED, (1, 2, 8, 8)))
    assert main(["reluify", source, target, "--for", "marabou", *words]) == 2
    assert capsys.readouterr().err.startswith("subpool: ")
    assert not Path(target).exists()


@pytest.mark.parametrize("style", ["skip", "feedforward"])
def test_undilated_convolutions_are_equal_to_dilated_ones(style: Any) -> None:
    """Convolutions with zeros between their weights give the same numbers, whatever the dilation of each axis."""
    case = {"kernel_shape": [3, 2], "strides": [1, 2], "dilations": [2, 3], "pads": [1, 0, 1, 1]}
    model = pool(case, (1, 2, 9, 8))
    x = np.random.default_rng(0).normal(size=(1, 2, 9, 8)).astype(np.float32)
    undilated = rewriting(model, style=style, undilated=True).model
    assert all(set(dilations) == {1} for dilations in attributes(undilated, "dilations"))
    assert not all(set(dilations) == {1} for dilations in attributes(rewriting(model, style=style).model, "dilations"))
    np.testing.assert_allclose(output(undilated, x), output(model, x), rtol=0, atol=1e-6)
    with pytest.raises(InputError, match="no arithmetic"):
        ReluifyOptions(style="pools", undilated=True)


def test_a_kernel_that_would_be_too_large_with_its_zeros() -> None:
    case = {"kernel_shape": [2, 2], "dilations": [70000, 70000]}
    weights = numpy_helper.from_array(np.zeros(1, np.float32), "w")
    model = pool(case, (1, 1, 70001, 70001))
    model.graph.initializer.append(weights)
    with pytest.raises(RewritingError, match="GiB"):
        rewriting(model, construction="shallow", undilated=True)
