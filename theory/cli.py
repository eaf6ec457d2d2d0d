"""The command ``subpool``: results on standard output, progress and errors on standard error.

Exit codes: 0 done and true; 1 a check failed; 2 bad usage or input, with one line on standard error.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from theory.errors import InputError, SubpoolError
from theory.estimator import Estimator, Objective
from theory.notation import format_orders, parse_kernel, parse_orders
from theory.rationals import to_string
from theory.subpools import check_kernel_size, number_of_terms

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from proofs_check import Verdict
    from theory.optimal.families import ClosedForm

DONE, FAILED, BAD_INPUT = 0, 1, 2

_WIDTH_WITHOUT_TERMINAL = 100
_LONGEST_FRACTION = 32


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``sys.argv[1:]`` by default.

    Returns
    -------
    int
        The exit code.
    """
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has seen enough. Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return _fail("interrupted", 130)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _fail(f"{name}{error.strerror or error}", BAD_INPUT)
    except SubpoolError as error:
        return _fail(str(error), BAD_INPUT)
    return code


def _fail(message: str, code: int) -> int:
    print("subpool: " + " ".join(message.split()), file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="subpool",
        description="Exact optimal approximations of max pooling, with certificates that anyone can check.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)

    solve = _command(commands, "solve", _solve, "find the optimal approximation for a kernel and a set of orders")
    solve.add_argument("kernel", metavar="KERNEL", help="number of inputs, such as 9, or a shape, such as 3x3")
    solve.add_argument(
        "--orders",
        required=True,
        help="such as 0,1,d-1 or 0-8, or a family of `subpool table`, such as mean-and-last or top:j=3",
    )
    solve.add_argument("--objective", choices=("cube", "range", "l2"), help="default: cube, or the family's own")
    solve.add_argument("--method", choices=("exact", "highs", "cvxpy"), default="exact", help="default: exact")
    solve.add_argument("--certificate", metavar="FILE", help="write the certificate to FILE")
    _add_json(solve)

    check = _command(commands, "check", _check, "check certificates with the independent checker")
    check.add_argument("files", nargs="+", metavar="FILE")
    _add_json(check)

    verify = _command(commands, "verify", _verify, "check the claims of the theory")
    verify.add_argument("names", nargs="*", metavar="NAME", help="all claims by default")
    verify.add_argument("--kernel-max", type=int, default=12, metavar="N", help="largest kernel size; default: 12")
    _add_json(verify)

    table = _command(commands, "table", _table, "list the closed-form families for a kernel")
    table.add_argument("kernel", metavar="KERNEL", help="number of inputs, such as 9, or a shape, such as 3x3")
    _add_json(table)
    return parser


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], description: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=description, description=description)
    parser.set_defaults(run=run)
    return parser


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON alone")


# --- output ---------------------------------------------------------------------------------------------------------


def _console(*, error: bool = False) -> Console:
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def _new_table(*columns: tuple[str, str], title: str | None = None) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, collapse_padding=True)
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2))


def _decimal(number: Fraction) -> str:
    """Six significant digits, whatever the exponent: floats would under- or overflow."""
    import mpmath

    with mpmath.workdps(30):
        return str(mpmath.nstr(mpmath.mpf(number.numerator) / number.denominator, 6))


def _count(number: int) -> str:
    return str(number) if number < 10**15 else _decimal(Fraction(number))


def _fraction(number: Fraction) -> str:
    text = to_string(number)
    return text if len(text) <= _LONGEST_FRACTION else f"({len(text)} characters: --json)"


def _write_beside_and_rename(path: str, text: str) -> None:
    """Write a file whole or not at all."""
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"cannot write {path}: {error.strerror}") from None


# --- solve ----------------------------------------------------------------------------------------------------------


def _family(text: str) -> ClosedForm:
    """Read a family such as ``top`` or ``top:j=3``."""
    from theory.optimal.families import closed_forms

    name, _, parameters = text.partition(":")
    if name not in closed_forms:
        from difflib import get_close_matches

        nearest = get_close_matches(name, closed_forms, n=3, cutoff=0.5)
        hint = f"; the nearest families: {', '.join(nearest)}" if nearest else ""
        raise InputError(f"{text!r} is neither a set of orders such as 0,1,d-1 nor a family{hint}")
    values = {}
    for part in filter(None, parameters.split(",")):
        key, _, value = part.partition("=")
        if not value.isascii() or not value.isdigit():
            raise InputError(f"a parameter of a family is written name=integer, not {part!r}")
        values[key] = int(value)
    return closed_forms[name].at(**values)


def _is_family(text: str) -> bool:
    """Tell a family's name from a set of orders, whose only letter is d."""
    return any(letter.isalpha() and letter != "d" for letter in text)


def _orders_and_objective(options: argparse.Namespace, kernel_size: int) -> tuple[tuple[int, ...], Objective]:
    if _is_family(options.orders):
        family = _family(options.orders)
        return family.orders(kernel_size), options.objective or family.objective
    return parse_orders(options.orders, kernel_size), options.objective or "cube"


