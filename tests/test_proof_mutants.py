"""The checker of steps against mutants of the shipped ones: what it accepts is true, by an evaluation of its own."""

import re
from collections import Counter
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache, lru_cache
from itertools import product
from math import comb, factorial, floor, prod
from random import Random

import sympy
from sympy import Expr

from proofs_check import claims
from proofs_check.proof import Consecutive, ConstantSum, ProofError, Region, Sign, Telescoping, check_step, steps
from tests.campaigns import campaign, tries

# --- mutants --------------------------------------------------------------------------------------------------------


@cache
def _shipped():
    """The shipped steps, those on sums apart: they are few, and are drawn more often."""
    proofs = [claim.proof() for claim in claims().values() if claim.proof is not None]
    found = dict.fromkeys(step for proof in proofs for step in proof.steps)
    sums = [step for step in found if isinstance(step, Telescoping | ConstantSum)]
    return sums, [step for step in found if step not in sums]


@cache
def _regions():
    """The shipped regions by the symbols that they describe."""
    found = {}
    for region in dict.fromkeys(step.region for part in _shipped() for step in part if hasattr(step, "region")):
        found.setdefault(frozenset(region.substitution), []).append(region)
    return found


def _mutant(random):
    sums, others = _shipped()
    step = random.choice(sums if random.random() < 0.2 else others)
    names = [field.name for field in fields(step) if field.name not in ("text", "index", "size")]
    # Most of the changes from >= to > or back are to true statements.
    name = random.choice([name for name in names if name != "relation" or random.random() < 0.1])
    old = getattr(step, name)
    if name == "region":
        new = _other_region(old, random)
    elif name == "relation":
        new = ">" if old == ">=" else ">="
    elif name == "least":
        new = old + random.choice((-1, 1, 2))
    elif name == "factors":
        new = list(old)
        place = random.randrange(len(old))
        factor = old[place]
        changed = _changed(factor.t if isinstance(factor, Consecutive) else factor, random)
        new[place] = Consecutive(changed) if isinstance(factor, Consecutive) else changed
        new = tuple(new)
        if random.random() < 0.7:  # otherwise the product no longer is the expression
            step = replace(step, expression=_product(new, step.region))
    else:
        new = _changed(sympy.sympify(old), random)
    return name, step, replace(step, **{name: new})


def _product(factors, region):
    """The product of factors in the symbols that a step may display, as far as these are just the free symbols."""
    plain = {e - c: s - c for s, e in region.substitution.items() for c in [e.as_coeff_Add()[0]]}
    return sympy.Mul(*(f.t * (f.t + 1) if isinstance(f, Consecutive) else f for f in factors)).xreplace(plain)


def _other_region(region, random):
    same = _regions()[frozenset(region.substitution)]
    kind = random.randrange(4 if len(same) > 1 else 3)
    if kind == 3:
        return random.choice(same)
    description, substitution = region.description, dict(region.substitution)
    if kind in (0, 2):
        place = random.choice(list(re.finditer(r"\d+|\\le|<|\\ge", description)))
        old = place.group()
        new = {r"\le": "<", "<": r"\le", r"\ge": ">"}.get(old) or str(abs(int(old) + random.choice((-1, 1))))
        description = description[: place.start()] + new + description[place.end() :]
    if kind in (1, 2):
        symbol = random.choice(list(substitution))
        substitution[symbol] = _changed(substitution[symbol], random)
    return Region(description, substitution)


def _changed(expression: Expr, random: Random) -> Expr:
    """Change one node of an expression: a coefficient, sign, exponent, argument or symbol."""
    paths = list(_paths(expression))
    path = random.choice(paths)
    return _rebuilt(expression, path, lambda node: _changed_node(node, expression, random))


def _paths(expression):
    yield ()
    for i, part in enumerate(expression.args):
        yield from ((i, *path) for path in _paths(part))


def _rebuilt(expression, path, change):
    if not path:
        return change(expression)
    args = list(expression.args)
    args[path[0]] = _rebuilt(args[path[0]], path[1:], change)
    return expression.func(*args)


def _changed_node(node, whole, random):
    small = random.choice((-1, 1))
    if node.is_Rational:
        return random.choice((node + small, -node, 2 * node, sympy.Integer(0)))
    if node.is_Symbol:
        others = sorted(whole.free_symbols, key=str)
        return random.choice((node + small, -node, random.choice(others)))
    if node.is_Add or node.is_Mul:
        args = list(node.args)
        args.pop(random.randrange(len(args)))
        return random.choice((node.func(*args), -node, node + small))
    if node.is_Pow:
        return random.choice((node.base ** (node.exp + small), node.base, -node))
    first, *rest = node.args
    return random.choice((node.func(first + small, *rest), node + small, first))


# --- the truth ------------------------------------------------------------------------------------------------------


def _binomial(top, bottom):
    if top.denominator != 1 or bottom.denominator != 1:
        raise ZeroDivisionError("a binomial of fractions")
    if bottom < 0:
        return Fraction(0)
    if top < 0:
        return Fraction(prod(int(top) - i for i in range(int(bottom))), factorial(int(bottom)))
    return Fraction(comb(int(top), int(bottom)))


