"""Check certificates with the independent checker."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_json, add_limit
from theory.cli.output import BAD_INPUT, DONE, FAILED, both, counted, fail, print_json
from theory.errors import FormatError, MissingDependencyError, ProblemTooLargeError, SubpoolError
from theory.files import write_whole
from theory.rationals import to_string
from theory.terminal import say

if TYPE_CHECKING:
    from proofs_check.coq import KernelTheorem


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--coq", action="store_true", help="have Coq's kernel prove them, too")
    parser.add_argument("--lean", metavar="OUT", help="write theorems of Lean 4 about them; Lean is not run")
    add_limit(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Check the files, and print a line each; with the kernel, two. What cannot be read goes to standard error."""
    results = [_check_file(name, options.limit) for name in options.files]
    if options.coq:
        for result, kernel in zip(results, _ask_kernel(options.files), strict=True):
            result["kernel"] = kernel
    written = options.lean is not None and all(result["status"] == "certified" for result in results)
    if written:
        _write_lean(options.files, options.lean)
    if options.json:
        print_json(results)
    else:
        for result in results:
            _print_result(result)
    if written:
        say(f"{options.lean}: {counted(len(results), 'theorem')} for Lean 4, which was not run", error=options.json)
    return _exit_code(results)


def _print_result(result: dict[str, Any]) -> None:
    read = result["status"] != "unreadable"
    if read:
        say(f"{result['file']}: {result['message']}")
    kernel = result.get("kernel")
    if kernel is not None and (read or kernel["status"] != "unreadable"):
        say(f"{result['file']}: {kernel['message']}")


def _exit_code(results: Sequence[dict[str, Any]]) -> int:
    """Return 2, with a line on standard error for each file, if some cannot be read; else 1 if something is wrong."""
    unreadable = [result for result in results if result["status"] == "unreadable"]
    for result in unreadable:
        fail(f"{result['file']}: {result['message']}", BAD_INPUT)
    if unreadable:
        return BAD_INPUT
    for result in results:
        kernel = result.get("kernel")
        # What is wrong anyway needs no kernel.
        if kernel is not None and kernel["status"] in ("unreadable", "skipped") and result["status"] != "wrong":
            return fail(f"{result['file']}: {kernel['message']}", BAD_INPUT)
    statuses = {answer["status"] for result in results for answer in (result, result.get("kernel")) if answer}
    return FAILED if statuses & {"wrong", "refused"} else DONE


def _check_file(name: str, limit: int | None) -> dict[str, Any]:
    from proofs_check.certificates import WORK_LIMIT, CertificateError, CertificateFormatError, Certified, certify

    result: dict[str, Any] = {"file": name, **dict.fromkeys(Certified._fields)}
    try:
        certified = certify(Path(name), limit=WORK_LIMIT if limit is None else limit)
    except CertificateFormatError as problem:
        return result | {"status": "unreadable", "message": f"not checked: {problem}"}
    except CertificateError as problem:
        return result | {"status": "wrong", "message": f"WRONG: {problem}"}
    error = f"optimal error {both(certified.error)}"
    message = f"certified: {error} of {certified.problem}; sha256 {certified.sha256}"
    proved = {name: value for name, value in certified._asdict().items() if name != "canonical"}
    proved["error"] = to_string(certified.error)
    if isinstance(certified, Certified):
        proved["target"] = None if certified.target is None else [to_string(weight) for weight in certified.target]
        proved["constant"] = to_string(certified.constant)
    return result | proved | {"status": "certified", "message": message}


def _ask_kernel(names: Sequence[str]) -> list[dict[str, Any]]:
    """Ask the kernel about all files at once, and where it does not accept that, about each alone."""
    from proofs_check.coq import check

    try:
        return [_accepted(theorem) for theorem in check([Path(name) for name in names])]
    except MissingDependencyError as problem:
        return [_not_accepted("skipped", problem)] * len(names)
    except (SubpoolError, OSError) as problem:
        return [_answer(problem)] if len(names) == 1 else [_ask_kernel([name])[0] for name in names]


def _write_lean(names: Sequence[str], path: str) -> None:
    from proofs_check.coq import emit_lean
    from proofs_check.coq.emit import read_certificate

    certificates = []
    for name in names:
        try:
            certificates.append(read_certificate(Path(name)))
        except (FormatError, ProblemTooLargeError) as problem:
            raise type(problem)(f"{name}: {problem}") from None
    write_whole(path, emit_lean(certificates))


def _accepted(theorem: KernelTheorem) -> dict[str, Any]:
    message = f"proved (kernel): {theorem.meaning}; assumptions: {theorem.assumptions}"
    return {"status": "proved", "statement": theorem.statement, "seconds": theorem.seconds, "message": message}


def _answer(problem: Exception) -> dict[str, Any]:
    from proofs_check.coq import KernelError, KernelTimeoutError

    if isinstance(problem, KernelError) and not isinstance(problem, KernelTimeoutError):
        return _not_accepted("refused", problem)
    return _not_accepted("unreadable", problem)


def _not_accepted(status: str, problem: Exception) -> dict[str, Any]:
    says = {"refused": "REFUSED by the kernel", "skipped": "kernel skipped", "unreadable": "not checked by the kernel"}
    return {"status": status, "statement": None, "seconds": None, "message": f"{says[status]}: {problem}"}