def _solve(options: argparse.Namespace) -> int:
    from theory.optimal.solve import optimal_estimator

    shape = parse_kernel(options.kernel)
    orders, objective = _orders_and_objective(options, prod(shape))
    if options.certificate and (objective == "l2" or options.method != "exact"):
        raise InputError("a certificate exists for method exact and the objectives cube and range only")
    with _console(error=True).status("solving"):
        estimator = optimal_estimator(prod(shape), orders, objective=objective, method=options.method)
        checked = _confirm(estimator)
    if options.certificate and estimator.certificate is not None:
        _write_beside_and_rename(options.certificate, estimator.certificate.to_json() + "\n")
    if options.json:
        _print_json(_solution(shape, estimator, options.method, checked=checked))
    else:
        _print_solution(shape, estimator, options)
    return DONE


def _confirm(estimator: Estimator) -> bool:
    """Have the independent checker look at the certificate before anything is printed."""
    if estimator.certificate is None:
        return False
    from proofs_check import CertificateError, check_certificate

    try:
        confirmed = check_certificate(estimator.certificate.to_json()) == estimator.error
    except CertificateError as error:
        raise SubpoolError(f"the independent checker rejects the solution, which is a defect: {error}") from None
    if not confirmed:
        raise SubpoolError("the independent checker certifies another error, which is a defect")
    return True


def _solution(shape: tuple[int, ...], estimator: Estimator, method: str, *, checked: bool) -> dict[str, Any]:
    return {
        "kernel_size": estimator.kernel_size,
        "kernel_shape": list(shape),
        "orders": list(estimator.orders),
        "objective": estimator.objective,
        "method": method,
        "coefficients": {str(r): to_string(beta) for r, beta in estimator.coefficients.items()},
        "error": None if estimator.error is None else to_string(estimator.error),
        "error_decimal": None if estimator.error is None else _decimal(estimator.error),
        "residual": to_string(estimator.worst_vertex_residual),
        "equioscillation": list(estimator.equioscillation),
        "terms": estimator.terms,
        "mean_square": to_string(estimator.mean_square),
        "order_statistic_weights": [to_string(w) for w in estimator.order_statistic_weights],
        "vertex_residuals": [to_string(e) for e in estimator.vertex_residuals],
        "certificate": None if estimator.certificate is None else estimator.certificate.to_dict(),
        "certificate_checked": checked,
    }


_MEASURE = {
    "cube": "largest |max - f| over [0,1]^d",
    "range": "largest |max - f| / (max - min) over R^d",
    "l2": "largest |max - f| over [0,1]^d; the mean square is what is least",
}


def _print_solution(shape: tuple[int, ...], estimator: Estimator, options: argparse.Namespace) -> None:
    console = _console()
    kernel = "x".join(map(str, shape))
    console.print(
        f"kernel {kernel} (d = {estimator.kernel_size}), orders {format_orders(estimator.orders)}, "
        f"objective {estimator.objective}"
    )
    table = _new_table(("order", "right"), ("subsets", "right"), ("coefficient", "right"), ("decimal", "right"))
    for order, beta in estimator.coefficients.items():
        table.add_row(
            str(order), _count(number_of_terms(estimator.kernel_size, [order])), _fraction(beta), _decimal(beta)
        )
    console.print(table)
    for name, value in _facts(estimator, options):
        console.print(f"{name:<16} {value}", soft_wrap=True)


def _facts(estimator: Estimator, options: argparse.Namespace) -> list[tuple[str, str]]:
    error, residual = estimator.error, estimator.worst_vertex_residual
    if error is not None:
        certified = "certified error" if estimator.certificate else "exact error"
        facts = [(certified, f"{_fraction(error)} = {_decimal(error)}   ({_MEASURE[estimator.objective]})")]
    else:
        facts = [("residual", f"{_decimal(residual)}, not certified: floats of method {options.method}")]
    facts.append(("equioscillates", _oscillation(estimator)))
    facts.append(("subpool maxima", _count(estimator.terms)))
    if estimator.objective == "l2":
        facts.append(("mean square", f"{_fraction(estimator.mean_square)} = {_decimal(estimator.mean_square)}"))
    if estimator.certificate is not None:
        written = f", written to {options.certificate}" if options.certificate else ""
        facts.append(("certificate", f"accepted by the independent checker{written}"))
    return facts


def _oscillation(estimator: Estimator) -> str:
    if not estimator.worst_vertex_residual:
        return "nowhere: the residual is 0"
    signs = [f"{z}{'+' if estimator.vertex_residuals[z] > 0 else '-'}" for z in estimator.equioscillation]
    shown = " ".join(signs) if len(signs) <= 16 else f"{' '.join(signs[:16])} ... ({len(signs)} in all)"
    return f"at z = {shown}   (z inputs 0, the others 1; sign of max - f)"


# --- check ----------------------------------------------------------------------------------------------------------


