"""An archived original becomes plain text on disk, or is refused with the reason.

    archive (maybe gzip, any encoding) --> Text: UTF-8, uncompressed, with what a fast reader must know of it

Everything is detected from bytes and never from a file name, since the archive names files by their hash. Copies are
made only where needed, and only in the restricted scratch folder.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from connectors.errors import OriginalRefused

_CHUNK = 1 << 20
_LF, _CR = b"\n\r"
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DAMAGE = "\ufdd0"
"""Stands in the text for a byte that isn't UTF-8; Unicode has no such character."""
_NOT_TEXT = (
    (
        re.compile(rb"\xd0\xcf\x11\xe0.*" + re.escape("EncryptedPackage".encode("utf-16-le")), re.DOTALL),
        "an Excel workbook with a password",
        "save it without the password (File → Info → Protect Workbook), and drop that",
    ),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "an old Excel workbook (.xls)", "open it in Excel and save it as .xlsx"),
    (re.compile(rb"%PDF-"), "a PDF", "export it as CSV"),
    (
        re.compile(rb"BZh\d|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd"),
        "packed (bzip2, xz, 7z, rar or zstd)",
        "unpack it, or pack it with gzip, and drop that",
    ),
    (re.compile(rb"SQLite format 3"), "a database (SQLite)", "export its tables as CSV or Parquet"),
    (
        re.compile(rb"\s*<(!doctype|html|\?xml|head|body|table)", re.IGNORECASE),
        "a web page (HTML or XML)",
        "open it in a browser: it is a log-in or error page, or a table saved as .xls; then export it as CSV",
    ),
    (
        re.compile(rb"\s*[\[{]\s*[\"{\[\]}]"),
        "JSON",
        "export it as CSV, or drop it in the inbox of a tool that reads JSON",
    ),
)
"""How files begin that are something else than delimited text, what they are, and what to do about it."""


@dataclass(frozen=True)
class Text:
    """An original as UTF-8 on disk.

    ``lines`` counts physical lines (LF, CRLF or CR). ``is_plain`` says that nothing in it needs the exact
    reader for certain: no bare CR, no NUL, no backslash before a quote, no blank before a quoted field, no byte order
    mark behind the beginning, no damage. ``is_damaged`` says that a mark stands for each byte that isn't UTF-8,
    ``is_ended`` that the last line has a line end.
    """

    path: Path
    lines: int
    is_plain: bool
    is_damaged: bool = False
    is_ended: bool = True


def uncompressed(path: Path, restricted: Path) -> Path:
    """The original's bytes without gzip; a copy in ``restricted`` where it was compressed."""
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    if not is_gzip:
        return path
    target = restricted / "uncompressed"
    try:
        with gzip.open(path) as source, target.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise OriginalRefused(
            f"The gzip file is cut off or damaged ({type(error).__name__}), so nothing of it was landed.",
            "fetch it again from the tool and drop it in the inbox again.",
        ) from error
    return target


def refuse_if_no_text(path: Path) -> None:
    """Refuse what is empty or evidently something else than text (or a workbook, which isn't asked for here)."""
    with path.open("rb") as file:
        head = file.read(4096)
        # The names of what is in an Office file stand in a directory that may be anywhere in it.
        head += file.read() if head.startswith(b"\xd0\xcf\x11\xe0") else b""
    if not head.strip(b"\x00\xff\xfe\xef\xbb\xbf \t\r\n") and path.stat().st_size <= len(head):
        raise OriginalRefused(
            "The file is empty: it holds not even a header.", "export it again and drop it in the inbox again."
        )
    for signature, what, step in _NOT_TEXT:
        if signature.match(head.removeprefix(codecs.BOM_UTF8)):
            raise OriginalRefused(f"The file is {what}, not CSV or .xlsx, whatever its name says.", f"{step}.")


