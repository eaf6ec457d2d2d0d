"""The independent checker: what it must accept, what it must refuse, and that it says why.

The oracle of these tests is `violations`: the conditions of the file format, written down literally with
fractions, and so slowly that nothing can hide in it. Every verdict of the checker on the mutants below, and
the reason it gives, is compared with the oracle's.
"""

import ast
import copy
import hashlib
import itertools
import json
import math
import os
import pathlib
import pickle
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from math import comb, lcm
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check import certificates
from proofs_check.certificates import (
    KERNEL_SIZE_LIMIT,
    CertificateError,
    CertificateFormatError,
    CertificateTooLargeError,
    certify,
    check_certificate,
)
from tests.campaigns import campaign, tries

HALF = Fraction(1, 2)


# The oracle


def canonical_number(text):
    if not isinstance(text, str):
        return False
    p, slash, q = text.partition("/")
    try:
        return str(int(p)) == p and (not slash or (str(int(q)) == q and int(q) > 0))
    except ValueError:
        return False


def whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def well_formed(document):
    keys = {"format", "version", "kernel_size", "objective", "orders", "coefficients", "error", "dual"}
    if not isinstance(document, dict) or not whole(document.get("version")) or document["version"] not in (1, 2):
        return False
    if document["version"] == 2:
        keys |= {"target"} | (set(document) & {"constant"})
    if set(document) != keys:
        return False
    d, orders, objective = document["kernel_size"], document["orders"], document["objective"]
    coefficients, error, dual = document["coefficients"], document["error"], document["dual"]
    if document["format"] != "subpool-certificate" or objective not in ["cube", "range"]:
        return False
    if not whole(d) or not 2 <= d <= KERNEL_SIZE_LIMIT or not isinstance(orders, list) or not all(map(whole, orders)):
        return False
    if not orders or len(set(orders)) < len(orders) or max(orders) > d or min(orders) < (objective == "range"):
        return False
    if not isinstance(coefficients, dict) or set(coefficients) != {str(r) for r in orders}:
        return False
    if not isinstance(dual, dict) or not set(dual) <= {str(z) for z in vertices(document)}:
        return False
    target, constant = document.get("target", []), document.get("constant", "0")
    if not isinstance(target, list) or ("target" in document and len(target) != d):
        return False
    if not all(map(canonical_number, [*coefficients.values(), *dual.values(), *target, constant, error])):
        return False
    return Fraction(error) >= 0 and (objective == "cube" or Fraction(constant) == 0)


def vertices(document):
    d = document["kernel_size"]
    return range(d + 1) if document["objective"] == "cube" else range(1, d)


def phi(document, r, z):
    return 1 - Fraction(comb(z, r), comb(document["kernel_size"], r)) if r else Fraction(1)


def target_at(document, z):
    """The target at z zeros and d - z ones, its order statistics written out and sorted."""
    d = document["kernel_size"]
    weights = document.get("target", ["0"] * (d - 1) + ["1"])
    inputs = sorted([0] * z + [1] * (d - z))
    return Fraction(document.get("constant", "0")) + sum(Fraction(v) * x for v, x in zip(weights, inputs, strict=True))


def residuals(document):
    beta = {r: Fraction(document["coefficients"][str(r)]) for r in document["orders"]}
    return [target_at(document, z) - sum(beta[r] * phi(document, r, z) for r in beta) for z in vertices(document)]


def violations(document):
    """The violated conditions of the file format; if it is malformed, only that."""
    if not well_formed(document):
        return {"form"}
    found, error = set(), Fraction(document["error"])
    if any(abs(residual) > error for residual in residuals(document)):
        found.add("residual too large")
    if all(abs(residual) != error for residual in residuals(document)):
        found.add("error not attained")
    total = target_at(document, 0) - target_at(document, document["kernel_size"])
    if document["objective"] == "range" and sum(map(Fraction, document["coefficients"].values())) != total:
        found.add("sum of coefficients")
    w = {int(z): Fraction(weight) for z, weight in document["dual"].items()}
    if error == 0 and not w:
        return found
    if sum(map(abs, w.values())) != 1:
        found.add("size of dual")
    moments = {sum(w[z] * phi(document, r, z) for z in w) for r in document["orders"]}
    if len(moments) > 1 or (document["objective"] == "cube" and moments != {0}):
        found.add("moments")
    shifts = moments if document["objective"] == "range" else {0}
    if all(abs(sum(w[z] * target_at(document, z) for z in w) - m * total) != error for m in shifts):
        found.add("value of dual")
    return found


# The beginnings of the checker's messages, and what the oracle then has to find.
REASONS = {
    "the largest |residual|, at ": {"residual too large", "error not attained"},
    "the sum of the coefficients must be ": {"sum of coefficients"},
    "the sum of the |dual weights| must be 1, ": {"size of dual"},
    "the moment of the dual with order ": {"moments"},
    "the value of the dual must be the error ": {"value of dual"},
}


def reason_is_true(message, violated, malformed):
    if violated == {"form"}:
        return re.match(malformed, message) is not None
    return any(message.startswith(start) and reason & violated for start, reason in REASONS.items())


def refusal(source):
    """The error that the checker raises, which must fit on one line."""
    with pytest.raises(CertificateError) as caught:
        check_certificate(source)
    message = str(caught.value)
    assert message
    assert message.isprintable()
    assert len(message) < 300
    return caught.value


# Certificates known by hand


def document(kernel_size, objective, coefficients, error, dual):
    return {
        "format": "subpool-certificate",
        "version": 1,
        "kernel_size": kernel_size,
        "objective": objective,
        "orders": list(coefficients),
        "coefficients": {str(order): str(value) for order, value in coefficients.items()},
        "error": str(error),
        "dual": {str(z): str(weight) for z, weight in dual.items()},
    }


def towards(good, weights, constant=0):
    """The same with a target."""
    targeted = good | {"version": 2, "target": [str(Fraction(weight)) for weight in weights]}
    return targeted | ({"constant": str(constant)} if constant else {})


def middle(weights):
    """The best constant is the middle of the values at 0/1 vectors."""
    values = [sum(weights[z:]) for z in range(len(weights) + 1)]
    low, high = min(values), max(values)
    dual = {values.index(high): HALF, values.index(low): -HALF}
    beta, error = Fraction(low + high, 2), Fraction(high - low, 2)
    return towards(document(len(weights), "cube", {0: beta}, error, dual), weights)


def one_order(weights, r):
    """Relative to the range there is one multiple of one order, and the residual is what it is."""
    d, total = len(weights), sum(weights)
    values = {z: sum(weights[z:]) - total * (1 - Fraction(comb(z, r), comb(d, r))) for z in range(1, d)}
    worst = max(values, key=lambda z: abs(values[z]))
    good = document(d, "range", {r: total}, abs(values[worst]), {worst: 1 if values[worst] > 0 else -1})
    return towards(good, weights)


def majority_of_three():
    # 1, 1, 0, 0 at z = 0..3, and 1 1/4 - z/2: the residuals -1/4, 1/4, -1/4, 1/4.
    return towards(
        document(
            3,
            "cube",
            {0: -Fraction(1, 4), 1: Fraction(3, 2)},
            Fraction(1, 4),
            {1: Fraction(1, 4), 2: -HALF, 3: Fraction(1, 4)},
        ),
        [0, 1, 0],
    )


def one_without_intercept():
    # 1 everywhere, without an intercept: at z = d nothing but 0 is reached.
    return towards(document(5, "cube", {1: 1}, 1, {5: 1}), [0] * 5, constant=1)


def nine():
    return {
        "format": "subpool-certificate",
        "version": 1,
        "kernel_size": 9,
        "objective": "cube",
        "orders": [0, 1, 8],
        "coefficients": {"0": "1/20", "1": "-9/70", "8": "36/35"},
        "error": "1/20",
        "dual": {"0": "1/20", "7": "-9/20", "8": "9/20", "9": "-1/20"},
    }


def constant(d, z):
    return document(d, "cube", {0: HALF}, HALF, {z: HALF, d: -HALF})


