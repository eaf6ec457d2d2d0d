"""Claims: what is stated, under which hypotheses, and how it is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any, Required, TypedDict, Unpack

from proofs_check.proof import Proof
from proofs_check.statement import (
    HOLDS,
    TOPICS,
    Case,
    Hypothesis,
    Instance,
    Kind,
    Sampler,
    StatementError,
    Table,
    Value,
    draw,
    least_kernel_size,
    place,
)
from proofs_check.verdict import Check, Verdict
from theory.optimal.families import OURS, PAPER

__all__ = ["Claim", "Instance", "Variant", "Verdict", "stated"]


@dataclass(frozen=True)
class Claim:
    r"""A statement of the theory with its checks.

    Attributes
    ----------
    name : str
        Unique, in words joined by hyphens.
    conclusion : str
        What is stated under the hypotheses, in LaTeX without dollar signs.
    kind : {"tight", "upper", "lower", "identity"}
        What is asserted of each value: computed = claimed for tight and identity, <= for upper, >= for lower.
    source : str
        Paper and number, or this project.
    idea : str
        The idea of the proof, in words.
    quantities : mapping of str to callable
        What the statement speaks of besides constants, and how each is drawn before any hypothesis.
    hypotheses : tuple of Hypothesis
        Beside the conventions of all statements: d >= 2, and R is a nonempty set of orders.
    evaluate : callable, optional
        Takes a case, yields the :class:`proofs_check.statement.Value` objects that the statement compares there, exact.
    cases : callable, optional
        Takes the largest kernel size, yields the cases up to it that are checked one by one. A key ``part`` names the
        part of the range, where it has several.
    instances : callable, optional
        In the place of ``cases``, where not each case is evaluated by itself: takes the largest kernel size, yields
        :class:`Instance` objects that together settle all cases of their kernel sizes.
    drawn_up_to : int
        The largest kernel size of cases that are drawn.
    kernel_size : int
        Of all cases, where it is one that they do not name.
    proof : callable, optional
        Builds the symbolic :class:`proofs_check.proof.Proof`, which covers all kernel sizes from its ``valid_from`` on.
    scope : str
        What the instances cover, where it is not a range of kernel sizes.
    spoken_of : str
        All that the statement speaks of, where it has no kernel size; by default what the instances cover.
    topic : str
        One of :data:`proofs_check.statement.TOPICS`; by the source, if it is not given.
    neighbours : tuple of Claim
        False statements close to this one, which the same machinery must refute.
    table : callable, optional
        Builds the :class:`proofs_check.statement.Table` that the statement refers to.
    group : str
        Claims of one group share work, and are checked by one process.
    rests_on : tuple of str
        The claims that its proof, in words or in steps, uses, by name; what those rest on is not repeated.
    change : object
        What tells the claim from its false neighbours, where all are variants of one statement.
    """

    name: str
    conclusion: str
    kind: Kind
    source: str
    idea: str = ""
    quantities: Mapping[str, Sampler] = field(default_factory=dict, compare=False, repr=False)
    hypotheses: tuple[Hypothesis, ...] = ()
    evaluate: Callable[[Case], Iterable[Value]] | None = field(default=None, compare=False)
    cases: Callable[[int], Iterable[Case]] | None = field(default=None, compare=False)
    instances: Callable[[int], Iterable[Instance]] | None = field(default=None, compare=False)
    drawn_up_to: int = 7
    kernel_size: int = 0
    proof: Callable[[], Proof] | None = field(default=None, compare=False)
    scope: str = ""
    spoken_of: str = ""
    topic: str = ""
    neighbours: tuple[Claim, ...] = field(default=(), compare=False)
    table: Callable[[], Table] | None = field(default=None, compare=False)
    group: str = ""
    rests_on: tuple[str, ...] = ()
    change: Any = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in HOLDS:
            raise StatementError(f"the kind of {self.name} must be {' or '.join(HOLDS)}, not {self.kind!r}")
        if self.subject not in TOPICS:
            raise StatementError(f"the topic of {self.name} must be {' or '.join(TOPICS)}, not {self.topic!r}")

    @property
    def least(self) -> int | None:
        """The least kernel size of the statement, where it speaks of all from there on."""
        found = [h.least for h in self.conditions if h.least is not None]
        return max(found, default=None)

    @property
    def most(self) -> int | None:
        """The largest kernel size of the statement, where it has one."""
        return min((h.most for h in self.conditions if h.most is not None), default=None)

    @property
    def conditions(self) -> tuple[Hypothesis, ...]:
        """The hypotheses, that on the kernel size among them."""
        if "d" not in self.quantities or any(h.least is not None for h in self.hypotheses):
            return self.hypotheses
        return (least_kernel_size(2), *self.hypotheses)

    @property
    def statement(self) -> str:
        """The statement with its hypotheses, in LaTeX without dollar signs."""
        conditions = r",\ ".join(h.text for h in self.conditions)
        return rf"{conditions} \implies {self.conclusion}" if conditions else self.conclusion

    @property
    def origin(self) -> str:
        """Whose the statement is: one of :data:`proofs_check.statement.SOURCES`."""
        if self.source.startswith(PAPER):
            return "paper"
        return "ours" if self.source.startswith(OURS) else "others"

    @property
    def subject(self) -> str:
        """What the claim is about: one of :data:`proofs_check.statement.TOPICS`."""
        return self.topic or TOPICS[self.origin != "paper"]

    @property
    def whole(self) -> str:
        """The scope of all that is stated, such as ``d >= 3``."""
        if self.least is None:
            return self.spoken_of or self.scope
        return f"d >= {self.least}" if self.most is None else f"d = {self.least}..{self.most}"

    def to_dict(self) -> dict[str, Any]:
        """Return what is stated, under which hypotheses, and by whom, as a JSON object."""
        return {
            "claim": self.name,
            "kind": self.kind,
            "stated_for": self.whole,
            "statement": self.statement,
            "hypotheses": [h.to_dict() for h in self.conditions],
            "conclusion": self.conclusion,
            "origin": self.origin,
            "source": self.source,
            "subject": self.subject,
            "idea": self.idea,
            "rests_on": list(self.rests_on),
        }

    def at(self, case: Case, part: str = "") -> Iterator[Instance]:
        """Evaluate the statement at a case, whether the hypotheses hold there or not.

        Raises
        ------
        StatementError
            If the claim has no way to evaluate its statement case by case.
        SubpoolError
            If the statement says nothing at the case.
        """
        if self.evaluate is None:
            raise StatementError(f"{self.name} cannot be evaluated case by case")
        where, size = place(case), self._size(case)
        for value in self.evaluate(case):
            label = f"{where}, {value.label}" if value.label else where
            yield Instance(label, size, value.computed, value.claimed, value.determined, part)

    def _size(self, case: Case) -> int:
        return self.kernel_size or case.get("d") or sum(len(v) for v in case.values() if isinstance(v, tuple))

    def sizes_up_to(self, kernel_max: int) -> set[int]:
        """Return the kernel sizes at which the statement is checked, up to a largest one."""
        if self.cases is None:
            return {instance.kernel_size for instance in self.instances_up_to(kernel_max)}
        return {self._size(case) for case in self.cases(kernel_max)}

    def holds_at(self, case: Case) -> bool:
        """Return whether the statement is true at a case, by exact evaluation."""
        return all(HOLDS[self.kind](one.computed, one.claimed) for one in self.at(case))

    def draw(self, rng: Random, without: Hypothesis | None = None) -> dict[str, Any]:
        """Draw a case that meets all hypotheses, or one that violates just one of the :attr:`conditions`."""
        conditions = list(self.conditions)
        if without is not None:
            conditions.remove(without)
            conditions.append(Hypothesis(f"not {without.text}", lambda case: not without.holds(case)))
        return draw(rng, self.quantities, conditions, self.drawn_up_to)

    def instances_up_to(self, kernel_max: int) -> Iterator[Instance]:
        """Yield the instances that are checked up to a kernel size."""
        if self.instances is not None:
            yield from self.instances(kernel_max)
            return
        for found in self.cases(kernel_max) if self.cases is not None else ():
            case = dict(found)
            part = case.pop("part", "")
            if all(condition.holds(case) for condition in self.conditions):  # else it says nothing of the statement
                yield from self.at(case, part)

    def check(self, kernel_max: int) -> Verdict:
        """Check the instances up to a kernel size, until one refutes the claim, then the proof for all kernel sizes.

        It is ``proved`` only if every step of the proof holds, every kernel size of the statement below the least one
        that the proof covers was checked, and a sentence leads from the steps to the statement. What fails
        refutes the claim only at an instance whose quantity is determined; otherwise it is unknown. What holds at
        another one speaks for an upper bound only.
        """
        return Check(self).run(kernel_max)


# --- a statement told once, with one thing in it that may be changed ------------------------------------------------


Variant = tuple[str, str, Any]
"""A name, a conclusion in LaTeX, and the change."""

Sides = Callable[[Any, Case], tuple[Fraction | int, Fraction | int]]


class Shared(TypedDict, total=False):
    """What a claim shares with its neighbours: fields of :class:`proofs_check.Claim`."""

    kind: Required[Kind]
    source: Required[str]
    idea: Required[str]
    quantities: Required[Mapping[str, Sampler]]
    cases: Callable[[int], Iterable[Case]]
    drawn_up_to: int
    kernel_size: int
    scope: str
    spoken_of: str
    topic: str
    group: str
    rests_on: tuple[str, ...]


def stated(
    true: Variant,
    *false: Variant,
    hypotheses: tuple[Hypothesis, ...] | Callable[[Any], tuple[Hypothesis, ...]] = (),
    sides: Sides | None = None,
    values: Callable[[Any, Case], Iterable[Value]] | None = None,
    instances: Callable[[Any, int], Iterable[Instance]] | None = None,
    proof: Callable[[Any], Proof] | None = None,
    own_proof: Callable[[], Proof] | None = None,
    table: Callable[[Any], Table] | None = None,
    **shared: Unpack[Shared],
) -> Claim:
    r"""Return a claim with its false neighbours, from the variants of one statement.

    A theorem writes down what is compared at a case, and the proof, in functions that take the *change* first: a
    constant, a shift, a number of layers, a formula. The right change makes the claim, others its false neighbours,
    which the same functions have to refute. A case gives two numbers, computed and claimed, which are the ``sides``, or
    several, which are the ``values``. All functions take the change, then what those of :class:`proofs_check.Claim`
    take; hypotheses that depend on the change are such a function, too. A proof whose steps the change does not enter
    is the claim's ``own_proof``: with it, a neighbour would be false and proved.

    >>> from proofs_check.statement import grid, standard
    >>> claim = stated(
    ...     ("half", r"\lfloor d/2 \rfloor \ge 1", 1),
    ...     ("half-of-four", r"\lfloor d/2 \rfloor \ge 2", 2),
    ...     kind="lower",
    ...     source="this project",
    ...     idea="",
    ...     quantities=standard("d"),
    ...     sides=lambda least, case: (case["d"] // 2, least),
    ...     cases=grid(),
    ... )
    >>> claim.check(5).status, claim.neighbours[0].check(5).witness
    ('verified', 'at d = 2')
    """

    def claim(name: str, conclusion: str, change: Any, neighbours: tuple[Claim, ...] = ()) -> Claim:
        def changed(function: Callable[..., Any] | None) -> Callable[..., Any] | None:
            return None if function is None else partial(function, change)

        return Claim(
            name=name,
            conclusion=conclusion,
            hypotheses=hypotheses(change) if callable(hypotheses) else hypotheses,
            evaluate=changed(values) if sides is None else partial(_compared, sides, change),
            instances=changed(instances),
            proof=changed(proof),
            table=changed(table),
            neighbours=neighbours,
            change=change,
            **shared,
        )

    whole = claim(*true, tuple(claim(*variant) for variant in false))
    return whole if own_proof is None else replace(whole, proof=own_proof)


def _compared(sides: Sides, change: Any, case: Case) -> Iterator[Value]:
    computed, claimed = sides(change, case)
    yield Value("", Fraction(computed), Fraction(claimed))
