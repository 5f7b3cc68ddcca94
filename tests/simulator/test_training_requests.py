"""The register of requests: what waits comes again, and everything in it can be read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from simulator.exports.files import Folder
from simulator.exports.training_requests import TrainingRequests
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.simulator.stand_ins import month, table, world

TOOL = "training_requests"
ASKED = {
    "person": 3, "offering": 0, "requested_at": "2025-10-06T09:12", "decision": "approved", "decided_by": 5,
    "decided_at": "2025-10-08T16:40", "confirmed_at": "2025-10-09T08:00", "is_skipped": False,
}  # fmt: skip
PENDING = {"decision": "pending", "decided_by": -1, "decided_at": None, "confirmed_at": None}


def requests(*rows: dict[str, object]) -> pd.DataFrame:
    return table("requests", ASKED, *rows)


def saved(folder: Path, *months: pd.DataFrame) -> Folder:
    """The files of so many months."""
    written = Folder(folder / "inbox", TOOL)
    tool = TrainingRequests(world(), written)
    for ordinal, rows in enumerate(months):
        tool.month(month(ordinal, requests=rows))
    return written


def read_back(written: Folder) -> list[Mapped]:
    """What the connector makes of each file."""
    paths = [written.root / file.path for file in written.files]
    return [map_file(path, TOOL, written.root.parent / path.stem) for path in paths]


def steps(mapped: Mapped) -> list[str]:
    return sorted(f"{row['enrolment_id']} {row['milestone']}" for row in mapped.rows("enrolments"))


def test_a_pending_request_comes_again_with_its_decision_and_a_decided_one_with_its_confirmation(
    tmp_path: Path,
) -> None:
    written = saved(
        tmp_path,
        requests({"request": 1, "requested_at": "2025-10-30T10:00", **PENDING}),
        requests(
            {"request": 1, "requested_at": "2025-10-30T10:00", "decision": "rejected", "decided_at": "2025-11-03T09:00",
             "confirmed_at": None},
            {"request": 2, "requested_at": "2025-11-24T10:00", "decided_at": "2025-11-28T09:00",
             "confirmed_at": "2025-12-02T09:00"},
        ),
        requests({"request": 3, "requested_at": "2025-12-04T09:00", **PENDING}),
    )  # fmt: skip
    registers = read_back(written)
    assert [steps(register) for register in registers] == [
        ["REQ-000001 requested"],
        ["REQ-000001 rejected", "REQ-000001 requested", "REQ-000002 approved", "REQ-000002 requested"],
        ["REQ-000002 approved", "REQ-000002 confirmed", "REQ-000002 requested", "REQ-000003 requested"],
    ]
    keys = [set(register.column("enrolments", "record_key")) for register in registers]
    again = [len(keys[1] & keys[0]), len(keys[2] & (keys[0] | keys[1]))]
    assert again == [1, 2] == [file.counts["redelivered"] for file in written.files[1:]]


def test_every_register_is_read_as_it_was_planted_whoever_saved_it(tmp_path: Path) -> None:
    months = [
        requests(*({"request": 10 * ordinal + i, "person": i, "offering": i % 3} | dates(ordinal, i) for i in range(9)))
        for ordinal in range(4)
    ]
    written = saved(tmp_path, *months)
    registers = read_back(written)
    for file, register in zip(written.files, registers, strict=True):
        counts = file.counts
        landed = counts["records"] - counts["rejected"] - counts["duplicate"]
        assert register.counts("enrolments") == (
            counts["records"], landed, counts["rejected"], counts["duplicate"],
        ), file.path  # fmt: skip
    assert {file.counts["rejected"] for file in written.files} == {0, 1}
    assert sum(file.counts["duplicate"] for file in written.files) > 0
    approved = [row for row in registers[2].rows("enrolments") if row["milestone"] == "approved"]
    deciders = {row["decided_by_token"] for row in approved}
    assert deciders == {token_of("employee_number", "001005"), token_of("email", "faber.5@meridian.example.com")}
    assert set(registers[2].column("activities", "catalogue_code")) == {"CAT-1040", "CAT-1060", None}


def dates(ordinal: int, number: int) -> dict[str, object]:
    """A request of the month: decided within it, confirmed soon."""
    first = pd.Timestamp("2025-10-01") + pd.DateOffset(months=ordinal)
    asked = first + pd.Timedelta(days=2 * number, hours=9)
    decided = asked + pd.Timedelta(days=3, minutes=10)
    return {
        "requested_at": asked, "decided_at": decided, "confirmed_at": decided + pd.Timedelta(hours=30),
        "decision": "rejected" if number == 4 else "approved",
    }  # fmt: skip


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = requests({"request": 1}, {"request": 2, "person": 4})
    once, twice = (saved(tmp_path / side, rows) for side in "ab")
    (first,), (second,) = (list(folder.root.rglob("*.csv")) for folder in (once, twice))
    assert first.read_bytes() == second.read_bytes()


def test_a_month_without_requests_has_no_register(tmp_path: Path) -> None:
    written = Folder(tmp_path, TOOL)
    TrainingRequests(world(), written).month(month(0))
    assert written.files == []
