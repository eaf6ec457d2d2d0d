"""What conditions mean, read from their texts, against functions written down beside them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product
from random import Random

import pytest

from proofs_check import claims
from proofs_check.conditions import meaning
from proofs_check.statement import Hypothesis, StatementError
from theory.errors import InputError

HALF = Fraction(1, 2)
MEANT = {
    r"d \ge 2": lambda d, j: d >= 2,
    r"0 \le 2j < d": lambda d, j: 0 <= 2 * j < d,
    r"d \ge 2 j + 1": lambda d, j: d >= 2 * j + 1,
    r"1 \le j \le 2^d - 2": lambda d, j: 1 <= j <= 2**d - 2,
    r"j \ne 3": lambda d, j: j != 3,
    r"d = 2j - 1": lambda d, j: d == 2 * j - 1,
    "-1 + d < j": lambda d, j: d - 1 < j,
}


@pytest.mark.parametrize("text", MEANT)
def test_a_comparison_means_what_it_says(text):
    for d, j in product(range(-1, 6), range(-1, 9)):
        assert meaning(text)({"d": d, "j": j}) is MEANT[text](d, j)


def test_a_membership_means_what_it_says():
    for d, orders in product(range(4), [(), (0,), (1, 3), (0, 2, 3)]):
        case = {"d": d, "R": orders}
        assert meaning(r"d \in R")(case) is (d in orders)
        assert meaning(r"d \notin R")(case) is (d not in orders)
        assert meaning(r"0 \in R")(case) is (0 in orders)


@pytest.mark.parametrize(
    "text",
    [
        "d",
        "",
        r"d \ge",
        r"R \subseteq S",
        r"R \ne \{0\}",
        r"d \ge 2 \text{ or } j = 1",
        r"d \ge 2,\ j \ge 1",
        r"\max R \le d/2",
        r"d \ge f(2)",
        r"d \ge __import__",
        r"a_1 \ge a_2",
    ],
)
def test_what_is_neither_needs_a_function(text):
    with pytest.raises(InputError, match="needs a function"):
        Hypothesis(text)
    assert Hypothesis(text, lambda case: case["d"] > 7).holds({"d": 8})


def _orders_above(least, case):
    return all(least <= one < case["d"] for one in case["S"])


def _pascal(n: int, k: int) -> int:
    return 0 if not 0 <= k <= n else 1 if k in (0, n) else _pascal(n - 1, k - 1) + _pascal(n - 1, k)


def _joined(case):
    family = [sum(1 << i for i in one) for one in case["F"]]
    return all((one | other) in (*family, 2 ** case["d"] - 1) for one in family for other in family)


def _not_increasing(numbers):
    return all(a >= b for a, b in pairwise(numbers))


def _from_p_and_q(case):
    d, r, j = case["d"], case["r"], case["j"]
    return not case["S"] or _pascal(j - 1, r) + _pascal(j, r) >= _pascal(d, r)


AGAIN = {
    r"R \ne \{0\}": lambda c: set(c["R"]) != {0},
    r"\varepsilon \ge 2^{-d}": lambda c: c["eps"] >= HALF ** c["d"],
    r"1 \le k \le p + q": lambda c: 0 < c["k"] < len(c["a"]) + len(c["b"]) + 1,
    r"a_1 \ge \ldots \ge a_p": lambda c: _not_increasing(c["a"]),
    r"b_1 \ge \ldots \ge b_q": lambda c: _not_increasing(c["b"]),
    r"S \subseteq \{j + 1, \dots, d - 1\}": lambda c: _orders_above(c["j"] + 1, c),
    r"S \subseteq \{d - k + 1, \dots, d - 1\}": lambda c: _orders_above(c["d"] - c["k"] + 1, c),
    r"S = \emptyset \text{ or } \binom{j-1}{r} + \binom{j}{r} \ge \binom{d}{r}": _from_p_and_q,
    r"\{j, \dots, d - 1\} \subseteq R": lambda c: not [r for r in range(c["j"], c["d"]) if r not in c["R"]],
    r"(q, n) \in \{(2, 2), (3, 2), (5, 2), (2, 3), (3, 3)\}": lambda c: f"{c['q']}{c['n']}" in "22 32 52 23 33",
    r"d = \frac{q^n - 1}{q - 1}": lambda c: c["d"] == sum(c["q"] ** i for i in range(c["n"])),
    r"x \in [0,1]^d": lambda c: min(c["x"]) >= 0 and max(c["x"]) <= 1,
    r"d = 2^k + 1,\ k \ge 1": lambda c: c["d"] >= 3 and bin(c["d"] - 1).count("1") == 1,
    r"c_r = 0 \text{ for } r \notin R \cup \{d\}": lambda c: (
        {r for r, one in enumerate(c["c"]) if one} <= {*c["R"], c["d"]}
    ),
    r"\theta_1 + \cdots + \theta_m = 0,\ m \ge 2": lambda c: not sum(c["theta"]) and c["theta"][1:] != (),
    r"J, K \in F \Rightarrow J \cup K \in F \text{ or } J \cup K = \{1, \dots, d\}": _joined,
    r"R \subseteq \{0\} \cup \{\lceil d/2 \rceil..d-1\}": lambda c: set(c["R"]) <= {0, *range(-(-c["d"] // 2), c["d"])},
    r"\max R \le d/2": lambda c: all(Fraction(r) <= Fraction(c["d"], 2) for r in c["R"]),
}
"""What the hypotheses say whose meaning is not read from their texts, once more."""

COSTLY = {r"E(d, R) \le \epsilon"}
"""What takes an optimum to decide, which the claim's own check compares."""

DECIDED = {
    (claim.name, hypothesis.text): (claim, hypothesis)
    for claim in claims().values()
    for hypothesis in claim.conditions
    if hypothesis.decide is not None
}


def test_the_list_is_complete():
    assert {text for _, text in DECIDED} == {*AGAIN, *COSTLY}


@pytest.mark.parametrize(("name", "text"), [one for one in DECIDED if one[1] not in COSTLY])
def test_a_function_says_what_the_text_says(name, text):
    claim, hypothesis = DECIDED[name, text]
    rng, cases = Random(3), []
    for _ in range(60):
        case = {}
        for quantity, sampler in claim.quantities.items():
            case[quantity] = sampler(rng, case, min(claim.drawn_up_to, 8))
        cases.append(case)
    for without in (None, hypothesis):
        try:
            cases += [claim.draw(rng, without) for _ in range(10)]
        except StatementError:
            continue  # none of this kind so small
    assert [case for case in cases if hypothesis.holds(case) is not AGAIN[text](case)] == []
    assert any(hypothesis.holds(case) for case in cases)
