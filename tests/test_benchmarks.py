"""The benchmarks as modules: they reach into the packages, and break where names there move."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import benchmarks
from tests.rewrite.models import pool


@pytest.mark.parametrize("name", [found.name for found in pkgutil.iter_modules(benchmarks.__path__)])
def test_every_module_can_be_imported(name: str) -> None:
    assert import_module(f"benchmarks.{name}").__doc__


def test_models_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import onnx

    folder, report = tmp_path / "models", tmp_path / "report.json"
    folder.mkdir()
    onnx.save(pool({"kernel_shape": [3, 3], "strides": [2, 2]}, ("n", 2, "h", "w")), folder / "good.onnx")
    (folder / "bad.onnx").write_text("no model")
    arguments = [str(folder), "--json", str(report), "--extent", "8", "--seconds", "60"]
    assert import_module("benchmarks.real_models").main(arguments) == 0
    bad, good = json.loads(report.read_text())
    assert "bad.onnx" in bad["refused"]
    assert bad["change"] is None
    assert (good["windows"], good["pools"], good["proved"]) == ("3x3/2x2", 1, 1)
    assert 0 <= good["change"] < 1e-6
    assert "| good.onnx |" in capsys.readouterr().out
