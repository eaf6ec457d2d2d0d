"""Who computes: this process, processes on this machine, or a Dask cluster. All are executors of the standard library.

:class:`concurrent.futures.Executor` is what Dask's client offers as well, so chunks are handed out in one way. The
chunks come back to this process, which alone writes files: workers need no disk in common.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait as wait_for
from threading import Thread, current_thread, main_thread
from typing import Any, TypeVar

from theory.errors import ClusterError, InputError, MissingDependencyError, SolverError

T = TypeVar("T")
R = TypeVar("R")

CONNECT_SECONDS = 5
"""How long an answer of a scheduler, or its first worker, is waited for."""
_AHEAD = 2


def check_workers(workers: object) -> int:
    """Return the number of processes: as many as cores for None.

    Raises
    ------
    InputError

    Examples
    --------
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


def map_unordered(
    executor: Executor, slots: int, function: Callable[..., R], tasks: Iterable[T]
) -> Iterator[tuple[T, R]]:
    """Yield each task with its result, as they come; a few tasks are under way for each slot, the others not yet made.

    Parameters
    ----------
    executor : Executor
    slots : int
        How many tasks run at the same time.
    function : callable
        Takes one task.
    tasks : iterable
        May be long.
    """
    waiting: dict[Future[R], T] = {}
    pending = iter(tasks)
    exhausted = False
    while True:
        while not exhausted and len(waiting) < _AHEAD * slots:
            try:
                task = next(pending)
            except StopIteration:
                exhausted = True
            else:
                waiting[executor.submit(function, task)] = task
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            yield waiting.pop(future), future.result()


@contextmanager
def local_processes(workers: int) -> Iterator[Executor]:
    """Start processes on this machine, and see that they end with this one, however it ends.

    Raises
    ------
    SolverError
        If one of them dies.
    """
    others = set(active_children())
    # Fresh interpreters: a fork of a process with threads, as NumPy's linear algebra has, can hang.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    try:
        with _deaf_to_interrupts():
            # The pool starts a process for each task while there are too few.
            for future in [pool.submit(os.getpid) for _ in range(workers)]:
                future.result()
        yield pool
    except BrokenProcessPool:
        raise SolverError(
            "a worker process died; chunks that were written are whole. Fewer workers need less memory; a script that "
            'starts workers does so under if __name__ == "__main__"'
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(active_children()) - others:
            process.terminate()


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
def _deaf_to_interrupts() -> Iterator[None]:
    """Start processes that leave interrupts, which a terminal sends to all, to this one."""
    if current_thread() is not main_thread():  # only the main thread may say what happens on a signal
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def dask_cluster(scheduler: str) -> Iterator[tuple[Executor, int]]:
    """Connect to a Dask cluster.

    Parameters
    ----------
    scheduler : str
        Its address, such as ``"tcp://10.0.0.1:8786"``.

    Yields
    ------
    executor : Executor
    slots : int
        Threads of all workers.

    Raises
    ------
    MissingDependencyError
    ClusterError
        If the scheduler does not answer within seconds, or has no workers.
    """
    try:
        from distributed import Client
    except ImportError:
        raise MissingDependencyError("a scheduler needs dask and distributed: pip install 'subpool[cluster]'") from None
    client = _connect(Client, scheduler)
    try:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError:
            raise ClusterError(
                f"the scheduler at {scheduler} has no workers; start some with: dask worker {scheduler}"
            ) from None
        yield client.get_executor(), sum(client.nthreads().values())
    finally:
        client.close(timeout=CONNECT_SECONDS)


def _connect(client: Callable[..., Any], scheduler: str) -> Any:
    try:
        return client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ClusterError(f"no Dask scheduler answers at {scheduler!r} within {CONNECT_SECONDS} s: {reason}") from None
