r"""Two hidden layers compute the maximum of any number of inputs: a closed formula, by calculus in one variable.

Setting
    Real numbers x_1..x_d, and q in 1..d; V is 1..d without q. F runs over the signed in-forests on 1..d in which q has
    no outgoing arc: each vertex has at most one outgoing arc v -> u, with a sign sigma_v, and there is no cycle.
    g_F(x) = sum over the arcs of F of sigma_v (x_u - x_v)^+.
Claim
    x_q - min(x) = (1/2) sum_F c_F |g_F(x)| with rationals c_F that depend on d only: for elements eps_v, v in V, that
    commute and have square 0, the linear map pi that sends every product of different eps_v to 1, and

        G_sigma[f](y) = sum_{x_v < y} eps_v (e^(sigma (y - x_v)) - 1) f(x_v),
        w_+ = G_+[1], w_- = G_-[1], s = w_+ + w_-, p = w_+ w_-, h = w_+ f - G_+[f], A f = w_- h + G_+[h],

    the c_F are the coefficients, once all is expanded, of

        sum_F c_F e^(g_F) = pi( sum_{M,r} (-1)^r / ((M+1) (M+r+1)!) [u^r] (s + uA)^M s )(x_q).

    As max(x) = -min(-x) and |g| = 2 relu(g) - g, the maximum of d numbers takes two hidden layers, for every d.
Kind
    Identity.
Source
    This project. The best that we know of elsewhere is five numbers: Bakaev, Brunck, Hertrich, Stade, Yehudayoff 2025,
    arXiv 2505.14338.
Proof
    Functions of y, with values in the algebra of the eps_v, are continuous, smooth between the x_v, and constant on the
    left, for y <= min x. Let t = sum_{x_v < y} eps_v, and g = sum_{x_v < y} eps_v (f(y) - f(x_v)).
    Lemma 1. (A f)' = p f' - g s'. Lemma 2. E_M(y), the integral of (s + up)^M s' up to y, is (s + uA)^M s / (M + 1).
    Lemma 3. With phi(y) = sum_{v in V} (y - x_v)^+ and T = x_q, 2 int^T sinh phi = pi sum_{M,r} (-1)^r / (M+r+1)!
    [u^r] E_M(T): pi e^(w_+) = e^phi and pi e^(w_-) = e^(-phi), and the polynomial identity
    a^i - b^i = (a - b) sum_r (-1)^r C(i-1-r, r) (ab)^r (a+b)^(i-1-2r), with a - b = s' and i = M + r + 1.
    Lemma 4. The right side is a sum of c_F e^(g_F), with c_F independent of x. End. On the cone of one order both sides
    are combinations of exponentials of linear forms, which are independent: apply e^l -> |l|.
    The rules by which the functions are differentiated are data here, and each lemma is an identity of polynomials
    after them. That functions are continuous at the x_v, and 0 on the left, stays in words.
Check
    The formula is expanded on trees without labels (:mod:`proofs_check.kits.signed_forests`), and evaluated exactly at
    points with and without equal inputs, for every q. As functions, by cells:
    :mod:`proofs_check.theorems.two_layers_formula`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import factorial, lcm

from sympy import Expr, Integer, Symbol, binomial

from proofs_check.claim import Claim, stated
from proofs_check.kits.signed_forests import Term, Weight, closed_formula, formula, value
from proofs_check.proof import Identity, Proof, Region, Step, free
from proofs_check.statement import Case, Hypothesis, StatementError, grid, standard
from theory.optimal.families import OURS, R

_ENUMERATED_UP_TO = 6
"""The largest number of inputs at which the formula is evaluated."""

Rules = Mapping[Symbol, Expr]
"""The derivative of each symbol."""


def region(*, positive: tuple[Symbol, ...] = (), others: tuple[Symbol, ...] = ()) -> Region:
    r"""Return the region of symbols without relations: integers >= 1, and >= 0. Polynomials equal there are equal.

    >>> region(positive=(Symbol("s"),), others=(Symbol("t"), Symbol("u"))).description
    's \\ge 1, t, u \\ge 0'
    """
    parts = []
    for symbols, least in ((positive, 1), (others, 0)):
        if symbols:
            parts.append(rf"{', '.join(map(str, symbols))} \ge {least}")
    substitution = {symbol: free(f"v_{symbol}") + int(symbol in positive) for symbol in (*positive, *others)}
    return Region(", ".join(parts), substitution)


def derivative(expression: Expr, rules: Rules) -> Expr:
    """Differentiate by the rules of the symbols.

    >>> s, t = Symbol("s"), Symbol("t")
    >>> derivative(s**2 * t, {s: t, t: Integer(0)})
    2*s*t**2
    """
    result: Expr = sum((expression.diff(x) * rules[x] for x in sorted(expression.free_symbols, key=str)), Integer(0))
    return result


def _first_lemma() -> Iterator[Step]:
    f, slope, t, plus, minus = map(Symbol, ("f", "f_1", "t", "w_p", "w_m"))
    h, g = map(Symbol, ("h", "g"))
    # G_+[f] and G_+[h], and the sums of eps_v f(x_v) and of eps_v h(x_v) over x_v < y.
    graft, knots, graft_h, knots_h = map(Symbol, ("G", "S", "H", "R"))
    rules = {
        f: slope,
        t: Integer(0),
        knots: Integer(0),
        knots_h: Integer(0),
        plus: plus + t,
        minus: -(minus + t),
        graft: graft + knots,
        graft_h: graft_h + knots_h,
        g: t * slope,
        h: h + g + plus * slope,
    }
    everywhere = region(others=(f, slope, t, plus, minus, h, g, graft, knots, graft_h, knots_h))
    s, p, k = plus + minus, plus * minus, t * h - graft_h - knots_h

    def equal(text: str, left: Expr, right: Expr) -> Identity:
        return Identity(text, left, right, everywhere)

    yield equal("s' = w_+ - w_-", derivative(s, rules), plus - minus)
    yield equal("p' = -t s'", derivative(p, rules), -t * derivative(s, rules))
    yield equal("g' = t f', for g = t f - S", derivative(t * f - knots, rules), rules[g])
    written = plus * f - graft
    yield equal("h' = h + g + w_+ f'", derivative(written, rules), written + (t * f - knots) + plus * slope)
    whole = minus * h + graft_h
    yield equal("(A f)' = p f' + w_- g - k", derivative(whole, rules), p * slope + minus * g - k)
    forced = t * (g + plus * slope)
    yield equal("k' = k + t (g + w_+ f'), for k = t h - G_+[h] - R", derivative(k, rules), k + forced)
    yield equal("w_+ g solves the same equation", derivative(plus * g, rules), plus * g + forced)
    right = p * slope - g * derivative(s, rules)
    yield equal("Lemma 1: with k = w_+ g", p * slope + minus * g - plus * g, right)


def _second_lemma() -> Iterator[Step]:
    s, slope, p, u, t, f = map(Symbol, ("s", "s_1", "p", "u", "t", "f"))
    M = Symbol("M")
    rules = {s: slope, p: -t * slope, u: Integer(0), M: Integer(0)}
    base = s + u * p
    inside = region(positive=(s, slope, M), others=(p, u, t, f))
    f_slope = base ** (M - 1) * slope
    yield Identity(
        "u M g' = M f' - ((s + up)^M)', for f = E_{M-1} and g' = t f'",
        u * M * t * f_slope,
        M * f_slope - derivative(base**M, rules),
        inside,
    )
    u_g = f - base**M / M  # by the first step
    yield Identity(
        "Lemma 2: ((s + uA) f)' = (1 + 1/M) E_M'",
        slope * f + s * f_slope + u * p * f_slope - u_g * slope,
        (1 + 1 / M) * base**M * slope,
        inside,
    )


def _third_lemma() -> Iterator[Step]:
    # p = ab and s = a + b in the sums, which are identities of polynomials in these.
    a, b, p, s, i = map(Symbol, ("a", "b", "p", "s", "i"))
    v, w = free("v_R"), free("v_i")
    numbers = region(positive=(a, b))
    yield Identity("a^i - b^i at i = 1: one term, r = 0", a - b, (a - b) * 1, numbers)
    yield Identity("a^i - b^i at i = 2: one term, r = 0", a**2 - b**2, (a - b) * (a + b), numbers)
    yield Identity(
        "the left side's recursion",
        a ** (i + 1) - b ** (i + 1),
        (a + b) * (a**i - b**i) - a * b * (a ** (i - 1) - b ** (i - 1)),
        numbers.extended(r"i \ge 1", {i: w + 1}),
    )

    def term(i: Expr, r: Expr) -> Expr:
        return (-1) ** r * binomial(i - 1 - r, r) * p**r * s ** (i - 1 - 2 * r)

    powers = region(positive=(p, s))
    yield Identity(
        "the right side's recursion, term by term",
        term(i + 1, R),
        s * term(i, R) - p * term(i - 1, R - 1),
        powers.extended(r"r \ge 1, i \ge 2r", {R: v + 1, i: 2 * v + 2 + w}),
    )
    yield Identity(
        "and for r = 0",
        term(i + 1, Integer(0)),
        s * term(i, Integer(0)),
        powers.extended(r"i \ge 1", {i: w + 1}),
    )


def _end() -> Iterator[Step]:
    cosh, sinh, k, phi, y = map(Symbol, ("C", "S", "k", "phi", "y"))
    inside = region(positive=(k,), others=(cosh, sinh))
    yield Identity(
        "cosh(phi)/k is an integral of sinh(phi), where phi' = k",
        derivative(cosh / k, {cosh: k * sinh, k: Integer(0)}),
        sinh,
        inside,
    )
    yield Identity(
        "e^l -> |l|: between the k-th input and the next, at the distance y, phi >= 0 grows by k y",
        2 / k * ((phi + k * y) - phi),
        2 * y,
        region(positive=(k,), others=(phi, y)),
    )


def _proof() -> Proof:
    return Proof(
        steps=(*_first_lemma(), *_second_lemma(), *_third_lemma(), *_end()),
        valid_from=2,
        argument=r"Polynomials that agree at integers are equal, also at elements of a commutative algebra, for which "
        r"the symbols stand: \( f_1 = f' \), \( w_p, w_m = w_+, w_- \), \( G = G_+[f] \), \( S = \sum \varepsilon_v "
        r"f(x_v) \), \( H = G_+[h] \), \( R = \sum \varepsilon_v h(x_v) \), sums over \( x_v < y \), where \( "
        r"\varepsilon_v \) and what is evaluated at the \( x_v \) does not depend on \( y \); a derivative is formed "
        r"by the rules \( w_+' = w_+ + t \), \( w_-' = -(w_- + t) \), \( G_+[f]' = G_+[f] + S \). Lemma 1: \( k = "
        r"\sum \varepsilon_v (h(y) - e^{y-x_v} h(x_v)) \) and \( w_+ g \) solve one equation \( u' = u + \ldots \), "
        r"are continuous, as their jumps at \( y = x_v \) are multiples of \( h(y) - h(x_v) \) and \( f(y) - f(x_v) "
        r"\), and 0 on the left; so they are equal. Lemma 2, by induction from \( E_0 = s \): both sides of each step "
        r"are 0 on the left and continuous, so that equal derivatives suffice. Lemma 3: the sums over \( r \) and \( "
        r"a^i - b^i \) have the same recursion and start; the coefficient \( \binom{i-1-r}{r} \) is that of \( u^r \) "
        r"in \( (s + up)^M \) for \( M = i - 1 - r \). \( \pi e^{w_\pm} = \prod_{x_v < y} (1 + (e^{\pm(y - x_v)} - "
        r"1)) = e^{\pm\varphi} \).",
        closing=r"In \( E_M(x_q) \) each \( \varepsilon_v \) occurs at most once, with the arc from \( v \) to the "
        r"mark at which \( G_\pm \) was applied, so all expands into signed in-forests, with coefficients that do not "
        r"depend on \( x \); on the cone of an order the exponentials of different linear forms are independent, so "
        r"\( e^l \mapsto |l| \) is a linear map, and \( 2 \int \sinh\varphi = \sum_k \frac{2}{k} "
        r"(\cosh\varphi(x_{(k+1)}) - \cosh\varphi(x_{(k)})) \) over \( k \) below the rank of \( q \) goes to the sum "
        r"of \( 2 (x_{(k+1)} - x_{(k)}) \), which is \( 2 (x_q - \min x) \).",
    )


def _points(d: int) -> Iterator[tuple[Fraction, ...]]:
    """All inputs in {0, 1, 3} for few inputs, else those that are sorted, with equal ones among them."""
    for x in product((0, 1, 3), repeat=d):
        if d < 5 or list(x) == sorted(x):
            yield tuple(map(Fraction, x))
    yield tuple(Fraction((-2) ** i, i + 1) for i in range(d))


def _cases(kernel_max: int) -> Iterator[Case]:
    for case in grid(most=_ENUMERATED_UP_TO, x=_points, q=lambda d: range(1, d + 1))(kernel_max):
        d, x, q = case.values()
        yield {"d": d, "q": q, "x": x}


EXISTS = Hypothesis(r"1 \le q \le d").failing_at(d=2, q=3, x=(Fraction(0), Fraction(1)))
QUANTITIES = {**standard("d"), "q": lambda rng, case, _: rng.randint(0, case["d"] + 1), **standard("x")}


def value_at(terms: tuple[Term, ...], case: Case, factor: int = 1) -> tuple[Fraction, Fraction]:
    """Evaluate both sides at a window x and an input q, the right one times a factor."""
    x, q = case["x"], case["q"]
    if not 1 <= q <= len(x):
        raise StatementError(f"there is no input {q} of {len(x)}")
    scale = lcm(*(number.denominator for number in x))
    first, *others = (int(number * scale) for number in (x[q - 1], *x[: q - 1], *x[q:]))
    return x[q - 1] - min(x), factor * value(terms, [first, *others]) / scale


def later(M: int, r: int) -> Fraction:
    """Weigh E_M by M + 2 in the place of M + 1, which is false."""
    return Fraction((-1) ** r, (M + 2) * factorial(M + r + 1))


def without_signs(M: int, r: int) -> Fraction:
    """Leave out the signs of Lemma 3, which is false."""
    return Fraction(1, (M + 1) * factorial(M + r + 1))


def _sides(change: tuple[Weight, int], case: Case) -> tuple[Fraction, Fraction]:
    weight, factor = change
    return value_at(formula(case["d"], weight), case, factor)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    identity = (
        r"x_q - \min(x) = %s \sum_F c_F |g_F(x)|,\quad g_F(x) = \sum_{v \to u \in F} \sigma_v (x_u - x_v)^+,\quad "
        r"\sum_F c_F e^{g_F} = \sum_{M,r} c_{M,r} \pi [u^r] (s + uA)^M s,\quad c_{M,r} = %s"
    )
    weight = r"\frac{(-1)^r}{(M+1)(M+r+1)!}"
    yield stated(
        ("two-layers", identity % (r"\frac12", weight), (closed_formula, 1)),
        ("two-layers-twice", identity % ("", weight), (closed_formula, 2)),
        ("two-layers-later", identity % (r"\frac12", r"\frac{(-1)^r}{(M+2)(M+r+1)!}"), (later, 1)),
        ("two-layers-plus", identity % (r"\frac12", r"\frac{1}{(M+1)(M+r+1)!}"), (without_signs, 1)),
        kind="identity",
        source=OURS,
        idea=r"Integrate \( \sinh\varphi \), where \( \varphi(y) = \sum_{v \ne q} (y - x_v)^+ \) has a slope that "
        r"counts inputs; with nilpotent symbols the exponentials become finitely many in-trees, and \( e^l \mapsto "
        r"|l| \) turns the identity into one of absolute values: two hidden layers for any number of inputs.",
        quantities=QUANTITIES,
        hypotheses=(EXISTS,),
        sides=_sides,
        cases=_cases,
        drawn_up_to=_ENUMERATED_UP_TO,
        topic="depth",
        own_proof=_proof,
    )
