r"""Results as mathematics: LaTeX for papers, and what a notebook shows.

What ``to_latex`` returns stands between ``\[`` and ``\]`` and needs LaTeX's package amsmath, nothing else. Sums, lists
and integers that are wider than a column of text are broken into lines. In a notebook a result is a small table of
HTML, bounded however large the result is. Its formulas stand between dollar signs, which notebooks typeset; where
they are not typeset, they are read as LaTeX. Names of strangers are shown in ``code``, in which nothing is typeset.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape as escape_html
from typing import TYPE_CHECKING

from theory.notation import runs_of
from theory.rationals import decimal, to_string

if TYPE_CHECKING:
    from theory.plotting import Axes

LINE = 60
"""Digits of a line: LaTeX's article has lines of 345 points, and a digit of it has 5; signs have space around them."""
_LONGEST_LATEX = 2_000
"""Characters of LaTeX that a notebook is given to typeset: about a screen."""
_LONGEST_FRACTION = 40
_ROWS = 24
"""Rows of a table in a notebook; of more, the first and the last are shown."""

_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_INVISIBLE = re.compile(r"\\(?:left|right|quad)\b|[{}_^&\s]")
_TEXT = {c: f"$\\{c}$" for c in "&#%_{}"} | {
    "$": r"\$",
    "\\": r"$\backslash$",
    "^": r"$\hat{\ }$",
    "~": r"$\sim$",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
}


# LaTeX.


def text(string: str) -> str:
    r"""Write any string as text in LaTeX; what is not ASCII, or not printable, as its escape in Python.

    >>> print(text("50%_of $x\n"), text(r"\input{é}"))
    50$\%$$\_$of \$x$\backslash$n $\backslash$input$\{$$\backslash$xe9$\}$
    """
    shown = (c if c.isascii() and c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in string)
    return "".join(_TEXT.get(c, c) for c in "".join(shown))


def fraction(number: Fraction) -> str:
    r"""Write a rational in LaTeX.

    >>> print(fraction(Fraction(-9, 70)), fraction(Fraction(3)))
    -\frac{9}{70} 3
    """
    numerator, _, denominator = to_string(abs(number)).partition("/")
    size = rf"\frac{{{_digits(numerator)}}}{{{_digits(denominator)}}}" if denominator else _digits(numerator)
    return f"-{size}" if number < 0 else size


def _digits(digits: str) -> str:
    if len(digits) <= LINE:
        return digits
    lines = r" \\ ".join(digits[i : i + LINE] for i in range(0, len(digits), LINE))
    return rf"\begin{{array}}{{l}} {lines} \end{{array}}"


def order_set(orders: Iterable[tuple[str, str]]) -> str:
    r"""Write a set of orders from its runs of consecutive ones, their first and last, in LaTeX.

    >>> print(order_set([("0", "0"), ("d - 3", "d - 1")]))
    \{0, d - 3, \ldots, d - 1\}
    """
    shown = (first if first == last else rf"{first}, \ldots, {last}" for first, last in orders)
    return rf"\{{{', '.join(shown)}\}}"


def orders_in_latex(orders: Iterable[int]) -> str:
    r"""Write orders, which increase, as a set in LaTeX.

    >>> print(orders_in_latex([0, 1, 8]), orders_in_latex([0, 2, 3, 4, 5]))
    \{0, 1, 8\} \{0, 2, \ldots, 5\}
    """
    runs = runs_of(orders)
    # Two dots would say more than the one number that they stand for.
    return order_set(
        (str(a), str(b))
        for run in runs
        for a, b in ([(run[0], run[-1])] if len(run) > 3 else zip(run, run, strict=True))
    )


def combination(terms: Iterable[tuple[Fraction, str]]) -> list[str]:
    r"""Write the terms of a linear combination with their signs: coefficients, and the symbols that they belong to.

    >>> combination([(Fraction(1, 2), ""), (Fraction(-1), "m_{1}(x)"), (Fraction(0), "m_{2}(x)")])
    ['\\frac{1}{2}', '- m_{1}(x)']
    """
    shown: list[str] = []
    for number, symbol in terms:
        if number:
            size = "" if symbol and abs(number) == 1 else fraction(abs(number))
            sign = "-" if number < 0 else "+" if shown else ""
            shown.append(" ".join(filter(None, (sign, size, symbol))))
    return shown or ["0"]


def equation(left: str, pieces: Iterable[str], *, relation: str = "=") -> list[str]:
    r"""Write ``left = pieces`` as rows of :func:`aligned`, broken between pieces where a line would be too wide.

    >>> equation("f", ["1", "+ x"])
    ['f &= 1 + x']
    """
    lines: list[list[str]] = [[]]
    room = LINE - width(left) - 3
    used = 0
    for piece in pieces:
        used += width(piece) + 2
        if lines[-1] and used > room:
            lines.append([])
            used = width(piece) + 4
        lines[-1].append(piece)
    first, *others = (" ".join(line) for line in lines)
    return [f"{left} &{relation} {first}", *(rf"&\quad {line}" for line in others)]


