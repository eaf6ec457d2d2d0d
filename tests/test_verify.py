from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from proofs_check import Claim, Verdict, claims, verify
from proofs_check.certificates import CertificateError
from proofs_check.kits.optima import family_claim
from proofs_check.statement import Instance, StatementError
from proofs_check.theorems import windows_of_photographs as photographs
from theory import Estimator, closed_forms, optimal_estimator
from theory.errors import InputError, KernelSizeError, MissingDependencyError, ProblemTooLargeError, UndecidedError
from theory.optimal.families import D


def _claim(kind, *pairs, **extra):
    instances = [Instance(f"d = {d}", d, Fraction(a), Fraction(b)) for d, (a, b) in enumerate(pairs, start=2)]
    return Claim(
        "c",
        "",
        kind,
        "test",
        instances=lambda kernel_max: (i for i in instances if i.kernel_size <= kernel_max),
        **extra,
    )


@pytest.mark.parametrize(
    ("kind", "pair", "status"),
    [
        ("tight", (1, 1), "verified"),
        ("tight", (1, 2), "refuted"),
        ("tight", (2, 1), "refuted"),
        ("identity", (1, 2), "refuted"),
        ("upper", (1, 2), "verified"),
        ("upper", (2, 1), "refuted"),
        ("lower", (2, 1), "verified"),
        ("lower", (1, 2), "refuted"),
    ],
)
def test_the_kind_picks_the_assertion(kind, pair, status):
    verdict = _claim(kind, pair).check(12)
    assert verdict.status == status
    assert (verdict.witness is None) == (status == "verified")


def test_one_failure_among_many_is_the_witness():
    verdict = _claim("tight", (1, 1), (1, 2), (3, 3)).check(12)
    assert (verdict.status, verdict.witness) == ("refuted", "at d = 3")
    assert (verdict.computed, verdict.claimed) == (1, 2)


def test_scope_is_what_was_checked():
    assert _claim("tight", (1, 1), (2, 2), (3, 3)).check(3).scope == "d = 2..3"
    assert _claim("tight", (1, 1), scope="3 photographs").check(3).scope == "3 photographs"


def test_what_is_built_too_large_refutes_nothing():
    undetermined = Instance("d = 2", 2, Fraction(3), Fraction(2), determined=False)
    verdict = Claim("c", "", "upper", "test", instances=lambda _: [undetermined]).check(2)
    assert verdict.status == "unknown"
    assert "proves nothing" in verdict.witness
    determined = replace(undetermined, determined=True)
    assert Claim("c", "", "upper", "test", instances=lambda _: [determined]).check(2).status == "refuted"


def test_nothing_checked_is_unknown():
    verdict = _claim("tight").check(12)
    assert verdict.status == "unknown"
    assert "up to 12" in verdict.witness
    with pytest.raises(UndecidedError, match="Verdict may be unknown"):
        bool(verdict)


@pytest.mark.parametrize(
    ("error", "status"), [(CertificateError("no"), "unknown"), (MissingDependencyError("install x"), "unknown")]
)
def test_errors_become_verdicts(error, status):
    def instances(_):
        yield Instance("d = 2", 2, Fraction(1), Fraction(1))
        raise error

    verdict = Claim("c", "", "tight", "test", instances=instances).check(12)
    assert verdict.status == status
    assert str(error) in verdict.witness


def test_verdicts_as_json():
    verdict = Verdict("c", "verified", "d = 2..3", "tight", Fraction(1, 3), Fraction(10**5000), None, 0.12345)
    data = verdict.to_dict()
    assert data["computed"] == "1/3"
    assert len(data["claimed"]) == 5001
    assert data["seconds"] == 0.123


def test_verdicts_are_counted_as_they_are_known():
    seen = []
    names = ["closed-form-mean", "closed-form-intercept"]
    verdicts = verify(names, kernel_max=5, progress=lambda *steps: seen.append(steps))
    assert seen == [(1, 2), (2, 2)]
    assert [verdict.claim for verdict in verdicts] == names
    assert {verdict.status for verdict in verdicts} == {"proved"}


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(InputError, match="closed-form-mean-and-last"):
        verify(["closed-form-mean-and-lust"])
    with pytest.raises(KernelSizeError):
        verify(kernel_max=1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "equal"}, "the kind of c must be tight or identity or upper or lower, not 'equal'"),
        ({"topic": "birds"}, "the topic of c must be the paper or beyond the paper or .*, not 'birds'"),
    ],
)
def test_a_kind_or_topic_that_is_none_is_named(wrong, message):
    with pytest.raises(StatementError, match=message):
        replace(_claim("tight"), **wrong)


