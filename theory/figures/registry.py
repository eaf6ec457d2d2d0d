"""All figures, found in the modules of :mod:`theory.figures.gallery`: there is no list that could miss one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from theory.errors import InputError
from theory.figures import gallery
from theory.figures.sweeps import Sweeps
from theory.plotting import styled

P = ParamSpec("P")
T = TypeVar("T")

_BY_MODULE: dict[str, FigureSpec] = {}


@dataclass(frozen=True)
class FigureSpec:
    """A figure: what it shows, and the function that draws it.

    Attributes
    ----------
    summary : str
        What it shows, in a line.
    draw : callable
        Takes optional axes, a sequence of them where the figure has several panels, and keyword arguments that all
        have defaults; returns the axes.
    quick : mapping of str to value
        Keyword arguments with which it is drawn within a second or so, from smaller kernels or fewer samples.
    """

    summary: str
    draw: Callable[..., Any]
    quick: Mapping[str, Any] = field(default_factory=dict)

    def render(self, *, sweeps: Sweeps | None = None, quick: bool = False) -> tuple[Any, ...]:
        """Draw on new axes.

        Parameters
        ----------
        sweeps : Sweeps, optional
            Where sweeps are kept, for figures that take the keyword argument ``sweeps``; by default they are not.
        quick : bool
            Whether to draw from little data.

        Returns
        -------
        tuple of matplotlib.axes.Axes

        Raises
        ------
        MissingDependencyError, StorageError
        """
        arguments = dict(self.quick) if quick else {}
        if "sweeps" in signature(self.draw).parameters:
            arguments["sweeps"] = sweeps
        axes = self.draw(**arguments)
        return axes if isinstance(axes, tuple) else (axes,)


def figure(summary: str, **quick: Any) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function the figure of its module, drawn in the one style: what it shows, and what is quick to draw."""

    def register(draw: Callable[P, T]) -> Callable[P, T]:
        drawn = styled(draw)
        _BY_MODULE[draw.__module__] = FigureSpec(summary, drawn, quick)
        return drawn

    return register


@cache
def figures() -> Mapping[str, FigureSpec]:
    """Return all figures by name.

    Examples
    --------
    >>> "widths" in figures()
    True
    """
    found = {}
    for name in sorted(info.name for info in iter_modules(gallery.__path__)):
        module = import_module(f"{gallery.__name__}.{name}").__name__
        if module not in _BY_MODULE:
            raise InputError(f"{module} has no function that is its figure")
        found[name.replace("_", "-")] = _BY_MODULE[module]
    return MappingProxyType(found)


def select(names: Iterable[str]) -> dict[str, FigureSpec]:
    """Look up figures by name; ``all`` stands for all of them.

    Examples
    --------
    >>> list(select(["widths", "widths"]))
    ['widths']
    >>> select(["witdhs"])
    Traceback (most recent call last):
    ...
    theory.errors.InputError: there is no figure 'witdhs'; the nearest: widths
    """
    known = figures()
    chosen: dict[str, FigureSpec] = {}
    for name in names:
        if name != "all" and name not in known:
            nearest = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"; the nearest: {', '.join(nearest)}" if nearest else f"; there are: {', '.join(known)}"
            raise InputError(f"there is no figure {name!r}{hint}")
        chosen.update(known if name == "all" else {name: known[name]})
    return chosen
