"""Files of strangers: what is no document of a format is refused in one line, in no time, and nothing is mended."""

import json
import os
import random
import re
import time
from fractions import Fraction
from pathlib import Path

import pytest

from proofs_check.certificates import CertificateError, check_certificate
from proofs_check.coq.emit import read_certificate
from tests.campaigns import campaign, tries
from tests.test_certificates import BASES, parsed_strictly, violations
from theory import Estimator, ReLUNetwork, build_network, optimal_estimator
from theory.certificate import Certificate
from theory.documents import _LARGEST_FILE, _LARGEST_KERNEL_SIZE, Form
from theory.errors import FormatError
from theory.frontier.dataset import SweepDataset, open_dataset
from theory.frontier.sets import OrderSets
from theory.rationals import from_string
from theory.targets import find_target
from tools.classifier.results import read_results, shipped_results

NOTE = Form("a note", "note", 1, {"text"})
LOOSE = Form("a list", "list", 1, floats=True)


def _note(rest):
    return f'{{"format": "note", "version": 1, {rest}}}'


# The one reader


def test_a_document_is_what_it_says():
    assert NOTE.parse(_note('"text": [1, null, "a"]')) == {"format": "note", "version": 1, "text": [1, None, "a"]}
    assert LOOSE.parse('{"format": "list", "version": 1, "more": 1.5}')["more"] == 1.5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a note is JSON, this is no JSON: "),
        ("[]", 'is a JSON object with "format": "note" and "version": 1'),
        ("null", "is a JSON object"),
        ("{}", "is a JSON object"),
        (_note('"text": 1').replace("1,", "true,"), "is a JSON object"),
        (_note('"text": 1').replace("1,", "2,"), "is a JSON object"),
        (_note('"text": 1').replace("1,", "1.0,"), "exact numbers, not 1.0"),
        (_note('"test": 1'), "has the keys"),
        (_note('"text": 1, "more": 1'), "has the keys"),
        (_note('"text": 1, "text": 1'), "repeat a key"),
        (_note('"text": {"a": 1, "\\u0061": 2}'), "repeat a key"),
        (_note('"text": 1e400'), "exact numbers, not 1e400"),
        (_note('"text": 0.5'), "exact numbers, not 0.5"),
        (_note('"text": NaN'), "exact numbers, not NaN"),
        (_note('"text": -Infinity'), "exact numbers, not -Infinity"),
        (_note(f'"text": {"7" * 19}'), "at most 18 digits, not 7777777777777777777"),
        (_note(f'"text": -{"7" * 10**6}'), "at most 18 digits"),
        (_note(f'"text": {"[" * 17 + "]" * 17}'), "nests at most 16 deep"),
        (_note(f'"text": {"[" * 900 + "]" * 900}'), "nests at most 16 deep"),
        ("[" * 10**6, "nests at most 16 deep"),
        ('{"a":' * 10**6, "nests at most 16 deep"),
        ('{"format": "list", "version": 1, "more": 1e400}', "finite numbers, not 1e400"),
        ('{"format": "list", "version": 1, "more": NaN}', "finite numbers, not NaN"),
    ],
)
def test_what_is_no_document_is_refused_by_name(text, message):
    with pytest.raises(FormatError, match=message) as caught:
        (LOOSE if '"list"' in text else NOTE).parse(text)
    assert len(str(caught.value)) < 300
    assert "\n" not in str(caught.value)


def test_files_are_read_as_far_as_documents_may_go(tmp_path):
    path = tmp_path / "note.json"
    path.write_text(_note('"text": "ü"'), encoding="utf-8")
    assert NOTE.load(path)["text"] == "ü"
    for content in (b"\xff", path.read_bytes().decode().encode("utf-16"), b"\xef\xbb\xbf" + path.read_bytes()):
        path.write_bytes(content)
        with pytest.raises(FormatError, match=r"UTF-8|JSON"):
            NOTE.load(path)
    with path.open("wb") as file:
        os.truncate(file.fileno(), 10**11)  # a file with a hole, that takes no room
    with pytest.raises(FormatError, match=f"at most {_LARGEST_FILE} bytes"):
        NOTE.load(path)
    with pytest.raises(FormatError, match="null"):
        NOTE.load("a\0b")
    with pytest.raises(FileNotFoundError):
        NOTE.load(tmp_path / "nowhere")


