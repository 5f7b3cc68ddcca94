"""The export series that a file belongs to: its name without what changes from one delivery to the next.

A complete snapshot is complete for its series: who is not in the next file of it has gone. So two deliveries of one
list must never be of two series, or nobody in it would ever leave. Dates are what names change by, and where people
name files by hand, dates have months in words, in the language of the house.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import PurePath

_LETTER = "a-z\u00df-\uffff"

_MONTHS = """
january february april june july august september october november december
januari februari maart juni juli augustus oktober
januar februar märz maerz dezember jänner
janvier février fevrier avril juin juillet août septembre octobre novembre décembre decembre
enero febrero marzo abril junio julio agosto septiembre setiembre octubre noviembre diciembre
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
janeiro fevereiro março junho julho setembro outubro novembro dezembro
styczeń styczen luty marzec kwiecień kwiecien czerwiec lipiec sierpień sierpien wrzesień wrzesien październik
pazdziernik listopad grudzień grudzien stycznia lutego kwietnia czerwca lipca sierpnia września wrzesnia października
pazdziernika listopada grudnia
augusti marts desember
"""
_MONTHS_BESIDE_A_NUMBER = """
march may mai mei maj mars mayo maio marca maja marco aout
jan feb mar apr jun jul aug sep sept oct nov dec mrt okt mär mrz dez janv févr fevr avr juil déc ene abr ago dic
gen mag giu lug ott fev set out sty lut kwi cze lip sie wrz paź lis gru
"""
"""Words that mean something else as well (march, out, set): months only next to a day or a year."""


def series_of(source_file: str) -> str:
    """The name in lower case, without suffixes, digits and months; ``export`` where nothing is left."""
    name = unicodedata.normalize("NFC", PurePath(source_file).name.lower())
    name = re.sub(r"(\.[a-z][a-z0-9]{0,6})+$", "", name)
    alone, before, after = _months()
    undated = after.sub(r"\1", before.sub(r"\1", alone.sub(" ", name)))
    return re.sub(rf"[^{_LETTER}]+", "_", re.sub(r"\d+", "", undated)).strip("_") or "export"


@cache
def _months() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Months by themselves, after a number, and before one."""
    alone, beside = (
        "|".join(sorted(words.split(), key=len, reverse=True)) for words in (_MONTHS, _MONTHS_BESIDE_A_NUMBER)
    )
    return (
        re.compile(rf"(?<![{_LETTER}])(?:{alone})(?![{_LETTER}])"),
        re.compile(rf"(\d[^{_LETTER}\d]*)(?:{beside})(?![{_LETTER}])"),
        re.compile(rf"(?<![{_LETTER}])(?:{beside})([^{_LETTER}\d]*\d)"),
    )
