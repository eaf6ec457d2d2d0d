"""How much the program computes."""

from __future__ import annotations

from dataclasses import dataclass

from theory.empirical.classifier.replacement import REPLACEMENTS, Replacement, replacement_named
from theory.empirical.classifier.training import FINE_TUNING, SEEDS, TRAINING, Schedule


@dataclass(frozen=True)
class Settings:
    """How much is computed.

    Attributes
    ----------
    training : Schedule
        Of the classifier, and of networks trained from scratch with other pooling.
    training_seeds : tuple of int
        The classifier is the best of them on the validation images.
    replacements : tuple of str
        Names of what replaces the maximum.
    fine_tuning : Schedule
    fine_tuning_seeds : tuple of int
    from_scratch, scratch_seeds : tuple of str, tuple of int
        Replacements of both layers with which networks are trained from random weights.
    test_images : int
        The first so many of the test part.
    attacked, attacked_images : tuple of str, int
        Replacements that are attacked, on the first so many test images.
    grey_levels : tuple of int
        Radii of the balls, in grey levels of the data.
    steps, restarts : int
        Of the ascent.
    """

    training: Schedule = TRAINING
    training_seeds: tuple[int, ...] = SEEDS
    replacements: tuple[str, ...] = tuple(replacement.name for replacement in REPLACEMENTS)
    fine_tuning: Schedule = FINE_TUNING
    fine_tuning_seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    from_scratch: tuple[str, ...] = ("max", "average", "range 1,d-1", "cube 0,1,d-1")
    scratch_seeds: tuple[int, ...] = SEEDS
    test_images: int = 540
    attacked: tuple[str, ...] = ("average", "range 1,d-1", "range 1,d-2,d-1", "range 1-d-1", "cube 0,1,d-1")
    attacked_images: int = 100
    grey_levels: tuple[int, ...] = (1, 2, 4)
    steps: int = 40
    restarts: int = 5

    def chosen(self) -> tuple[Replacement, ...]:
        """Return the replacements."""
        return tuple(map(replacement_named, self.replacements))


FULL = Settings()
QUICK = Settings(
    training=Schedule(epochs=1, rate=4e-3),
    training_seeds=(0,),
    replacements=("max", "average", "range 1,d-1"),
    fine_tuning=Schedule(epochs=1, rate=4e-3),
    fine_tuning_seeds=(0,),
    from_scratch=("average",),
    scratch_seeds=(0,),
    test_images=60,
    attacked=("range 1,d-1",),
    attacked_images=10,
    grey_levels=(2,),
    steps=5,
    restarts=2,
)
"""Everything once and briefly, to see that it runs; its figures mean nothing."""
