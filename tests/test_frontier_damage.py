"""Sweeps whose files are not what was written: no number of theirs is used, and they are solved again."""

import json
import os
import random
import shutil
from dataclasses import replace
from fractions import Fraction

import pyarrow.parquet as pq
import pytest

import theory
from proofs_check import check_certificate
from tests.campaigns import campaign, tries
from theory.cli import main
from theory.errors import FormatError, InputError, SolverError, StorageError
from theory.estimator import Estimator
from theory.frontier import certified
from theory.frontier.chunk import solve_chunk
from theory.frontier.dataset import SweepDataset, open_dataset
from theory.frontier.pareto import pareto_front, width_law
from theory.seals import seal, unseal

KERNEL = 10


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return theory.sweep(KERNEL, tmp_path_factory.mktemp("original"), workers=1)


@pytest.fixture(scope="module")
def right(original):
    return original.read()


@pytest.fixture
def dataset(original, tmp_path):
    """A copy, to be damaged."""
    folder = tmp_path / "sweep"
    shutil.copytree(original.path, folder)
    return open_dataset(folder)


def _resumed(dataset):
    damages = []
    theory.sweep(dataset.kernel_size, dataset.path, workers=1, on_damage=damages.extend)
    return damages


def _flipped(content, bit):
    return content[: bit // 8] + bytes([content[bit // 8] ^ 1 << bit % 8]) + content[bit // 8 + 1 :]


def _rows(path):
    """What is read of a sweep, or None where it is refused in one line."""
    try:
        return open_dataset(path).read()
    except (StorageError, FormatError) as error:
        return None if len(str(error).splitlines()) == 1 else error


# --- drawn damage ---------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A sweep of one chunk."""
    return theory.sweep(9, tmp_path / "small", workers=1)


@campaign
def test_no_flipped_bit_in_a_chunk_gives_other_values(small):
    draw = random.Random(15)
    file, right = small.file(0), small.read()
    written = file.read_bytes()
    for number in range(tries(1500)):
        bit = draw.randrange(8 * len(written))
        file.write_bytes(_flipped(written, bit))
        rows = _rows(small.path)
        assert rows is None or rows.equals(right), bit
        # What is refused is not there when the sweep is resumed: else, it would be refused for ever.
        assert (rows is None) == bool(small.damages([0])), bit
        if number % 100 == 0:
            _resumed(small)
            assert small.read().equals(right)
            assert file.read_bytes() == written


def test_no_flipped_bit_in_the_description_gives_other_values(small):
    description, right = small.path / "sweep.json", small.read()
    written = description.read_bytes()
    refused = 0
    for bit in range(8 * len(written)):
        description.write_bytes(_flipped(written, bit))
        rows = _rows(small.path)
        assert rows is None or rows.equals(right), bit
        refused += rows is None
    assert refused > 6 * len(written)


@pytest.mark.parametrize("damaged", [None, 1])
def test_a_sweep_without_its_description_keeps_its_chunks(damaged, dataset, right):
    description = dataset.path / "sweep.json"
    written = description.read_text()
    description.write_text(written.replace("subpool", "subpoop"))
    with pytest.raises(FormatError, match=r"does not describe a sweep: .*; if it did, move it elsewhere and start"):
        _resumed(dataset)
    description.unlink()
    if damaged is not None:
        dataset.file(damaged).write_bytes(b"")
    before = {chunk: dataset.file(chunk).stat().st_mtime_ns for chunk in dataset.present() - {damaged}}
    assert len(_resumed(dataset)) == (damaged is not None)
    assert {chunk: dataset.file(chunk).stat().st_mtime_ns for chunk in before} == before
    assert description.read_text() == written
    assert open_dataset(dataset.path).read().equals(right)


def test_chunks_that_may_be_of_another_sweep_are_left_alone(dataset):
    (dataset.path / "sweep.json").unlink()
    before = {file.name: file.read_bytes() for file in dataset.path.iterdir()}
    for kernel_size, always, resume in [(KERNEL, (1,), True), (KERNEL - 1, (0,), True), (KERNEL, (0,), False)]:
        with pytest.raises(InputError, match="holds something else, such as chunk-0"):
            theory.sweep(kernel_size, dataset.path, always=always, workers=1, resume=resume)
    (dataset.path / "notes.txt").write_text("important")
    with pytest.raises(InputError, match="holds something else, such as chunk-0"):
        theory.sweep(KERNEL, dataset.path, workers=1)
    (dataset.path / "notes.txt").unlink()
    assert {file.name: file.read_bytes() for file in dataset.path.iterdir()} == before


def _cut(content, draw):
    return content[: draw.randrange(len(content))]


def _blank(content, draw):
    start, length = draw.randrange(len(content)), draw.choice([1, 16, 512])
    return content[:start] + bytes(len(content[start : start + length])) + content[start + length :]


def _insert(content, draw):
    start = draw.randrange(len(content) + 1)
    return content[:start] + draw.randbytes(draw.choice([1, 4, 512])) + content[start:]


def _exchange(content, draw):
    one, other = sorted(draw.randrange(len(content) - 8) for _ in range(2))
    if other < one + 8:
        return content
    return (
        content[:one]
        + content[other : other + 8]
        + content[one + 8 : other]
        + content[one : one + 8]
        + content[other + 8 :]
    )


@campaign
@pytest.mark.parametrize("damage", [_cut, _blank, _insert, _exchange])
def test_no_larger_damage_gives_other_values(damage, dataset, right):
    draw = random.Random(16)
    written = dataset.file(1).read_bytes()
    for _ in range(tries(100)):
        dataset.file(1).write_bytes(damage(written, draw))
        rows = _rows(dataset.path)
        assert rows is None or rows.equals(right)
    _resumed(dataset)
    assert dataset.read().equals(right)


# --- files that belong elsewhere ------------------------------------------------------------------------------------


def _of_another_chunk(dataset):
    return dataset.file(0).read_bytes()


def _of_a_smaller_kernel(dataset):
    # The same masks, all of them.
    return seal(solve_chunk(KERNEL - 1, (0,), 0, 256))


def _of_other_sets(dataset):
    return seal(solve_chunk(KERNEL, (1,), 0, 256))


def _of_an_older_version(dataset):
    path = dataset.path / "old"
    pq.write_table(dataset.load(1), path, compression="zstd")
    content = path.read_bytes()
    path.unlink()
    return content


def _with_other_columns(dataset):
    return seal(dataset.load(1).drop_columns(["units"]))


def _no_parquet(dataset):
    return seal(dataset.load(1))[:-4] + b"PAR2"


def _nothing(dataset):
    return b""


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_of_another_chunk, "has the rows of another sweep, or of another chunk"),
        (_of_other_sets, "has the rows of another sweep, or of another chunk"),
        (_with_other_columns, "has the rows of another sweep, or of another chunk"),
        (_of_an_older_version, "has no checksum, as in older versions"),
        (_nothing, "has no checksum"),
        (_no_parquet, "is damaged: its checksum is that of other content"),
    ],
)
def test_a_file_that_is_not_the_chunk_is_solved_again(content, reason, dataset, right):
    dataset.file(1).write_bytes(content(dataset))
    message = f"{dataset.file(1)} {reason}"
    with pytest.raises(StorageError) as caught:
        pareto_front(dataset.path, "terms")
    assert str(caught.value).startswith(message)
    (damage,) = _resumed(dataset)
    assert damage.startswith(message)
    assert dataset.read().equals(right)


