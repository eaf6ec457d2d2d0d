"""JSON files of this library's formats, which may come from anybody: parsed within bounds, or refused in one line.

A format says what it is by ``"format"`` and ``"version"``, and has the keys that it has and no others. Numbers that
count are integers, numbers that measure are exact strings; a format with floats says so.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn

from theory.errors import FormatError

_LARGEST_KERNEL_SIZE = 100_000
"""The largest kernel size that is read from a file; the checker of certificates takes no larger ones either."""

_LARGEST_FILE = 2**26
"""The most bytes of a file that are read."""

_DEEPEST = 16  # our formats nest 6 deep; error messages and comparisons recurse
_LONGEST_INTEGER = 18  # digits, so that it fits into 64 bits; Python takes quadratic time for long ones
_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Form:
    """What a document of a format looks like from outside.

    Its name is for messages, with its article, ``"a network"``; format and version are what it says of itself. The
    other keys are None where they are checked elsewhere; optional ones may be left out. If there may be floats, they
    are finite. A newer version may be read as well.

    >>> form = Form("a note", "note", 1, {"text"})
    >>> form.parse('{"format": "note", "version": 1, "text": "all of it"}')["text"]
    'all of it'
    >>> form.parse('{"format": "note", "version": 1, "text": 1e400}')
    Traceback (most recent call last):
    ...
    theory.errors.FormatError: a note holds exact numbers, not 1e400
    """

    name: str
    format: str
    version: int
    keys: Collection[str] | None = None
    floats: bool = False
    optional: Collection[str] = ()
    newer: Form | None = None

    def parse(self, text: str) -> dict[str, Any]:
        """Parse a text.

        A FormatError is raised if it is no JSON, or none of this form; for a key that is there twice, for numbers that
        are no numbers or too long, and for a nesting deeper than 16.
        """
        try:
            data = json.loads(
                text,
                object_pairs_hook=self._members,
                parse_int=self._integer,
                parse_float=self._float,
                parse_constant=self._float,
            )
        except FormatError:
            raise
        except RecursionError:
            self._nested()
        except ValueError as error:
            raise FormatError(f"{self.name} is JSON, this is no JSON: {error}") from None
        self._check_depth(data)
        return self.check(data)

    def load(self, path: str | os.PathLike[str]) -> dict[str, Any]:
        """Parse a file in UTF-8, which is not too large, as :meth:`parse` does a text."""
        try:
            with open(path, "rb") as file:
                content = file.read(_LARGEST_FILE + 1)
            text = content.decode("utf-8")
        except ValueError as error:  # of the encoding; of the path, if there is a null character in it
            raise FormatError(f"{self.name} is a file of UTF-8 text: {error}") from None
        if len(content) > _LARGEST_FILE:
            raise FormatError(f"{self.name} has at most {_LARGEST_FILE} bytes, this file is larger")
        return self.parse(text)

    def check(self, data: Any) -> dict[str, Any]:
        """Check that a parsed value is an object with the right keys."""
        said = (data.get("format"), data.get("version")) if isinstance(data, dict) else None
        if self.newer and said == (self.newer.format, self.newer.version):
            return self.newer.check(data)
        if said != (self.format, self.version) or type(data["version"]) is not int:
            newer = f" or {self.newer.version}" if self.newer and self.newer.format == self.format else ""
            raise FormatError(
                f'{self.name} is a JSON object with "format": "{self.format}" and "version": {self.version}{newer}'
            )
        expected = {"format", "version", *(self.keys or ())}
        if self.keys is not None and set(data) - set(self.optional) != expected:
            raise FormatError(f"{self.name} has the keys {sorted(expected)}, not {sorted(map(str, data))!s:.200}")
        checked: dict[str, Any] = data
        return checked

    def _members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise FormatError(f"{self.name} does not repeat a key")
        return members

    def _integer(self, literal: str) -> int:
        if len(literal) > _LONGEST_INTEGER:
            raise FormatError(f"{self.name} holds integers of at most {_LONGEST_INTEGER} digits, not {literal[:40]}...")
        return int(literal)

    def _float(self, literal: str) -> float:
        if not self.floats or not math.isfinite(float(literal)):
            raise FormatError(f"{self.name} holds {'finite' if self.floats else 'exact'} numbers, not {literal[:40]}")
        return float(literal)

    def _check_depth(self, data: Any) -> None:
        level = [data]
        for _ in range(_DEEPEST):
            inner = [value.values() if isinstance(value, dict) else value for value in level if _is_container(value)]
            level = [value for values in inner for value in values]
        if level:
            self._nested()

    def _nested(self) -> NoReturn:
        raise FormatError(f"{self.name} nests at most {_DEEPEST} deep, this text nests deeper")


def _is_container(value: Any) -> bool:
    return isinstance(value, (dict, list))


def kernel_size_of(data: dict[str, Any]) -> int:
    """Return the kernel size that a document states, if a document may have it.

    >>> kernel_size_of({"kernel_size": 10**7})
    Traceback (most recent call last):
    ...
    theory.errors.FormatError: the kernel size of a file is an integer in 1..100000, not 10000000
    """
    d = data["kernel_size"]
    if type(d) is not int or not 1 <= d <= _LARGEST_KERNEL_SIZE:
        raise FormatError(f"the kernel size of a file is an integer in 1..{_LARGEST_KERNEL_SIZE}, not {d!r:.40}")
    return d


def index_of(key: object) -> int:
    """Read the key of an object as a number; two spellings of one number would overwrite each other.

    >>> index_of("12")
    12
    >>> index_of("012")
    Traceback (most recent call last):
    ...
    theory.errors.FormatError: an index is a decimal number, not '012'
    """
    if not isinstance(key, str) or not _INDEX.fullmatch(key):
        raise FormatError(f"an index is a decimal number, not {key!r:.40}")
    return int(key)
