r"""Two hidden layers compute the maximum of any number of inputs: a proof by finite algebra.

Setting
    d inputs, V = {1..d}, T_k = {1..k}. W holds the integer set functions w(T) = sum of l_a over a in T and of e_ab
    over the pairs within T, with w(V) = 0; Phi(w) = sum over the permutations s of prod_k z_k^{w(s T_k)}, k = 1..d-1.
    With z_k = Y_k / Y_{k+1} and Y_d = 1: mu_{p,th} = sum_{v<p} (Y_v^th - Y_p^th), and e_{p,k}, e'_{p,k} are the
    coefficients of u^k in exp(-sum_{th>=1} mu_{p,+-th} u^th / th).
Claim
    sum_{K=1}^{d-1} (z^{v_K} + z^{-v_K} - 2) / (K (K+1)), v_K = (1,..,K,0,..,0), is, with N = d - 1,
    (2 / C(2N,N)) sum_{k=1}^N (-1)^k C(2N,N-k) sum_{p=2}^d e_{p,k} e'_{p,k} / (p (p-1)), and
    (*) sum_{p=2}^d mu_{p,th_1} .. mu_{p,th_m} / (p (p-1)) is a rational combination of the Phi(w), if m >= 2 and the
    th_i add up to 0. As e_{p,k} e'_{p,k} is a polynomial in such products, the left side is one, too. Then mean - min
    is the same combination, times 1/2, of the sums over all s of |g_w(s x)|, g_w = sum l_a x_a + sum e_ab max(x_a,
    x_b): on the cone of one order g_w = -sum_k y_k w(s T_k) in the gaps y_k, so that z^v -> |sum y_k v_k| takes one to
    the other.
Kind
    Identity.
Source
    This project.
Proof
    E_th(a,c) = (Y_a/Y_c)^th for a < c, else 1. The sum over all maps P of the vertices of a graph with weights th_e to
    1..d of prod E_{th_e}(P(a), P(c)) is a combination of the Phi(w): sort the maps by the vertices that they identify;
    an injective one is a restriction of s^-1, and the product is z^{w|s} with w = sum th_e h_ac, h_ac(T) = [a in T, c
    not in T]. With one vertex marked, its image q given, the sum is a graph function of q.
    (U_th f)(q) = sum_{v<q} (Y_v^th - Y_q^th) (f(q) - f(v)) has the eigenvectors r_p = 0, 1, 1/p for q < p, q = p, q >
    p, with the eigenvalues mu_{p,th}, and takes Y^al times a graph function to Y^{al+th} times one. So (*): apply it to
    [q > 1] = sum_{p>=2} r_p / (p-1), and sum over q. The rest is Newton's identities and one central difference.
Check
    Both sides of both equations, exactly at points z; (*) by its graphs, their maps, and their Phi(w).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from math import comb, prod

from sympy import Integer, Symbol, binomial

from proofs_check.claim import Claim, stated
from proofs_check.kits.graphs import graphs, over_maps, over_permutations, y_of
from proofs_check.kits.growing_orders import moments
from proofs_check.proof import Identity, Proof, Region, Step, Telescoping, free
from proofs_check.statement import Case, Hypothesis, Sampler, StatementError, Value, standard
from proofs_check.theorems.two_layers import region
from theory.optimal.families import OURS, D, K

_PERMUTED_UP_TO = 4
"""The largest number of inputs at which the Phi(w) are added up over all permutations."""

U, V = free("u"), free("v")


# --- the proof ------------------------------------------------------------------------------------------------------


def _operators() -> Iterator[Step]:
    total, a, b, p, q, k = map(Symbol, ("S", "a", "b", "p", "q", "k"))
    yield Identity(
        "(U r_p)(q) for q > p, where S is the sum of the Y_v^th over v < p, and a, b = Y_p^th, Y_q^th",
        (total - (p - 1) * b) / p + (a - b) * (1 / p - 1),
        (total - (p - 1) * a) / p,
        region(positive=(p,), others=(total, a, b)),
    )
    yield Telescoping(
        text="the sum of r_p(q)/(p-1) over p < q; with 1/(q-1) at p = q it is 1",
        summand=1 / (k * (k - 1)),
        index=k,
        first=Integer(2),
        last=q - 1,
        antidifference=-1 / (k - 1),
        total=1 - 1 / (q - 1),
        region=Region(r"q \ge 2", {q: U + 2}),
    )
    # Powers of Y_v and Y_q: a_v, a_q to the th, c_v, c_q to the al.
    a_v, a_q, c_v, c_q, c_1, f_v, f_q = map(Symbol, ("a_v", "a_q", "c_v", "c_q", "c_1", "f_v", "f_q"))
    powers = region(positive=(a_v, a_q, c_v, c_q), others=(f_v, f_q))
    yield Identity(
        "U takes Y^al f to Y^(al+th) times a graph function of the same kind",
        (a_v - a_q) * (c_q * f_q - c_v * f_v),
        a_q * c_q * (a_v / a_q - 1) * (f_q - c_v / c_q * f_v),
        powers,
    )
    yield Identity(
        "U U [q > 1], as U [q > 1] = Y_1^al - Y_q^al",
        (a_v - a_q) * ((c_1 - c_q) - (c_1 - c_v)),
        a_q * c_q * (a_v / a_q - 1) * (c_v / c_q - 1),
        region(positive=(a_v, a_q, c_v, c_q), others=(c_1,)),
    )
    yield Identity(
        "the sum of r_p over q = 1..d",
        1 + (D - p) / p,
        D / p,
        Region(r"2 \le p \le d", {p: U + 2, D: U + V + 2}),
    )


def _newton() -> Iterator[Step]:
    i, j, k, m, N, X, C = map(Symbol, ("i", "j", "k", "m", "N", "X", "C"))
    yield Telescoping(
        text="[u^m] (1-u)^-(N+1), from that of (1-u)^-N",
        summand=binomial(i + N - 1, N - 1),
        index=i,
        first=Integer(0),
        last=m,
        antidifference=binomial(i + N - 1, N),
        total=binomial(m + N, N),
        region=Region(r"m \ge 0, N \ge 1", {m: U, N: V + 1}),
    )
    yield Identity(
        "a factor of (N-1)! B(-k-j), B(x) = (x+1) .. (x+N-1) / (N-1)!, and one of B(k+j-N)",
        i - k - j,
        -((k + j - N) + (N - i)),
        region(others=(i, j, k, N)),
    )
    yield moments()
    yield Identity(
        "k and -k have the same binomial",
        binomial(2 * N, N - k),
        binomial(2 * N, N + k),
        Region(r"1 \le k \le N", {k: U + 1, N: U + V + 1}),
    )
    yield Identity(
        "C (1-X)^2 = 2 X T, solved for T, is the equation for X + 1/X - 2",
        2 / C * (C * (1 - X) ** 2 / (2 * X)),
        X + 1 / X - 2,
        region(positive=(X, C)),
    )


def _reduction() -> Iterator[Step]:
    j = Symbol("j")
    gaps = Region(r"1 \le j \le d", {j: U + 1, D: U + V + 1})
    yield Telescoping(
        text="the coefficients of M that meet the gap j",
        summand=1 / (K * (K + 1)),
        index=K,
        first=j,
        last=D - 1,
        antidifference=-1 / K,
        total=1 / j - 1 / D,
        region=gaps,
    )
    yield Identity(
        "the gap j in 2 (mean - min): d - j inputs of d lie above it",
        2 * j * (1 / j - 1 / D),
        2 * (D - j) / D,
        gaps,
    )


def _proof() -> Proof:
    return Proof(
        steps=(*_operators(), *_newton(), *_reduction()),
        valid_from=2,
        argument=r"Operators: in \( (U_\theta r_p)(q) \) the \( v < p \) have \( r_p(v) = 0 \), \( v = p \) has 1, "
        r"and the others have \( r_p(v) = r_p(q) \); so \( r_p \) is an eigenvector. A product of graph functions is "
        r"one, by gluing the marked vertices, and \( \sum_v E_\alpha(v, q) f(v) \) is one, by an edge to a new mark. "
        r"Newton: let \( t_v = Y_v/Y_p \) for \( v < p \), and \( N - p + 1 \) further \( t = 1 \); then \( "
        r"\mu_{p,\theta} = Y_p^\theta \sum_t (t^\theta - 1) \), so \( e_{p,k} = Y_p^k Q(k) \), \( Q(k) = [u^k] \prod "
        r"(1 - u t)/(1 - u)^N = \sum_j (-1)^j \sigma_j B(k - j) \) with elementary symmetric \( \sigma_j \), for \( k "
        r"\ge 1 \), where \( B \) vanishes at \( -1, \ldots, -(N-1) \); \( e'_{p,k} = Y_p^{-k} Q'(k) \) with \( 1/t "
        r"\) for \( t \). By the reflection of \( B \), factor by factor, \( B(-k-j) = (-1)^{N-1} B(k+j-N) \): so \( "
        r"Q(-k) = -X Q'(k) \) with \( X = \sigma_N = z^{v_{p-1}} \), as \( \sigma_j(1/t) = \sigma_{N-j}/X \), and \( "
        r"B(-N) = (-1)^{N-1} \), so \( Q(0) = 1 - X \) for the polynomial. \( Q(k) Q(-k) \) is even, of degree at "
        r"most \( 2N - 2 \): its central difference of order \( 2N \) vanishes by the step on moments, with \( d = 2N "
        r"\) and \( z = N + k \) there. With \( T = \sum_{k \ge 1} (-1)^k \binom{2N}{N-k} Q(k) Q'(k) \) and \( C = "
        r"\binom{2N}{N} \) it reads \( C (1-X)^2 - 2 X T = 0 \).",
        closing=r"As the equation is the same for all \( p \le d \), it may be added up with the weights "
        r"\( 1/(p(p-1)) \), \( K = p - 1 \); each product in \( e_{p,k} e'_{p,k} \) has \( m \ge 2 \) factors with "
        r"exponents that add up to 0, as neither has a constant term; so (*), which holds by summing \( U_{\theta_m} "
        r"\cdots U_{\theta_1} [q > 1] \) over \( q \), gives a combination of the \( \Phi(w) \), and \( z^v \mapsto "
        r"|\sum_k y_k v_k| \) makes it one of \( |g_w| \).",
    )


# --- evaluation -----------------------------------------------------------------------------------------------------


def _mu(y: list[Fraction], p: int, power: int) -> Fraction:
    return sum((y[v] ** power - y[p - 1] ** power for v in range(p - 1)), Fraction(0))


def _exponential(mu: list[Fraction]) -> list[Fraction]:
    """Return the coefficients of exp(-sum mu_th u^th / th), by Newton's recursion; ``mu`` begins with th = 1."""
    e = [Fraction(1)]
    for k in range(1, len(mu) + 1):
        e.append(-sum((mu[th - 1] * e[k - th] for th in range(1, k + 1)), Fraction(0)) / k)
    return e


