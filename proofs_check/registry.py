"""All claims, found in the modules of ``proofs_check.theorems``, and the command to check them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from proofs_check import theorems
from proofs_check.claim import Claim, Verdict
from theory.errors import InputError
from theory.subpools import check_kernel_size

DEFAULT_KERNEL_MAX = 12


@cache
def _all_claims() -> dict[str, Claim]:
    found: dict[str, Claim] = {}
    for module in sorted(iter_modules(theorems.__path__), key=lambda info: info.name):
        for claim in import_module(f"{theorems.__name__}.{module.name}").claims():
            if claim.name in found:
                raise InputError(f"two claims have the name {claim.name!r}")
            found[claim.name] = claim
    return found


def claims() -> dict[str, Claim]:
    """Return all claims by name.

    Examples
    --------
    >>> claims()["closed-form-full"].kind
    'tight'
    """
    return dict(_all_claims())


def verify(
    names: Iterable[str] | None = None,
    *,
    kernel_max: int = DEFAULT_KERNEL_MAX,
    on_verdict: Callable[[Verdict], None] | None = None,
) -> list[Verdict]:
    """Check all claims, or those named, up to a kernel size.

    Parameters
    ----------
    names : iterable of str, optional
        All claims by default.
    kernel_max : int, >= 2
        The largest kernel size at which instances are checked.
    on_verdict : callable, optional
        Called with each verdict as soon as it is known: for progress bars.

    Returns
    -------
    list of Verdict

    Raises
    ------
    InputError
        If a name is unknown; the nearest known names are suggested.
    KernelSizeError

    Examples
    --------
    >>> [verdict.status for verdict in verify(["closed-form-mean"], kernel_max=5)]
    ['verified']
    """
    check_kernel_size(kernel_max)
    chosen = select(names)
    verdicts = []
    for claim in chosen:
        verdict = claim.check(kernel_max)
        verdicts.append(verdict)
        if on_verdict is not None:
            on_verdict(verdict)
    return verdicts


def select(names: Iterable[str] | None = None) -> list[Claim]:
    """Look up claims by name, all of them by default.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    known = _all_claims()
    if names is None:
        return list(known.values())
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in known:
            nearest = get_close_matches(name, known, n=3, cutoff=0.3)
            hint = f"; the nearest: {', '.join(nearest)}" if nearest else ""
            raise InputError(f"there is no claim {name!r}{hint}")
    return [known[name] for name in wanted]
