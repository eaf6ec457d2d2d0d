"""Formulas, orders and hypotheses of claims in Coq's language, as :mod:`proofs_check.coq.statements` compares them.

A formula of SymPy is an element of the ordered field F, and inside a binomial, a floor or a bound of a sum a natural
number. What has no translation here is an InputError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import factorial

from sympy import Add, Expr, Integer, Mul, Pow, Sum, Symbol, binomial, floor, fraction, lcm

from proofs_check.kits.cells import MaxIdentity, Orbits, Row
from theory.errors import InputError
from theory.optimal.families import Block

_BETWEEN = ";\n      "
_ENTRY = r"[a-z0-9 +-]+?"
_COMPARED = re.compile(rf"{_ENTRY}(?: (?:\\le|\\ge|<) {_ENTRY})+")
_MEMBER = re.compile(r"(?P<entry>[a-z]|[0-9]+) (?P<relation>\\in|\\notin) R")
_IN_COQ = {
    r"x \in [0,1]^d": "in_cube x",
    r"\max R \le d/2": r"(forall r, r \in R -> (2 * r <= d)%N)",
    r"R \subseteq \{0\} \cup \{\lceil d/2 \rceil..d-1\}": r"(forall r, r \in R -> r = 0%N \/ (d <= 2 * r < 2 * d)%N)",
}


def condition(text: str) -> str:
    r"""Translate a hypothesis, given in LaTeX.

    >>> condition(r"d \ge r + 1"), condition(r"1 \le r \le d"), condition(r"0 \in R")
    ('(r + 1 <= d)%N', '(1 <= r <= d)%N', '0%N \\in R')
    """
    if text in _IN_COQ:
        return _IN_COQ[text]
    if match := _MEMBER.fullmatch(text):
        entry = match["entry"] + "%N" * match["entry"].isdigit()
        return f"{entry} {match['relation']} R"
    if not _COMPARED.fullmatch(text) or (r"\ge" in text and len(re.findall(r"\\[lg]e|<", text)) > 1):
        raise InputError(f"there is no translation of the hypothesis {text}")
    larger, at_least, smaller = text.partition(r" \ge ")
    return f"({smaller} <= {larger})%N" if at_least else f"({text.replace(chr(92) + 'le', '<=')})%N"


def max_identity(identity: MaxIdentity) -> str:
    r"""Translate an identity for a maximum, whole: the group, the multiple of the maximum, the rows.

    >>> from proofs_check.theorems.max_of_eight import identity
    >>> print(*max_identity(identity(7, 1)).split("\n")[:3], sep="\n")
    max_by_images F 7 (permutations (iota 0 7)) 1
        [:: times (-181) 1232 [:: M 1 0 0];
          times 17 176 [:: M 1 0 1]]
    """
    orbits = identity.relus
    rows = (_listed(map(_row, rows), _BETWEEN) for rows in (identity.rows, orbits.rows))
    whole = f"max_by_images F {orbits.group.shape[1]} {_members(orbits)} {identity.factor}"
    return "\n    ".join([whole, *rows])


@cache
def _members(orbits: Orbits) -> str:
    """Translate a group, which is that of all permutations if n! of its members are different."""
    members = orbits.group.tolist()
    size = len(members[0])
    if len({*map(tuple, members)}) == factorial(size):
        return f"(permutations (iota 0 {size}))"
    return f"{_listed(map(_listed, members), _BETWEEN)}%N"


def _listed(entries: Iterable[object], between: str = "; ") -> str:
    return f"[:: {between.join(map(str, entries))}]"


def _row(row: Row) -> str:
    """Translate c and the parts of a form, M_ii for x_i."""
    c, form = row
    parts = (f"M {_integer(k)} {places[0]} {places[-1]}" for places, k in form.items())
    return f"times {_integer(c.numerator)} {c.denominator} {_listed(parts)}"


def _integer(number: int) -> str:
    return str(number) if number >= 0 else f"({number})"


def orders(blocks: Sequence[Block]) -> str:
    """Translate orders: a list, which at most one range ends.

    >>> from theory import closed_forms
    >>> orders(closed_forms["mean-and-last"].blocks), orders(closed_forms["order-and-top"].blocks)
    ('[:: 0%N; 1%N; (d - 1)%N]', '(0%N :: r :: iota (d - j) j)')
    """
    *before, last = blocks or (None,)
    if last is None or any(block.first != block.last for block in before):
        raise InputError("orders are a list that at most one range ends")
    single = [_index(block.first) for block in before]
    if last.first == last.last:
        return f"[:: {'; '.join([*single, _index(last.first)])}]"
    return f"({' :: '.join([*single, f'iota {_argument(last.first)} {_argument(last.last - last.first + 1)}'])})"


def _index(order: Expr) -> str:
    return _as_natural(order) if order.is_Symbol else f"{_argument(order)}%N"


def _argument(formula: Expr) -> str:
    return _within(_natural, formula, _ATOM)


def field(formula: Expr) -> str:
    r"""Translate a formula to an element of the ordered field.

    >>> from theory import closed_forms
    >>> field(closed_forms["single"].parametric_error_formula)
    '(d%:R - r%:R) / (2%:R * d%:R)'
    >>> field(closed_forms["top"].parametric_error_formula)
    "(2%:R * (\\sum_(0 <= i < j.+1) 'C(d - 1, i)%:R))^-1"
    """
    return _field(formula)[0]


def _as_natural(formula: Expr) -> str:
    return _natural(formula)[0]


_SUM, _BIG, _PRODUCT, _POWER, _ATOM = range(5)
"""How closely the outermost operation binds; a big operator's body ends before a sum."""