def test_masks_of_a_smaller_kernel_are_not_taken_for_those_of_a_larger_one(dataset):
    dataset.file(0).write_bytes(_of_a_smaller_kernel(dataset))
    assert unseal(dataset.file(0).read_bytes())["mask"].equals(solve_chunk(KERNEL, (0,), 0, 256)["mask"])
    with pytest.raises(StorageError, match="rows of another sweep"):
        dataset.read()


@pytest.mark.parametrize(
    "name", ["chunk-2.parquet", "chunk-01.parquet", "chunk-1 (copy).parquet", "best.parquet", "chunk-٠.parquet"]
)
def test_a_file_too_many_is_refused(name, dataset):
    shutil.copy(dataset.file(1), dataset.path / name)
    for use in (dataset.read, lambda: _resumed(dataset), lambda: pareto_front(dataset, "units")):
        with pytest.raises(StorageError, match="is none of the chunks of this sweep: move it elsewhere"):
            use()
    (dataset.path / name).unlink()
    assert _resumed(dataset) == []


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_neither_waited_for_nor_replaced(make, dataset):
    dataset.file(1).unlink()
    make(dataset.file(1))
    with pytest.raises(StorageError, match="is missing"):
        dataset.read()
    with pytest.raises(StorageError, match="cannot write"):
        _resumed(dataset)


def test_of_a_file_that_is_far_too_large_the_beginning_is_read(dataset):
    os.truncate(dataset.file(1), 1 << 40)  # a hole, which takes no room
    with pytest.raises(StorageError, match="is damaged"):
        dataset.read()


def test_chunks_of_a_stranger_are_small(dataset):
    description = dataset.path / "sweep.json"
    description.write_text(json.dumps(SweepDataset(dataset.path, dataset.sets, 1 << 40).describe()))
    with pytest.raises(FormatError, match="contradicts itself"):
        open_dataset(dataset.path)


# --- what is said ---------------------------------------------------------------------------------------------------


