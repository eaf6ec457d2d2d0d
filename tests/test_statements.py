"""The displayed statement of each claim, evaluated at cases drawn from its own hypotheses, within and beyond them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from proofs_check import claims
from proofs_check.claim import Claim
from proofs_check.statement import Hypothesis, StatementError
from proofs_check.theorems import _template
from proofs_check.theorems.width_law import COUNTEREXAMPLE
from tests.campaigns import campaign, tries
from theory.errors import SubpoolError

CLAIMS = claims() | {claim.name: claim for claim in _template.claims()}
DRAWS = 26
"""Per claim and run."""

NOTORIOUS = (COUNTEREXAMPLE, {"d": 2, "R": (1,)}, {"d": 2, "R": (0, 2)}, {"d": 3, "R": (3,)}, {"d": 2, "R": (0,)})
"""Cases at which some statement was once too wide, and that draws of a few dozen would hardly meet."""


def meets(claim: Claim, case: dict[str, object]) -> bool:
    # Where cases are costly to evaluate, claims say so by the largest kernel size that is drawn.
    small = set(case) == set(claim.quantities) and case["d"] <= claim.drawn_up_to + 1
    return small and all(h.holds(case) for h in claim.conditions)


def cases_of(claim: Claim, rng: Random, draws: int) -> Iterator[dict[str, object]]:
    yield from (case for case in map(dict, NOTORIOUS) if meets(claim, case))
    yield from (claim.draw(rng) for _ in range(draws))


def says_something_false(claim: Claim, case: dict[str, object]) -> bool:
    """Whether the statement fails at the case, or says nothing there."""
    try:
        return not claim.holds_at(case)
    except SubpoolError:
        return True


def failures(claim: Claim, rng: Random, draws: int) -> list[dict[str, object]]:
    return [case for case in cases_of(claim, rng, draws) if says_something_false(claim, case)]


def failures_beyond(claim: Claim, hypothesis: Hypothesis) -> list[dict[str, object]]:
    """Draw cases that violate one hypothesis, where there are any, and return those at which the statement fails."""
    rng = Random(1)
    try:
        cases = [claim.draw(rng, hypothesis) for _ in range(30)]
    except StatementError:
        return []
    return [case for case in cases if says_something_false(claim, case)]


def hypotheses() -> list[tuple[str, int]]:
    return [(name, number) for name, claim in CLAIMS.items() for number in range(len(claim.conditions))]


def without(claim: Claim, dropped: Hypothesis) -> Claim:
    """Drop a hypothesis; kernel sizes then begin where the conventions let them."""
    return replace(claim, hypotheses=tuple(h for h in claim.conditions if h is not dropped))


@campaign
@pytest.mark.parametrize("name", CLAIMS)
def test_the_statement_holds_wherever_its_hypotheses_do(name):
    assert failures(CLAIMS[name], Random(name), tries(DRAWS)) == []


@pytest.mark.parametrize(("name", "number"), hypotheses())
def test_a_hypothesis_is_needed_just_where_it_says_so(name, number):
    claim = CLAIMS[name]
    hypothesis = claim.conditions[number]
    if hypothesis.beyond is None:
        assert failures_beyond(claim, hypothesis) == [], "a hypothesis that is needed says where the statement fails"
        return
    case = dict(hypothesis.beyond)
    assert set(case) == set(claim.quantities)
    others = [h.text for h in claim.conditions if h is not hypothesis and not h.holds(case)]
    assert others == []
    assert not hypothesis.holds(case)
    assert says_something_false(claim, case)
    # So, without it, the test of the statement itself notices.
    assert failures(without(claim, hypothesis), Random(1), 60)
