"""Two hidden layers for any number of inputs: the formula, its lemmas and the certificates, by programs of their "
"own."""

import os
from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import combinations, pairwise, permutations, product
from math import comb, factorial, prod
from random import Random

import numpy as np
import pytest
from latex2mathml.converter import convert

from proofs_check.certificates import CertificateError
from proofs_check.claim import Claim
from proofs_check.kits import cells, signed_forests
from proofs_check.kits.graphs import graphs
from proofs_check.kits.signed_forests import _negative, closed_formula, formula, images, value
from proofs_check.proof import ProofError, check_proof
from proofs_check.statement import StatementError
from proofs_check.theorems import two_layers, two_layers_algebra, two_layers_certificates, two_layers_formula
from proofs_check.theorems.two_layers_certificates import Row, _set_function, certificate, measure, read
from tests.campaigns import campaign, tries
from theory.errors import SolverError

MODULES = (two_layers, two_layers_algebra, two_layers_certificates, two_layers_formula)


@pytest.mark.parametrize("claim", [c for module in MODULES for c in module.claims()], ids=lambda claim: claim.name)
def test_statements_can_be_shown(claim):
    for text in (claim, *claim.neighbours):
        convert(text.statement)
    if claim.table is not None:
        for row in claim.table().rows:
            assert len(row) == len(claim.table().head)


# --- the lemmas, between the knots --------------------------------------------------------------------------------
#
# With T = e^y, and e^(x_v) = a_v for rational a_1 < a_2 < .., all functions of the first proof are Laurent polynomials
# in T and u between two knots, with values in the algebra of the eps_v: {(set of v, power of T, power of u): c}.


def times(f, g):
    total = defaultdict(Fraction)
    for (m, i, r), a in f.items():
        for (k, j, t), b in g.items():
            if not m & k:
                total[m | k, i + j, r + t] += a * b
    return clean(total)


def plus(*parts):
    total = defaultdict(Fraction)
    for c, f in parts:
        for key, a in f.items():
            total[key] += c * a
    return clean(total)


def clean(f):
    return {key: c for key, c in f.items() if c}


def at(f, T):
    total = defaultdict(Fraction)
    for (m, i, r), c in f.items():
        total[m, 0, r] += c * T**i
    return clean(total)


def slope(f):
    return {(m, i, r): i * c for (m, i, r), c in f.items() if i}


def graft(sign, f, knots):
    """G_sign[f] on each interval; f is a list of its pieces, the j-th one below the j-th knot."""
    pieces = [{}]
    for v, a in enumerate(knots):
        rises = {(1 << v, sign, 0): Fraction(1) / a**sign, (1 << v, 0, 0): Fraction(-1)}
        pieces.append(plus((1, pieces[-1]), (1, times(rises, at(f[v], a)))))
    return pieces


def each(operation, *functions):
    return [operation(*pieces) for pieces in zip(*functions, strict=True)]


def calculus(knots):
    """Return s, p and the operator A."""
    ones = [{(0, 0, 0): Fraction(1)}] * (len(knots) + 1)
    w_plus, w_minus = graft(1, ones, knots), graft(-1, ones, knots)

    def apply_a(f):
        h = each(lambda w, f, g: plus((1, times(w, f)), (-1, g)), w_plus, f, graft(1, f, knots))
        return each(lambda w, h, g: plus((1, times(w, h)), (1, g)), w_minus, h, graft(1, h, knots))

    return each(lambda a, b: plus((1, a), (1, b)), w_plus, w_minus), each(times, w_plus, w_minus), apply_a


KNOTS = (Fraction(1, 2), Fraction(2), Fraction(3), Fraction(7))
U = {(0, 0, 1): Fraction(1)}