def listed(items: Iterable[str]) -> list[str]:
    """Write items in parentheses, with commas, as pieces of an :func:`equation`.

    >>> listed("ab"), listed("a")
    (['(a,', 'b)'], ['(a)'])
    """
    pieces = [f"{item}," for item in items]
    pieces[-1] = pieces[-1].removesuffix(",") + ")"
    return [f"({pieces[0]}", *pieces[1:]]


def width(latex: str) -> int:
    """Estimate how wide it is set, in digits."""
    if r"\begin{array}" in latex:
        return LINE
    longer = _FRACTION.sub(lambda match: max(match.groups(), key=len), latex)
    signs = re.sub(r"\\(?:cdot|approx|le|ge|in)\b|[-+=]", "xx", longer)
    return len(re.sub(r"\\[a-zA-Z]+|\\.", "x", _INVISIBLE.sub("", signs)))


def aligned(rows: Sequence[str]) -> str:
    """Put rows, in which ``&`` stands before relations, one below the other."""
    if len(rows) == 1:
        return rows[0].replace("&", "", 1)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def array(columns: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table of mathematics; ``columns`` are the letters of LaTeX for their justification."""
    lines = " \\\\\n".join(" & ".join(row) for row in rows)
    return f"\\begin{{array}}{{{columns}}}\n{' & '.join(header)} \\\\\n\\hline\n{lines}\n\\end{{array}}"


# HTML.


@dataclass(frozen=True)
class Name:
    """What a stranger has chosen, as text."""

    text: str


@dataclass(frozen=True)
class Grid:
    """A table in a table."""

    header: Sequence[str]
    rows: Sequence[Sequence[object]]


def _cell(value: object) -> str:
    """Return a value as HTML."""
    if isinstance(value, Name):
        from theory.terminal import visible  # here, as it loads Rich

        return f"<code>{escape_html(visible(value.text))}</code>"
    if isinstance(value, Grid):
        return _table(map(_cell, value.header), [list(map(_cell, row)) for row in value.rows])
    if isinstance(value, Fraction):
        exact = to_string(value)
        if len(exact) > _LONGEST_FRACTION:
            return f"{decimal(value)} ({len(exact)} characters)"
        return exact if value.denominator == 1 else f"{exact} = {decimal(value)}"
    return escape_html(str(value))


def _table(header: Iterable[str], rows: Sequence[Sequence[str]]) -> str:
    names = list(header)
    shown = list(rows)
    if len(rows) > _ROWS:
        left_out = f"… {len(rows) - _ROWS + 1:,} more …"
        shown = [*rows[: _ROWS // 2], [left_out], *rows[1 - _ROWS // 2 :]]
    head = f"<thead><tr>{''.join(f'<th>{name}</th>' for name in names)}</tr></thead>" if names else ""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in shown)
    return f"<table>{head}<tbody>{body}</tbody></table>"


class Shown(ABC):
    """Base of results that have LaTeX, and that notebooks show as mathematics and as a table of facts."""

    _typeset_in_html = True

    @abstractmethod
    def to_latex(self) -> str:
        r"""Write it in LaTeX, for ``\[ ... \]``."""

    def _facts(self) -> Iterable[tuple[str, object]]:
        """Yield what a table says, by name: numbers, strings, names, grids."""
        return ()

    def _repr_latex_(self) -> str | None:
        latex = self.to_latex()
        return rf"$\displaystyle {latex}$" if len(latex) <= _LONGEST_LATEX else None

    def _repr_html_(self) -> str | None:
        facts = list(self._facts())
        latex = self._repr_latex_() if facts and self._typeset_in_html else None
        rows = [f"<tr><td>{escape_html(name)}</td><td>{_cell(value)}</td></tr>" for name, value in facts]
        if latex:
            rows.insert(0, f'<tr><td colspan="2">{escape_html(latex, quote=False)}</td></tr>')
        return f"<table><tbody>{''.join(rows)}</tbody></table>" if rows else None


class Drawn(Shown):
    """Base of results that draw themselves, too."""

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw it: an estimator its residual at 0/1 vectors, a law its density, a front the least error for each cost.

        Residuals are in units of the largest; where the largest ones alternate in sign, the estimator equioscillates.

        Parameters
        ----------
        axes : matplotlib.axes.Axes, optional
            By default those of a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        MissingDependencyError
            Without Matplotlib.

        Examples
        --------
        >>> from theory import Estimator
        >>> Estimator(9, {0: Fraction(4, 9), 1: 1}).plot().get_ylabel()
        'residual, in units of 4/9'
        """
        return self._draw(axes)

    @abstractmethod
    def _draw(self, axes: Axes | None) -> Axes:
        """Draw it on axes, or on those of a new figure."""
