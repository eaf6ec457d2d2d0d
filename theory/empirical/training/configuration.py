"""What is trained and how: everything that determines a trained network but its seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from math import ceil, isfinite
from typing import Any, Literal, get_args

from theory.errors import InputError
from theory.networks.published import published_size
from theory.networks.size import network_size
from theory.subpools import check_kernel_size, check_orders

Widths = Literal["ours", "published"]
Loss = Literal["sup", "squared"]
Optimizer = Literal["adam", "adamw"]
Schedule = Literal["constant", "cosine"]
Initialization = Literal["default", "xavier", "kaiming"]
Inputs = Literal["uniform", "sobol", "dirichlet"]

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "widths": get_args(Widths),
    "loss": get_args(Loss),
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
    "initialization": get_args(Initialization),
    "inputs": get_args(Inputs),
}
_IN_WORDS: Mapping[str, Callable[[Any], str]] = {
    "widths": "{} widths".format,
    "loss": "{} loss".format,
    "optimizer": lambda name: {"adam": "Adam", "adamw": "AdamW"}[name],
    "learning_rate": "rate {:g}".format,
    "schedule": "{} schedule".format,
    "initialization": lambda name: name.capitalize(),
    "inputs": lambda name: name.capitalize(),
    "rows": "{:,} rows".format,
    "batch": "batch {:,}".format,
    "steps": "{:,} steps".format,
    "check_every": "checks every {}".format,
    "patience": "patience {}".format,
}
_MOST_PARAMETERS = 1 << 23


@dataclass(frozen=True)
class Configuration:
    """A training experiment; with a seed it determines a trained network.

    Attributes
    ----------
    kernel_size : int
        Number d of inputs.
    orders : tuple of int
        R: the network has the hidden layers of one that computes an R-estimator; an order of at least 2, so that there
        is one.
    scale : Fraction, > 0
        mu: each hidden width is multiplied by it, and rounded up, so that no layer vanishes.
    widths : {"ours", "published"}
        The construction that the widths are taken from: that of :func:`theory.build_network`, or of Matoba, Dimitriadis
        and Fleuret (TMLR 2023, appendix E), :func:`theory.networks.published.published_size`.
    loss : {"sup", "squared"}
        Of a batch: the largest |network(x) - max(x)|, or the mean of its square.
    optimizer : {"adam", "adamw"}
        AdamW decays weights by 0.01 times the learning rate.
    learning_rate : float, > 0
    schedule : {"constant", "cosine"}
        Of the learning rate; ``"cosine"`` lets it fall to 0 over all steps.
    initialization : {"default", "xavier", "kaiming"}
        See :func:`theory.empirical.training.network.random_parameters`.
    inputs : {"uniform", "sobol", "dirichlet"}
        Distribution of the rows, see :func:`theory.empirical.training.inputs.draw_inputs`.
    rows : int, >= 1
        Size of the training set.
    batch : int, >= 1
        Rows in each step, drawn with replacement; all rows if there are no more than these.
    steps : int, >= 1
        The most steps of the optimizer.
    check_every : int, >= 1
        Steps between two looks at the validation rows.
    patience : int, >= 1
        Looks without an improvement after which a seed stops.

    Raises
    ------
    InputError
        If a value is outside of what is written here.

    Examples
    --------
    >>> configuration = Configuration(8, (0, 1, 7), scale=Fraction(1, 2))
    >>> configuration.hidden_widths, configuration.parameters
    ((8, 6, 3), 151)
    >>> Configuration(8, (0, 1, 7), widths="published").hidden_widths
    (46, 42, 34)
    >>> Configuration(8, (0, 1, 7), loss="absolute")
    Traceback (most recent call last):
        ...
    theory.errors.InputError: loss is one of sup, squared, not 'absolute'
    """

    kernel_size: int
    orders: tuple[int, ...]
    scale: Fraction = Fraction(1)
    widths: Widths = "ours"
    loss: Loss = "sup"
    optimizer: Optimizer = "adam"
    learning_rate: float = 0.005
    schedule: Schedule = "constant"
    initialization: Initialization = "default"
    inputs: Inputs = "uniform"
    rows: int = 10_000
    batch: int = 256
    steps: int = 10_000
    check_every: int = 100
    patience: int = 20

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernel_size", check_kernel_size(self.kernel_size))
        object.__setattr__(self, "orders", tuple(check_orders(self.kernel_size, self.orders)))
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise InputError(f"{name} is one of {', '.join(choices)}, not {getattr(self, name)!r}")
        for name in ("rows", "batch", "steps", "check_every", "patience"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise InputError(f"{name} is an integer >= 1, not {value!r}")
        if self.steps % self.check_every:
            raise InputError(f"steps is a multiple of check_every = {self.check_every}, not {self.steps}")
        if type(self.learning_rate) is not float or not (isfinite(self.learning_rate) and self.learning_rate > 0):
            raise InputError(f"learning_rate is a finite float > 0, not {self.learning_rate!r}")
        if not isinstance(self.scale, Fraction) or self.scale <= 0:
            raise InputError(f"scale is a Fraction > 0, not {self.scale!r}")
        if max(self.orders) < 2:
            raise InputError(f"orders {self.orders} need no hidden layer, so there is nothing to train; give one >= 2")
        if self.parameters > _MOST_PARAMETERS:
            raise InputError(
                f"hidden widths {self.hidden_widths} make {self.parameters:,} parameters, "
                f"more than the {_MOST_PARAMETERS:,} that are trained here"
            )

    @cached_property
    def hidden_widths(self) -> tuple[int, ...]:
        """The widths of the network's hidden layers."""
        size = network_size if self.widths == "ours" else published_size
        return tuple(ceil(self.scale * width) for width in size(self.kernel_size, self.orders).widths)

    @property
    def layers(self) -> tuple[int, ...]:
        """The widths of all layers, the inputs first, the output last."""
        return (self.kernel_size, *self.hidden_widths, 1)

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum((before + 1) * after for before, after in pairwise(self.layers))

    @property
    def checks(self) -> int:
        """The most looks at the validation rows."""
        return self.steps // self.check_every

    @property
    def work(self) -> float:
        """What training one seed to the last step costs, in arbitrary units: to tell the time that is left."""
        # Measured on two cores: a step has a fixed cost of about that of 2,000 parameters at a batch of 256 rows.
        return self.steps * (2000 + self.parameters) * min(self.batch, self.rows)

    def to_row(self) -> dict[str, Any]:
        """Return the fields as values that Parquet and JSON know."""
        return {field.name: getattr(self, field.name) for field in fields(self)} | {
            "orders": list(self.orders),
            "scale": str(self.scale),
        }

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs from the base experiment of these orders and this scale, in words; empty for the base.

        Examples
        --------
        >>> Configuration(8, (0, 1, 7), loss="squared", rows=100).changes
        ('squared loss', '100 rows')
        """
        return tuple(
            _IN_WORDS[field.name](getattr(self, field.name))
            for field in fields(self)
            if field.name in _IN_WORDS and getattr(self, field.name) != field.default
        )

    @property
    def label(self) -> str:
        """:attr:`changes` as one text, ``"base"`` if there are none."""
        return ", ".join(self.changes) or "base"

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Configuration:
        """Read what :meth:`to_row` returned; other entries of the row are left alone.

        Raises
        ------
        InputError
        """
        values = {field.name: row[field.name] for field in fields(cls)}
        try:
            return cls(**(values | {"orders": tuple(values["orders"]), "scale": Fraction(values["scale"])}))
        except (TypeError, ZeroDivisionError, ValueError) as error:
            raise InputError(f"not a training configuration: {error}") from None

    @property
    def identity(self) -> str:
        """Hash of all fields, 16 hexadecimal digits: by which finished configurations are known."""
        return sha256(json.dumps(self.to_row(), sort_keys=True).encode()).hexdigest()[:16]


def check_seeds(seeds: Iterable[int]) -> Sequence[int]:
    """Return the seeds if they are distinct integers in 0..2^31-1, at least one.

    Raises
    ------
    InputError
    """
    checked = tuple(seeds)
    if not checked or len(set(checked)) < len(checked):
        raise InputError(f"seeds are distinct, and at least one, not {list(checked)}")
    for seed in checked:
        if type(seed) is not int or not 0 <= seed < 1 << 31:
            raise InputError(f"a seed is an integer in 0..2^31-1, not {seed!r}")
    return checked
