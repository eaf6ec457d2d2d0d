"""The page: one file of HTML, with its data, its program and its charts in it, that loads nothing."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from theory.errors import FormatError
from theory.extras import import_extra
from theory.version import VERSION

_ASSETS = files(__package__) / "assets"
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.MULTILINE)


def page(data: Mapping[str, Any], theorems: Sequence[Mapping[str, Any]], *, checker: str, style: str = "") -> str:
    """Write the page, in HTML, from the data of :func:`theory.explore.data.explore_data`.

    The theorems, what checks certificates, a module of JavaScript, and the style of the theorems' sections are given,
    as nothing here knows what proves. Of each theorem ``section`` is HTML, and becomes a part of the page as it is.
    """
    version, bokeh = _bokeh()
    program = _bundle({"checker": checker})
    shown = _embedded(data)
    parts = {
        "policy": _policy(bokeh, program),
        "style": (_ASSETS / "explore.css").read_text(encoding="utf-8") + f".report {{ {style} }}",
        "version": VERSION,
        "hash": sha256(shown.encode()).hexdigest(),
        "bokeh_version": version,
        "sections": "".join(
            f'<template id="section-{escape(one["name"])}">{one["section"]}</template>' for one in theorems
        ),
        "data": shown,
        "theorems": _embedded([{key: value for key, value in one.items() if key != "section"} for one in theorems]),
        "bokeh": bokeh,
        "program": program,
    }
    # In one pass, so that what is put in is not looked at again.
    return _PLACE.sub(lambda place: parts[place[1]], (_ASSETS / "page.html").read_text(encoding="utf-8"))


def check_charts() -> None:
    """Raise a MissingDependencyError if Bokeh, which draws the charts of a page, is not there."""
    _import_bokeh()


def _import_bokeh() -> Any:
    return import_extra("bokeh", "resources", extra="explore", purpose="the page's charts are drawn by Bokeh")


def _bokeh() -> tuple[str, str]:
    """Return the version of Bokeh, and its JavaScript, as its wheel brings it."""
    bokeh = _import_bokeh()
    found = bokeh.resources.Resources(mode="inline", components=["bokeh", "bokeh-api"], minified=True)
    return bokeh.__version__, _script("\n".join(found.js_raw))


def _script(source: str) -> str:
    """Return a script that may stand in HTML, or refuse it: the end of an element or a comment would be its end."""
    if re.search(r"</script|<!--", source, re.IGNORECASE):
        raise FormatError("a script of the page has neither </script nor <!-- in it")
    return source


def _embedded(value: Any) -> str:
    """Write JSON that may stand in HTML: no character in it begins a tag."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _policy(*scripts: str) -> str:
    """Allow these scripts and no other, and nothing from elsewhere."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'"
    )


def _bundle(given: Mapping[str, str]) -> str:
    """Join the modules of the page into one script; each stays a function of its own, so that no names meet."""
    modules = [asset for asset in _ASSETS.iterdir() if asset.name.endswith(".js")]
    known = {asset.name.removesuffix(".js"): asset.read_text(encoding="utf-8") for asset in modules} | dict(given)
    return _script("".join(_joined(name, known[name]) for name in _in_order("main", known, [])))


def _in_order(name: str, known: Mapping[str, str], found: list[str]) -> list[str]:
    """Append a module after those that it imports, each once."""
    for _, imported in _IMPORT.findall(known[name]):
        if imported not in found:
            _in_order(imported, known, found)
    found.append(name)
    return found


def _joined(name: str, source: str) -> str:
    """Write a module as a function that is called once and returns what it exports."""
    body = _IMPORT.sub(lambda match: f"const {{{_renamed(match[1])}}} = from_{match[2]};\n", source)
    exported = ", ".join(match[2] for match in _EXPORT.finditer(body))
    body = _EXPORT.sub(r"\1", body)
    left = next(_left(body), None)
    if left:
        raise FormatError(f"{name}.js has an import or export that is not joined: {left}")
    return f"const from_{name} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();\n"


def _renamed(names: str) -> str:
    """Turn ``a as b`` of an import into ``a: b`` of a pattern."""
    return re.sub(r"\s+as\s+", ": ", names)


def _left(body: str) -> Iterator[str]:
    yield from re.findall(r"^(?:import|export)\b.*", body, re.MULTILINE)
