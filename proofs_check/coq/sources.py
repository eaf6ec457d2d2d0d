"""The sources of the theories: which theorems they list, and that they assume nothing.

The kernel's own answer to what a theorem assumes, ``Print Assumptions``, decides (:mod:`proofs_check.coq.driver`). The
scan here comes before it, and also sees what no listed theorem uses. It knows no more of Coq's syntax than where
comments and strings are, where sentences end and which of them open and close sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from itertools import pairwise

from proofs_check.coq.errors import SourceError

LIBRARY = "Subpool"
"""The logical name under which one source knows another."""

STATEMENTS = "Statements"
"""The theory that states the claims: definitions, after what it requires and how it is to be read."""

_FORBIDDEN = re.compile(
    r"\b(?:Axioms?|Parameters?|Conjectures?|Admitted|[Aa]dmit|give_up|Primitive|bypass_check|Load|Drop)\b(?!')"
)
_FORBIDDEN_PHRASES = (
    "Unset Guard Checking",
    "Unset Positivity Checking",
    "Unset Universe Checking",
    "Declare ML Module",
    "Declare Module",
    "Declare Instance",
)
_PREAMBLE = re.compile(
    r"From [\w.]+ Require (?:Import )?[\w ]+|(?:Uns|S)et [A-Z][A-Za-z ]+|Import [\w. ]+|Local Open Scope ring_scope"
)
_DEFINITION = re.compile(r"Definition (?P<name>\w+)\b.*", re.DOTALL)
_FOR_OTHERS = re.compile(
    r"\s*(?:#\[[^\]]*\]\s*|Global\s+)*"
    r"(?:Notation|Infix|Reserved|(?:Tactic|Number|Numeral|String)\s+Notation|Coercion|(?:Open|Bind|Delimit)\s+Scope)\b"
)
_ONLY_IN_SECTIONS = re.compile(r"\b(?:Variables?|Hypothesis|Hypotheses|Context)\b(?!')")

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_']*")
_SENTENCE = re.compile(r"(?:[^.]|\.(?!\s|\Z))+\.(?=\s|\Z)")
_ATTRIBUTES = re.compile(r"^\s*(?:#\[[^\]]*\]\s*|(?:Local|Global|Polymorphic|Monomorphic)\s+)*")
_REQUIRE = re.compile(rf"From\s+{LIBRARY}\s+Require\s+(?:Import\s+|Export\s+)?([A-Za-z0-9_\s]+)")
_DELIMITER = re.compile(r'\(\*|\*\)|"')
_LISTED = re.compile(r"\(\*\*\s+Theorem:\s*(?P<meaning>.*?)\s*\*\)", re.DOTALL)
_HEAD = re.compile(r"\s*(?:Theorem|Lemma|Corollary)\s+(?P<name>[A-Za-z_][A-Za-z0-9_']*)")
_STATED = re.compile(r"\b(?:Theorem|Corollary)\s+(?P<name>[A-Za-z_][A-Za-z0-9_']*)")


@dataclass(frozen=True)
class ListedTheorem:
    """A theorem that a source, named without ``.v``, lists: its statement in words, and where it begins, in bytes."""

    name: str
    source: str
    meaning: str
    position: int

    @property
    def full_name(self) -> str:
        """The name with its source, such as ``Checker.cube_certificate``."""
        return f"{self.source}.{self.name}"


@dataclass(frozen=True)
class Source:
    """A source that was read and scanned."""

    name: str
    text: str
    requires: tuple[str, ...]
    listed: tuple[ListedTheorem, ...]


def shipped_sources() -> dict[str, str]:
    """Return the texts of the theories of this package by name, without ``.v``."""
    folder = files("proofs_check.coq").joinpath("theories")
    return {
        entry.name.removesuffix(".v"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".v")
    }


@cache
def shipped_theorems() -> tuple[ListedTheorem, ...]:
    """Return the theorems that the theories of this package list."""
    return tuple(listed_theorems(shipped_sources()))


def listed_theorems(texts: Mapping[str, str]) -> list[ListedTheorem]:
    """Return the theorems that sources list."""
    return [theorem for source in read_sources(texts) for theorem in source.listed]


def read_sources(texts: Mapping[str, str]) -> list[Source]:
    """Scan sources, given by names without ``.v``, and put them in an order in which they can be compiled.

    It is a SourceError if one assumes something, lists what is no theorem, or needs one that is missing or needs it in
    turn.
    """
    sources = {name: _read_source(name, text) for name, text in texts.items()}
    for source in sources.values():
        for missing in set(source.requires) - set(sources):
            raise SourceError(f"{source.name}.v requires {missing}, which is not there")
    try:
        order = list(TopologicalSorter({name: source.requires for name, source in sources.items()}).static_order())
    except CycleError as error:
        raise SourceError(f"sources require each other: {', '.join(error.args[1])}") from None
    if STATEMENTS in texts:
        _require_plain_statements(texts[STATEMENTS], sources)
    return [sources[name] for name in order]


def _require_plain_statements(text: str, sources: Mapping[str, Source]) -> None:
    """Require that the statements are definitions alone, in words to which no theory gives a meaning by a notation."""
    begun = False
    for sentence in map(_words, _sentences(text, STATEMENTS)):
        begun = begun or _DEFINITION.fullmatch(sentence) is not None
        if not (_DEFINITION if begun else _PREAMBLE).fullmatch(sentence):
            raise SourceError(f"{STATEMENTS}.v has definitions alone, after what it requires: {sentence[:80]}")
    stated_definitions(text)
    for name in sorted(_needed(STATEMENTS, sources)):
        for sentence in _sentences(sources[name].text, name):
            if _FOR_OTHERS.match(sentence):
                raise SourceError(f"{name}.v, which {STATEMENTS}.v needs: {_words(sentence)[:60]} has to be local")


def stated_definitions(text: str) -> list[tuple[str, str]]:
    """Return what the statements say of claims: each comment that begins with Claim, and the definition that follows.

    It is a SourceError if not just one definition follows, under the claim's name.
    """
    blocks = [(start, end) for start, end in _comments(text, STATEMENTS) if text.startswith("(** Claim ", start)]
    found = []
    for (start, end), (after, _) in pairwise([*blocks, (len(text), len(text))]):
        comment, definition = text[start:end], text[end:after]
        name = comment.removeprefix("(** Claim ").partition(",")[0].replace("-", "_")
        match [_DEFINITION.fullmatch(_words(sentence)) for sentence in _sentences(definition, STATEMENTS)]:
            case [re.Match() as one] if one["name"] == name:
                found.append((comment, definition))
            case _:
                raise SourceError(f"{STATEMENTS}.v: the claim {name} is followed by something else than its definition")
    return found


def _words(text: str) -> str:
    return " ".join(text.split()).removesuffix(".")


def _sentences(text: str, name: str) -> list[str]:
    return [match[0] for match in _SENTENCE.finditer(_without_comments(text, name))]


def what_is_needed(texts: Mapping[str, str], name: str) -> dict[str, str]:
    """Return the sources that one of them needs, itself included."""
    needed = _needed(name, {source.name: source for source in read_sources(texts)})
    return {found: texts[found] for found in texts if found in needed}


def _needed(name: str, sources: Mapping[str, Source]) -> set[str]:
    needed, new = set(), {name}
    while new:
        needed |= new
        new = {required for found in new for required in sources[found].requires} - needed
    return needed


def _read_source(name: str, text: str) -> Source:
    bare = _without_comments(text, name)
    refuse_assumptions(text, name)
    requires = [required for match in _REQUIRE.finditer(bare) for required in match[1].split()]
    listed = tuple(_listed(name, text, bare))
    for match in _STATED.finditer(bare):
        if match["name"] not in {theorem.name for theorem in listed}:
            place = f"{name}.v, line {_line(text, match.start())}"
            raise SourceError(f"{place}: no comment lists the theorem {match['name']}; what is a tool is a Lemma")
    return Source(name, text, tuple(dict.fromkeys(requires)), listed)


def refuse_assumptions(text: str, name: str = "source") -> None:
    """Refuse the text of a source that assumes anything, or switches off a check of the kernel.

    >>> refuse_assumptions("Section S. Variable n : nat. End S. (* no Axiom here *)")
    >>> refuse_assumptions("Axiom false : False.")
    Traceback (most recent call last):
    ...
    proofs_check.coq.errors.SourceError: source.v, line 1: Axiom is not allowed
    """
    bare = _without_comments(text, name)
    for phrase in _FORBIDDEN_PHRASES:
        if phrase in " ".join(bare.split()):
            raise SourceError(f"{name}.v: {phrase} is not allowed")
    sections: list[tuple[str, str]] = []
    for match in _SENTENCE.finditer(bare):
        sentence = match[0]
        start = match.start() + len(sentence) - len(sentence.lstrip())
        place = f"{name}.v, line {_line(bare, start)}"
        if word := _FORBIDDEN.search(sentence):
            raise SourceError(f"{place}: {word[0]} is not allowed")
        in_section = any(kind == "Section" for kind, _ in sections)
        if not in_section and (word := _ONLY_IN_SECTIONS.search(sentence)):
            raise SourceError(f"{place}: {word[0]} is not allowed outside sections")
        _enter_or_leave(sections, sentence, place)
    if sections:
        raise SourceError(f"{name}.v: {' '.join(sections[-1])} is not closed")


def _enter_or_leave(sections: list[tuple[str, str]], sentence: str, place: str) -> None:
    words = _WORD.findall(_ATTRIBUTES.sub("", sentence))
    if len(words) < 2:
        return
    if words[0] == "Section" or (words[0] == "Module" and ":=" not in sentence):
        named = next(word for word in words[1:] if word not in ("Type", "Import", "Export"))
        sections.append((words[0], named))
    elif words[0] == "End" and (not sections or sections.pop()[1] != words[1]):
        raise SourceError(f"{place}: End {words[1]} closes nothing")


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _without_comments(text: str, name: str) -> str:
    """Blank out comments, which nest, and strings; everything else stays where it is."""
    kept, start = [], 0
    for first, end in _unread(text, name):
        kept += [text[start:first], _blank(text[first:end])]
        start = end
    return "".join(kept) + text[start:]


def _comments(text: str, name: str) -> list[tuple[int, int]]:
    """Return where the outermost comments begin and end."""
    return [(start, end) for start, end in _unread(text, name) if text[start] == "("]


def _unread(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Yield where the outermost comments, and the strings outside them, begin and end."""
    depth, start, position = 0, 0, 0
    while match := _DELIMITER.search(text, position):
        token, position = match[0], match.end()
        if token == '"':
            end = text.find('"', position)
            if end < 0:
                raise SourceError(f"{name}.v, line {_line(text, match.start())}: the string is not closed")
            position = end + 1
            if depth == 0:
                yield match.start(), position
        elif token == "(*":
            if depth == 0:
                start = match.start()
            depth += 1
        elif depth > 0:
            depth -= 1
            if depth == 0:
                yield start, position
    if depth:
        raise SourceError(f"{name}.v: a comment is not closed")


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _listed(name: str, text: str, bare: str) -> Iterator[ListedTheorem]:
    for match in _LISTED.finditer(text):
        if bare[match.start() : match.end()].strip():
            continue  # inside a string
        head = _HEAD.match(bare, match.end())
        place = f"{name}.v, line {_line(text, match.start())}"
        if head is None:
            raise SourceError(f"{place}: a theorem is listed, but none follows")
        if re.search(r"^\s*Claims:", match["meaning"], re.MULTILINE):
            raise SourceError(f"{place}: what claims say stands in Statements.v, and is proved in Claims.v")
        yield ListedTheorem(
            name=head["name"],
            source=name,
            meaning=" ".join(match["meaning"].split()),
            position=len(text[: head.start()].encode()),
        )