def encodings_to_try(path: Path, declared: tuple[str, ...]) -> tuple[str, ...]:
    """The declared encodings that the first bytes don't rule out, in order. A byte order mark decides alone."""
    with path.open("rb") as file:
        head = file.read(4096)
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return (encoding,)
    # UTF-16 decodes nearly any bytes; text in it that is mostly Latin has a NUL in every other byte.
    return tuple(e for e in declared if not _is_utf16(e) or head.count(0) > len(head) // 4)


def _is_utf16(encoding: str) -> bool:
    return codecs.lookup(encoding).name.startswith("utf-16")


def decoded(path: Path, encoding: str, restricted: Path) -> Text:
    """The text in UTF-8. Raises UnicodeDecodeError with the byte's position in the file."""
    if codecs.lookup(encoding).name == "utf-8":
        return _facts(path)
    target = restricted / "decoded"
    with target.open("wb") as copy:
        for chunk in _decoded_chunks(path, encoding):
            copy.write(chunk)
    return _facts(target)


def with_damage_marked(path: Path, restricted: Path) -> Text:
    """The text of a file that is UTF-8 but for some bytes, with a mark in the place of each of them."""
    target = restricted / "decoded"
    with (
        path.open(encoding="utf-8", errors="surrogateescape", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as copy,
    ):
        while chunk := source.read(_CHUNK):
            copy.write(_NO_CHARACTER.sub(DAMAGE, chunk))
    return replace(_facts(target), is_plain=False, is_damaged=True)


_NO_CHARACTER = re.compile("[\udc80-\udcff]")


def _decoded_chunks(path: Path, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(_strict(encoding, path))()
    for position, chunk in _chunks(path):
        yield _decoded_chunk(decoder, chunk, position).encode("utf-8")


def _checked(path: Path) -> Iterator[bytes]:
    """The chunks of a UTF-8 file, each proven to be UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for position, chunk in _chunks(path):
        if not chunk or not chunk.isascii() or decoder.getstate()[0]:
            _decoded_chunk(decoder, chunk, position)
        if chunk:
            yield chunk


def _chunks(path: Path) -> Iterator[tuple[int, bytes]]:
    """Positions and chunks of a file; an empty one is the last, so that a decoder hears of the end."""
    position = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield position, chunk
            position += len(chunk)
    yield position, b""


def _decoded_chunk(decoder: codecs.IncrementalDecoder, chunk: bytes, position: int) -> str:
    """Decode the next chunk. A failure tells its position in the file, not in the chunk."""
    start = position - len(decoder.getstate()[0])
    try:
        return decoder.decode(chunk, final=not chunk)
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError(error.encoding, b"", start + error.start, start + error.end, error.reason) from None


_AS_WRITTEN = {"shift_jis": "cp932", "gb2312": "gb18030", "euc_kr": "cp949"}
"""What programs that write these standards really write, which holds more letters: ① and ㈱ aren't in Shift_JIS itself
(the Encoding standard of the WHATWG reads them so, too)."""


def _strict(encoding: str, path: Path) -> str:
    """UTF-16 without a byte order mark is read by where the NULs are: Python would assume the machine's order."""
    if not _is_utf16(encoding):
        name = codecs.lookup(encoding).name
        return _AS_WRITTEN.get(name, name)
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


_BLANK_BEFORE_QUOTE = re.compile(rb'[,;\t|:] +"')
_SEAM = 64
"""Bytes around the end of a chunk in which what runs across it is looked for."""


def _is_odd(data: bytes) -> bool:
    """Whether only the exact reader can be trusted with this. What is quick to look for comes first."""
    if b"\x00" in data or (b"\\" in data and b'\\"' in data) or (not data.isascii() and codecs.BOM_UTF8 in data):
        return True
    return b'"' in data and _has_blank_before_quote(data)


def _has_blank_before_quote(data: bytes) -> bool:
    codes = np.frombuffer(data, np.uint8)
    before = np.flatnonzero(codes[1:] == ord('"'))
    return bool((codes[before] == ord(" ")).any()) and _BLANK_BEFORE_QUOTE.search(data) is not None


def _has_bare_cr(data: bytes) -> bool:
    """Whether a CR without LF ends a line; not the last byte, whose LF may be yet to come."""
    return b"\r" in data and data.count(b"\r") - data.endswith(b"\r") != data.count(b"\r\n")


def _facts(path: Path) -> Text:
    ends, is_plain, last, mark = 0, True, b"", codecs.BOM_UTF8
    for with_mark in _checked(path):
        chunk, mark = with_mark.removeprefix(mark), b""
        ends += int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _LF))
        seam = last + chunk[:_SEAM]
        is_plain = is_plain and not (_is_odd(chunk) or _is_odd(seam) or _has_bare_cr(chunk) or _has_bare_cr(seam))
        last = chunk[-_SEAM:]
    bare_end = last.endswith(b"\r")
    lines = _lines_exactly(path) if not is_plain or bare_end else ends + (last[-1:] not in (b"\n", b""))
    return Text(path, lines, is_plain and not bare_end, is_ended=last.endswith((b"\n", b"\r")))


def _lines_exactly(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in file)


def trailing_delimiters(path: Path, delimiter: str, first_line: int) -> int:
    """Delimiters at the ends of physical lines, summed over the lines from ``first_line`` on."""
    total, last = 0, b""
    with path.open("rb") as file:
        for _ in range(first_line - 1):
            file.readline()
        while chunk := file.read(_CHUNK):
            # Whole lines at a time, so that no run of delimiters is cut in two.
            head, newline, tail = (last + chunk).rpartition(b"\n")
            total += _runs_before_line_ends(head + newline, ord(delimiter))
            last = tail
    return total + _runs_before_line_ends(last + b"\n", ord(delimiter))


def _runs_before_line_ends(lines: bytes, delimiter: int) -> int:
    """Delimiters between a line's last other byte and its end. All ends are stepped back from at once."""
    # A line end in front, so that no step leads beyond the first line.
    data = np.frombuffer(b"\n" + lines, np.uint8)
    last = np.flatnonzero(data == _LF)[1:] - 1
    last -= data[last] == _CR
    total = 0
    while len(last := last[data[last] == delimiter]):
        total += len(last)
        last -= 1
    return total