def _newton_side(y: list[Fraction]) -> Fraction:
    """Evaluate the claim's right side from the mu."""
    d = len(y)
    N = d - 1
    total = Fraction(0)
    for p in range(2, d + 1):
        e, e_inverse = (_exponential([_mu(y, p, side * th) for th in range(1, N + 1)]) for side in (1, -1))
        terms = ((-1) ** k * comb(2 * N, N - k) * e[k] * e_inverse[k] for k in range(1, N + 1))
        total += sum(terms, Fraction(0)) / (p * (p - 1))
    return 2 * total / comb(2 * N, N)


def _left_side(
    z: tuple[Fraction, ...],
    weight: Callable[[int], int] = lambda K: K * (K + 1),
    exponent: Callable[[int], int] = lambda k: k,
    sign: int = 1,
) -> Fraction:
    """Evaluate M less its constant; what else the arguments say is false.

    >>> _left_side((Fraction(2), Fraction(1)))
    Fraction(1, 3)
    """
    total = Fraction(0)
    for count in range(1, len(z) + 1):
        power = prod((z[k - 1] ** exponent(k) for k in range(1, count + 1)), start=Fraction(1))
        total += (power + sign / power - (1 + sign)) / weight(count)
    return total


def _values(left: Callable[[tuple[Fraction, ...]], Fraction], case: Case) -> Iterator[Value]:
    d, z, thetas = case["d"], case["z"], case["theta"]
    if len(thetas) < 2:
        raise StatementError(f"{len(thetas)} factors are too few")
    y = y_of(z)
    yield Value("M", left(z), _newton_side(y))
    combination = graphs(thetas, d)
    sum_of_mu = sum(
        (prod((_mu(y, p, th) for th in thetas), start=Fraction(1)) / (p * (p - 1)) for p in range(2, d + 1)),
        Fraction(0),
    )
    yield Value("(*)", sum_of_mu, sum((c * over_maps(edges, y) for edges, c in combination.items()), Fraction(0)) / d)
    if d <= _PERMUTED_UP_TO:
        phis = sum((c * over_permutations(edges, z) for edges, c in combination.items()), Fraction(0)) / d
        yield Value("(*), by Phi(w)", sum_of_mu, phis)


