r"""What a condition in LaTeX says of a case, where it is a comparison or a membership: read from its text.

So a hypothesis of this kind has one home, its text: what is shown, what is translated for a proof assistant, and what
cases are drawn with cannot differ.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from typing import Any

from theory.errors import InputError

_RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    r"\le": operator.le,
    r"\ge": operator.ge,
    r"\ne": operator.ne,
    "<": operator.lt,
    "=": operator.eq,
    r"\in": lambda entry, orders: entry in orders,
    r"\notin": lambda entry, orders: entry not in orders,
}
_RELATION = re.compile(r"(\\(?:le|ge|ne|in|notin)\b|[<=])")
_ENTRY = re.compile(r"[a-zA-Z0-9 ^+-]+")
_JUXTAPOSED = re.compile(r"(?<=[0-9]) ?(?=[a-zA-Z])")
_NODES = (
    ast.Expression,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Pow,
    ast.UnaryOp,
    ast.USub,
    ast.Name,
    ast.Load,
    ast.Constant,
)


@cache
def meaning(text: str) -> Callable[[Mapping[str, Any]], bool]:
    r"""Return what takes the values of the quantities by name and says whether they meet a condition.

    Parameters
    ----------
    text : str
        Sums, products and powers of integers and quantities, compared once or in a chain, in LaTeX without dollar
        signs; or one of them that is a member of a set, or is not.

    Raises
    ------
    InputError
        If the text is nothing of this kind, and so needs a function beside it.

    Examples
    --------
    >>> meaning(r"0 \le 2k < d")({"k": 2, "d": 5}), meaning(r"d \ge j + 2 r")({"d": 5, "j": 2, "r": 2})
    (True, False)
    >>> meaning(r"d \notin R")({"d": 3, "R": (0, 3)})
    False
    """
    first, *others = (part.strip() for part in _RELATION.split(text))
    relations = [_RELATIONS[one] for one in others[::2]]
    entries = [_entry(one, text) for one in (first, *others[1::2])]
    if not relations:
        raise InputError(f"the condition {text} compares nothing: it needs a function that says when it holds")

    def holds(case: Mapping[str, Any]) -> bool:
        values = pairwise(entry(case) for entry in entries)
        return all(relation(*pair) for relation, pair in zip(relations, values, strict=True))

    return holds


def _entry(entry: str, text: str) -> Callable[[Mapping[str, Any]], Any]:
    refusal = InputError(f"the condition {text} has no meaning of its own: it needs a function that says when it holds")
    if not _ENTRY.fullmatch(entry):
        raise refusal
    try:
        tree = ast.parse(_JUXTAPOSED.sub("*", entry).replace("^", "**"), mode="eval")
    except SyntaxError:
        raise refusal from None
    if not all(isinstance(node, _NODES) for node in ast.walk(tree)):
        raise refusal
    code = compile(tree, text, "eval")
    return lambda case: eval(code, {"__builtins__": {}}, dict(case))
