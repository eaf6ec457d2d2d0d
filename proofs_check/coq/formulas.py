"""Formulas, orders and hypotheses of claims in the language of a proof assistant.

A formula of SymPy is an element of a field, and inside a binomial, a floor or a bound of a sum a natural number. What
has no translation is an InputError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import factorial

from sympy import Add, Expr, Integer, Mul, Pow, Sum, Symbol, binomial, floor, fraction, lcm

from proofs_check.kits.cells import MaxIdentity, Orbits, Row
from theory.errors import InputError
from theory.optimal.families import Block

_BETWEEN = ";\n      "
_NUMBER = r"[0-9]+|[0-9]*[a-z]"
_LINEAR = rf"(?:{_NUMBER})(?: ?[+-] ?(?:{_NUMBER}))*"
_BINOMIAL = rf"\\binom\{{({_LINEAR})\}}\{{({_LINEAR})\}}"
_ENTRY = rf"(?:{_NUMBER}|{_BINOMIAL})(?: ?[+-] ?(?:{_NUMBER}|{_BINOMIAL}))*"
_COMPARED = re.compile(rf"{_ENTRY}(?: (?:\\le|\\ge|<) {_ENTRY})+")
_RELATION = re.compile(r"\\le|\\ge|<")
_MEMBER = re.compile(r"(?P<entry>[a-z]|[0-9]+) (?P<relation>\\in|\\notin) R")
_WITHIN = re.compile(rf"S \\subseteq \\\{{(?P<first>{_LINEAR}), \\dots, (?P<last>{_LINEAR})\\\}}")
_OR = r" \text{ or } "

_SUM, _BIG, _PRODUCT, _POWER, _ATOM = range(5)
"""How closely the outermost operation binds; a big operator's body ends before a sum."""

_Written = tuple[str, int]
_Write = Callable[[Expr], _Written]


