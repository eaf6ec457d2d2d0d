"""Targets other than the maximum: their names, their best approximations, and what the checker says of them."""

import contextlib
import itertools
import json
import random
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from proofs_check import CertificateError, check_certificate
from proofs_check.certificates import certify
from proofs_check.coq import emit
from proofs_check.kits import optima
from proofs_check.kits.optima import certified_error
from theory import Estimator, ReLUNetwork, approximate_degree, optimal_estimator, residual_distribution
from theory.cli import main
from theory.errors import FormatError, InputError, OrdersError, ProblemTooLargeError, SubpoolError
from theory.guess.formula import Formula
from theory.notation import check_orders
from theory.objectives import OBJECTIVES
from theory.optimal.exact import _solve_cube, _solve_relative, solve_supremum
from theory.optimal.exchange import best_fit
from theory.optimal.polynomials import best_polynomial
from theory.optimal.solve import solving_work
from theory.targets import TARGETS, Target, find_target

HALF = Fraction(1, 2)


def samples(d):
    """All targets with names, with every parameter that they may have."""
    for name, named in TARGETS.items():
        parameters = [""] if named.parameter is None else [f":k={k}" for k in named.parameter(d)]
        yield from (f"{name}{parameter}" for parameter in parameters)


MEANT = {
    "max": lambda x, k: x[-1],
    "min": lambda x, k: x[0],
    "median": lambda x, k: Fraction(x[len(x) // 2] + x[(len(x) - 1) // 2], 2),
    "range": lambda x, k: x[-1] - x[0],
    "largest": lambda x, k: x[-k],
    "trimmed-mean": lambda x, k: Fraction(sum(x[k : len(x) - k]), len(x) - 2 * k),
    "majority": lambda x, k: int(sum(x) > len(x) / 2),
    "parity": lambda x, k: sum(x) % 2,
    "threshold": lambda x, k: int(sum(x) >= k),
    "exactly": lambda x, k: int(sum(x) == k),
}
REAL = ("max", "min", "median", "range", "largest", "trimmed-mean")


@pytest.mark.parametrize("d", [2, 3, 6, 7])
def test_a_named_target_is_what_its_name_says(d):
    assert set(MEANT) == set(TARGETS)
    rng = random.Random(d)
    for text in samples(d):
        name, _, k = text.partition(":k=")
        target = find_target(text, d)
        for z in range(d + 1):
            assert target.values[z] == MEANT[name]([0] * z + [1] * (d - z), int(k or 0)), text
        for _ in range(10):
            x = sorted(Fraction(rng.randint(-9, 9), rng.randint(1, 4)) for _ in range(d))
            extended = target.constant + sum(w * v for w, v in zip(target.weights, x, strict=True))
            if name in REAL:
                assert extended == MEANT[name](x, int(k or 0)), text


@pytest.mark.parametrize("d", [2, 3, 6, 7])
def test_a_target_is_the_same_whatever_it_is_given_by(d):
    for text in samples(d):
        target = find_target(text, d)
        assert find_target(target.values, d) == target == find_target(",".join(map(str, target.values)), d)
        assert find_target(find_target(target.values, d).name, d) == target
        assert hash(find_target(target.values, d)) == hash(target)
        if not target.constant:
            assert find_target(list(target.weights), d) == target
    assert find_target("largest:k=2", 4) != find_target("largest:k=2", 5)
    assert find_target("max", 4) != "max"


def test_equal_targets_get_the_first_name():
    assert find_target([0, 0, 1, 0, 0], 5).name == "median"
    assert find_target([0, 0, 0, 1, 0], 5).name == "largest:k=2"
    assert find_target([0, Fraction(1, 3), Fraction(1, 3), Fraction(1, 3), 0], 5).name == "trimmed-mean:k=1"
    assert find_target([0, 0, 2, 0, 0], 5).name == "0,0,2,0,0"
    assert find_target([5, 0, 0, 2, 0, 1], 5).name == "5,0,0,2,0,1"
    assert find_target("largest:k=1", 5).is_maximum
    assert find_target("threshold:k=01", 5).is_maximum
    assert not find_target("parity", 5).is_maximum


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("medain", "a target is a name, 4 weights or 5 values, not 'medain'; the nearest name: median"),
        ("largest", "the target largest of 4 inputs has a parameter k in 1..4, not 'largest'"),
        ("largest:k=5", "the target largest of 4 inputs has a parameter k in 1..4, not 'largest:k=5'"),
        ("largest:k=0", "k in 1..4"),
        ("largest:j=1", "a target is a name"),
        ("largest:k=\u0661", "a target is a name"),
        ("trimmed-mean:k=2", "the target trimmed-mean of 4 inputs has a parameter k in 0..1"),
        ("max:k=1", "the target max has no parameter, not 'max:k=1'"),
        ("exactly:k=" + "9" * 18, "k in 0..4"),
        ("exactly:k=" + "9" * 5000, "a target is a name"),
        ("1,2", "a target of 4 inputs has 4 weights or 5 values, not 2 numbers"),
        ("", 'a number of a target: an exact number is written "p" or "p/q", not \'\''),
        ("1,0.5,0,0", "an exact number is written"),
        ("1,1/0,0,0", "an exact number is written"),
        ([1, 0.5, 0, 0], "weights and values of a target are exact (Fraction or int), not 0.5"),
        ([1] * 6, "not 6 numbers"),
        (itertools.count(), "not 6 numbers"),
        ([], "not 0 numbers"),
        (None, "a target is a name, 4 weights or 5 values, not None"),
        (3, "a target is a name, 4 weights or 5 values, not 3"),
        ({1, 2, 3, 4}, "a target is a name, 4 weights or 5 values, not {1, 2, 3, 4}"),
        (dict.fromkeys(range(4), 0), "a target is a name, 4 weights or 5 values, not {0: 0"),
        (Target(5, "max"), "the target is one of 5 inputs, not of 4"),
        ("[red]x[/red]", "an exact number is written"),
    ],
)
def test_what_is_no_target_is_said_so(target, message):
    with pytest.raises(InputError) as caught:
        optimal_estimator(4, [0, 1], target=target)
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_absurd_sizes_are_refused():
    assert Target(10**9, "max").is_maximum
    with pytest.raises(ProblemTooLargeError, match="more values than the limit"):
        find_target("median", 10**9).values  # noqa: B018
    assert solving_work(1024, range(33), target="median").seconds < 60
    assert solving_work(4096, range(512), target="median").seconds > 3600


