"""MaxPool in subgraphs and in model-local functions; names, types and everything else that has to stay."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from tests.rewrite.models import integers, operators, pool, rewriting, run
from theory.errors import InputError, RewritingError
from theory.models.skeletons import refill
from theory.rewrite import reluify as module
from theory.rewrite.reluify import reluify

SHAPE = (1, 2, 6, 7)


def info(name: str, shape: Any = SHAPE, element: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element, shape)


def max_pool(x: str, y: str, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node("MaxPool", [x], [y], **{"kernel_shape": [2, 3], "name": f"pool of {y}", **attributes})


def model_of(graph: onnx.GraphProto, **more: Any) -> onnx.ModelProto:
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9, **more)


def with_if() -> onnx.ModelProto:
    """Pool the outer value x, or its negative, padded by different sides."""
    free = [None] * 4
    branches = []
    for name, nodes in (
        ("yes", [max_pool("x", "yes_out", pads=[1, 0, 0, 2])]),
        ("no", [helper.make_node("Neg", ["x"], ["negative"]), max_pool("negative", "no_out", pads=[0, 2, 1, 0])]),
    ):
        branches.append(helper.make_graph(nodes, name, [], [info(f"{name}_out", free)]))
    node = helper.make_node("If", ["c"], ["y"], name="choice", then_branch=branches[0], else_branch=branches[1])
    return model_of(helper.make_graph([node], "g", [info("c", [], TensorProto.BOOL), info("x")], [info("y", free)]))


def with_loop() -> onnx.ModelProto:
    """Pool three times, keeping the size."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            max_pool("state", "next", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        ],
        "body",
        [info("i", [], TensorProto.INT64), info("go", [], TensorProto.BOOL), info("state")],
        [info("go_on", [], TensorProto.BOOL), info("next")],
    )
    node = helper.make_node("Loop", ["count", "", "x"], ["y"], name="thrice", body=body)
    count = helper.make_tensor("count", TensorProto.INT64, [], [3])
    return model_of(helper.make_graph([node], "g", [info("x")], [info("y")], initializer=[count]))


def with_function(element: int = TensorProto.FLOAT, **attributes: Any) -> onnx.ModelProto:
    """Call a function that calls a function that pools."""
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    inner = helper.make_function(
        "own", "Inner", ["a"], ["b"], [max_pool("a", "b", pads=[1, 0, 0, 2], **attributes)], imports
    )
    outer = helper.make_function(
        "own",
        "Outer",
        ["a"],
        ["b"],
        [
            helper.make_node("Inner", ["a"], ["m"], domain="own", name="call"),
            max_pool("m", "b", name="last"),
        ],
        imports,
    )
    graph = helper.make_graph(
        [helper.make_node("Outer", ["x"], ["y"], domain="own", name="call")],
        "g",
        [info("x", SHAPE, element)],
        [info("y", [None] * 4, element)],
    )
    return helper.make_model(graph, opset_imports=imports, ir_version=9, functions=[inner, outer])


def check_same(model: onnx.ModelProto, inputs: dict[str, Any], **options: Any) -> onnx.ModelProto:
    rewritten = reluify(model, **options)
    onnx.checker.check_model(rewritten, full_check=True)
    assert "MaxPool" not in operators(rewritten)
    for expected, result in zip(run(model, inputs), run(rewritten, inputs), strict=True):
        assert result.dtype == expected.dtype
        assert np.array_equal(expected, result)
    return rewritten


STYLES = [{}, {"style": "feedforward"}]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("chosen", [True, False])
def test_both_branches_of_if(chosen: bool, style: Any) -> None:
    check_same(with_if(), {"c": np.array(chosen), "x": integers(SHAPE, 0)}, **style)


@pytest.mark.parametrize("style", STYLES)
def test_loop(style: Any) -> None:
    check_same(with_loop(), {"x": integers(SHAPE, 0)}, **style)