@pytest.mark.parametrize("knots", [KNOTS[:2], KNOTS[:3], KNOTS])
def test_the_lemmas_hold_between_the_knots(knots):
    s, p, apply_a = calculus(knots)
    ds = each(slope, s)
    power, factor = s, [{(0, 0, 0): Fraction(1)}] * len(s)
    for M in range(len(knots)):
        # Lemma 2: the derivative of (s + uA)^M s is (M+1) (s + up)^M s', and it is continuous, and 0 on the left.
        assert each(slope, power) == each(lambda a, b, M=M: plus((M + 1, times(a, b))), factor, ds)
        assert power[0] == {}
        assert all(at(one, a) == at(other, a) for a, (one, other) in zip(knots, pairwise(power), strict=True))
        # Lemma 1, for f = (s + uA)^M s.
        below = each(lambda f: plus((1, f)), power)
        g = [{}]
        for v, a in enumerate(knots):
            eps = {(1 << v, 0, 0): Fraction(1)}
            first = plus(*((1, {(1 << k, 0, 0): Fraction(1)}) for k in range(v + 1)))
            held = plus(*((1, times({(1 << k, 0, 0): Fraction(1)}, at(below[k], knots[k]))) for k in range(v + 1)))
            g.append(plus((1, times(first, below[v + 1])), (-1, held)))
            assert times(eps, eps) == {}
            assert a > 0
        right = each(lambda p, f, g, d: plus((1, times(p, slope(f))), (-1, times(g, d))), p, power, g, ds)
        assert each(slope, apply_a(power)) == right
        power = each(lambda s, f, Af: plus((1, times(s, f)), (1, times(U, Af))), s, power, apply_a(power))
        factor = each(lambda s, p, f: times(plus((1, s), (1, times(U, p))), f), s, p, factor)


@pytest.mark.parametrize("name", ["f", "t", "S", "w_p", "w_m", "G", "H", "R", "h", "g", "s", "p", "u", "M", "C", "k"])
def test_every_rule_of_differentiation_counts(monkeypatch, name):
    right = two_layers.derivative

    def wrong(expression, rules):
        return right(expression, {symbol: rule + int(symbol.name == name) for symbol, rule in rules.items()})

    (claim,) = two_layers.claims()
    assert check_proof(claim.proof()) == 17
    monkeypatch.setattr(two_layers, "derivative", wrong)
    with pytest.raises(ProofError):
        check_proof(claim.proof())


def by_definition(knots, T):
    """Evaluate the theorem's formula at x_q = log T."""
    s, _, apply_a = calculus(knots)
    power, total = s, Fraction(0)
    for M in range(len(knots)):
        here = at(power[sum(a < T for a in knots)], T)
        for (_, _, r), c in here.items():
            total += Fraction((-1) ** r, (M + 1) * factorial(M + r + 1)) * c
        power = each(lambda s, f, Af: plus((1, times(s, f)), (1, times(U, Af))), s, power, apply_a(power))
    return total


def by_integral(knots, T):
    """Evaluate 2 int sinh(phi) from the slopes of phi."""
    below = [a for a in knots if a < T]
    total = Fraction(0)
    for k, (a, b) in enumerate(pairwise([*below, T]), start=1):
        left, right = (prod((end / knot for knot in below[:k]), start=Fraction(1)) for end in (a, b))
        total += Fraction(1, k) * (right + 1 / right - left - 1 / left)
    return total


def by_forests(knots, T):
    """Add up c (e^g + e^-g - 2)."""
    x = [T, *knots]
    total = Fraction(0)
    for term in formula(len(x)):
        arcs = list(images(term, len(x)))
        for number in range(factorial(len(knots))):
            e = prod((x[u[number]] / x[v[number]]) ** sign for sign, u, v in arcs if x[u[number]] > x[v[number]])
            total += term.coefficient * term.count * (e + Fraction(1) / e - 2) / factorial(len(knots))
    return total


@pytest.mark.parametrize("T", [Fraction(1, 3), Fraction(1), Fraction(5, 2), Fraction(9)])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_formula_three_ways(count, T):
    knots = KNOTS[:count]
    assert by_definition(knots, T) == by_integral(knots, T) == by_forests(knots, T)


# --- the formula ----------------------------------------------------------------------------------------------------


SIZES = {
    2: (1, 1, 0, 1, Fraction(1)),
    3: (2, 2, 1, 10, Fraction(1)),
    4: (16, 76, 42, 121, Fraction(16, 3)),
    5: (42, 664, 505, 1996, Fraction(10)),
    6: (168, 12_786, 10_340, 42_841, Fraction(941, 30)),
    7: (487, 193_814, 171_331, 1_139_062, Fraction(2263, 30)),
    8: (1573, 4_050_250, 3_691_198, 36_206_353, Fraction(7327, 35)),
    9: (4536, 80_270_936, 75_551_337, 1_340_807_608, Fraction(1654, 3)),
}


@pytest.mark.parametrize("n", SIZES)
def test_the_sizes_of_the_formula(n):
    terms = formula(n)
    both = sum(term.count for term in terms if term.has_both_signs)
    total = sum(abs(term.coefficient) * term.count for term in terms)
    bound = two_layers_formula.bound(n)
    assert (len(terms), two_layers_formula.absolute_values(terms), both, bound, total) == SIZES[n]


