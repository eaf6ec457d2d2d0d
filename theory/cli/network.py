"""The command ``subpool network``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from theory.cli.families import is_family, read_family
from theory.cli.output import (
    DONE,
    FAILED,
    add_command,
    add_json,
    add_yes,
    console,
    count,
    expected,
    new_table,
    print_json,
)
from theory.errors import InputError
from theory.files import write_whole
from theory.notation import format_orders, parse_kernel, parse_orders
from theory.objectives import DEFAULT, OBJECTIVES
from theory.rationals import decimal, to_string
from theory.terminal import Bar

if TYPE_CHECKING:
    from theory.estimator import Estimator
    from theory.networks.exactness import ExactnessVerdict
    from theory.networks.network import ReLUNetwork
    from theory.work import Work

_EXACT = "exact"
_OF_ESTIMATORS = ("tree", "smallest", "shallow")
_OF_MAXIMUM = ("tree", "shallow")


def add(commands: Any) -> None:
    """Add the command to the parser."""
    network = add_command(commands, "network", run, "build a ReLU network, prove that it is exact, and count it")
    network.add_argument("kernel", metavar="KERNEL", help="number of inputs, such as 9, or a shape, such as 3x3")
    network.add_argument(
        "--orders",
        required=True,
        help="of the optimal estimator: such as 0,1,d-1 or a family of `subpool table`; or exact, for the maximum",
    )
    network.add_argument("--objective", choices=tuple(OBJECTIVES), help=f"default: {DEFAULT}, or the family's own")
    network.add_argument(
        "--construction",
        choices=_OF_ESTIMATORS,
        help="tree (default), smallest (of estimators) or shallow",
    )
    network.add_argument("--domain", choices=("real", "nonnegative"), default="real", help="default: real")
    network.add_argument(
        "--hidden-layers", type=int, metavar="N", help="the most hidden layers allowed; an error if more are needed"
    )
    network.add_argument(
        "--out", metavar="FILE", help="write the network: FILE.onnx as Gemm and Relu, FILE.json exactly"
    )
    network.add_argument("--float64", action="store_true", help="write ONNX in float64 instead of float32")
    network.add_argument("--no-proof", action="store_true", help="do not prove that the network is exact")
    add_yes(network)
    add_json(network)


def run(options: argparse.Namespace) -> int:
    """Build, prove, write and print."""
    shape = parse_kernel(options.kernel)
    if options.out and not options.out.endswith((".onnx", ".json")):
        raise InputError(f"a network is written to a file that ends in .onnx or .json, not to {options.out}")
    build = _exact if options.orders == _EXACT else _optimal
    with Bar("building") as bar:
        network, target, proving = build(shape, options, bar.now)
        verdict = None
        if not options.no_proof:
            bar.now(proving)
            verdict = _prove(network, target, options.domain)
    if options.out:
        _write(network, options)
    if options.json:
        print_json(_description(shape, network, target, verdict, options))
    else:
        _print(shape, network, target, verdict, options)
    return DONE if verdict is None or verdict.status == "proved" else FAILED


def _construction(options: argparse.Namespace, choices: tuple[str, ...]) -> Any:
    construction = options.construction or choices[0]
    if construction not in choices:
        raise InputError(
            f"the constructions for --orders {options.orders} are {', '.join(choices)}, not {construction}"
        )
    return construction


def _proving(work: Work, options: argparse.Namespace) -> str:
    if options.no_proof:
        return ""
    return expected("proving", work, options, advice="--no-proof builds the network without one")


def _exact(
    shape: tuple[int, ...], options: argparse.Namespace, now: Callable[[str], None]
) -> tuple[ReLUNetwork, None, str]:
    from theory.networks.effort import maximum_proof_work
    from theory.networks.maximum import exact_max_network, maximum_work

    if options.objective:
        raise InputError("the exact maximum has no objective: --objective goes with orders")
    construction = _construction(options, _OF_MAXIMUM)
    now(expected("building", maximum_work(prod(shape), construction), options))
    proving = _proving(maximum_proof_work(prod(shape)), options)
    network = exact_max_network(prod(shape), domain=options.domain, construction=construction)
    if options.hidden_layers is not None and network.hidden_layers > options.hidden_layers:
        raise InputError(
            f"the maximum of {prod(shape)} inputs takes {network.hidden_layers} hidden layers with construction "
            f"{construction}, {options.hidden_layers} are too few"
        )
    return network, None, proving


def _optimal(
    shape: tuple[int, ...], options: argparse.Namespace, now: Callable[[str], None]
) -> tuple[ReLUNetwork, Estimator, str]:
    from theory.networks.build import build_network
    from theory.networks.effort import estimator_proof_work
    from theory.optimal.solve import optimal_estimator, solving_work

    construction = _construction(options, _OF_ESTIMATORS)
    if is_family(options.orders):
        family = read_family(options.orders)
        orders, objective = family.orders(prod(shape)), options.objective or family.objective
    else:
        orders, objective = parse_orders(options.orders, prod(shape)), options.objective or DEFAULT
    now(expected("solving", solving_work(prod(shape), orders, objective=objective), options))
    how = {"domain": options.domain, "construction": construction, "hidden_layers": options.hidden_layers}
    proving = _proving(estimator_proof_work(prod(shape), orders, **how), options)
    estimator = optimal_estimator(prod(shape), orders, objective=objective)
    now("building")
    return build_network(estimator, **how), estimator, proving


def _prove(network: ReLUNetwork, target: Estimator | None, domain: Any) -> ExactnessVerdict:
    from theory.networks.exactness import prove_exact

    return prove_exact(network, target or "max", domain=domain)


def _write(network: ReLUNetwork, options: argparse.Namespace) -> None:
    if options.out.endswith(".json"):
        write_whole(options.out, network.to_json() + "\n")
    else:
        network.to_onnx(options.out, dtype="float64" if options.float64 else "float32")


def _description(
    shape: tuple[int, ...],
    network: ReLUNetwork,
    target: Estimator | None,
    verdict: ExactnessVerdict | None,
    options: argparse.Namespace,
) -> dict[str, Any]:
    error = target.error if target else Fraction(0)
    return {
        "kernel_size": network.kernel_size,
        "kernel_shape": list(shape),
        "orders": list(target.orders) if target else _EXACT,
        "objective": target.objective if target else None,
        "error": None if error is None else to_string(error),
        "construction": options.construction or (_OF_ESTIMATORS if target else _OF_MAXIMUM)[0],
        "domain": options.domain,
        "hidden_layers": network.hidden_layers,
        "widths": list(network.widths),
        "units": network.units,
        "parameter_count": network.parameter_count,
        "nonzero_count": network.nonzero_count,
        "exactness": None if verdict is None else {"status": verdict.status, "reason": verdict.reason},
    }


def _print(
    shape: tuple[int, ...],
    network: ReLUNetwork,
    target: Estimator | None,
    verdict: ExactnessVerdict | None,
    options: argparse.Namespace,
) -> None:
    out = console()
    what = f"optimal estimator of orders {format_orders(target.orders)}" if target else "exact maximum"
    out.print(f"kernel {'x'.join(map(str, shape))} (d = {network.kernel_size}), {what}", soft_wrap=True)
    table = new_table(
        ("layer", "left"), ("ReLUs", "right"), ("dense weights", "right"), ("nonzero", "right"), ("biases", "right")
    )
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
    for name, value in _facts(network, target, verdict, options):
        out.print(f"{name:<16} {value}", soft_wrap=True)


def _facts(
    network: ReLUNetwork, target: Estimator | None, verdict: ExactnessVerdict | None, options: argparse.Namespace
) -> list[tuple[str, str]]:
    construction = options.construction or (_OF_ESTIMATORS if target else _OF_MAXIMUM)[0]
    facts = [
        ("hidden layers", f"{network.hidden_layers}   (construction {construction}, domain {options.domain})"),
        ("ReLUs", count(network.units)),
        ("parameters", f"{count(network.parameter_count)} with dense layers, {count(network.nonzero_count)} nonzero"),
    ]
    if target is not None and target.error is not None:
        facts.append(("error to max", f"{to_string(target.error)} = {decimal(target.error)}, that of the estimator"))
    if verdict is None:
        facts.append(("exactness", "not proved: --no-proof"))
    else:
        reason, _, units = verdict.reason.partition(": ")
        facts.append(("exactness", f"{verdict.status}: {reason}"))
        if units:
            facts.append(("", units))
    if options.out:
        facts.append(("written", options.out))
    return facts
