r"""Tables that statements refer to: what a reader needs to check an identity with many terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    r"""The numbers that a statement leaves to a table, made from the data that its check uses.

    Attributes
    ----------
    title : str
        A few words.
    text : str
        How to read the rows: text with mathematics between ``\(`` and ``\)``.
    head : tuple of str
        Of each column, as such text.
    rows : tuple of tuple of str
        Each entry in LaTeX, without dollar signs.
    """

    title: str
    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def combination(terms: Iterable[tuple[int, str]]) -> str:
    """Write an integer combination of symbols in LaTeX.

    Parameters
    ----------
    terms : iterable of (int, str)
        Coefficients other than 0, and symbols.

    Examples
    --------
    >>> combination([(-2, "M_{12}"), (1, "M_{13}"), (-1, "x_3")])
    '-2 M_{12} + M_{13} - x_3'
    """
    parts = [f"{'-' if k < 0 else '+'} {'' if abs(k) == 1 else f'{abs(k)} '}{symbol}" for k, symbol in terms]
    text = " ".join(parts)
    return text[2:] if text.startswith("+") else text.replace("- ", "-", 1)