# The optimum


def problems(count, largest):
    """Random targets with random orders."""
    rng = random.Random(largest)
    for _ in range(count):
        d = rng.randint(2, largest)
        objective = rng.choice(["cube", "cube", "range"])
        allowed = range(0 if objective == "cube" else 1, d + 1)
        orders = sorted(rng.sample(allowed, rng.randint(1, len(allowed))))
        if objective == "cube" and rng.random() < 0.3:
            target = [rng.randint(-2, 2) for _ in range(d + 1)]
        elif rng.random() < 0.4:
            target = rng.choice([text for text in samples(d) if not find_target(text, d).constant])
        else:
            target = [Fraction(rng.randint(-5, 5), rng.randint(1, 4)) for _ in range(d)]
        yield d, orders, objective, target


def test_random_targets_are_solved_and_certified():
    seen = 0
    for d, orders, objective, target in problems(300, 14):
        estimator = optimal_estimator(d, orders, objective=objective, target=target)
        assert estimator.error == estimator.worst_vertex_residual
        assert check_certificate(estimator.certificate.to_json()) == estimator.error
        assert Estimator.from_json(estimator.to_json()) == estimator
        assert estimator.target == find_target(target, d)
        seen += estimator.error > 0
    assert seen > 200


def test_random_targets_agree_with_cvxpy():
    for d, orders, objective, target in problems(40, 9):
        exact = optimal_estimator(d, orders, objective=objective, target=target)
        for method in ("cvxpy", "highs"):
            floats = optimal_estimator(d, orders, objective=objective, target=target, method=method)
            assert floats.target == exact.target
            assert abs(floats.worst_vertex_residual - exact.error) < 1e-4  # tolerances are relative to the coefficients


def test_degenerate_programs_end():
    # Most values of these are equal, so that references tie, and many orders are 0 at most points.
    for d in (5, 8, 9):
        for orders in itertools.combinations(range(d + 1), 3):
            for z in (0, 1, d - 1):
                target = [int(y == z) for y in range(d + 1)]
                estimator = optimal_estimator(d, orders, target=target)
                assert check_certificate(estimator.certificate.to_json()) == estimator.error


