"""Finds ``coqc`` and runs it: no settings from outside, a time limit, one-line errors."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Event

from proofs_check.coq.errors import INSTALL, KernelError, KernelMissingError, KernelTimeoutError

_LOCATION = re.compile(r'File "[^"]*?([^/"]+)", line ([0-9]+), characters [^:]*:')
_LONGEST_MESSAGE = 300
_TIMEOUT = 600.0
"""Seconds that one run of ``coqc`` may take."""
_GLANCE = 0.5
"""Seconds after which to see whether it is still waited for."""


def find_tool(name: str) -> str:
    """Return the path of ``coqc`` or ``coqchk``."""
    path = shutil.which(name)
    if path is None:
        raise KernelMissingError(f"{name} is not installed: {INSTALL}")
    return path


@cache
def version(coqc: str) -> str:
    """Return the version of Coq and of the compiler it was built with."""
    return run_tool([coqc, "--print-version"], Path.cwd(), timeout=60).strip()


@cache
def require_mathcomp(coqc: str) -> None:
    """Require the library that the theories stand on."""
    library = Path(run_tool([coqc, "-where"], Path.cwd(), timeout=60).strip())
    if not (library / "user-contrib" / "mathcomp" / "algebra" / "all_algebra.vo").is_file():
        raise KernelMissingError(f"MathComp's algebra is not installed for {coqc}: {INSTALL}")


def run_tool(
    command: Sequence[str],
    folder: Path,
    timeout: float = _TIMEOUT,
    *,
    errors_too: bool = False,
    given_up: Event | None = None,
) -> str:
    """Run a tool of Coq in a folder, and return what it wrote to standard output; with errors_too, both streams.

    An exit code other than 0 is a KernelError with the first error on one line. What does not end in time is ended,
    with all it started; so is it when another thread has given up.
    """
    # Variables such as COQPATH would let files from elsewhere in.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COQ")}
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise KernelMissingError(f"{command[0]} does not start: {error.strerror}") from None
    end = time.monotonic() + timeout
    try:
        while True:
            try:
                output, errors = process.communicate(timeout=min(_GLANCE, timeout))
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() >= end or (given_up is not None and given_up.is_set()):
                    raise KernelTimeoutError(f"{Path(command[0]).name} did not finish in {timeout:g} s") from None
    finally:
        if process.poll() is None:
            _end(process)
    if process.returncode != 0:
        raise KernelError(_one_line(errors) or f"{command[0]} ended with exit code {process.returncode}")
    return output + errors if errors_too else output


def _end(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _one_line(errors: str) -> str:
    """Return the place and the message of an error, cut to a readable length."""
    start = errors.find("Error:")
    location = [match for match in _LOCATION.finditer(errors) if start < 0 or match.start() < start]
    message = " ".join((errors if start < 0 else errors[start + len("Error:") :]).split())
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}..."
    return f"{location[-1][1]}, line {location[-1][2]}: {message}" if location else message
