r"""The mean against trimmed means, the median among them: orders near d are of no use beside it.

Setting
    The target is the mean without the k largest and the k smallest of d inputs, 0 <= 2k < d: the median for the largest
    k. S is a set of orders above d - k and below d.
Claim
    E(d, {0, 1} + S; trimmed-mean:k) = k / (2 (d-k)).
Kind
    Tight.
Source
    This project.
Proof
    At z zeros the target is 1 for z <= k, 0 for z >= d - k, and linear between. The line 1 + E - z/(d-k) has the
    residuals -E, E, -E, E at z = 0, k, d - k, d, and is linear between them as the target is. The weights d - 2k,
    -(d-k), k at the first three are orthogonal to all lines, and the orders of S vanish there.
Check
    The steps; exact optima, certified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random

from proofs_check.claim import Claim, stated
from proofs_check.kits.growing_orders import Z
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Identity, Proof, Region, Step, free
from proofs_check.statement import Case, Hypothesis, StatementError, standard, subsets
from proofs_check.theorems.order_statistic_single import within
from theory.optimal.families import OURS, D, K

_DRAWN_UP_TO = 7
_ALL_UP_TO = 7

_Error = Callable[[int, int], Fraction]


def trimmed_mean_values(kernel_size: int, trimmed: int) -> list[Fraction]:
    """Return the values of the trimmed mean at 0/1 vectors with 0, ..., d zeros.

    >>> [str(value) for value in trimmed_mean_values(6, 2)]
    ['1', '1', '1', '1/2', '0', '0', '0']
    """
    kept = kernel_size - 2 * trimmed
    ones = (kernel_size - zeros - trimmed for zeros in range(kernel_size + 1))
    return [Fraction(min(max(one, 0), kept), kept) for one in ones]


def _error(d: int, k: int) -> Fraction:
    return Fraction(k, 2 * (d - k))


def _steps() -> Iterator[Step]:
    u, v, w = map(free, "uvw")
    sizes = Region(r"k \ge 0, d > 2k", {K: u, D: 2 * u + 1 + v})
    error = K / (2 * (D - K))
    weights = (D - 2 * K, -(D - K), K)
    yield Identity("the weights add up to 0", weights[0] + weights[2], -weights[1], sizes)
    yield Identity("the weights times z add up to 0", -weights[1] * K, weights[2] * (D - K), sizes)
    yield Identity("E, from the weights", (D - K - weights[0]) / (weights[0] - weights[1] + weights[2]), error, sizes)
    line = 1 + error - Z / (D - K)
    k = u + v
    low = Region(r"0 \le z \le k, d > 2k", {Z: u, K: k, D: 2 * k + 1 + w})
    yield from within("z <= k", 1 - line, error, (v / (k + 1 + w), u / (k + 1 + w)), low)
    h = v + w + 1
    ramp = Region(r"0 \le k \le z < d - k", {K: u, Z: u + v, D: 2 * u + h})
    slacks = (u * v / (h * (u + h)), u * (w + 1) / (h * (u + h)))
    yield from within("k <= z < d - k", (D - K - Z) / (D - 2 * K) - line, error, slacks, ramp)
    k = v + w
    high = Region(r"d - k \le z \le d, d > 2k", {K: k, D: 2 * k + 1 + u, Z: 2 * k + 1 + u - w})
    yield from within("z >= d - k", -line, error, (w / (k + 1 + u), v / (k + 1 + u)), high)


def _proof() -> Proof:
    return Proof(
        steps=tuple(_steps()),
        valid_from=2,
        argument=r"Lower bound: the weights \( d - 2k, -(d-k), k \) at \( z = 0, k, d - k \) are orthogonal to 1 and "
        r"\( z \) by the first two steps, and to \( \binom{z}{s} \) for \( s > d - k \), which vanishes there. The "
        r"target is 1, 1, 0 at these points, so that the third step is weak duality. Upper bound: the line "
        r"\( 1 + E - z/(d-k) \), that is \( \beta_1 = d/(d-k) \) and \( \beta_0 = 1 + E - \beta_1 \).",
        closing=r"By the other steps its residual is within \( E \) where the target is 1, where it is "
        r"\( (d-k-z)/(d-2k) \), and where it is 0.",
    )


def _draw_orders(rng: Random, case: Case, _most: int) -> tuple[int, ...]:
    d, k = case["d"], case["k"]
    pool = range(d - k + 1, d) if rng.random() < 0.8 else range(2, d)
    return tuple(sorted(rng.sample(pool, rng.randint(0, min(len(pool), 2)))))


def _sides(error: _Error, case: Case) -> tuple[Fraction, Fraction]:
    d, k = case["d"], case["k"]
    if not 0 <= 2 * k < d:
        raise StatementError(f"{2 * k} of {d} inputs cannot be left out")
    return certified_error(d, sorted({0, 1, *case["S"]}), target=trimmed_mean_values(d, k)), error(d, k)


def _cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, min(kernel_max, _ALL_UP_TO) + 1):
        for k in range((d + 1) // 2):
            yield from ({"d": d, "k": k, "S": found} for found in subsets(range(d - k + 1, d), least=0))


def claims() -> Iterator[Claim]:
    """Yield the claim; with d for d - k it is false."""
    form = r"E(d, \{0, 1\} \cup S; \text{trimmed-mean:}k) = \frac{k}{2 %s}"
    yield stated(
        ("trimmed-mean", form % "(d - k)", _error),
        ("wrong-trimmed-mean", form % "d", lambda d, k: Fraction(k, 2 * d)),
        kind="tight",
        rests_on=("vertex-features",),
        source=OURS,
        idea=r"The target falls from 1 to 0 on a ramp; the best line is less steep, and its residual turns at both "
        r"ends of the ramp.",
        quantities={**standard("d"), "k": lambda rng, case, _most: rng.randint(0, case["d"]), "S": _draw_orders},
        hypotheses=(
            Hypothesis(r"0 \le 2k < d").failing_at(d=2, k=1, S=()),
            Hypothesis(
                r"S \subseteq \{d - k + 1, \dots, d - 1\}",
                lambda case: all(case["d"] - case["k"] < s < case["d"] for s in case["S"]),
            ).failing_at(d=5, k=2, S=(2, 3)),
        ),
        sides=_sides,
        cases=_cases,
        drawn_up_to=_DRAWN_UP_TO,
        own_proof=_proof,
    )