def forests_by_enumeration(n):
    """Yield the arcs {v: (u, sign)} of all signed in-forests on 0..n-1 in which 0 has no outgoing arc."""
    choices = [[None, *product((u for u in range(n) if u != v), (1, -1))] for v in range(1, n)]
    for chosen in product(*choices):
        arcs = {v: arc for v, arc in enumerate(chosen, start=1) if arc}
        ends = list(arcs)
        for _ in range(n):
            ends = [arcs[v][0] for v in ends if v in arcs]
        if not ends:
            yield arcs


@pytest.mark.parametrize("n", [2, 3, 4])
def test_all_forests_are_those_of_the_types(n):
    every = {frozenset((v, *arc) for v, arc in arcs.items()) for arcs in forests_by_enumeration(n)}
    assert len(every) == two_layers_formula.hung(n - 1, 3) == 3 * (2 * n + 1) ** (n - 2)
    for term in formula(n):
        found = Counter()
        moved = list(images(term, n))
        for number in range(factorial(n - 1)):
            found[frozenset((int(v[number]), int(u[number]), sign) for sign, u, v in moved)] += 1
        assert set(found) <= every
        assert len(set(found.values())) == 1
        pairs = {frozenset((arcs, frozenset((v, u, -sign) for v, u, sign in arcs))) for arcs in found}
        assert len(pairs) == term.count


def labelled_expansion(n):
    """Expand the formula on labelled forests: {arcs (v, u, sign): c_F}; the mark is 0 in the end."""
    mark = 0

    def multiply(f, g):
        total = defaultdict(Fraction)
        for (a, x), (b, y) in product(f.items(), g.items()):
            if not {v for v, *_ in a} & {v for v, *_ in b}:
                total[a | b] += x * y
        return clean(total)

    def grafted(sign, f):
        total = defaultdict(Fraction)
        for arcs, c in f.items():
            for v in range(1, n):
                if v not in {w for w, *_ in arcs}:
                    moved = frozenset((w, v if u == mark else u, t) for w, u, t in arcs)
                    total[moved | {(v, mark, sign)}] += c
        return clean(total)

    one = {frozenset(): Fraction(1)}
    w = {sign: grafted(sign, one) for sign in (1, -1)}
    s, total = plus((1, w[1]), (1, w[-1])), defaultdict(Fraction)
    power = {0: s}
    for M in range(n - 1):
        for r, f in power.items():
            for arcs, c in f.items():
                for kept in product((True, False), repeat=len(arcs)):
                    forest = frozenset(arc for arc, stays in zip(sorted(arcs), kept, strict=True) if stays)
                    sign = (-1) ** (r + kept.count(False))
                    total[forest] += sign * c / ((M + 1) * factorial(M + r + 1))
        longer = defaultdict(list)
        for r, f in power.items():
            h = plus((1, multiply(w[1], f)), (-1, grafted(1, f)))
            longer[r].append((1, multiply(s, f)))
            longer[r + 1].append((1, plus((1, multiply(w[-1], h)), (1, grafted(1, h)))))
        power = {r: plus(*parts) for r, parts in longer.items()}
    return clean(total)


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_the_coefficients_are_those_of_labelled_forests(n):
    both = defaultdict(Fraction)
    for forest, c in labelled_expansion(n).items():
        both[tuple(min(sorted(forest), sorted((v, u, -sign) for v, u, sign in forest)))] += c / 2
    found = {}
    for term in formula(n):
        moved = list(images(term, n))
        for number in range(factorial(n - 1)):
            forest = [(int(v[number]), int(u[number]), sign) for sign, u, v in moved]
            key = min(sorted(forest), sorted((v, u, -sign) for v, u, sign in forest))
            found[tuple(key)] = term.coefficient
    expected = {forest: c for forest, c in both.items() if forest and c}
    assert found == expected


def test_forms_are_written_in_the_gaps():
    rng = Random(3)
    for rank in range(1, 5):
        gaps = np.array([rng.randint(0, 5) for _ in range(3)])
        x = np.cumsum([0, *gaps])
        places = [rank - 1, *(p for p in range(4) if p != rank - 1)]
        for term in formula(4):
            g = sum(t * np.maximum(x[places][u] - x[places][v], 0) for t, u, v in images(term, 4))
            assert (two_layers_formula.in_gaps(term, 4, rank) @ gaps).tolist() == g.tolist()


