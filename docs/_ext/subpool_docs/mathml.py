"""Mathematics as MathML, which browsers set themselves: pages need neither scripts nor a network."""

import re
from xml.etree.ElementTree import tostring

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from proofs_check.report.markup import mathml

_PUNCTUATION = re.compile(r"[-,.;:!?)]+")
_logger = logging.getLogger(__name__)


def _typeset(node: nodes.Element, *, display: bool) -> str:
    latex = node.astext()
    tree = mathml(latex, display=display)
    if tree is None:
        _logger.warning("cannot be typeset as MathML: %s", latex, location=node)
        return f'<code class="latex">{nodes.unescape(latex)}</code>'
    return tostring(tree, encoding="unicode", short_empty_elements=False)


def _inline(self: HTML5Translator, node: nodes.Element) -> None:
    self.body.append(_typeset(node, display=False))
    raise nodes.SkipNode


def _block(self: HTML5Translator, node: nodes.Element) -> None:
    self.body.append(self.starttag(node, "div", CLASS="formula"))
    self.body.append(_typeset(node, display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


class KeepPunctuation(SphinxPostTransform):
    """Keep the punctuation that follows a formula on its line."""

    default_priority = 900
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Put each formula in a span with what follows it."""
        for node in list(self.document.findall(nodes.math)):
            parent, place = node.parent, node.parent.index(node)
            following = parent[place + 1] if place + 1 < len(parent) else None
            if isinstance(following, nodes.Text) and (marks := _PUNCTUATION.match(following.astext())):
                # By place: texts that are equal count as the same.
                parent[place + 1] = nodes.Text(following.astext()[marks.end() :])
                parent[place] = nodes.inline("", "", node.deepcopy(), nodes.Text(marks[0]), classes=["nowrap"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the renderer ``mathml``."""
    app.add_post_transform(KeepPunctuation)
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
