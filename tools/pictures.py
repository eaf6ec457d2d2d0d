"""The pictures of the README, light and dark: ``python -m tools.pictures`` writes ``docs/_static/explore*.png``.

They are of the page to play with, as a browser shows it.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from theory.cli import main
from tools.browser import browsing

_STATIC = Path(__file__).parent.parent / "docs" / "_static"
_READY = "document.body?.dataset.ready !== undefined && document.querySelector('#front-chart .bk-Figure')"
_WIDTH, _HEIGHT = 1180, 710


def take(static: Path = _STATIC) -> None:
    """Make the page, and take a picture of its first part in both colours."""
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        main(["explore", "--out", str(page), "--kernels", "3x3", "--no-theorems"])
        with browsing(Path(folder) / "profile") as browser:
            for name, dark in (("explore", False), ("explore-dark", True)):
                browser.look(_WIDTH, _HEIGHT, dark=dark)
                browser.open(page.as_uri(), _READY)
                browser.run("new Promise(drawn => setTimeout(drawn, 500))")
                browser.picture(static / f"{name}.png")


if __name__ == "__main__":
    take()
