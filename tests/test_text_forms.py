"""One language: every public function takes kernels and orders in all forms, and the command line the same ones."""

import inspect
import json

import numpy as np
import onnx
import pytest

import subpool
from theory.cli import main
from theory.cli.commands.reluify import _by_node
from theory.errors import SubpoolError

KERNELS = (9, "9", "3x3", (3, 3), [3, 3], np.int64(9), np.array([3, 3]))
ORDERS = ([0, 1, 8], "0,1,8", "0,1,d-1", "8, 0-1", "0..1,d-1", "mean-and-last", {8, 1, 0}, np.array([8, 1, 0]))

# What each does with a kernel, and what with orders: the answer, in a form that can be compared.
KERNEL = {
    "Estimator": lambda k, _: subpool.Estimator(k, {0: 1}),
    "approximate_degree": lambda k, _: subpool.approximate_degree(k),
    "best_orders": lambda k, _: subpool.best_orders(k, budget="terms", limit=60),
    "bounds.chebyshev_upper_bound": lambda k, _: subpool.bounds.chebyshev_upper_bound(k, 3),
    "bounds.extremal_lower_bound": lambda k, _: subpool.bounds.extremal_lower_bound(k, 3),
    "bounds.extremal_lower_bound_range": lambda k, _: subpool.bounds.extremal_lower_bound_range(k, 3),
    "bounds.indicator_error": lambda k, _: subpool.bounds.indicator_error(k, [0, 1, 8]),
    "bounds.link_lower_bound": lambda k, _: subpool.bounds.link_lower_bound(k, [0, 1, 8]),
    "bounds.number_of_terms": lambda k, _: subpool.bounds.number_of_terms(k, [0, 1, 8]),
    "closed_forms": lambda k, _: [(f.orders(k), f.error(k), f.coefficients(k)) for f in subpool.closed_forms.values()],
    "exact_max_network": lambda k, _: subpool.exact_max_network(k).widths,
    "guess_formula": lambda k, _: subpool.guess_formula("0,1", first=2, last=k).to_dict(),
    "network_size": lambda k, _: subpool.network_size(k, [0, 1, 8]),
    "optimal_combination": lambda k, _: subpool.optimal_combination(k, [(), (0, 1, 2), (3, 4, 5, 6, 7, 8)]),
    "optimal_estimator": lambda k, _: subpool.optimal_estimator(k, [0, 1, 8]),
    "pool": lambda k, _: _pooled(k),
    "sweep": lambda k, folder: _rows(subpool.sweep(k, folder, always=range(8))),
    "verify": lambda k, _: [v.status for v in subpool.verify(["closed-form-mean"], kernel_max=k)],
}
OF_ORDERS = {
    "bounds.indicator_error": lambda r, _: subpool.bounds.indicator_error(9, r),
    "bounds.link_lower_bound": lambda r, _: subpool.bounds.link_lower_bound(9, r),
    "bounds.number_of_terms": lambda r, _: subpool.bounds.number_of_terms(9, r),
    "network_size": lambda r, _: subpool.network_size(9, r),
    "optimal_estimator": lambda r, _: subpool.optimal_estimator(9, r),
    "sweep": lambda r, folder: _rows(subpool.sweep(9, folder, always=r)),
}
# Other forms have another meaning here: a family of orders for all d; orders relative to the range.
APART = {"guess_formula", "reluify"}
# Records of what a file or a registry says; they read no text.
RECORDS = {"Certificate", "Claim"}


def _pooled(kernel):
    shape = (3, 3) if isinstance(kernel, tuple | list | np.ndarray) or kernel == "3x3" else (9,)
    return float(subpool.pool(np.arange(9.0).reshape(1, 1, *shape), "max", kernel).max())


def _rows(dataset):
    return dataset.read().to_pylist()


def _functions():
    yield from ((name, getattr(subpool, name)) for name in subpool.__all__)
    yield from ((f"bounds.{name}", getattr(subpool.bounds, name)) for name in subpool.bounds.__all__)


def _taking(*names):
    for name, function in _functions():
        error = isinstance(function, type) and issubclass(function, Exception)
        if callable(function) and not error and not set(names).isdisjoint(inspect.signature(function).parameters):
            yield name