@pytest.mark.parametrize("style", STYLES)
def test_functions_that_call_functions(style: Any) -> None:
    check_same(with_function(), {"x": integers(SHAPE, 0)}, **style)


def test_types_in_a_function_are_those_of_its_calls() -> None:
    check_same(with_function(TensorProto.INT8), {"x": integers(SHAPE, 0, np.int8)})


def test_a_function_called_with_two_types_is_refused() -> None:
    model = with_function()
    model.graph.node.append(helper.make_node("Outer", ["x8"], ["y8"], domain="own", name="again"))
    model.graph.input.append(info("x8", SHAPE, TensorProto.INT8))
    model.graph.output.append(info("y8", [None] * 4, TensorProto.INT8))
    with pytest.raises(RewritingError, match=r"in function 'Inner': .*element type"):
        reluify(model, style="feedforward")


def test_an_attribute_of_the_function_is_refused() -> None:
    model = with_function()
    node = model.functions[0].node[0]
    attribute = next(a for a in node.attribute if a.name == "kernel_shape")
    attribute.ClearField("ints")
    attribute.ref_attr_name = "size"
    model.functions[0].attribute.append("size")
    with pytest.raises(RewritingError, match="kernel_shape is an attribute of the function around it"):
        reluify(model)


def test_records_say_where() -> None:
    assert [r.place for r in rewriting(with_if()).poolings] == [
        "else_branch of If 'choice'",
        "then_branch of If 'choice'",
    ]
    assert [r.place for r in rewriting(with_function()).poolings] == [
        "function 'Inner'",
        "function 'Outer'",
    ]