def test_the_formula_at_points_with_equal_inputs():
    rng = Random(17)
    for _ in range(60):
        x = [rng.randint(-3, 3) for _ in range(rng.randint(2, 6))]
        assert value(formula(len(x)), x) == x[0] - min(x)


def is_refused(terms, n):
    for rank in range(n, 0, -1):
        left, values = two_layers_formula.cell(terms, n, rank)
        if left or values != [int(gap < rank) for gap in range(1, n)]:
            return True
    return False


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_a_formula_with_one_number_changed_is_refused(n):
    terms = formula(n)
    assert not is_refused(terms, n)
    for number, term in enumerate(terms):
        for c in (term.coefficient + Fraction(1, 7), -term.coefficient):
            assert is_refused((*terms[:number], replace(term, coefficient=c), *terms[number + 1 :]), n)
        for one in one_arc_changed(term):
            assert is_refused((*terms[:number], one, *terms[number + 1 :]), n)


def one_arc_changed(term):
    """Yield the term with the sign of one arc at q changed, as far as this is another term."""
    root, others = term.forest
    for place, (sign, branch) in enumerate(root):
        changed = (tuple(sorted((*root[:place], (-sign, branch), *root[place + 1 :]))), others)
        if changed not in (term.forest, _negative(term.forest)):
            yield replace(term, forest=changed)


@campaign
def test_large_formulas_with_one_number_changed_are_refused():
    rng = Random(6)
    for _ in range(tries(6)):
        terms = list(formula(6))
        place = rng.randrange(len(terms))
        terms[place] = replace(terms[place], coefficient=terms[place].coefficient + Fraction(1, 360))
        assert is_refused(tuple(terms), 6)


WEIGHTS = [(M, m - 1 - M) for m in range(1, 5) for M in range(m) if m - 1 - M <= M]


@pytest.mark.parametrize(("M", "r"), WEIGHTS)
def test_every_coefficient_of_the_closed_formula_counts(M, r):
    def weight(m, k):
        return closed_formula(m, k) * (2 if (m, k) == (M, r) else 1)

    n = M + r + 2
    assert is_refused(formula(n, weight), n)


def test_other_weights_are_refused():
    for weight in (two_layers.later, two_layers.without_signs):
        assert any(is_refused(formula(n, weight), n) for n in (2, 3, 4))


def test_sums_that_do_not_fit_are_refused():
    (term,) = formula(2)
    with pytest.raises(SolverError, match="do not fit into 64 bits"):
        two_layers_formula.cell((replace(term, coefficient=Fraction(2**63)),), 2, 1)
    with pytest.raises(SolverError, match="do not fit into 64 bits"):
        cells._totals(np.full((1, 30), 9), np.array([1]))
    with pytest.raises(SolverError, match="do not fit into 64 bits"):
        cells._bends_of(np.array([[-4, 4]]), np.array([2**62]))
    assert cells._bends_of(np.zeros((0, 3), dtype=np.int64), np.zeros(0, dtype=np.int64)).tolist() == []


def test_inputs_that_are_too_large_are_refused():
    with pytest.raises(SolverError, match="do not fit into 64 bits"):
        value(formula(3), [2**62, 0, 1])
    (claim,) = two_layers_certificates.claims()
    with pytest.raises(StatementError, match="may not fit into 64 bits"):
        claim.holds_at({"d": 3, "x": (Fraction(10**7), Fraction(0), Fraction(1))})


def test_bends_cancel_only_on_one_hyperplane():
    forms = np.array([[1, -1, 0], [-3, 3, 0], [1, 0, -1], [1, 1, 0]])
    assert sorted(cells._bends_of(forms, np.array([3, -1, 5, 7])).tolist()) == [0, 5]
    assert sorted(cells._bends_of(forms, np.array([3, -1, 5, 7]), free=1).tolist()) == [0, 5, 7]


