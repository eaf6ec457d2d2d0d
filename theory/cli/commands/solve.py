"""Find the optimal approximation for a kernel and a set of orders."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import TYPE_CHECKING, Any

from theory.cli.options import (
    add_kernel,
    add_latex,
    add_objective,
    add_orders_or_subsets,
    add_target,
    add_yes,
    describe_kernel,
    expected,
    read_kernel,
    read_problem,
)
from theory.cli.output import (
    DONE,
    both,
    confirm,
    console,
    count,
    counted,
    describe_network,
    fraction,
    network_row,
    new_table,
    print_facts,
    print_json,
)
from theory.errors import InputError
from theory.estimator import Estimator
from theory.files import write_whole
from theory.networks.size import network_size
from theory.notation import format_orders
from theory.objectives import CERTIFIED, DEFAULT, OBJECTIVES
from theory.rationals import decimal, to_string
from theory.subpools import number_of_terms
from theory.targets import MAXIMUM, find_target
from theory.terminal import Bar, write

if TYPE_CHECKING:
    from theory.combination import Combination


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    add_kernel(parser)
    orders = "such as 0,1,d-1 or 0-8, or a family of `subpool table`, such as mean-and-last or top:j=3"
    add_orders_or_subsets(parser, orders)
    add_objective(parser)
    add_target(parser)
    parser.add_argument("--method", choices=("exact", "highs", "cvxpy"), default="exact", help="default: exact")
    parser.add_argument("--certificate", metavar="FILE", help="write the certificate to FILE")
    add_yes(parser)
    add_latex(parser, "the estimator and its error")


def run(options: argparse.Namespace) -> int:
    """Solve, check, write and print."""
    return _solve_combination(options) if options.subsets is not None else _solve_estimator(options)


def _solve_estimator(options: argparse.Namespace) -> int:
    from theory.optimal.solve import optimal_estimator, solving_work

    shape, d = read_kernel(options)
    orders, objective = read_problem(options, d)
    target = find_target(options.target, d)
    if options.certificate and (objective not in CERTIFIED or options.method != "exact"):
        raise InputError(f"a certificate exists for method exact and the objectives {' and '.join(CERTIFIED)} only")
    how = {"objective": objective, "method": options.method, "target": target}
    work = solving_work(d, orders, **how)
    with Bar(expected("solving", work, options)):
        estimator = optimal_estimator(d, orders, **how)
        checked = estimator.certificate is not None and confirm(estimator.certificate)
    if options.certificate and estimator.certificate is not None:
        write_whole(options.certificate, estimator.certificate.to_json() + "\n")
    if options.json:
        print_json(_solution(shape, estimator, options.method, checked=checked))
    elif options.latex:
        write(estimator.to_latex() + "\n")
    else:
        _print_solution(shape, estimator, options)
    return DONE


def _solve_combination(options: argparse.Namespace) -> int:
    from theory.optimal.combinations import optimal_combination

    shape, d = read_kernel(options)
    if options.method != "exact" or not find_target(options.target, d).is_maximum:
        raise InputError("subsets are solved by method exact, and for the maximum")
    with Bar("solving"):
        combination = optimal_combination(shape, options.subsets, objective=options.objective or DEFAULT)
        checked = confirm(combination.certificate)
    if options.certificate:
        write_whole(options.certificate, combination.certificate.to_json() + "\n")
    if options.json:
        certificate = combination.certificate.to_dict()
        solution = {
            name: certificate[name] for name in ("kernel_size", "objective", "subsets", "coefficients", "error")
        }
        solution |= {"kernel_shape": list(shape), "error_decimal": decimal(combination.error)}
        print_json(solution | {"certificate": certificate, "certificate_checked": checked})
    elif options.latex:
        write(combination.to_latex() + "\n")
    else:
        _print_combination(shape, combination, options)
    return DONE


def _print_combination(shape: tuple[int, ...], combination: Combination, options: argparse.Namespace) -> None:
    out = console()
    subsets = counted(len(combination.coefficients), "subset")
    out.print(f"{describe_kernel(shape)}, {subsets}, objective {combination.objective}")
    table = new_table(("inputs", "right"), ("subsets", "right"), ("coefficient", "right"), ("decimal", "right"))
    alike = Counter((len(subset), c) for subset, c in combination.coefficients.items())
    for (inputs, c), number in sorted(alike.items()):
        table.add_row(str(inputs), count(number), fraction(c), decimal(c))
    out.print(table)
    measure = OBJECTIVES[combination.objective].measure(MAXIMUM)
    written = f", written to {options.certificate}" if options.certificate else ""
    print_facts(
        [
            ("certified error", f"{both(combination.error)}   ({measure})"),
            ("maxima", count(combination.terms)),
            ("certificate", f"accepted by the independent checker{written}"),
        ]
    )


def _solution(shape: tuple[int, ...], estimator: Estimator, method: str, *, checked: bool) -> dict[str, Any]:
    return {
        "kernel_size": estimator.kernel_size,
        "kernel_shape": list(shape),
        "orders": list(estimator.orders),
        "objective": estimator.objective,
        "target": estimator.target.name,
        "method": method,
        "coefficients": {str(r): to_string(beta) for r, beta in estimator.coefficients.items()},
        "error": None if estimator.error is None else to_string(estimator.error),
        "error_decimal": None if estimator.error is None else decimal(estimator.error),
        "residual": to_string(estimator.worst_vertex_residual),
        "equioscillation": list(estimator.equioscillation),
        "terms": estimator.terms,
        "network": network_row(network_size(estimator.kernel_size, estimator.orders)),
        "mean_square": to_string(estimator.mean_square),
        "order_statistic_weights": [to_string(w) for w in estimator.order_statistic_weights],
        "vertex_residuals": [to_string(e) for e in estimator.vertex_residuals],
        "certificate": None if estimator.certificate is None else estimator.certificate.to_dict(),
        "certificate_checked": checked,
    }


def _print_solution(shape: tuple[int, ...], estimator: Estimator, options: argparse.Namespace) -> None:
    out = console()
    problem = f"{describe_kernel(shape)}, orders {format_orders(estimator.orders)}, objective {estimator.objective}"
    target = "" if estimator.target.is_maximum else f", target {estimator.target}"
    out.print(problem + target)
    table = new_table(("order", "right"), ("subsets", "right"), ("coefficient", "right"), ("decimal", "right"))
    for order, beta in estimator.coefficients.items():
        table.add_row(str(order), count(number_of_terms(estimator.kernel_size, [order])), fraction(beta), decimal(beta))
    out.print(table)
    print_facts(_facts(estimator, options))


def _facts(estimator: Estimator, options: argparse.Namespace) -> list[tuple[str, str]]:
    error, residual = estimator.error, estimator.worst_vertex_residual
    if error is not None:
        certified = "certified error" if estimator.certificate else "exact error"
        facts = [(certified, f"{both(error)}   ({estimator.goal.measure(estimator.target.shown)})")]
    else:
        facts = [("residual", f"{decimal(residual)}, not certified: floats of method {options.method}")]
    facts.append(("equioscillates", estimator.oscillation))
    facts.append(("subpool maxima", count(estimator.terms)))
    facts.append(("ReLU network", describe_network(network_size(estimator.kernel_size, estimator.orders))))
    if estimator.goal.least_squares:
        facts.append(("mean square", both(estimator.mean_square)))
    if estimator.certificate is not None:
        written = f", written to {options.certificate}" if options.certificate else ""
        facts.append(("certificate", f"accepted by the independent checker{written}"))
    return facts
