"""Sweeps: every row against independent solutions, certification against wrong guesses, the dataset's format."""

import json
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.optimize import linprog

import theory
from proofs_check import check_certificate
from tests.reference import feature, sets_of_orders
from theory.errors import FormatError, InputError, KernelSizeError, OrdersError, SolverError, StorageError
from theory.frontier import certified
from theory.frontier.certified import _certified_constant, certified_errors
from theory.frontier.chunk import SCHEMA, solve_chunk
from theory.frontier.dataset import _chunk_sets, open_dataset
from theory.frontier.sets import OrderSets, _mask_of, orders_of


def _highs(kernel_size, orders):
    """The paper's linear program in floats, from the definitions: min e, |t_z - sum beta_r phi_r(z)| <= e."""
    rows = np.array([[float(feature(kernel_size, r, z)) for r in orders] for z in range(kernel_size + 1)])
    target = np.array([1.0] * kernel_size + [0.0])
    ones = np.ones((kernel_size + 1, 1))
    answer = linprog(
        [*[0.0] * len(orders), 1.0],
        A_ub=np.block([[rows, -ones], [-rows, -ones]]),
        b_ub=np.concatenate([target, -target]),
        bounds=(None, None),
    )
    assert answer.status == 0
    return answer.fun


@pytest.mark.parametrize("kernel_size", [8, 10])
def test_every_row_equals_an_independent_solution(kernel_size, tmp_path):
    table = theory.sweep(kernel_size, tmp_path).read()
    wanted = [orders for orders in sets_of_orders(kernel_size, stop=kernel_size) if orders[0] == 0]
    assert sorted(map(tuple, table["orders"].to_pylist())) == sorted(wanted)
    for row in table.to_pylist():
        orders, error = row["orders"], Fraction(row["error_exact"])
        certificate = theory.optimal_estimator(kernel_size, orders).certificate
        # The checker shares no code with what found the row, nor with what made the certificate.
        assert check_certificate(certificate.to_json()) == error
        assert _highs(kernel_size, orders) == pytest.approx(float(error), rel=1e-6)
        assert row["error"] == float(error)


def test_sets_without_the_intercept(tmp_path):
    table = theory.sweep(7, tmp_path, always=()).read()
    assert table.num_rows == 2**7 - 1
    for row in table.to_pylist():
        certificate = theory.optimal_estimator(7, row["orders"]).certificate
        assert check_certificate(certificate.to_json()) == Fraction(row["error_exact"])


def test_counts_are_those_of_the_networks_that_are_built():
    for row in solve_chunk(6, (0,), 0, 32).to_pylist():
        network = theory.build_network(theory.optimal_estimator(6, row["orders"]))
        assert tuple(row["widths"]) == network.widths
        assert (row["hidden_layers"], row["units"]) == (network.hidden_layers, network.units)
        assert row["parameters"] == network.parameter_count
        assert row["terms"] == theory.bounds.number_of_terms(6, row["orders"])
        assert row["mask"] == _mask_of(row["orders"])
        assert row["kernel_size"] == 6


@pytest.mark.parametrize("kernel_size", [16, 20, 24])
def test_samples_of_large_kernels_agree_with_the_exact_exchange(kernel_size):
    numbers = np.random.default_rng(kernel_size).integers(0, 1 << (kernel_size - 1), 60)
    masks = numbers.astype(np.int64) * 2 + 1
    for mask, error in zip(masks.tolist(), certified_errors(kernel_size, masks), strict=True):
        assert Fraction(*error) == theory.optimal_estimator(kernel_size, orders_of(mask)).error


def test_more_orders_never_hurt(tmp_path):
    table = theory.sweep(9, tmp_path).read()
    errors = dict(zip(table["mask"].to_pylist(), map(Fraction, table["error_exact"].to_pylist()), strict=True))
    for mask, error in errors.items():
        for order in range(1, 9):
            assert errors[mask | 1 << order] <= error


# --- what is certified, and what is not -----------------------------------------------------------------------------