# --- the finite algebra ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("N", range(1, 9))
def test_the_scalar_identity_as_polynomials(N):
    # C (1-X)^2 = 2 sum_k (-1)^(k+1) C(2N,N-k) Q(k) Q(-k), Q(k) = sum_j (-1)^j sigma_j b(k-j), sigma_0 = 1, sigma_N = X:
    # coefficient by coefficient of the sigma_i sigma_j.
    def b(x):
        return Fraction(prod(x + i for i in range(1, N)), factorial(N - 1))

    for i, j in combinations(range(N + 1), 2):
        coefficient = sum(
            (-1) ** (k + 1 + i + j) * comb(2 * N, N - k) * (b(k - i) * b(-k - j) + b(k - j) * b(-k - i))
            for k in range(1, N + 1)
        )
        assert 2 * coefficient == (-2 * comb(2 * N, N) if (i, j) == (0, N) else 0)
    for i in range(N + 1):
        square = sum((-1) ** (k + 1) * comb(2 * N, N - k) * b(k - i) * b(-k - i) for k in range(1, N + 1))
        assert 2 * square == (comb(2 * N, N) if i in (0, N) else 0)


def test_eigenvectors_and_graph_functions():
    rng = Random(2)
    for d in (2, 3, 4):
        y = [Fraction(rng.randint(1, 9), rng.randint(1, 9)) for _ in range(d)]

        def apply_u(theta, f, y=y, d=d):
            return [sum((y[v] ** theta - y[q] ** theta) * (f[q] - f[v]) for v in range(q)) for q in range(d)]

        for p, theta in product(range(d), (-2, -1, 1, 3)):
            r = [0 if q < p else 1 if q == p else Fraction(1, p + 1) for q in range(d)]
            mu = sum(y[v] ** theta - y[p] ** theta for v in range(p))
            assert apply_u(theta, r) == [mu * c for c in r]
        for thetas in ((1, 2), (1, -1, 3), (2, -1, -2, 1)):
            f = [int(q > 0) for q in range(d)]
            for theta in thetas:
                f = apply_u(theta, f)
            marked = [Fraction(0)] * d
            for edges, c in graphs(thetas, d).items():
                count = max((max(edge[:2]) for edge in edges), default=0)
                for places in product(range(d), repeat=count + 1):
                    factors = ((y[places[a]] / y[places[b]]) ** t for a, b, t in edges if places[a] < places[b])
                    marked[places[0]] += c * prod(factors)
            assert f == [y[q] ** sum(thetas) * marked[q] for q in range(d)]


# --- the certificates -----------------------------------------------------------------------------------------------


def found_in(rows):
    found = measure(rows)
    return {
        tuple(v): Fraction(c, found.scale)
        for v, c in zip(found.exponents.tolist(), found.weights.tolist(), strict=True)
    }


@pytest.mark.parametrize("n", [3, 4, 5])
def test_the_measure_from_the_definitions(n):
    rng = Random(n)
    rows = [replace(row, c=Fraction(rng.randint(-9, 9), rng.randint(1, 9))) for row in certificate(n)]
    expected = defaultdict(Fraction)
    for row in rows:
        pairs = dict(zip(combinations(range(n), 2), row.pairs, strict=True))
        for s in permutations(range(n)):
            v = []
            for k in range(1, n):
                lowest = set(s[:k])
                w = sum(row.singles[a] for a in lowest)
                v.append(w + sum(e for (a, b), e in pairs.items() if {a, b} <= lowest))
            expected[max(tuple(v), tuple(-entry for entry in v))] += row.c
    expected.pop((0,) * (n - 1), None)
    assert found_in(rows) == {v: c for v, c in expected.items() if c}


def is_true(rows, n):
    return found_in(rows) == two_layers_certificates.half_of_m(n)


def one_number_changed(row):
    """Yield the row with one of its numbers changed."""
    for c in (row.c + Fraction(1, 5040), -row.c, Fraction(0)):
        yield replace(row, c=c)
    for change in (-1, 1):
        for a, k in enumerate(row.singles):
            yield replace(row, singles=(*row.singles[:a], k + change, *row.singles[a + 1 :]))
        for e, k in enumerate(row.pairs):
            yield replace(row, pairs=(*row.pairs[:e], k + change, *row.pairs[e + 1 :]))


def written(rows, n):
    lines = (f"{row.c} ; {' '.join(map(str, row.singles))} ; {' '.join(map(str, row.pairs))}" for row in rows)
    return "\n".join([f"n = {n}", *lines])


def check_refused(rows, n):
    try:
        rows = read(written(rows, n), n)
    except CertificateError:
        return
    assert not is_true(rows, n)


@pytest.mark.parametrize("n", [3, 4, 5])
def test_a_certificate_with_one_number_changed_is_refused(n):
    rows = certificate(n)
    assert read(written(rows, n), n) == rows
    assert is_true(rows, n)
    for place, row in enumerate(rows):
        for changed in one_number_changed(row):
            check_refused((*rows[:place], changed, *rows[place + 1 :]), n)


