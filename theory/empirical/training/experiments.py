"""The experiments: which configurations are trained, and the run over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.empirical.training.configuration import Configuration, check_seeds
from theory.empirical.training.evaluation import measure_errors, row_error, test_rows
from theory.empirical.training.network import train_seeds, training_rows
from theory.empirical.training.results import ResultStore
from theory.empirical.training.trainer import load_jax, load_optax
from theory.errors import KernelSizeError
from theory.notation import check_kernel_size, check_orders
from theory.optimal.solve import optimal_estimator
from theory.progress import Progress, unwatched

if TYPE_CHECKING:
    import pyarrow as pa

SCALES = tuple(Fraction(2) ** k for k in range(-2, 4))
"""mu of the base figure: 1/4, 1/2, 1, 2, 4, 8."""
VARIED_SCALES = tuple(Fraction(2) ** k for k in range(-1, 3))
"""mu of the variations: 1/2, 1, 2, 4."""
FULL_KERNEL_SIZES = (4, 6, 8)

_VARIATIONS: tuple[dict[str, Any], ...] = (
    {"loss": "squared"},
    {"optimizer": "adamw"},
    {"schedule": "cosine"},
    {"initialization": "xavier"},
    {"initialization": "kaiming"},
    {"inputs": "sobol"},
    {"inputs": "dirichlet"},
    *({"rows": rows} for rows in (100, 1_000, 100_000)),
)
"""What each variation changes; everything else is as in the base."""


def _paper_orders(kernel_size: int) -> tuple[tuple[int, ...], ...]:
    """Return the sets of orders whose networks the paper trains: {0,1,d-1}, {0,1,d-2,d-1}, {0..d-1}, for d >= 4.

    Examples
    --------
    >>> _paper_orders(8)
    ((0, 1, 7), (0, 1, 6, 7), (0, 1, 2, 3, 4, 5, 6, 7))
    """
    d = check_kernel_size(kernel_size)
    if d < 4:
        raise KernelSizeError(f"the sets 0,1,d-1 and 0,1,d-2,d-1 and 0..d-1 take a kernel size of at least 4, not {d}")
    return tuple(dict.fromkeys([(0, 1, d - 1), (0, 1, d - 2, d - 1), check_orders(d, range(d))]))


def base_configurations(
    kernel_size: int,
    sets: Sequence[Iterable[int]] | None = None,
    scales: Sequence[Fraction] = SCALES,
    **settings: Any,
) -> tuple[Configuration, ...]:
    """Return the configurations of the base figure, error against mu for each set of orders, with settings in common.

    The sets of orders are those of the paper by default.

    Examples
    --------
    >>> len(base_configurations(8))
    18
    """
    return tuple(
        Configuration(kernel_size, tuple(orders), scale=scale, **settings)
        for orders in (_paper_orders(kernel_size) if sets is None else sets)
        for scale in scales
    )


def varied_configurations(base: Iterable[Configuration]) -> tuple[Configuration, ...]:
    """Return every variation of some configurations, each of which changes one setting."""
    changed = (replace(configuration, **change) for change in _VARIATIONS for configuration in base)
    return tuple(dict.fromkeys(changed))


def run_experiments(
    configurations: Iterable[Configuration],
    folder: str | Path,
    seeds: Sequence[int],
    *,
    progress: Progress = unwatched,
) -> pa.Table:
    """Train what is not in the results in the folder yet, and add it, configuration by configuration.

    Returned are the rows of these configurations and seeds, of :data:`theory.empirical.training.results.SCHEMA`;
    progress counts percents of the work.
    """
    chosen, seeds = tuple(dict.fromkeys(configurations)), check_seeds(seeds)
    load_jax(), load_optax()
    store = ResultStore(folder)
    total = sum(configuration.work * len(seeds) for configuration in chosen)
    with store.writing():
        missing = {c: left for c in chosen if (left := [s for s in seeds if s not in store.seeds_of(c)])}
        done = total - sum(configuration.work * len(left) for configuration, left in missing.items())

        def report(work: float, look: int = 0, looks: int = 1) -> None:
            """Tell what is done: what was before this configuration, and its looks of that work."""
            progress(round(100 * (done + work * look / looks) / total), 100)

        report(0)
        for configuration, left in missing.items():
            work = configuration.work * len(left)
            store.add(_train(configuration, left, partial(report, work)))
            done += work
            report(0)
    return store.rows_of(chosen, seeds)


def _train(configuration: Configuration, seeds: Sequence[int], progress: Progress) -> list[dict[str, Any]]:
    """Train the seeds of one configuration, measure the networks, and return their rows."""
    start = process_time()
    fitted = train_seeds(configuration, seeds, progress=progress)
    jax, optax = load_jax(), load_optax()
    estimator = optimal_estimator(configuration.kernel_size, configuration.orders)
    sample = test_rows(configuration)
    of_all = {
        **configuration.to_row(),
        "configuration": configuration.identity,
        "hidden_widths": list(configuration.hidden_widths),
        "parameters": configuration.parameters,
        "environment": f"jax {jax.__version__}, optax {optax.__version__}, {jax.default_backend()}",
        "optimal_error": float(estimator.error or 0),
        "optimal_test_error": float(np.abs(sample.max(axis=1) - estimator(sample.astype(np.float64))).max()),
    }
    rows = [
        {
            **of_all,
            "seed": seed,
            "steps_taken": int(fitted.steps[i]),
            "best_step": int(fitted.best_steps[i]),
            "stopped_early": bool(fitted.stopped_early[i]),
            "train_error": row_error(fitted.of(i), training_rows(configuration, seed)),
            "validation_error": float(fitted.errors[i]),
            **measure_errors(fitted.of(i), configuration),
        }
        for i, seed in enumerate(seeds)
    ]
    seconds = (process_time() - start) / len(seeds)
    return [row | {"processor_seconds": seconds} for row in rows]
