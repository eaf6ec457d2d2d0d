"""The JavaScript of the page: the solver, what follows from an optimum, and the checker, against those of Python.

All of it runs once in each engine that is there; what comes back is compared case by case.
"""

import copy
import functools
import itertools
import json
import random
import re
import tomllib
from fractions import Fraction

import numpy as np
import pytest

from proofs_check.certificates import CertificateError, CertificateFormatError, CertificateTooLargeError, certify
from tests import test_combinations as combinations
from tests.javascript import ENGINES, IMPORT, MODULES, ROOT, evaluate
from tests.test_certificates import (
    BASES,
    COSTLY,
    KINDS,
    SINGLE,
    constant_and_one_order,
    long_certificate,
    mutants,
    parsed_strictly,
    violations,
)
from theory import network_size, optimal_estimator, residual_distribution
from theory.objectives import CERTIFIED, find_objective
from theory.rationals import to_string

CHECKER = MODULES["checker"]

# What is asked


def random_problem(rng, most_inputs=64, most_orders=12):
    d, objective = rng.randint(2, most_inputs), rng.choice(CERTIFIED)
    allowed = range(find_objective(objective).relative, d + (rng.random() < 0.1))
    return d, sorted(rng.sample(allowed, min(len(allowed), rng.randint(1, most_orders)))), objective


def problems():
    rng = random.Random(22)
    yield from [(2, [0], "cube"), (2, [1], "range"), (2, [2], "cube"), (3, [0, 1, 2, 3], "cube")]
    yield from [(64, [*range(64)], "cube"), (64, [*range(1, 64)], "range"), (9, [0, 1, 8], "cube")]
    yield from (random_problem(rng) for _ in range(190))
    yield from (random_problem(rng, most_orders=40) for _ in range(10))


PROBLEMS = list(problems())
LOOKED_INTO = slice(50)


def refused_problems():
    for d in (1, 0, -3, 2.5, 10**9, None, "9"):
        yield d, [1], "cube"
    for orders in ([], [-1], [10], [0.5], [1, 1], [None], ["x"]):
        yield 9, orders, "cube"
    yield from [(9, [0], "range"), (9, [1], "l2"), (1024, [*range(200, 800)], "cube")]


REFUSED = list(refused_problems())


def wrong_combinations():
    """Right, wrong and malformed ones."""
    rng = random.Random(3)
    goods = [combinations.good(), combinations.relative()]
    yield from goods
    for change in combinations.MUTATIONS:
        for _ in range(20):
            bad = copy.deepcopy(rng.choice(goods))
            change(rng, bad)
            yield bad
    for change, _ in combinations.MALFORMED:
        yield combinations.good() | change
    yield combinations.relative() | {"dual": {"1111": "1"}}


def written(mutant):
    """A mutant as text, None where JSON cannot say it."""
    try:
        return mutant if isinstance(mutant, str) else json.dumps(mutant)
    except (TypeError, ValueError):
        return None


@functools.cache
def texts():
    return list(mutants_and_hostile_texts())


def mutants_and_hostile_texts():
    """Mutants of certificates of all kinds, and what strangers may hand in."""
    for name in KINDS:
        found = (written(mutant) for mutant, _ in mutants(name))
        distinct = dict.fromkeys(itertools.islice((text for text in found if text and len(text) < 120_000), 50))
        yield from itertools.islice(distinct, 40)
    yield from map(json.dumps, wrong_combinations())
    yield from (json.dumps(bad) for bad, _, _ in SINGLE.values())
    yield from (json.dumps(good) for good, _ in BASES.values())
    yield from map(json.dumps, (long_certificate(), constant_and_one_order(2000, 700)))
    yield from (json.dumps(COSTLY[name][0]()) for name in ("50 orders, no error", "all orders of 5000"))
    yield json.dumps(COSTLY["50 orders, nothing to be seen at once"][0]())
    yield from (
        "",
        "[]",
        "null",
        "\ufeff" + GOOD,
        "[" * 10**5,
        '{"":' * 10**5,
        GOOD + "\x00",
        GOOD.replace("20", "2_0"),
    )
    yield from (
        GOOD.replace('"dual": {', f'"dual": {{"{key}": "0", ') for key in ("__proto__", "constructor", "length")
    )
    yield from (GOOD.replace('"format"', f'"{key}": "", "format"') for key in ("__proto__", "toString", "format"))
    yield from (
        GOOD.replace('"1/20"', number, 1) for number in ('"2/40"', "1e999", "0.05", "NaN", '"1/20\\n"', '"\u0663"')
    )
    yield from (GOOD.replace("8]", number) for number in ("8.0]", "8e0]", "08]", "8,]", "-0]", f"{10**600}]"))