def test_every_public_function_of_kernels_or_orders_is_here():
    of_kernels = set(_taking("kernel_size", "kernel_shape", "kernel_max", "first", "last"))
    assert of_kernels - RECORDS == KERNEL.keys() - {"closed_forms"}
    assert set(_taking("orders", "always")) - RECORDS == OF_ORDERS.keys() | APART


@pytest.mark.parametrize("name", KERNEL)
def test_kernels_in_all_forms(name, tmp_path):
    answers = [KERNEL[name](kernel, tmp_path / str(i)) for i, kernel in enumerate(KERNELS)]
    assert all(answer == answers[0] for answer in answers)
    with pytest.raises(SubpoolError, match="write 3x3"):
        KERNEL[name]("3X3", tmp_path / "none")


@pytest.mark.parametrize("name", OF_ORDERS)
def test_orders_in_all_forms(name, tmp_path):
    forms = (*ORDERS, iter([8, 1, 0]))
    answers = [OF_ORDERS[name](orders, tmp_path / str(i)) for i, orders in enumerate(forms)]
    assert all(answer == answers[0] for answer in answers)
    with pytest.raises(SubpoolError, match="write 0,1,8"):
        OF_ORDERS[name]("0 1 8", tmp_path / "none")


def test_a_family_brings_its_objective():
    relative = subpool.optimal_estimator(9, [1, 8], objective="range")
    assert subpool.optimal_estimator(9, "range-mean-and-last") == relative
    assert subpool.optimal_estimator(9, "1,d-1") == subpool.optimal_estimator(9, "bare-mean-and-last") != relative
    assert subpool.optimal_estimator(9, "range-mean-and-last", objective="cube") != relative
    assert subpool.optimal_estimator(9, "exact").error == 0


def test_a_guess_takes_orders_in_all_forms():
    def guessed(orders):
        return subpool.guess_formula(orders, last=12).to_dict() | {"orders": None}

    assert guessed("0,1,d-1") == guessed("mean-and-last") == guessed(" 0-1, d - 1")
    assert guessed([1, 0]) == guessed("0,1") == guessed("mean")
    assert subpool.guess_formula("range-single", last=12).objective == "range"
    with pytest.raises(SubpoolError, match="with the order d"):
        guessed("exact")


def test_rewriting_takes_orders_in_all_forms():
    def tensor(name, size):
        return onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 1, size, size])

    node = onnx.helper.make_node("MaxPool", ["x"], ["y"], name="pool", kernel_shape=[2, 2])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "g", [tensor("x", 6)], [tensor("y", 5)]))

    def rewritten(orders):
        return subpool.reluify(model, orders=orders).SerializeToString()

    assert rewritten([1, 3]) == rewritten("1,d-1") == rewritten("range-mean-and-last") == rewritten({"pool": "1, 3"})
    assert rewritten("exact") == rewritten(" exact ") != rewritten("1,3")


@pytest.mark.parametrize(
    ("texts", "given"),
    [
        (["range-top:j=2"], {None: "range-top:j=2"}),
        (["n=range-top:j=2", "1,d-1"], {"n": "range-top:j=2", None: "1,d-1"}),
        (["a=b=range-order-and-top:r=1,j=1"], {"a=b": "range-order-and-top:r=1,j=1"}),
        (["pool:j=2"], {"pool:j": "2"}),
        (["=1"], {"": "1"}),
    ],
)
def test_nodes_and_families_are_told_apart(texts, given):
    assert _by_node(texts, "sets of orders") == given


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (["solve", "{}", "--orders", "{}"], "coefficients"),
        (["network", "{}", "--orders", "{}"], "widths"),
        (["sweep", "{}", "--out", "DIR", "--always", "{}"], "sets"),
        (["guess", "{}", "--to", "4x3"], "coefficients"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_the_command_line_takes_the_same_texts(command, key, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answers = []
    for number, text in enumerate(form for form in ORDERS if isinstance(form, str)):
        if command[0] == "guess" and "8" in text:
            continue
        texts = iter(["3x3", text]) if command.count("{}") == 2 else iter([text])
        given = [next(texts) if part == "{}" else f"out{number}" if part == "DIR" else part for part in command]
        assert main([*given, "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out)[key])
    assert len(answers) >= 3
    assert all(answer == answers[0] for answer in answers)
