"""How the help of commands is laid out: lines end between words, in a narrow terminal too."""

from __future__ import annotations

import argparse
from textwrap import wrap
from typing import Any


class Help(argparse.HelpFormatter):
    """Help whose lines end between words; ``mean-and-last`` is one."""

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrap(" ".join(text.split()), width, break_long_words=False, break_on_hyphens=False)

    def _format_usage(self, *parts: Any) -> str:
        # A choice of many is a long word: where it is too long, all that stand under each other move to the left.
        first, *others = super()._format_usage(*parts).splitlines()
        indent = min((len(line) - len(line.lstrip()) for line in others if line), default=0)
        excess = max((len(line) for line in others), default=0) - self._width
        return "\n".join([first, *(line[max(0, min(excess, indent - 2)) :] for line in others)]) + "\n"

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + line for line in self._split_lines(text, width - len(indent)))
