"""Which kernel sizes the steps of a proof are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import lcm

import sympy
from sympy import Expr, Symbol

from proofs_check.proof.descriptions import KERNEL_SIZE, relations
from proofs_check.proof.evaluation import evaluate
from proofs_check.proof.steps import ProofError, Region


def check_reach(regions: Iterable[Region], valid_from: int) -> None:
    """Check that the regions of a proof's steps leave out no kernel size from ``valid_from`` on.

    Of the relations of a region, some are about d alone, such as d >= 3 or d = 2a + 1; the others may have no solution
    for small d, as 1 <= z <= d - 2 has none for d = 2. The relations about d alone must hold for all d >= valid_from of
    a residue class. Regions that differ in this class must together have all classes, and each d >= valid_from must
    have a point in some region. Regions that do not say what d is belong to lemmas for all d.

    Parameters
    ----------
    regions : iterable of Region
        Their descriptions are checked.
    valid_from : int

    Raises
    ------
    ProofError
        If a kernel size is left out.
    """
    found = [_sizes(region, valid_from) for region in dict.fromkeys(regions) if _kernel_size(region) is not None]
    for stride in {sizes.stride for sizes in found}:
        classes = sorted({sizes.first for sizes in found if sizes.stride == stride})
        if len(classes) < stride:
            raise ProofError(f"of {stride} kernel sizes in turn, the steps treat only those like {classes}")
    for d in range(valid_from, valid_from + lcm(*(sizes.stride for sizes in found))) if found else ():
        if not any((d - sizes.first) % sizes.stride == 0 and sizes.least <= d for sizes in found):
            raise ProofError(f"no step has a case with d = {d}, which a proof for all d >= {valid_from} has to cover")


@dataclass(frozen=True)
class _Sizes:
    """The kernel sizes first, first + stride, ... that a region is about, with points from ``least`` on."""

    first: int
    stride: int
    least: int


def _kernel_size(region: Region) -> Symbol | None:
    return next((symbol for symbol in region.substitution if symbol.name == KERNEL_SIZE), None)


def _sizes(region: Region, valid_from: int) -> _Sizes:
    d, found = _kernel_size(region), relations(region)
    known = _determined(d, found.zero)
    zero, nonnegative = (
        [sympy.expand(form.xreplace(known)) for form in forms if form.free_symbols <= set(known)]
        for forms in (found.zero, found.nonnegative)
    )
    stride = lcm(*(int(value.coeff(d).q) for value in known.values()))
    residues = [
        size
        for size in range(valid_from, valid_from + stride)
        if all(evaluate(value, {d: size}).denominator == 1 for value in known.values())
    ]
    sizes = sympy.expand(region.apply(d))
    steady = any(sizes.coeff(symbol) == stride for symbol in region.free_symbols)
    if any(zero) or len(residues) != 1 or not steady:
        raise ProofError(f"the steps for {region.description} are not about all kernel sizes of a residue class")
    if any(form.coeff(d) < 0 or evaluate(form, {d: residues[0]}) < 0 for form in nonnegative):
        raise ProofError(f"the steps for {region.description} leave out kernel sizes from d = {valid_from} on")
    return _Sizes(residues[0], stride, int(evaluate(sizes, dict.fromkeys(region.free_symbols, 0))))


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
