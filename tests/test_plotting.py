"""Plots of all areas: drawn without a screen, written the same each time, whole or not at all."""

from __future__ import annotations

import subprocess
import sys

import pytest

from theory.errors import InputError, MissingDependencyError, StorageError
from theory.plotting import check_plot_file, name_label, panel, panels, save_figure, styled


@pytest.fixture
def axes():
    made = panel(None, (3, 2))
    made.plot([0, 1], [0, 1], label="line")
    made.legend()
    return made


@pytest.mark.parametrize(("suffix", "begins"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_the_same_plot_is_the_same_file(axes, suffix, begins, tmp_path):
    for number in range(2):
        save_figure(axes, tmp_path / f"{number}.{suffix}")
    content = (tmp_path / f"0.{suffix}").read_bytes()
    assert content.startswith(begins)
    assert content == (tmp_path / f"1.{suffix}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_two_runs_write_the_same_file(tmp_path):
    """Names in an SVG are hashes, which are salted anew in each process unless the salt is fixed."""
    code = (
        "import sys; from theory.plotting import panel, save_figure; axes = panel(None, (3, 2));"
        "axes.set_xlim(0, 1); axes.plot([0, 1], [0, 2], marker='o'); save_figure(axes, sys.argv[1])"
    )
    files = [tmp_path / "one.svg", tmp_path / "other.svg"]
    for file in files:
        subprocess.run([sys.executable, "-c", code, str(file)], check=True)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_figure_keeps_its_size(axes, tmp_path):
    axes.set_position((0.4, 0.4, 0.2, 0.2))
    save_figure(axes, tmp_path / "x.png")
    header = (tmp_path / "x.png").read_bytes()[16:24]
    assert (int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")) == (600, 400)


def test_settings_of_the_reader_stay(axes, tmp_path):
    from matplotlib import rcParams

    def settings():
        return {key: rcParams[key] for key in rcParams if key != "backend"}  # found when it is first read

    before = settings()

    @styled
    def draw():
        assert settings() != before
        save_figure(panel(None), tmp_path / "x.svg", title="a line")

    draw()
    assert settings() == before
    assert "<dc:title>a line</dc:title>" in (tmp_path / "x.svg").read_text()


def test_panels_are_given_row_by_row():
    axes = panels(None, 2, 3, (6, 4), sharey=True)
    figure = axes[0].get_figure(root=True)
    assert tuple(figure.get_size_inches()) == (6, 4)
    assert list(axes) == figure.axes
    axes[0].set_ylim(3, 5)
    assert axes[5].get_ylim() == (3, 5)


@pytest.mark.parametrize(
    ("name", "message"),
    [("x.gif", r"\.svg, \.pdf, \.png, not to '.*x\.gif'"), ("x", "ends in"), ("missing/x.svg", "no such folder")],
)
def test_files_are_refused_before_the_work(name, message, tmp_path):
    with pytest.raises(InputError, match=message):
        check_plot_file(tmp_path / name)
    check_plot_file(tmp_path / "x.svg")
    assert not list(tmp_path.iterdir())


def test_a_name_is_one_line_of_what_can_be_seen():
    assert name_label("relu\x1b\n") == r"relu\x1b\n"
    assert name_label("x" * 41 + "end") == "…" + "x" * 36 + "end"


def test_what_cannot_be_written(axes, tmp_path):
    with pytest.raises(StorageError, match="No such file or directory"):
        save_figure(axes, tmp_path / "missing" / "x.svg")
    with pytest.raises(InputError, match="ends in"):
        save_figure(axes, tmp_path / "x.gif")
    axes.remove()
    with pytest.raises(InputError, match="belong to no figure"):
        save_figure(axes, tmp_path / "x.svg")
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for use in (lambda: panel(None), lambda: check_plot_file(tmp_path / "x.svg")):
        with pytest.raises(MissingDependencyError, match=r"subpool\[plots\]"):
            use()


def test_matplotlib_is_loaded_only_to_draw_and_pyplot_never():
    code = (
        "import sys, theory.plotting; print('matplotlib' in sys.modules); theory.plotting.panel(None);"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False"]
