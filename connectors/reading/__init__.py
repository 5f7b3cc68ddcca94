"""READ: an original becomes rows of text, each with the line where it begins.

    original --originals--> Text      --recognition--> Layout --tables--> Source (source_line, one column per cell)
             --workbooks--> Sheet(s)
             --parquet_files--> the same
             --json_cutting--> records of JSON --json_records--> Layout(s) …

originals        bytes as received → UTF-8 on disk, or refused with the reason
workbooks        a workbook → the text of the cells of its sheets, on disk
parquet_files    Parquet → the text of its cells, on disk
json_cutting     JSON → its records, which stay raw, each with its line
json_records     which exports they are; `json_cells` draws their members as cells
code_pages       which of several code pages a file is in
headers          the header, of one row or several, and what may stand before it
items            wide exports: header cells that are things themselves
recognition      which export of a tool a header belongs to
identification   encoding and export, tried together; sheet by sheet for a workbook
conditions       what a declaration asks of a record
cells            which cells are mapped, how they are cleaned, and which rows are records
tables           text, sheet or JSON → table; a text by `fast_tier` where that is proven right, else by `exact_tier`
answers          wide columns that are items because of what they hold
raw_lines        records as they stand in the original, for those that are rejected
"""

from connectors.reading.answers import load
from connectors.reading.cells import cell_names
from connectors.reading.conditions import asked, first_filled, matches
from connectors.reading.identification import Found, identified
from connectors.reading.recognition import Layout
from connectors.reading.tables import Source

__all__ = ["Found", "Layout", "Source", "asked", "cell_names", "first_filled", "identified", "load", "matches"]
