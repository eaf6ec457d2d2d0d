"""Peak memory: of one call in this process, of a program that is run, of one exact solve in a fresh interpreter.

``python -m benchmarks.memory 4096 32`` prints the last.
"""

from __future__ import annotations

import ctypes
import gc
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_MIB = 2**20


@dataclass(frozen=True)
class Peak:
    """The most memory held at once: of a whole process, libraries included, or what one call added to its process."""

    size: int
    whole: bool = False

    def __str__(self) -> str:
        """Write it in MiB, with a plus where it is what a call added.

        >>> str(Peak(59 << 20, whole=True)), str(Peak(3 << 19)), str(Peak(4096))
        ('59 MiB', '+1.5 MiB', '< 0.1 MiB')
        """
        mebibytes = self.size / _MIB
        if mebibytes < 0.1:
            return "< 0.1 MiB"
        number = f"{mebibytes:.0f}" if mebibytes >= 10 else f"{mebibytes:.1f}"
        return f"{number} MiB" if self.whole else f"+{number} MiB"


def added(call: Callable[[], object]) -> Peak | None:
    """Call once more, and say by how much the process grew at the most while it ran; None where Linux does not tell.

    The kernel keeps the peak, not a tracer, so that nothing runs slower and memory of compiled libraries counts. What
    is free in the process already is given back first, or it would be used again unseen.
    """
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
        clear.write_text("5", encoding="ascii")  # the peak is from now on
    except (OSError, AttributeError):
        return None
    before = _field(status.read_text(encoding="ascii"), "VmRSS")
    call()
    return Peak(max(0, _field(status.read_text(encoding="ascii"), "VmHWM") - before))


def _field(status: str, name: str) -> int:
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(f"{name}:"))


_LAUNCHER = """
import json, os, sys, time
limit, command = float(sys.argv[1]), sys.argv[2:]
null = os.open(os.devnull, os.O_WRONLY)
start = time.perf_counter()
child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1),
                                                                     (os.POSIX_SPAWN_DUP2, null, 2)])
import signal
signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
signal.setitimer(signal.ITIMER_REAL, limit)
_, status, used = os.wait4(child, 0)
print(json.dumps([time.perf_counter() - start, os.waitstatus_to_exitcode(status), used.ru_maxrss]))
"""


@dataclass(frozen=True)
class Ran:
    """One run of a program: seconds by the clock, exit code (below 0 if it was killed), and its peak memory."""

    seconds: float
    code: int
    peak: Peak


def run_alone(command: Sequence[str], limit: float) -> Ran:
    """Run a program and end it after a limit of seconds.

    It is started by a small interpreter, which also holds the watch: a program inherits the peak of what starts it, and
    an interpreter with nothing loaded has about 10 MiB.
    """
    launch = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(limit), *command]
    answer = subprocess.run(launch, check=True, capture_output=True, text=True).stdout
    seconds, code, kibibytes = json.loads(answer)
    return Ran(seconds, code, Peak(kibibytes * 1024, whole=True))


def peak_bytes() -> int:
    """Largest resident memory of this process so far.

    Linux keeps it for the program that runs now in ``VmHWM``; ``ru_maxrss`` survives ``exec`` and so counts the parent
    that started it, which makes it an upper bound. It is used where there is no ``/proc``.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return _field(status.read_text(encoding="ascii"), "VmHWM")
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
