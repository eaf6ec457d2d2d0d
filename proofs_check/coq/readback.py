"""Reads what ``coqc`` printed: statements, assumptions, times. None of it is taken from the file that was proved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from proofs_check.coq.errors import KernelError
from theory.certificate import Certificate
from theory.rationals import from_string
from theory.targets import MAXIMUM, Target

_NO_ASSUMPTIONS = "Closed under the global context"

_MARK = "@answer"
_MARKED = f'Goal True. idtac "{_MARK}". Abort.\n'
_WIDE = "Set Printing Width 1000000000.\nSet Printing Depth 1000000000."
_TRUSTED = (
    "Axioms",
    "Constants/Inductives relying on type-in-type",
    "Constants/Inductives relying on unsafe (co)fixpoints",
    "Inductives whose positivity is assumed",
)
_TIME = re.compile(r"^Chars (\d+) - (\d+) \[(.*)\] ([0-9.]+) secs", re.MULTILINE)
_INTEGER = r"(?:[0-9]+|\(-[0-9]+\))"
_LIST = r"\[::(?: ([^\]]*))?\]"
_STATEMENT = re.compile(
    rf"forall F : realFieldType, optimal_(?P<objective>cube|range) F (?P<kernel_size>[0-9]+) {_LIST}"
    rf" \(coefficients F {_LIST}\) \(ratio F (?P<p>{_INTEGER}) (?P<q>{_INTEGER})\)"
)
_ENTRY = re.compile(rf"entry ([0-9]+) ({_INTEGER}) ({_INTEGER})")


class Answers(NamedTuple):
    """What ``coqc`` says of theorems: the statement of each on one line, and the axioms that they rest on together."""

    statements: tuple[str, ...]
    assumptions: tuple[str, ...]


def what_is_assumed(theorems: Mapping[str, str]) -> str:
    """Write the command that prints the assumptions of theorems, which have to have types, after a mark.

    Parameters
    ----------
    theorems : mapping of str to str
        The full name of each theorem, with those of its library and file, and of its type, or nothing for any type.

    It belongs where no theory is imported: what these names and the words around them mean is then up to no theory.
    """
    said = (
        f"Definition said_{number}{f' : {kind}' * bool(kind)} := @{name}."
        for number, (name, kind) in enumerate(theorems.items())
    )
    # One question for all: to find the assumptions of each, Coq would walk through MathComp each time.
    packed = "I"
    for number in range(len(theorems)):
        packed = f"(conj said_{number} {packed})"
    return "\n".join([_WIDE, *said, f"Definition together := {packed}.", f"{_MARKED}Print Assumptions together.", ""])


def what_is_stated(names: Iterable[str]) -> str:
    """Write the commands that print the statements of theorems, each after a mark."""
    return "\n".join([_WIDE, *(f"{_MARKED}Check @{name}." for name in names), ""])


def answers(output: str, names: Sequence[str]) -> Answers:
    """Read the answers to :func:`what_is_assumed`, then to :func:`what_is_stated`."""
    assumptions, *statements = re.split(rf"^{_MARK}\n", output, flags=re.MULTILINE)[1:] or [""]
    if len(statements) != len(names):
        raise KernelError(f"coqc answered {len(statements)} of {len(names)} questions")
    read = tuple(_statement(text, name) for text, name in zip(statements, names, strict=True))
    return Answers(read, _assumptions(assumptions))


def _statement(text: str, name: str) -> str:
    shown, colon, statement = text.partition("\n     : ")
    if not colon or not f".{name}".endswith(f".{shown.lstrip('@')}"):
        raise KernelError(f"coqc's answer on {name} cannot be read")
    return " ".join(statement.split())


def _assumptions(text: str) -> tuple[str, ...]:
    first, *others = text.rstrip().split("\n")
    if first == _NO_ASSUMPTIONS and not others:
        return ()
    if first != "Axioms:" or not others:
        raise KernelError("coqc's answer on assumptions cannot be read")
    return tuple(line.strip() for line in others)


def seconds(output: str, positions: Sequence[int]) -> list[float]:
    """Read from ``coqc -time`` how long theorems took, each with what was prepared for it since the one before.

    The positions are where the theorems begin, in bytes, in increasing order.
    """
    times = [0.0] * len(positions)
    current = 0
    for match in _TIME.finditer(output) if positions else ():
        times[current] += float(match[4])
        begun = int(match[1]) > positions[current]
        if begun and match[3] in ("Qed.", "Defined.") and current + 1 < len(positions):
            current += 1
    return times


def require_empty_summary(output: str) -> None:
    """Require that the summary of ``coqchk -o`` lists nothing that is taken on trust."""
    lines = {line.strip() for line in output.splitlines()}
    for trusted in _TRUSTED:
        if f"* {trusted}: <none>" not in lines:
            raise KernelError(f"the summary of coqchk has no line '* {trusted}: <none>'")


def certificate_proved(statement: str) -> Certificate:
    """Read the statement of a certificate's theorem back as a certificate, with an empty dual; refuse any other."""
    match = _STATEMENT.fullmatch(statement)
    if match is None:
        raise KernelError(f"what was proved is no statement about a certificate: {statement[:200]}")
    orders, entries = (list(filter(None, (items or "").split("; "))) for items in match.group(3, 4))
    items = [entry for entry in map(_ENTRY.fullmatch, entries) if entry is not None]
    if len(items) != len(entries) or not all(order.isdecimal() for order in orders):
        raise KernelError(f"what was proved has entries of another form: {statement[:200]}")
    coefficients = {int(entry[1]): _fraction(entry[2], entry[3]) for entry in items}
    if len(coefficients) != len(items):
        raise KernelError("what was proved has two coefficients for one order")
    return Certificate(
        kernel_size=int(match["kernel_size"]),
        objective=match["objective"],
        orders=tuple(map(int, orders)),
        coefficients=coefficients,
        error=_fraction(match["p"], match["q"]),
        dual={},
        target=Target(int(match["kernel_size"]), MAXIMUM),
    )


def _fraction(numerator: str, denominator: str) -> Fraction:
    p, q = (from_string(text.strip("()")) for text in (numerator, denominator))
    if q <= 0:
        raise KernelError(f"what was proved has a fraction with the denominator {denominator[:40]}")
    return p / q