def constant_and_one_order(d, r):
    # The residuals are -E at z < r, rise to E at d-1, and fall to -E at d.
    error = Fraction(d - r, 2 * d)
    return document(d, "cube", {0: error, r: 1}, error, {0: -Fraction(r, 2 * d), d - 1: HALF, d: -error})


def all_but_the_maximum(d):
    beta = {k: -((-HALF) ** (d - k)) * comb(d, k) for k in range(d)} | {0: HALF**d}
    return document(d, "cube", beta, HALF**d, {z: (-1) ** (d - z) * comb(d, z) * HALF**d for z in range(d + 1)})


def mean_and_top(d):
    # The residuals are beta_1 z/d for z <= d-2, which fall to -E, and E at d-1.
    beta = -Fraction(1, 2 * (d - 2))
    return document(d, "range", {1: beta, d - 1: 1 - beta}, Fraction(1, 2 * d), {d - 2: HALF, d - 1: -HALF})


def all_without_intercept(d):
    # Binomial inversion of residuals that alternate at 1..d-1 and vanish at 0.
    count = 2**d - 2
    beta = {r: Fraction((-1) ** (d - r + 1) * (2**r - 1) * comb(d, r), count) for r in range(1, d)}
    dual = {z: Fraction((-1) ** z * comb(d, z), count) for z in range(1, d)}
    return document(d, "range", beta, Fraction(1, count), dual)


BASES = {
    "0,1,8 of 9": (nine(), Fraction(1, 20)),
    "0 of 5": (constant(5, 2), HALF),
    "0 of 2": (constant(2, 0), HALF),
    "0,3 of 7": (constant_and_one_order(7, 3), Fraction(2, 7)),
    "0,5 of 6": (constant_and_one_order(6, 5), Fraction(1, 12)),
    "0-5 of 6": (all_but_the_maximum(6), Fraction(1, 64)),
    "0-8 of 9": (all_but_the_maximum(9), Fraction(1, 512)),
    "0-4 of 4": (document(4, "cube", dict.fromkeys(range(4), 0) | {4: 1}, 0, {}), Fraction(0)),
    "4 of 4": (document(4, "cube", {4: 1}, 0, {4: 1}), Fraction(0)),
    "range 1,4 of 5": (mean_and_top(5), Fraction(1, 10)),
    "range 1,8 of 9": (mean_and_top(9), Fraction(1, 18)),
    "range 1-5 of 6": (all_without_intercept(6), Fraction(1, 62)),
    "range 1-8 of 9": (all_without_intercept(9), Fraction(1, 510)),
    "range 3,4 of 4": (document(4, "range", {3: 0, 4: 1}, 0, {}), Fraction(0)),
    "range 1 of 2": (document(2, "range", {1: 1}, HALF, {1: 1}), HALF),
    "maximum as a target": (towards(nine(), [0] * 8 + [1]), Fraction(1, 20)),
    "median of 5 by 0": (middle([0, 0, 1, 0, 0]), HALF),
    "parity of 4 by 0": (middle([-1, 1, -1, 1]), HALF),
    "thirds by 0": (middle([Fraction(1, 3), Fraction(-5, 7), 2]), Fraction(1)),
    "majority of 3": (majority_of_three(), Fraction(1, 4)),
    "largest less smallest": (one_order([-1, 0, 0, 1], 2), Fraction(1)),
    "range median 2 of 6": (one_order([0, 0, HALF, HALF, 0, 0], 2), Fraction(3, 5)),
    "1 by 1 of 5": (one_without_intercept(), Fraction(1)),
}


@pytest.mark.parametrize(("good", "error"), BASES.values(), ids=BASES)
def test_accepts_certificates_known_by_hand(good, error, tmp_path):
    assert violations(good) == set()
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(good, indent=1), encoding="utf-8")
    untouched = copy.deepcopy(good)
    for source in (good, json.dumps(good), "\n  " + json.dumps(good, indent=2), path, str(path)):
        certified = check_certificate(source)
        assert certified == error
        assert type(certified) is Fraction
    assert good == untouched


def families():
    """Certificates of all families for small kernel sizes, with their errors."""
    for d in range(2, 11):
        yield all_but_the_maximum(d), HALF**d
        yield all_without_intercept(d), Fraction(1, 2**d - 2)
        for z in range(d):
            yield constant(d, z), HALF
        for r in range(1, d):
            yield constant_and_one_order(d, r), Fraction(d - r, 2 * d)
        if d > 2:
            yield mean_and_top(d), Fraction(1, 2 * d)


def test_accepts_the_families():
    for good, error in families():
        assert violations(good) == set()
        assert check_certificate(good) == error


def test_accepts_large_kernels():
    assert check_certificate(all_but_the_maximum(300)) == HALF**300
    assert check_certificate(constant_and_one_order(10_000, 5_000)) == Fraction(1, 4)


@pytest.mark.parametrize("good", [good for good, _ in BASES.values()], ids=BASES)
def test_no_other_coefficients_do_better(good):
    # What the checker is for, seen from the other side.
    rng, certified = random.Random(5), check_certificate(good)
    for _ in range(100):
        size = Fraction(1, 10 ** rng.randrange(5))
        beta = {key: Fraction(value) + size * rng.randint(-9, 9) for key, value in good["coefficients"].items()}
        if good["objective"] == "range":
            total = target_at(good, 0) - target_at(good, good["kernel_size"])
            beta[str(good["orders"][0])] += total - sum(beta.values())
        assert max(map(abs, residuals(good | {"coefficients": beta}))) >= certified


def test_accepts_what_the_solver_writes():
    from theory import optimal_estimator

    rng = random.Random(7)
    problems = [(5, orders, "cube") for n in range(1, 7) for orders in itertools.combinations(range(6), n)]
    problems += [(5, orders, "range") for n in range(1, 6) for orders in itertools.combinations(range(1, 6), n)]
    for _ in range(60):
        d, objective = rng.randint(2, 16), rng.choice(["cube", "range"])
        allowed = range(d + 1) if objective == "cube" else range(1, d + 1)
        problems.append((d, sorted(rng.sample(allowed, rng.randint(1, len(allowed)))), objective))
    assert len(problems) == 63 + 31 + 60
    for d, orders, objective in problems:
        estimator = optimal_estimator(d, orders, objective=objective)
        text = estimator.certificate.to_json()
        assert check_certificate(text) == estimator.error
        parsed = json.loads(text)
        assert violations(parsed) == set()
        assert (parsed["kernel_size"], sorted(parsed["orders"]), parsed["objective"]) == (d, list(orders), objective)


# One violated condition at a time


def with_dual(good, changes):
    dual = {int(z): Fraction(weight) for z, weight in good["dual"].items()}
    for z, change in changes.items():
        dual[z] = dual.get(z, Fraction(0)) + Fraction(change)
    return good | {"dual": {str(z): str(weight) for z, weight in dual.items()}}


def with_coefficients(good, changes):
    return good | {"coefficients": good["coefficients"] | changes}


