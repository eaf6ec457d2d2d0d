"""The files of the report: ``report.json`` and ``index.html``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from proofs_check.report.page import EXPLORE, page
from proofs_check.report.run import Run, this_run
from theory.errors import InputError, StorageError
from theory.files import written_beside
from theory.rationals import to_string

if TYPE_CHECKING:
    from proofs_check.claim import Claim, Verdict
    from proofs_check.statement import Instance


def write_report(
    verdicts: Sequence[Verdict],
    claims: Mapping[str, Claim],
    folder: str | os.PathLike[str],
    *,
    run: Run | None = None,
    explore: Callable[[Mapping[str, str]], str] | None = None,
) -> Path:
    """Write ``report.json`` and ``index.html`` into a folder, both or none, and return the path of the page.

    What makes a page to play with, ``explore.html``, takes the HTML of the claims' sections, by name; that page is
    written with the others, and linked.

    The folder is made if it is missing; other files in it are not touched. Claims without a verdict are left out. A
    verdict that belongs to no claim is an InputError, a folder that cannot be written to a StorageError.

    >>> from tempfile import TemporaryDirectory
    >>> from subpool import claims, verify
    >>> with TemporaryDirectory() as folder:
    ...     written = write_report(verify(["closed-form-full"], kernel_max=4), claims(), folder)
    ...     sorted(path.name for path in written.parent.iterdir())
    ['index.html', 'report.json']
    """
    pairs = [(verdict, _claim(verdict, claims)) for verdict in verdicts]
    run = this_run() if run is None else run
    data = {"run": run.to_dict(), "claims": [_report_dict(verdict, claim) for verdict, claim in pairs]}
    target = Path(folder)
    html, sections = page(pairs, run, explore=explore is not None)
    texts = {"report.json": json.dumps(data, indent=2) + "\n", "index.html": html}
    _write_all(target, texts if explore is None else {**texts, EXPLORE: explore(sections)})
    return target / "index.html"


def _claim(verdict: Verdict, claims: Mapping[str, Claim]) -> Claim:
    if verdict.claim not in claims:
        raise InputError(f"there is a verdict but no claim {verdict.claim!r}")
    return claims[verdict.claim]


def _report_dict(verdict: Verdict, claim: Claim) -> dict[str, Any]:
    """Return a verdict and what it is about as a JSON object, rationals as exact strings."""
    controls = {control.claim: control for control in verdict.controls}
    return {
        **verdict.to_dict(),
        **claim.to_dict(),
        "closing": None if claim.proof is None else claim.proof().closing or None,
        "table": None if claim.table is None else asdict(claim.table()),
        "samples": [_sample_dict(sample) for sample in verdict.samples],
        "neighbours": [
            {
                "claim": neighbour.name,
                "statement": neighbour.statement,
                "status": controls[neighbour.name].status if neighbour.name in controls else None,
                "witness": controls[neighbour.name].witness if neighbour.name in controls else None,
            }
            for neighbour in claim.neighbours
        ],
    }


def _sample_dict(sample: Instance) -> dict[str, Any]:
    return {
        "where": sample.where,
        "kernel_size": sample.kernel_size,
        "computed": to_string(sample.computed),
        "claimed": to_string(sample.claimed),
    }


def _write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files beside their places, and move them there once all are written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write {str(folder)!r}: {error.strerror or error}") from None
    with ExitStack() as stack:
        for part, text in [(stack.enter_context(written_beside(folder / n)), text) for n, text in texts.items()]:
            part.write_bytes(text.encode())
