"""READ: an original becomes rows of text, each with the line where it begins.

    original --originals--> Text --recognition--> Layout --tables--> view ``source`` (source_line, one column per cell)

originals        bytes as received → UTF-8 on disk, or refused with the reason
code_pages       which of several code pages a file is in
headers          the first record of a file
items            wide exports: header cells that are things themselves
recognition      which export of a tool a header belongs to
identification   encoding and export, tried together
cells            which cells are mapped, and how they are cleaned
tables           text → table, by one of two tiers: `fast_tier` where that is proven to be right, else `exact_tier`
raw_lines        the lines of a record as they stand in the file, for those that are rejected
"""

from connectors.reading.cells import cell_names
from connectors.reading.identification import identified
from connectors.reading.raw_lines import RawLines
from connectors.reading.recognition import Layout
from connectors.reading.tables import Source, load

__all__ = ["Layout", "RawLines", "Source", "cell_names", "identified", "load"]
