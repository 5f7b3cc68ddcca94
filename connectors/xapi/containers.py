"""The file around the statements: gzip, byte order mark, and what is no file of statements at all."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, cast

from connectors.errors import OriginalRefused, Transient

_PACKED = {
    b"PK\x03\x04": "a ZIP archive",
    b"BZh": "packed with bzip2",
    b"\xfd7zXZ": "packed with xz",
    b"\x28\xb5\x2f\xfd": "packed with Zstandard",
    b"7z\xbc\xaf": "a 7z archive",
}
"""What packed files begin with, gzip apart, which is read."""


@contextmanager
def opened(file: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """The decompressed bytes of a file or a stream; what is wrong with the container becomes a refusal."""
    try:
        with file.open("rb") if isinstance(file, Path) else nullcontext(file) as packed:
            yield _unpacked(packed)
    except EOFError as error:
        raise OriginalRefused(
            "The gzip file is cut off: its end is missing.", "transfer or export it again, and compare the sizes."
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise OriginalRefused("The gzip file is damaged.", "transfer or export it again.") from error
    except OSError as error:
        raise Transient(f"An original could not be read: {error.strerror or type(error).__name__}.") from error


def _unpacked(stream: IO[bytes]) -> IO[bytes]:
    """The stream, or what it holds if it is gzipped; it can be a pipe, which doesn't go back."""
    ahead = stream if hasattr(stream, "peek") else io.BufferedReader(cast("io.RawIOBase", stream))
    head = cast("io.BufferedReader", ahead).peek(2)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=ahead) if is_packed(head) else ahead)


def is_packed(head: bytes) -> bool:
    """Whether these are the first bytes of a gzip file."""
    return head.startswith(b"\x1f\x8b")


def without_byte_order_mark(head: bytes) -> bytes:
    is_marked = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff"))
    if is_marked or (b"\0" in head[:2] and head[:4].replace(b"\0", b"") in (b"{", b"[", b'{"', b"[{")):
        raise OriginalRefused("The file is UTF-16 or UTF-32; statements are UTF-8.", "save or export it as UTF-8.")
    return head.removeprefix(b"\xef\xbb\xbf")


def content_of(head: bytes) -> bytes:
    """The head from where it says something: blank and comment lines are passed over."""
    content = head.lstrip()
    while content.startswith(b"#"):
        content = content.partition(b"\n")[2].lstrip()
    return content


def refuse_other_formats(content: bytes) -> None:
    if not content:
        raise OriginalRefused("The file is empty: it holds no statement.", "check the export, and drop the file again.")
    for begins, name in _PACKED.items():
        if content.startswith(begins):
            raise OriginalRefused(f"The file is {name}.", "unpack it and drop the files that it holds.")
    if content[257:262] == b"ustar":
        raise OriginalRefused("The file is a tar archive.", "unpack it and drop the files that it holds.")
    if content.startswith(b"PAR1"):
        raise OriginalRefused("The file is Parquet, not JSON.", "export the statements as JSON, one per line.")
    if content.startswith(b"<"):
        raise OriginalRefused(
            "The file is HTML or XML, not statements: often the sign-in or error page of the tool.",
            "sign in to the tool and export the statements again, as JSON.",
        )
    if b"{" not in content and b"[" not in content:
        raise OriginalRefused(
            "The file is not JSON: expected statements one per line, in an array, or in pages of an LRS.",
            "export the statements as JSON; other formats of the tool need another connector.",
        )
