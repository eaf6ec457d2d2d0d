"""Environments of the tools, under build/: made once, kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.consumers.tools import Environment

BUILD = Path(__file__).parents[2] / "build" / "consumers"
_LONGEST = 1800
"""Seconds that an installation may take: the largest ones are of 6 GB."""


class InstallationError(Exception):
    """A tool cannot be installed; the message is the installer's own."""


def provide(name: str, environment: Environment) -> Path:
    """Return the Python of an environment, which is made if it is not there; InstallationError if it cannot be."""
    folder = BUILD / name
    python = folder / "bin" / "python"
    done = folder / "installed.json"
    wanted = {"packages": list(environment.packages), "python": environment.python}
    if done.exists() and json.loads(done.read_text(encoding="utf-8")) == wanted:
        return python
    installer = BUILD / "uv" / "bin" / "uv"
    if not installer.exists():
        _run([sys.executable, "-m", "venv", str(BUILD / "uv")])
        _run([str(BUILD / "uv" / "bin" / "pip"), "install", "--quiet", "uv"])
    _run([str(installer), "venv", "--quiet", "--clear", "--python", environment.python, str(folder)])
    _run([str(installer), "pip", "install", "--quiet", "--python", str(python), *environment.packages])
    done.write_text(json.dumps(wanted), encoding="utf-8")
    return python


def version(python: Path, package: str) -> str:
    """Return the version of an installed package."""
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallationError(str(error)) from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        raise InstallationError(lines[-1] if lines else f"exit code {done.returncode}")