GOOD = json.dumps(BASES["0,1,8 of 9"][0])
FILES = [GOOD.encode(), b"\xef\xbb\xbf" + GOOD.encode(), GOOD.encode("utf-16"), GOOD.encode() + b"\xff", b""]
FILES += [GOOD.encode().replace(b"cube", wrong) for wrong in (b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80")]
LIMITS = [0, *(10**k for k in range(2, 9))]

NUMBERS = [
    Fraction(p, q) for p in (0, 1, -36, 9_999_995, 10**30 + 1, 1999999999) for q in (1, 3, 20, 10**7, 2**169 + 1)
]
NUMBERS += [Fraction(1, 10**400), Fraction(-(10**300), 7), Fraction(2**60 + 1, 2**60), Fraction(2**54 + 1, 2**54)]
NUMBERS += [Fraction(random.Random(k).getrandbits(k), random.Random(-k).getrandbits(k) | 1) for k in range(1, 300, 7)]

FUNCTION = r"""
async ({ problems, lookedInto, refused, texts, files, limits, good, numbers }) => {
  const text = fractions.toText;
  const exactly = (numbers) => numbers.map(text);
  const posed = ([kernelSize, orders, objective]) => ({ kernelSize, orders, objective });
  const shown = (f) => (f.accepted ? [f.status, f.canonical, f.problem, f.optimal] : [f.status, f.error]);
  const size = (s, options) => {
    const { widths, units, parameters, hiddenLayers } = networks.networkSize(s, options);
    return [widths.map(String), String(units), String(parameters), hiddenLayers];
  };
  const ways = ["tree", "smallest"].flatMap((construction) =>
    ["real", "nonnegative"].map((domain) => ({ construction, domain })));
  const refusal = (problem) => {
    try { solver.solve(posed(problem)); return null; } catch (e) { return [e.name, e.message]; }
  };
  const findings = texts.map((source) => checker.check(source));
  return {
    solved: problems.map((problem) => {
      const begun = performance.now();
      const solution = solver.solve(posed(problem));
      const took = performance.now() - begun;
      const certificate = solver.certificate(solution);
      const { accepted, optimal } = checker.check(certificate);
      return { certificate, accepted, optimal, error: text(solution.error), took, reference: solution.reference };
    }),
    seen: lookedInto.map((problem) => {
      const s = solver.solve(posed(problem));
      const { worst, points } = estimator.equioscillation(s);
      const law = estimator.residualLaw(s, 13);
      const values = Array.from({ length: s.kernelSize }, (_, i) => ((7 * i) % 11) / 8);
      return {
        residuals: exactly(estimator.vertexResiduals(s)),
        worst: text(worst),
        points: points.map(({ zeros, sign }) => [zeros, sign]),
        weights: exactly(estimator.orderStatisticWeights(s)),
        terms: String(estimator.terms(s)),
        moments: exactly([law.least, law.largest, law.mean, law.meanSquare, law.variance]),
        law: { pointMass: law.pointMass, at: law.at, density: law.density, cumulative: law.cumulative },
        sizes: ways.map((options) => size(s, options)),
        latex: latex.toLatex(s),
        values,
        evaluated: estimator.evaluator(s)(values),
      };
    }),
    refused: refused.map(refusal),
    checked: findings.map(shown),
    violated: findings.map(({ conditions }) => conditions.filter((c) => !c.holds).map((c) => c.name)),
    files: files.map((bytes) => shown(checker.check(Uint8Array.from(bytes)))),
    nothing: [null, 9, {}, [], undefined].map((source) => checker.check(source).status),
    limits: limits.map((limit) => checker.check(good, { limit }).status),
    noLimits: [-1, NaN, "9", null].map((limit) => checker.check(good, { limit }).status),
    long: shown(checker.check(good + " ".repeat(4_000_000))),
    wrong: checker.check(good.replace('"8": "36/35"', '"8": "1"')),
    hash: await checker.sha256(checker.check(good).canonical),
    numbers: numbers.map(fractions.fromText).map((f) => [fractions.toNumber(f), fractions.toDecimal(f)]),
  };
}
"""


@pytest.fixture(
    scope="module", params=ENGINES or [pytest.param("", marks=pytest.mark.skip("neither Node nor Chromium"))]
)
def found(request, tmp_path_factory):
    given = {
        "problems": PROBLEMS,
        "lookedInto": PROBLEMS[LOOKED_INTO],
        "refused": REFUSED,
        "texts": texts(),
        "files": list(map(list, FILES)),
        "limits": LIMITS,
        "good": GOOD,
        "numbers": [to_string(number) for number in NUMBERS],
    }
    return evaluate(request.param, FUNCTION, given, tmp_path_factory.mktemp("javascript"), *MODULES)


@pytest.fixture(scope="module")
def estimators():
    return [optimal_estimator(d, orders, objective=objective) for d, orders, objective in PROBLEMS]


# The solver


def test_it_solves_what_python_solves(found, estimators):
    for solved, estimator in zip(found["solved"], estimators, strict=True):
        assert solved["certificate"] == estimator.certificate.to_json()
        assert solved["error"] == to_string(estimator.error)
        assert solved["reference"] == list(estimator.certificate.dual)


def test_both_checkers_accept_its_certificates(found):
    for solved in found["solved"]:
        assert (solved["accepted"], solved["optimal"]) == (True, solved["error"])
        assert to_string(certify(solved["certificate"]).error) == solved["error"]


def test_it_takes_well_under_a_second(found):
    # 150 milliseconds at most were seen, for 40 orders; 60 for a dozen.
    assert max(solved["took"] for solved in found["solved"]) < 1000


def test_it_says_what_is_no_problem(found):
    assert all(refusal for refusal in found["refused"]), found["refused"]
    assert {name for name, _ in found["refused"]} == {"RangeError"}
    assert all(message.isprintable() and len(message) < 120 for _, message in found["refused"])


# What follows from an optimum


def test_residuals_weights_and_latex_are_those_of_python(found, estimators):
    for seen, estimator in zip(found["seen"], estimators[LOOKED_INTO], strict=True):
        residuals = estimator.vertex_residuals
        assert seen["residuals"] == list(map(to_string, residuals))
        assert seen["worst"] == to_string(estimator.worst_vertex_residual)
        signs = [[z, (residuals[z] > 0) - (residuals[z] < 0)] for z in estimator.equioscillation]
        assert seen["points"] == signs
        assert seen["weights"] == list(map(to_string, estimator.order_statistic_weights))
        assert seen["terms"] == str(estimator.terms)
        assert seen["latex"] == estimator.to_latex()


def test_it_evaluates_as_python_does(found, estimators):
    for seen, estimator in zip(found["seen"], estimators[LOOKED_INTO], strict=True):
        values, at = seen["values"], seen["evaluated"]
        exact = sum(w * Fraction(x) for w, x in zip(estimator.order_statistic_weights, sorted(values), strict=True))
        exact += estimator.intercept
        # Each weight, product and sum is rounded once.
        room = (len(values) + 4) * 2**-52 * (1 + sum(abs(float(w)) for w in estimator.order_statistic_weights))
        assert at["maximum"] == max(values)
        assert abs(at["value"] - float(exact)) <= room
        assert abs(at["residual"] - float(Fraction(max(values)) - exact)) <= room


def test_the_law_of_the_residual_is_that_of_python(found, estimators):
    for seen, estimator in zip(found["seen"], estimators[LOOKED_INTO], strict=True):
        law, drawn = residual_distribution(estimator), seen["law"]
        moments = [*law.support, law.mean, estimator.mean_square, law.variance]
        assert seen["moments"] == list(map(to_string, moments))
        assert drawn["pointMass"] == law.is_point_mass
        if law.is_point_mass:
            assert (drawn["at"], drawn["density"], drawn["cumulative"]) == ([float(law.support[0])], [], [1])
            continue
        low, high = law.support
        places = [low + (high - low) * i / 12 for i in range(13)]
        assert drawn["at"] == list(map(float, places))
        # Theirs is off by 12 d units of 2^-53 at the most, ours as well, and a rounded place changes as much at a
        # twelfth of the width from an end.
        room = 40 * estimator.kernel_size * 2**-53
        inner = np.array(drawn["at"][1:-1])
        density = list(map(float, drawn["density"]))
        np.testing.assert_allclose(density[1:-1], law.pdf(inner), rtol=room)
        np.testing.assert_allclose(drawn["cumulative"][1:-1], law.cdf(inner), rtol=room)
        assert (drawn["cumulative"][0], drawn["cumulative"][-1]) == (0, 1)
        if estimator.kernel_size < 12:  # the exact density takes long for more
            ends = [float(law.pdf(end)) for end in law.support]
            np.testing.assert_allclose([density[0], density[-1]], ends, rtol=room)


def test_networks_have_the_sizes_of_python(found):
    ways = list(itertools.product(("tree", "smallest"), ("real", "nonnegative")))
    for seen, (d, orders, _) in zip(found["seen"], PROBLEMS[LOOKED_INTO], strict=True):
        for size, (construction, domain) in zip(seen["sizes"], ways, strict=True):
            expected = network_size(d, orders, construction=construction, domain=domain)
            counts = [str(expected.units), str(expected.parameter_count), expected.hidden_layers]
            assert size == [list(map(str, expected.widths)), *counts]


def test_numbers_are_shown_as_they_are(found):
    for number, (rounded, shown) in zip(NUMBERS, found["numbers"], strict=True):
        assert rounded == float(number)
        # Six significant digits.
        assert abs(Fraction(shown) - number) <= abs(number) * Fraction(1, 199_999)
        assert len(shown) < 16


# The checker


def verdict(source):
    """What Python's checker says, in the words of the other one."""
    try:
        certified = certify(source)
    except CertificateTooLargeError as error:
        return ["too large", str(error)]
    except CertificateFormatError as error:
        return ["unread", str(error)]
    except CertificateError as error:
        return ["wrong", str(error)]
    return ["right", certified.canonical, certified.problem, to_string(certified.error)]


def without_parser(answer):
    """Leave out what each parser says of a text that is no JSON."""
    return [answer[0], "no JSON"] if answer[0] == "unread" and "the text must be JSON" in answer[1] else answer


def as_json(text):
    """For Python a string is a path if it does not look like JSON."""
    return text if "\n" in text or text.lstrip().startswith(("{", "[", '"')) else f"{text}\n"


@pytest.fixture(scope="module")
def verdicts():
    return [verdict(as_json(text)) for text in texts()]


def test_both_checkers_say_the_same_of_two_thousand_mutants(found, verdicts):
    for text, answer, expected in zip(texts(), found["checked"], verdicts, strict=True):
        assert without_parser(answer) == without_parser(expected), text[:500]
    statuses = [status for status, *_ in verdicts]
    assert len(set(texts())) > 2000
    assert min(map(statuses.count, ("wrong", "unread", "right"))) > 200
    assert "too large" in statuses


# The beginnings of the names of conditions, and what the oracle of the other checker then has to find.
CONDITIONS = {
    "the sum of the coefficients": {"sum of coefficients"},
    "the sum of the |dual weights|": {"size of dual"},
    "the moment of the dual": {"moments"},
    "the value of the dual": {"value of dual"},
    "the largest |residual|": {"residual too large", "error not attained"},
}


@pytest.fixture(scope="module")
def violated():
    """For texts of the right form, of kernels that the slow oracle is soon done with, what they say and their flaws."""
    parsed = ((text, parsed_strictly(text)) for text in texts() if len(text) < 2000)
    small = ((text, p) for text, p in parsed if isinstance(p, dict) and p.get("kernel_size") in range(2, 13))
    found = ((text, p, violations(p)) for text, p in small)
    return {text: (p, flaws) for text, p, flaws in found if "form" not in flaws}


def test_exactly_the_violated_conditions_are_marked(found, violated):
    for text, names in zip(texts(), found["violated"], strict=True):
        if text not in violated:
            continue
        parsed, expected = violated[text]
        if "moments" in expected and parsed["objective"] == "range":
            # There is no one moment that the value could be compared with.
            expected, names = expected - {"value of dual"}, [name for name in names if "value" not in name]
        marked = {start for start in CONDITIONS if any(name.startswith(start) for name in names)}
        assert marked == {start for start, reasons in CONDITIONS.items() if reasons & expected}, text
    assert sum(bool(flaws) for _, flaws in violated.values()) > 500


def test_both_checkers_say_the_same_of_files(found, tmp_path):
    for content, answer in zip(FILES, found["files"], strict=True):
        path = tmp_path / "certificate.json"
        path.write_bytes(content)
        assert without_parser(answer) == without_parser(verdict(path))
    assert found["files"][0][0] == "right"
    assert {answer[0] for answer in found["files"][1:]} == {"unread"}


def test_no_more_is_done_than_the_limit_allows(found):
    def status(limit):
        try:
            certify(GOOD, limit=limit)
        except CertificateTooLargeError:
            return "too large"
        return "right"

    assert found["limits"] == list(map(status, LIMITS))
    assert set(found["limits"]) == {"right", "too large"}
    assert found["noLimits"] == ["unread"] * 4
    assert found["long"] == verdict(GOOD + " " * 4_000_000)
    assert found["nothing"] == ["unread"] * 5


def test_every_condition_is_shown_with_its_numbers(found):
    wrong = found["wrong"]
    shown = [(c["name"], c["required"], c["given"], c["holds"]) for c in wrong["conditions"]]
    assert shown == [
        ("the sum of the |dual weights|", "1", "1", True),
        ("the moment of the dual with order 0", "0", "0", True),
        ("the moment of the dual with order 1", "0", "0", True),
        ("the moment of the dual with order 8", "0", "0", True),
        ("the value of the dual", "1/20", "1/20", True),
        ("the largest |residual|, at 0 zeros", "1/20", "11/140", False),
    ]
    assert (wrong["accepted"], wrong["status"]) == (False, "wrong")
    assert wrong["error"] == "the largest |residual|, at 0 zeros, must be the error 1/20, found 11/140"
    assert wrong["residuals"][9] == {"zeros": 9, "residual": "-1/20", "attained": True}
    assert found["hash"] == certify(GOOD).sha256


# What finds and what checks


def imported(path):
    """All files that a module takes something from, and these in turn; and words for any other way to get at it."""
    source = re.sub(r"//.*", "", re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
    named = {(path.parent / name).resolve() for name in IMPORT.findall(source)}
    rest = IMPORT.sub("", source)
    loading = r"\b(?:import|eval|Function|require|importScripts|fetch|globalThis|window)\b|\bexport\s*[*{]"
    words = re.findall(loading, rest)
    return named | set(words) | {further for each in named for further in imported(each)}


def test_the_checker_shares_nothing_with_the_solver():
    assert imported(CHECKER) == set()
    fractions = MODULES["fractions"].resolve()
    for name, path in MODULES.items():
        assert imported(path) <= {fractions}, name
    assert imported(MODULES["solver"]) == {fractions}


@pytest.mark.parametrize(
    "line",
    [
        'import { a } from "./other.js";',
        'import * as a from "./other.js";',
        'export { a } from "./other.js";',
        'const a = await import("./other.js");',
        'const a = window["a"], b = eval("a");',
    ],
)
def test_what_is_shared_would_be_noticed(tmp_path, line):
    (tmp_path / "other.js").write_text("", encoding="utf-8")
    module = tmp_path / "module.js"
    module.write_text(f'// "./other.js"\n{line}\n', encoding="utf-8")
    assert imported(module)
    module.write_text(f"/* {line} */\n", encoding="utf-8")
    assert not imported(module)


def test_they_are_part_of_the_packages():
    with (ROOT / "pyproject.toml").open("rb") as file:
        wheel = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]["wheel"]
    for path in MODULES.values():
        assert path.relative_to(ROOT).parts[0] in wheel["packages"]
    assert not {"exclude", "include", "only-include"} & set(wheel)
