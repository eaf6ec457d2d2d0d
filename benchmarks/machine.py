"""What the figures were measured on, as far as it matters to them: processor, cores, versions."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks.float_solvers import cvxpy_default_solver

LIBRARIES = ("numpy", "scipy", "cvxpy", "python-flint")


def processor() -> str:
    """Model name of the processor."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe() -> str:
    """One sentence on processor, cores and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{processor()}, {cores()} cores, {platform.system()}; Python {platform.python_version()}, {versions} "
        f"(default solver for these problems: {cvxpy_default_solver().capitalize()})."
    )
