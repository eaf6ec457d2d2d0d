"""Which kernel sizes the steps of a proof are about."""

from __future__ import annotations

from collections.abc import Iterable
from math import lcm

import sympy
from sympy import Expr, Symbol

from proofs_check.proof.descriptions import KERNEL_SIZE, relations
from proofs_check.proof.evaluation import evaluate
from proofs_check.proof.steps import ProofError, Region


def check_reach(regions: Iterable[Region], valid_from: int) -> None:
    """Check that the regions of a proof's steps leave out no kernel size from ``valid_from`` on.

    A region that says what d is has to have a point for each d >= valid_from of a residue class, which relations such
    as d = 2a + 1 single out. Regions that differ in this class must together have all classes. Regions that do not say
    what d is belong to lemmas for all d.

    Parameters
    ----------
    regions : iterable of Region
        Their descriptions have been checked.
    valid_from : int

    Raises
    ------
    ProofError
        If a kernel size is left out.
    """
    classes: dict[int, set[int]] = {}
    for region in dict.fromkeys(regions):
        d = next((symbol for symbol in region.substitution if symbol.name == KERNEL_SIZE), None)
        if d is not None:
            first, stride = _first_and_stride(region, d, valid_from)
            classes.setdefault(stride, set()).add(first)
    for stride, found in classes.items():
        if len(found) < stride:
            raise ProofError(f"of {stride} kernel sizes in turn, the steps treat only those like {sorted(found)}")


def _first_and_stride(region: Region, d: Symbol, valid_from: int) -> tuple[int, int]:
    found = relations(region)
    known = _determined(d, found.zero)
    stride = lcm(*(int(value.coeff(d).q) for value in known.values()))
    firsts = [
        size
        for size in range(valid_from, valid_from + stride)
        if all(evaluate(value, {d: size}).denominator == 1 for value in known.values())
    ]
    # d is its least value plus multiples of free symbols; one of them that is the stride reaches all of the class.
    sizes = sympy.expand(region.apply(d))
    least = evaluate(sizes, dict.fromkeys(region.free_symbols, 0))
    if len(firsts) != 1 or least > firsts[0] or all(sizes.coeff(symbol) != stride for symbol in region.free_symbols):
        raise ProofError(f"the steps for {region.description} leave out kernel sizes from d = {valid_from} on")
    return firsts[0], stride


def _determined(d: Symbol, equations: tuple[Expr, ...]) -> dict[Symbol, Expr]:
    """Return the symbols that d determines by the equations, as expressions in d."""
    known: dict[Symbol, Expr] = {d: d}
    for _ in equations:  # each pass finds another one, if there is one
        for form in equations:
            unknown = form.free_symbols - set(known)
            if len(unknown) == 1:
                (symbol,) = unknown
                known[symbol] = sympy.expand((symbol - form / form.coeff(symbol)).xreplace(known))
    return known
