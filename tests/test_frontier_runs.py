"""Sweeps that are killed, run out of room, or run elsewhere: real processes, real signals, a real Dask cluster."""

import gc
import logging
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

import pytest

import theory
from tests.campaigns import campaign, tries
from theory.cli import main
from theory.errors import ClusterError, SolverError, StorageError
from theory.frontier.chunk import solve_chunk
from theory.frontier.dataset import open_dataset
from theory.frontier.workers import map_unordered

ROOT = Path(__file__).parent.parent
KERNEL = 13
SWEEP = "import sys; from theory.cli import main; sys.exit(main(sys.argv[1:]))"


def _start(out, *arguments):
    command = [sys.executable, "-c", SWEEP, "sweep", str(KERNEL), "--out", str(out), *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def _wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def _in_session(leader):
    """Processes of a session that are not zombies."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader and fields[0] != "Z":
            found.append(int(status.parent.name))
    return found


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    return theory.sweep(KERNEL, tmp_path_factory.mktemp("whole"), workers=1).read()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_and_resumed_ends_with_the_same_rows(tmp_path, uninterrupted, workers):
    out = tmp_path / "out"
    whole_after_kill = []
    for kill in range(3):
        before = len(list(out.glob("chunk*")))
        process = _start(out, "--workers", workers)
        _wait_for(lambda more=before + 2: len(list(out.glob("chunk*"))) >= more)
        time.sleep(0.01 * kill)  # at another moment of a chunk's life
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stderr.close()
        whole_after_kill.append(sum(map(open_dataset(out).is_whole, range(16))))
        assert len(list(out.glob("chunk*"))) == whole_after_kill[-1]  # what has its name is whole
        # Nobody is left behind to compute for nobody.
        _wait_for(lambda leader=process.pid: not _in_session(leader), 20)
    assert 2 <= whole_after_kill[0] < whole_after_kill[1] < whole_after_kill[2] < 16
    told = []
    dataset = theory.sweep(KERNEL, out, progress=lambda done, total: told.append(done))
    assert told[0] == 256 * whole_after_kill[-1]  # what was whole is not solved again
    assert dataset.read().equals(uninterrupted)
    assert not [file for file in out.iterdir() if file.name.startswith(".")]


@campaign
def test_killed_at_any_moment_ends_with_the_same_rows(tmp_path, uninterrupted):
    draw = random.Random(17)
    for number in range(tries(1)):
        out = tmp_path / str(number)
        for _ in range(3):
            process = _start(out, "--workers", draw.choice("12"))
            time.sleep(draw.uniform(0.2, 2))
            process.kill()
            process.communicate()
        dataset = theory.sweep(KERNEL, out, workers=1, on_damage=pytest.fail)
        assert dataset.read().equals(uninterrupted)
        names = [dataset.file(chunk).name for chunk in range(dataset.chunks)]
        assert sorted(file.name for file in out.iterdir()) == [*names, "sweep.json"]


def test_an_interrupt_is_one_line_and_leaves_whole_chunks(tmp_path):
    process = _start(tmp_path / "out", "--workers", "2")
    _wait_for(lambda: list((tmp_path / "out").glob("chunk*")))
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.decode().strip() == "subpool: interrupted"
    _wait_for(lambda: not _in_session(process.pid), 20)


def test_processes_solve_the_same_rows(tmp_path, uninterrupted):
    assert theory.sweep(KERNEL, tmp_path, workers=2).read().equals(uninterrupted)


def test_a_worker_that_dies_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("theory.frontier.sweep._solve", _die)
    with pytest.raises(SolverError, match="worker process died"):
        theory.sweep(10, tmp_path, workers=2)


def _die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


# --- no room --------------------------------------------------------------------------------------------------------


def test_files_that_cannot_grow_stop_the_sweep(tmp_path):
    process = _start(tmp_path / "out", "--workers", "1")
    # The interpreter takes far longer to start than this takes; a hook between fork and exec would fork with threads.
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (4096, 4096))
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    (line,) = errors.decode().splitlines()
    assert line.startswith("subpool: cannot write")
    assert "File too large; what was written before is whole" in line
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["sweep.json"]


def test_a_full_disk_leaves_whole_chunks(tmp_path, uninterrupted):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("a small disk takes the right to mount one")
    try:
        with pytest.raises(StorageError, match="No space left on device; what was written before is whole"):
            theory.sweep(KERNEL, disk / "out", workers=1)
        dataset = open_dataset(disk / "out")
        whole = sum(map(dataset.is_whole, range(dataset.chunks)))
        assert 0 < whole < dataset.chunks
        assert len(list(dataset.path.iterdir())) == whole + 1
        shutil.copytree(dataset.path, tmp_path / "larger")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert theory.sweep(KERNEL, tmp_path / "larger").read().equals(uninterrupted)


# --- elsewhere ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as running:
        yield running


def test_a_cluster_solves_the_same_rows(tmp_path, uninterrupted, cluster):
    assert theory.sweep(KERNEL, tmp_path, scheduler=cluster.scheduler_address).read().equals(uninterrupted)


def test_a_cluster_resumes_what_processes_began(tmp_path, uninterrupted, cluster):
    dataset = theory.sweep(KERNEL, tmp_path, workers=1)
    for chunk in range(3, 16):
        dataset.file(chunk).unlink()
    theory.sweep(KERNEL, tmp_path, scheduler=cluster.scheduler_address)
    assert dataset.read().equals(uninterrupted)


def test_a_cluster_survives_the_death_of_a_worker(tmp_path, uninterrupted, cluster):
    victims = [worker.pid for worker in cluster.workers.values()]
    assert len(victims) == 2

    def kill_once(done, total):
        if victims and done:
            os.kill(victims.pop(), signal.SIGKILL)
            victims.clear()

    dataset = theory.sweep(KERNEL, tmp_path, scheduler=cluster.scheduler_address, progress=kill_once)
    assert not victims
    assert dataset.read().equals(uninterrupted)


CLUSTER = """
import sys, distributed
if __name__ == "__main__":
    cluster = distributed.LocalCluster(
        n_workers=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=":0"
    )
    print(cluster.scheduler_address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def mortal_cluster():
    """A cluster in a process of its own, and its address."""
    pytest.importorskip("distributed")
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process, process.stdout.readline().strip()
        process.kill()


def test_a_scheduler_that_dies_is_one_line_and_leaves_whole_chunks(tmp_path, uninterrupted, mortal_cluster):
    process, address = mortal_cluster
    out = tmp_path / "out"
    sweep = _start(out, "--scheduler", address)
    _wait_for(lambda: list(out.glob("chunk*")))
    process.kill()
    _, errors = sweep.communicate(timeout=60)
    assert errors.decode() == (
        f"subpool: the scheduler at {address} has gone; what was written is whole: resume with the same command\n"
    )
    assert sweep.returncode == 2
    assert 0 < len(list(out.glob("chunk*"))) < 16
    assert theory.sweep(KERNEL, out, workers=1, on_damage=pytest.fail).read().equals(uninterrupted)


def test_a_cluster_whose_workers_are_gone_is_an_error(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("theory.frontier.workers._CONNECT_SECONDS", 1)
    monkeypatch.setattr("theory.frontier.workers._LOOK_SECONDS", 0.5)
    with distributed.LocalCluster(
        n_workers=1, processes=False, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as cluster:

        def leave(done, total):
            if done:
                cluster.scale(0)

        with pytest.raises(ClusterError, match="has no workers"):
            theory.sweep(KERNEL, tmp_path, scheduler=cluster.scheduler_address, progress=leave)


class Forgetful(Executor):
    """Takes the first result of a task for an error, as Dask's executor does where a worker leaves just then."""

    def __init__(self, failures):
        self._left = dict.fromkeys(range(3), failures)

    def submit(self, function, task):
        future = Future()
        if self._left[task]:
            self._left[task] -= 1
            future.set_exception(ValueError("too many values to unpack (expected 3)"))
        else:
            future.set_result(function(task))
        return future


def test_a_result_that_is_lost_as_its_worker_leaves_is_asked_for_once_more():
    looked = []
    solved = map_unordered(Forgetful(1), 2, str, range(3), look=lambda: looked.append(True))
    assert sorted(solved) == [(0, "0"), (1, "1"), (2, "2")]
    assert len(looked) == 3
    with pytest.raises(ValueError, match="too many values"):
        list(map_unordered(Forgetful(2), 2, str, range(3), look=lambda: None))


@pytest.mark.parametrize(
    "raised", [ModuleNotFoundError("No module named 'theory'"), RuntimeError("deserialization\nof")]
)
def test_workers_that_cannot_compute_are_one_line(tmp_path, cluster, monkeypatch, raised):
    monkeypatch.setattr("theory.frontier.sweep._solve", partial(_raise, raised))
    reason = str(raised).partition("\n")[0]
    with pytest.raises(ClusterError, match=f"^the workers at .* cannot solve: {reason}$"):
        theory.sweep(10, tmp_path, scheduler=cluster.scheduler_address)


def _raise(error, *_):
    raise error


def test_errors_of_a_cluster_are_errors_here(tmp_path, cluster, monkeypatch):
    monkeypatch.setattr("theory.frontier.sweep._solve", _fail)
    with pytest.raises(SolverError, match="on purpose"):
        theory.sweep(10, tmp_path, scheduler=cluster.scheduler_address)


def _fail(*_):
    raise SolverError("on purpose")


def test_an_unreachable_scheduler_is_one_line_within_seconds(tmp_path, capsys):
    pytest.importorskip("distributed")
    start = time.monotonic()
    assert main(["sweep", "8", "--out", str(tmp_path / "out"), "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert time.monotonic() - start < 15
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("subpool: no Dask scheduler answers at 'tcp://127.0.0.1:1' within 5 s")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "magic://127.0.0.1:1", ""])
def test_addresses_where_no_scheduler_is(tmp_path, address, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("theory.frontier.workers._CONNECT_SECONDS", 1)
    gc.collect()
    gc.disable()
    try:
        with pytest.raises(ClusterError, match="no Dask scheduler answers"):
            theory.sweep(8, tmp_path / "out", scheduler=address)
        # A client that is collected while another one starts blocks it for ever.
        assert not any(isinstance(one, distributed.Client) for one in gc.get_objects())
    finally:
        gc.enable()


def test_a_cluster_without_workers_is_an_error(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr("theory.frontier.workers._CONNECT_SECONDS", 1)
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0", silence_logs=logging.CRITICAL) as empty,
        pytest.raises(ClusterError, match="has no workers"),
    ):
        theory.sweep(8, tmp_path, scheduler=empty.scheduler_address)


def test_without_dask_the_extra_is_named(tmp_path, monkeypatch):
    from theory.errors import MissingDependencyError

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[cluster\]"):
        theory.sweep(8, tmp_path, scheduler="tcp://127.0.0.1:1")


def test_a_chunk_is_a_pure_function():
    assert solve_chunk(9, (0,), 32, 64).equals(solve_chunk(9, (0,), 0, 256).slice(32, 32))
