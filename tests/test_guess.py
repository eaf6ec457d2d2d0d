import importlib.util
import json
import random
from fractions import Fraction

import pytest
import sympy

from theory import closed_forms, optimal_estimator
from theory.errors import FormatError, InputError, KernelSizeError, OrdersError
from theory.guess import FEWEST, MARGIN, Formula, guess_formula
from theory.guess.ansatz import _Data, _rational, find_formula
from theory.optimal.families import D

# Orders as text, the family that states the same, its parameters.
KNOWN = [
    ("0", "intercept", {}),
    ("0,1", "mean", {}),
    ("0,3", "single", {"r": 3}),
    ("0-2", "quadratic", {}),
    ("0,1,d-1", "mean-and-last", {}),
    ("0,1,d-2,d-1", "mean-and-last-two", {}),
    ("0..d-1", "full", {}),
    ("0..d-2", "full-but-last", {}),
    ("0,d-3..d-1", "top", {"j": 3}),
    ("0,2,d-2,d-1", "order-and-top", {}),
    ("1,2", "bare-quadratic", {}),
    ("1,d-1", "bare-mean-and-last", {}),
    ("1..d-1", "bare-full", {}),
    ("1..d-2", "bare-full-but-last", {}),
    ("1,d-1", "range-mean-and-last", {}),
    ("1..d-1", "range-full", {}),
    ("d-2..d-1", "range-top", {"j": 2}),
]
FAR = 41


@pytest.fixture(scope="module")
def mean_and_last():
    return guess_formula("0,1,d-1", last=16)


@pytest.fixture(scope="module")
def no_formula():
    return guess_formula("0,1,3")


@pytest.mark.parametrize(("orders", "name", "parameters"), KNOWN, ids=[name for _, name, _ in KNOWN])
def test_known_closed_forms_are_found_again(orders, name, parameters):
    family = closed_forms[name].at(**parameters)
    guess = guess_formula(orders, objective=family.objective)
    assert guess.conjecture
    assert set(guess.errors) == set(range(min(guess.errors), min(guess.errors) + 25))
    # Far beyond what the guess has seen.
    exact = family.coefficients(FAR)
    assert 1 / guess.inverse_error.evaluate(FAR) == family.error(FAR)
    for label, formula in guess.coefficients.items():
        order = FAR - int(label[2:]) if label.startswith("d") else int(label)
        assert formula.evaluate(FAR) == exact[order], label


def test_formulas_come_out_in_their_simplest_form(mean_and_last):
    d = sympy.Symbol("d")
    assert mean_and_last.inverse_error.expression == sympy.factor(2 * d + 2)
    assert mean_and_last.coefficients["1"].to_text() == "-d/((d - 2)*(d + 1))"
    assert guess_formula("0..d-2", last=20).inverse_error.expression == sympy.binomial(d, sympy.floor(d / 2))
    assert guess_formula("0..d-1", last=20).inverse_error.to_text() == "2**d"


def test_the_quadratic_family_needs_parity():
    formula = guess_formula("0,1,2").inverse_error
    assert formula.modulus == 2
    assert formula.method == "rational function, split by parity"
    assert tuple(map(str, formula.pieces)) == ("2*(d + 2)/(d - 2)", "2*(d + 1)**2/(d - 1)**2")
    assert formula.to_text() == "2*(d + 2)/(d - 2) for even d; 2*(d + 1)**2/(d - 1)**2 for odd d"
    assert formula.to_latex().startswith(r"\begin{cases} \frac{2 \left(d + 2\right)}{d - 2} & d \equiv 0 \bmod 2 \\ ")
    for d in (9, 10):
        assert formula.expression.subs(D, d) == sympy.Rational(*formula.evaluate(d).as_integer_ratio())


def test_more_kernel_sizes_allow_finer_splits():
    short, long = guess_formula("0-3"), guess_formula("0-3", last=60)
    assert not short.conjecture
    assert not any("mod 4" in attempt for attempt in short.tried)
    assert long.inverse_error.modulus == 4
    for d in range(90, 98):
        assert 1 / long.inverse_error.evaluate(d) == optimal_estimator(d, [0, 1, 2, 3]).error


def test_formulas_are_tested_at_kernel_sizes_that_they_were_not_fitted_to():
    for orders in ("0,1,d-1", "0,1,2", "0..d-1", "0,1,2,d-1"):
        guess = guess_formula(orders)
        assert guess.fitted + guess.tested == tuple(guess.errors)
        assert len(guess.tested) >= MARGIN
        for formula in filter(None, (guess.inverse_error, *guess.coefficients.values())):
            assert not set(formula.fitted) & set(formula.tested)
            for remainder in range(formula.modulus):
                assert sum(d % formula.modulus == remainder for d in formula.tested) >= MARGIN