_Written = tuple[str, int]
_Write = Callable[[Expr], _Written]


def _within(write: _Write, formula: Expr, least: int) -> str:
    text, level = write(formula)
    return text if level >= least else f"({text})"


def _field(formula: Expr) -> _Written:
    over, under = fraction(formula)
    if under != 1:
        divisor = _within(_field, under, _ATOM)
        return (f"{divisor}^-1", _POWER) if over == 1 else (f"{_within(_field, over, _PRODUCT)} / {divisor}", _PRODUCT)
    if all(term.could_extract_minus_sign() for term in Add.make_args(formula)):
        return f"- {_within(_field, -formula, _POWER)}", _SUM
    if isinstance(formula, Add):
        return _signed(_field, formula)
    if formula in (0, 1):
        return str(formula), _ATOM
    if isinstance(formula, Mul):
        return _multiplied(_field, formula)
    if isinstance(formula, Pow):
        return f"{_within(_field, formula.base, _ATOM)} ^+ {_within(_natural, formula.exp, _ATOM)}", _POWER
    if isinstance(formula, Sum):
        ((index, first, last),) = formula.limits
        bounds = f"{_as_natural(first)} <= {index} < {_within(_natural, last, _ATOM)}.+1"
        return rf"\sum_({bounds}) {_within(_field, formula.function, _PRODUCT)}", _BIG
    return f"{_within(_natural, formula, _ATOM)}%:R", _ATOM


def _natural(formula: Expr) -> _Written:
    if isinstance(formula, Symbol) or (isinstance(formula, Integer) and formula >= 0):
        return str(formula), _ATOM
    if isinstance(formula, Add):
        return _signed(_natural, formula)
    if isinstance(formula, binomial):
        return f"'C({', '.join(map(_as_natural, formula.args))})", _ATOM
    if isinstance(formula, floor):
        (divided,) = formula.args
        by = lcm([term.as_coeff_Mul()[0].q for term in Add.make_args(divided)])
        return f"{_within(_natural, (divided * by).expand(), _ATOM)} %/ {by}", _PRODUCT
    if isinstance(formula, Mul) and not formula.could_extract_minus_sign():
        return _multiplied(_natural, formula)
    raise InputError(f"there is no translation of {formula} to a natural number")


def _signed(write: _Write, formula: Expr) -> _Written:
    """_Write a sum, in which what is taken away comes last: natural numbers are not below 0."""
    terms = formula.as_ordered_terms()
    added = [_within(write, term, _BIG) for term in terms if not term.could_extract_minus_sign()]
    taken = [_within(write, -term, _BIG) for term in terms if term.could_extract_minus_sign()]
    if not added:
        raise InputError(f"there is no translation of {formula}, in which nothing is added")
    return " - ".join([" + ".join(added), *taken]), _SUM


def _multiplied(write: _Write, formula: Expr) -> _Written:
    return " * ".join(_within(write, factor, _POWER) for factor in formula.as_ordered_factors()), _PRODUCT
