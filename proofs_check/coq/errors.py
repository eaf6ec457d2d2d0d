"""Why the kernel gave no proof: it refused, it was too slow, or it is not there."""

from __future__ import annotations

from theory.errors import MissingDependencyError, SubpoolError

INSTALL = "apt-get install coq libcoq-mathcomp-algebra (Debian), or Coq 8.16 and MathComp 1.15 from opam"


class KernelError(SubpoolError):
    """The kernel refused, or what it proved is not what was to be proved."""


class SourceError(KernelError):
    """A source assumes something, or its list of theorems cannot be read."""


class KernelTimeoutError(KernelError):
    """The kernel did not finish in the time allowed: nothing is known."""


class KernelMissingError(MissingDependencyError):
    """There is no kernel to ask: nothing was checked."""