def test_a_wrong_formula_is_refuted():
    wrong = replace(closed_forms["mean"], parametric_error_formula=1 / D)
    verdict = family_claim(wrong).check(6)
    assert verdict.status == "refuted"
    assert verdict.witness == "at d = 2, error"


# --- photographs ----------------------------------------------------------------------------------------------------


def _naive_largest(image, kernel, estimator):
    """The largest residual over all windows in rationals, window by window."""
    height, width = kernel
    largest = Fraction(0)
    for channel in range(image.shape[2]):
        for top in range(image.shape[0] - height + 1):
            for left in range(image.shape[1] - width + 1):
                x = sorted(image[top : top + height, left : left + width, channel].reshape(-1).tolist())
                f = sum(w * v for w, v in zip(estimator.order_statistic_weights, x, strict=True)) / 255
                residual = abs(Fraction(x[-1], 255) - f - estimator.intercept)
                if estimator.objective == "range":
                    spread = Fraction(x[-1] - x[0], 255)
                    if not spread:
                        assert residual == 0
                        continue
                    residual /= spread
                largest = max(largest, residual)
    return largest


@pytest.mark.parametrize("orders", [[0, 1], [0, 1, 3], [1, 3]])
@pytest.mark.parametrize("channels", [1, 2])
def test_largest_residual_is_exact(monkeypatch, orders, channels):
    # More rows than one strip of windows, so that windows across strips count too.
    image = np.random.default_rng(4).integers(0, 256, (71, 9, channels), dtype=np.uint8)
    image[:3, :3] = 7
    estimator = optimal_estimator(6, orders, objective="range" if orders[0] else "cube")
    monkeypatch.setattr(photographs, "photographs", lambda: {"one": image})
    monkeypatch.setattr(photographs, "estimators", lambda _: {"it": estimator})
    photographs.observe.cache_clear()
    seen = photographs.observe((2, 3))["it"]
    photographs.observe.cache_clear()
    assert seen.windows == 70 * 7 * channels
    assert seen.largest == _naive_largest(image, (2, 3), estimator)


def test_a_biased_range_estimator_on_flat_windows_is_caught():
    running = photographs._Largest(Estimator(2, {1: Fraction(9, 10)}, objective="range"))
    running.update(np.array([[100.0, 100.0]]))
    assert running.value() > 1


def test_weights_too_long_for_exact_floats_are_refused():
    with pytest.raises(ProblemTooLargeError):
        photographs._Largest(optimal_estimator(60, [0, 7, 23, 31, 44]))


def test_an_understated_error_is_refuted(monkeypatch):
    class Understated:
        error = Fraction(1, 1000)

    seen = photographs.Observation(10, Fraction(1, 20))
    monkeypatch.setattr(photographs, "observe", lambda _: {"mean-and-last": seen})
    monkeypatch.setattr(photographs, "estimators", lambda _: {"mean-and-last": Understated})
    claim = {c.name: c for c in photographs.claims()}["photos-3x3-mean-and-last"]
    assert claim.check(12).status == "refuted"


def test_without_scikit_image_the_claim_is_unknown(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "skimage", None)
    photographs.observe.cache_clear()
    photographs.photographs.cache_clear()
    verdict = claims()["photos-2x2-mean"].check(12)
    assert verdict.status == "unknown"
    assert "extra 'images'" in verdict.witness


def test_small_windows_of_photographs():
    photographs.observe.cache_clear()
    verdict = claims()["photos-2x2-mean-and-last"].check(12)
    assert verdict.status == "verified"
    assert verdict.computed <= verdict.claimed == Fraction(1, 10)


def test_the_float_estimator_sees_what_the_exact_one_sees():
    image = photographs.photographs()["camera"][:80, :80, 0]
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3)).reshape(-1, 9)
    estimator = optimal_estimator(9, [0, 1, 8])
    running = photographs._Largest(estimator)
    running.update(np.sort(windows, axis=-1).astype(float))
    x = windows / 255
    residual = np.abs(x.max(axis=-1) - estimator(x)).max()
    # Values below 1, weights of absolute sum below 1.2, pixels rounded once: 14 roundings.
    assert abs(residual - float(running.value())) <= 14 * 1.2 * np.finfo(float).eps
