"""A built site that asks nobody else for anything: what a page loads has to be part of the site."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

_LOADED = {"src", "srcset", "data", "poster"}
_LOADED_BY_LINK = {"stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "icon", "manifest"}
_ELSEWHERE = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_IN_CSS = re.compile(r"(?:url\(\s*|@import\s+)[\"']?\s*((?:https?:)?//[^\"')\s]+)", re.IGNORECASE)


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        loaded = [given[name] for name in _LOADED & set(given)]
        if tag == "link" and _LOADED_BY_LINK & set(given.get("rel", "").lower().split()):
            loaded.append(given.get("href", ""))
        self.found += [target for target in loaded if _ELSEWHERE.match(target)]
        self.found += _IN_CSS.findall(given.get("style", ""))


def external_resources(text: str) -> list[str]:
    """List what a page or a style sheet loads from elsewhere. Links that a reader may follow do not count."""
    page = _Loads()
    page.feed(text)
    return page.found + _IN_CSS.findall(text)


def external_resources_of(site: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of a site that load something from elsewhere, with what it is."""
    for path in sorted(site.rglob("*")):
        if path.suffix in {".html", ".css", ".svg"}:
            for target in external_resources(path.read_text(encoding="utf-8")):
                yield path.relative_to(site), target


def _check(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        found = [f"{path} loads {target}" for path, target in external_resources_of(Path(app.outdir))]
        if found:
            raise ExtensionError("pages have to work without a network: " + "; ".join(found))


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at the site when it is built."""
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
