"""Configuration of the documentation: ``python -m sphinx -W --keep-going -b html docs docs/_build/html``."""

import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS / "_ext"))
sys.path.insert(0, str(DOCS.parent))

from subpool import __version__  # noqa: E402 (from this folder)

project = "Subpool"
author = "The Subpool developers"
project_copyright = "2026, the Subpool developers"
release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    # Of this project, in docs/_ext.
    "subpool_docs.mathml",
    "subpool_docs.docstrings",
    "subpool_docs.commands",
    "subpool_docs.claims",
    "subpool_docs.house",
    "subpool_docs.offline",
]
exclude_patterns = ["_build", "_ext", "figures/*.md", "page"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4

# What a docstring refers to has to exist. Types of parameters are words, such as "int, >= 2".
nitpicky = True
nitpick_ignore_regex = [(r"py:(class|obj|data)", r"(?!subpool\.|theory\.|proofs_check\.).*")]
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = False
napoleon_use_rtype = False
napoleon_preprocess_types = True

html_theme = "furo"
html_title = f"Subpool {release}"
html_static_path = ["_static"]
html_css_files = ["subpool.css"]
# The page to play with, which `make docs` puts there.
html_extra_path = ["page"] if (DOCS / "page").exists() else []
html_math_renderer = "mathml"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5394", "color-brand-content": "#0b5394"},
    "dark_css_variables": {"color-brand-primary": "#8ab8f0", "color-brand-content": "#8ab8f0"},
}
highlight_language = "none"
pygments_style = "tango"
pygments_dark_style = "github-dark"

copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
