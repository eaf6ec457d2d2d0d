"""Directives that show the house: its layers, from pyproject.toml, and the modules, from their docstrings."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from subpool_docs.freshness import ROOT, depends_on_sources

_LITERAL = re.compile(r"(?::\w+:)?`{1,2}~?(.+?)`{1,2}")
_OPTIONAL = re.compile(r"[()]")


class LayersDirective(SphinxDirective):
    """Draw the layers of imports: from the top one, each may import what stands below it."""

    def run(self) -> list[nodes.Node]:
        """Draw the layers of the contract in pyproject.toml."""
        depends_on_sources(self.env)
        layers = next(found["layers"] for found in _contracts() if found["type"] == "layers")
        drawn = nodes.bullet_list(classes=["layers"])
        drawn += [nodes.list_item("", *map(_box, _modules_of(layer))) for layer in layers]
        return [drawn]


class ContractsDirective(SphinxDirective):
    """List the contracts on imports by name."""

    def run(self) -> list[nodes.Node]:
        """List the contracts of pyproject.toml."""
        depends_on_sources(self.env)
        names = [found["name"] for found in _contracts()]
        return [nodes.bullet_list("", *(nodes.list_item("", nodes.paragraph(name, name)) for name in names))]


class ModulesDirective(SphinxDirective):
    """Document modules by their own docstrings, which hold the mathematics they implement.

    The content names packages or modules; all that is below them is listed.

    Options
    -------
    without
        Modules that are left out with all that is below them.
    """

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"without": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Document the modules through autodoc."""
        depends_on_sources(self.env)
        wanted = [name for line in self.content for name in line.split()]
        without = self.options.get("without", "").split()
        chosen = (name for name in module_names() if _is_below(name, wanted) and not _is_below(name, without))
        source = [line for name in chosen for line in (f".. rubric:: {name}", "", f".. automodule:: {name}", "")]
        container = nodes.container(classes=["modules"])
        rst = ["```{eval-rst}", *source, "```"]
        self.state.nested_parse(StringList(rst, source=self.env.docname), self.content_offset, container)
        return [container]


def module_names() -> Iterator[str]:
    """Yield the names of all modules of both packages, packages before what is in them."""
    for package in ("subpool", "theory", "proofs_check"):
        for path in sorted((ROOT / package).rglob("*.py"), key=lambda path: path.with_suffix("").parts):
            parts = path.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_below(module: str, names: list[str]) -> bool:
    return any(f"{module}.".startswith(f"{name}.") for name in names)


def _contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return found


def _modules_of(layer: str) -> list[str]:
    return [name.strip() for name in _OPTIONAL.sub("", layer).split(":")]


def _box(module: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.literal("", module), nodes.Text(" "), *_inline(_first_line(module)))


def _inline(text: str) -> Iterator[nodes.Node]:
    """Turn literals and roles of a docstring into literals."""
    for i, part in enumerate(_LITERAL.split(text)):
        yield nodes.literal("", part) if i % 2 else nodes.Text(part)


def _first_line(module: str) -> str:
    path = ROOT / Path(*module.split("."))
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not source.exists():
        return "to come."
    docstring = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives."""
    app.add_directive("subpool-layers", LayersDirective)
    app.add_directive("subpool-contracts", ContractsDirective)
    app.add_directive("subpool-modules", ModulesDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
