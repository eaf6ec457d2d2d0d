"""Build a ReLU network, prove that it is exact, and count it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from theory.cli.options import (
    add_construction,
    add_json,
    add_kernel,
    add_objective,
    add_orders_or_subsets,
    add_target,
    add_yes,
    describe_kernel,
    expected,
    read_kernel,
    read_problem,
)
from theory.cli.output import DONE, FAILED, confirm, console, count, network_row, new_table, print_facts, print_json
from theory.errors import InputError
from theory.files import write_whole
from theory.named_orders import EXACT
from theory.notation import format_orders
from theory.objectives import DEFAULT
from theory.rationals import decimal, to_string
from theory.targets import MAXIMUM, Target, find_target
from theory.terminal import Bar

if TYPE_CHECKING:
    from theory.combination import Combination
    from theory.estimator import Estimator
    from theory.networks.exactness import ExactnessVerdict
    from theory.networks.network import ReLUNetwork
    from theory.work import Work

_READABLE = 10**12
_WRITTEN_OUT = 64
"""The largest kernel size for which widths that nobody builds are written out."""
_OF_MAXIMUM = ("tree", "shallow", "two-layer")
_OF_ESTIMATORS = ("tree", "smallest", "shallow")


class _Built(NamedTuple):
    """A network of an estimator, a combination, or of the maximum itself, and what proving it takes, in words."""

    network: ReLUNetwork
    estimator: Estimator | None
    proving: str
    combination: Combination | None = None

    @property
    def function(self) -> Estimator | Combination | None:
        """What is no maximum itself."""
        return self.estimator or self.combination


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    add_kernel(parser)
    orders = (
        "of the optimal estimator: such as 0,1,d-1 or a family of `subpool table`; or exact, for what is approximated"
    )
    add_orders_or_subsets(parser, orders)
    add_objective(parser)
    add_target(parser)
    add_construction(parser)
    parser.add_argument("--domain", choices=("real", "nonnegative"), default="real", help="default: real")
    parser.add_argument(
        "--hidden-layers", type=int, metavar="N", help="the most hidden layers allowed; an error if more are needed"
    )
    parser.add_argument(
        "--out", metavar="FILE", help="write the network: FILE.onnx as Gemm and Relu, FILE.json exactly"
    )
    parser.add_argument("--float64", action="store_true", help="write ONNX in float64 instead of float32")
    parser.add_argument("--no-proof", action="store_true", help="do not prove that the network is exact")
    add_yes(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Build, prove, write and print."""
    shape, d = read_kernel(options)
    if options.out and not options.out.endswith((".onnx", ".json")):
        raise InputError(f"a network is written to a file that ends in .onnx or .json, not to {options.out}")
    target = find_target(options.target, d)
    with Bar("building") as bar:
        if options.subsets is not None:
            built = _combined(shape, target, options)
        elif options.orders == EXACT and target.is_maximum:
            built = _exact(d, options, bar.now)
        else:
            built = _optimal(target, options, bar.now)
        verdict = None
        if not options.no_proof:
            bar.now(built.proving)
            verdict = _prove(built, options.domain)
    if options.out:
        _write(built.network, options)
    if options.json:
        print_json(_description(shape, built, verdict, options))
    else:
        _print(shape, built)
        print_facts(_facts(built, verdict, options))
    return DONE if verdict is None or verdict.status == "proved" else FAILED


def _proving(work: Work, options: argparse.Namespace) -> str:
    if options.no_proof:
        return ""
    return expected("proving", work, options, advice="--no-proof builds the network without one")


def _exact(d: int, options: argparse.Namespace, now: Callable[[str], None]) -> _Built:
    from theory.networks.effort import maximum_proof_work
    from theory.networks.maximum import exact_max_network, maximum_work
    from theory.networks.two_layers import two_layer_proof_work

    _refuse_objective(options)
    construction = _construction(options, _OF_MAXIMUM)
    now(expected("building", maximum_work(d, construction), options))
    proving = _proving((two_layer_proof_work if construction == "two-layer" else maximum_proof_work)(d), options)
    network = exact_max_network(d, domain=options.domain, construction=construction)
    if options.hidden_layers is not None and network.hidden_layers > options.hidden_layers:
        raise InputError(
            f"the maximum of {d} inputs takes {network.hidden_layers} hidden layers with construction "
            f"{construction}, {options.hidden_layers} are too few"
        )
    return _Built(network, None, proving)


def _refuse_objective(options: argparse.Namespace) -> None:
    if options.objective:
        raise InputError("what is exact has no objective: --objective goes with orders")


def _construction(options: argparse.Namespace, choices: tuple[str, ...]) -> Any:
    if options.construction not in choices:
        raise InputError(
            f"the constructions for --orders {options.orders} are {', '.join(choices)}, not {options.construction}"
        )
    return options.construction


def _optimal(target: Target, options: argparse.Namespace, now: Callable[[str], None]) -> _Built:
    from theory.networks.build import build_network
    from theory.networks.effort import estimator_proof_work
    from theory.optimal.exact import exact_estimator
    from theory.optimal.solve import optimal_estimator, solving_work

    d = target.kernel_size
    if options.orders == EXACT:
        # All orders together span the order statistics: error 0.
        _refuse_objective(options)
        orders, objective = tuple(range(d + 1)), DEFAULT
    else:
        orders, objective = read_problem(options, d)
    work = solving_work(d, orders, objective=objective, target=target)
    now(expected("solving", work, options))
    _construction(options, _OF_ESTIMATORS)
    exact = options.orders == EXACT
    estimator = exact_estimator(target) if exact else optimal_estimator(d, orders, objective=objective, target=target)
    how = {name: getattr(options, name) for name in ("domain", "construction", "hidden_layers")}
    proving = _proving(estimator_proof_work(d, estimator.orders, **how), options)
    now("building")
    return _Built(build_network(estimator, **how), estimator, proving)