@pytest.mark.parametrize("n", [3, 4])
def test_a_certificate_with_two_numbers_changed_is_refused(n):
    # So that w stays 0 on all inputs, and the reader accepts it: the sums must refuse it.
    rows = certificate(n)
    for place, row in enumerate(rows):
        for a, e, change in product(range(n), range(len(row.pairs)), (-1, 1)):
            singles, pairs = list(row.singles), list(row.pairs)
            singles[a] += change
            pairs[e] -= change
            changed = Row(row.c, tuple(singles), tuple(pairs))
            if not same_up_to_order(changed, row):
                assert not is_true((*rows[:place], changed, *rows[place + 1 :]), n)


def same_up_to_order(one, other):
    return found_in([replace(one, c=Fraction(1))]) == found_in([replace(other, c=Fraction(1))])


@campaign
@pytest.mark.parametrize("n", [6, 7, 8])
def test_large_certificates_with_one_number_changed_are_refused(n):
    rng = Random(n)
    rows = certificate(n)
    for _ in range(tries(1)):
        place = rng.randrange(len(rows))
        check_refused((*rows[:place], next(one_number_changed(rows[place])), *rows[place + 1 :]), n)
    others = [row for row in one_number_changed(rng.choice(rows)) if sum(row.singles) + sum(row.pairs)]
    assert len(others) == n * (n + 1)
    for changed in others:
        with pytest.raises(CertificateError, match="is not 0 on all inputs"):
            read(written([changed], n), n)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no certificate for 3 inputs"),
        ("n = 4\n1 ; 0 0 0 ; 0 0 0", "no certificate for 3 inputs"),
        ("n = 3\n1/0 ; 0 0 0 ; 0 0 0", "no row of a certificate"),
        ("n = 3\n1 ; 0 0 0", "no row of a certificate"),
        ("n = 3\nx ; 0 0 0 ; 0 0 0", "no row of a certificate"),
        ("n = 3\n1 ; 0 0 ; 0 0 0", "no row for 3 inputs"),
        ("n = 3\n1 ; 0 0 0 ; 0 0", "no row for 3 inputs"),
        ("n = 3\n1 ; 1 0 0 ; 0 0 0", "not 0 on all inputs"),
        (f"n = 3\n1 ; {10**30} {-(10**30)} 0 ; 0 0 0", "too large"),
    ],
)
def test_what_is_no_certificate(text, why):
    with pytest.raises(CertificateError, match=why):
        read(text, 3)


def test_a_row_that_cannot_be_read_leaves_the_claim_unknown(monkeypatch):
    def broken(_size):
        raise CertificateError("for the test")

    (claim,) = two_layers_certificates.claims()
    verdict = replace(claim, instances=partial(two_layers_certificates._instances, (broken, dict))).check(4)
    assert (verdict.status, verdict.witness) == ("unknown", "a certificate was rejected: for the test")


def test_certificates_too_large_are_refused(monkeypatch):
    with pytest.raises(SolverError, match="do not fit"):
        measure((Row(Fraction(2**62), (1, -1, 0), (0, 0, 0)),))
    monkeypatch.setattr(two_layers_certificates, "_MOST_SUMS", 10)
    with pytest.raises(SolverError, match="do not fit"):
        measure(certificate(4))


def test_set_functions_and_inputs_that_they_do_not_distinguish():
    # h_02 + h_12: 1 for {0} and {1}, 2 for {0, 1}.
    w = _set_function(Row(Fraction(1), (1, 1, 0), (0, -1, -1)))
    assert w.tolist() == [0, 1, 1, 2, 0, 0, 0, 0]
    assert two_layers_certificates._twins(w, 3) == [[0, 1], [2]]
    assert two_layers_certificates._twins(np.zeros(8, dtype=np.int64), 3) == [[0, 1, 2]]


@pytest.mark.skipif(os.environ.get("SUBPOOL_SOAK", "1") == "1", reason="half a minute: in make soak")
@campaign
def test_long_runs():
    for module in (two_layers_certificates, two_layers_formula):
        claim: Claim = next(iter(module.claims()))
        verdict = claim.check(module.LONG_RUN)
        assert verdict.status == "verified"
        assert verdict.samples[-1].kernel_size == {two_layers_certificates: 9, two_layers_formula: 7}[module]


def test_relabellings_are_all():
    assert signed_forests._relabellings(4).tolist() == [[0, *rest] for rest in permutations((1, 2, 3))]