def test_unseen_values_do_not_influence_a_formula_but_decide_on_it():
    values = {d: Fraction(d + 1, d * d - 2) for d in range(2, 20)}
    tested = tuple(range(14, 20))
    formula = find_formula(values, tested)
    assert str(formula.expression) == "(d + 1)/(d**2 - 2)"
    assert formula.fitted == tuple(range(2, 14))
    for wrong in tested:
        assert find_formula({**values, wrong: values[wrong] + Fraction(1, 10**9)}, tested) is None
    # A value among the fitted ones is as necessary, unless it is an exception at the smallest kernel sizes.
    assert find_formula({**values, 9: values[9] + 1}, tested) is None
    exceptional = find_formula({**values, 3: values[3] + 1}, tested)
    assert exceptional.expression == formula.expression
    assert exceptional.valid_from == 4
    assert 3 not in exceptional.fitted + exceptional.tested


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("count", [8, 9, 13, 25])
def test_random_data_have_no_formula(seed, count):
    draw = random.Random(seed)
    values = {d: Fraction(draw.randrange(1, 50), draw.randrange(1, 50)) for d in range(2, 2 + count)}
    assert find_formula(values, tuple(values)[-max(3, count // 3) :]) is None


def test_no_ansatz_has_as_many_parameters_as_data():
    data = _Data({d: Fraction(1, d) for d in range(2, 7)})
    for ansatz in _rational():
        if ansatz.parameters >= 5:
            assert ansatz.fit(data) is None
    assert any(ansatz.fit(data) for ansatz in _rational())


def test_a_family_without_formula(no_formula):
    # The second extremum is near d/sqrt(3), rounded.
    assert not no_formula.conjecture
    assert no_formula.inverse_error is None
    assert set(no_formula.coefficients.values()) == {None}
    assert no_formula.summary.startswith("no formula of this kind for 1/E at d = 4..28; tried: rational function; ")
    assert no_formula.to_dict()["status"] == "no formula of this kind"
    with pytest.raises(InputError, match="nothing to claim"):
        no_formula.skeleton("nothing")


def test_errors_are_the_evidence(mean_and_last):
    assert mean_and_last.errors == {d: closed_forms["mean-and-last"].error(d) for d in range(3, 17)}
    with pytest.raises(TypeError):
        mean_and_last.errors[3] = Fraction(1)


def test_new_closed_forms():
    for orders, text in {
        "0..d-3,d-1": "binomial(d + 1, floor(d/2 + 1/2))",
        "0,2..d-1": "2**d - 2",
        "0,1,3..d-1": "2**d - d - 2",
    }.items():
        assert guess_formula(orders, last=20).inverse_error.to_text() == text
    assert guess_formula("0,2,d-1").inverse_error.to_text() == "2*(d**2 - 2)/(d - 2)"


def test_range_and_l2():
    assert guess_formula("1,d-2,d-1", objective="range").inverse_error.to_text() == "d*(2*d - 1)/2"
    mean_square = guess_formula("0,1", objective="l2")
    estimator = optimal_estimator(FAR, [0, 1], objective="l2")
    assert mean_square.coefficients["1"].evaluate(FAR) == estimator.coefficients[1]
    assert 1 / mean_square.inverse_error.evaluate(FAR) == estimator.error
    with pytest.raises(InputError, match="needs certificates"):
        mean_square.skeleton("mean_square")


@pytest.mark.parametrize(
    ("orders", "least"),
    [
        ("0-8", 9),
        ("0..d-3", 3),
        ("3,d-2", 6),
        ("1,2,d-2,d-1", 5),
        ("0", 2),
        ("0 , 1, d-1", 3),
        ("4,d-3..d-1", 8),
        ("d-2..d-1", 3),
    ],
)
def test_the_least_kernel_size_is_found(orders, least):
    solved = []
    guess = guess_formula(orders, last=least + FEWEST - 1, progress=lambda *steps: solved.append(steps))
    assert solved == [(done, FEWEST) for done in range(1, FEWEST + 1)]
    assert list(guess.errors) == list(range(least, least + FEWEST))
    with pytest.raises(
        KernelSizeError, match=f"need kernel sizes >= {least}, but the first is {max(least - 1, 1)}|>= 2"
    ):
        guess_formula(orders, first=least - 1)


def test_which_coefficients_are_guessed():
    assert list(guess_formula("1..d-3,d-1", last=20).coefficients) == ["1", "2", "3", "d-5", "d-4", "d-3", "d-1"]
    assert list(guess_formula("0-2,d-2..d-1", last=16).coefficients) == ["0", "1", "2", "d-2", "d-1"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"orders": "0,1.5"}, OrdersError, "'1.5' is no order and no range"),
        ({"orders": ""}, OrdersError, "orders are written like"),
        ({"orders": "d-1..2"}, OrdersError, "is empty"),
        ({"orders": "1,1"}, OrdersError, "occurs twice"),
        ({"orders": "0..d-1,d-3"}, OrdersError, "occurs twice"),
        ({"orders": "0,d"}, InputError, "the error 0"),
        ({"orders": "0,101"}, InputError, "at most 100, not 101"),
        ({"orders": "0,1", "objective": "range"}, OrdersError, "order 0"),
        ({"orders": "0,1", "objective": "sup"}, InputError, "the objective is"),
        ({"orders": "0,1,d-1", "first": 9, "last": 5}, KernelSizeError, "9, is larger than the last, 5"),
        ({"orders": "0,1,d-1", "last": 9}, KernelSizeError, "at least 8 kernel sizes, 5 to fit and 3 to test"),
        ({"orders": "0,1,d-1", "first": 2}, KernelSizeError, "need kernel sizes >= 3, but the first is 2"),
        ({"orders": "0,1", "first": 2.5}, KernelSizeError, "a kernel size is an integer"),
    ],
)
def test_refusals(arguments, error, message):
    with pytest.raises(error, match=message) as refusal:
        guess_formula(**arguments)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("orders", ["0,1,d-1", "0,1,2", "0..d-1", "1..d-3,d-1", "0,1,3"])