def test_the_commands_say_what_is_damaged_and_how_to_go_on(dataset, right, capsys):
    before = dataset.file(1).read_bytes()
    dataset.file(1).write_bytes(_flipped(before, 8000))
    assert main(["pareto", str(dataset.path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith(f"subpool: {dataset.file(1)} is damaged: ")
    assert line.endswith("the sweep is not complete, start it again to resume it")
    again = ["sweep", str(KERNEL), "--out", str(dataset.path), "--workers", "1"]
    assert main(again) == 0
    captured = capsys.readouterr()
    assert captured.err == f"solved again: {dataset.file(1)} is damaged: its checksum is that of other content\n"
    assert "256 of them there before" in captured.out
    assert dataset.file(1).read_bytes() == before
    assert main(again) == 0
    assert capsys.readouterr().err == ""


def test_any_reader_sees_the_checksums(dataset):
    content = dataset.file(0).read_bytes()
    at = content.index(b"sha256:")
    assert pq.read_metadata(dataset.file(0)).metadata[b"subpool-seal"] == content[at : at + 71]
    pq.read_table(dataset.file(0), page_checksum_verification=True)
    dataset.file(0).write_bytes(_flipped(content, 8000))
    with pytest.raises(OSError, match="CRC"):
        pq.read_table(dataset.file(0), page_checksum_verification=True)


def test_another_sweep_is_not_what_was_asked_for(dataset):
    with pytest.raises(InputError, match="holds the sweep"):
        theory.sweep(KERNEL, dataset.path, always=(1,))


# --- other targets --------------------------------------------------------------------------------------------------


@pytest.fixture
def of_the_median(tmp_path):
    return theory.sweep(5, tmp_path / "median", target="median", workers=1)


def test_a_sweep_for_a_target_is_certified_and_resumed_as_such(of_the_median):
    rows = of_the_median.read().to_pylist()
    for row in rows:
        best = theory.optimal_estimator(5, row["orders"], target="median")
        assert str(check_certificate(best.certificate.to_json())) == row["error_exact"].removesuffix("/1")
    assert len(rows) == 16
    again = theory.sweep(5, of_the_median.path, target=[0, 0, 1, 0, 0], workers=1)
    assert again == of_the_median == open_dataset(of_the_median.path)
    assert _resumed_of(of_the_median, "median") == []
    with pytest.raises(InputError, match="the width law is about the errors of the maximum"):
        width_law(of_the_median)


def _resumed_of(dataset, target):
    damages = []
    theory.sweep(dataset.kernel_size, dataset.path, workers=1, target=target, on_damage=damages.extend)
    return damages


@pytest.mark.parametrize("target", ["max", "largest:k=2"])
def test_rows_of_another_target_are_refused(of_the_median, target, tmp_path):
    with pytest.raises(InputError, match=f"the sweep for the target median, not for {target}"):
        theory.sweep(5, of_the_median.path, target=target, workers=1)
    other = theory.sweep(5, tmp_path / "other", target=target, workers=1)
    right = of_the_median.read()
    shutil.copy(other.file(0), of_the_median.file(0))
    with pytest.raises(StorageError, match="the rows of another sweep"):
        of_the_median.read()
    assert len(_resumed_of(of_the_median, "median")) == 1
    assert of_the_median.read().equals(right)
    shutil.copy(of_the_median.file(0), other.file(0))
    with pytest.raises(StorageError, match="the rows of another sweep"):
        other.read()


def test_what_a_description_says_of_the_target_is_not_guessed(of_the_median):
    file = of_the_median.path / "sweep.json"
    said = json.loads(file.read_text())
    for wrong in (
        {"version": 1},
        {"target": ["0", "0", "0", "0", "1"]},
        {"target": ["0", "0", "2/2", "0", "0"]},
        {"target": ["1"] * 10**4},
        {"target": "median"},
        {"target": ["0", "0", "1", "0", "0"], "constant": "1"},
    ):
        file.write_text(json.dumps({**said, **wrong}))
        with pytest.raises((FormatError, StorageError)):
            open_dataset(file.parent).read()


def test_an_answer_that_is_not_certified_is_no_row(monkeypatch):
    best = theory.optimal_estimator(5, [0, 1], target="median")

    def changed(**by):
        certificate = replace(best.certificate, **by)
        return Estimator(
            5, best.coefficients, error=by.get("error", best.error), certificate=certificate, target="median"
        )

    third = Fraction(1, 3)
    dual = best.certificate.dual
    for wrong in (
        changed(error=Fraction(2, 5)),
        changed(error=Fraction(0), dual={}),
        changed(dual={}),
        changed(dual={z: 2 * w for z, w in dual.items()}),
        changed(dual={0: third, 1: -third, 2: third}),
        theory.optimal_estimator(5, [0, 1], target="max"),
    ):
        monkeypatch.setattr(certified, "optimal_estimator", lambda *_, answer=wrong, **__: answer)
        with pytest.raises(SolverError, match="is not certified"):
            solve_chunk(5, (0, 1), 0, 1, "median")
