"""What an original is: its encoding and its export, tried together."""

from __future__ import annotations

import csv
from pathlib import Path

from connectors.declaration import Declaration
from connectors.errors import OriginalRefused
from connectors.reading.code_pages import likeliest_first
from connectors.reading.headers import FirstRecord, first_record
from connectors.reading.originals import Text, decoded, encodings_to_try, refuse_if_no_text, uncompressed
from connectors.reading.recognition import Layout, recognised


def identified(path: Path, source_file: str, declaration: Declaration, restricted: Path) -> tuple[Text, Layout]:
    """Decompress, decode and recognise an original.

    An encoding counts only if the whole file decodes with it and its header is recognised. Raises
    OriginalRefused with the encodings that were tried and the byte where the first of them failed.
    """
    plain = uncompressed(path, restricted)
    refuse_if_no_text(plain)
    failures: list[str] = []
    refusal: OriginalRefused | None = None
    for encoding in likeliest_first(plain, encodings_to_try(plain, declaration.encodings)):
        try:
            text = decoded(plain, encoding, restricted)
        except UnicodeDecodeError as error:
            failures.append(f"{encoding} fails at byte {error.start}")
            continue
        try:
            headers: dict[str, FirstRecord] = {
                delimiter: _header(text, delimiter) for delimiter in declaration.delimiters
            }
            return text, recognised(declaration, headers, source_file)
        except OriginalRefused as error:
            refusal = refusal or error
    if refusal is not None:
        raise refusal
    raise OriginalRefused(
        f"The file is not in an encoding that {declaration.tool} is declared to use: {'; '.join(failures)}.",
        "export it as UTF-8, or put its encoding in settings.yml: "
        f"tools: {{{declaration.tool}: {{encodings: [utf-8, windows-1252]}}}}.",
    )


def _header(text: Text, delimiter: str) -> FirstRecord:
    with text.path.open(encoding="utf-8", newline="") as file:
        try:
            return first_record(file, delimiter)
        except csv.Error as error:
            raise OriginalRefused(f"The first line can't be read as CSV: {error}.", "export it again.") from error
