"""Which public top-level names of the packages are used outside the module that defines them, tests aside."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("theory", "proofs_check")
OTHER_USERS = ("tools", "benchmarks", "docs/_ext")
PAGES = ("README.md", "docs", "notebooks", "pyproject.toml")


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources() -> dict[str, ast.Module]:
    """Parse both packages, by the name of the module."""
    return {module_of(path): _parsed(path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def public_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a module defines, but for those that a registry asks for by a decorator."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found = [] if getattr(node, "decorator_list", []) and _is_registered(node) else [node.name]
        elif isinstance(node, ast.Assign):
            found = [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found = [node.target.id]
        else:
            found = []
        yield from (name for name in found if not name.startswith("_"))


def _is_registered(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return any(
        isinstance(entry, ast.Call) and getattr(entry.func, "id", "") == "figure" for entry in node.decorator_list
    )


def uses(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield what a file takes from modules: the module, and the name in it."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name
                known[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            yield known.get(owner, owner), node.attr


def promised(tree: ast.Module) -> set[str]:
    """Return the names in the signatures and fields of what is public: who is given such a thing may name it."""
    public = [node for node in tree.body if not getattr(node, "name", "_").startswith("_")]
    annotations = [
        annotation
        for node in public
        for inner in ast.walk(node)
        for annotation in (getattr(inner, "annotation", None), getattr(inner, "returns", None))
        if annotation is not None
    ]
    return {name.id for annotation in annotations for name in ast.walk(annotation) if isinstance(name, ast.Name)}


def unused_names() -> list[str]:
    """Return the names, with their modules, that nothing but their own module and tests uses."""
    trees = sources()
    others = {str(p): _parsed(p) for folder in OTHER_USERS for p in sorted((ROOT / folder).rglob("*.py"))}
    used = {use for module, tree in [*trees.items(), *others.items()] for use in uses(module, tree) if use[0] != module}
    written = "\n".join(path.read_text(encoding="utf-8") for path in _pages())
    named = set(re.findall(r"\b(?:theory|proofs_check)(?:\.\w+)+", written))
    imported = re.findall(r"from ((?:theory|proofs_check)[\w.]*) import ([\w, ]+)", written)
    named |= {f"{module}.{name.split(' as ')[0].strip()}" for module, names in imported for name in names.split(",")}
    documented = set(re.findall(r"automodule:: (\S+)\n +:members:", written))
    return [
        f"{module}.{name}"
        for module, tree in trees.items()
        if module not in documented
        for name in dict.fromkeys(public_names(tree))
        if not ((module, name) in used or f"{module}.{name}" in named or name in promised(tree))
    ]


def _pages() -> Iterator[Path]:
    for name in PAGES:
        path = ROOT / name
        yield from [path] if path.is_file() else (p for p in path.rglob("*") if p.suffix in {".md", ".ipynb"})