# At d = 9, R = {0,1,8}, the second difference (1, -2, 1) at z = 1, 2, 3 has zero moments and value.
SINGLE = {
    "residual of the cube": (
        with_coefficients(nine(), {"1": "-9/71"}),
        {"residual too large"},
        "the largest |residual|, at 7 zeros, must be the error 1/20, found 501/9940",
    ),
    "residual of the range": (
        with_coefficients(mean_and_top(6), {"1": "-1/4", "5": "5/4"}),
        {"residual too large"},
        "the largest |residual|, at 4 zeros, must be the error 1/12, found 1/6",
    ),
    "size of the dual": (
        with_dual(nine(), {1: "1/100", 2: "-1/50", 3: "1/100"}),
        {"size of dual"},
        "the sum of the |dual weights| must be 1, found 26/25",
    ),
    "moment of order 0": (
        with_dual(nine(), {9: "1/10"}),
        {"moments"},
        "the moment of the dual with order 0 must be 0, found 1/10",
    ),
    "moment of order 1": (
        with_dual(nine(), {0: "-1/20", 1: "1/20"}),
        {"moments"},
        "the moment of the dual with order 1 must be 0, found -1/180",
    ),
    "moment of order 8": (
        with_dual(nine(), {6: "-1/100", 7: "1/50", 8: "-1/100", 1: "1/200", 2: "-1/100", 3: "1/200"}),
        {"moments"},
        "the moment of the dual with order 8 must be 0, found 1/900",
    ),
    "value of the dual": (
        nine() | {"dual": {"1": "1/4", "2": "-1/2", "3": "1/4"}},
        {"value of dual"},
        "the value of the dual must be the error 1/20, found 0",
    ),
    "sum of the coefficients": (
        with_coefficients(mean_and_top(6), {"1": "-14/100", "5": "113/100"}),
        {"sum of coefficients"},
        "the sum of the coefficients must be 1, found 99/100",
    ),
    "unequal moments": (
        mean_and_top(6) | {"dual": {"3": "1/2", "5": "-1/2"}},
        {"moments"},
        "the moment of the dual with order 5 must be 1/6, found 1/12",
    ),
    # Weak duality: with the dual in order, an error that no residual attains is not the value of the dual.
    "error too large": (
        nine() | {"error": "1/10"},
        {"error not attained", "value of dual"},
        "the value of the dual must be the error 1/10, found 1/20",
    ),
    "error too small": (
        nine() | {"error": "1/21"},
        {"residual too large", "error not attained", "value of dual"},
        "the value of the dual must be the error 1/21, found 1/20",
    ),
    "no dual": (
        nine() | {"dual": {}},
        {"size of dual", "value of dual"},
        "the sum of the |dual weights| must be 1, found 0",
    ),
    "error zero without dual": (
        document(4, "cube", {0: 0, 3: 1}, 0, {}),
        {"residual too large"},
        "the largest |residual|, at 3 zeros, must be the error 0, found 1/4",
    ),
}


@pytest.mark.parametrize(("bad", "violated", "message"), SINGLE.values(), ids=SINGLE)
def test_names_the_violated_condition(bad, violated, message):
    assert violations(bad) == violated
    error = refusal(bad)
    assert type(error) is CertificateError
    assert str(error) == message
    assert str(refusal(json.dumps(bad))) == message


def test_refuses_a_suboptimal_estimator():
    # The best for R = {0,1} and its dual, presented as best for {0,1,8}: attained, but not the least.
    smaller = constant_and_one_order(9, 1)
    posed = smaller | {"orders": [0, 1, 8], "coefficients": smaller["coefficients"] | {"8": "0"}}
    assert check_certificate(smaller) == Fraction(4, 9)
    assert violations(posed) == {"moments"}
    assert "moment of the dual with order 8" in str(refusal(posed))
    honest = posed | {"dual": nine()["dual"]}
    assert violations(honest) == {"value of dual"}
    assert str(refusal(honest)) == "the value of the dual must be the error 4/9, found 1/20"


# Mutants: more than ten thousand wrong certificates, and some right ones


def nudge(rng, text):
    """Another number: the least bit, a lot, or a sign away."""
    value = Fraction(text)
    changes = [
        Fraction(1, value.denominator),
        Fraction(1, value.denominator * 10 ** rng.randint(1, 300) + 1),
        Fraction(rng.randint(1, 10**6), rng.randint(1, 10**6)),
        Fraction(10 ** rng.randint(1, 300)),
        2 * abs(value) or 1,
        abs(value) / 2 or 1,
    ]
    return str(value + rng.choice(changes) * rng.choice([1, -1]))


def trade(rng, numbers, first, second):
    amount = Fraction(rng.randint(1, 99), 10 ** rng.randint(1, 30))
    numbers[first] = str(Fraction(numbers.get(first, "0")) + amount)
    numbers[second] = str(Fraction(numbers.get(second, "0")) - amount)


def exchange(numbers, first, second):
    numbers[first], numbers[second] = numbers.get(second, "0"), numbers.get(first, "0")


def some_coefficient(rng, bad):
    return rng.choice(list(bad["coefficients"]))


def some_vertex(rng, bad):
    return str(rng.choice(vertices(bad)))


def some_order(rng, bad):
    """An order that is not there, if there is one."""
    allowed = range(0 if bad["objective"] == "cube" else 1, bad["kernel_size"] + 1)
    return rng.choice([order for order in allowed if order not in bad["orders"]] or bad["orders"])


def numbers_of(bad):
    numbers = [(holder, key) for holder in (bad["coefficients"], bad["dual"]) for key in holder] + [(bad, "error")]
    return numbers + [(bad["target"], k) for k in range(len(bad.get("target", [])))]


def give_target(bad):
    """A file of version 1 says of the maximum what one of version 2 says as well."""
    bad.setdefault("target", ["0"] * (bad["kernel_size"] - 1) + ["1"])
    bad["version"] = 2


def change_target(rng, bad):
    give_target(bad)
    k = rng.randrange(bad["kernel_size"])
    bad["target"][k] = nudge(rng, bad["target"][k])


def swap_targets(rng, bad):
    give_target(bad)
    first, second = rng.sample(range(bad["kernel_size"]), 2)
    bad["target"][first], bad["target"][second] = bad["target"][second], bad["target"][first]


def change_constant(rng, bad):
    give_target(bad)
    bad["constant"] = nudge(rng, bad.get("constant", "0"))


def write_target(rng, bad):
    give_target(bad)


def resize_target(rng, bad):
    give_target(bad)
    if rng.random() < 0.5:
        bad["target"].insert(rng.randrange(bad["kernel_size"] + 1), rng.choice(["0", "1", "1/2"]))
    else:
        bad["target"].pop(rng.randrange(bad["kernel_size"]))


def forget_version(rng, bad):
    give_target(bad)
    bad["version"] = 1


def replace_number(rng, bad, value):
    holder, key = rng.choice(numbers_of(bad))
    holder[key] = value


def insert_order(rng, bad, order):
    bad["orders"].insert(rng.randint(0, len(bad["orders"])), order)


def change_coefficient(rng, bad):
    key = some_coefficient(rng, bad)
    bad["coefficients"][key] = nudge(rng, bad["coefficients"][key])


def trade_coefficients(rng, bad):
    trade(rng, bad["coefficients"], some_coefficient(rng, bad), some_coefficient(rng, bad))


def swap_coefficients(rng, bad):
    exchange(bad["coefficients"], some_coefficient(rng, bad), some_coefficient(rng, bad))


def change_error(rng, bad):
    bad["error"] = nudge(rng, bad["error"])


def attain_another_error(rng, bad):
    """Change a coefficient, and be honest about the error."""
    change_coefficient(rng, bad)
    bad["error"] = str(max(map(abs, residuals(bad))))


def change_weight(rng, bad):
    key = some_vertex(rng, bad)
    bad["dual"][key] = nudge(rng, bad["dual"].get(key, "0"))


def trade_weights(rng, bad):
    trade(rng, bad["dual"], some_vertex(rng, bad), some_vertex(rng, bad))


def swap_weights(rng, bad):
    exchange(bad["dual"], some_vertex(rng, bad), some_vertex(rng, bad))


def negate_weight(rng, bad):
    key = some_vertex(rng, bad)
    bad["dual"][key] = str(-Fraction(bad["dual"].get(key, "0")))


def drop_weight(rng, bad):
    bad["dual"].pop(some_vertex(rng, bad), None)


def scale_dual(rng, bad):
    factor = Fraction(rng.randint(-5, 5), rng.randint(1, 3))
    bad["dual"] = {key: str(factor * Fraction(weight)) for key, weight in bad["dual"].items()}


def swap_objective(rng, bad):
    bad["objective"] = {"cube": "range", "range": "cube"}[bad["objective"]]
    if rng.random() < 0.7:  # drop what has no place there, so that more than the form is tested
        bad["coefficients"].pop("0", None)
        bad["orders"] = [int(key) for key in bad["coefficients"]]
        for key in ("0", str(bad["kernel_size"])):
            bad["dual"].pop(key, None)