@pytest.mark.parametrize("reference", [[0, 6, 8], [1, 7, 8], [5, 6, 7], [0, 0, 8], [0, 8, 7], [0, 1, 2]])
def test_a_reference_that_is_not_optimal_certifies_nothing(reference):
    # {0,7,8} and, because C(0,1) = C(0,8) = 0, no other.
    assert _certified_constant(9, [0, 1, 8], [0, 7, 8]) == 19
    assert _certified_constant(9, [0, 1, 8], reference) is None


def test_only_optimal_references_certify():
    # All references of a small problem: those that certify give the one optimum.
    from itertools import combinations

    optimum = 1 / theory.optimal_estimator(7, [0, 2, 3, 6]).error - 1
    found = [_certified_constant(7, [0, 2, 3, 6], reference) for reference in combinations(range(7), 4)]
    certain = [Fraction(int(c.p), int(c.q)) for c in found if c is not None]
    assert certain
    assert set(certain) == {optimum}
    assert found.count(None) == 31


def test_wrong_guesses_in_floats_change_no_row(monkeypatch):
    right = certified_errors(9, OrderSets.of(9, [0]).masks(0, 256))
    monkeypatch.setattr(certified, "float_references", lambda d, orders: orders.copy())
    assert certified_errors(9, OrderSets.of(9, [0]).masks(0, 256)) == right


def test_what_is_not_certified_is_not_written(monkeypatch, tmp_path):
    class Wrong:
        dual = dict.fromkeys(range(9), Fraction(1))

    monkeypatch.setattr(certified, "float_references", lambda d, orders: orders.copy())
    monkeypatch.setattr(certified, "extrapolate", lambda d, orders: Wrong)
    monkeypatch.setattr(certified, "_certified_constant", lambda d, orders, reference: None)
    with pytest.raises(SolverError, match="not certified"):
        theory.sweep(9, tmp_path / "out")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["sweep.json"]


# --- the dataset ----------------------------------------------------------------------------------------------------


def test_the_dataset_is_the_documented_format(tmp_path):
    dataset = theory.sweep(12, tmp_path / "new" / "folder", always=(0, 1))
    files = sorted(file.name for file in dataset.path.iterdir())
    assert files == ["chunk-0.parquet", "chunk-1.parquet", "chunk-2.parquet", "chunk-3.parquet", "sweep.json"]
    described = json.loads((dataset.path / "sweep.json").read_text())
    assert described["kernel_size"] == 12
    assert described["always"] == [0, 1]
    assert described["sets"] == 1024
    # Any reader of Parquet will do.
    table = pq.read_table([dataset.path / name for name in files[:-1]])
    assert table.schema.equals(SCHEMA)
    assert table.num_rows == 1024
    assert table["mask"].to_pylist() == sorted(table["mask"].to_pylist())
    row = table.slice(0, 1).to_pylist()[0]
    assert row["orders"] == [0, 1]
    assert row["error_exact"] == "11/24"
    assert open_dataset(dataset.path) == dataset


