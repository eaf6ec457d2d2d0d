"""Numbers of a text, from what computes them: ``python -m tools.quoted FILE ...`` writes those that have changed.

A number, or a formula between dollar signs, stands before the expression that it is the value of, which a reader of
the page does not see: ``1/20<!-- = optimal_estimator(9, [0, 1, 8]).error -->``. In it are the names of ``subpool``,
``claims`` with the registry as a list, and what is defined here.
"""

import re
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import subpool
from proofs_check.coq.statements import theorem_of
from theory.files import write_whole

ROOT = Path(__file__).parent.parent

_MARKED = re.compile(r"(?P<shown>\$[^$\n]+\$|\d[\d,]*(?:\.\d+)?(?:/\d[\d,]*)?)<!-- = (?P<what>.+?) -->", re.DOTALL)

_NO_PROSE = re.compile(
    r"\A---\n.*?\n---\n"  # what stands before a paper
    r"|^```.*?^```$"  # code
    r"|^\|.*?$"  # tables
    r"|^#.*?$"
    r"|`[^`]+`|\$[^$\n]+\$"
    r"|\[@[^\]]+\]|@\w+"  # references
    r"|\]\([^)]*\)|<[^>]+>",  # targets of links, and HTML
    re.MULTILINE | re.DOTALL,
)


def _names() -> Mapping[str, Any]:
    from theory.networks.maximum import two_layer_size

    known = list(subpool.claims().values())
    return {
        **{name: getattr(subpool, name) for name in subpool.__all__},
        "claims": known,
        "proved": [claim for claim in known if claim.proof is not None],
        "kernel": [claim for claim in known if theorem_of(claim)],
        "lines": lambda path: len((ROOT / path).read_text().splitlines()),
        "two_layer_size": two_layer_size,
    }


def show(value: Any) -> str:
    """Write a value as it stands in a text.

    >>> show(75551385), show(Fraction(-9, 70))
    ('75,551,385', '-9/70')
    """
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Fraction):
        return str(value)
    from sympy import latex

    return f"${latex(value)}$"


def current(text: str) -> str:
    """Return the text with every number that has an expression as that is now.

    >>> current("of 7<!-- = optimal_estimator(9, [0, 1, 8]).terms --> terms")
    'of 19<!-- = optimal_estimator(9, [0, 1, 8]).terms --> terms'
    """
    names = dict(_names()) if _MARKED.search(text) else {}

    def now(match: re.Match[str]) -> str:
        value = eval(match["what"], names)  # the text is one of this repository
        return f"{show(value)}<!-- = {match['what']} -->"

    return _MARKED.sub(now, text)


def bare(text: str) -> list[str]:
    """Return the numbers of the prose that no expression stands behind; years and names with digits are none.

    >>> bare("In 2023 some 47 of 89<!-- = len(claims) --> for 3x3 windows, and 1/20.")
    ['47', '1/20']
    """
    prose = _NO_PROSE.sub("", _MARKED.sub("", text))
    return re.findall(r"(?<![\w.,/-])(?!(?:19|20)\d\d\b)\d[\d,.]*(?:/\d+)?(?<![,.])(?![\w-])", prose)


def main(paths: list[str]) -> None:
    """Write the files whose numbers have changed."""
    for path in map(Path, paths):
        text = path.read_text()
        if (now := current(text)) != text:
            write_whole(path, now)


if __name__ == "__main__":
    main(sys.argv[1:])