def change_kernel_size(rng, bad):
    bad["kernel_size"] = rng.choice([bad["kernel_size"] + rng.choice([-2, -1, 1, 2, 3]), rng.randint(2, 40)])


def drop_order(rng, bad):
    order = rng.choice(bad["orders"])
    bad["orders"].remove(order)
    del bad["coefficients"][str(order)]


def add_order(rng, bad):
    order = some_order(rng, bad)
    insert_order(rng, bad, order)
    bad["coefficients"].setdefault(str(order), rng.choice(["0", "0", "1/1000", "-5"]))


def exchange_order(rng, bad):
    old, new = rng.choice(bad["orders"]), some_order(rng, bad)
    bad["orders"][bad["orders"].index(old)] = new
    bad["coefficients"][str(new)] = bad["coefficients"].pop(str(old))


def list_another_order(rng, bad):
    insert_order(rng, bad, some_order(rng, bad))


def unlist_order(rng, bad):
    bad["orders"].remove(rng.choice(bad["orders"]))


def drop_coefficient(rng, bad):
    del bad["coefficients"][some_coefficient(rng, bad)]


def write_unreduced(rng, bad):
    for holder, key in numbers_of(bad):
        value, factor = Fraction(holder[key]), rng.randint(2, 10 ** rng.randint(1, 200))
        holder[key] = f"{value.numerator * factor}/{value.denominator * factor}"


def shuffle(rng, bad):
    rng.shuffle(bad["orders"])
    for name in ("coefficients", "dual"):
        bad[name] = dict(rng.sample(list(bad[name].items()), len(bad[name])))


def write_zero_weights(rng, bad):
    if bad["dual"]:
        bad["dual"] = {str(z): "0" for z in vertices(bad)} | bad["dual"]


def write_junk_number(rng, bad):
    texts = ["", " ", "-", "/", "1/", "/2", "1//2", "1/2/3", "+1", "1/-20", "01", "1/020", "-0", "-0/5", "00", "0x1"]
    texts += [" 1/20", "1/20 ", "1 /20", "1/20\n", "1\t", "1_000", "1,5", "0.05", "1e-3", "nan", "inf", "--1", "None"]
    texts += [
        "\u0661/\u0662",
        "1\u0661",
        "1/2\u0662",
        "\uff11",
        "\u00b2",
        "\u00bd",
        "\u22121/20",
        "1\u204420",
        "\u00a01",
        "\ud800",
        "1/2\x00",
    ]
    texts += ["\U0001d7cf" * 50, "9" * 5000 + ".", "1/0" + "2" * 5000, "-" * 10**5, "1/2" * 1000]
    others = [None, True, False, 0, 1, -(10**5000), 0.05, float("nan"), [], ["1/20"], {}, {"p": "1"}, b"1/20"]
    replace_number(rng, bad, rng.choice([*texts, *others, Fraction(1, 20), (1, 20)]))


def write_zero_denominator(rng, bad):
    replace_number(rng, bad, rng.choice(["0/0", "1/0", "-7/0", "5" * 5000 + "/0"]))


def negate_error(rng, bad):
    bad["error"] = rng.choice(["-1", "-1/20", f"-1/{10**400}", "-" + "7" * 5000])


def drop_field(rng, bad):
    del bad[rng.choice(["kernel_size", "objective", "orders", "coefficients", "error", "dual"])]


def drop_header(rng, bad):
    del bad[rng.choice(["format", "version"])]


def add_field(rng, bad):
    key = rng.choice(["Error", "error ", "", "beta", "\u00e9", "\ud800", "x" * 10**5, "0", 0, None, ("error",)])
    bad[key] = rng.choice(["1/20", None, {}])


def add_foreign_index(rng, bad):
    keys = ["08", "+8", " 8", "8 ", "8.0", "8/1", "-1", "-0", "00", "1e0", "", "x", "8\n", "\u0668", "\uff18", "\u00b2"]
    keys += ["\ud800", "\U0001d7cf" * 50, "7" * 10**6, "-" + "1" * 5000, str(bad["kernel_size"] + 1)]
    keys += [8, None, 8.0, (8,)]
    bad[rng.choice(["coefficients", "dual"])][rng.choice(keys)] = rng.choice(["0", "1", None])


def repeat_order(rng, bad):
    insert_order(rng, bad, rng.choice(bad["orders"]))


def write_junk_order(rng, bad):
    junk = [-1, 10**30, -(10**30), 10**5000, 0.0, 1.0, "1", "0", None, True, False, [1], {}, "x" * 10**5]
    insert_order(rng, bad, rng.choice([*junk, bad["kernel_size"] + 1]))


def write_junk(key, *values):
    def replace(rng, bad):
        bad[key] = rng.choice(values)

    return replace


def write_junk_mapping(rng, bad):
    name = rng.choice(["coefficients", "dual"])
    bad[name] = rng.choice([None, [], "", "{}", 0, 1.5, True, list(bad[name].items())])


def bury(rng, bad):
    inner = dict(bad)
    bad.clear()
    bad["certificate"] = rng.choice([inner, [inner], {"certificate": inner}])


def truncate(rng, text):
    return text[: rng.randint(1, len(text) - 1)]


def garble(rng, text):
    at = rng.randrange(len(text))
    new = rng.choice([*'0123456789-/"{}[],:. \t\n\\eE+uax\x00\u0661\ud800\ufeff', ""])
    return text[:at] + new + text[at + rng.randint(0, 1) :]


def change_digit(rng, text):
    at = rng.choice([place for place, character in enumerate(text) if character.isdigit()])
    return text[:at] + rng.choice("0123456789") + text[at + 1 :]


def repeat_key(rng, text):
    """Repeat a member of some object, with the same value or another one, perhaps by an escape."""
    member = rng.choice(list(re.finditer(r'"(\w+)": ("[^"]*"|\d+|\[.*?\])', text)))
    key = rng.choice([member[1], f"\\u{ord(member[1][0]):04x}{member[1][1:]}"])
    repeated = f'"{key}": ' + rng.choice([member[2], '"1/3"', "null", "[]"])
    pair = rng.choice([f"{repeated}, {member[0]}", f"{member[0]}, {repeated}"])
    return text[: member.start()] + pair + text[member.end() :]


def write_float(rng, text):
    number = rng.choice(list(re.finditer(r'(?<=: )"-?\d[^"]*"|(?<=[\[ ])\d+(?=[\],])', text)))
    literal = rng.choice(["0.05", "1e-3", "1E400", "-0.0", "NaN", "Infinity", "-Infinity", "1" * 5000 + ".5", "1.0"])
    return text[: number.start()] + literal + text[number.end() :]


def wrap(rng, text):
    nest = rng.choice(["[", '{"a":', '[{"b":']) * rng.randint(10**4, 10**5)
    trailing = text + rng.choice(["}", "]", text, ",", "x", "\x00", "null", "\ufeff", "//"])
    return rng.choice([f"[{text}]", f" [1, {text}]", json.dumps(text), trailing, nest, '"1/20"', "\nnull", "\n1", "\n"])


def respace(rng, text):
    indent = rng.choice([None, 0, 1, 7, "\t"])
    return rng.choice(["", " ", "\n\r\t"]) + json.dumps(json.loads(text), indent=indent, sort_keys=True) + "\n"


def escape(rng, text):
    return re.sub(r'(?<=")\w', lambda letter: f"\\u{ord(letter[0]):04X}", text)


class Kind(NamedTuple):
    """A kind of mutation: what does it, and what is expected of the checker."""

    mutate: Callable  # changes a document, or returns another text
    malformed: str = "(?!)"  # what the message matches where the form is at fault
    right: bool | None = False  # whether the mutants are right; None: some may be
    readable: bool | None = True  # whether the refusals are other than CertificateFormatError; None: some may be
    of_text: bool = False


