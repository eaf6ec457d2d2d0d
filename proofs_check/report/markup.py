"""HTML elements from text and from LaTeX.

Pages are trees of :class:`xml.etree.ElementTree.Element`, so that the writer escapes every text and closes every tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from unicodedata import category
from xml.etree.ElementTree import Element, ParseError, fromstring

Node = Element | str | None

# A line break after each of these keeps the source of the page readable; inside a paragraph it would be a space.
_BLOCKS = re.compile(
    "body|caption|dd|details|div|dl|dt|figure|g|h[1-4]|head|header|li|main|meta|nav|ol|p|section|style|svg|table|tbody"
    "|summary|thead|title|tr|ul"
)
_MATHML = re.compile(
    "math|mrow|mi|mn|mo|mtext|mspace|mfrac|msqrt|mroot|msub|msup|msubsup|munder|mover|munderover|mtable|mtr|mtd|mstyle"
    "|mpadded|mphantom"
)
_OPERATORS = frozenset(":⟹⟸⟺⩽⩾∼~∖")
_RELATIONS = frozenset("=≠<>≤≥⩽⩾⟹⟸⟺∼~≈")
_UNBROKEN_IN_TEXT, _UNBROKEN_ALONE = 24, 12
"""Characters of a formula that stays on one line, in a text and on its own: a narrow screen takes some thirty."""
_UNBROKEN_IN_FENCES = 16
"""Characters after which a line may end at a comma within fences."""
_SPACE = "\xa0"
_WORDS = re.compile("\xa0+$|\xa0*[^\xa0]+\xa0*")
# What the converter writes for \\setminus is in few fonts.
_RARE_MINUS, _SET_MINUS = "\u29f5", "\u2216"
_LARGE = frozenset(["max", "min", "∑", "∏"])
_PARTS = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_INLINE = re.compile(r"\\\((.*?)\\\)([-,.;:!?)]*)", re.DOTALL)


def el(tag: str, *children: Node, **attributes: object) -> Element:
    """Make an element; in attributes, ``class_`` is ``class``, other underscores are hyphens, and None is left out.

    Examples
    --------
    >>> from xml.etree.ElementTree import tostring
    >>> tostring(el("a", "1 < 2, ", el("b", "so"), class_="x", data_y=3), encoding="unicode")
    '<a class="x" data-y="3">1 &lt; 2, <b>so</b></a>'
    """
    given = {name.rstrip("_").replace("_", "-"): str(v) for name, v in attributes.items() if v is not None}
    element = Element(tag, given)
    for child in children:
        if isinstance(child, str):
            _append_text(element, child)
        elif child is not None:
            element.append(child)
    if _BLOCKS.fullmatch(tag):
        element.tail = "\n"
    return element


def facts(items: Iterable[tuple[Node, Sequence[Node]]], kind: str = "facts") -> Element:
    """Make a list of names and what is to be said of each."""
    return el("dl", *(part for name, nodes in items for part in (el("dt", name), el("dd", *nodes))), class_=kind)


def _append_text(element: Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def prose(text: str) -> list[Node]:
    r"""Return text with mathematics between ``\(`` and ``\)`` as nodes."""
    first, *rest = _INLINE.split(text)
    nodes: list[Node] = [first] if first else []
    for latex, mark, words in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        nodes.append(_with_mark(formula(latex), mark) if mark else formula(latex))
        nodes.append(words)
    return [node for node in nodes if node != ""]


def _with_mark(shown: Element, mark: str) -> Element:
    """Keep the comma that follows a formula on its line."""
    if shown.tag != "span":
        return el("span", shown, mark, class_="nowrap")
    shown[-1] = el("span", shown[-1], mark, class_="nowrap")
    return shown


def formula(latex: str) -> Element:
    """Typeset LaTeX as MathML in a text; what cannot be converted stays as its source, in ``<code class="latex">``."""
    parts = _typeset(latex, display=False)
    return parts[0] if len(parts) == 1 else el("span", *_with_breaks(parts), class_="math", data_latex=latex)


def display(latex: str) -> Element:
    """Typeset LaTeX on lines of its own; a part that is too wide for any line scrolls."""
    parts = _typeset(latex, display=True)
    return el("div", *_with_breaks(parts), class_="formula", data_latex=None if len(parts) == 1 else latex)


def _typeset(latex: str, *, display: bool) -> list[Element]:
    converted = mathml(latex, display=display)
    if converted is None:
        return [el("code", latex, class_="latex")]
    return _parts(converted)


def _with_breaks(parts: list[Element]) -> Iterator[Element]:
    """Allow lines to end between the parts of a formula."""
    for i, part in enumerate(parts):
        if i:
            yield el("wbr")
        yield part


def _parts(tree: Element) -> list[Element]:
    """Cut a long formula where a line may end: browsers break no lines of mathematics.

    Cuts are before relations, before signs outside of parentheses, between words, and at a comma after much else; none
    is within fences that stretch, which would no longer have one height.
    """
    unbroken = _UNBROKEN_ALONE if tree.get("display") == "block" else _UNBROKEN_IN_TEXT
    if len(tree) != 1 or tree[0].tag != "mrow" or _length([tree]) <= unbroken:
        return [tree]
    parts: list[list[Element]] = [[]]
    depth = stretching = 0
    for element in chain.from_iterable(map(_words, tree[0])):
        depth, stretching = _depths(element, depth, stretching)
        if parts[-1] and not stretching and _may_begin_a_line(element, parts[-1], depth):
            parts.append([])
            if element.tag == "mo":
                element.set("form", "infix")
        parts[-1].append(element)
    return [_part(tree, part) for part in parts] if len(parts) > 1 else [tree]


def _length(elements: Iterable[Element]) -> int:
    return sum(len(text) for element in elements for text in element.itertext())


def _words(element: Element) -> Iterator[Element]:
    """Split a text of several words; each keeps the space that follows it."""
    for words in _WORDS.findall(element.text or "") if element.tag == "mtext" else []:
        yield el("mtext", words)
    if element.tag != "mtext":
        yield element


def _depths(element: Element, depth: int, stretching: int) -> tuple[int, int]:
    text = element.text or ""
    step = {"Ps": 1, "Pe": -1}.get(category(text), 0) if element.tag == "mo" and len(text) == 1 else 0
    return depth + step, stretching + step * (element.get("stretchy") != "false")


def _may_begin_a_line(element: Element, part: Sequence[Element], depth: int) -> bool:
    text, last = element.text or "", part[-1]
    if element.tag == "mo" and (text in _RELATIONS or _is_sign_outside(element, depth)):
        return True
    if element.tag in ("mspace", "mtext") and not text.strip(_SPACE):
        return False
    if element.tag == "mtext" and text.startswith(_SPACE):
        return True
    if last.tag in ("mspace", "mtext"):
        return last.get("width") == "1em" or (last.text or "").endswith(_SPACE)
    return last.text == "," and _length(part) > _UNBROKEN_IN_FENCES


def _is_sign_outside(element: Element, depth: int) -> bool:
    return element.text in ("+", "−") and element.get("form") != "prefix" and depth == 0


def _part(tree: Element, elements: list[Element]) -> Element:
    part = Element("math", {name: value for name, value in tree.attrib.items() if name not in ("alttext", "display")})
    if tree.get("display") == "block":
        part.set("displaystyle", "true")
    row = el("mrow")
    row.extend(elements)
    part.append(row)
    return part


def mathml(latex: str, *, display: bool = False) -> Element | None:
    r"""Convert LaTeX to a MathML element, or to None if that fails, as it does for ``\text{<b>}``."""
    from latex2mathml.converter import convert

    try:
        tree = fromstring(convert(latex, display="block" if display else "inline"))
    except ParseError:
        return None  # the converter copies some characters, such as "<" in \text, without escaping them
    except Exception:  # noqa: BLE001 - its errors have no common base, and malformed LaTeX brings StopIteration and more
        return None
    for element in list(tree.iter()):
        element.tag = element.tag.rpartition("}")[2]
        _group_binomials(element)
    if not all(map(_is_sound, tree.iter())):
        return None
    _tidy(tree)
    tree.set("alttext", latex.strip())
    return tree


def _is_sound(element: Element) -> bool:
    """Tell whether an element is MathML: the converter passes unknown commands on, and leaves missing parts out."""
    known = _MATHML.fullmatch(element.tag) and "\\" not in (element.text or "")
    return bool(known) and len(element) == _PARTS.get(element.tag, len(element))


def _group_binomials(row: Element) -> None:
    """Put the three parts of each binomial into one, so that an exponent applies to the whole."""
    for fraction in row.findall("./*[@linethickness='0']"):
        i = list(row).index(fraction)
        parts = list(row)[max(i - 1, 0) : i + 2]
        if len(parts) < 3 or not all("minsize" in fence.attrib for fence in (parts[0], parts[2])):
            continue
        for part in parts:
            row.remove(part)
        whole = Element("mrow")
        whole.extend(parts)
        row.insert(i - 1, whole)


def _tidy(tree: Element) -> None:
    """Mend what the converter gets wrong."""
    for element in tree.iter():
        if element.tag == "mi":
            _tidy_identifier(element)
        if element.tag == "mo":
            _tidy_operator(element)
        elif element.tag in _LIMITS and element[0].tag == "mo" and element[0].text in _LARGE:
            # Limits belong below and above in a displayed formula; inline, the attribute puts them beside.
            element.tag = _LIMITS[element.tag]
            element[0].set("movablelimits", "true")
        _join_dots(element)
        _mark_prefixes(element)


def _tidy_identifier(element: Element) -> None:
    """Turn fences and relations that it takes for identifiers into operators."""
    text = element.text = _SET_MINUS if element.text == _RARE_MINUS else element.text or ""
    fence = len(text) == 1 and category(text) in ("Ps", "Pe")
    if fence or text in _OPERATORS:
        element.tag = "mo"
    if fence:
        element.set("stretchy", "false")


def _tidy_operator(element: Element) -> None:
    text, given = element.text or "", element.attrib
    if text in ("(", ")") and "minsize" in given and "fence" not in given:
        # The parentheses of a binomial: fixed to the height of a displayed one; without that they stretch.
        del given["minsize"], given["maxsize"]
    elif text == "|" and (given.get("stretchy") == "false" or "minsize" in given):
        # Neither side of an absolute value is a relation; one with a size has it wherever it stands.
        given.update(lspace="0", rspace="0", stretchy=str("minsize" in given).lower())
    elif len(text) > 1 and text.isalpha():
        # A function such as max: thin spaces, as TeX has them.
        given.update(lspace="0.08em", rspace="0.167em")


def _mark_prefixes(row: Element) -> None:
    """Mark signs that follow an operator, as in (-1), so that they are set without space."""
    for before, sign in pairwise(row):
        after_operator = before.tag == "mo" and category((before.text or " ")[-1]) != "Pe" and before.text != "!"
        if sign.text in ("−", "+") and after_operator:
            sign.set("form", "prefix")


def _join_dots(row: Element) -> None:
    for first, second in pairwise(list(row)):
        if first.text == second.text == ".":
            row.remove(second)
            first.text, second.text = "..", None
            first.attrib.update(lspace="0.17em", rspace="0.17em")