def test_the_maximum_is_the_same_by_either_route():
    rng = random.Random(3)
    for _ in range(500):
        d, objective = rng.randint(2, 14), rng.choice(["cube", "range"])
        allowed = range(0 if objective == "cube" else 1, d + 1)
        orders = tuple(sorted(rng.sample(allowed, rng.randint(1, len(allowed)))))
        goal, target = OBJECTIVES[objective], find_target("max", d)
        known = solve_supremum(d, orders, goal, target)
        general = (_solve_relative if goal.relative else _solve_cube)(d, orders, goal, target)
        assert general.coefficients == known.coefficients
        assert general.error == known.error
        assert check_certificate(general.certificate.to_json()) == known.error


def test_values_known_by_hand():
    # The middle of two values; nothing is better for parity; the line through 1, 1, 0, 0.
    assert optimal_estimator(7, [0], target="majority").error == HALF
    for d in (2, 5, 8):
        assert optimal_estimator(d, range(d), target="parity").error == HALF
        assert optimal_estimator(d, range(d + 1), target="parity").error == 0
    assert optimal_estimator(3, [0, 1], target="majority").error == Fraction(1, 4)
    # min(x) = 1 - max(1 - x), and so all of its errors are those of the maximum by polynomials of the same degree.
    for d, n in ((5, 2), (9, 3), (12, 4)):
        least = optimal_estimator(d, range(n), target="min")
        assert least.error == optimal_estimator(d, range(n)).error
    # A multiple of the target has a multiple of the error.
    double = optimal_estimator(9, [0, 1, 8], target=[0] * 8 + [2])
    assert double.error == 2 * optimal_estimator(9, [0, 1, 8]).error
    # In the class: the mean, and what it is part of.
    assert optimal_estimator(6, [0, 1, 4], target=[Fraction(1, 6)] * 6).coefficients == {0: 0, 1: 1, 4: 0}
    mixed = optimal_estimator(4, [2, 4], target=[0, HALF / 3, HALF * 2 / 3, HALF + HALF], objective="range")
    assert mixed.error == 0
    assert mixed.coefficients == {2: 1, 4: HALF}


def test_least_squares_of_a_target():
    estimator = optimal_estimator(5, [0, 1], objective="l2", target="median")
    weights = np.array([float(w) for w in estimator.target.weights])
    x = np.sort(np.random.default_rng(0).random((200_000, 5)), axis=-1)
    fitted = np.linalg.lstsq(np.stack([np.ones(len(x)), x.mean(axis=-1)], axis=-1), x @ weights, rcond=None)[0]
    assert np.allclose([float(beta) for beta in estimator.coefficients.values()], fitted, atol=0.01)
    residuals = x @ weights - estimator(x)
    assert abs(np.mean(residuals**2) - float(estimator.mean_square)) < 1e-3
    law = residual_distribution(estimator)
    assert abs(residuals.mean() - float(law.mean)) < 2e-3
    with pytest.raises(OrdersError):
        optimal_estimator(5, [0, 1], objective="range", target="median")


def test_the_residual_is_at_most_the_error():
    rng = np.random.default_rng(1)
    for target in ("median", "largest:k=3", "trimmed-mean:k=2", [0, 1, 0, -1, 0, 1, 0]):
        estimator = optimal_estimator(7, [0, 1, 3, 6], target=target)
        x = np.sort(rng.random((2000, 7)), axis=-1)
        wanted = x @ [float(w) for w in estimator.target.weights]
        assert np.abs(wanted - estimator(x)).max() <= float(estimator.error) + 1e-12
        relative = optimal_estimator(7, [1, 3, 6], target=target, objective="range")
        y = np.sort(rng.normal(size=(2000, 7)) * 100, axis=-1)
        wanted = y @ [float(w) for w in relative.target.weights]
        assert (np.abs(wanted - relative(y)) <= (float(relative.error) + 1e-9) * (y[:, -1] - y[:, 0])).all()


def test_a_target_with_a_constant_has_no_place_relative_to_the_range():
    with pytest.raises(InputError, match="a target is 0 where all inputs are 0"):
        optimal_estimator(4, [1, 2], objective="range", target="exactly:k=0")
    without = optimal_estimator(4, [1, 2], target="exactly:k=0")
    assert without.error == 1
    assert certify(without.certificate.to_json()).constant == 1


# Polynomials of a degree


