"""One approximation of max pooling, or of another target: a linear combination of mean subpool maxima."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb
from numbers import Rational
from typing import TYPE_CHECKING, Any

from flint import fmpz_mat

from theory.certificate import Certificate, rows_of_estimator
from theory.documents import Form, index_of, kernel_size_of
from theory.errors import FormatError, InputError
from theory.notation import KernelSize, check_kernel_size, check_orders, format_orders
from theory.objectives import DEFAULT, Objective, ObjectiveValue, find_objective
from theory.rationals import binomial_table, from_string, over_common_denominator, to_string
from theory.subpools import Array, check_table, number_of_terms, weigh_order_statistics
from theory.targets import MAXIMUM, Target, TargetLike, find_target, target_of
from theory.typeset import Drawn, Grid, aligned

if TYPE_CHECKING:
    from theory.plotting import Axes

_KEYS = {"kernel_size", "objective", "coefficients", "error", "certificate"}
_FORM = Form(
    "an estimator",
    "subpool-estimator",
    1,
    _KEYS,
    newer=Form("an estimator", "subpool-estimator", 2, {*_KEYS, "target"}, optional={"constant"}),
)
_LONGEST_TITLE = 48
_LARGEST_TABLE = 2**30  # bytes of residuals that a file may ask for


@dataclass(frozen=True, init=False, repr=False)
class Estimator(Drawn):
    """The function f(x) = beta_0 + sum over r in R of beta_r m_r(x), an approximation of max(x) or of another target.

    Parameters
    ----------
    kernel_size : int, >= 2
        Number d of inputs of a pooling window.
    coefficients : mapping of int to rational
        beta_r for each order r in R, each order in 0..kernel_size.
    objective : str
        What the coefficients were chosen for.
    error : Fraction, optional
        The certified residual, as the objective measures it (:mod:`theory.objectives`); None where nothing is
        certified.
    certificate : Certificate, optional
        The proof that no estimator with these orders has a smaller error.
    target : str, Target, or sequence of rationals
        What is approximated, as in :func:`theory.optimal_estimator`.

    Raises
    ------
    KernelSizeError, OrdersError, InputError

    Examples
    --------
    >>> from fractions import Fraction
    >>> mean = Estimator(4, {0: Fraction(3, 8), 1: 1})
    >>> float(mean([0.0, 0.0, 0.0, 1.0]))
    0.625
    >>> [str(e) for e in mean.vertex_residuals]
    ['-3/8', '-1/8', '1/8', '3/8', '-3/8']
    """

    kernel_size: int
    orders: tuple[int, ...]
    objective: Objective
    error: Fraction | None
    certificate: Certificate | None
    target: Target
    _values: tuple[Fraction, ...]

    def __init__(
        self,
        kernel_size: KernelSize,
        coefficients: Mapping[int, Rational | int],
        *,
        objective: Objective = DEFAULT,
        error: Fraction | None = None,
        certificate: Certificate | None = None,
        target: TargetLike = MAXIMUM,
    ) -> None:
        d = check_kernel_size(kernel_size)
        orders = check_orders(d, coefficients)
        for r, beta in coefficients.items():
            if not isinstance(beta, Rational):
                raise InputError(f"coefficients are exact (Fraction or int), but that of order {r} is {beta!r}")
        values = tuple(Fraction(coefficients[r]) for r in orders)
        for name, value in (
            ("kernel_size", d),
            ("orders", orders),
            ("objective", find_objective(objective).name),
            ("error", error),
            ("certificate", certificate),
            ("target", find_target(target, d)),
            ("_values", values),
        ):
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        terms = ", ".join(f"{r}: {to_string(beta)}" for r, beta in self.coefficients.items())
        error = None if self.error is None else to_string(self.error)
        target = "" if self.target.is_maximum else f", target={self.target.name!r}"
        return f"Estimator({self.kernel_size}, {{{terms}}}, objective={self.objective!r}, error={error}{target})"

    @property
    def goal(self) -> ObjectiveValue:
        """What the name of the objective stands for."""
        return find_objective(self.objective)

    @property
    def coefficients(self) -> dict[int, Fraction]:
        """The coefficient beta_r of each order r, as a new dict."""
        return dict(zip(self.orders, self._values, strict=True))

    @property
    def intercept(self) -> Fraction:
        """The coefficient beta_0, 0 where order 0 is not in R."""
        return self._values[0] if self.orders[0] == 0 else Fraction(0)

    @property
    def terms(self) -> int:
        """Number of subpool maxima, the sum of C(d,r) over r in R (order 0 counts 1)."""
        return number_of_terms(self.kernel_size, self.orders)

    @cached_property
    def _scaled(self) -> tuple[tuple[int, ...], list[int], int]:
        """The orders >= 1, and integers b_r, q with beta_r / C(d,r) == b_r / q."""
        check_table(self.kernel_size, self.orders)
        positive = [(r, beta) for r, beta in self.coefficients.items() if r]
        integers, q = over_common_denominator([beta / comb(self.kernel_size, r) for r, beta in positive])
        return tuple(r for r, _ in positive), integers, q

    @cached_property
    def order_statistic_weights(self) -> tuple[Fraction, ...]:
        """Weights of x_(1), ..., x_(d) in f, so that f(x) = beta_0 + sum_k w_k x_(k)."""
        orders, integers, q = self._scaled
        table = binomial_table(range(self.kernel_size), [r - 1 for r in orders])
        sums = table * fmpz_mat(len(orders), 1, integers)
        return tuple(Fraction(int(entry), q) for entry in sums.entries())

    @cached_property
    def residual_weights(self) -> tuple[Fraction, ...]:
        """Weights of x_(1), ..., x_(d) in the residual, the target less f."""
        return tuple(t - w for t, w in zip(self.target.weights, self.order_statistic_weights, strict=True))

    @property
    def residual_constant(self) -> Fraction:
        """The residual where all inputs are 0."""
        return self.target.constant - self.intercept

    @cached_property
    def _scaled_residuals(self) -> tuple[list[int], int]:
        """Integers n_z and s with e_z == n_z / s."""
        orders, integers, q = self._scaled
        sums = binomial_table(range(self.kernel_size + 1), orders) * fmpz_mat(len(orders), 1, integers)
        values, parts = self.target.scaled
        total = sum(self._values, Fraction(0))
        (shift, step, unit), scale = over_common_denominator([total, Fraction(1, q), Fraction(1, parts)])
        residuals = [unit * t - shift + step * int(entry) for t, entry in zip(values, sums.entries(), strict=True)]
        return residuals, scale

    @cached_property
    def vertex_residuals(self) -> tuple[Fraction, ...]:
        """Residual e_z, the target less f, at a 0/1 vector with z zeros, z = 0..d."""
        residuals, scale = self._scaled_residuals
        return tuple(Fraction(residual, scale) for residual in residuals)

    @property
    def worst_vertex_residual(self) -> Fraction:
        """Largest |e_z| over the vertices that the objective looks at."""
        residuals, scale = self._scaled_residuals
        return Fraction(max(map(abs, self.goal.at_vertices(residuals))), scale)

    @property
    def equioscillation(self) -> tuple[int, ...]:
        """The numbers z of zeros at which |e_z| is largest, among the vertices that the objective looks at."""
        worst = self.worst_vertex_residual
        return tuple(z for z in self.goal.vertices(self.kernel_size) if abs(self.vertex_residuals[z]) == worst)

    @property
    def oscillation(self) -> str:
        """The first 16 of these, with the sign of the residual, for people."""
        if not self.worst_vertex_residual:
            return "nowhere: the residual is 0"
        signs = [f"{z}{'+' if self.vertex_residuals[z] > 0 else '-'}" for z in self.equioscillation]
        shown = " ".join(signs) if len(signs) <= 16 else f"{' '.join(signs[:16])} ... ({len(signs)} in all)"
        return f"at z = {shown}   (z inputs 0, the others 1; sign of {self.target.shown} - f)"

    @property
    def mean_square(self) -> Fraction:
        """E[e(x)^2] for x uniform on [0,1]^d: (sum e_z^2 + (sum e_z)^2) / ((d+1)(d+2))."""
        e = self.vertex_residuals
        total = sum(e, Fraction(0))
        return (sum((v * v for v in e), Fraction(0)) + total * total) / (len(e) * (len(e) + 1))

    @cached_property
    def _float_weights(self) -> tuple[float, ...]:
        return tuple(map(float, self.order_statistic_weights))

    def __call__(self, x: Array) -> Array:
        """Evaluate the estimator on windows: one sort and one dot product, whatever R is.

        Parameters
        ----------
        x : array, shape (..., kernel_size), real floating dtype
            Of any array-API library; nested sequences of numbers become a float64 NumPy array.

        Returns
        -------
        array, shape (...), dtype and library of ``x``

        Raises
        ------
        ArrayError

        Notes
        -----
        Rounding, NaN and infinities: see :func:`theory.subpools.weigh_order_statistics`.
        """
        return weigh_order_statistics(x, self._float_weights, float(self.intercept))

    def residual(self, x: Array) -> Array:
        """Evaluate the target less the estimator on windows.

        Parameters
        ----------
        x : array, shape (..., kernel_size), real floating dtype
            As for the estimator itself.

        Returns
        -------
        array, shape (...), dtype and library of ``x``

        Raises
        ------
        ArrayError

        Notes
        -----
        One dot product with the difference of the weights of the target and of the estimator, which is exact before it
        is rounded.

        Examples
        --------
        >>> from theory import optimal_estimator
        >>> estimator = optimal_estimator(3, [0, 1], target="median")
        >>> estimator.error, estimator.residual([[0.0, 0.0, 1.0], [0.5, 0.5, 0.5]]).tolist()
        (Fraction(1, 4), [-0.25, 0.0])
        """
        weights = tuple(map(float, self.residual_weights))
        return weigh_order_statistics(x, weights, float(self.residual_constant))

    def to_latex(self) -> str:
        r"""Write the estimator, and its error if it is known, in LaTeX: for ``\[ ... \]``, with the package amsmath.

        Sums and integers that are wider than a column are broken into lines.

        Examples
        --------
        >>> print(Estimator(9, {0: Fraction(4, 9), 1: 1}).to_latex())
        f(x) = \frac{4}{9} + m_{1}(x)
        """
        return aligned(rows_of_estimator(self.target, self.goal, self.coefficients, self.error))

    def _facts(self) -> Iterator[tuple[str, object]]:
        yield "kernel size, orders", f"{self.kernel_size}, {format_orders(self.orders)}"
        if not self.target.is_maximum:
            yield "target", self.target
        measure = self.goal.measure(self.target.shown)
        yield measure if self.error is not None else "largest residual", self.worst_vertex_residual
        yield "equioscillates", self.oscillation
        yield "certificate", "yes" if self.certificate else "no"
        yield "coefficients", Grid(("order", "coefficient"), tuple(self.coefficients.items()))

    def to_sympy(self) -> Any:
        """Return the estimator as a SymPy expression in the symbols ``m_1``, ..., ``m_d`` for the mean subpool maxima.

        Examples
        --------
        >>> Estimator(9, {0: Fraction(4, 9), 1: 1}).to_sympy()
        m_1 + 4/9
        """
        from sympy import Add, Rational, Symbol  # here, as it takes long to load

        values = ((r, Rational(beta.numerator, beta.denominator)) for r, beta in self.coefficients.items())
        return Add(*(beta * Symbol(f"m_{r}") if r else beta for r, beta in values))

    def _draw(self, axes: Axes | None) -> Axes:
        from theory.drawings import draw_residuals  # here, as it needs an extra

        orders = format_orders(self.orders)
        what = f"orders {orders}" if len(orders) <= _LONGEST_TITLE else f"{len(self.orders)} orders"
        target = "" if self.target.is_maximum else f", {self.target.shown}"
        title = f"d = {self.kernel_size}, {what}{target}"
        return draw_residuals(self.vertex_residuals, self.equioscillation, title, axes)

    def to_json(self) -> str:
        """Write the estimator, its certificate included, as one line of JSON with exact strings for numbers."""
        return json.dumps(
            {
                "format": _FORM.format,
                "version": 1 if self.target.is_maximum else 2,
                **self.target.to_dict(),
                "kernel_size": self.kernel_size,
                "objective": self.objective,
                "coefficients": {str(r): to_string(beta) for r, beta in self.coefficients.items()},
                "error": None if self.error is None else to_string(self.error),
                "certificate": None if self.certificate is None else self.certificate.to_dict(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Estimator:
        """Read what :meth:`to_json` wrote.

        The error is compared with the residuals that the coefficients have, and the certificate with both, so that a
        damaged file is not believed; that the estimator is *optimal* is for ``proofs_check.check_certificate``.

        Raises
        ------
        FormatError
            If the text is no such JSON, or its parts contradict each other.
        """
        data = _FORM.parse(text)
        error, certificate = data["error"], data["certificate"]
        try:
            estimator = cls(
                kernel_size_of(data),
                {index_of(r): from_string(beta) for r, beta in data["coefficients"].items()},
                objective=data["objective"],
                error=None if error is None else from_string(error),
                certificate=None if certificate is None else Certificate.from_dict(certificate),
                target=target_of(data),
            )
            check_table(estimator.kernel_size, estimator.orders, _LARGEST_TABLE)
        except (TypeError, ValueError, AttributeError) as wrong:
            raise FormatError(f"not an estimator: {wrong}") from None
        estimator._check_consistency()
        return estimator

    def _check_consistency(self) -> None:
        if self.error is not None:
            total = self.target.total
            if self.goal.relative and sum(self._values) != total:
                raise FormatError(f"the coefficients of a range-relative estimator sum to {total}, these do not")
            # e_(d-1) takes no time, as phi_r(d-1) = r/d; a damaged file shows there.
            d = self.kernel_size
            last = self.target.values[d - 1] - sum(beta * Fraction(r or d, d) for r, beta in self.coefficients.items())
            if abs(last) > self.error or self.error != self.worst_vertex_residual:
                raise FormatError("the error differs from the largest residual that the coefficients have")
        shared = ("kernel_size", "objective", "orders", "coefficients", "error", "target")
        if self.certificate and any(getattr(self.certificate, name) != getattr(self, name) for name in shared):
            raise FormatError("the certificate belongs to another estimator")
