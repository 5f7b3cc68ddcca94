"""Which code page a file without a byte order mark is written in, where several would decode it.

Any bytes decode as windows-1250 and nearly any as windows-1252; only the letters tell. The right code page yields
the letters of one language ("Žlutý Koníček"), the wrong one mixes letters that no language uses together
("Konìèek"). The decision is a count over the whole file, so it is the same on every run.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path

_CHUNK = 1 << 20
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_RATIO = 2
"""Characters that UTF-8 reads, to each byte that it doesn't."""
_LETTERS = (
    "éëïöüèêçáóíú",  # Dutch
    "äöüßé",  # German
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíñóúü",  # Spanish
    "áâãàçéêíóôõú",  # Portuguese
    "àèéìíîòóùú",  # Italian
    "æøåé",  # Danish, Norwegian
    "åäöé",  # Swedish, Finnish
    "áðéíóúýþæö",  # Icelandic
    "äõöüšž",  # Estonian
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "ąćęłńóśźż",  # Polish
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Slovene
    "ăâîşţ",  # Romanian
    "çğıöşü",  # Turkish
)
"""Lower-case letters beyond ASCII, one text per language."""

_OTHERS = ("windows-1250", "windows-1252", "windows-1254")
"""Code pages that a file may be in though its tool isn't declared to use them."""
_FEW, _FEW_KINDS, _SHARE = 5, 3, 0.2
"""Letters, and different ones, that have to be strange before a code page is doubted, and their share."""
_CUT_IN_TWO = re.compile(rb"([\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z")
"""The beginning of a letter at the end of a file."""


def likeliest_first(path: Path, encodings: tuple[str, ...]) -> tuple[str, ...]:
    """The encodings in the order in which to try them: as declared, but code pages by how well their letters fit."""
    pages = [encoding for encoding in encodings if _is_code_page(encoding)]
    if len(pages) < 2:
        return encodings
    counts = _high_bytes(path)
    ranked = iter(sorted(pages, key=lambda page: (_strange_letters(counts, page), pages.index(page))))
    return tuple(next(ranked) if encoding in pages else encoding for encoding in encodings)


def rather(path: Path, page: str) -> str | None:
    """The code page that a file is evidently in, rather than in the one that it could be read with; None in doubt.

    Polish read as windows-1252 gives no error, only ³ for ł and ê for ę. So where many letters of the file are strange
    in one page, and hardly any in another, it is not read at all: names would be wrong, and nobody would be told.
    """
    if not _is_code_page(page):
        return None
    counts = _high_bytes(path)
    strange = _strange_letters(counts, page)
    if strange < max(_FEW, _SHARE * counts.total()) or len(counts) < _FEW_KINDS:
        return None
    others = ((_strange_letters(counts, other), other) for other in _OTHERS)
    least, other = min(found for found in others if codecs.lookup(found[1]).name != codecs.lookup(page).name)
    return other if least * _FEW <= strange else None


def is_damaged_utf8(path: Path) -> bool:
    """Whether a file that isn't UTF-8 is so but for a few bytes: a code page hardly writes what UTF-8 would read.

    A letter that the end of the file cuts in two is no such byte.
    """
    whole, lost, end = 0, 0, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK) + file.readline():
            if not chunk.isascii():
                whole += len(_MULTIBYTE.findall(chunk))
                lost += sum(byte > 127 for byte in _MULTIBYTE.sub(b"", chunk))
            end = chunk[-3:]
    cut = _CUT_IN_TWO.search(end)
    return whole > _RATIO * (lost - (len(cut[0]) if cut else 0))


_OF_SEVERAL_BYTES = ("cp932", "cp949", "cp950")


def _is_code_page(encoding: str) -> bool:
    """Whether every byte is a letter: of codes of several bytes, single bytes tell nothing."""
    name = codecs.lookup(encoding).name
    return name.startswith(("cp", "iso8859", "latin", "mac")) and name not in _OF_SEVERAL_BYTES


def _high_bytes(path: Path) -> Counter[int]:
    counts: Counter[int] = Counter()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if not chunk.isascii():
                counts.update(byte for byte in chunk if byte > 127)
    return counts


def _strange_letters(counts: Counter[int], page: str) -> int:
    """How many letters of the file the best-fitting language doesn't have."""
    letters: Counter[str] = Counter()
    for byte, count in counts.items():
        letter = bytes([byte]).decode(page, errors="replace").lower()
        if not letter[0].isascii():  # as the capital of the Turkish i has it
            letters[letter] += count
    return min(sum(count for letter, count in letters.items() if letter not in alphabet) for alphabet in _LETTERS)
