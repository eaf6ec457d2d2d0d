"""Optional dependencies: imported with what is asked for, and named when they are missing."""

from __future__ import annotations

import sys

import pytest

from theory.errors import MissingDependencyError
from theory.extras import import_extra


def test_submodules_are_loaded(monkeypatch):
    monkeypatch.delitem(sys.modules, "xml.dom.pulldom", raising=False)
    assert import_extra("xml.dom", "pulldom", extra="x", purpose="p") is sys.modules["xml.dom"]
    assert "xml.dom.pulldom" in sys.modules


@pytest.mark.parametrize("missing", ["xml", "xml.dom", "xml.dom.minidom", "xml.dom.pulldom"])
def test_each_module_is_needed(missing, monkeypatch):
    import_extra("xml.dom.minidom", extra="x", purpose="p")
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingDependencyError, match=r"^trees: install the extra 'x' \(pip install 'subpool\[x\]'\)$"):
        import_extra("xml.dom", "minidom", "pulldom", extra="x", purpose="trees")


def test_a_package_that_cannot_be_imported_is_missing(monkeypatch, tmp_path):
    (tmp_path / "half_installed.py").write_text("import a_module_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(MissingDependencyError, match="half a package"):
        import_extra("half_installed", extra="x", purpose="half a package")


def test_other_errors_of_a_package_are_its_own(monkeypatch, tmp_path):
    (tmp_path / "broken_package.py").write_text("raise RuntimeError('broken')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match="broken"):
        import_extra("broken_package", extra="x", purpose="p")
