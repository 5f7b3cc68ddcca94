"""The dumps of two LRSs: their files, what was planted in them, and that the list of it is true."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from connectors.xapi.files import records
from connectors.xapi.rulebook import RULES
from connectors.xapi.rules import judge
from simulator.exports.files import Folder
from simulator.exports.xapi import Lrs, lrs
from simulator.exports.xapi.broken import RULES as BREAKABLE
from simulator.exports.xapi.rows import MOST_INTERACTIONS
from tests.simulator.xapi.told import STORES, Company, Told, company


def broken_rules(path: Path) -> Counter[str]:
    """The rules that records of a file break, by the connector's own reading."""
    broken: Counter[str] = Counter()
    for _, raw, rule in records(path):
        violation = None if rule else judge(raw)
        broken[rule or (violation.rule if violation else "")] += 1
    return broken


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_company_gives_the_same_bytes(small: Company, main: Told, second: Told, tmp_path: Path) -> None:
    for store, told in zip(STORES, (main, second), strict=True):
        assert digests(small.told(tmp_path, store).folder) == digests(told.folder)


def test_another_seed_gives_other_ids(main: Told, tmp_path: Path) -> None:
    other = company(people=40, months=1, seed=12).told(tmp_path, "xapi")
    assert other.by_id
    assert not set(other.by_id) & set(main.by_id)


def test_how_much_is_told_at_a_time_changes_nothing_that_is_said(
    small: Company, main: Told, second: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lrs, "STRETCH", 300)
    for store, told in zip(STORES, (main, second), strict=True):
        again = small.told(tmp_path, store)
        kept, there = (
            one.sent[one.sent["role"] != "invalid"].sort_values(["file", "statement_id"], ignore_index=True)
            for one in (told, again)
        )
        assert kept.equals(there)
        assert all(again.by_id[name] == told.by_id[name] for name in kept["statement_id"])


@pytest.mark.parametrize("store", STORES)
def test_every_file_holds_the_records_that_were_planted_in_it(store: str, main: Told, second: Told) -> None:
    told, known = {"xapi": main, "academy_lrs": second}[store], set[str]()
    for file in told.files:
        broken = broken_rules(told.folder / file.path.name)
        ids = Counter(statement["id"] for statement in told.statements(file.path.name))
        assert broken.total() == file.counts["records"]
        assert broken.total() - broken[""] == file.counts["rejected"]
        assert sum(count - 1 for count in ids.values()) == file.counts["duplicate"]
        assert len(known & set(ids)) == file.counts["redelivered"]
        known |= set(ids)


@pytest.mark.parametrize("store", STORES)
def test_the_list_names_every_statement_with_its_file_and_copies(store: str, main: Told, second: Told) -> None:
    told = {"xapi": main, "academy_lrs": second}[store]
    assert set(told.sent["tool"]) == {store}
    cut_short = told.sent["detail"] == "uuid"
    for file, listed in told.sent[~cut_short].groupby("file"):
        ids = Counter(statement["id"] for statement in told.statements(str(file)) if len(statement["id"]) == 36)
        assert ids == dict(zip(listed["statement_id"], listed["copies"], strict=True))
    for row, statement in told.of_role("normal", "late", "skewed", "resent"):
        assert statement["verb"]["id"].endswith(f"/{row.verb}")


def test_a_broken_statement_breaks_the_rule_that_the_list_names(main: Told, second: Told) -> None:
    for told in (main, second):
        torn = {file.path.name: file.counts["rejected"] for file in told.files}
        for file, listed in told.sent[told.sent["role"] == "invalid"].groupby("file"):
            broken = broken_rules(told.folder / str(file))
            named = Counter(listed["detail"])
            assert not named - broken
            assert torn[str(file)] - named.total() == (broken - named)["json_syntax"]
    assert set(main.sent.loc[main.sent["role"] == "invalid", "detail"]) == set(BREAKABLE)
    assert set(BREAKABLE) <= set(RULES)


