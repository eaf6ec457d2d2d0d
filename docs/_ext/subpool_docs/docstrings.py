"""Docstrings that are written for people: bars are absolute values, w_+ is a name, what is referred to has to exist."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import get_node_source

import subpool

_LITERAL = re.compile(r"(``.*?``)")
_MARKUP = re.compile(r"\||(?<=\w)_(?!\w)")
_DOCSTRING = re.compile(r"docstring of ([\w.]+)")
_COLON = "\ue000"
_BEFORE_NAPOLEON, _AFTER_NAPOLEON = 400, 600


def _escape_mathematics(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Escape what would be substitutions, |x|, and references, w_, outside examples and literals."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = _LITERAL.split(line)
            lines[i] = "".join(part if part.startswith("``") else _MARKUP.sub(r"\\\g<0>", part) for part in parts)


def _hide_colons(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Hide the colons of a property's first line, before which napoleon would see a type."""
    if what in ("property", "attribute") and lines:
        lines[0] = lines[0].replace(":", _COLON)


def _show_colons(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    lines[:] = [line.replace(_COLON, ":") for line in lines]


def _resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> nodes.Element | None:
    """Resolve a reference by what can be imported: to the page that documents the object, or to plain text.

    What cannot be imported stays unresolved, and is an error of the build.
    """
    if node.get("refdomain") != "py":
        return None
    domain = env.get_domain("py")
    for target in _candidates(node):
        found = _imported(target)
        if found is not None:
            names = (public for public in (_public_name(target, found[0]), target) if public is not None)
            pages = (
                domain.resolve_xref(env, node["refdoc"], app.builder, node["reftype"], name, node, content)
                for name in names
            )
            return next((page for page in pages if page is not None), content)
    return None


def _candidates(node: pending_xref) -> Iterator[str]:
    """Yield the full names that a reference may mean: as it is, in the module of its docstring, one of our errors."""
    target = node["reftarget"]
    yield target
    docstring = _DOCSTRING.search(get_node_source(node) or "")
    if docstring:
        module = docstring[1]
        while module:
            yield f"{module}.{target}"
            module = module.rpartition(".")[0]
    yield f"theory.errors.{target}"


def _imported(target: str) -> tuple[Any] | None:
    """Import what a dotted name says; None if there is no such thing."""
    parts = target.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:length]))
        except (ImportError, ValueError):
            continue
        try:
            for part in parts[length:]:
                found = getattr(found, part)
        except AttributeError:
            return None
        return (found,)
    return None


def _public_name(target: str, found: object) -> str | None:
    name = target.rpartition(".")[2]
    return f"subpool.{name}" if name in subpool.__all__ and getattr(subpool, name) is found else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to autodoc and to the resolution of references."""
    app.connect("autodoc-process-docstring", _hide_colons, priority=_BEFORE_NAPOLEON)
    app.connect("autodoc-process-docstring", _escape_mathematics)
    app.connect("autodoc-process-docstring", _show_colons, priority=_AFTER_NAPOLEON)
    app.connect("missing-reference", _resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