def _power(base, exponent):
    if exponent.denominator != 1:
        raise ZeroDivisionError("a root")
    return base ** int(exponent)


_FUNCTIONS = {
    "Integer": Fraction,
    "Rational": Fraction,
    "Add": lambda *parts: sum(parts),
    "Mul": lambda *parts: prod(parts),
    "Pow": _power,
    "binomial": _binomial,
    "factorial": lambda n: Fraction(factorial(int(n))),
    "floor": lambda x: Fraction(floor(x)),
}


@lru_cache(maxsize=10000)
def _code(expression):
    return compile(sympy.srepr(expression), "expression", "eval")


def _value(expression, point):
    return eval(_code(sympy.sympify(expression)), {**_FUNCTIONS, "Symbol": lambda name, **_: Fraction(point[name])})


@cache
def _python(description):
    """The description as conditions in Python."""
    text = description.replace(r"\le", "<=").replace(r"\ge", ">=").replace("\\", "")
    text = re.sub(r"_\{(\w+)\}", r"_\1", re.sub(r"(?<![<>])=", "==", text))
    text = re.sub(r"(?<![\w])(\d+)([A-Za-z])", r"\1*\2", text)
    parts = [part.strip() for part in text.split(",")]
    for i in reversed(range(len(parts))):
        if not re.search("[<>=]", parts[i]):
            parts[i] += re.search(r"[<>=].*", parts[i + 1]).group()
    return compile(" and ".join(f"({part})" for part in parts), "description", "eval")


def _holds(description, point):
    return eval(_python(description), {name: Fraction(value) for name, value in point.items()})


def _images(region, most):
    """Points of the substitution: all with small free symbols if they are few, and some further out."""
    symbols, random = region.free_symbols, Random(region.description)
    small = list(product(range(6), repeat=len(symbols)))
    chosen = random.sample(small, min(most, len(small)))
    chosen += [tuple(random.randrange(60) for _ in symbols) for _ in range(most // 5)]
    for values in chosen:
        free_values = {symbol.name: value for symbol, value in zip(symbols, values, strict=True)}
        yield {**free_values, **{s.name: _value(e, free_values) for s, e in region.substitution.items()}}


@lru_cache(maxsize=1000)
def _places(region):
    """Points of a region as it is described, compared with those of the substitution where they are few enough."""
    images = list(_images(region, 250))
    if r"\text" in region.description:
        return images
    names = [symbol.name for symbol in region.substitution]
    assert all(_holds(region.description, point) for point in images), region
    if len(names) > 3:
        return images
    size = {1: 40, 2: 13, 3: 7}[len(names)]
    described = [point for point in _box(names, -3, size) if _holds(region.description, point)]
    reached = {
        tuple(_value(e, point) for e in region.substitution.values())
        for point in _box(map(str, region.free_symbols), 0, size + 8)
    }
    assert {tuple(point.values()) for point in described} <= reached, region
    return [*images, *described]


def _box(names, first, stop):
    names = list(names)
    return (dict(zip(names, point, strict=True)) for point in product(range(first, stop), repeat=len(names)))


def _is_true(step):
    """Whether a step holds wherever it is tried, on more points than the checker tries, and others."""
    if isinstance(step, ConstantSum):
        places = [{step.size.name: n} for n in range(step.least, step.least + 12)]
    else:
        places = _places(step.region)
    return all(_is_true_at(step, point) for point in places)


def _is_true_at(step, point):
    if isinstance(step, Sign):
        value = _value(step.expression, point)
        return value > 0 or (value == 0 and step.relation == ">=")
    if isinstance(step, Telescoping | ConstantSum):
        first, last = (_value(end, point) for end in (step.first, step.last))
        if last > first + 60:
            return True
        terms = [_value(step.summand, {**point, step.index.name: k}) for k in range(int(first), int(last) + 1)]
        return sum(terms) == _value(step.total, point)
    return _value(step.left, point) == _value(step.right, point)


# --- the campaign ---------------------------------------------------------------------------------------------------


def _campaign(number):
    random, tried, accepted = Random(number), Counter(), Counter()
    while tried.total() < number:
        name, step, mutant = _mutant(random)
        if mutant == step:
            continue
        tried[name] += 1
        try:
            check_step(mutant)
        except ProofError:
            continue
        accepted[name] += 1
        assert _is_true(mutant), mutant
    return tried, accepted


@campaign
def test_accepted_mutants_are_true():
    tried, accepted = _campaign(tries(1000))
    assert set(accepted) >= {"expression", "factors", "region", "summand", "antidifference", "last"}
    assert accepted["left"] + accepted["right"] > 0  # a changed side is seldom true
    assert accepted.total() < tried.total() / 5


@campaign
def test_mutants_that_the_symbolic_route_accepts_alone_are_true(monkeypatch):
    monkeypatch.setattr(steps, "_sample", lambda count: ())
    assert _campaign(tries(200))[1].total() > 10
