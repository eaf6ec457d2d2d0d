"""The floor that knows ONNX files: what is known of them is known there, once."""

import ast
from pathlib import Path

import pytest
from onnx import TensorProto, helper

from theory.models.scopes import Names, names_in, scopes_of, stored_tensors

THEORY = Path(__file__).parent.parent / "theory"

INDEPENDENT = THEORY / "rewrite" / "certify"
"""It checks what the others make, and so reads models by itself."""

KNOWLEDGE = {
    "reading a file": (
        {"FromString", "ParseFromString", "load_model_from_string", "load_external_data_for_model", "onnx.load"},
        {"models/files.py"},
    ),
    "making a session": ({"InferenceSession", "SessionOptions"}, {"models/sessions.py"}),
    "walking into subgraphs": ({"graphs", "'g'"}, {"models/scopes.py"}),
    # What shape inference gets wrong of them stands in the second.
    "the windows of a pooling": ({"'auto_pad'", "'ceil_mode'"}, {"models/windows.py", "models/skeletons.py"}),
}
"""What only a reader of files, a maker of sessions, a traversal, or a reader of windows mentions; texts in quotes."""


def _mentions(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            yield from (node.attr, ast.unparse(node))
        elif isinstance(node, ast.Constant):
            yield repr(node.value)


@pytest.mark.parametrize("what", KNOWLEDGE)
def test_each_thing_is_known_in_one_module(what):
    names, homes = KNOWLEDGE[what]
    sources = {path: path.read_text() for path in THEORY.rglob("*.py") if INDEPENDENT not in path.parents}
    models = {path: text for path, text in sources.items() if "onnx" in text or "theory.models" in text}
    assert len(models) > 20
    found = {str(path.relative_to(THEORY)) for path, text in models.items() if names & set(_mentions(text))}
    assert found == homes


def _layered():
    """A model with a subgraph in a subgraph, training, a function with a subgraph, and a tensor at each place."""

    def graph(name, *nodes):
        tensor = helper.make_tensor(f"{name}_weight", TensorProto.FLOAT, [1], [1.0])
        value = helper.make_tensor_value_info(f"{name}_out", TensorProto.FLOAT, [1])
        last = helper.make_node("Identity", [f"{name}_weight"], [f"{name}_out"], name=f"{name}_node")
        return helper.make_graph([*nodes, last], name, [], [value], [tensor])

    def branching(name, inner):
        return helper.make_node("If", ["c"], [f"{name}_if"], name=f"{name}_if_node", then_branch=inner)

    deep = graph("outer", branching("inner", graph("deepest")))
    model = helper.make_model(graph("main", branching("outer", deep)))
    model.training_info.add().algorithm.CopyFrom(graph("training"))
    imports = [helper.make_opsetid("", 17)]
    tensor = helper.make_tensor("in_attribute", TensorProto.FLOAT, [1], [1.0])
    constant = helper.make_node("Constant", [], ["function_constant"], value=tensor)
    model.functions.append(
        helper.make_function("own", "F", [], [], [constant, branching("function", graph("body"))], imports)
    )
    return model


def test_the_walk_misses_no_scope():
    model = _layered()
    assert [scope.place for scope in scopes_of(model)] == [
        "graph",
        "then_branch of If 'outer_if_node'",
        "then_branch of If 'inner_if_node', then_branch of If 'outer_if_node'",
        "initialization of training 0",
        "algorithm of training 0",
        "function 'F'",
        "then_branch of If 'function_if_node', function 'F'",
    ]
    graphs = {"main", "outer", "deepest", "training", "body"}
    assert {tensor.name for tensor in stored_tensors(model)} == {f"{name}_weight" for name in graphs} | {"in_attribute"}
    assert {f"{name}_node" for name in graphs} | {f"{name}_if_node" for name in ("outer", "inner", "function")} <= set(
        names_in(model)
    )


def test_every_name_of_a_model_is_taken():
    model = _layered()
    names = Names(names_in(model))
    for name in ("deepest_weight", "body_node", "function_constant", "outer_if", "training_out"):
        assert names.new(name) == f"{name}_1"
