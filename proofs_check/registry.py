"""All claims, found in the modules of ``proofs_check.theorems``, and the command to check them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import as_completed
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from proofs_check import theorems
from proofs_check.claim import Claim, Verdict
from proofs_check.statement import DEFAULT_KERNEL_MAX
from theory.errors import InputError
from theory.notation import KernelSize, check_kernel_size, shown
from theory.processes import check_workers, local_processes
from theory.progress import Progress, unwatched


@cache
def _all_claims() -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    for module in sorted(iter_modules(theorems.__path__), key=lambda info: info.name):
        if module.name.startswith("_"):
            continue  # the template
        for claim in import_module(f"{theorems.__name__}.{module.name}").claims():
            if claim.name in found:
                raise InputError(f"two claims have the name {claim.name!r}")
            found[claim.name] = claim
    return found


def claims() -> dict[str, Claim]:
    """Return all claims by name.

    Examples
    --------
    >>> claims()["closed-form-full"].kind
    'tight'
    """
    return dict(_all_claims())


def verify(
    names: Iterable[str] | None = None,
    *,
    kernel_max: KernelSize = DEFAULT_KERNEL_MAX,
    workers: int | None = 1,
    progress: Progress = unwatched,
) -> list[Verdict]:
    """Check all claims, or those named, up to a kernel size; and their false neighbours, which must be refuted.

    Parameters
    ----------
    names : iterable of str, optional
        All claims by default.
    kernel_max : int, >= 2, or "3x3", or (3, 3)
        The largest kernel size at which instances are checked.
    workers : int, >= 1, optional
        Number of processes; None takes all cores.
    progress : callable
        Called with the number of claims that are done and of all.

    Returns
    -------
    list of Verdict
        In the order of the names, or of the registry.

    Raises
    ------
    InputError
        If a name is unknown; the nearest known names are suggested. If ``workers`` is no positive integer.
    KernelSizeError

    Examples
    --------
    >>> [verdict.status for verdict in verify(["closed-form-mean"], kernel_max=5)]
    ['proved']
    """
    largest = check_kernel_size(kernel_max)
    workers = check_workers(workers)
    chosen = [claim.name for claim in select(names)]
    verdicts: dict[str, Verdict] = {}
    for verdict in _verdicts(_tasks(chosen), largest, workers):
        verdicts[verdict.claim] = verdict
        progress(len(verdicts), len(chosen))
    return [verdicts[name] for name in chosen]


def _tasks(names: Iterable[str]) -> list[list[str]]:
    """Group the names of claims that share work."""
    tasks: dict[str, list[str]] = {}
    for name in names:
        tasks.setdefault(_all_claims()[name].group or name, []).append(name)
    return list(tasks.values())


def _verdicts(tasks: list[list[str]], kernel_max: int, workers: int) -> Iterator[Verdict]:
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            for name in task:
                yield _check_one(name, kernel_max)
        return
    with local_processes(min(workers, len(tasks))) as pool:
        # From the end: the photographs take longest, and a long task that starts last is waited for alone.
        futures = [pool.submit(_check_task, task, kernel_max) for task in reversed(tasks)]
        for future in as_completed(futures):
            yield from future.result()


def _check_task(names: list[str], kernel_max: int) -> list[Verdict]:
    return [_check_one(name, kernel_max) for name in names]


def _check_one(name: str, kernel_max: int) -> Verdict:
    claim = _all_claims()[name]
    verdict = claim.check(kernel_max)  # first: neighbours use again what took the claim its time
    # A neighbour may be false at large kernel sizes alone, whatever is asked of the claim.
    return replace(verdict, controls=tuple(neighbour.check(DEFAULT_KERNEL_MAX) for neighbour in claim.neighbours))


def select(names: Iterable[str] | None = None) -> list[Claim]:
    """Look up claims by name, all of them by default; an unknown name is an InputError."""
    known = _all_claims()
    if names is None:
        return list(known.values())
    wanted = list(dict.fromkeys([names] if isinstance(names, str) else names))
    for name in wanted:
        if name not in known:
            raise InputError(f"there is no claim {shown(name)}{_hint(str(name)[:80])}")
    return [known[name] for name in wanted]


def _hint(name: str) -> str:
    """Name the nearest claims, first that about the closed form of the name, then those that contain it."""
    known = _all_claims()
    containing = sorted((claim for claim in known if f"-{name}-" in f"-{claim}-"), key=len)
    near = [f"closed-form-{name}", *containing, *get_close_matches(name, known, n=3, cutoff=0.3)]
    nearest = list(dict.fromkeys(claim for claim in near if claim in known))[:3]
    return f"; the nearest: {', '.join(nearest)}" if nearest else ""
