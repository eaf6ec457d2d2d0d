"""The check of an identity: exact arithmetic on one cone of each class, without the search's equations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd

from theory.errors import InputError
from theory.networks.shallow import Form, MaxIdentity, orbit
from tools.identities.library import orders_by_class


def check_identity(identity: MaxIdentity) -> None:
    """Prove an identity on all of R^d, in exact arithmetic, or say where it fails.

    The argument is that of :mod:`tools.identities`: on one cone of each class under the symmetries, the bends at
    proportional forms cancel, and the values agree at the 0/1 vectors and at (1, .., 1) and its negative. InputError
    names the cone and the form at which bends do not cancel, or the 0/1 vector at which the values differ.

    Examples
    --------
    >>> from theory.networks.shallow import _FIVE
    >>> from dataclasses import replace
    >>> check_identity(_FIVE)
    >>> check_identity(replace(_FIVE, terms=_FIVE.terms[1:]))
    Traceback (most recent call last):
    ...
    theory.errors.InputError: not an identity: on y1 <= y2 <= y4 <= y5 <= y3, with the 1 largest 1 and the others 0, \
it is 0
    """
    d = identity.kernel_size
    for form in (form for _, form in identity.terms):
        if any(not 0 <= i < d for subset, _ in form for i in subset):
            raise InputError(f"not an identity: {form} has positions outside 0..{d - 1}")
        if sum(k for _, k in form) != 0:
            raise InputError(f"not an identity: {form} changes when a number is added to all inputs")
    if sum((r for _, r in identity.remainder), Fraction(0)) != 1:
        raise InputError("not an identity: the coefficients of the remainder do not add up to 1")
    cosets = orders_by_class(d, identity.symmetries)
    # An image that several elements of the group make counts once.
    shares = [(c * Fraction(len(orbit(form, identity.symmetries)), len(cosets[0])), form) for c, form in identity.terms]
    for orders in cosets:
        _check_cone(identity, shares, orders)


def _check_cone(
    identity: MaxIdentity, shares: Sequence[tuple[Fraction, Form]], orders: Sequence[tuple[int, ...]]
) -> None:
    """Check one cone; the images of a form there are the form itself on all orders of the class."""
    d = identity.kernel_size
    place = orders[0]
    shown = " <= ".join(f"y{i + 1}" for i in sorted(range(d), key=place.__getitem__))
    # Entry k: the value at the 0/1 vector whose k largest inputs are 1.
    values = [
        sum((r for s, r in identity.remainder if max(place[i] for i in s) >= d - k), Fraction(0)) for k in range(d + 1)
    ]
    bends: dict[tuple[int, ...], Fraction] = {}
    for share, form in shares:
        counts: dict[tuple[int, ...], int] = {}
        for order in orders:
            gaps = [0] * (d - 1)
            for subset, k in form:
                for gap in range(max(order[i] for i in subset)):
                    gaps[gap] += k
            counts[tuple(gaps)] = counts.get(tuple(gaps), 0) + 1
        for gaps_, count in counts.items():
            for k in range(1, d):
                values[k] += share * count * max(0, gaps_[d - 1 - k])
            if min(gaps_) < 0 < max(gaps_):
                divisor = gcd(*gaps_)
                first = next(g for g in gaps_ if g)
                key = tuple(g // divisor if first > 0 else -g // divisor for g in gaps_)
                bends[key] = bends.get(key, Fraction(0)) + share * count * divisor
    for key, total in bends.items():
        if total:
            raise InputError(f"not an identity: on {shown} the bends at {key} add up to {total}")
    for k in range(1, d + 1):
        if values[k] != 1:
            raise InputError(f"not an identity: on {shown}, with the {k} largest 1 and the others 0, it is {values[k]}")
