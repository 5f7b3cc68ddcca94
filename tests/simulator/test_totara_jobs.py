"""Second jobs: complete for their day, with the dates that the company knows."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from simulator.exports.files import Folder
from simulator.exports.totara_jobs import TotaraJobs
from simulator.world.company import Job
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.simulator.chronicles import Told

MONTHS = 8


@pytest.fixture(scope="module")
def told() -> Told:
    return Told("meridian", people=400, months=MONTHS)


@pytest.fixture(scope="module")
def read_back(told: Told, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[dict[str, int], Mapped]]:
    folder, scratch = Folder(tmp_path_factory.mktemp("inbox"), "totara"), tmp_path_factory.mktemp("mapped")
    tool = TotaraJobs(told.world, folder)
    for month in told.months:
        tool.month(month.happened)
    return [
        (file.counts, map_file(folder.root / file.path, "totara", scratch / str(n)))
        for n, file in enumerate(folder.files)
    ]


def test_every_month_has_its_file_and_only_a_job_of_nobody_is_rejected(
    read_back: list[tuple[dict[str, int], Mapped]],
) -> None:
    assert len(read_back) == MONTHS
    for counts, mapped in read_back:
        assert {kind.kind.name for kind in mapped.unit.kinds} == {"job_assignments"}
        rejected, records = counts["rejected"], counts["records"]
        assert mapped.counts("job_assignments") == (records, records - rejected, rejected, 0)
    assert sum(counts["rejected"] for counts, _ in read_back) >= 1


def test_the_file_holds_every_second_job_of_the_month_with_its_dates(
    told: Told, read_back: list[tuple[dict[str, int], Mapped]]
) -> None:
    company = told.world.company
    seen = 0
    for month, (_, mapped) in zip(told.months, read_back, strict=True):
        first, day = month.happened.first, month.happened.last
        held = [job for job in company.jobs if job.is_second and job.started <= day and _is_open(job, first)]
        expected = {
            (
                token_of("employee_number", company.numbers_at(np.array([job.person]), day)[0]), job.unit_id,
                company.structure.position_id(job.position), job.started,
                job.ended - timedelta(days=1) if job.ended and job.ended <= day else None,
            )
            for job in held
        }  # fmt: skip
        rows = mapped.rows("job_assignments")
        assert expected == {
            (r["person_token"], r["org_unit_id"], r["position_id"], r["started_date"], r["ended_date"]) for r in rows
        }
        assert {r["is_complete_snapshot"] for r in rows} <= {True}
        seen += len(rows)
    assert seen > MONTHS


def _is_open(job: Job, first: date) -> bool:
    return job.ended is None or job.ended > first


def test_a_company_without_second_jobs_writes_no_such_file(tmp_path: Path) -> None:
    told = Told("meridian", people=60, months=2, workforce={"second_job_share": 0})
    folder = Folder(tmp_path, "totara")
    tool = TotaraJobs(told.world, folder)
    for month in told.months:
        tool.month(month.happened)
    assert folder.files == []
