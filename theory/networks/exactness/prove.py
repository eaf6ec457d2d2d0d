"""``prove_exact``: whether a network equals its target everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from theory.errors import InputError, ProblemTooLargeError, SolverError, ThreeValued
from theory.networks.exactness.bends import Bend
from theory.networks.exactness.cells import compare_cells
from theory.networks.exactness.counterexamples import search, search_crossings
from theory.networks.exactness.integers import IntegerNetwork, Point
from theory.networks.exactness.symbolic import Outcome, Tracer
from theory.networks.exactness.targets import Function, Target
from theory.networks.exactness.witness import around, differing_vertex
from theory.networks.network import Domain, ReLUNetwork, check_domain
from theory.subpools import check_count

_DRAWS = 8
"""Number of points on a bend that are tried: one does unless it is on another bend too."""

_PLACES = 32
"""Number of unsettled units around whose zeros differences are looked for."""


@dataclass(frozen=True)
class ExactnessVerdict(ThreeValued):
    """Whether a network equals its target on all of R^d or on the nonnegative orthant.

    Attributes
    ----------
    status : {"proved", "refuted", "unknown"}
    domain : {"real", "nonnegative"}
    reason : str
        Why, in a sentence.
    witness : tuple of kernel_size Fractions, or None
        Where network and target differ, if refuted.
    network_value, target_value : Fraction or None
        The values there.
    sign_constant : int
        Units whose pre-activation keeps its sign on every cone of equal order. This count and the next four are 0 if a
        witness was found before a proof was tried; else they add up to the units of the network.
    paired : int
        Units with bends that are gone wherever they are read, together with those of multiples of the same
        pre-activation, as in relu(v) - relu(-v) = v.
    cancelling : int
        Units with bends inside the cones that cancel against those of other pre-activations.
    idle : int
        Units that are never active, or that nothing reads: the network does not need them.
    unsettled : int
        Units with bends that could not be shown to cancel.
    cells : int
        Cells that a proof cell by cell took, 0 if none was needed.
    """

    status: Literal["proved", "refuted", "unknown"]
    domain: Domain
    reason: str
    witness: Point | None = None
    network_value: Fraction | None = None
    target_value: Fraction | None = None
    sign_constant: int = 0
    paired: int = 0
    cancelling: int = 0
    idle: int = 0
    unsettled: int = 0
    cells: int = 0


def prove_exact(
    network: ReLUNetwork,
    estimator: Function,
    *,
    domain: Domain = "real",
    rng: np.random.Generator | None = None,
    rounds: int = 16,
    max_cells: int = 10_000,
) -> ExactnessVerdict:
    """Prove that a network computes an estimator, a combination, or the maximum, at every input, or find where not.

    Parameters
    ----------
    network : ReLUNetwork
    estimator : Estimator, Combination or "max"
    domain : {"real", "nonnegative"}
        Whether all of R^d is meant, or the inputs >= 0.
    rng : numpy.random.Generator, optional
        For the search of witnesses; the default is ``numpy.random.default_rng(0)``.
    rounds : int, >= 0
        Batches of 768 random points that are compared where bends are left. No point ever counts for a proof.
    max_cells : int, >= 0
        Number of cells after which a comparison cell by cell is given up; it begins with one cell for each order of the
        inputs, two in the domain ``"real"``.

    Returns
    -------
    ExactnessVerdict
        ``"proved"`` for all inputs of the domain; ``"refuted"`` with a witness; or ``"unknown"``, if a bend inside a
        cone could neither be shown to cancel nor to matter, and there are too many cells.

    Raises
    ------
    InputError
        If an argument is none of the above, or network and estimator have different kernel sizes.
    SolverError
        If a proof and a point contradict each other, which is a defect of this library.

    Notes
    -----
    All of them are linear on each cone {x_p(1) <= ... <= x_p(d)}, combinations of maxima over subsets, which are a
    basis of all such functions. The network is evaluated on symbols: a unit with a pre-activation that keeps its sign
    on every cone is such a combination again, and units that bend inside cones are followed until their bends cancel.
    The output is compared coefficient by coefficient. See :mod:`theory.networks.exactness.symbolic`. Only if that
    fails, and there are few inputs, cells are enumerated: :mod:`theory.networks.exactness.cells`.

    Examples
    --------
    >>> from theory.networks.network import network_from_rows
    >>> readout = ([{0: 1, 1: 1, 2: -1}], None)
    >>> maximum = network_from_rows(2, [([{0: 1, 1: -1}, {1: 1}, {1: -1}], None), readout])
    >>> prove_exact(maximum, "max").reason
    'equal on all of R^2: 1 unit of constant sign on every cone, 2 in pairs, 0 with bends that cancel'
    >>> wrong = network_from_rows(2, [([{0: 1, 1: -1}, {1: 1}, {}], None), readout])
    >>> verdict = prove_exact(wrong, "max")
    >>> verdict.status, [str(v) for v in verdict.witness], str(verdict.network_value), str(verdict.target_value)
    ('refuted', ['0', '-1'], '1', '0')
    >>> prove_exact(wrong, "max", domain="nonnegative").status
    'proved'
    """
    if not isinstance(network, ReLUNetwork):
        raise InputError(f"a ReLUNetwork is needed, not {network!r}")
    check_domain(domain)
    check_count("rounds", rounds, 0)
    check_count("max_cells", max_cells, 0)
    target = Target.of(estimator, network.kernel_size)
    attempt = _Attempt(network, target, domain, np.random.default_rng(0) if rng is None else rng)
    return attempt.run(rounds, max_cells)


class _Attempt:
    """One attempt at a proof."""

    def __init__(self, network: ReLUNetwork, target: Target, domain: Domain, rng: np.random.Generator) -> None:
        self._network = network
        self._integers = IntegerNetwork.of(network)
        self._target = target
        self._domain: Domain = domain
        self._rng = rng
        self._outcome: Outcome | None = None

    def run(self, rounds: int, max_cells: int) -> ExactnessVerdict:
        # Most wrong networks are wrong at a few points, which costs less than an attempt at a proof.
        point, _ = self._search(1)
        if point is not None:
            return self._verdict("refuted", "found by comparing points", point)
        self._outcome = outcome = Tracer(self._domain).run(self._integers)
        if not outcome.output.open:
            return self._without_bends(outcome)
        point = self._at_bend(outcome.bend)
        if point is not None:
            return self._verdict("refuted", "the network bends inside a cone where the target is linear", point)
        point, count = self._search(rounds)
        if point is not None:
            return self._verdict("refuted", "found by comparing points", point)
        try:
            return self._cell_by_cell(max_cells)
        except ProblemTooLargeError as error:
            too_large = str(error)
        if rounds:
            places = outcome.unsettled[:_PLACES]
            point, more = search_crossings(self._integers, self._target, self._domain, self._rng, places)
            if point is not None:
                return self._verdict("refuted", "found by comparing points where units change sign", point)
            count += more
        return self._verdict(
            "unknown",
            f"{_count(len(outcome.unsettled), 'unit')} could not be settled ({outcome.obstacle}), {too_large}, and no "
            f"difference was found at {count} points",
        )

    def _cell_by_cell(self, max_cells: int) -> ExactnessVerdict:
        point, cells = compare_cells(self._integers, self._target, self._domain, max_cells)
        if point is not None:
            return self._verdict("refuted", "the network is linear on a cell, but not equal to the target", point)
        return self._verdict("proved", f"equal on {self._where}, by {_count(cells, 'cell')}", cells=cells)

    def _without_bends(self, outcome: Outcome) -> ExactnessVerdict:
        point = differing_vertex(outcome.output.form, self._integers.denominator, self._target)
        if point is not None:
            return self._verdict("refuted", "linear on every cone, but with another value at a 0/1 vector", point)
        return self._verdict(
            "proved",
            f"equal on {self._where}: {_count(outcome.sign_constant, 'unit')} of constant sign on every cone, "
            f"{outcome.paired} in pairs, {outcome.cancelling} with bends that cancel",
        )

    def _at_bend(self, bend: Bend | None) -> Point | None:
        if bend is None:
            return None
        for _ in range(_DRAWS):
            for point in around(bend, self._network.kernel_size, self._domain, self._rng):
                if self._network.evaluate_exact(point) != self._target.value(point):
                    return point
        return None

    def _search(self, rounds: int) -> tuple[Point | None, int]:
        return search(self._integers, self._target, self._domain, self._rng, rounds)

    @property
    def _where(self) -> str:
        return f"all of R^{self._target.kernel_size}" if self._domain == "real" else "the nonnegative orthant"

    def _verdict(
        self,
        status: Literal["proved", "refuted", "unknown"],
        reason: str,
        witness: Point | None = None,
        *,
        cells: int = 0,
    ) -> ExactnessVerdict:
        values: tuple[Fraction | None, Fraction | None] = None, None
        if witness is not None:
            values = self._network.evaluate_exact(witness), self._target.value(witness)
            if values[0] == values[1]:
                raise SolverError(f"the witness {witness} of a difference is none; please report this")
        counts = (0, 0, 0, 0, 0)
        if self._outcome is not None:
            o = self._outcome
            counts = o.sign_constant, o.paired, o.cancelling, o.idle, len(o.unsettled)
        return ExactnessVerdict(status, self._domain, reason, witness, *values, *counts, cells)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
