"""Ctrl-C at any moment: one line, exit code 130, and nobody who goes on computing; the workers that are told so."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.campaigns import campaign, tries
from theory.processes import check_workers, local_processes

ROOT = Path(__file__).parent.parent
# What comes before is the interpreter's own start. In the background of a script, interrupts would be ignored.
COMMAND = """
import signal, sys, theory.cli
signal.signal(signal.SIGINT, signal.default_int_handler)
print("begun", flush=True)
sys.exit(theory.cli.main())
"""


def _started(program, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "begun\n"
    return process


def _interrupted(process):
    """Interrupt all processes of the session, as a terminal does; return the exit code and standard error."""
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors


@campaign
@pytest.mark.parametrize(
    ("arguments", "latest"),
    [
        (["solve", "9", "--orders", "0,1,8"], 0.1),
        (["sweep", "20", "--workers", "2", "--out"], 3),
        (["verify", "--workers", "2", "--report"], 3),
        (["train", "--out"], 3),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_command_can_be_interrupted_at_any_moment(arguments, latest, tmp_path):
    if arguments[0] == "train":
        pytest.importorskip("jax")
        pytest.importorskip("optax")
    draw = random.Random(18)
    for number in range(tries(2)):
        process = _started(COMMAND, *arguments, *([str(tmp_path / str(number))] if latest > 1 else []))
        time.sleep(draw.uniform(0, latest))
        assert _interrupted(process) == (130, "subpool: interrupted\n")


def test_the_command_is_ready_before_any_library_is_loaded():
    code = "import sys, theory.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {"flint", "numpy", "rich", "theory.cli.output", "theory.rationals"} & set(loaded.split())


# --- where Python would lose an interrupt ---------------------------------------------------------------------------

LOST = """
import signal, sys, time
from theory.cli.interrupts import interruptible

signal.signal(signal.SIGINT, signal.default_int_handler)

def run():
    {lose}
    time.sleep(60)
    return 0

sys.exit(interruptible(run, alone=True))
"""
IN_A_FINALIZER = """
    class Final:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)
            [None for _ in range(100)]
    Final()
"""
IN_A_CALLBACK_OF_THE_COLLECTOR = """
    import gc
    gc.callbacks.append(lambda phase, info: signal.raise_signal(signal.SIGINT))
    gc.collect()
    gc.callbacks.clear()
"""
IN_AN_IMPORT = "import swallows_interrupts"
SWALLOWS = """
import signal
try:
    signal.raise_signal(signal.SIGINT)
except BaseException:
    print("imported without")
"""


@pytest.mark.parametrize("lose", [IN_A_FINALIZER, IN_A_CALLBACK_OF_THE_COLLECTOR, IN_AN_IMPORT])
def test_an_interrupt_that_python_would_lose_is_delivered_again(lose, tmp_path):
    (tmp_path / "swallows_interrupts.py").write_text(SWALLOWS)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    begun = time.monotonic()
    result = subprocess.run(
        [sys.executable, "-c", LOST.format(lose=lose)], env=environment, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (130, "", "subpool: interrupted\n")
    assert time.monotonic() - begun < 40


def test_interrupts_that_a_shell_ignores_stay_ignored():
    program = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{LOST}".replace(
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n", ""
    ).format(lose="signal.raise_signal(signal.SIGINT)\n    return 3")
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (3, "")


def test_other_errors_that_are_ignored_are_reported_as_before():
    program = LOST.format(lose="class Final:\n        def __del__(self): 1 / 0\n    Final()\n    return 3")
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 3
    assert "Exception ignored in" in result.stderr
    assert "ZeroDivisionError" in result.stderr


# --- workers --------------------------------------------------------------------------------------------------------

WORKERS = """
import os, signal, sys
from theory import processes

signal.signal(signal.SIGINT, signal.default_int_handler)

def start(self, start=processes.SpawnProcess.start):
    os.kill(os.getpid(), signal.SIGINT)
    [None for _ in range(1000)]
    start(self)
    print("started", self.pid, flush=True)

processes.SpawnProcess.start = start
if __name__ == "__main__":
    try:
        with processes.local_processes(2) as pool:
            pool.submit(os.getpid)
            print("not reached")
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_an_interrupt_while_a_worker_starts_is_put_off(tmp_path):
    (tmp_path / "workers.py").write_text(WORKERS)
    result = subprocess.run(
        [sys.executable, str(tmp_path / "workers.py")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    started, interrupted = result.stdout.splitlines()
    assert started.startswith("started")
    assert interrupted == "interrupted"
    assert result.stderr == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.split()[1]), 0)


ANSWERING = """
import os, pathlib, signal, struct, sys, time
from multiprocessing.process import current_process
from theory.processes import local_processes

def begin_an_answer(note):
    _, answers, *_ = current_process()._args
    os.write(answers._writer.fileno(), struct.pack("!i", 1000) + b"a part of a thousand bytes")
    pathlib.Path(note).touch()
    time.sleep(60)

if __name__ == "__main__":
    note = pathlib.Path(sys.argv[1])
    try:
        with local_processes(1) as pool:
            pool.submit(begin_an_answer, note)
            while not note.exists():
                time.sleep(0.01)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_a_worker_that_ends_within_its_answer_holds_nobody_up(tmp_path):
    (tmp_path / "answering.py").write_text(ANSWERING)
    result = subprocess.run(
        [sys.executable, str(tmp_path / "answering.py"), str(tmp_path / "note")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "interrupted\n", "")


def test_workers_leave_interrupts_to_who_started_them():
    before = signal.getsignal(signal.SIGINT)
    with local_processes(2) as pool:
        assert signal.SIGINT in pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result()
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    assert signal.getsignal(signal.SIGINT) is before


def test_there_is_a_worker_for_each_core_that_the_process_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 8}, raising=False)
    assert check_workers(None) == 3
    # Nobody else counts.
    counting = [
        str(path.relative_to(ROOT))
        for package in ("theory", "proofs_check")
        for path in (ROOT / package).rglob("*.py")
        if "cpu_count" in path.read_text()
    ]
    assert counting == ["theory/processes.py"]