@pytest.mark.parametrize("model", [with_if(), with_loop(), with_function()])
def test_the_tests_see_what_is_skipped(model: onnx.ModelProto, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = module.typed_scopes
    monkeypatch.setattr(module, "typed_scopes", lambda given: everything(given)[:1])
    assert "MaxPool" in operators(reluify(model))


# What stays


def decorated() -> onnx.ModelProto:
    graph = helper.make_graph(
        [
            helper.make_node("Relu", ["x"], ["pool/subpool/add_value"], name="pool/subpool/sub"),
            max_pool("pool/subpool/add_value", "y", name="pool"),
        ],
        "g",
        [info("x", ["batch", 2, None, 7])],
        [info("y", [None] * 4)],
        doc_string="of the graph",
    )
    graph.quantization_annotation.append(
        onnx.TensorAnnotation(
            tensor_name="y", quant_parameter_tensor_names=[onnx.StringStringEntryProto(key="SCALE_TENSOR", value="x")]
        )
    )
    model = model_of(graph, producer_name="somebody", doc_string="of the model")
    helper.set_model_props(model, {"key": "value"})
    model.domain, model.model_version = "org.example", 7
    return model


def test_everything_else_stays() -> None:
    model = decorated()
    before = model.SerializeToString(deterministic=True)
    rewritten = reluify(model)
    assert model.SerializeToString(deterministic=True) == before
    del model.graph.node[:]
    shell = onnx.ModelProto()
    shell.CopyFrom(rewritten)
    del shell.graph.node[:]
    new = [tensor.name for tensor in shell.graph.initializer if tensor.name.startswith("pool/subpool/constant")]
    refill(shell.graph.initializer, [tensor for tensor in shell.graph.initializer if tensor.name not in new])
    assert new
    assert shell == model
    assert rewritten.graph.node[0].name == "pool/subpool/sub"


def test_names_are_new_and_values_keep_theirs() -> None:
    rewritten = reluify(decorated())
    names = [node.name for node in rewritten.graph.node]
    values = [name for node in rewritten.graph.node for name in node.output]
    assert len(set(names)) == len(names)
    assert len(set(values)) == len(values)
    assert all(name.startswith("pool/subpool/") for name in names)
    assert values[-1] == "y"
    assert any("pool/subpool/add_value" in node.input for node in rewritten.graph.node[1:])


def test_unused_indices_are_dropped_with_their_type() -> None:
    model = pool({"kernel_shape": [2, 2]}, SHAPE)
    model.graph.node[0].output.append("indices")
    model.graph.value_info.append(info("indices", [None] * 4, TensorProto.INT64))
    rewritten = check_same(model, {"x": integers(SHAPE, 0)})
    assert not rewritten.graph.value_info


@pytest.mark.parametrize("reader", ["output", "node", "subgraph"])
def test_indices_in_use_are_refused(reader: str) -> None:
    model = pool({"kernel_shape": [2, 2]}, SHAPE)
    model.graph.node[0].output.append("indices")
    if reader == "output":
        model.graph.output.append(info("indices", [None] * 4, TensorProto.INT64))
    else:
        node = helper.make_node("Identity", ["indices"], ["read"])
        if reader == "subgraph":
            graphs = [
                helper.make_graph([node], "g", [], [info("read", [None] * 4, TensorProto.INT64)]) for _ in range(2)
            ]
            node = helper.make_node("If", ["c"], ["z"], then_branch=graphs[0], else_branch=graphs[1])
            model.graph.input.append(info("c", [], TensorProto.BOOL))
        model.graph.node.append(node)
    with pytest.raises(RewritingError, match="Indices is in use"):
        reluify(model)


def test_a_model_without_max_pool_is_returned_as_it_is() -> None:
    model = pool({"kernel_shape": [2, 2]}, SHAPE)
    model.graph.node[0].op_type = "AveragePool"
    result = rewriting(model)
    assert result.model == model
    assert result.model is not model
    assert result.poolings == ()


def test_a_max_pool_of_another_domain_is_left_alone() -> None:
    model = pool({"kernel_shape": [2, 2]}, SHAPE)
    model.graph.node[0].domain = "com.example"
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    assert reluify(model) == model


def test_windows_of_one_value() -> None:
    check_same(pool({"kernel_shape": [1, 1]}, SHAPE), {"x": integers(SHAPE, 0)})
    check_same(pool({"kernel_shape": [1, 1]}, SHAPE), {"x": integers(SHAPE, 0)}, style="feedforward")
    check_same(pool({"kernel_shape": [1, 1]}, SHAPE), {"x": integers(SHAPE, 0)}, orders="1,d-1")


def test_old_opsets_are_refused() -> None:
    model = pool({"kernel_shape": [2, 2]}, SHAPE, opset=6)
    with pytest.raises(RewritingError, match="opset 6 is too old: 7 or newer is needed"):
        reluify(model)


def test_feedforward_without_the_number_of_channels() -> None:
    for shape in ((1, None, 6, 7), (None, 2, None, None)):
        check_same(pool({"kernel_shape": [2, 2]}, shape), {"x": integers(SHAPE, 0)}, style="feedforward")
    with pytest.raises(RewritingError, match="neither the number of channels nor the size of the batch"):
        reluify(pool({"kernel_shape": [2, 2]}, (None, None, 6, 7)), style="feedforward")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style": "loud"}, "the style is skip or feedforward or pools, not 'loud'"),
        ({"construction": "bush"}, "the construction is tree or shallow, not 'bush'"),
        ({"orders": "1", "objective": "l2"}, "the objective is cube or range, not 'l2'"),
        ({"orders": "0,1"}, "order 0"),
        ({"orders": "12"}, "12"),
        ({"orders": "0,1", "objective": "cube"}, "takes bounds"),
        ({"orders": "0,1", "objective": "cube", "bounds": (2, 1)}, "the lower one first"),
        ({"orders": "0,1", "objective": "cube", "bounds": {"nobody": (0, 1)}}, "no MaxPool node of that name"),
    ],
)
def test_bad_arguments(options: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        reluify(pool({"kernel_shape": [2, 2]}, SHAPE), **options)


def test_a_model_is_a_model() -> None:
    with pytest.raises(InputError, match=r"a model is an onnx\.ModelProto or the path of one, not bytes"):
        reluify(b"model")
    with pytest.raises(InputError, match="cannot read"):
        reluify("no such model.onnx")
