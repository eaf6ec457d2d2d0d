"""A network evaluated on symbols: what each unit computes, as subset maxima and ReLUs whose bends are open.

A *value* is a form in subset maxima plus a combination of *open* ReLUs, those that are not sort-linear themselves. The
ReLU of every pre-activation p is one of

- sort-linear but for a constant: p keeps its sign on every cone of equal order;
- p itself, if p is nowhere negative: a form >= 0 plus open ReLUs with positive coefficients, or a multiple of relu(-v)
  (there is nothing to cut off, so ReLUs can be carried through a layer);
- a multiple of a known ReLU, plus a value: p = c v with v primitive and c > 0 gives relu(p) = c relu(v), and c < 0
  gives relu(p) = |c| (relu(v) - v), so in relu(v) - relu(-v) = v nothing remains of the ReLU, whatever v is;
- open.

Where a value is read whose open ReLUs together are sort-linear but for a constant, because their bends cancel
(:mod:`theory.networks.exactness.bends`), they are replaced by the form that they add up to. Everything that is left of
the network's output is then compared with the target. All numbers are integers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import gcd
from typing import TypeAlias

from theory.errors import ProblemTooLargeError
from theory.networks.exactness.bends import Bend, BendAlgebra
from theory.networks.exactness.integers import IntegerNetwork
from theory.networks.exactness.sort_linear import (
    CONSTANT,
    Form,
    add_scaled,
    atoms,
    changes_sign,
    interpolate_relu,
    vertex_values,
)
from theory.networks.network import Domain

MAX_ATOMS = 16
"""Largest number of atoms of a pre-activation whose sign is looked at on all cones: 2^16 vertices."""

_Key: TypeAlias = tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Value:
    """A form plus a combination of open ReLUs, the coefficient of each by its number, none of them 0."""

    form: Form = field(default_factory=dict)
    open: dict[int, int] = field(default_factory=dict)

    def add(self, factor: int, other: Value) -> None:
        """Add ``factor * other`` in place."""
        add_scaled(self.form, factor, other.form)
        add_scaled(self.open, factor, other.open)

    def scaled(self, factor: int) -> Value:
        """Multiply by a number other than 0."""
        return Value({s: c * factor for s, c in self.form.items()}, {u: c * factor for u, c in self.open.items()})

    def primitive(self) -> tuple[int, Value]:
        """Write the value as c times one without common divisor, whose first coefficient is positive; c may be < 0."""
        coefficients = [*(self.open[u] for u in sorted(self.open)), *(self.form[s] for s in sorted(self.form))]
        content = gcd(*coefficients)
        content = -content if coefficients[0] < 0 else content
        return content, Value(
            {s: c // content for s, c in self.form.items()}, {u: c // content for u, c in self.open.items()}
        )

    @property
    def key(self) -> _Key:
        """What equal values have in common."""
        return tuple(sorted(self.form.items())), tuple(sorted(self.open.items()))


@dataclass(frozen=True)
class Outcome:
    """What is known of a network's output, times the network's denominator.

    ``bend`` is a bend of it inside an open cone, if one was found. The counts of units are those of
    :class:`~theory.networks.exactness.prove.ExactnessVerdict`; ``unsettled`` has layer and row of each unit whose bend
    is left in the output, or could not be followed, and ``obstacle`` says why there are any.
    """

    output: Value
    bend: Bend | None
    sign_constant: int
    paired: int
    cancelling: int
    idle: int
    unsettled: tuple[tuple[int, int], ...]
    obstacle: str


class Tracer:
    """One pass through a network, or through anything else that is made of sums and ReLUs.

    ``obstacle`` says why bends could not be settled; it is empty if all were.

    >>> from theory.networks.network import network_from_rows
    >>> maximum = network_from_rows(2, [([{0: 1, 1: -1}, {1: 1}, {1: -1}], None), ([{0: 1, 1: 1, 2: -1}], None)])
    >>> outcome = Tracer("real").run(IntegerNetwork.of(maximum))
    >>> outcome.output, outcome.sign_constant, outcome.paired
    (Value(form={3: 1}, open={}), 1, 2)
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._algebra = BendAlgebra(domain)
        self._inner: list[Value] = []
        """The pre-activation v of each open ReLU."""
        self._relu: dict[_Key, Value] = {}
        """What is known to be relu(v), v primitive."""
        self._numbers: dict[_Key, int] = {}
        """The number of relu(v), v primitive, if it is open."""
        self._cancels: dict[tuple[tuple[int, int], ...], bool] = {}
        self._interpolants: dict[int, Form] = {}
        self._cancelled: set[int] = set()
        self.obstacle = ""

    def run(self, network: IntegerNetwork) -> Outcome:
        """Evaluate a network."""
        values = [Value({1 << j: 1}) for j in range(network.kernel_size)]
        opened: dict[tuple[int, int], int | None] = {}
        units = 0
        for number, layer in enumerate(network.layers):
            rows = zip(layer.rows, layer.bias, strict=True)
            read = [
                self.settle(_combine(values, row, b), f"row {i} of layer {number}") for i, (row, b) in enumerate(rows)
            ]
            if number == len(network.layers) - 1:
                break
            values = []
            readers = {j for row in network.layers[number + 1].rows for j, _ in row}
            for i, pre in enumerate(read):
                value, unit = self.apply_relu(pre)
                values.append(value)
                units += 1
                if i in readers and (value.form or value.open):
                    opened[number, i] = unit
        return self._outcome(read[0], opened, units)

    def _outcome(self, output: Value, opened: dict[tuple[int, int], int | None], units: int) -> Outcome:
        left = self._reachable(output.open)
        of_units = [u for u in opened.values() if u is not None]
        bend = None
        terms = [(b, self._inner[u]) for u, b in output.open.items()]
        if terms and not any(inner.open for _, inner in terms):
            try:
                bend = self._algebra.leftover([(b, inner.form) for b, inner in terms])
            except ProblemTooLargeError as error:
                self.obstacle = self.obstacle or str(error)
        return Outcome(
            output,
            bend,
            sign_constant=len(opened) - len(of_units),
            paired=sum(u not in left and u not in self._cancelled for u in of_units),
            cancelling=sum(u not in left and u in self._cancelled for u in of_units),
            idle=units - len(opened),
            unsettled=tuple(place for place, u in opened.items() if u in left),
            obstacle=self.obstacle if output.open else "",
        )

    def _reachable(self, units: dict[int, int]) -> set[int]:
        found: set[int] = set()
        waiting = list(units)
        while waiting:
            unit = waiting.pop()
            if unit not in found:
                found.add(unit)
                waiting.extend(self._inner[unit].open)
        return found

    def apply_relu(self, pre: Value) -> tuple[Value, int | None]:
        """Return relu(pre), pre settled, and the number of the open ReLU that it opened now or before, if it did."""
        if not pre.form and not pre.open:
            return pre, None
        content, inner = pre.primitive()
        key = inner.key
        if key not in self._relu:
            self._relu[key] = self._new_relu(inner)
        relu = self._relu[key]
        result = relu.scaled(abs(content))
        if content < 0:
            result.add(content, inner)
        return result, self._numbers.get(key)

    def _new_relu(self, inner: Value) -> Value:
        form = _sort_linear_relu(inner.form, self._domain)
        if form is not None and not inner.open:
            return Value(form)
        if inner.open and (form == inner.form or self._is_mirrored_relu(inner)) and min(inner.open.values()) > 0:
            return inner
        number = len(self._inner)
        self._inner.append(inner)
        self._numbers[inner.key] = number
        return Value({}, {number: 1})

    def _is_mirrored_relu(self, value: Value) -> bool:
        """Say whether the value is c relu(v) - c v = c relu(-v) for an open ReLU."""
        if len(value.open) > 1:
            return False
        ((u, c),) = value.open.items()
        v = self._inner[u]
        return not v.open and value.form == {s: -c * entry for s, entry in v.form.items()}

    def settle(self, value: Value, where: str) -> Value:
        """Replace the open ReLUs of sort-linear functions by what they add up to, if their bends cancel."""
        plain = {u: b for u, b in value.open.items() if not self._inner[u].open}
        if not plain or not self._bends_cancel(plain, where):
            return value
        settled = Value(dict(value.form), {u: b for u, b in value.open.items() if u not in plain})
        for u, b in plain.items():
            if u not in self._interpolants:
                form = self._inner[u].form
                self._interpolants[u] = interpolate_relu(form, atoms(form))
            add_scaled(settled.form, b, self._interpolants[u])
        self._cancelled.update(plain)
        return settled

    def _bends_cancel(self, bends: dict[int, int], where: str) -> bool:
        divisor = gcd(*bends.values())
        key = tuple(sorted((u, b // divisor) for u, b in bends.items()))
        if key not in self._cancels:
            try:
                bend = self._algebra.leftover([(b, self._inner[u].form) for u, b in key])
                problem = "" if bend is None else "bends inside a cone of equal order"
            except ProblemTooLargeError as error:
                problem = f"cannot be followed: {error}"
            self._cancels[key] = not problem
            self.obstacle = self.obstacle or (problem and f"{where} {problem}")
        return self._cancels[key]


def _combine(values: list[Value], row: tuple[tuple[int, int], ...], bias: int) -> Value:
    total = Value({CONSTANT: bias} if bias else {})
    for j, weight in row:
        total.add(weight, values[j])
    return total


def _sort_linear_relu(form: Form, domain: Domain) -> Form | None:
    """Return relu(form) if the form keeps its sign on each cone of equal order, None if not or if it is too large."""
    if domain == "nonnegative" or not form.keys() - {CONSTANT}:
        if min(form.values(), default=0) >= 0:
            return form
        if max(form.values()) <= 0:
            return {}
    elif sum(c for mask, c in form.items() if mask):
        # The form is not constant along the line through the all-ones vector, which every cone contains.
        return None
    blocks = atoms(form)
    if len(blocks) > MAX_ATOMS:
        return None
    values = vertex_values(form, blocks)
    constant = form.get(CONSTANT, 0)
    return None if changes_sign(constant, values, domain) else interpolate_relu(form, blocks, values)