def test_a_finished_sweep_is_not_solved_again(tmp_path, monkeypatch):
    theory.sweep(8, tmp_path)
    monkeypatch.setattr("theory.frontier.sweep.solve_chunk", None)
    told = []
    theory.sweep(8, tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told == [(128, 128)]


def test_a_huge_dataset_is_begun_at_once(tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("theory.frontier.sweep.solve_chunk", interrupt)
    told = []
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            theory.sweep(50, tmp_path, workers=1, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 2**49)] * 2


def test_damaged_missing_and_foreign_chunks_are_solved_again(tmp_path):
    dataset = theory.sweep(11, tmp_path)
    right = dataset.read()
    whole = dataset.file(0).read_bytes()
    dataset.file(0).write_bytes(whole[: len(whole) // 2])
    dataset.file(1).write_bytes(whole)  # the rows of another chunk
    dataset.file(2).unlink()
    (tmp_path / ".chunk-3.parquet.1.part").write_bytes(whole[:100])
    with pytest.raises(StorageError, match="not complete"):
        dataset.read()
    told = []
    theory.sweep(11, tmp_path, progress=lambda done, total: told.append(done))
    assert told == [256, 512, 768, 1024]
    assert dataset.read().equals(right)
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize(("kernel_size", "always"), [(9, (0, 1)), (10, (0,)), (9, ())])
def test_a_dataset_of_other_parameters_is_refused(tmp_path, kernel_size, always):
    theory.sweep(9, tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(InputError, match=r"holds the sweep of kernel size 9 with \{0\}"):
        theory.sweep(kernel_size, tmp_path, always=always)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_folders_that_hold_something_else_are_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("important")
    with pytest.raises(InputError, match=r"holds something else, such as thesis\.tex"):
        theory.sweep(4, tmp_path)
    with pytest.raises(InputError, match="is a file"):
        theory.sweep(4, tmp_path / "thesis.tex")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "sweep.json").write_text('{"kernel_size": 4}')
    with pytest.raises(FormatError, match="does not describe a sweep"):
        theory.sweep(4, tmp_path / "sub")
    with pytest.raises(StorageError, match="cannot write"):
        theory.sweep(4, "/dev/null/sweep")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["sub", "thesis.tex"]


def test_no_resuming_where_it_is_not_wanted(tmp_path):
    theory.sweep(4, tmp_path, resume=False)
    with pytest.raises(InputError, match="not to be resumed"):
        theory.sweep(4, tmp_path, resume=False)


def test_two_sweeps_do_not_write_one_folder(tmp_path):
    from theory.frontier.dataset import writing

    dataset = theory.sweep(4, tmp_path)
    with writing(dataset), pytest.raises(StorageError, match="another process is writing"):
        theory.sweep(4, tmp_path)
    theory.sweep(4, tmp_path)


@pytest.mark.parametrize(
    ("arguments", "kind", "reason"),
    [
        ({"kernel_size": 1}, KernelSizeError, ">= 2"),
        ({"kernel_size": 63}, KernelSizeError, "up to kernel size 62"),
        ({"always": (0, 4)}, OrdersError, r"0\.\.3"),
        ({"always": (0, 0)}, OrdersError, "twice"),
        ({"workers": 0}, InputError, "workers is an integer >= 1, not 0"),
        ({"workers": True}, InputError, "workers"),
        ({"workers": 2, "scheduler": "tcp://127.0.0.1:1"}, InputError, "one of the two"),
    ],
)
def test_bad_arguments(arguments, kind, reason, tmp_path):
    with pytest.raises(kind, match=reason):
        theory.sweep(**{"kernel_size": 4, "out": tmp_path / "out", **arguments})
    assert not (tmp_path / "out").exists()


def test_chunks_depend_on_the_number_of_sets_alone():
    for k in range(40):
        size = _chunk_sets(1 << k)
        assert 256 <= size <= 16384
        assert size & (size - 1) == 0


def test_numbers_of_sets_and_masks_correspond():
    for d, always in ((6, (0,)), (6, ()), (6, (2, 5)), (4, (0, 1, 2, 3))):
        sets = OrderSets.of(d, always)
        masks = sets.masks(0, len(sets)).tolist()
        wanted = [mask for mask in range(1, 1 << d) if mask & _mask_of(always) == _mask_of(always)]
        assert masks == wanted
        assert np.concatenate([sets.masks(i, i + 3) for i in range(0, len(sets), 3)]).tolist() == wanted


def test_too_many_parameters_for_the_columns_are_refused():
    from theory.errors import ProblemTooLargeError
    from theory.frontier.chunk import rows

    with pytest.raises(ProblemTooLargeError, match="2\\^63"):
        rows(62, np.array([_mask_of([0, 32])], dtype=np.int64))


def test_rows_are_an_arrow_table():
    assert isinstance(solve_chunk(4, (0,), 0, 8), pa.Table)
