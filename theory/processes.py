"""Processes on this machine that compute beside this one, and end with it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.machinery import PathFinder
from multiprocessing import active_children, parent_process, resource_tracker
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Thread, current_thread, main_thread

from theory.errors import InputError, SolverError


def check_workers(workers: object) -> int:
    """Return the number of processes: as many as cores for None.

    >>> check_workers(2)
    2
    >>> check_workers(0)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: workers is an integer >= 1, not 0
    """
    if workers is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise InputError(f"workers is an integer >= 1, not {workers!r}")
    return workers


@contextmanager
def local_processes(workers: int) -> Iterator[Executor]:
    """Start processes on this machine, and see that they end with this one, however it ends.

    If one of them dies, that is a SolverError.
    """
    others = set(active_children())
    # Fresh interpreters: a fork of a process with threads, as NumPy's linear algebra has, can hang.
    pool = ProcessPoolExecutor(workers, mp_context=_DeafContext(), initializer=_begin)
    try:
        yield pool
    except BrokenProcessPool:
        raise SolverError(
            "a worker process died; fewer workers need less memory, and a script that starts workers does so under "
            'if __name__ == "__main__"'
        ) from None
    finally:
        _leave_answers_to_workers(pool)
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(active_children()) - others:
            process.terminate()


def _leave_answers_to_workers(pool: ProcessPoolExecutor) -> None:
    """Close this process's own end of the pipe that answers come through, into which it writes nothing.

    A worker that is ended while it writes an answer leaves a part of one. Who reads it, and this process with it, would
    wait for the rest for ever, as long as anybody could still write it.
    """
    writer = getattr(getattr(pool, "_result_queue", None), "_writer", None)
    if writer is not None:
        writer.close()


def _begin() -> None:
    # One thread each: there is a process for every core. NumPy, which reads this, is not loaded yet.
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A killed process cannot tell its children, and they would wait for tasks for ever.
    parent = parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


@contextmanager
def _this_package_first() -> Iterator[None]:
    """Have a process that is started now, which looks where this one does, find this very package.

    A folder or a file of its name, where somebody works, comes before it, unless what loaded it knew better.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec(__package__)
    hidden = spec is None or os.path.realpath(spec.origin or "") != os.path.realpath(f"{package}/__init__.py")
    if hidden:
        sys.path.insert(0, os.path.dirname(package))
    try:
        yield
    finally:
        if hidden:
            sys.path.remove(os.path.dirname(package))


class _DeafProcess(SpawnProcess):
    """A process that leaves interrupts, which a terminal sends to all, to the one that starts it."""

    def start(self) -> None:
        with _this_package_first(), _interrupts_later():
            super().start()


class _DeafContext(SpawnContext):
    Process = _DeafProcess


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Put interrupts off until the block is done; a process that is started in it never sees one.

    Here, a handler takes note of them: a thread of some library may receive what this one blocks. For the new process
    they are blocked, since that is inherited, and handlers are not.
    """
    if not hasattr(signal, "pthread_sigmask"):  # on Windows, where a terminal interrupts all of them
        yield
        return
    # Starting this process of the standard library, as the first of the others does, would unblock them.
    resource_tracker.ensure_running()
    came: list[int] = []
    # Only the main thread may say what happens on a signal.
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number)) if _in_main_thread() else None
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        if before is not None:
            signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def _in_main_thread() -> bool:
    return current_thread() is main_thread()
