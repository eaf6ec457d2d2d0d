"""Every statement of the theory, and its checks.

Public names are loaded on first use, so that the certificate checker pulls in nothing beside the standard library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs_check.certificates import CertificateError as CertificateError
    from proofs_check.certificates import CertificateFormatError as CertificateFormatError
    from proofs_check.certificates import check_certificate as check_certificate
    from proofs_check.citation import Citation as Citation
    from proofs_check.citation import bibtex as bibtex
    from proofs_check.citation import cite as cite
    from proofs_check.claim import Claim as Claim
    from proofs_check.claim import Verdict as Verdict
    from proofs_check.registry import claims as claims
    from proofs_check.registry import verify as verify

_HOME = {
    "CertificateError": "proofs_check.certificates",
    "CertificateFormatError": "proofs_check.certificates",
    "Citation": "proofs_check.citation",
    "Claim": "proofs_check.claim",
    "Verdict": "proofs_check.claim",
    "bibtex": "proofs_check.citation",
    "check_certificate": "proofs_check.certificates",
    "cite": "proofs_check.citation",
    "claims": "proofs_check.registry",
    "verify": "proofs_check.registry",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'proofs_check' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