_THETAS = ((1, -1), (2, -2), (1, 1, -2), (3, -1, -2), (-1, 2, -2, 1))


def _cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, min(kernel_max, 9) + 1):
        for number, thetas in enumerate(_THETAS if d < 5 else _THETAS[:3]):
            z = tuple(Fraction(2 + (3 * k + number) % 5, 1 + (2 * k + number) % 3) for k in range(1, d))
            yield {"d": d, "z": z, "theta": thetas}


_DRAWN: dict[str, Sampler] = {
    **standard("d"),
    "z": lambda rng, case, _: tuple(Fraction(rng.randint(1, 4), rng.randint(1, 3)) for _ in range(case["d"] - 1)),
    "theta": lambda rng, _case, _most: tuple(rng.randint(-2, 2) for _ in range(rng.randint(2, 3))),
}


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    identity = (
        r"\sum_{K<d} %s = \sum_{p=2}^d \frac{T_p}{p(p-1)},\quad \binom{2N}{N} T_p = "
        r"2 \sum_{k=1}^N (-1)^k \binom{2N}{N-k} e_k e'_k,\quad N = d-1,\quad "
        r"\sum_{p=2}^d \frac{\prod_i \mu_{p,\theta_i}}{p(p-1)} = \sum_w c_w \Phi(w)"
    )
    weights, odd = r"\frac{z^{v_K} + z^{-v_K} - 2}{K}", r"\frac{z^{v_K} - z^{-v_K}}{K(K+1)}"
    squares = r"\frac{z^{s_K} + z^{-s_K} - 2}{K(K+1)}, s_K = (1, 4, \ldots, K^2, 0, \ldots, 0)"
    sum_is_zero = Hypothesis(
        r"\theta_1 + \cdots + \theta_m = 0,\ m \ge 2", lambda case: sum(case["theta"]) == 0 and len(case["theta"]) > 1
    )
    yield stated(
        ("two-layers-algebra", identity % r"\frac{z^{v_K} + z^{-v_K} - 2}{K(K+1)}", _left_side),
        ("two-layers-algebra-weights", identity % weights, partial(_left_side, weight=lambda K: K)),
        ("two-layers-algebra-odd", identity % odd, partial(_left_side, sign=-1)),
        ("two-layers-algebra-squares", identity % squares, partial(_left_side, exponent=lambda k: k * k)),
        kind="identity",
        source=OURS,
        idea=r"Commuting operators on functions of \( q = 1, \ldots, d \) have the power sums \( \mu_{p,\theta} \) as "
        r"eigenvalues, and lead from sums over maps of graphs to such. The coefficients \( e_k, e'_k \) of "
        r"\( \exp(-\sum_\theta \mu_{p,\pm\theta} u^\theta/\theta) \) and one central difference make "
        r"\( z^{v_K} + z^{-v_K} - 2 \) a combination of their products. So \( \text{mean} - \min \) takes two hidden "
        r"layers.",
        quantities=_DRAWN,
        hypotheses=(sum_is_zero.failing_at(d=3, z=(Fraction(2), Fraction(3)), theta=(1, 1)),),
        values=_values,
        cases=_cases,
        drawn_up_to=_PERMUTED_UP_TO,
        topic="depth",
        own_proof=_proof,
    )