@dataclass(frozen=True)
class _Language:
    """How a language writes what claims are made of.

    Each is a template, whose arguments are atoms: a number, a name, or something in parentheses; those of a binomial
    are there once more as they are. The hypotheses, by their LaTeX, are those that are no comparison and no membership.
    """

    cast: str
    power: str
    inverse: str
    sum: str
    binomial: str
    divided: str
    order: str
    listed: tuple[str, str]
    interval: str
    at_most: tuple[str, str]
    hypotheses: Mapping[str, str]

    def condition(self, text: str) -> str:
        r"""Translate a hypothesis, given in LaTeX.

        >>> COQ.condition(r"d \ge r + 1"), COQ.condition(r"0 \le 2k < d"), LEAN.condition(r"d \ge 2")
        ('(r + 1 <= d)%N', '(0 <= 2 * k < d)%N', '2 ≤ d')
        >>> print(COQ.condition(r"S = \emptyset \text{ or } \binom{j-1}{r} + 1 \ge j"))
        (S = [::] \/ (j <= 'C(j-1, r) + 1)%N)
        >>> print(COQ.condition(r"S \subseteq \{j + 1, \dots, d - 1\}"))
        (forall s, s \in S -> (j + 1 <= s <= d - 1)%N)
        """
        if text in self.hypotheses:
            return self.hypotheses[text]
        if _OR in text:
            return "({})".format(r" \/ ".join(map(self.condition, text.split(_OR))))
        if match := _MEMBER.fullmatch(text):
            entry = match["entry"]
            return f"{self.order.format(entry) if entry.isdigit() else entry} {match['relation']} R"
        if (match := _WITHIN.fullmatch(text)) and "s" not in match["first"] + match["last"]:
            compared = self._compared(rf"{match['first']} \le s \le {match['last']}")
            return rf"(forall s, s \in S -> {compared})"
        return self._compared(text)

    def _compared(self, text: str) -> str:
        if not _COMPARED.fullmatch(text) or (r"\ge" in text and len(_RELATION.findall(text)) > 1):
            raise InputError(f"there is no translation of the hypothesis {text}")
        with_binomials = re.sub(_BINOMIAL, self._binomial, text)
        larger, at_least, smaller = re.sub("(?<=[0-9])(?=[a-z])", " * ", with_binomials).partition(r" \ge ")
        sign, whole = self.at_most
        return whole.format(f"{smaller} {sign} {larger}" if at_least else larger.replace(r"\le", sign))

    def _binomial(self, match: re.Match[str]) -> str:
        return self.binomial.format(*(f"({argument})" for argument in match.groups()), *match.groups())

    def orders(self, blocks: Sequence[Block]) -> str:
        """Translate orders: a list, which at most one range ends.

        >>> from theory import closed_forms
        >>> COQ.orders(closed_forms["mean-and-last"].blocks), COQ.orders(closed_forms["order-and-top"].blocks)
        ('[:: 0%N; 1%N; (d - 1)%N]', '(0%N :: r :: iota (d - j) j)')
        """
        *before, last = blocks or (None,)
        if last is None or any(block.first != block.last for block in before):
            raise InputError("orders are a list that at most one range ends")
        single = [self._order(block.first) for block in before]
        if last.first == last.last:
            around, between = self.listed
            return around.format(between.join([*single, self._order(last.first)]))
        interval = self.interval.format(self._argument(last.first), self._argument(last.last - last.first + 1))
        return f"({' :: '.join([*single, interval])})"

    def _order(self, order: Expr) -> str:
        return str(order) if order.is_Symbol else self.order.format(self._argument(order))

    def field(self, formula: Expr) -> str:
        r"""Translate a formula to an element of the field.

        >>> from theory import closed_forms
        >>> COQ.field(closed_forms["single"].parametric_error_formula)
        '(d%:R - r%:R) / (2%:R * d%:R)'
        >>> LEAN.field(closed_forms["range-top"].parametric_error_formula)
        '(1 / (sum 0 j (fun i => (rat (binomial d i))) - 1))'
        """
        return self._field(formula)[0]

    def _field(self, formula: Expr) -> _Written:
        over, under = fraction(formula)
        if under != 1:
            divisor = _within(self._field, under, _ATOM)
            if over == 1:
                return self.inverse.format(divisor), _POWER
            return f"{_within(self._field, over, _PRODUCT)} / {divisor}", _PRODUCT
        if all(term.could_extract_minus_sign() for term in Add.make_args(formula)):
            return f"- {_within(self._field, -formula, _POWER)}", _SUM
        if isinstance(formula, Add):
            return _signed(self._field, formula)
        if formula in (0, 1):
            return str(formula), _ATOM
        if isinstance(formula, Mul):
            return _multiplied(self._field, formula)
        if isinstance(formula, Pow):
            return self.power.format(_within(self._field, formula.base, _ATOM), self._argument(formula.exp)), _POWER
        if isinstance(formula, Sum):
            ((index, first, last),) = formula.limits
            body = _within(self._field, formula.function, _PRODUCT)
            return self.sum.format(self._argument(first), index, self._argument(last), body), _BIG
        return self.cast.format(self._argument(formula)), _ATOM

    def _natural(self, formula: Expr) -> _Written:
        if isinstance(formula, Symbol) or (isinstance(formula, Integer) and formula >= 0):
            return str(formula), _ATOM
        if isinstance(formula, Add):
            return _signed(self._natural, formula)
        if isinstance(formula, binomial):
            bare = (self._natural(argument)[0] for argument in formula.args)
            return self.binomial.format(*map(self._argument, formula.args), *bare), _ATOM
        if isinstance(formula, floor):
            (divided,) = formula.args
            by = lcm([term.as_coeff_Mul()[0].q for term in Add.make_args(divided)])
            return self.divided.format(self._argument((divided * by).expand()), by), _PRODUCT
        if isinstance(formula, Mul) and not formula.could_extract_minus_sign():
            return _multiplied(self._natural, formula)
        raise InputError(f"there is no translation of {formula} to a natural number")

    def _argument(self, formula: Expr) -> str:
        return _within(self._natural, formula, _ATOM)


