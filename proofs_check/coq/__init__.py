"""Proofs that Coq's kernel checks: theorems for all kernel sizes, and certificates as theorems.

See ``README.md`` in this folder. Coq is not needed to import this package, or to write files for it.
"""

from __future__ import annotations

from proofs_check.coq.cache import KernelTheorem
from proofs_check.coq.driver import KernelRecord, accepted, check, kernel_record
from proofs_check.coq.emit import emit
from proofs_check.coq.errors import KernelError, KernelMissingError, KernelTimeoutError, SourceError
from proofs_check.coq.lean import emit_lean

__all__ = [
    "KernelError",
    "KernelMissingError",
    "KernelRecord",
    "KernelTheorem",
    "KernelTimeoutError",
    "SourceError",
    "accepted",
    "check",
    "emit",
    "emit_lean",
    "kernel_record",
]
