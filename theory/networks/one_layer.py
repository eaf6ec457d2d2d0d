r"""One hidden layer is not enough for the maximum of three: a certificate, and its check.

That it is not enough is known (Mukherjee, Basu 2017, arXiv 1711.03073). Here the reason is data that a program checks.

**Lemma.** Let g be computed by one hidden layer, g(x) = l(x) + sum_u c_u relu(n_u . x + b_u) with l affine. Let H be a
hyperplane and v a direction not parallel to it. Where p in H lies on no other hyperplane n_u . x + b_u = 0, the *bend*

    bend(p) = lim_{t -> 0+} (g(p + t v) + g(p - t v) - 2 g(p)) / t = sum over units on H of c_u |n_u . v|

does not depend on p. (A unit that is not on H is affine near p; one on H is c_u relu(t n_u . v) at p + t v.) Finitely
many other hyperplanes meet H in sets that contain no open piece of H. So a function whose bends across H are constant
on two open pieces of H, but different, is computed by no network with one hidden layer, whatever its width and weights.

**Order statistics.** f(x) = c + sum_k w_k x_(k), smallest first, is linear on the cones of ordered inputs. Across
x_1 = x_2, where the two are in the places k and k + 1 and the other inputs are different, the larger gains what the
smaller loses: the bend along v = e_1 - e_2 is 2 (w_(k+1) - w_k). So one hidden layer suffices only if the weights are
an arithmetic progression. Then it does suffice: order statistics with such weights are a combination of the mean and of
the mean maximum over pairs, max(a, b) = b + relu(a - b); that is, of the orders 0, 1 and 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import comb
from typing import Literal

from theory.errors import InputError
from theory.estimator import Estimator
from theory.notation import check_kernel_size

Function = Estimator | Literal["max"]


@dataclass(frozen=True)
class OneLayerObstruction:
    """Two points of the hyperplane x_1 = x_2 at which a function of ``kernel_size`` inputs bends differently.

    At each point the first two inputs are equal, and the others different from them and from each other; so the ranks
    of the inputs, and with them the bend, are the same on an open piece of the hyperplane around it. The step, > 0, is
    at most half of each distance between different inputs of a point, so that p + step v and p - step v with
    v = e_1 - e_2 are in cones of ordered inputs next to p. The bends are
    (f(p + step v) + f(p - step v) - 2 f(p)) / step at the two points.
    """

    function: Function
    kernel_size: int
    points: tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
    step: Fraction
    bends: tuple[Fraction, Fraction]

    def __str__(self) -> str:
        first, second = map(_shown, self.points)
        return (
            f"across x1 = x2 it bends by {self.bends[0]} at {first} and by {self.bends[1]} at {second}, "
            "so one hidden layer does not suffice"
        )


def _shown(point: Sequence[Fraction]) -> str:
    return f"({', '.join(map(str, point))})"


def one_layer_obstruction(function: Function, kernel_size: int | None = None) -> OneLayerObstruction | None:
    """Find a reason why one hidden layer cannot compute a function; for "max", of how many inputs has to be said.

    None if the order-statistic weights are an arithmetic progression: then one hidden layer does suffice.

    >>> print(one_layer_obstruction("max", 3))
    across x1 = x2 it bends by 0 at (0, 0, 1) and by 2 at (1, 1, 0), so one hidden layer does not suffice
    >>> one_layer_obstruction(Estimator(9, {0: Fraction(1, 5), 1: -1, 2: 2})) is None
    True
    """
    weights = _weights(function, kernel_size)
    d = len(weights)
    bends = [2 * (after - before) for before, after in pairwise(weights)]
    places = [k for k, bend in enumerate(bends) if bend != bends[0]]
    if not places:
        return None
    first, second = _tied_at(0, d), _tied_at(places[-1], d)
    return OneLayerObstruction(function, d, (first, second), Fraction(1, 2), (bends[0], bends[places[-1]]))


def _weights(function: Function, kernel_size: int | None) -> Sequence[Fraction]:
    if isinstance(function, Estimator):
        if kernel_size not in (None, function.kernel_size):
            raise InputError(f"the estimator has {function.kernel_size} inputs, not {kernel_size}")
        return function.order_statistic_weights
    if function != "max":
        raise InputError(f'the function is an estimator or "max", not {function!r}')
    return [Fraction(0)] * (check_kernel_size(kernel_size) - 1) + [Fraction(1)]


def _tied_at(place: int, kernel_size: int) -> tuple[Fraction, ...]:
    """Return the inputs 0, 1, 2, ... of which the first two are both ``place``, the others in increasing order."""
    others = [Fraction(value) for value in range(kernel_size - 1) if value != place]
    return (Fraction(place), Fraction(place), *others)


def check_obstruction(obstruction: OneLayerObstruction) -> None:
    """Check an obstruction in exact arithmetic, from the definition of the function; InputError says what is wrong.

    >>> check_obstruction(one_layer_obstruction("max", 4))
    >>> from dataclasses import replace
    >>> check_obstruction(replace(one_layer_obstruction("max", 4), bends=(Fraction(0), Fraction(1))))
    Traceback (most recent call last):
    ...
    theory.errors.InputError: not an obstruction: at (2, 2, 0, 1) the function bends by 2, not 1
    """
    d, t = obstruction.kernel_size, obstruction.step
    if isinstance(obstruction.function, Estimator) and obstruction.function.kernel_size != d:
        raise InputError(f"not an obstruction: the estimator has {obstruction.function.kernel_size} inputs, not {d}")
    if any(len(pair) != 2 for pair in (obstruction.points, obstruction.bends)):
        raise InputError("not an obstruction: it takes two points and their two bends")
    for point, claimed in zip(obstruction.points, obstruction.bends, strict=True):
        shown = _shown(point)
        if len(point) != d or d < 2 or point[0] != point[1] or len(set(point[1:])) != d - 1:
            raise InputError(f"not an obstruction: {shown} is not {d} inputs of which the first two alone are equal")
        inputs = sorted(point[1:])
        if t <= 0 or any(2 * t > after - before for before, after in pairwise(inputs)):
            raise InputError(f"not an obstruction: the step {t} is not in (0, half of the least distance] at {shown}")
        ahead = _evaluate(obstruction.function, (point[0] + t, point[1] - t, *point[2:]))
        behind = _evaluate(obstruction.function, (point[0] - t, point[1] + t, *point[2:]))
        bend = (ahead + behind - 2 * _evaluate(obstruction.function, point)) / t
        if bend != claimed:
            raise InputError(f"not an obstruction: at {shown} the function bends by {bend}, not {claimed}")
    if obstruction.bends[0] == obstruction.bends[1]:
        raise InputError(f"not an obstruction: the function bends by {obstruction.bends[0]} at both points")


def _evaluate(function: Function, x: Sequence[Fraction]) -> Fraction:
    """Evaluate by definition: the mean of order r weighs x_(k) by the share of r-subsets in which it is the largest."""
    if not isinstance(function, Estimator):
        return max(x)
    total = Fraction(0)
    for r, beta in function.coefficients.items():
        sums = sum((comb(k, r - 1) * value for k, value in enumerate(sorted(x))), Fraction(0)) if r else 1
        total += beta * sums / comb(len(x), r)
    return total