def test_the_list_may_leave_out_what_is_as_it_should_be(small: Company, main: Told, tmp_path: Path) -> None:
    listed = small.told(tmp_path, "xapi", "planted").sent
    odd = main.sent[(main.sent["role"] != "normal") | (main.sent["copies"] > 1)].reset_index(drop=True)
    assert listed.equals(odd)


def test_a_list_of_nothing_has_the_same_columns(small: Company, main: Told, tmp_path: Path) -> None:
    nothing = Lrs(small.world, Folder(tmp_path, "xapi")).take_sent()
    assert nothing.empty and nothing.dtypes.equals(main.sent.dtypes)


def test_dumps_come_as_lines_arrays_and_pages_some_packed(main: Told) -> None:
    names = [file.path.name for file in main.files if file.path.name.startswith("statements_")]
    assert [name.removeprefix("statements_")[7:] for name in names] == [
        ".ndjson", ".json.gz", "_page.json", ".ndjson.gz", ".json",
    ]  # fmt: skip


def test_a_dump_holds_what_was_stored_in_its_month_in_that_order(main: Told) -> None:
    ordered = {file for file in set(main.sent["file"]) if ".ndjson" in file and file.startswith("statements_")}
    assert ordered
    for file in ordered:
        month = file.removeprefix("statements_")[:7]
        seen: dict[str, str] = {statement["id"]: statement["stored"] for statement in main.statements(file)}
        assert all(one <= other for one, other in pairwise(seen.values()))
        # stored is UTC, a month is the company's: its first hours are still the month before.
        assert {stored[:7] for stored in seen.values() if stored[8:10] not in ("30", "31")} == {month}


def test_a_second_file_repeats_the_end_of_the_first(main: Told) -> None:
    again = next(file.path.name for file in main.files if "redelivery" in file.path.name)
    first = {statement["id"]: statement for statement in main.statements(main.files[0].path.name)}
    repeated = list(main.statements(again))
    assert repeated
    assert all(first[statement["id"]] == statement for statement in repeated)


def test_a_dump_that_breaks_off_comes_whole_later(tmp_path: Path) -> None:
    told = company(people=60, months=3, delivery={"truncated": True}).told(tmp_path, "xapi")
    broken_off, whole = (file.path.name for file in sorted(told.files, key=lambda file: file.path.name)[-2:])
    assert whole.startswith(broken_off.removesuffix(".ndjson") + "_complete")
    *lines, last = told.texts(broken_off)
    assert last == lines[-1][: len(last)] != lines[-1], "the last line is cut off"
    there = {statement["id"]: statement for statement in told.statements(whole)}
    held = list(told.statements(broken_off))
    assert 0 < len(held) < len(there)
    assert all(there[statement["id"]] == statement for statement in held)


def test_a_period_of_one_month_can_be_told(tmp_path: Path) -> None:
    told = company(people=40, months=1).told(tmp_path, "xapi")
    assert [file.path.name[:10] for file in told.files] == ["statements", "redelivery"]


def test_more_interactions_are_told_when_asked_for(tmp_path: Path) -> None:
    counts = []
    for interactions in (1, 5):
        told = company(people=40, months=2, learning={"statements": interactions}).told(tmp_path, "xapi")
        once = told.sent[told.sent["role"].isin(("normal", "late", "skewed"))].drop_duplicates("event")
        counts.append(Counter(once["verb"]))
    assert counts[0]["answered"] and not counts[0]["interacted"]
    assert counts[1]["answered"] == 4 * counts[0]["answered"]
    assert counts[1]["interacted"] == counts[0]["answered"]
    assert counts[1]["experienced"] == counts[0]["experienced"]


def test_more_interactions_than_can_be_numbered_are_refused(small: Company, tmp_path: Path) -> None:
    learning = small.world.recipe.learning.model_copy(update={"statements": MOST_INTERACTIONS + 1})
    world = replace(small.world, recipe=small.world.recipe.model_copy(update={"learning": learning}))
    with pytest.raises(ValueError, match=r"learning\.statements is 8193; a player sends at most 8192"):
        Lrs(world, Folder(tmp_path, "xapi"))