NUMBER = r"(error|(coefficients|dual|target)\[\d+\])"
FIELDS = "(kernel_size|objective|orders|coefficients|error|dual)"
KINDS = {
    "coefficient changed": Kind(change_coefficient, right=None),
    "coefficients traded": Kind(trade_coefficients, right=None),
    "coefficients swapped": Kind(swap_coefficients, right=None),
    "error changed": Kind(change_error, "error must be at least 0, found (-|about -)"),
    "another error attained": Kind(attain_another_error),
    "weight changed": Kind(change_weight, right=None),
    "weights traded": Kind(trade_weights, right=None),
    "weights swapped": Kind(swap_weights, right=None),
    "weight negated": Kind(negate_weight, right=None),
    "weight dropped": Kind(drop_weight, right=None),
    "dual scaled": Kind(scale_dual, right=None),
    "objective swapped": Kind(
        swap_objective,
        "orders must (have at least|be integers from 1)|dual must have permitted keys|the constant must be 0",
        right=None,
    ),
    "kernel size changed": Kind(
        change_kernel_size,
        "kernel_size must be at least 2|orders must be integers|dual must have permitted|target must have",
        right=None,
    ),
    "order dropped": Kind(drop_order, "orders must have at least one order, found none", right=None),
    "order added": Kind(add_order, "orders must be distinct", right=None),
    "order exchanged": Kind(exchange_order, "orders must be distinct", right=None),
    "order without coefficient": Kind(
        list_another_order, r"coefficients must have the key \d+, found none|orders must be distinct"
    ),
    "coefficient without order": Kind(
        unlist_order, r"coefficients must have permitted keys only, found '\d+'|orders must have at least"
    ),
    "coefficient missing": Kind(drop_coefficient, r"coefficients must have the key \d+, found none"),
    "target changed": Kind(change_target, right=None),
    "weights of the target swapped": Kind(swap_targets, right=None),
    "constant changed": Kind(change_constant, "the constant must be 0 for the objective 'range'", right=None),
    "target of another size": Kind(resize_target, r"target must have \d+ weights, found \d+"),
    "target in version 1": Kind(forget_version, "the certificate must have permitted keys only, found 'target'"),
    "junk for a target": Kind(
        lambda rng, bad: bad.update(version=2, target=rng.choice([None, {}, "0,1", 1, "", True, 0.5, b"", ("0", "1")])),
        "target must be a list, found",
    ),
    "junk for a constant": Kind(
        lambda rng, bad: (
            give_target(bad),
            bad.update(constant=rng.choice([None, 0, "x", "1/0", [], "0.5", "+1", -7])),
        ),
        "constant must (be an exact number|not have denominator zero)",
    ),
    "target written out": Kind(write_target, right=True),
    "numbers not reduced": Kind(write_unreduced, right=True),
    "entries reordered": Kind(shuffle, right=True),
    "zero weights written": Kind(write_zero_weights, right=True),
    "junk for a number": Kind(write_junk_number, NUMBER + ' must be an exact number, a string "p" or "p/q", found'),
    "zero denominator": Kind(write_zero_denominator, NUMBER + " must not have denominator zero, found '"),
    "negative error": Kind(negate_error, "error must be at least 0, found (-|about -)"),
    "field missing": Kind(drop_field, f"the certificate must have the key {FIELDS}, found none"),
    "header missing": Kind(drop_header, "(format|version) must be .* found None", readable=False),
    "field added": Kind(add_field, "the certificate must have permitted keys only, found"),
    "foreign index": Kind(add_foreign_index, "(coefficients|dual) must have permitted keys only, found"),
    "order repeated": Kind(repeat_order, r"orders must be distinct, found \d+ twice"),
    "junk among orders": Kind(write_junk_order, r"orders must be integers from [01] to \d+, found"),
    "junk for orders": Kind(
        write_junk("orders", [], {}, None, "0", "018", 8, True, 1.5, (0, 1), {0, 1}),
        "orders must (be a list, found|have at least one order, found none)",
    ),
    "junk for kernel size": Kind(
        write_junk("kernel_size", 0, 1, -9, -(10**5000), True, False, 9.0, "9", None, [9], {}, "9" * 10**5, "3x3"),
        "kernel_size must be (an integer|at least 2), found",
    ),
    "huge kernel size": Kind(
        write_junk("kernel_size", KERNEL_SIZE_LIMIT + 1, 2**64, 10**30, 10**5000),
        "kernel_size must be at most 100000 for this checker, found",
        readable=False,
    ),
    "junk for objective": Kind(
        write_junk("objective", "Cube", "l2", "", "cube ", "x" * 10**5, None, 0, True, ["cube"], {}, "\ud800"),
        "objective must be 'cube' or 'range', found",
    ),
    "junk for a mapping": Kind(write_junk_mapping, "(coefficients|dual) must be a JSON object, found"),
    "junk for version": Kind(
        write_junk("version", 0, 3, -1, 10**5000, "1", 1.0, True, None, [1], {}),
        "version must be the integer 1 or 2, found",
        readable=False,
    ),
    "junk for format": Kind(
        write_junk("format", "subpool", "Subpool-certificate", "subpool-certificate ", "", None, 1, [], {}),
        "format must be 'subpool-certificate' or 'subpool-combination', found",
        readable=False,
    ),
    "certificate buried": Kind(
        bury, "format must be 'subpool-certificate' or 'subpool-combination', found None", readable=False
    ),
    "text truncated": Kind(truncate, "the text must be JSON, found an error: ", readable=False, of_text=True),
    "text garbled": Kind(garble, ".* must |cannot read ", right=None, readable=None, of_text=True),
    "digit changed": Kind(change_digit, ".* must ", right=None, readable=None, of_text=True),
    "key repeated": Kind(
        repeat_key, "a JSON object must not repeat a key|(format|version) must be", readable=None, of_text=True
    ),
    "float in the text": Kind(
        write_float, "numbers must be exact, not floating-point|version must be", readable=None, of_text=True
    ),
    "text wrapped": Kind(
        wrap, "a certificate must be a JSON object|the text must be JSON, found", readable=False, of_text=True
    ),
    "text respaced": Kind(respace, right=True, of_text=True),
    "text escaped": Kind(escape, right=True, of_text=True),
}
REFUSED = tries(100)  # different mutants of each kind


