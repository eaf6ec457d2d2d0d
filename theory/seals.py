"""Tables as files: Parquet that carries the SHA-256 of itself, so that no damaged byte is read as a number.

The digest stands in the file's key-value metadata, and is that of the file with zeros in its place. So it covers the
footer as well as the pages, is written with them in one go, and the file stays what any reader of Parquet opens. Pages
have their own checksums, too, for readers that know nothing of the digest.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from theory.errors import FormatError
from theory.extras import import_pyarrow

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = import_pyarrow("parquet")

_KEY = b"subpool-seal"
_MARK = b"sha256:"
_BLANK = b"0" * 64


def seal(table: pa.Table) -> bytes:
    """Write a table as a Parquet file with its digest.

    >>> content = seal(pa.table({"mask": [1, 3]}))
    >>> content[:4], content[-4:], unseal(content)["mask"].to_pylist()
    (b'PAR1', b'PAR1', [1, 3])
    """
    sink = pa.BufferOutputStream()
    with pa.parquet.ParquetWriter(sink, table.schema, compression="zstd", write_page_checksum=True) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_KEY: _MARK + _BLANK})
    content = sink.getvalue().to_pybytes()
    return _with_digest(content, sha256(content).hexdigest().encode())


def is_sealed(content: bytes) -> bool:
    """Tell whether there is a digest, right or wrong."""
    return _MARK in content


def unseal(content: bytes) -> pa.Table:
    """Read a Parquet file whose digest is there and right; a FormatError says what is to be said of another one.

    >>> content = seal(pa.table({"mask": [1, 3]}))
    >>> unseal(content[:100] + b"!" + content[101:])
    Traceback (most recent call last):
    ...
    theory.errors.FormatError: is damaged: its checksum is that of other content
    """
    if not is_sealed(content):
        raise FormatError("has no checksum, as in older versions")
    if content != _with_digest(content, sha256(_with_digest(content, _BLANK)).hexdigest().encode()):
        raise FormatError("is damaged: its checksum is that of other content")
    try:
        return pa.parquet.read_table(pa.BufferReader(content))
    except (OSError, ValueError, pa.ArrowException):
        raise FormatError("is no Parquet file") from None


def _with_digest(content: bytes, digest: bytes) -> bytes:
    start = content.rindex(_MARK) + len(_MARK)
    return content[:start] + digest + content[start + len(digest) :]
