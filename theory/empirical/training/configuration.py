"""What is trained and how: everything that determines a trained network but its seed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from math import ceil, isfinite
from typing import Any, Literal, get_args, get_origin, get_type_hints

from theory.errors import InputError
from theory.networks.published import published_size
from theory.networks.size import network_size
from theory.notation import check_kernel_size, check_orders

Widths = Literal["ours", "published"]
Loss = Literal["sup", "squared"]
Optimizer = Literal["adam", "adamw"]
Schedule = Literal["constant", "cosine"]
Initialization = Literal["default", "xavier", "kaiming"]
Inputs = Literal["uniform", "sobol", "dirichlet"]

_MOST_PARAMETERS = 1 << 23
_CAPITALS = {name: name.capitalize() for name in (*get_args(Initialization), *get_args(Inputs))}


def _said(words: str | Mapping[str, str], option: str = "", metavar: str = "N") -> Mapping[str, Any]:
    """Describe a setting: how a value other than the default is said, and the help of the option of its name."""
    said: Any = words.format if isinstance(words, str) else words.__getitem__
    return {"words": said, "help": option, "metavar": metavar}


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
        Of the weights, uniform: as wide as PyTorch's linear layers, Glorot and Bengio (2010), or He et al. (2015) say.
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
    widths: Widths = field(default="ours", metadata=_said("{} widths", "whose construction; default: ours"))
    loss: Loss = field(default="sup", metadata=_said("{} loss", "of a batch; default: sup"))
    optimizer: Optimizer = field(default="adam", metadata=_said({"adam": "Adam", "adamw": "AdamW"}, "default: adam"))
    learning_rate: float = field(default=0.005, metadata=_said("rate {:g}", "default: 0.005", "RATE"))
    schedule: Schedule = field(
        default="constant", metadata=_said("{} schedule", "of the learning rate; default: constant")
    )
    initialization: Initialization = field(default="default", metadata=_said(_CAPITALS, "default: that of PyTorch"))
    inputs: Inputs = field(default="uniform", metadata=_said(_CAPITALS, "distribution; default: uniform"))
    rows: int = field(default=10_000, metadata=_said("{:,} rows", "size of the training set; default: 10000"))
    batch: int = field(default=256, metadata=_said("batch {:,}", "rows in a step; default: 256"))
    steps: int = field(
        default=10_000, metadata=_said("{:,} steps", "the most steps, a multiple of 100; default: 10000")
    )
    check_every: int = field(default=100, metadata=_said("checks every {}"))
    patience: int = field(
        default=20, metadata=_said("patience {}", "stop after N x 100 steps without gain; default: 20")
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "kernel_size", check_kernel_size(self.kernel_size))
        object.__setattr__(self, "orders", tuple(check_orders(self.kernel_size, self.orders)))
        for name, kind in SETTINGS.items():
            value = getattr(self, name)
            if name in CHOICES and value not in CHOICES[name]:
                raise InputError(f"{name} is one of {', '.join(CHOICES[name])}, not {value!r}")
            if kind is int and (type(value) is not int or value < 1):
                raise InputError(f"{name} is an integer >= 1, not {value!r}")
        if self.steps % self.check_every:
            raise InputError(f"steps is a multiple of check_every = {self.check_every}, not {self.steps}")
        if type(self.learning_rate) is not float or not (isfinite(self.learning_rate) and self.learning_rate > 0):
            raise InputError(f"learning_rate is a finite float > 0, not {self.learning_rate!r}")
        if type(self.scale) is not Fraction or self.scale <= 0:
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
        own = {name: getattr(self, name) for name in SETTINGS}
        return own | {"orders": list(self.orders), "scale": str(self.scale)}

    @property
    def changes(self) -> tuple[str, ...]:
        """What differs from the base experiment of these orders and this scale, in words; empty for the base.

        Examples
        --------
        >>> Configuration(8, (0, 1, 7), loss="squared", rows=100).changes
        ('squared loss', '100 rows')
        """
        return tuple(
            setting.metadata["words"](getattr(self, setting.name))
            for setting in fields(self)
            if setting.metadata and getattr(self, setting.name) != setting.default
        )

    @property
    def label(self) -> str:
        """:attr:`changes` as one text, ``"base"`` if there are none."""
        return ", ".join(self.changes) or "base"

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Configuration:
        """Read what :meth:`to_row` returned; other entries of the row are left alone."""
        values = {name: row[name] for name in SETTINGS}
        try:
            return cls(**(values | {"orders": tuple(values["orders"]), "scale": Fraction(values["scale"])}))
        except (TypeError, ZeroDivisionError, ValueError) as error:
            raise InputError(f"not a training configuration: {error}") from None

    @property
    def identity(self) -> str:
        """Hash of all fields, 16 hexadecimal digits: by which finished configurations are known."""
        return sha256(json.dumps(self.to_row(), sort_keys=True).encode()).hexdigest()[:16]


SETTINGS: Mapping[str, Any] = get_type_hints(Configuration)
"""The names and types of all settings."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    name: get_args(kind) for name, kind in SETTINGS.items() if get_origin(kind) is Literal
}
"""What a setting is one of, where it is one of a few."""


def check_seeds(seeds: Iterable[int]) -> Sequence[int]:
    """Return the seeds if they are distinct integers in 0..2^31-1, at least one, or raise an InputError."""
    checked = tuple(seeds)
    if not checked or len(set(checked)) < len(checked):
        raise InputError(f"seeds are distinct, and at least one, not {list(checked)}")
    for seed in checked:
        if type(seed) is not int or not 0 <= seed < 1 << 31:
            raise InputError(f"a seed is an integer in 0..2^31-1, not {seed!r}")
    return checked