def test_what_is_written_is_the_whole_guess(orders):
    guess = guess_formula(orders, last=24)
    data = json.loads(json.dumps(guess.to_dict()))
    for found, written in zip(
        (guess.inverse_error, *guess.coefficients.values()),
        (data["inverse_error"], *data["coefficients"].values()),
        strict=True,
    ):
        assert (found is None) == (written is None)
        if found is not None:
            again = Formula.from_texts(written["pieces"], valid_from=written["valid_from"])
            assert again.pieces == found.pieces
            assert (written["fitted"], written["tested"]) == (list(found.fitted), list(found.tested))
    assert {int(d): Fraction(error) for d, error in data["errors"].items()} == guess.errors


@pytest.mark.parametrize("text", ["import os", "d.subs", "d[0]", "x", "d +", "dd", "__import__('os')", 3, "()", "1 1"])
def test_formulas_that_are_none(text):
    with pytest.raises(FormatError):
        Formula.from_texts([text])


def test_evaluation_outside_the_domain():
    formula = Formula.from_texts(["1/(d - 5)"], valid_from=3)
    assert formula.evaluate(6) == 1
    with pytest.raises(KernelSizeError, match="not defined at 5"):
        formula.evaluate(5)
    with pytest.raises(KernelSizeError, match="is for kernel sizes >= 3, not 2"):
        formula.evaluate(2)


def _load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("orders", "objective"),
    [("0,1,2,d-1", "cube"), ("0..d-1", "cube"), ("1..d-3,d-1", "range"), ("0,1,d-3,d-1", "cube")],
)
def test_the_skeleton_is_a_claim_that_verifies(tmp_path, orders, objective):
    guess = guess_formula(orders, objective=objective)
    path = tmp_path / "my_conjecture.py"
    path.write_text(guess.skeleton("my_conjecture"))
    module = _load(path)
    (claim,) = module.claims()
    verdict = claim.check(12)
    assert verdict.status == "verified"
    assert verdict.instances > 20
    assert claim.name == "conjecture-my-conjecture"
    assert claim.kind == "tight"
    assert claim.source == "this project, conjecture"
    assert claim.idea
    assert "$" not in claim.statement
    assert guess.inverse_error.to_latex() in claim.statement
    assert "To be proved" in module.__doc__
    assert "TODO" not in module.__doc__
    assert max(map(len, path.read_text().splitlines())) <= 120
    for neighbour in claim.neighbours:
        assert neighbour.check(12).status == "refuted"
    assert claim.neighbours


def test_a_wrong_formula_in_a_skeleton_is_refuted(tmp_path, mean_and_last):
    source = mean_and_last.skeleton("wrong")
    path = tmp_path / "wrong.py"
    path.write_text(source.replace('"2*(d + 1)"', '"2*(d + 1) + 1/d"'))
    (claim,) = _load(path).claims()
    assert claim.check(12).status == "refuted"


@pytest.mark.parametrize("name", ["no name", "Big", "class", "", "a-b", "1a", 'a"""'])
def test_skeletons_need_a_module_name(mean_and_last, name):
    with pytest.raises(InputError, match="a module is named"):
        mean_and_last.skeleton(name)