def test_polynomials_are_the_orders_up_to_one():
    rng = random.Random(6)
    for _ in range(300):
        d = rng.randint(2, 14)
        m = rng.randint(0, d)
        values = [rng.randint(-4, 4) for _ in range(d + 1)]
        if rng.random() < 0.2:
            values = [z * z - 3 for z in range(d + 1)]
        by_degree, by_orders = best_polynomial(d, m, values), best_fit(range(d + 1), tuple(range(m + 1)), values)
        assert (by_degree.error, by_degree.primal) == (by_orders.error, by_orders.primal)


@pytest.mark.parametrize(
    ("d", "m", "target"), [(40, 35, "majority"), (40, 36, "largest:k=3"), (48, 48, "median"), (300, 270, "max")]
)
def test_many_orders_are_certified(d, m, target):
    estimator = optimal_estimator(d, range(m + 1), target=target)
    assert check_certificate(estimator.certificate.to_json(), limit=None) == estimator.error


DEGREES = {
    # At 1/3: seen; that they are right is checked by both certificates, and for 16 inputs by a float program as well.
    "max": {16: 3, 64: 6, 256: 11},
    "min": {16: 3, 64: 6, 256: 11},
    "majority": {16: 5, 64: 17},
    "parity": {16: 16, 64: 64, 256: 256},
    "threshold:k=2": {16: 3, 64: 6, 256: 11},
    "exactly:k=1": {16: 6, 64: 12, 256: 24},
}


@pytest.mark.parametrize("target", DEGREES)
def test_approximate_degrees(target):
    for n, degree in DEGREES[target].items():
        found = approximate_degree(n, target)
        assert found.degree == degree
        assert check_certificate(found.estimator.certificate.to_json(), limit=None) <= Fraction(1, 3)
        assert check_certificate(found.below.certificate.to_json(), limit=None) > Fraction(1, 3)
        assert found.below.orders == tuple(range(degree))
    floats = optimal_estimator(16, range(DEGREES[target][16]), target=target, method="highs")
    assert floats.worst_vertex_residual > Fraction(1, 3) - Fraction(1, 10**6)


