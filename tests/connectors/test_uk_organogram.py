"""Published organograms: posts below posts, units below an organisation, and no official in sight."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file

SAMPLES = CATALOGUE / "samples" / "uk_organogram"


def test_senior_posts_report_to_posts_of_their_organisation(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "board_of_lighthouses-2012-03-31-senior.csv", "uk_organogram", tmp_path)
    assert mapped.counts("positions") == (5, 4, 0, 1), "a job share is one post, and who is in no post has none"
    posts = {row["position_id"]: row for row in mapped.rows("positions")}
    chief, lamps = posts["Board of Lighthouses:LH1"], posts["Board of Lighthouses:LH2"]
    assert (chief["parent_position_id"], chief["position_kind"]) == (None, "SCS3")
    assert lamps["parent_position_id"] == "Board of Lighthouses:LH1"
    assert posts["Board of Lighthouses:LH4"]["is_deleted"], "its holder is called Eliminated"
    assert {row["effective_date"] for row in posts.values()} == {date(2012, 3, 31)}
    assert {row["org_unit_name"] for row in mapped.rows("org_units")} == {"Executive", "Lamps", "Towers"}


def test_no_name_phone_or_address_of_an_official_is_read(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "board_of_lighthouses-2012-03-31-senior.csv", "uk_organogram", tmp_path)
    shown = str(mapped.rows("positions") + mapped.rows("org_units"))
    assert not [text for text in ("Darling", "7946", "lighthouses.example") if text in shown]
    assert (mapped.tokeniser.clear, mapped.tokeniser.kept) == (set(), set())


def test_junior_posts_of_a_grade_are_one_position_that_is_held_so_many_times(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "board_of_lighthouses-2012-03-31-junior.csv", "uk_organogram", tmp_path)
    assert mapped.counts("positions") == (3, 3, 0, 0)
    first = mapped.rows("positions")[0]
    assert first["parent_position_id"] == "Board of Lighthouses:LH2"
    assert '"posts_fte": "4.6"' in first["extras"]
