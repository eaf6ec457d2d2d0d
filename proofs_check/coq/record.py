"""What is known of the kernel without asking it again: the record of its last run, or why there is none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from proofs_check.coq.cache import KernelTheorem
from proofs_check.coq.driver import accepted, proved_claims
from proofs_check.coq.errors import KernelError
from proofs_check.coq.toolchain import find_tool, version
from theory.errors import MissingDependencyError


@dataclass(frozen=True)
class KernelRecord:
    """The theorems that Coq's kernel has accepted.

    Attributes
    ----------
    coq : str
        The version of Coq; empty where there is no record.
    theorems : tuple of KernelTheorem
    claims : mapping of str to tuple of str
        The claims that these theorems cover, with the names of the theorems.
    missing : str
        Why there is no record; empty where there is one.
    """

    coq: str = ""
    theorems: tuple[KernelTheorem, ...] = ()
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: str = ""


def kernel_record(cache: str | os.PathLike[str] | None = None) -> KernelRecord:
    """Return what the kernel has accepted, or a record that says why it was not asked.

    Parameters
    ----------
    cache : path, optional
        As for :func:`proofs_check.coq.check`.

    Examples
    --------
    >>> bool(kernel_record().theorems) != bool(kernel_record().missing)
    True
    """
    try:
        theorems, claims = accepted(cache), proved_claims(cache)
        return KernelRecord(version(find_tool("coqc")).partition(" ")[0], theorems, claims)
    except (KernelError, MissingDependencyError) as reason:
        return KernelRecord(missing=str(reason))
