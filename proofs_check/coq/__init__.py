"""Proofs that Coq's kernel checks: theorems for all kernel sizes, and certificates as theorems.

See ``README.md`` in this folder. Coq is not needed to import this package, or to write files for it.
"""

from __future__ import annotations

from proofs_check.coq.cache import KernelTheorem
from proofs_check.coq.driver import check, proved_claims
from proofs_check.coq.emit import emit
from proofs_check.coq.errors import KernelError, KernelMissingError, KernelTimeoutError, SourceError
from proofs_check.coq.record import KernelRecord, kernel_record

__all__ = [
    "KernelError",
    "KernelMissingError",
    "KernelRecord",
    "KernelTheorem",
    "KernelTimeoutError",
    "SourceError",
    "check",
    "emit",
    "kernel_record",
    "proved_claims",
]
