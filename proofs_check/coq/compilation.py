"""Compiles theories, two at a time, and takes from an earlier build what has not changed since."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from pathlib import Path
from threading import Event

from proofs_check.coq.cache import FLAGS, Theories, write_text
from proofs_check.coq.readback import seconds
from proofs_check.coq.sources import LIBRARY, Source
from proofs_check.coq.toolchain import run_tool

_PROCESSES = 2
"""As many as have room in 2 GB of memory: with MathComp, ``coqc`` takes up to 0.9 GB."""

_Seconds = dict[str, float]
"""What it took to compile listed theorems, by their full names."""


def compile_theories(sources: Sequence[Source], folder: Path, coqc: str, earlier: Iterable[Theories]) -> _Seconds:
    """Compile sources, which come in an order in which they can be, in a folder; return what it took.

    What an earlier build has compiled from the same source, with all that this needs, is copied from there: from the
    one that has most of it, since compiled files know just those that they were compiled with.
    """
    shared = {build: _unchanged(sources, build) for build in earlier}
    best = max(shared, key=lambda build: len(shared[build]), default=None)
    known = shared[best] if best else set()
    taken = {theorem.name: theorem.seconds for theorem in best.theorems} if best else {}
    for source in sources:
        write_text(folder / f"{source.name}.v", source.text)
        if best and source.name in known:
            shutil.copyfile(best.folder / f"{source.name}.vo", folder / f"{source.name}.vo")
    return taken | _in_parallel([source for source in sources if source.name not in known], folder, coqc)


def _unchanged(sources: Sequence[Source], earlier: Theories) -> set[str]:
    known: set[str] = set()
    for source in sources:
        path = earlier.folder / f"{source.name}.v"
        if known.issuperset(source.requires) and path.is_file() and path.read_text(encoding="utf-8") == source.text:
            known.add(source.name)
    return known


def _in_parallel(sources: Sequence[Source], folder: Path, coqc: str) -> _Seconds:
    by_name = {source.name: source for source in sources}
    waiting = TopologicalSorter({name: by_name.keys() & set(source.requires) for name, source in by_name.items()})
    waiting.prepare()
    taken: _Seconds = {}
    running: dict[Future[_Seconds], str] = {}
    given_up = Event()
    with ThreadPoolExecutor(_PROCESSES) as pool:
        try:
            while waiting.is_active():
                for name in waiting.get_ready():
                    running[pool.submit(_compile, by_name[name], folder, coqc, given_up)] = name
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    waiting.done(running.pop(done))
                    taken |= done.result()
        finally:
            given_up.set()  # after an error or an interrupt, nobody waits for the others
            pool.shutdown(wait=False, cancel_futures=True)
    return taken


def _compile(source: Source, folder: Path, coqc: str, given_up: Event) -> _Seconds:
    command = [coqc, *FLAGS, "-time", "-Q", ".", LIBRARY, f"{source.name}.v"]
    output = run_tool(command, folder, given_up=given_up)
    spent = seconds(output, [theorem.position for theorem in source.listed])
    return dict(zip((theorem.full_name for theorem in source.listed), spent, strict=True))