def test_approximate_degrees_at_the_ends():
    assert approximate_degree(9, "max", HALF).degree == 0
    assert approximate_degree(9, "max", HALF).below is None
    assert approximate_degree(9, "max", 0).degree == 9
    assert approximate_degree("3x3", [Fraction(1, 9)] * 9, 0).degree == 1
    assert approximate_degree(9, "max", Fraction(1, 512)).degree == 8  # 2^-d is the error of the orders 0..d-1
    seen = []
    approximate_degree(40, "majority", progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert all(done <= total for done, total in seen)
    for wrong in (-1, Fraction(-1, 3), 0.3, "1/3"):
        with pytest.raises(InputError):
            approximate_degree(9, "max", wrong)


# Networks


@pytest.mark.parametrize("target", ["median", "min", "largest:k=2", "trimmed-mean:k=1", "0,0,0,0,0", "exactly:k=0"])
def test_all_orders_make_an_exact_network(target, capsys, tmp_path):
    path = tmp_path / "n.json"
    assert main(["network", "5", "--orders", "exact", "--target", target, "--json", "--out", str(path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["error"], told["target"], told["exactness"]["status"]) == ("0", target, "proved")
    network, wanted = ReLUNetwork.from_json(path.read_text()), find_target(target, 5)
    rng = random.Random(1)
    for _ in range(20):
        x = [Fraction(rng.randint(-9, 9), rng.randint(1, 3)) for _ in range(5)]
        value = wanted.constant + sum(w * v for w, v in zip(wanted.weights, sorted(x), strict=True))
        assert network.evaluate_exact(x) == value


def test_what_is_exact_has_no_objective(capsys):
    assert main(["network", "5", "--orders", "exact", "--target", "median", "--objective", "cube"]) == 2
    assert "--objective goes with orders" in capsys.readouterr().err


# The command


def test_the_command_solves_targets_and_subsets(capsys, tmp_path):
    path = str(tmp_path / "c.json")
    for arguments, said in (
        ("3x3 --orders 0,1,d-1 --target median", "largest |median - f| over [0,1]^d"),
        ("3x3 --orders 1,d-1 --objective range --target=-1,0,0,0,0,0,0,0,1", "target range"),
        ("3x3 --subsets intercept,2x3,3x2", "certified error  1/4"),
    ):
        assert main(["solve", *arguments.split(), "--certificate", path]) == 0
        assert said in capsys.readouterr().out
        assert main(["check", path]) == 0
        assert "certified: optimal error" in capsys.readouterr().out
    assert main(["solve", "4", "--subsets", "intercept,at:0+1,at:2+3", "--latex"]) == 0
    assert r"\frac{1}{2} M_{\{0, 1\}}(x)" in capsys.readouterr().out
    for arguments, said in (
        ("3x3 --orders 0,1 --target medain", "the nearest name: median"),
        ("3x3 --orders 0,1 --subsets 2x2", "not allowed with"),
        ("3x3", "required"),
        ("3x3 --subsets 2x2 --target median", "for the maximum"),
        ("3x3 --subsets 2x2 --method highs", "method exact"),
        ("5x5 --subsets 2x2", "up to 20 inputs"),
        ("9 --orders 0,1 --objective range --target median", "order 0"),
    ):
        assert main(["solve", *arguments.split()]) == 2
        line = capsys.readouterr().err
        assert line.startswith("subpool: ")
        assert said in line


# Files


def test_files_say_the_target():
    estimator = optimal_estimator(5, [0, 1, 4], target="median")
    data = json.loads(estimator.certificate.to_json())
    assert (data["version"], data["target"]) == (2, ["0", "0", "1", "0", "0"])
    certified = certify(data)
    assert certified.target == estimator.target.weights
    assert "target 0, 0, 1, 0, 0" in str(certified)
    assert json.loads(optimal_estimator(5, [0, 1, 4], target="largest:k=1").certificate.to_json())["version"] == 1
    assert "target='median'" in repr(estimator)
    long = optimal_estimator(90, [0, 1], target=[Fraction(k, 91) for k in range(90)])
    assert len(certify(long.certificate.to_json()).problem) < 200


@pytest.mark.parametrize(
    "change",
    [
        {"target": ["0"] * 4},
        {"target": "median"},
        {"target": None},
        {"target": ["0", "0", "0.5", "0", "0"]},
        {"target": ["0", "0", 1, "0", "0"]},
        {"constant": 1},
        {"version": 1},
        {"version": 3},
        {"target": ["0", "0", "0", "1", "0"]},  # of another function
        {"constant": "1"},
    ],
)
def test_a_wrong_target_in_a_file_is_refused(change):
    estimator = optimal_estimator(5, [0, 1, 4], target="median")
    with pytest.raises(FormatError):
        Estimator.from_json(json.dumps(json.loads(estimator.to_json()) | change))
    with pytest.raises(CertificateError):
        check_certificate(json.loads(estimator.certificate.to_json()) | change)


def test_the_kernel_takes_the_maximum_alone():
    with pytest.raises(FormatError, match="certificates of the maximum"):
        emit([optimal_estimator(5, [0, 1, 4], target="median").certificate])


def conjectures():
    page = (Path(__file__).parent.parent / "docs" / "theory" / "closed-forms.md").read_text()
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]+)` \| (\d+) \| `([^`]+)` \| `([^`]+)` \|$", page, re.MULTILINE)
    return [(target, orders, int(first), (even, odd)) for target, orders, first, even, odd in rows]


@pytest.mark.parametrize(("target", "orders", "first", "pieces"), conjectures())
def test_conjectures_of_the_page_hold_from_where_it_says(target, orders, first, pieces):
    formula = Formula.from_texts(pieces)

    def holds(d):
        return (
            formula.evaluate(d) * certified_error(d, check_orders(d, orders), target=find_target(target, d).values) == 1
        )

    assert all(holds(d) for d in range(first, first + 5))
    # Below, there is no such target, or the orders are not distinct, or the formula has a pole, or it is false.
    with contextlib.suppress(SubpoolError):
        assert not holds(first - 1)


def test_the_page_has_conjectures():
    assert len(conjectures()) > 10


def test_certified_errors_are_of_the_target_asked_for(monkeypatch):
    step = [1, 1, 0, 0]
    assert certified_error(3, (0, 1), target=step) == Fraction(1, 4)
    monkeypatch.setattr(optima, "optimal_estimator", lambda *a, **of: optimal_estimator(*a, **{**of, "target": "max"}))
    with pytest.raises(CertificateError, match="another problem"):
        certified_error(3, (0, 1), target=step)
