"""All figures, found in the modules of :mod:`theory.figures.gallery`: there is no list that could miss one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from theory.errors import InputError
from theory.figures import gallery
from theory.figures.sweeps import Sweeps


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
    uses_sweeps : bool
        Whether it takes the keyword argument ``sweeps``, a :class:`~theory.figures.sweeps.Sweeps`.
    """

    summary: str
    draw: Callable[..., Any]
    quick: Mapping[str, Any] = field(default_factory=dict)
    uses_sweeps: bool = False

    def render(self, *, sweeps: Sweeps | None = None, quick: bool = False) -> tuple[Any, ...]:
        """Draw on new axes.

        Parameters
        ----------
        sweeps : Sweeps, optional
            Where sweeps are kept; by default they are not.
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
        if self.uses_sweeps:
            arguments["sweeps"] = sweeps if sweeps is not None else Sweeps()
        axes = self.draw(**arguments)
        return axes if isinstance(axes, tuple) else (axes,)


@cache
def figures() -> Mapping[str, FigureSpec]:
    """Return all figures by name.

    Examples
    --------
    >>> "widths" in figures()
    True
    """
    modules = sorted(iter_modules(gallery.__path__), key=lambda info: info.name)
    found = {info.name.replace("_", "-"): import_module(f"{gallery.__name__}.{info.name}").FIGURE for info in modules}
    return MappingProxyType(found)


def select(names: Iterable[str]) -> dict[str, FigureSpec]:
    """Look up figures by name; ``all`` stands for all of them.

    Raises
    ------
    InputError
        If a name is unknown; the nearest known ones are suggested.

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
