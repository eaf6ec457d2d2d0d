"""A statement told once, with one thing in it that may be changed: the claim, and the false statements close to it.

A theorem writes down what is compared at a case, and the proof, in functions that take the *change* first: a constant,
a shift, a number of layers, a formula. The right change makes the claim, others its false neighbours, which the same
functions have to refute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any, Required, TypedDict, Unpack

from proofs_check.claim import Claim
from proofs_check.proof import Proof
from proofs_check.statement import Case, Hypothesis, Instance, Kind, Sampler, Table, Value

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
    topic: str
    group: str


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

    A case gives two numbers, computed and claimed, which are the ``sides``, or several, which are the ``values``. All
    functions take the change, then what those of :class:`proofs_check.Claim` take; hypotheses that depend on the change
    are such a function, too. A proof whose steps the change does not enter is the claim's ``own_proof``: with it, a
    neighbour would be false and proved.

    Examples
    --------
    >>> from proofs_check.kits.cases import grid
    >>> from proofs_check.statement import standard
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
            **shared,
        )

    whole = claim(*true, tuple(claim(*variant) for variant in false))
    return whole if own_proof is None else replace(whole, proof=own_proof)


def _compared(sides: Sides, change: Any, case: Case) -> Iterator[Value]:
    computed, claimed = sides(change, case)
    yield Value("", Fraction(computed), Fraction(claimed))
