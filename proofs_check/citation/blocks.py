r"""A text with mathematics, written once and shown as plain text, as Markdown and as LaTeX.

Prose holds formulas between dollar signs. Plain text is what :func:`_plain` makes of their LaTeX, which is no more than
what this package writes.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from theory.typeset import aligned, text

_WIDTH = 88
_UNBROKEN = 8
"""Lines of a display in LaTeX between which no page ends."""
_BREAK_AFTER = 16
"""Characters of a listing in LaTeX after which its line may end: it has no blanks of its own there."""


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    source: str


@dataclass(frozen=True)
class Display:
    """Formulas on lines of their own: rows of :func:`theory.typeset.aligned`."""

    rows: Sequence[str]


@dataclass(frozen=True)
class Listing:
    """Text of which every character counts; in LaTeX it is left out if there is another way to give it."""

    lines: str
    language: str = ""


Block = Prose | Display | Listing
Section = tuple[str, Sequence[Block]]

_COMMANDS = {
    "beta": "beta", "varphi": "phi", "sum": "sum", "max": "max", "min": "min", "sup": "sup",
    "in": "in", "ge": ">=", "le": "<=", "ne": "!=", "cdot": "*", "approx": "~", "ldots": "...", "pi": "pi",
    "quad": "  ",
}  # fmt: skip


def _plain(latex: str) -> str:
    r"""Write LaTeX as this package writes it in plain text.

    >>> print(_plain(r"\sum_{r \in R} \beta_r \varphi_{12}(z) \ge \frac{1}{20} \cdot \binom{9}{8}, [0,1]^{9}"))
    sum_{r in R} beta_r phi_12(z) >= 1/20 * C(9,8), [0,1]^9
    """
    latex = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2", latex)
    latex = re.sub(r"\\binom\{([^{}]*)\}\{([^{}]*)\}", r"C(\1,\2)", latex)
    latex = re.sub(r"\\(?:mathbf)\{([^{}]*)\}", r"\1", latex)
    latex = latex.replace(r"\lvert ", "|").replace(r" \rvert", "|")
    latex = re.sub(r"_\{(\\\{[^{}]*\\\})\}", r"_\1", latex)
    latex = re.sub(r"([_^])\{(-?\w+)\}", r"\1\2", latex).replace("\\,", "").replace("\\ ", " ")
    return re.sub(r"\\([a-z]+)", lambda match: _COMMANDS[match[1]], latex).replace("\\{", "{").replace("\\}", "}")


def to_text(sections: Sequence[Section]) -> str:
    """Write sections as plain text, in lines of 88 characters but for listings and long formulas."""
    return "\n\n".join(part for title, blocks in sections for part in [title.upper(), *map(_as_text, blocks)]) + "\n"


def _as_text(block: Block) -> str:
    if isinstance(block, Listing):
        return textwrap.indent(block.lines, "    ")
    if isinstance(block, Display):
        return "\n".join(
            ("        " if row[0] == "&" else "    ") + _plain(row.replace("&", "")).strip() for row in block.rows
        )
    # A formula is not broken at a line's end.
    whole = re.sub(r"\$([^$]*)\$", lambda match: _plain(match[1]).replace(" ", "\xa0"), block.source)
    lines = textwrap.wrap(whole, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\xa0", " ")


def to_markdown(sections: Sequence[Section]) -> str:
    """Write sections as Markdown, with LaTeX between dollar signs."""
    return (
        "\n\n".join(part for title, blocks in sections for part in [f"## {title}", *map(_as_markdown, blocks)]) + "\n"
    )


def _as_markdown(block: Block) -> str:
    if isinstance(block, Listing):
        ticks = max((len(run) for run in re.findall("`+", block.lines)), default=0)
        fence = "`" * max(3, ticks + 1)
        return f"{fence}{block.language}\n{block.lines}\n{fence}"
    # Some readers of Markdown take the backslash of a brace for theirs.
    latex = block.source if isinstance(block, Prose) else f"$$\n{aligned(block.rows)}\n$$"
    return latex.replace(r"\{", r"\lbrace ").replace(r"\}", r" \rbrace")


def to_latex(sections: Sequence[Section]) -> str:
    """Write sections as a piece of a document in LaTeX that needs the package amsmath."""
    parts = (rf"\paragraph{{{title}.}}" + _paragraphs(blocks) for title, blocks in sections)
    return "\n\n".join(parts) + "\n"


def _paragraphs(blocks: Sequence[Block]) -> str:
    """Begin a paragraph where prose follows prose, while prose after a formula goes on."""
    between = ["\n", *("\n\n" if isinstance(a, Prose) and isinstance(b, Prose) else "\n" for a, b in pairwise(blocks))]
    return "".join(gap + _as_latex(block) for gap, block in zip(between, blocks, strict=True))


def _as_latex(block: Block) -> str:
    if isinstance(block, Prose):
        # Formulas are at odd places.
        parts = (part if i % 2 else text(part) for i, part in enumerate(re.split(r"(\$[^$]*\$)", block.source)))
        return "\n".join(textwrap.wrap("".join(parts), _WIDTH, break_long_words=False, break_on_hyphens=False))
    if isinstance(block, Display):
        return _displayed(block.rows)
    lines = (_breakable(line) for line in block.lines.splitlines())
    return "\\begin{flushleft}\n\\ttfamily\n" + " \\\\\n".join(lines) + "\n\\end{flushleft}"


def _displayed(rows: Sequence[str]) -> str:
    if len(rows) <= _UNBROKEN:
        return f"\\[\n{aligned(rows)}\n\\]"
    lines = " \\\\\n".join(rows)
    return f"{{\\allowdisplaybreaks\n\\begin{{align*}}\n{lines}\n\\end{{align*}}}}"


def _breakable(line: str) -> str:
    pieces = (text(line[i : i + _BREAK_AFTER]) for i in range(0, len(line), _BREAK_AFTER))
    return r"\allowbreak{}".join(pieces)