def _check(options: argparse.Namespace) -> int:
    results = [_check_file(name) for name in options.files]
    if options.json:
        _print_json(results)
    else:
        for result in results:
            print(f"{result['file']}: {result['message']}")
    statuses = {result["status"] for result in results}
    unreadable = [result for result in results if result["status"] == "unreadable"]
    if unreadable:
        return _fail(f"{unreadable[0]['file']}: {unreadable[0]['message']}", BAD_INPUT)
    return FAILED if "wrong" in statuses else DONE


def _check_file(name: str) -> dict[str, Any]:
    from proofs_check import CertificateError, CertificateFormatError, check_certificate

    try:
        error = check_certificate(Path(name))
    except CertificateFormatError as problem:
        return {"file": name, "status": "unreadable", "error": None, "message": f"not checked: {problem}"}
    except CertificateError as problem:
        return {"file": name, "status": "wrong", "error": None, "message": f"WRONG: {problem}"}
    message = f"certified: optimal error {_fraction(error)} = {_decimal(error)}"
    return {"file": name, "status": "certified", "error": to_string(error), "message": message}


# --- verify ---------------------------------------------------------------------------------------------------------


def _verify(options: argparse.Namespace) -> int:
    from proofs_check.registry import select, verify

    chosen = select(options.names or None)
    check_kernel_size(options.kernel_max)
    with _progress() as progress:
        task = progress.add_task(f"checking {chosen[0].name}", total=len(chosen))
        upcoming = iter([claim.name for claim in chosen][1:])

        def on_verdict(_: Verdict) -> None:
            progress.update(task, advance=1, description=f"checking {next(upcoming, 'done')}")

        verdicts = verify([claim.name for claim in chosen], kernel_max=options.kernel_max, on_verdict=on_verdict)
    if options.json:
        _print_json([verdict.to_dict() for verdict in verdicts])
    else:
        _print_verdicts(verdicts)
    return FAILED if any(verdict.status == "refuted" for verdict in verdicts) else DONE


def _progress() -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_console(error=True),
        transient=True,
    )


def _print_verdicts(verdicts: Sequence[Verdict]) -> None:
    sign = {"tight": "=", "identity": "=", "upper": "<=", "lower": ">="}
    table = _new_table(
        ("claim", "left"),
        ("status", "left"),
        ("scope", "left"),
        ("computed", "right"),
        ("", "center"),
        ("claimed", "right"),
        ("seconds", "right"),
    )
    for verdict in verdicts:
        computed, claimed = _short_pair(verdict.computed, verdict.claimed)
        seconds = f"{verdict.seconds:.2f}"
        table.add_row(verdict.claim, verdict.status, verdict.scope, computed, sign[verdict.kind], claimed, seconds)
    console = _console()
    console.print(table)
    for verdict in verdicts:
        if verdict.witness is not None:
            console.print(f"{verdict.claim}: {verdict.status}: {verdict.witness}", soft_wrap=True)
    by_status = Counter(verdict.status for verdict in verdicts)
    summary = ", ".join(f"{count} {status}" for status, count in by_status.most_common())
    console.print(f"{len(verdicts)} claims: {summary}" if len(verdicts) != 1 else f"1 claim: {summary}")


def _short_pair(*numbers: Fraction | None) -> list[str]:
    """Write numbers that are compared alike: as fractions if all are short, as decimals if one is not."""
    texts = ["" if number is None else to_string(number) for number in numbers]
    if all(len(text) <= 12 for text in texts):
        return texts
    return ["" if number is None else _decimal(number) for number in numbers]


# --- table ----------------------------------------------------------------------------------------------------------


def _table(options: argparse.Namespace) -> int:
    from theory.optimal.families import closed_forms

    shape = parse_kernel(options.kernel)
    d = prod(shape)
    families = [family for family in closed_forms.values() if d >= family.valid_from]
    if options.json:
        rows = [_family_row(family, d) for family in families]
        _print_json({"kernel_size": d, "kernel_shape": list(shape), "families": rows})
        return DONE
    table = _new_table(
        ("family", "left"),
        ("orders", "left"),
        ("error", "right"),
        ("decimal", "right"),
        ("subpool maxima", "right"),
        title=f"kernel {'x'.join(map(str, shape))} (d = {d}): optimal errors by closed form",
    )
    for family in families:
        error, orders = family.error(d), family.orders(d)
        parameters = ",".join(f"{name}={value}" for name, value in family.parameters.items())
        table.add_row(
            family.name + (f":{parameters}" if parameters else ""),
            format_orders(orders),
            _fraction(error),
            _decimal(error),
            _count(number_of_terms(d, orders)),
        )
    _console().print(table)
    return DONE


def _family_row(family: ClosedForm, kernel_size: int) -> dict[str, Any]:
    error, orders = family.error(kernel_size), family.orders(kernel_size)
    return {
        "family": family.name,
        "parameters": dict(family.parameters),
        "orders": list(orders),
        "objective": family.objective,
        "error": to_string(error),
        "error_decimal": _decimal(error),
        "terms": number_of_terms(kernel_size, orders),
        "source": family.source,
    }
