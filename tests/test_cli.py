"""The command, run as a person runs it: exit codes, one-line errors, output that can be read and parsed."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

from proofs_check import claims
from proofs_check.certificates import certify
from proofs_check.theorems import windows_of_photographs as photographs
from theory import optimal_estimator
from theory.cli import commands, main, make_parser
from theory.cli.commands import table as table_command

BAD_INPUT = [
    (["solve", "3x", "--orders", "0,1"], "a kernel is an integer"),
    (["solve", "0x3", "--orders", "0,1"], "at least 1"),
    (["solve", "0", "--orders", "0"], "at least 1"),
    (["solve", "1", "--orders", "0"], "kernel size is an integer >= 2"),
    (["solv"], "the nearest: solve (see subpool --help)"),
    (["solve", "9", "--orders", "0", "--objectve", "l2"], "--objectve l2; the nearest: --objective (see subpool solve"),
    (["solve", "9", "--orders", "0", "--objective", "cub"], "the nearest: cube (see"),
    (["solve", "3X3", "--orders", "0"], "write 3x3"),
    (["solve", "3,3", "--orders", "0"], "write 3x3"),
    (["solve", "9", "--orders", "0 1 8"], "write 0,1,8"),
    (["solve", "9", "--orders", "-1,2"], "orders for kernel size 9 are integers in 0..9, not -1"),
    (["solve", "-1", "--orders", "0"], "not '-1'"),
    (
        ["solve", "9", "--orders", "-x"],
        "argument --orders: expected one argument; a value that begins with a minus sign is",
    ),
    (["guess", "-1,2"], "not -1"),
    (["verify", "mean"], "the nearest: closed-form-mean, "),
    (["reluify", "a.onnx", "b.onnx", "--bounds", "-1,1"], "--bounds and --calibrate go with --objective cube"),
    (["solve", "-9", "--orders", "0,1"], ""),
    (["solve", "9", "--orders", ""], "nothing beside a comma"),
    (["solve", "9", "--orders", "0,1,1"], "occurs twice"),
    (["solve", "9", "--orders=-1"], "not -1"),
    (["solve", "9", "--orders", "0,1.5"], "no order"),
    (["solve", "9", "--orders", "0,10"], "not 10"),
    (["solve", "9", "--orders", "0,1", "--objective", "range"], "not allowed"),
    (["solve", "9", "--orders", "mean-and-lost"], "a family; the nearest: mean-and-last"),
    (["solve", "9", "--orders", "top:j=x"], "name=integer"),
    (["solve", "9", "--orders", "top:i=1"], "no parameter 'i'"),
    (["solve", "3", "--orders", "top:j=5"], "needs kernel size >= 6"),
    (["solve", "9"], "--orders"),
    (["solve", "9", "--orders", "0", "--method", "magic"], "invalid choice"),
    (["solve", "9", "--orders", "0,1", "--objective", "l2", "--certificate", "c.json"], "cube and range only"),
    (["solve", "9", "--orders", "0,1", "--method", "highs", "--certificate", "c.json"], "method exact"),
    (["solve", "9", "--orders", "0,1", "--method", "highs", "--objective", "l2"], "linear programs"),
    (["solve", "999999", "--orders", "0,2-9999"], "GiB"),
    (["solve", "3000", "--orders", "0,2-1500"], "more than the limit of 60 min; --yes starts it nevertheless"),
    (["solve", "3000", "--orders", "0-1500", "--objective", "l2"], "--yes starts it nevertheless"),
    (["solve", "x".join(["999999999"] * 40), "--orders", "0,1"], "a kernel size is at most"),
    (["network", "60", "--orders", "0-60"], "GiB; --no-proof builds the network without one"),
    (["network", "60", "--orders", "0-60", "--yes"], "more than the limit of 4 GiB"),
    (["network", "9999999", "--orders", "exact"], "building the maximum of 9999999 inputs takes about"),
    (["network", "3000", "--orders", "exact", "--construction", "shallow"], "--yes"),
    (["table", "10000000"], "a table for kernel size 10000000 takes about 37.3 GiB"),
    (["verify", "--kernel-max", "1000000"], "more than a million years, more than the limit"),
    (["verify", "--kernel-max", "1" + 400 * "0"], "a kernel size is at most"),
    (["guess", "0,1,d-1", "--to", "999999"], "solving 999997 kernel sizes up to 999999"),
    (["table", "0x3"], "at least 1"),
    (["verify", "no-such-claim"], "there is no claim"),
    (["verify", "--kernel-max", "1"], "kernel size is an integer >= 2"),
    (["verify", "--kernel-max", "many"], "a kernel is an integer"),
    (["verify", "--workers", "0"], "workers is an integer >= 1"),
    (["verify", "closed-form-mean", "--report", "/dev/null/report"], "cannot write to the folder"),
    (["verify", "extremal", "--source", "paper"], "none of the claims named has the source 'paper'"),
    (["verify", "--source", "nobody"], "invalid choice"),
    (["verify", "--list", "--report", "x"], "--list checks nothing"),
    (["guess", "foo"], "nor a family"),
    (["guess", "0,1,d-1", "--from", "9", "--to", "5"], "larger than the last"),
    (["guess", "0,1,d-1", "--to", "6"], "at least 8 kernel sizes"),
    (["guess", "0,1", "--objective", "range"], "not allowed"),
    (["guess", "0,1", "--target", "1,0,0,0"], "the target of a guess has a name, such as median, not '1,0,0,0'"),
    (["table", "9", "--target", "median"], "unrecognized arguments: --target median"),
    (["guess", "0,1", "--to", "12", "--skeleton", "claim.txt"], "Python module"),
    (["guess", "0,1", "--to", "12", "--skeleton", "no name.py"], "small letters"),
    (["guess", "0,1", "--to", "12", "--skeleton", "missing/claim.py"], "cannot write"),
    (["check"], "required"),
    (["check", "no-such-file.json"], "no-such-file.json"),
    (["nonsense"], "invalid choice"),
    ([], "required"),
]


@pytest.mark.parametrize(
    ("arguments", "reason"), BAD_INPUT, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_input_gives_one_line_and_exit_code_2(arguments, reason, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert line.startswith("subpool: ")
    assert reason in line
    assert not list(tmp_path.iterdir())


def test_solve_prints_what_the_reader_needs(capsys):
    assert main(["solve", "3x3", "--orders", "0,1,d-1"]) == 0
    output = capsys.readouterr().out
    for part in (
        "1/20",
        "-9/70",
        "-0.128571",
        "36/35",
        "= 0.05",
        "0+ 7- 8+ 9-",
        "subpool maxima   19",
        "independent checker",
    ):
        assert part in output
    assert all(len(line) <= 100 for line in output.splitlines())


def test_solve_json(capsys):
    assert main(["solve", "3x3", "--orders", "mean-and-last", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["kernel_size"] == 9
    assert data["kernel_shape"] == [3, 3]
    assert data["orders"] == [0, 1, 8]
    assert data["coefficients"] == {"0": "1/20", "1": "-9/70", "8": "36/35"}
    assert data["error"] == "1/20"
    assert data["terms"] == 19
    assert data["equioscillation"] == [0, 7, 8, 9]
    assert data["certificate_checked"] is True
    assert sum(Fraction(w) for w in data["order_statistic_weights"]) == Fraction(9, 10)


def test_families_bring_their_objective(capsys):
    assert main(["solve", "9", "--orders", "range-mean-and-last", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["objective"] == "range"
    assert main(["solve", "9", "--orders", "top:j=3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["orders"] == [0, 6, 7, 8]


@pytest.mark.parametrize("method", ["highs", "cvxpy"])
def test_float_methods_say_that_they_are_not_certified(method, capsys):
    assert main(["solve", "9", "--orders", "0,1,8", "--method", method]) == 0
    output = capsys.readouterr().out
    assert "not certified" in output
    assert "certified error" not in output


def test_least_squares(capsys):
    assert main(["solve", "9", "--orders", "0,1,8", "--objective", "l2"]) == 0
    output = capsys.readouterr().out
    assert "mean square" in output
    assert "certificate" not in output


def test_error_zero_and_huge_numbers(capsys):
    assert main(["solve", "9", "--orders", "0,9"]) == 0
    assert "the residual is 0" in capsys.readouterr().out
    assert main(["solve", "600", "--orders", "0-40"]) == 0
    output = capsys.readouterr().out
    assert "characters: --json)" in output
    assert "subpool maxima   4.66729e+62" in output
    assert " in all)" in output
    assert all(len(line) <= 160 for line in output.splitlines())


def test_certificates_go_round(tmp_path, capsys):
    good, bad, other, junk = (tmp_path / name for name in ("good.json", "bad.json", "other.json", "junk.json"))
    assert main(["solve", "3x3", "--orders", "0,1,8", "--certificate", str(good)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["good.json"]
    bad.write_text(good.read_text().replace("1/20", "1/21"))
    other.write_text(good.read_text().replace('"version": 1', '"version": 3'))
    junk.write_text("no JSON")
    capsys.readouterr()
    assert main(["check", str(good)]) == 0
    line = capsys.readouterr().out
    assert "certified: optimal error 1/20 = 0.05 of kernel size 9, orders 0, 1, 8, objective cube; sha256 " in line
    assert line.split()[-1] == certify(good).sha256
    assert main(["check", str(good), str(bad)]) == 1
    assert "bad.json: WRONG: " in capsys.readouterr().out
    for path in (other, junk, tmp_path, tmp_path / "missing.json"):
        assert main(["check", str(good), str(path)]) == 2
        captured = capsys.readouterr()
        assert captured.out.startswith(f"{good}: certified")
        assert captured.err.startswith(f"subpool: {path}: not checked: ")
        assert [len(text.splitlines()) for text in captured] == [1, 1]
    assert main(["check", str(junk), str(good), str(bad), str(other)]) == 2
    captured = capsys.readouterr()
    assert [line.split(": ")[0] for line in captured.out.splitlines()] == [str(good), str(bad)]
    assert [line.split(": ")[1] for line in captured.err.splitlines()] == [str(junk), str(other)]


def test_check_json(tmp_path, capsys):
    path = tmp_path / "c.json"
    main(["solve", "4", "--orders", "1,3", "--objective", "range", "--certificate", str(path)])
    capsys.readouterr()
    assert main(["check", "--json", str(path)]) == 0
    (result,) = json.loads(capsys.readouterr().out)
    assert (result["status"], result["error"]) == ("certified", "1/8")
    assert (result["kernel_size"], result["objective"], result["orders"]) == (4, "range", [1, 3])
    assert result["sha256"] == certify(path).sha256
    path.write_text(path.read_text().replace('"1/8"', '"1/9"'))
    assert main(["check", "--json", str(path), str(tmp_path)]) == 2
    captured = capsys.readouterr()
    wrong, unreadable = json.loads(captured.out)
    assert (wrong["status"], unreadable["status"]) == ("wrong", "unreadable")
    assert {wrong[key] for key in ("kernel_size", "orders", "error", "sha256")} == {None}
    assert len(captured.err.splitlines()) == 1


def test_check_takes_as_long_as_it_may(tmp_path, capsys):
    path = tmp_path / "c.json"
    main(["solve", "9", "--orders", "0,1,8", "--certificate", str(path)])
    capsys.readouterr()
    assert main(["check", "--limit", "10000", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "not checked: the check must take at most 10000 steps, found that it takes about " in captured.err
    assert main(["check", "--limit", "1000000000000", str(path)]) == 0
    assert "certified" in capsys.readouterr().out
    assert main(["check", "--limit", "-1", str(path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        captured.err == f"subpool: {path}: not checked: the limit of steps must be an integer of at least 0, found -1\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solve", "999999999", "--orders", "0-999999998"], "a set has at most 1000000 orders, this one has more"),
        (["solve", "99999x99999", "--orders", "0"], "a kernel size is at most 1000000000, not 9999800001"),
        (["network", "999999999", "--orders", "1..d"], "a set has at most 1000000 orders, this one has more"),
    ],
)
def test_ranges_and_kernels_are_looked_at_before_they_are_stored(arguments, message, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"subpool: {message}\n"


def test_a_certificate_that_cannot_be_written_leaves_nothing(tmp_path, capsys):
    target = tmp_path / "folder"
    target.mkdir()
    for path in (target, tmp_path / "missing" / "c.json"):
        assert main(["solve", "9", "--orders", "0,1", "--certificate", str(path)]) == 2
        assert "cannot write" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
    assert not list(target.iterdir())


def test_an_existing_file_survives_a_failed_write(tmp_path, capsys, monkeypatch):
    path = tmp_path / "c.json"
    path.write_text("old")

    def full_disk(self, *_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    assert main(["solve", "9", "--orders", "0,1", "--certificate", str(path)]) == 2
    assert "No space left" in capsys.readouterr().err
    assert path.read_text() == "old"


def test_a_solution_that_the_checker_rejects_is_not_printed(capsys, monkeypatch):
    monkeypatch.setattr("proofs_check.check_certificate", lambda *_, **__: Fraction(1, 21))
    assert main(["solve", "9", "--orders", "0,1,8"]) == 2
    captured = capsys.readouterr()
    assert "defect" in captured.err
    assert not captured.out


def test_table(capsys):
    assert main(["table", "3x3"]) == 0
    output = capsys.readouterr().out
    assert "mean-and-last-two" in output
    assert "1/81" in output
    assert all(len(line) <= 100 for line in output.splitlines())
    assert main(["table", "2", "--json"]) == 0
    families = {row["family"]: row for row in json.loads(capsys.readouterr().out)["families"]}
    assert families["mean"]["error"] == "1/4"
    assert "quadratic" not in families  # needs kernel size 3


def test_verify(capsys):
    names = ["closed-form-mean", "closed-form-full"]
    assert main(["verify", *names, "--kernel-max", "6"]) == 0
    output = capsys.readouterr().out
    assert "2 claims: 2 proved" in output
    assert all(len(line) <= 100 for line in output.splitlines())
    assert main(["verify", *names, "--kernel-max", "6", "--json"]) == 0
    verdicts = json.loads(capsys.readouterr().out)
    assert [verdict["claim"] for verdict in verdicts] == names
    assert verdicts[1]["computed"] == "1/64"


def test_verify_checks_the_claims_of_a_source(capsys):
    assert (
        main(["verify", "closed-form-mean", "closed-form-top", "--source", "ours", "--kernel-max", "4", "--json"]) == 0
    )
    assert [verdict["claim"] for verdict in json.loads(capsys.readouterr().out)] == ["closed-form-top"]


def test_verify_lists_claims_in_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["verify", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 for line in lines)
    rows = {name: rest for name, *rest in map(str.split, filter(str.strip, lines)) if name in claims()}
    assert set(rows) == set(claims())
    assert rows["closed-form-mean-and-last"] == ["paper", "d", ">=", "3", "tight"]
    assert rows["width-law"] == ["ours", "d", "=", "2..18", "lower"]


def test_verify_lists_statements_with_their_hypotheses(capsys):
    assert main(["verify", "--list", "--json", "--source", "others"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {claim["origin"] for claim in listed} == {"others"}
    (law,) = [claim for claim in listed if claim["claim"] == "residual-law"]
    assert law["hypotheses"][1] == {"text": r"d \notin R", "beyond": "d = 2, R = {2}, k = 0"}
    assert law["statement"].startswith(r"d \ge 2,\ d \notin R \implies ")
    assert "Curry" in law["source"]


def test_a_date_that_is_none_is_noticed_before_the_work(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    monkeypatch.setattr("proofs_check.registry.verify", lambda *_, **__: pytest.fail("checked"))
    assert main(["verify", "closed-form-mean", "--report", str(tmp_path)]) == 2
    assert "SOURCE_DATE_EPOCH" in capsys.readouterr().err


def test_verify_tables_are_whole_at_100_columns(capsys, monkeypatch):
    names = ["closed-form-bare-mean-and-second-last", "chebyshev", "max-of-five", "depth", "reduction-to-vertices"]
    assert len(names[0]) == max(map(len, claims()))
    accepted = SimpleNamespace(proofs=lambda claim: ("a_theorem",))
    monkeypatch.setattr("theory.cli.commands.verify._kernel_record", lambda: accepted)
    assert main(["verify", *names, "--kernel-max", "6", "--workers", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for name in names:
        (line,) = [line for line in lines if line.strip().startswith(f"{name} ")]
        assert len(line.rstrip()) <= 100
        assert "proved (kernel)" in line
        assert line.split()[-1].count(".") == 1
        assert line.split()[-1][-1].isdigit()


def test_verify_writes_the_report(capsys, tmp_path):
    folder = tmp_path / "new" / "report"
    assert main(["verify", "closed-form-mean", "--kernel-max", "6", "--report", str(folder)]) == 0
    assert "index.html" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "report.json"]
    assert json.loads((folder / "report.json").read_text())["claims"][0]["claim"] == "closed-form-mean"


@pytest.mark.parametrize(
    ("kind", "computed", "sign"),
    [("tight", "1/19", "≠"), ("identity", "1/21", "≠"), ("upper", "1/19", ">"), ("lower", "1/21", "<")],
)
def test_verify_reports_refutations_with_exit_code_1(kind, computed, sign, capsys, monkeypatch):
    from proofs_check import Verdict

    values = Fraction(computed), Fraction(1, 20)
    refuted = Verdict("closed-form-mean", "refuted", "d = 2..2", kind, *values, "at d = 2", 0.1)
    monkeypatch.setattr("proofs_check.registry.verify", lambda *_, **__: [refuted])
    assert main(["verify", "closed-form-mean"]) == 1
    output = capsys.readouterr().out
    assert "closed-form-mean: refuted: at d = 2" in output
    assert f"{computed}  {sign}     1/20" in output


def test_a_false_neighbour_that_is_not_refuted_is_no_success(capsys, monkeypatch):
    from proofs_check import registry

    neighbour = replace(claims()["closed-form-mean"], name="closed-form-mean-again")
    false = replace(claims()["closed-form-mean"], neighbours=(neighbour,))
    monkeypatch.setattr(registry, "_all_claims", lambda: {"closed-form-mean": false})
    assert main(["verify", "closed-form-mean", "--kernel-max", "4", "--workers", "1"]) == 1
    assert "closed-form-mean-again is false, and was not refuted" in capsys.readouterr().out


@pytest.mark.parametrize("as_json", [False, True])
def test_what_verify_leaves_open_is_no_success(as_json, capsys, monkeypatch):
    from proofs_check import registry

    monkeypatch.setitem(sys.modules, "skimage", None)
    photographs.observe.cache_clear()
    photographs.photographs.cache_clear()
    names = ["photos-2x2-mean", "photos-2x2-full", "closed-form-mean"]
    assert main(["verify", *names, "--kernel-max", "4", "--workers", "1", *["--json"] * as_json]) == 1
    captured = capsys.readouterr()
    said = captured.err if as_json else captured.out
    (line,) = [line for line in said.splitlines() if "unknown: " in line]
    assert line.startswith("photos-2x2-mean and 1 more: unknown: ")
    assert line.endswith("install the extra 'images' (pip install 'subpool[images]')")
    assert registry.claims()  # the registry is the same as before


def test_verify_advises_no_make(capsys, monkeypatch):
    from proofs_check import coq

    def not_compiled(*_):
        raise coq.KernelError("the theories are not compiled yet")

    monkeypatch.setattr(coq, "accepted", not_compiled)
    assert main(["verify", "closed-form-mean", "--kernel-max", "4"]) == 0
    error = capsys.readouterr().err
    assert error == "kernel checks skipped: the theories are not compiled yet; --kernel compiles them\n"


def test_every_module_of_commands_is_one():
    (added,) = (action.choices for action in make_parser()._actions if action.choices)
    assert set(added) == {path.stem for folder in commands.__path__ for path in Path(folder).glob("[a-z]*.py")}
    for name, parser in added.items():
        assert parser.description, name
        assert callable(parser.get_default("run")), name
        assert "--json" in parser.format_usage(), name


def test_help_lists_the_commands(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert {"solve", "check", "verify", "table"} <= set(capsys.readouterr().out.split())


def test_interruption(monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(table_command, "run", interrupted)
    assert main(["table", "9"]) == 130
    assert capsys.readouterr().err == "subpool: interrupted\n"


def _installed():
    return str(Path(sys.executable).with_name("subpool"))


def test_large_kernels_with_few_orders_are_solved(capsys):
    assert main(["solve", "10000", "--orders", "0,1,d-1", "--json"]) == 0
    solution = json.loads(capsys.readouterr().out)
    assert solution["error"] == "1/20002"
    assert solution["certificate_checked"] is True
    assert solution["network"]["hidden_layers"] == 14


def test_what_takes_long_says_how_long(capsys, monkeypatch):
    from theory.optimal import solve
    from theory.work import Work

    monkeypatch.setattr("theory.terminal._LINE_AFTER", 0.01)
    monkeypatch.setattr(solve, "solving_work", lambda *_, **__: Work("solving", seconds=5_000))
    assert main(["solve", "9", "--orders", "0,1"]) == 2
    assert "solving takes about 83 min, more than the limit of 60 min; --yes starts it" in capsys.readouterr().err
    monkeypatch.setattr(solve, "optimal_estimator", lambda *_, **__: time.sleep(0.2) or optimal_estimator(9, [0, 1]))
    assert main(["solve", "9", "--orders", "0,1", "--yes"]) == 0
    captured = capsys.readouterr()
    assert "solving, about 83 min in all, 0 s" in captured.err
    assert "4/9" in captured.out


def test_the_installed_command_keeps_progress_off_standard_output():
    result = subprocess.run(
        [_installed(), "verify", "closed-form-mean", "--json"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0
    assert json.loads(result.stdout)[0]["status"] == "proved"


def test_guess(capsys, tmp_path):
    path = tmp_path / "found.py"
    assert main(["guess", "0,1,d-1", "--to", "14", "--skeleton", str(path)]) == 0
    output = capsys.readouterr().out
    assert "conjecture: 1/E = 2*" in output
    assert "no proof" in output
    assert "def claims()" in path.read_text()
    assert main(["guess", "0,1,d-1", "--to", "14", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["inverse_error"]["text"].startswith("2*")


def test_guess_says_when_there_is_no_formula(capsys):
    assert main(["guess", "0-3", "--to", "18"]) == 0
    output = capsys.readouterr().out
    assert "no formula of this kind" in output
    assert "conjecture is no proof" not in output


@pytest.mark.skipif(os.name != "posix", reason="interrupts are sent to process groups")
def test_an_interrupt_of_workers_is_one_line():
    # As a terminal does: to the command and its workers alike, while they start and while they work. What runs the
    # tests in the background may have told its children to ignore interrupts, which would be inherited.
    listen = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = "from theory.cli import main; raise SystemExit(main(['verify', '--workers', '2']))"
    for seconds in (3, 7):
        process = subprocess.Popen(
            [sys.executable, "-c", f"{listen}; {command}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert (output, errors.strip()) == ("", "subpool: interrupted")


# --- networks -----------------------------------------------------------------------------------------------------


def test_network_of_an_estimator_is_proved_and_written(capsys, tmp_path):
    from theory import ReLUNetwork

    file = tmp_path / "network.json"
    assert main(["network", "3x3", "--orders", "0,1,8", "--out", str(file)]) == 0
    output = capsys.readouterr().out
    assert "proved: equal on all of R^9" in output
    assert "1/20" in output
    assert all(len(line) <= 120 for line in output.splitlines())
    network = ReLUNetwork.from_json(file.read_text())
    assert str(network.parameter_count) in output
    assert [path.name for path in tmp_path.iterdir()] == ["network.json"]


def test_network_as_json(capsys):
    assert main(["network", "5", "--orders", "full", "--domain", "nonnegative", "--json"]) == 0
    network = json.loads(capsys.readouterr().out)
    assert network["hidden_layers"] == len(network["widths"]) == 2
    assert network["exactness"]["status"] == "proved"
    assert network["error"] == "1/32"


def test_three_by_three_in_three_layers(capsys):
    assert main(["network", "3x3", "--orders", "exact", "--construction", "shallow"]) == 0
    output = capsys.readouterr().out
    assert "hidden layers    3 " in output
    assert "proved: equal on all of R^9" in output


def test_network_without_proof_says_so(capsys):
    assert main(["network", "4", "--orders", "exact", "--no-proof"]) == 0
    assert "not proved: --no-proof" in capsys.readouterr().out


def test_a_network_that_is_not_proved_is_no_success(capsys, monkeypatch):
    from theory.networks import exactness

    unknown = exactness.ExactnessVerdict("unknown", "real", "too many cells")
    monkeypatch.setattr(exactness, "prove_exact", lambda *_, **__: unknown)
    assert main(["network", "4", "--orders", "exact"]) == 1
    assert "unknown: too many cells" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["3x3", "--orders", "0,1,10"], "0..9"),
        (["3x3", "--orders", "0,1,8", "--hidden-layers", "2"], "at least 3 hidden layers"),
        (["3x3", "--orders", "exact", "--hidden-layers", "3"], "takes 4 hidden layers"),
        (["3x3", "--orders", "exact", "--construction", "smallest"], "tree, shallow"),
        (["3x3", "--orders", "exact", "--objective", "cube"], "no objective"),
        (["3x3", "--orders", "0,1,8", "--out", "network.pt"], ".onnx or .json"),
        (["8x8", "--orders", "0,1,8"], "more than the limit"),
        (["3x3", "--orders", "0,1,8", "--out", "/nonexistent/network.onnx"], "/nonexistent"),
    ],
)
def test_bad_networks_are_refused_in_one_line(capsys, arguments, message):
    assert main(["network", *arguments]) == 2
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.startswith("subpool: ")
    assert streams.err.count("\n") == 1
    assert message in streams.err


def test_solve_and_table_show_networks(capsys):
    assert main(["solve", "9", "--orders", "0,1,8", "--json"]) == 0
    network = json.loads(capsys.readouterr().out)["network"]
    assert network == {"hidden_layers": 3, "widths": [18, 20, 11], "units": 49, "parameter_count": 803}
    assert main(["solve", "9", "--orders", "0,1"]) == 0
    assert "no hidden layer" in capsys.readouterr().out
    assert main(["table", "9", "--json"]) == 0
    families = json.loads(capsys.readouterr().out)["families"]
    assert all(family["network"]["units"] >= 0 for family in families)