def _within(write: _Write, formula: Expr, least: int) -> str:
    text, level = write(formula)
    return text if level >= least else f"({text})"


def _signed(write: _Write, formula: Expr) -> _Written:
    """Write a sum, in which what is taken away comes last: natural numbers are not below 0."""
    terms = formula.as_ordered_terms()
    added = [_within(write, term, _BIG) for term in terms if not term.could_extract_minus_sign()]
    # Within a sum, Coq reads what comes after a big operator as added to it: no matter, unless it is taken away.
    taken = [_within(write, -term, _PRODUCT) for term in terms if term.could_extract_minus_sign()]
    if not added:
        raise InputError(f"there is no translation of {formula}, in which nothing is added")
    return " - ".join([" + ".join(added), *taken]), _SUM


def _multiplied(write: _Write, formula: Expr) -> _Written:
    return " * ".join(_within(write, factor, _POWER) for factor in formula.as_ordered_factors()), _PRODUCT


COQ = _Language(
    cast="{}%:R",
    power="{} ^+ {}",
    inverse="{}^-1",
    sum=r"\sum_({} <= {} < {}.+1) {}",
    binomial="'C({2}, {3})",
    divided="{} %/ {}",
    order="{}%N",
    listed=("[:: {}]", "; "),
    interval="iota {} {}",
    at_most=("<=", "({})%N"),
    hypotheses={
        r"x \in [0,1]^d": "in_cube x",
        r"R \ne \{0\}": "R <> [:: 0%N]",
        r"\{j, \dots, d - 1\} \subseteq R": r"(forall r, (j <= r < d)%N -> r \in R)",
        r"\varepsilon \ge 2^{-d}": "2%:R ^- d <= eps",
        r"E(d, R) \le \epsilon": "achievable_on_cube d R eps",
        r"c_r = 0 \text{ for } r \notin R \cup \{d\}": (r"(forall r, (r <= d)%N -> r \notin R -> r <> d -> c r = 0)"),
        r"\max R \le d/2": r"(forall r, r \in R -> (2 * r <= d)%N)",
        r"a_1 \ge \ldots \ge a_p": "Merging.decreasing a",
        r"b_1 \ge \ldots \ge b_q": "Merging.decreasing b",
        r"1 \le k \le p + q": "(1 <= k <= size a + size b)%N",
        r"S = \emptyset": "S = [::]",
        r"R \subseteq \{0\} \cup \{\lceil d/2 \rceil..d-1\}": (
            r"(forall r, r \in R -> r = 0%N \/ (d <= 2 * r < 2 * d)%N)"
        ),
    },
)

LEAN = _Language(
    cast="(rat {})",
    power="power {} {}",
    inverse="(1 / {})",
    sum="sum {0} {2} (fun {1} => {3})",
    binomial="(binomial {0} {1})",
    divided="{} / {}",
    order="{}",
    listed=("[{}]", ", "),
    interval="List.range' {} {}",
    at_most=("≤", "{}"),
    hypotheses={},
)


def coefficients(blocks: Sequence[Block]) -> str:
    """Translate coefficients to a function of the order k in Coq, a case a line; the last has all orders that are left.

    >>> from theory import closed_forms
    >>> print(coefficients(closed_forms["single"].blocks))
    fun k : nat => if k == 0%N then (d%:R - r%:R) / (2%:R * d%:R)
    else 1
    """
    *before, last = blocks
    cases = [f"if k == {COQ._order(block.first)} then {COQ.field(block.coefficient)}" for block in before]
    return "fun k : nat => " + "\nelse ".join([*cases, COQ.field(last.coefficient)])


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
    """Translate a group, which is that of all permutations if n! of its members are different permutations."""
    members = orbits.group.tolist()
    size = len(members[0])
    if len({tuple(one) for one in members if sorted(one) == [*range(size)]}) == len(members) == factorial(size):
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
