"""Pages that show what the packages compute are read anew when a source of the packages has changed."""

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from proofs_check.coq import KernelRecord, kernel_record

ROOT = Path(__file__).resolve().parents[3]
"""The repository."""


@cache
def kernel() -> KernelRecord:
    """Return what Coq's kernel has accepted so far; it is not asked again during a build."""
    return kernel_record()


def fingerprint() -> str:
    """Return a hash of the kernel's record, and of the names, sizes and times of all sources and ``pyproject.toml``."""
    found = sha256(repr(kernel()).encode())
    sources = [ROOT / "pyproject.toml"]
    for package in ("subpool", "theory", "proofs_check", "docs/_ext"):
        sources += [path for path in (ROOT / package).rglob("*") if path.suffix in {".py", ".v"}]
    for path in sorted(sources):
        stat = path.stat()
        found.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return found.hexdigest()


def depends_on_sources(env: BuildEnvironment) -> None:
    """Note that the page that is being read shows something computed."""
    env.metadata[env.docname]["computed-from"] = fingerprint()


def outdated(app: Sphinx, env: BuildEnvironment, *_: object) -> Iterable[str]:
    """List the pages that were computed from other sources than today's: for ``env-get-outdated``."""
    today = fingerprint()
    return [page for page, data in env.metadata.items() if data.get("computed-from", today) != today]
