"""The register of licences, read back by its connector from workbooks and lists."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.certification_register import CertificationRegister
from simulator.world.happenings import Happenings, typed
from tests.connectors.mapped import token_of
from tests.simulator import stand_ins
from tests.simulator.read_back import ReadBack, contents, read_back

MONTHS, ROWS = 8, 40
EVENTS = np.array(["required", "awarded", "renewed", "expired", "exempted", "revoked"])


def months() -> list[Happenings]:
    held = []
    for ordinal in range(MONTHS):
        happened = stand_ins.month(ordinal)
        place = np.arange(ROWS)
        days = np.array([np.datetime64(happened.first + timedelta(days=int(i) % 28), "s") for i in place])
        has_end = np.isin(EVENTS[place % 6], ["awarded", "renewed"])
        table = typed(
            "certifications",
            {
                "person": place, "certification_id": np.where(place % 2, "LIC-FORKLIFT", "LIC-FIRSTAID"),
                "event": EVENTS[place % 6], "day": days,
                "valid_to": np.where(has_end, days + np.timedelta64(720, "D"), np.datetime64("NaT", "s")),
                "cpd_hours": np.where(EVENTS[place % 6] == "renewed", 7.5, np.nan),
            },
        )  # fmt: skip
        held.append(stand_ins.month(ordinal, is_last=ordinal == MONTHS - 1, certifications=table))
    return held


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> ReadBack:
    folder = tmp_path_factory.mktemp("licences")
    world = stand_ins.world()
    return read_back(CertificationRegister, "certification_register", "certifications", world, months(), folder)


def true_events() -> pd.DataFrame:
    rows = pd.concat([happened["certifications"] for happened in months()], ignore_index=True)
    tokens = [token_of("employee_number", f"{1000 + person:06d}") for person in rows["person"]]
    return rows.assign(person_token=tokens, event_date=rows["day"].dt.date).sort_values(["event_date", "person_token"])


def test_every_event_is_read_and_applications_are_rejected(register: ReadBack) -> None:
    register.refuse_imbalance()
    assert {file.path.suffix for file in register.files} == {".xlsx", ".csv"}
    assert {(row["rule"], row["column_name"]) for row in register.rejects()} <= {
        ("unknown_value", title) for title in ("Status", "Ereignis", "Statut")
    }
    assert len(register.rejects()) == sum(file.counts["rejected"] for file in register.files) > 0


def test_what_happened_when_comes_out_of_cells_and_texts(register: ReadBack) -> None:
    landed = register.latest().sort_values(["event_date", "person_token"])
    true = true_events()
    for column in ("person_token", "certification_id", "event", "event_date"):
        assert landed[column].tolist() == true[column].tolist(), column
    assert landed["cpd_hours"].fillna(0).tolist() == true["cpd_hours"].fillna(0).tolist()


def test_the_last_day_becomes_the_first_day_without_and_the_latest_file_counts(register: ReadBack) -> None:
    landed = register.latest().sort_values(["event_date", "person_token"])
    wanted = [None if pd.isna(day) else day.date() for day in true_events()["valid_to"]]
    assert [None if pd.isna(day) else day for day in landed["valid_to"]] == wanted
    corrected = sum(file.counts["corrected"] for file in register.files)
    assert corrected > 0
    assert sum(len(mapped.rows("certifications")) for mapped in register.mapped) == len(landed) + corrected


def test_the_same_seed_gives_the_same_bytes_workbooks_included(register: ReadBack, tmp_path: Path) -> None:
    world = stand_ins.world()
    read_back(CertificationRegister, "certification_register", "certifications", world, months(), tmp_path)
    inbox = register.mapped[0].unit.original.path.parents[1]
    assert contents(tmp_path / "inbox") == contents(inbox)
