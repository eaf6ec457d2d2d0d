"""Named errors: what was required, and what was given.

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
    """What is unknown was asked for as a number or a truth value."""