def parsed_strictly(text):
    """The value of a JSON text without inexact numbers and repeated keys, None for any other text."""

    def members(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        return json.loads(text, object_pairs_hook=members, parse_float=int, parse_constant=int)
    except (ValueError, RecursionError):
        return None


def mutants(name):
    """Yield mutants of a kind, as objects or texts, and what they are when parsed."""
    kind, rng = KINDS[name], random.Random(name)
    right = [good for good, _ in itertools.chain(BASES.values(), families())]
    for good in itertools.islice(itertools.cycle(right), 100 * REFUSED):
        if kind.of_text:
            text = kind.mutate(rng, json.dumps(good))
            yield text, parsed_strictly(text)
        else:
            bad = copy.deepcopy(good)
            kind.mutate(rng, bad)
            yield (as_text(bad) if rng.random() < 0.5 else bad), bad


def as_text(document):
    """The document as JSON text if there is such a text, else itself."""
    try:
        text = json.dumps(document)
    except (TypeError, ValueError):  # not a JSON value; an integer too long for json
        return document
    return text if parsed_strictly(text) == document else document


@campaign
@pytest.mark.parametrize("name", KINDS)
def test_mutants(name):
    kind, refused, right = KINDS[name], set(), 0
    for mutant, parsed in mutants(name):
        violated = violations(parsed)
        if not violated:
            assert check_certificate(mutant) == Fraction(parsed["error"])
            right += 1
        else:
            error = refusal(mutant)
            assert reason_is_true(str(error), violated, kind.malformed), (str(error), violated)
            assert kind.readable is None or kind.readable == (type(error) is CertificateError), error
            refused.add(pickle.dumps(mutant))
        if (right if kind.right else len(refused)) == REFUSED:
            break
    assert len(refused) == (0 if kind.right else REFUSED)
    assert right == 0 or kind.right is not False


def test_there_are_four_thousand_refused_mutants():
    # For each kind that is not always right, so many different mutants have to be refused.
    assert REFUSED * sum(kind.right is not True for kind in KINDS.values()) >= 4_000


# Long numbers


@pytest.fixture
def digits_limit():
    before = sys.get_int_max_str_digits()
    yield before
    assert sys.get_int_max_str_digits() == before


def long_certificate():
    """For d = 5, R = {0}: 1/2 not reduced, and 1/2 split into weights with denominators of 5001 and 6001 digits."""
    good = constant(5, 0)
    good["coefficients"]["0"] = "3" * 100_000 + "/" + "6" * 100_000
    good["dual"] = {
        "0": "1/1" + "0" * 5000,
        "1": "3/1" + "0" * 6000,
        "2": "4" + "9" * 4998 + "8" + "9" * 999 + "7" + "/1" + "0" * 6000,
        "5": "-" + "3" * 9000 + "/" + "6" * 9000,
    }
    return good


@pytest.mark.usefixtures("digits_limit")
def test_numbers_of_any_length():
    good = long_certificate()
    assert check_certificate(good) == check_certificate(json.dumps(good)) == HALF
    numbers = [(holder, key, text) for holder, key in numbers_of(good) for text in [holder[key]] if len(text) > 9]
    assert len(numbers) == 5
    for holder, key, text in numbers:
        for at in (1, 2, len(text) // 3, len(text) // 2, len(text) - 1):
            holder[key] = text[:at] + ("1" if text[at] not in "/1" else "2") + text[at + 1 :]
            assert type(refusal(good)) is CertificateError
        holder[key] = text
    assert check_certificate(good) == HALF


@pytest.mark.usefixtures("digits_limit")
def test_long_numbers_in_messages():
    digits = "7" * 5000
    for changes in (
        {"error": digits},
        {"error": "1/" + digits},
        {"error": "-" + digits},
        {"error": digits + "/" + digits + "1", "dual": {}},
        {"dual": nine()["dual"] | {"3": digits}},
        {"dual": nine()["dual"] | {"3": "-1/" + digits}},
        {"coefficients": nine()["coefficients"] | {"1": digits + "/9"}},
        {"coefficients": nine()["coefficients"] | {"1": digits + "/" + digits + "3"}},
        {"kernel_size": -(10**5000)},
        {"orders": [0, 1, 10**5000]},
        {"dual": nine()["dual"] | {digits: "0"}},
    ):
        refusal(nine() | changes)
    text = json.dumps(nine())
    for place in ('"version": 1', '"kernel_size": 9', '"orders": [0'):
        refusal(text.replace(place, place + digits * 20))
    assert "about 2^-16609 (denominator of 16610 bits)" in str(refusal(nine() | {"error": "1/" + digits}))
    assert "about -2^16609 (denominator of 1 bits)" in str(refusal(nine() | {"error": "-" + digits}))


@pytest.mark.parametrize("limit", ["640", "0"])
def test_any_limit_on_digits(limit):
    code = "import sys; from proofs_check.certificates import *; print(check_certificate(sys.stdin.read()))"
    command = [sys.executable, "-X", f"int_max_str_digits={limit}", "-c", code]
    process = subprocess.run(command, input=json.dumps(long_certificate()), capture_output=True, text=True, cwd=ROOT)
    assert (process.returncode, process.stdout) == (0, "1/2\n"), process.stderr


# Sources


def test_sources_of_no_use():
    others = [None, 9, 0, True, 1.5, b"{}", bytearray(b"{}"), [nine()], (nine(),), nine().items(), nine, object()]
    for source in [*others, Fraction(1, 20)]:
        assert type(refusal(source)) is CertificateFormatError


def test_texts_of_no_use():
    texts = ["[]", "{}", '"', '""', "{", "[1,2", '{"a": 1}', '[{"a": 1, "a": 2}]', "\n", " \n{}", "{}\n{}", "\n1.5"]
    for text in [*texts, "[" * 10**6, '{"":' * 10**6]:
        assert type(refusal(text)) is CertificateFormatError


class Nowhere(os.PathLike):
    def __fspath__(self):
        return 7


def test_paths_of_no_use():
    paths = ["", " ", "no such file", "a\0b", "\ud800", "\udcff", "/" * 5000, "x" * 10**6, "."]
    for path in [*paths, pathlib.Path(), pathlib.Path("a\0b"), Nowhere()]:
        assert type(refusal(path)) is CertificateFormatError


def test_files_of_no_use(tmp_path):
    text = json.dumps(nine())
    in_other_encodings = [b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), text.encode() + b"\xff"]
    others = [b"", b"\xff\xfe", b"\0", b"1.5", b"null", b"PK\x03\x04", text[:-1].encode(), b"[" * 10**6]
    for number, content in enumerate(in_other_encodings + others):
        path = tmp_path / f"{number}.json"
        path.write_bytes(content)
        assert type(refusal(path)) is type(refusal(str(path))) is CertificateFormatError
    assert type(refusal(tmp_path)) is CertificateFormatError
    missing = tmp_path / "missing.json"
    assert "missing.json" in str(refusal(missing))
    assert "No such file" in str(refusal(missing))


def test_a_file_that_is_wrong_is_no_format_error(tmp_path):
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(nine() | {"error": "1/21"}), encoding="utf-8")
    assert type(refusal(path)) is CertificateError


class EqualToAll:
    def __eq__(self, other):
        return True

    __hash__ = None


class Text(str):
    pass


@pytest.mark.parametrize("field", nine())
def test_types_are_exact(field):
    value = nine()[field]
    refusal(nine() | {field: EqualToAll()})
    if isinstance(value, str):
        refusal(nine() | {field: Text(value)})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["1/2", "0", "-7/3", "cube"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from("0123456789"), inner, max_size=4)
    ),
    max_leaves=12,
)
hypotheses = settings(max_examples=tries(100), deadline=None, derandomize=True, database=None)


def is_certified_or_refused(source):
    try:
        assert isinstance(check_certificate(source), Fraction)
    except CertificateError:
        refusal(source)


@campaign
@hypotheses
@given(json_values)
def test_any_value(value):
    is_certified_or_refused(value)
    is_certified_or_refused(json.dumps(value))
    is_certified_or_refused(" \n" + json.dumps(value))


@campaign
@hypotheses
@given(st.sampled_from([good for good, _ in BASES.values()]), st.sampled_from(sorted(nine())), json_values)
def test_any_value_in_a_field(good, field, value):
    document = good | {field: value}
    is_certified_or_refused(document)
    is_certified_or_refused(json.dumps(document))
    assert (violations(document) == set()) == accepts(document)


def accepts(source):
    try:
        check_certificate(source)
    except CertificateError:
        return False
    return True


@campaign
@hypotheses
@given(st.text() | st.text().map("{{{}".format) | st.text().map("\n{}".format), st.binary())
def test_any_text(text, junk):
    is_certified_or_refused(text)
    is_certified_or_refused(junk)


# What a certificate proves, and its name


def canonical(good):
    """The bytes that are hashed, by the documentation of the format."""

    def exact(numbers):
        return {key: str(Fraction(number)) for key, number in numbers.items()}

    document = good | {"orders": sorted(good["orders"]), "coefficients": exact(good["coefficients"])}
    document |= {"error": str(Fraction(good["error"]))}
    document |= {"dual": {key: weight for key, weight in exact(good["dual"]).items() if weight != "0"}}
    if "target" in document:
        document |= {"target": [str(Fraction(weight)) for weight in good["target"]]}
        if document["target"] == ["0"] * (good["kernel_size"] - 1) + ["1"]:
            document |= {"version": 1}
            del document["target"]
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def test_the_canonical_form_is_the_documented_one():
    assert canonical(nine()) == (
        b'{"coefficients":{"0":"1/20","1":"-9/70","8":"36/35"},"dual":{"0":"1/20","7":"-9/20","8":"9/20","9":"-1/20"},'
        b'"error":"1/20","format":"subpool-certificate","kernel_size":9,"objective":"cube","orders":[0,1,8],"version":1}'
    )


