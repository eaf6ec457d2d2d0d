"""The command ``subpool check``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from theory.cli.output import BAD_INPUT, DONE, FAILED, add_command, add_json, fail, fraction, print_json
from theory.rationals import decimal, to_string


def add(commands: Any) -> None:
    """Add the command to the parser."""
    check = add_command(commands, "check", run, "check certificates with the independent checker")
    check.add_argument("files", nargs="+", metavar="FILE")
    add_json(check)


def run(options: argparse.Namespace) -> int:
    """Check the files, and print a line each."""
    results = [_check_file(name) for name in options.files]
    if options.json:
        print_json(results)
    else:
        for result in results:
            print(f"{result['file']}: {result['message']}")
    statuses = {result["status"] for result in results}
    unreadable = [result for result in results if result["status"] == "unreadable"]
    if unreadable:
        return fail(f"{unreadable[0]['file']}: {unreadable[0]['message']}", BAD_INPUT)
    return FAILED if "wrong" in statuses else DONE


def _check_file(name: str) -> dict[str, Any]:
    from proofs_check import CertificateError, CertificateFormatError, check_certificate

    try:
        error = check_certificate(Path(name))
    except CertificateFormatError as problem:
        return {"file": name, "status": "unreadable", "error": None, "message": f"not checked: {problem}"}
    except CertificateError as problem:
        return {"file": name, "status": "wrong", "error": None, "message": f"WRONG: {problem}"}
    message = f"certified: optimal error {fraction(error)} = {decimal(error)}"
    return {"file": name, "status": "certified", "error": to_string(error), "message": message}
