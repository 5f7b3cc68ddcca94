"""No address leaves the restricted zone in a text, whoever masks it."""

from __future__ import annotations

import duckdb
import pytest

from connectors.masking import masked, masked_sql

EXPECTED = {
    "ask jan.jansen+hr@example.com.": "ask ‹e-mail›.",
    "josé@müller.example": "‹e-mail›",
    "https://x.example/?q=ada%40canary.example&p=1": "https://x.example/?q=‹e-mail›&p=1",
    "o'neill@example.org, 100%@once": "‹e-mail›, 100%@once",
    "nobody @ home, 40%40": "nobody @ home, 40%40",
}


@pytest.mark.parametrize(("text", "expected"), EXPECTED.items())
def test_python_and_the_engine_mask_the_same(text: str, expected: str) -> None:
    in_sql = duckdb.connect().execute(f"SELECT {masked_sql('t')} FROM (SELECT ? AS t)", [text]).fetchall()
    assert (masked(text), in_sql) == (expected, [(expected,)])