@pytest.mark.parametrize(("good", "error"), BASES.values(), ids=BASES)
def test_names_what_is_certified(good, error):
    certified = certify(good)
    assert certified[:4] == (good["kernel_size"], good["objective"], tuple(sorted(good["orders"])), error)
    assert certified.sha256 == hashlib.sha256(canonical(good)).hexdigest()


def test_one_certificate_has_one_hash_however_it_is_written():
    rng, hashes = random.Random(3), {}
    for name, (good, _) in BASES.items():
        hashes[certify(good).sha256] = name
        for _ in range(20):
            other = copy.deepcopy(good)
            for write in (write_unreduced, shuffle, write_zero_weights):
                write(rng, other)
            for source in (other, json.dumps(other), respace(rng, json.dumps(other)), escape(rng, json.dumps(other))):
                assert certify(source).sha256 == certify(good).sha256
    # That the target is the maximum may be said, or not.
    assert hashes.pop(certify(nine()).sha256) == "maximum as a target"
    assert list(hashes.values()) == [name for name in BASES if name not in ("0,1,8 of 9", "maximum as a target")]


def test_another_certificate_of_the_same_problem_has_another_hash():
    # At d = 9, R = {0}, any vertex will do for the dual.
    assert certify(constant(9, 2)).sha256 != certify(constant(9, 3)).sha256


@pytest.mark.usefixtures("digits_limit")
def test_the_hash_of_long_numbers():
    good = all_but_the_maximum(300)
    assert len(good["coefficients"]["150"]) > 90
    assert certify(good).sha256 == hashlib.sha256(canonical(good)).hexdigest()
    # As the checker writes them: 2^-20000 has more digits than str would convert.
    for number in (Fraction(7**20_000, 2**20_000), Fraction(-(10**5000)), Fraction(10**999 + 1), Fraction(0)):
        text = certificates._text(number)
        assert certificates._number(text, "number", certificates._Work(None)) == number
        assert canonical_number(text) or len(text) > 4300


def test_the_line_names_problem_and_error():
    start = "kernel size 9, orders 0, 1, 8, objective cube: optimal error 1/20, sha256 "
    assert str(certify(nine())) == start + hashlib.sha256(canonical(nine())).hexdigest()
    assert str(certify(all_without_intercept(9))).startswith("kernel size 9, orders 1-8, objective range: optimal")
    assert "orders 0-299, objective cube: optimal error about 2^-300 (denominator of 301 bits), sha256 " in str(
        certify(all_but_the_maximum(300))
    )


@pytest.mark.parametrize(
    ("orders", "text"), [([3], "3"), ([0, 1], "0, 1"), ([0, 1, 2], "0-2"), ([0, 2, 3, 4, 7, 8], "0, 2-4, 7, 8")]
)
def test_runs_of_orders(orders, text):
    assert certificates._runs(orders) == text


# The work is bounded before it is done


