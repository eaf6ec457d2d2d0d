"""Who computes: this process, processes on this machine, or a Dask cluster. All are executors of the standard library.

:class:`concurrent.futures.Executor` is what Dask's client offers as well, so chunks are handed out in one way. The
chunks come back to this process, which alone writes files: workers need no disk in common.
"""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from theory.errors import ClusterError, SubpoolError
from theory.extras import import_extra

T = TypeVar("T")
R = TypeVar("R")

_CONNECT_SECONDS = 5
"""How long an answer of a scheduler, or its first worker, is waited for."""
_LOOK_SECONDS = 30
"""How long a result is waited for before somebody looks whether anyone is still computing."""
_AHEAD = 2


def map_unordered(
    executor: Executor,
    slots: int,
    function: Callable[..., R],
    tasks: Iterable[T],
    *,
    look: Callable[[], None] | None = None,
) -> Iterator[tuple[T, R]]:
    """Yield each task with its result, as they come; a few tasks are under way for each slot, the others not yet made.

    ``look`` is called now and then while there is no result, to raise an error if none is to be expected.
    """
    waiting: dict[Future[R], T] = {}
    again: list[T] = []
    pending = iter(tasks)
    while True:
        for task in islice(pending, _AHEAD * slots - len(waiting)):
            waiting[executor.submit(function, task)] = task
        if not waiting:
            return
        done, _ = wait(waiting, _LOOK_SECONDS, return_when=FIRST_COMPLETED)
        if not done and look is not None:
            look()
        for future in done:
            task = waiting.pop(future)
            try:
                result = future.result()
            except ValueError as error:
                # Where a worker leaves just as its result arrives, Dask's executor takes the result for an error, and
                # fails to unpack it. Once for each task.
                if look is None or task in again or isinstance(error, SubpoolError):
                    raise
                look()
                again.append(task)
                waiting[executor.submit(function, task)] = task
            else:
                yield task, result


@contextmanager
def dask_cluster(scheduler: str) -> Iterator[tuple[Executor, int, Callable[[], None]]]:
    """Connect to a Dask cluster by its scheduler's address, such as ``"tcp://127.0.0.1:8786"``.

    Given are an executor, the number of threads of all workers, and what raises an error if no worker is left.

    ClusterError if the scheduler does not answer within seconds, or has no workers; in the block, if it goes away, or
    if its workers do, or cannot compute.
    """
    distributed = import_extra("distributed", extra="cluster", purpose="a scheduler needs dask and distributed")
    with _silenced("distributed", "distributed.client", "tornado.application"):
        client = _connect(distributed.Client, scheduler)
        try:
            look = partial(_require_workers, client, scheduler)
            look()
            yield client.get_executor(), sum(client.nthreads().values()), look
        except SubpoolError:
            raise
        except (CancelledError, OSError, TimeoutError):
            raise ClusterError(
                f"the scheduler at {scheduler} has gone; what was written is whole: resume with the same command"
            ) from None
        except (distributed.KilledWorker, ImportError, RuntimeError, ValueError) as error:
            raise ClusterError(f"the workers at {scheduler} cannot solve: {_first_line(error)}") from None
        finally:
            client.close(timeout=_CONNECT_SECONDS)


@contextmanager
def _silenced(*names: str) -> Iterator[None]:
    """Keep loggers quiet: what they say is in the error, in one line."""
    levels = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


def _connect(client: Callable[..., Any], scheduler: str) -> Any:
    try:
        return client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        reason = _first_line(error)
    # What is left of the client goes now. Collected later, while another client starts, its end would wait for a lock
    # that this start holds, for ever.
    gc.collect()
    raise ClusterError(f"no Dask scheduler answers at {scheduler!r} within {_CONNECT_SECONDS} s: {reason}")


def _require_workers(client: Any, scheduler: str) -> None:
    if client.status == "closed":
        raise CancelledError  # as its tasks have been, but for those that it was just fetching
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError:
        raise ClusterError(
            f"the scheduler at {scheduler} has no workers; start some that have this package: dask worker {scheduler}"
        ) from None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
