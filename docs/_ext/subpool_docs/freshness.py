"""Pages that show what the packages compute are read anew when a source of the packages has changed."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = Path(__file__).resolve().parents[3]
"""The repository."""


def fingerprint() -> str:
    """Return a hash of the names, sizes and times of all sources, and of ``pyproject.toml``."""
    found = sha256()
    sources = [ROOT / "pyproject.toml"]
    for package in ("theory", "proofs_check", "docs/_ext"):
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
