"""All sets of orders of a kernel size, solved and certified, chunk by chunk, into a dataset that survives anything."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

from theory.errors import InputError
from theory.frontier.chunk import rows, solve_chunk
from theory.frontier.dataset import SweepDataset, create_dataset, writing
from theory.frontier.sets import OrderSets
from theory.frontier.workers import dask_cluster, map_unordered
from theory.notation import KernelSize, Orders
from theory.processes import check_workers, local_processes
from theory.progress import Progress, unwatched
from theory.targets import MAXIMUM, Target, TargetLike, find_target

if TYPE_CHECKING:
    import pyarrow as pa

_SHORT_SECONDS = 4.0
_NEVER_SHORT = 1 << 18
_SAMPLE = 256


def sweep(
    kernel_size: KernelSize,
    out: str | Path,
    *,
    always: Orders = (0,),
    target: TargetLike = MAXIMUM,
    workers: int | None = None,
    scheduler: str | None = None,
    resume: bool = True,
    progress: Progress = unwatched,
    on_damage: Callable[[tuple[str, ...]], None] | None = None,
) -> SweepDataset:
    """Solve all sets of orders exactly, and write them with their network sizes to a Parquet dataset.

    Parameters
    ----------
    kernel_size : int, 2..62, or "3x3", or (3, 3)
        d, or a shape of d inputs.
    out : str or Path
        A folder: new, empty, or with the beginning of this very sweep, which is then resumed.
    always : iterable of int in 0..d-1, or text such as "0,1" or "none"
        Orders that all sets contain. The sets are the nonempty ones among the orders 0..d-1; order d is left out,
        because with it the error of the maximum is 0.
    target : str, Target, or sequence of rationals
        What is approximated on the cube, as in :func:`theory.optimal_estimator`. Other targets than the maximum take
        longer, as there is no batch of sets for them.
    workers : int, >= 1, optional
        Processes on this machine; by default one for each core, or none but this one for a short sweep.
    scheduler : str, optional
        Address of a Dask scheduler, whose workers compute instead. They need this package, not this disk.
    resume : bool
        Whether a dataset that is there already may be gone on with.
    progress : callable
        Called with the number of sets that are done and of all sets, first with what was there already.
    on_damage : callable, optional
        Called if files of chunks are there that are damaged, or are not what they should be, with a message about each:
        before their sets are solved again.

    Returns
    -------
    SweepDataset
        Its ``read()`` gives all rows as a :class:`pyarrow.Table`.

    Raises
    ------
    KernelSizeError, OrdersError, InputError
        If an argument is outside what is described above, or the folder holds something else.
    StorageError
        If the dataset cannot be written, the disk being full for example, or holds a Parquet file that is none of its
        chunks. Chunks that were written are whole.
    ClusterError, MissingDependencyError
        If the scheduler cannot be reached, or Dask is not installed.
    SolverError
        If an error cannot be certified, which the theory excludes, or a worker process dies.

    Notes
    -----
    Every row is certified before it is written: a primal and a dual solution with equal values, multiplied out in
    integers (:mod:`theory.frontier.certified`). Chunks depend on the parameters alone, so that a sweep that was killed
    and resumed, with other workers or elsewhere, ends with the same rows. Files carry checksums, and what is there is
    read and compared before it counts; what has none, from older versions, is solved again.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     table = sweep(4, folder, always=(0, 1)).read()
    >>> for row in table.select(["orders", "error_exact", "terms", "units"]).to_pylist():
    ...     print(row)
    {'orders': [0, 1], 'error_exact': '3/8', 'terms': 5, 'units': 0}
    {'orders': [0, 1, 2], 'error_exact': '1/6', 'terms': 11, 'units': 8}
    {'orders': [0, 1, 3], 'error_exact': '1/10', 'terms': 9, 'units': 13}
    {'orders': [0, 1, 2, 3], 'error_exact': '1/16', 'terms': 15, 'units': 14}
    """
    sets = OrderSets.of(kernel_size, always)
    wanted = find_target(target, sets.kernel_size)
    processes = check_workers(workers)
    if scheduler is not None and workers is not None:
        raise InputError("workers are processes on this machine, and a scheduler has its own: give one of the two")
    dataset = create_dataset(out, sets, wanted, resume=resume)
    with writing(dataset):
        present = dataset.present()
        damages = dataset.damages(sorted(present))
        if damages and on_damage is not None:
            on_damage(tuple(damages.values()))
        whole = present - damages.keys()
        done = sum(stop - start for start, stop in map(dataset.span, whole))
        progress(done, len(sets))
        if workers is None and scheduler is None and _is_short(sets, wanted, done):
            processes = 1
        missing = (chunk for chunk in range(dataset.chunks) if chunk not in whole)
        left = dataset.chunks - len(whole)
        with closing(_solved(dataset, missing, min(processes, left), scheduler if left else None)) as solved:
            for chunk, table in solved:
                dataset.write(chunk, table)
                done += table.num_rows
                progress(done, len(sets))
    return dataset


def _solved(
    dataset: SweepDataset, chunks: Iterable[int], processes: int, scheduler: str | None
) -> Generator[tuple[int, pa.Table], None, None]:
    solve = partial(_solve, dataset.kernel_size, dataset.always, dataset.chunk_sets, dataset.target)
    if scheduler is not None:
        with dask_cluster(scheduler) as (executor, slots, look):
            yield from map_unordered(executor, slots, solve, chunks, look=look)
    elif processes > 1:
        with local_processes(processes) as executor:
            yield from map_unordered(executor, processes, solve, chunks)
    else:
        for chunk in chunks:
            yield chunk, solve(chunk)


def _solve(kernel_size: int, always: tuple[int, ...], chunk_sets: int, target: Target, chunk: int) -> pa.Table:
    return solve_chunk(kernel_size, always, chunk * chunk_sets, (chunk + 1) * chunk_sets, target)


def _is_short(sets: OrderSets, target: Target, done: int) -> bool:
    left = len(sets) - done
    return left < _NEVER_SHORT and left * seconds_per_set(sets, target) < _SHORT_SECONDS


def seconds_per_set(sets: OrderSets, target: TargetLike = MAXIMUM) -> float:
    """Estimate the processor time that a set takes on one core, by solving some from the middle of a sweep."""
    middle = len(sets) // 2
    masks = sets.masks(middle, middle + 2 * _SAMPLE)
    # Neighbouring sets share what their networks are counted from; the first ones do not count.
    rows(sets.kernel_size, masks[:_SAMPLE], target)
    start = process_time()
    measured = masks[-_SAMPLE:]
    rows(sets.kernel_size, measured, target)
    return (process_time() - start) / len(measured)
