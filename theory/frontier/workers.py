"""Who computes: this process, processes on this machine, or a Dask cluster. All are executors of the standard library.

:class:`concurrent.futures.Executor` is what Dask's client offers as well, so chunks are handed out in one way. The
chunks come back to this process, which alone writes files: workers need no disk in common.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from typing import Any, TypeVar

from theory.errors import ClusterError
from theory.extras import import_extra

T = TypeVar("T")
R = TypeVar("R")

CONNECT_SECONDS = 5
"""How long an answer of a scheduler, or its first worker, is waited for."""
_AHEAD = 2


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
    distributed = import_extra("distributed", extra="cluster", purpose="a scheduler needs dask and distributed")
    client = _connect(distributed.Client, scheduler)
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
    # What is left of the client goes now. Collected later, while another client starts, its end would wait for a lock
    # that this start holds, for ever.
    gc.collect()
    raise ClusterError(f"no Dask scheduler answers at {scheduler!r} within {CONNECT_SECONDS} s: {reason}")
