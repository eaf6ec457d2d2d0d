"""Peak memory of one exact solve, in an interpreter of its own: ``python -m benchmarks.memory 4096 32``."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path


def peak_bytes() -> int:
    """Largest resident memory of this process so far.

    Linux keeps it for the program that runs now in ``VmHWM``; ``ru_maxrss`` survives ``exec`` and so counts the parent
    that started it, which makes it an upper bound. It is used where there is no ``/proc``.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def measure(kernel_size: int, degree: int) -> tuple[int, int]:
    """Peak bytes of a fresh interpreter before and after it solves R = {0..degree} and writes the certificate."""
    command = [sys.executable, "-m", "benchmarks.memory", str(kernel_size), str(degree)]
    root = Path(__file__).resolve().parent.parent
    answer = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    before, after = map(int, answer.split())
    return before, after


def main() -> None:
    """Solve, and print the peak before and after."""
    from theory import optimal_estimator

    kernel_size, degree = map(int, sys.argv[1:])
    optimal_estimator(4, [0, 1])
    before = peak_bytes()
    certificate = optimal_estimator(kernel_size, range(degree + 1)).certificate
    if certificate is not None:
        certificate.to_json()
    print(before, peak_bytes())


if __name__ == "__main__":
    main()
