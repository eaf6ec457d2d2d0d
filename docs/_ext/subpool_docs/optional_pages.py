"""Lines ``NAME*`` of a table of contents count where there is such a page, and are left out where there is none."""

import re
from pathlib import Path

from sphinx.application import Sphinx

_PATTERN = re.compile(r"^(\S+\*)\n", re.MULTILINE)


def _leave_out(app: Sphinx, page: str, source: list[str]) -> None:
    folder = (Path(app.srcdir) / page).parent

    def if_any(match: re.Match[str]) -> str:
        return match[0] if any((folder / match[1]).parent.glob(f"{Path(match[1]).name}.md")) else ""

    source[0] = _PATTERN.sub(if_any, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at each source before it is parsed."""
    app.connect("source-read", _leave_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
