"""How an analysis says that it cannot go on."""

from __future__ import annotations


class Unsupported(Exception):  # noqa: N818 - an answer, caught by the analysis, not an error of the caller
    """A node cannot be analysed; the message says why. Never leaves this package."""