def _combined(shape: tuple[int, ...], target: Target, options: argparse.Namespace) -> _Built:
    from theory.networks.build import build_network
    from theory.optimal.combinations import optimal_combination

    if not target.is_maximum:
        raise InputError("subsets are for the maximum, not for another target")
    how = {name: getattr(options, name) for name in ("domain", "construction", "hidden_layers")}
    combination = optimal_combination(shape, options.subsets, objective=options.objective or DEFAULT)
    confirm(combination.certificate)
    return _Built(build_network(combination, **how), None, "proving", combination)


def _prove(built: _Built, domain: Any) -> ExactnessVerdict:
    from theory.networks.exactness import prove_exact

    return prove_exact(built.network, built.function or "max", domain=domain)


def _write(network: ReLUNetwork, options: argparse.Namespace) -> None:
    if options.out.endswith(".json"):
        write_whole(options.out, network.to_json() + "\n")
    else:
        network.to_onnx(options.out, dtype="float64" if options.float64 else "float32")


def _description(
    shape: tuple[int, ...], built: _Built, verdict: ExactnessVerdict | None, options: argparse.Namespace
) -> dict[str, Any]:
    network, estimator, function = built.network, built.estimator, built.function
    error = function.error if function else Fraction(0)
    return {
        "kernel_size": network.kernel_size,
        "kernel_shape": list(shape),
        "orders": list(estimator.orders) if estimator else None if function else EXACT,
        "subsets": [sorted(subset) for subset in built.combination.coefficients] if built.combination else None,
        "objective": function.objective if function else None,
        "target": estimator.target.name if estimator else MAXIMUM,
        "error": None if error is None else to_string(error),
        "construction": options.construction,
        "domain": options.domain,
        **({} if function else _least_depth(network)),
        **network_row(network),
        "nonzero_count": network.nonzero_count,
        "exactness": None if verdict is None else {"status": verdict.status, "reason": verdict.reason},
    }


def _least_depth(network: ReLUNetwork) -> dict[str, Any]:
    """Tell how few hidden layers the maximum takes, by the claim ``two-layers``, and how many ReLUs are enough then."""
    from theory.networks.maximum import two_layer_size
    from theory.networks.size import least_hidden_layers

    d = network.kernel_size
    layers = least_hidden_layers(d)
    widths = network.widths if network.hidden_layers == layers else two_layer_size(d) if d <= _WRITTEN_OUT else None
    return {"least_hidden_layers": layers, "least_widths": widths and list(widths)}


def _told(network: ReLUNetwork) -> str:
    from theory.networks.two_layers import two_layer_units

    least = _least_depth(network)
    if least["least_hidden_layers"] == 1:
        return "1 hidden layer"
    total = sum(least["least_widths"] or [_READABLE])
    number = f"{total:,}" if total < _READABLE else two_layer_units(network.kernel_size)
    return f"2 hidden layers (theorem two-layers), for which {number} ReLUs are known to be enough"


def _print(shape: tuple[int, ...], built: _Built) -> None:
    network, estimator = built.network, built.estimator
    out = console()
    what = f"optimal estimator of orders {format_orders(estimator.orders)}" if estimator else "exact maximum"
    if built.combination:
        what = f"best combination, maxima: {built.combination.terms}"
    of = "" if estimator is None or estimator.target.is_maximum else f", target {estimator.target}"
    out.print(f"{describe_kernel(shape)}, {what}{of}", soft_wrap=True)
    numbers = ("ReLUs", "dense weights", "nonzero", "biases")
    table = new_table(("layer", "left"), *((name, "right") for name in numbers))
    for number, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True), 1):
        rows, columns = matrix.shape
        hidden = number <= network.hidden_layers
        table.add_row(
            f"hidden {number}" if hidden else "readout",
            count(rows) if hidden else "",
            count(rows * columns),
            count(matrix.nonzero_count),
            count(len(bias)),
        )
    out.print(table)


def _facts(built: _Built, verdict: ExactnessVerdict | None, options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    network, estimator, function = built.network, built.estimator, built.function
    how = f"(construction {options.construction}, domain {options.domain})"
    yield "hidden layers", f"{network.hidden_layers}   {how}"
    if function is None:
        yield "least depth", _told(network)
    yield "ReLUs", count(network.units)
    yield "parameters", f"{count(network.parameter_count)} with dense layers, {count(network.nonzero_count)} nonzero"
    if function is not None and function.error is not None:
        name = f"error to {'max' if estimator is None or estimator.target.is_maximum else 'target'}"
        of = "estimator" if estimator else "combination"
        yield name, f"{to_string(function.error)} = {decimal(function.error)}, that of the {of}"
    if verdict is None:
        yield "exactness", "not proved: --no-proof"
    else:
        reason, _, units = verdict.reason.partition(": ")
        yield "exactness", f"{verdict.status}: {reason}"
        if units:
            yield "", units
    if options.out:
        yield "written", options.out