def test_long_exact_numbers_are_refused_before_they_are_brought_to_lowest_terms():
    assert from_string("1/" + "9" * 10**5) == Fraction(1, 10**100_000 - 1)
    with pytest.raises(FormatError, match="at most 200000 characters, not 10000002"):
        from_string("1/" + "9" * 10**7)


# Every format: what reads it, and writes again what it read


def _estimator(text, _):
    return Estimator.from_json(text).to_json()


def _certificate(text, _):
    return Certificate.from_json(text).to_json()


def _network(text, _):
    return ReLUNetwork.from_json(text).to_json()


def _for_coq(text, folder):
    return read_certificate(_in_file(text, folder / "c.json")).to_json()


def _checked(text, folder):
    parsed, error = parsed_strictly(text), check_certificate(_in_file(text, folder / "c.json"))
    assert violations(parsed) == set()
    assert error == Fraction(parsed["error"])
    return text


def _sweep(text, folder):
    return json.dumps(open_dataset(_in_file(text, folder / "sweep.json").parent).describe())


def _results(text, folder):
    return json.dumps(read_results(_in_file(text, folder / "results.json")))


def _in_file(text, path):
    path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    return path


ESTIMATORS = [
    optimal_estimator(9, [0, 1, 8]),
    optimal_estimator(6, [1, 2, 5], objective="range"),
    optimal_estimator(5, [0, 1, 2], objective="l2"),
    Estimator(4, {0: 1, 3: Fraction(-1, 7)}),
]
CERTIFICATES = [json.dumps(good) for good, _ in BASES.values()]
_DESCRIPTION = SweepDataset(Path(), OrderSets.of(5, [0]), 8).describe()
_OF_A_TARGET = SweepDataset(Path(), OrderSets.of(5, [0]), 8, find_target("exactly:k=0", 5)).describe()
RESULTS = {"format": "subpool-classifier", "version": 1, "test": {"share": 0.97, "of": 540}, "rows": [[1, 2.5e-3]]}
READERS = {
    "estimator": (_estimator, [estimator.to_json() for estimator in ESTIMATORS]),
    "certificate": (_certificate, CERTIFICATES),
    "certificate for Coq": (_for_coq, [text for text in CERTIFICATES if '"target"' not in text]),
    "certificate for the checker": (_checked, CERTIFICATES),
    "network": (_network, [build_network(estimator).to_json() for estimator in ESTIMATORS]),
    "sweep": (_sweep, [json.dumps(_DESCRIPTION), json.dumps(_OF_A_TARGET)]),
    "results": (_results, [json.dumps(RESULTS)]),
}
SECONDS = 2.0  # of the processor; no refusal takes a tenth of it


EXACT = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")


def _meaning(text):
    """The value of a text, with exact numbers for exact strings and without the weights of networks that are 0."""

    def exact(value):
        if isinstance(value, list):
            return [exact(entry) for entry in value]
        return from_string(value) if isinstance(value, str) and EXACT.fullmatch(value) else value

    data = json.loads(text, object_pairs_hook=lambda pairs: {key: exact(value) for key, value in pairs})
    if data.get("target") == [0] * (data.get("kernel_size", 1) - 1) + [1] and not data.get("constant"):
        # That the target is the maximum may be said, or not.
        data = {key: value for key, value in data.items() if key not in ("target", "constant")} | {"version": 1}
    for layer in data.get("layers", []):
        layer["rows"] = [{j: w for j, w in row.items() if w} for row in layer["rows"]]
        layer["biases"] = [exact(b) for b in layer["biases"]]
    return data


def _is_read(reader, text, folder):
    """Whether a text is read, and then as what it says; else it is refused in one line. Neither takes long."""
    begun = time.process_time()
    try:
        written, message = reader(text, folder), ""
    except (FormatError, CertificateError) as error:
        written, message = None, str(error)
    assert len(message) < 1000
    assert "\n" not in message
    assert time.process_time() - begun < SECONDS, text[:1000]
    assert written is None or _meaning(written) == _meaning(text), text[:1000]
    return written is not None


