"""Ctrl-C is never lost, and ends the command with one line: from the first import to the last thread."""

from __future__ import annotations

import atexit
import os
import signal
import sys
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Timer, main_thread
from types import FrameType
from typing import Any

_INTERRUPTED = 130
_A_MOMENT = 0.005
_put_off: list[Timer] = []
"""The last one that was put off, to be delivered, or to be noticed at the end."""


def interruptible(run: Callable[[], int], *, alone: bool) -> int:
    """Run a command, and return its exit code; where it is interrupted, say so in one line, and return 130.

    It is alone where the process is there for it, and ends with it.
    """
    interrupted = False
    if alone:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where a shell has it ignored
            signal.signal(signal.SIGINT, _interrupt)
        # Registered before what libraries register, so called after it. Threads of a library (XLA) that still compute
        # would be waited for, or crash where the interpreter takes itself apart under them.
        atexit.register(lambda: os._exit(_INTERRUPTED) if interrupted else None)
    try:
        with _delivered_again():
            code = run()
            if any(timer.is_alive() for timer in _put_off):
                raise KeyboardInterrupt
            if alone:
                _be_deaf()
            return code
    except KeyboardInterrupt:
        if alone:
            _be_deaf()
        interrupted = True
        with suppress(OSError):
            sys.stdout.flush()
        sys.stderr.write("subpool: interrupted\n")
        return _INTERRUPTED


def _be_deaf() -> None:
    """All is done, or all is said; the interpreter takes itself apart, where nobody would catch an interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Interrupt, but no import: extension modules (jaxlib) may crash in the middle of theirs, others go on without."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            _interrupt_later()
            return
        frame = frame.f_back
    raise KeyboardInterrupt


@contextmanager
def _delivered_again() -> Iterator[None]:
    """Interrupt again where Python ignores it: in finalisers, and in callbacks of the garbage collector, as JAX has."""
    before = sys.unraisablehook

    def hook(unraisable: Any) -> None:
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            _interrupt_later()  # here, it would be ignored as well
        else:
            before(unraisable)

    sys.unraisablehook = hook
    try:
        yield
    finally:
        sys.unraisablehook = before


def _interrupt_later() -> None:
    timer = Timer(_A_MOMENT, _interrupt_main_thread)
    timer.daemon = True
    timer.start()
    _put_off[:] = [timer]


def _interrupt_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)  # wakes it, too, where it waits
    else:
        interrupt_main()
