"""The checker of symbolic steps: it accepts what holds, and refuses what does not or what it cannot decide."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from sympy import Integer, binomial, floor, symbols

from proofs_check import Claim
from proofs_check.claim import Instance
from proofs_check.proof import (
    Consecutive,
    ConstantSum,
    Identity,
    Proof,
    ProofError,
    ProofRefuted,
    Region,
    Sign,
    Telescoping,
    check_proof,
    check_step,
    evaluate,
    free,
    steps,
)
from proofs_check.statement import Hypothesis, Value, standard

d, k, n, r, z = symbols("d k n r z")
u, v, w = free("u"), free("v"), free("w")
TRIANGLE = Region(r"0 \le r \le z \le d", {r: u, z: u + v, d: u + v + w})
POSITIVE = Region(r"n \ge 1", {n: u + 1})

GOOD = [
    Identity("Pascal", binomial(n + 1, 2), binomial(n, 2) + n, Region(r"n \ge 2", {n: u + 2})),
    Identity("trinomial", binomial(d, z) * binomial(z, r), binomial(d, r) * binomial(d - r, z - r), TRIANGLE),
    Identity("rational", 1 / n - 1 / (n + 1), 1 / (n * (n + 1)), POSITIVE),
    Identity("powers", 2 ** (n + 1) - 2**n, 2**n, POSITIVE),
    Identity("floor", floor((2 * n + 1) / Integer(2)), n, POSITIVE),
    Sign("product", z * (z - 3), (z, z - 3), Region(r"z \ge 3", {z: u + 3})),
    Sign("strict", (d - z) / d, (d - z, 1 / d), Region(r"0 \le z < d", {z: u, d: u + v + 1}), ">"),
    Sign("consecutive integers", (z - 5) * (z - 4), (Consecutive(z - 5),), Region(r"z \ge 0", {z: u})),
    Sign("square", (z - n) ** 2, ((z - n) ** 2,), Region(r"z, n \ge 0", {z: u, n: v})),
    Sign("binomial", binomial(d, z), (binomial(d, z),), Region(r"0 \le z \le d", {z: u, d: u + v}), ">"),
    Telescoping(
        "alternating sum",
        (-1) ** k * binomial(n, k),
        k,
        Integer(0),
        n,
        -((-1) ** k) * binomial(n - 1, k - 1),
        Integer(0),
        POSITIVE,
    ),
    Telescoping(
        "hockey stick",
        binomial(k - 1, r - 1),
        k,
        r,
        d,
        binomial(k - 1, r),
        binomial(d, r),
        Region(r"1 \le r \le d", {r: u + 1, d: u + v + 1}),
    ),
    ConstantSum(
        "binomial theorem",
        binomial(n, k) / 2**n,
        k,
        n,
        0,
        Integer(0),
        n,
        -binomial(n, k - 1) / 2 ** (n + 1),
        Integer(1),
    ),
]

_ALTERNATING, _HOCKEY, _BINOMIAL = GOOD[-3:]

FALSE = [
    replace(GOOD[0], right=binomial(n, 2) + n + 1),
    replace(GOOD[1], right=binomial(d, r) * binomial(d - r, z)),
    replace(GOOD[2], right=1 / (n * (n + 2))),
    replace(GOOD[4], right=n + 1),
    replace(GOOD[5], region=Region(r"z \ge 0", {z: u})),
    replace(GOOD[6], relation=">", region=Region(r"0 \le z \le d", {z: u, d: u + v})),
    replace(GOOD[7], expression=(z - 5) * (z - 3), factors=((z - 5), (z - 3))),
    replace(GOOD[8], relation=">"),
    replace(_ALTERNATING, total=Integer(1)),
    replace(_ALTERNATING, region=Region(r"n \ge 0", {n: u})),
    replace(_ALTERNATING, antidifference=(-1) ** k * binomial(n - 1, k - 1)),
    replace(_HOCKEY, last=d + 1),
    replace(_HOCKEY, total=binomial(d, r) + 1),
    replace(_BINOMIAL, total=Integer(2)),
    replace(_BINOMIAL, least=1, total=Integer(2)),
    replace(_BINOMIAL, companion=binomial(n, k - 1) / 2 ** (n + 1)),
    replace(_BINOMIAL, summand=binomial(n, k) / 3**n),
]

UNDECIDED = [
    # True, but not by the signs of the coefficients: the checker must not guess.
    Sign("irreducible", z**2 - z + 1, (z**2 - z + 1,), Region(r"z \ge 0", {z: u})),
    # The factors are not those of the expression everywhere, only where it is tried first.
    Sign("hidden", z + 1, (z - 1,), Region("z = 1", {z: Integer(1)})),
    Identity("a symbol from nowhere", d, d, POSITIVE),
    Identity("unknown function", sympy.sin(n), sympy.sin(n), POSITIVE),
    Sign(
        "half integers", (z - n / 2) * (z - n / 2 + 1), (Consecutive(z - n / 2),), Region(r"z, n \ge 0", {z: u, n: v})
    ),
    replace(_HOCKEY, region=Region("", {r: u + 1, d: u + v + w + 1})),
    replace(_BINOMIAL, last=2 * n),
    replace(_BINOMIAL, total=2**n / 2**n + 0 * n + n - n + sympy.Symbol("n")),
]


i_, m = free("i_"), sympy.Symbol("m")
NATURAL = Region(r"n \ge 0", {n: u})
BELOW_FOUR = Region(r"n \le 3", {n: 3 - u})
_ONES = Telescoping("ones", Integer(1), k, Integer(1), n - 1, k, n - 1, POSITIVE)
_WITH_I = Region(r"n, m \ge 0", {n: u, m: i_})
_POSITIVE_P = sympy.Symbol("p", positive=True)

# True only on the regions that they are for: each has a false or meaningless neighbour below.
_SYMMETRIC = Identity("symmetric binomial", binomial(n, n - 2), n * (n - 1) / 2, NATURAL)
_FACTORIAL = Identity("factorial", sympy.factorial(4 - n), (4 - n) * sympy.factorial(3 - n), BELOW_FOUR)
_HALF = Identity("floor of a half", floor(n / 2), n / 2, Region(r"n = 2m, m \ge 0", {n: 2 * u, m: u}))
_POWERS = Sign("powers of two", 1 / (2**n - 2), (1 / (2**n - 2),), Region(r"n \ge 2", {n: u + 2}), ">")
GOOD += [
    _SYMMETRIC,
    _FACTORIAL,
    _HALF,
    _POWERS,
    Sign("below 1", 1 - z, ((w + 1) / (v + w + 1),), Region.spelled_out({z: v / (v + w + 1)}), ">"),
    Identity("described twice", d, d, Region(r"d > 2, 2d \ge 5", {d: u + 3})),
    _ONES,
]


def _on(description, substitution):
    """A true step, on a region that may not be what it says."""
    return Identity("region", Integer(1), Integer(1), Region(description, substitution))


def _spelled_out(substitution):
    return replace(_on("", {}), region=Region.spelled_out(substitution))


def _summing(first, last, **changes):
    return replace(_ONES, first=first, last=last, total=last - first + 1, **changes)


REFUSED = [
    # Symbols that are taken for others.
    (
        "says nothing about",
        Telescoping("c", i_ - k, k, Integer(0), n, (2 * i_ + 1) * k / 2 - k**2 / 2, Integer(0), NATURAL),
    ),
    ("is -1, not 0", Telescoping("c", m - k, k, Integer(0), n, (2 * m + 1) * k / 2 - k**2 / 2, Integer(0), _WITH_I)),
    ("look the same", replace(_ONES, index=n, antidifference=n)),
    ("look the same", replace(_ONES, index=sympy.Symbol("u"), antidifference=sympy.Symbol("u"))),
    ("no plain symbol", replace(_ONES, index=u, antidifference=u)),
    ("says nothing about", Identity("free symbols are not displayed", u, d - 3, Region(r"d \ge 3", {d: u + 3}))),
    ("says nothing about", Identity("another z", sympy.Symbol("z", integer=True), z, Region(r"z \ge 0", {z: u}))),
    ("no plain symbol", Identity("p", _POSITIVE_P, abs(_POSITIVE_P), Region(r"p \ge 0", {_POSITIVE_P: u}))),
    ("look the same", _on(r"z \ge 0", {z: u, sympy.Symbol("z", integer=True): v})),
    ("look the same", _on(r"u \ge 0", {sympy.Symbol("u"): u})),
    ("no free symbol", _on(r"d \ge 0", {d: sympy.Symbol("u", positive=True)})),
    ("no plain symbol", _on(r"d \ge 0", {sympy.Symbol("{d}"): u})),
    ("says nothing about", replace(_BINOMIAL, summand=r * binomial(n, k) / 2**n)),
    ("says nothing about", replace(_BINOMIAL, companion=_BINOMIAL.companion + z)),
    # Sums.
    ("the sum is 0, not -3", _summing(Integer(1), n - 4)),
    ("many terms at least", _summing(Integer(1), n + 10**30)),
    ("the sum is 0, not -8", _summing(Integer(100), n + 90)),
    ("says nothing about", _summing(k, n)),
    ("says nothing about", replace(_ONES, total=k - 1)),
    ("the sum is 0, not 3", replace(_ONES, total=n + 2)),
    ("does not run from", _summing(Integer(1), n / 2)),
    ("more than 40 terms", ConstantSum("none", 0 * k, k, n, 0, Integer(0), n + 50, Integer(0), Integer(7))),
    ("more than 40 terms", ConstantSum("none", 0 * k, k, n, 0, Integer(0), n + 10**30, Integer(0), Integer(7))),
    ("may end before", ConstantSum("none", 0 * k, k, n, 0, Integer(9), n, Integer(0), Integer(0))),
    ("is not linear", replace(_BINOMIAL, least=sympy.sqrt(2))),
    # Places where an expression has no value, or another than algebra says.
    ("0 is not 21", replace(_SYMMETRIC, region=BELOW_FOUR)),
    ("7 is not 1", Identity("0 by expansion", 1 + binomial(n, n + 5), Integer(1), BELOW_FOUR)),
    ("divides by 0", Identity("a cancelled pole", (n**2 - 4 * n) / (n - 4), n, NATURAL)),
    ("not shown to be defined", Identity("far out", (n**2 - 5000 * n) / (n - 5000), n, NATURAL)),
    ("not shown to be defined", Sign("far out", (n - 5000) ** -2, ((n - 5000) ** -2,), NATURAL)),
    ("not shown to be defined", Sign("a factor", Integer(1), (n - 5000, 1 / (n - 5000)), NATURAL)),
    ("cannot evaluate", replace(_FACTORIAL, region=NATURAL)),
    ("not shown to be defined", Identity("0^0", n**n * n, n ** (n + 1), NATURAL)),
    ("divides by 0", Identity("0^-1", n ** (r - 1) * n, n**r, Region(r"n, r \ge 0", {n: u, r: v}))),
    ("0 is not 1/2", replace(_HALF, region=NATURAL)),
    ("-1 is not > 0", replace(_POWERS, region=NATURAL)),
    ("not shown to be defined", _spelled_out({z: 1 / (u - 4)})),
    ("cannot evaluate", Identity("roots", sympy.sqrt(n), sympy.sqrt(n), NATURAL)),
    ("too many digits", Identity("towers", 2 ** (2 ** (2 ** (n + 5))), 2 ** (2 ** (2 ** (n + 5))), NATURAL)),
    # Signs.
    ("is not evident", Sign("integers only", n * (n - 1), (n, n - 1), NATURAL)),
    ("is not >= 0", Sign("no integer", z * (z + 1), (Consecutive(z),), Region.spelled_out({z: -u / (v + 2)}))),
    ("a sign is", Sign("unknown relation", n, (n,), NATURAL, "!=")),
    # Descriptions.
    ("may leave out points", _on(r"d \ge 3", {d: u + 5})),
    ("is not shown to be nonnegative", _on(r"d \ge 3", {d: u + 2})),
    ("may leave out points", _on(r"d \ge 3", {d: 2 * u + 3})),
    ("may leave out points", _on(r"d \ge 3", {d: u / 2 + 3})),
    ("not shown to be an integer", _on(r"d = z, d + z \ge 0", {d: u / 2, z: u / 2})),
    ("may leave out points", _on(r"0 \le z \le d", {z: u, d: 2 * u + v})),
    ("may leave out points", _on(r"0 \le k \le d/2, d \ge 1", {k: u, d: 2 * u + v + 1})),
    ("what z is", _on(r"d \ge 0, 2z = 2z", {d: u, z: u})),
    ("is not 0", _on(r"d = 2a, a \ge 0", {d: 2 * u + 1, sympy.Symbol("a"): u})),
    ("may leave out points", _on("", {d: u})),
    ("none of its symbols", _on(r"d \ge 0, f \ge 0", {d: u})),
    ("is not linear", _on(r"d^2 \ge 0", {d: u})),
    ("says nothing about", _on(r"d \ge 0,", {d: u})),
    ("says nothing about", _on(r"d \geq", {d: u, sympy.Symbol("q"): v})),
    ("says nothing about", _on("all d", {d: u})),
    ("by relations", _spelled_out({d: u})),
    # What is no step.
    ("consists of expressions", Identity("text", "n", "n", NATURAL)),
    ("is no step", "1 = 1"),
]


@pytest.mark.parametrize(("reason", "step"), REFUSED, ids=lambda value: value if isinstance(value, str) else "")
def test_each_hole_is_closed(reason, step):
    with pytest.raises(ProofError, match=reason):
        check_step(step)


@pytest.mark.parametrize("step", [*FALSE, *UNDECIDED, *(step for _, step in REFUSED)])
def test_the_symbolic_route_alone_refuses_them_all(monkeypatch, step):
    monkeypatch.setattr(steps, "_sample", lambda count: ())
    with pytest.raises(ProofError):
        check_step(step)


def test_points_vary_all_symbols_and_go_far_out():
    names = [free(f"x_{i}") for i in range(6)]
    points = list(Region("", {sympy.Symbol(f"y_{i}"): name for i, name in enumerate(names)}).points())
    assert points[0] == dict.fromkeys(names, 0)
    for name in names:
        assert {0, 1, 2, 3} <= {point[name] for point in points}
        assert max(point[name] for point in points) > 100
    assert any(min(point.values()) > 3 for point in points)


def _about(description, substitution):
    return Identity(description, 2 * d, d + d, Region(description, substitution))


a = sympy.Symbol("a")
_ODD = _about(r"d = 2a + 1, a \ge 1", {d: 2 * u + 3, a: u + 1})
_EVEN = _about(r"d = 2a + 2, a \ge 1", {d: 2 * u + 4, a: u + 1})
_EVEN_LATER = _about(r"d = 2a + 2, a \ge 2", {d: 2 * u + 6, a: u + 2})
_FROM_FIVE = _about(r"d \ge 5", {d: u + 5})
_SUM_IN_D = replace(
    _BINOMIAL, size=d, **{name: getattr(_BINOMIAL, name).subs(n, d) for name in ("summand", "companion", "last")}
)
_OTHER_D = sympy.Symbol("d", integer=True)


@pytest.mark.parametrize(
    ("steps", "valid_from"),
    [
        ((_FROM_FIVE,), 5),
        ((_FROM_FIVE,), 9),
        ((_ODD, _EVEN), 3),
        ((_ODD, _EVEN_LATER), 5),
        ((_SUM_IN_D,), 1),
        ((_ONES,), 2),
    ],
)
def test_a_proof_covers_the_kernel_sizes_of_its_steps(steps, valid_from):
    assert check_proof(Proof(steps, valid_from)) == len(steps)


@pytest.mark.parametrize(
    ("steps", "valid_from", "reason"),
    [
        ((_FROM_FIVE,), 2, "leave out"),
        ((GOOD[1], _FROM_FIVE), 4, "leave out"),
        ((replace(_SUM_IN_D, least=5),), 2, "leave out"),
        ((_about(r"5 \le r < d", {r: u + 5, d: u + v + 6}),), 2, "leave out"),
        ((_about(r"n = d - 1, n \ge 4", {d: u + 5, n: u + 4}),), 2, "leave out"),
        ((_about("d = 3", {d: Integer(3)}),), 3, "leave out"),
        ((_about(r"d \le 9", {d: 9 - u}),), 2, "leave out"),
        ((Identity("d", 2 * _OTHER_D, _OTHER_D * 2, Region(r"d \ge 5", {_OTHER_D: u + 5})),), 2, "leave out"),
        ((_ODD,), 3, "of 2 kernel sizes in turn"),
        ((_FROM_FIVE, _ODD), 5, "of 2 kernel sizes in turn"),
        ((_ODD, _EVEN), 2, "leave out"),
        ((_ODD, _EVEN_LATER), 3, "leave out"),
        ((_ONES,), 0, "from a positive number on"),
    ],
)
def test_a_proof_that_begins_later_is_refused(steps, valid_from, reason):
    with pytest.raises(ProofError, match=reason):
        check_proof(Proof(steps, valid_from))


def test_a_step_that_changes_is_checked_again():
    # Steps are checked once; a region that is changed in place, against the rules, is another one.
    step = _about(r"d \ge 7", {d: u + 7})
    check_step(step)
    step.region.substitution[d] = u + 8
    with pytest.raises(ProofError, match="leave out points"):
        check_step(step)


@pytest.mark.parametrize("step", GOOD, ids=lambda step: step.text)
def test_true_steps_are_accepted(step):
    check_step(step)


@pytest.mark.parametrize("step", FALSE, ids=lambda step: f"not {step.text}")
def test_false_steps_are_refused(step):
    with pytest.raises(ProofError):
        check_step(step)


@pytest.mark.parametrize("step", UNDECIDED, ids=lambda step: step.text)
def test_what_cannot_be_decided_is_refused(step):
    with pytest.raises(ProofError):
        check_step(step)


def test_a_false_step_comes_with_a_witness():
    with pytest.raises(ProofRefuted, match="Pascal: 3 is not 4 at u = 0"):
        check_step(FALSE[0])


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (binomial(n, 2), "3"),
        (binomial(n, -1), "0"),
        (binomial(n - 5, 2), "3"),
        (floor(n / 2), "1"),
        (n**-2, "1/9"),
        (sympy.factorial(n), "6"),
        ((-1) ** n / 2, "-1/2"),
    ],
)
def test_evaluation(expression, value):
    assert str(evaluate(expression, {n: 3})) == value


def test_evaluation_refuses_division_by_zero():
    with pytest.raises(ProofError, match="divides by 0"):
        evaluate(1 / (n - 3), {n: 3})


def test_an_empty_proof_proves_nothing():
    with pytest.raises(ProofError, match="at least one step"):
        check_proof(Proof((), 2))


def _instances(kernel_max, first=2):
    for size in range(first, kernel_max + 1):
        yield Instance(f"d = {size}", size, Fraction(1, 2), Fraction(1, 2))


def _claim(proof, instances=_instances, closing="In words.", **extra):
    proof = replace(proof, closing=closing)
    return Claim("c", "", "tight", "test", proof=lambda: proof, instances=instances, quantities=standard("d"), **extra)


def test_a_proof_with_its_small_cases_is_proved():
    verdict = _claim(Proof((GOOD[0],), 4)).check(5)
    assert (verdict.status, verdict.scope, verdict.steps, verdict.instances) == ("proved", "d >= 2", 1, 4)


def test_a_gap_below_the_proof_is_unknown():
    assert _claim(Proof((GOOD[0],), 7)).check(5).status == "unknown"
    gap = _claim(Proof((GOOD[0],), 5), lambda kernel_max: (i for i in _instances(kernel_max) if i.kernel_size != 3))
    assert gap.check(6).status == "unknown"


def test_a_proof_from_far_out_without_instances_is_unknown():
    assert _claim(Proof((GOOD[0],), 50), None).check(5).status == "unknown"
    assert _claim(Proof((GOOD[0],), 50)).check(12).status == "unknown"


def test_steps_need_a_sentence_that_leads_to_the_statement():
    one = Identity("1 = 1", Integer(1), Integer(1), POSITIVE)
    assert _claim(Proof((one,), 2)).check(5).status == "proved"
    assert _claim(Proof((one,), 2), closing="").check(5).status == "unknown"
    assert _claim(Proof((one,), 2), closing=" ").check(5).status == "unknown"


def test_instances_that_say_nothing_of_the_statement_fill_no_gap():
    def value(determined):
        return lambda _case: [Value("", Fraction(1), Fraction(1), determined)]

    later = _claim(Proof((GOOD[0],), 4), None, cases=lambda _most: [{"d": 2}, {"d": 3}], evaluate=value(True))
    assert later.check(5).status == "proved"
    elsewhere = Hypothesis("d \\ne 3")
    assert replace(later, hypotheses=(elsewhere,)).check(5).status == "unknown"
    bounded_above = replace(later, evaluate=value(False))
    assert [replace(bounded_above, kind=kind).check(5).status for kind in ("tight", "identity", "lower", "upper")] == [
        "unknown",
        "unknown",
        "unknown",
        "proved",
    ]


def test_a_proof_of_a_statement_without_kernel_sizes_is_none():
    assert replace(_claim(Proof((GOOD[0],), 4), None), quantities={}).check(5).status == "unknown"


def test_false_steps_and_undecided_ones_leave_the_claim_unknown():
    assert _claim(Proof((GOOD[0], FALSE[0]), 2)).check(5).status == "unknown"
    verdict = _claim(Proof((GOOD[0], UNDECIDED[0]), 2)).check(5)
    assert verdict.status == "unknown"
    assert "irreducible" in verdict.witness