@pytest.mark.parametrize(("reader", "texts"), READERS.values(), ids=READERS)
def test_what_was_written_is_read(reader, texts, tmp_path):
    assert all(_is_read(reader, text, tmp_path) for text in texts)


HOSTILE = {
    "kernel_size": [*("10000000", "1" + "0" * 9, "1" + "0" * 400, "1" * 5000, "1e400", "NaN", "true", "-1", '"9"')],
    "version": ["true", "1.0", "2", '"1"', "null", "[" * 900 + "]" * 900],
    "format": ["[" * 10**6, '{"a":' * 10**6, "[" * 900 + "]" * 900, f'"{"x" * 10**6}"', '"\\ud800"', "null"],
}


@pytest.mark.parametrize(("reader", "texts"), READERS.values(), ids=READERS)
def test_hostile_values_are_refused(reader, texts, tmp_path):
    text, data = texts[0], json.loads(texts[0])
    for key in HOSTILE.keys() & data.keys():
        for value in HOSTILE[key]:
            hostile = text.replace(f'"{key}": {json.dumps(data[key])}', f'"{key}": {value}')
            assert hostile != text
            assert not _is_read(reader, hostile, tmp_path), hostile[:200]


def test_residuals_that_would_fill_the_memory_are_not_computed():
    text = json.dumps({
        "format": "subpool-estimator", "version": 1, "kernel_size": _LARGEST_KERNEL_SIZE, "objective": "cube",
        "coefficients": {**{str(r): "0" for r in range(49_000, 51_000)}, str(_LARGEST_KERNEL_SIZE): "1"},
        "error": "0", "certificate": None,
    })  # fmt: skip
    with pytest.raises(FormatError, match=r"needs a table of about 4,\d+\.\d GiB"):
        Estimator.from_json(text)


@pytest.mark.parametrize("key", _DESCRIPTION)
def test_a_description_of_another_sweep_is_none(key, tmp_path):
    for value in (None, -1, 10**17, [10**17], {}, "5"):
        with pytest.raises(FormatError, match="does not describe a sweep"):
            _sweep(json.dumps(_DESCRIPTION | {key: value}), tmp_path)


def test_the_shipped_results_are_a_document():
    assert read_results(shipped_results())["format"] == "subpool-classifier"


# A standing campaign: mutants of every format

JUNK = [
    *("0", "-1", "1", "2", "9", "1000000000", "99999999999999999", "1" + "0" * 30, "1" + "0" * 5000, "true", "null"),
    *("1e400", "-1e400", "1e-400", "0.5", "1.0", "NaN", "Infinity", "[]", "{}", "[[]]", '{"0": "1"}', '["1"]', ","),
    *('""', '"0"', '"1"', '"-1"', '"1/2"', '"1/0"', '"0/1"', '"2/4"', '"01"', '"+1"', '"1e3"', '"0.5"', '"range"'),
    *('"cube"', '"l2"', '"\\ud800"', '"\\u0661"', f'"{"7" * 5000}"', f'"1/{"3" * 20_000}"', "[" * 40 + "]" * 40),
    *("[" * 5000, '{"":' * 5000, '"x', "\x00", "\ud800", "//"),
]
TOKEN = re.compile(r'"[^"]*"|-?\d+|[\[\]{}:,]')


def _mutant(rng, text):
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        tokens = list(TOKEN.finditer(text)) or [re.match("", text)]
        one, other = rng.choice(tokens), rng.choice(tokens)
        start, end = one.span()
        middle = rng.choice(["", one[0] * 2, f"{one[0]}, {one[0]}", other[0], rng.choice(JUNK), rng.choice(JUNK)])
        cut = rng.randrange(end, end + 200) if rng.random() < 0.2 else end
        text = text[:start] + middle + (text[cut:] if rng.random() < 0.97 else "")
    return text


@campaign
@pytest.mark.parametrize("name", READERS)
def test_mutants_are_read_as_they_are_or_refused(name, tmp_path):
    reader, texts = READERS[name]
    rng, read = random.Random(name), 0
    for number in range(tries(400)):
        read += _is_read(reader, _mutant(rng, texts[number % len(texts)]), tmp_path)
    # Some mutants are documents still, and most are not.
    assert 0 < read < tries(400) / 2
