"""Named errors: what was required, and what was given; and the base of answers that may be unknown.

Every error that the library raises on purpose is a :class:`SubpoolError`. Errors about input are also
:class:`ValueError` or :class:`TypeError`, so that callers who know nothing of this module catch them as usual.
"""

from __future__ import annotations


class SubpoolError(Exception):
    """Base of all errors raised on purpose by this library."""


class InputError(SubpoolError, ValueError):
    """The input is outside what the function is defined for."""


class OrdersError(InputError):
    """A set of orders is empty, repeats an order, or has one outside 0..kernel_size."""


class KernelSizeError(InputError):
    """A kernel size or kernel shape is malformed or too small."""


class ArrayError(SubpoolError, TypeError):
    """An array has the wrong shape or data type."""


class FormatError(InputError):
    """A text is not in the file format it should be in."""


class ProblemTooLargeError(InputError):
    """The exact computation would need more memory than the limit allows."""


class RewritingError(InputError):
    """A node of a model cannot be rewritten; the message names the node and the reason."""


class SolverError(SubpoolError, ArithmeticError):
    """A solver met what the theory excludes, or an outside solver failed; no answer is returned."""


class StorageError(SubpoolError, OSError):
    """Files cannot be written or read: no room, no permission, or somebody else is writing them."""


class ClusterError(SubpoolError, ConnectionError):
    """A cluster cannot be reached, or has nobody who works."""


class MissingDependencyError(SubpoolError, ImportError):
    """An optional dependency is not installed; the message names the extra that brings it."""


class UndecidedError(SubpoolError, ArithmeticError):
    """What is, or may be, unknown was asked for as a number or a truth value."""


class ThreeValued:
    """Base of answers that are yes, no or unknown: each refuses to be a truth value, even where it is known.

    Else ``if answer:`` would take "unknown" for one of the two, and would only fail on the day that it is met.

    Examples
    --------
    >>> bool(ThreeValued())
    Traceback (most recent call last):
    ...
    theory.errors.UndecidedError: ThreeValued may be unknown, and is no truth value: ask for what is meant
    """

    def __bool__(self) -> bool:
        raise UndecidedError(f"{type(self).__name__} may be unknown, and is no truth value: ask for what is meant")