def near_half(count):
    """A certificate of 100,000 zeros and as many orders as asked for around 50,000: what takes longest."""
    middle = range(50_000 - count // 2, 50_000 + count - count // 2)
    return document(100_000, "cube", {0: HALF} | dict.fromkeys(middle, 0), HALF, {0: HALF, 100_000: -HALF})


def with_numbers(*literals):
    return document(30, "cube", dict(enumerate(literals)), HALF, {0: 1})


def odd(digits, seed):
    return "".join(random.Random(seed).choices("13579", k=digits))


# What takes seconds to hours if it is done, each with its kind of refusal: False for wrong, True for too large.
COSTLY = {
    "50 orders, no error": (lambda: near_half(50) | {"error": "0", "dual": {}}, False),
    "50 orders, wrong": (lambda: near_half(50) | {"error": "1/3"}, False),
    "50 orders, nothing to be seen at once": (lambda: near_half(50), True),
    "3 orders, no error, as text": (lambda: json.dumps(near_half(2) | {"error": "0", "dual": {}}), False),
    "a weight for each vertex": (
        lambda: document(
            100_000, "cube", {0: HALF} | dict.fromkeys(range(1, 40), 0), HALF, dict.fromkeys(range(10**5), 1)
        ),
        True,
    ),
    "all orders of 5000": (lambda: all_but_the_maximum(600) | {"kernel_size": 5000}, False),
    "a numerator of ten million digits": (lambda: with_numbers("7" * 10**7), True),
    "the same as text": (lambda: json.dumps(with_numbers("7" * 10**7)), True),
    "an error of ten million digits": (lambda: nine() | {"error": "7" * 10**7}, True),
    "many numbers of thousands of digits": (
        lambda: with_numbers(*(f"{odd(25_000, k)}/{odd(25_000, 100 + k)}" for k in range(1, 31))),
        True,
    ),
    "ten megabytes of blanks": (lambda: json.dumps(nine()) + " " * 10**7, True),
    "ten megabytes of ones": (lambda: "[" + "1," * (5 * 10**6) + "1]", True),
    "an integer of a million digits": (lambda: json.dumps(nine()).replace("9,", "9" * 10**6 + ",", 1), True),
    "a million braces": (lambda: '{"":' * 10**6, False),
}


@pytest.fixture
def words_of_arithmetic(monkeypatch):
    """Count the words of all binomials, products and common multiples that are computed with the module `math`."""

    class Counting:
        def __init__(self):
            self.words = 0

        def __getattr__(self, name):
            def call(*arguments):
                result = getattr(math, name)(*arguments)
                self.words += result.bit_length() // 30 if isinstance(result, int) else 0
                return result

            return call

    counting = Counting()
    monkeypatch.setattr(certificates, "math", counting)
    return counting


@pytest.mark.parametrize(("make", "too_large"), COSTLY.values(), ids=COSTLY)
def test_costly_certificates_cost_nothing(make, too_large, words_of_arithmetic):
    source = make()
    begun = time.process_time()
    error = refusal(source)
    # A second is promised for a machine of today; what is refused takes a third of it at most.
    assert time.process_time() - begun < 3
    assert isinstance(error, CertificateTooLargeError) == too_large, error
    # At the prices that are asked for, a second buys this many words of products or less.
    assert words_of_arithmetic.words < 10**6
    if too_large:
        estimate = re.search(r"at most 1000000000 steps, found that it takes about (\d+): give", str(error))
        assert int(estimate[1]) > 10**9


def test_a_denominator_of_its_own_for_each_vertex_costs_a_second_at_most(words_of_arithmetic):
    dual = {str(z): f"1/{z + 3}" for z in range(100_001)}
    assert isinstance(refusal(nine() | {"kernel_size": 100_000, "dual": dual}), CertificateTooLargeError)
    # A short number makes about four passes over a long common multiple, of two nanoseconds a word each.
    assert 8 * words_of_arithmetic.words < 10**9


def test_the_first_orders_of_a_large_kernel_are_checked_by_default():
    from theory import optimal_estimator

    certificate = optimal_estimator(65_536, range(17)).certificate.to_dict()
    assert certify(certificate).error == Fraction(certificate["error"])
    # Of 64 orders the sums alone take 3.6 thousand million steps one by one, and 0.8 by differences.
    work = certificates._Work(None)
    wide = optimal_estimator(65_536, range(65)).certificate.to_dict()
    beta = certificates._scaled({int(r): Fraction(b) for r, b in wide["coefficients"].items()}, work)
    read = certificates._read(*certificates._document(wide, work), work)
    by_order, by_differences = certificates._sum_steps(read, beta, 1)
    assert by_differences < certificates.WORK_LIMIT < by_order
    assert certificates._primal_steps(read, beta, 1) < certificates.WORK_LIMIT


@pytest.mark.parametrize("d", [1, 2, 7, 20])
def test_sums_by_differences_are_those_of_binomials(d):
    rng = random.Random(d)
    factors = {r: rng.randint(-(10**30), 10**30) for r in rng.sample(range(1, d + 1), (d + 1) // 2)}
    expected = [sum(factor * comb(z, r) for r, factor in factors.items()) for z in range(d + 1)]
    assert list(certificates._sums(factors, d + 1)) == expected
    assert list(certificates._sums({}, 3)) == [0, 0, 0]


@pytest.mark.parametrize("orders", [[1, 2, 3], [1, 30, 59], [31], [2, 58], range(1, 61)])
def test_the_common_multiple_of_binomials_is_no_longer_than_estimated(orders):
    assert certificates._words(lcm(*(comb(60, r) for r in orders))) <= certificates._common_words(60, orders)


@pytest.mark.parametrize("cheaper", [0, 10**12])
def test_either_way_to_sum_finds_the_same(monkeypatch, cheaper):
    """The residuals, and the place named in a refusal: the last of the largest."""
    monkeypatch.setattr(certificates, "_sum_steps", lambda *_: (cheaper, 10**12 - cheaper))
    for good, right in BASES.values():
        assert check_certificate(good, limit=None) == right
    assert str(refusal(nine() | {"error": "1/21", "dual": {}} | {"error": "0"})) == (
        "the largest |residual|, at 9 zeros, must be the error 0, found 1/20"
    )


def test_a_right_certificate_is_never_called_wrong_for_its_size():
    limits, fitting = [0, *(10**k for k in range(2, 10))], []
    for good, right in [*BASES.values(), (constant_and_one_order(2000, 700), Fraction(13, 40))]:
        assert check_certificate(good, limit=None) == right
        for limit in limits:
            try:
                assert check_certificate(good, limit=limit) == right
            except CertificateTooLargeError:
                continue
            fitting.append(limit)
    # Some fit from a hundred thousand steps on, and all in the end.
    assert [fitting.count(limit) for limit in limits[:4]] == [0] * 4
    assert [fitting.count(limit) for limit in limits[-2:]] == [len(BASES) + 1] * 2


def test_a_wrong_certificate_is_never_right_for_a_low_limit():
    for bad, _, message in SINGLE.values():
        for limit in (0, *(10**k for k in range(2, 10)), None):
            with pytest.raises(CertificateError) as caught:
                check_certificate(bad, limit=limit)
            assert isinstance(caught.value, CertificateTooLargeError) or str(caught.value) == message


def test_large_certificates_that_are_right():
    assert check_certificate(constant_and_one_order(100_000, 90_000)) == Fraction(1, 20)
    assert check_certificate(constant_and_one_order(100_000, 10)) == Fraction(9999, 20_000)
    assert check_certificate(document(100_000, "range", {1: 0, 99_999: 0, 100_000: 1}, 0, {})) == 0


def test_the_last_vertices_refute_what_the_rest_would(words_of_arithmetic):
    good = constant_and_one_order(2000, 700)
    assert check_certificate(good) == Fraction(13, 40)
    words_of_arithmetic.words = 0
    for key, change, z in (("0", "1/1000", 2000), ("0", "-1/1000", 1999), ("700", "-1/1000", 1999)):
        bad = with_coefficients(good, {key: str(Fraction(good["coefficients"][key]) + Fraction(change))})
        start = f"the |residual| at {z} zeros must be at most the error 13/40, found "
        assert str(refusal(bad)).startswith(start)
    assert words_of_arithmetic.words < 1000


def test_files_are_read_as_far_as_the_limit_allows(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 10**12)  # a file with a hole, that takes no room
    assert type(refusal(path)) is CertificateTooLargeError
    path.write_bytes(b"\xff" + b" " * 10**7)
    assert type(refusal(path)) is CertificateTooLargeError
    assert isinstance(refusal("/dev/zero"), CertificateTooLargeError)


# The program


@pytest.fixture
def alone(tmp_path):
    """Run a copy of the file in a folder of its own, by a Python that knows of no installed package."""
    (tmp_path / "certificates.py").write_text(pathlib.Path(certificates.__file__).read_text(encoding="utf-8"))
    for name, text in {
        "good.json": json.dumps(nine()),
        "range.json": json.dumps(mean_and_top(5)),
        "wrong.json": json.dumps(nine() | {"error": "1/21"}),
        "other.json": json.dumps(nine() | {"version": 3}),
        "none.json": "none",
        "{}": "{}",
        "a\nb.json": json.dumps(nine()),
        "\u00fc.json": json.dumps(nine()),
    }.items():
        (tmp_path / name).write_text(text)

    def run(*arguments, **environment):
        command = [sys.executable, "-I", "-S", "certificates.py", *arguments]
        env = os.environ | environment
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False)

    return run


NINE = "kernel size 9, orders 0, 1, 8, objective cube: optimal error 1/20, sha256 "
PROGRAM = {
    "right": (["good.json"], 0, [f"good.json: {NINE}"], []),
    "two": (["good.json", "range.json"], 0, [f"good.json: {NINE}", "range.json: kernel size 5, orders 1, 4, obj"], []),
    "wrong": (["wrong.json"], 1, ["wrong.json: WRONG: the value of the dual must be the error 1/21, found 1/20"], []),
    "right and wrong": (["good.json", "wrong.json"], 1, ["good.json: kernel", "wrong.json: WRONG"], []),
    "missing": (["nowhere"], 2, [], ["nowhere: not checked: cannot read 'nowhere': No such file"]),
    "folder": (["."], 2, [], [".: not checked: cannot read '.': "]),
    "other version": (["other.json"], 2, [], ["other.json: not checked: version must be the integer 1 or 2, found 3"]),
    "no certificate": (["none.json"], 2, [], ["none.json: not checked: the text must be JSON"]),
    "a name like a text": (["{}"], 2, [], ["{}: not checked: format must be"]),
    "all": (["none.json", "wrong.json", "good.json"], 2, ["wrong.json: WRONG", "good.json: k"], ["none.json: not ch"]),
    "a name of two lines": (["a\nb.json"], 0, [f"'a\\nb.json': {NINE}"], []),
    "a name beyond ASCII": (["\u00fc.json"], 0, [f"'\\xfc.json': {NINE}"], []),
    "too large": (
        ["--limit", "5000", "good.json"],
        2,
        [],
        ["good.json: not checked: the check must take at most 5000"],
    ),
    "no limit": (["--limit=-1", "good.json"], 2, [], ["good.json: not checked: the limit of steps must be an integer"]),
    "large enough": (["--limit", "10000000", "good.json"], 0, [f"good.json: {NINE}"], []),
    "nothing": ([], 2, [], ["usage: certificates.py", "certificates.py: error: "]),
    "no such option": (["--force", "wrong.json"], 2, [], ["usage: certificates.py", "certificates.py: error: "]),
}


@pytest.mark.parametrize(("arguments", "code", "output", "errors"), PROGRAM.values(), ids=PROGRAM)
def test_the_program(alone, arguments, code, output, errors):
    process = alone(*arguments, LC_ALL="C")
    assert process.returncode == code, process.stderr
    for lines, starts in ((process.stdout.splitlines(), output), (process.stderr.splitlines(), errors)):
        assert len(lines) == len(starts)
        assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True)), lines


def test_the_program_ends_quietly_when_nobody_reads(alone, tmp_path):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-I", "-S", "certificates.py", "good.json"]
    process = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    os.close(write)
    assert (process.returncode, process.stderr) == (2, "")


# Independence


ROOT = pathlib.Path(certificates.__file__).parents[1]


def test_imports_only_the_standard_library():
    tree = ast.parse(pathlib.Path(certificates.__file__).read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Name):
            assert node.id not in {"__import__", "exec", "eval", "compile"}
        assert not isinstance(node, ast.Assert)  # python -O drops them
    assert imported
    assert imported <= sys.stdlib_module_names
    assert "importlib" not in imported


def test_loads_only_the_standard_library():
    code = """if True:
        import importlib.util, sys
        before = set(sys.modules)
        spec = importlib.util.spec_from_file_location("lonely", sys.argv[1])
        lonely = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(lonely)
        print(lonely.check_certificate(sys.argv[2]))
        print(*sorted(set(sys.modules) - before))
    """
    command = [sys.executable, "-I", "-c", code, certificates.__file__, json.dumps(nine())]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    certified, loaded = process.stdout.splitlines()
    assert certified == "1/20"
    assert "fractions" in loaded.split()
    assert {name.partition(".")[0] for name in loaded.split()} <= sys.stdlib_module_names
