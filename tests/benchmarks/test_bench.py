"""The benchmark on a small file: its contenders agree, and what it prints is made of what it measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks import measuring
from benchmarks.__main__ import bench, page, sections
from benchmarks.contenders import CONTENDERS
from benchmarks.measuring import Disagreement, agree, figures
from benchmarks.readers import Answers
from benchmarks.statements import write_statements


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Of a small file, and in this process, where everything is imported already."""

    def measured(name: str, *arguments: str) -> dict[str, Any]:
        return {**CONTENDERS[name](*arguments), "peak_mb": 1.0}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "measured", measured)
        return bench({"statements": 2_000, "tables": 1_000}, rounds=1)


def test_a_contender_has_a_process_of_its_own_and_tells_its_memory(tmp_path: Path) -> None:
    file = tmp_path / "statements.ndjson"
    write_statements(file, 10)
    told = measuring.measured("read", str(file))
    assert (told["rows"], told["peak_mb"] > 10) == (10, True)


def test_the_contenders_find_the_same_statements(results: dict[str, Any]) -> None:
    told = [results["statements"][name]["told"] for name in ("read", "flatten", "ingest")]
    assert {one["rows"] for one in told} == {2_000}
    assert len({one["ids"] for one in told}) == 1
    assert all(one["rejected"] == 0 for one in told)


def test_pandas_and_the_other_forms_hold_the_same_statements(results: dict[str, Any]) -> None:
    measured = results["statements"]
    others = [measured[name] for name in ("pandas", "gzipped", "pages")]
    assert {one["told"]["ids"] for one in others} == {measured["ingest"]["told"]["ids"]}
    plain, pages = (measured[form]["seconds"][0] for form in ("ingest", "pages"))
    assert f"{pages / plain:.2f} ×" in sections(results)


def test_contenders_that_disagree_stop_the_benchmark() -> None:
    one, other = ({"seconds": 1.0, "peak_mb": 1.0, "rows": 5, "ids": ids} for ids in ("a", "b"))
    with pytest.raises(Disagreement, match="ids differ"):
        agree({"read": figures("read", [one]), "ingest": figures("ingest", [other])})
    with pytest.raises(Disagreement, match="one and the same file"):
        figures("read", [one, other])


def test_ratios_are_of_what_was_measured_in_the_same_run(results: dict[str, Any]) -> None:
    seconds = {name: results["statements"][name]["seconds"][0] for name in ("read", "flatten", "ingest")}
    told = sections(results)
    assert f"{seconds['ingest'] / seconds['flatten']:.2f} ×" in told
    assert f"| {seconds['read'] / seconds['ingest']:.2f} |" in told


def test_a_run_is_told_with_its_growth_and_its_stages(results: dict[str, Any]) -> None:
    run = {"people": 100, "files": 9, "rows": 1_000, "seconds": 10.0, "peak_mb": 300.0, "stages": {"land moodle": 4.0}}
    large = {**run, "people": 1_000, "rows": 10_000, "seconds": 40.0}
    told = page({**results, "runs": [run, large]})
    assert "10.0 × the rows take 4.0 × the time." in told
    assert "| land moodle | 4.0 | 10% |" in told
    assert "| start-up, Dagster, and between | 36.0 | 90% |" in told


def test_a_reader_that_is_refused_or_told_nothing_is_counted_and_not_timed(tmp_path: Path) -> None:
    answers = Answers()
    answers.ask(tmp_path / "absent.duckdb")
    assert (answers.refused, answers.seconds) == (1, [])
    with duckdb.connect(str(tmp_path / "empty.duckdb")) as connection:
        for table, columns in (
            ("metrics.metric_result_latest", "metric_id varchar, value double"),
            ("marts.fct_learning_event", "activity_key varchar, person_key bigint"),
            ("marts.dim_learning_activity", "activity_key varchar, title varchar, is_current boolean"),
        ):
            connection.execute(f"create schema if not exists {table.split('.', maxsplit=1)[0]}")
            connection.execute(f"create table {table} ({columns})")
    answers.ask(tmp_path / "empty.duckdb")
    assert (answers.refused, answers.empty, len(answers.seconds)) == (1, 1, 1)


def test_what_readers_noticed_is_told_as_a_ratio(results: dict[str, Any]) -> None:
    asked = {"asked": 100, "refused": 0, "empty": 0, "median_ms": 20.0, "p95_ms": 30.0}
    told = page({**results, "readers": {"people": 300, "idle": asked, "building": asked, "ratio": 1.0}})
    assert "| building and publishing | 100 | 0 | 0 | 20 | 30 |" in told
    assert "while building is 1.0 × the idle one" in told


def test_a_day_is_told_as_a_ratio_of_the_longer_history_to_the_shorter_one() -> None:
    short = {"statements": 100, "whole": 50.0, "day": 20.0, "day_wall": 20.0, "day_without_nodes": 4.0,
             "nothing_new": 16.0, "written_mb": 80.0, "peak_mb": 900.0}  # fmt: skip
    long = short | {"statements": 1_000, "whole": 300.0, "day": 21.0, "written_mb": 88.0}
    told = sections({"increments": [short, long]})
    assert "| 1,000 | 300 | 21.0 | 4.0 | 88 | 900 |" in told
    assert "After 10.0 × the history a day costs 1.05 × the time, and writes\n1.10 × the bytes." in told


def test_a_consolidation_is_told_beside_the_copy_of_its_largest_fact() -> None:
    measured = {"statements": 1_000, "rows": 900, "models": 200, "seconds": 30.0, "copied": 5.0, "ratio": 6.0,
                "peak_mb": 2_000.0, "questions": {"learners by month": 0.25}}  # fmt: skip
    told = sections({"consolidation": measured})
    assert "which is 6.0 × the 5.0 s of copying" in told
    assert "| learners by month | 0.25 |" in told


def test_the_tables_are_landed_whole_and_their_planted_errors_are_rejected(results: dict[str, Any]) -> None:
    hours, log = (results["tables"][name]["land"]["told"] for name in ("hours", "log"))
    assert (hours, log["rows"]) == ({"rows": 1_000, "rejected": 2}, 1_000)
    seconds = [results["tables"]["hours"][way]["seconds"][0] for way in ("copy", "land")]
    assert f"| {seconds[0] / seconds[1]:.2f} |" in sections(results)


def test_identities_are_told_with_what_was_wrong_and_what_was_asked() -> None:
    links = {"links": 1000, "found": 980, "wrong": 1, "persons": 400, "whole": 380}
    queue = {"persons": 400, "asked": 4, "behind": 2, "same": 3, "answers": 5}
    measured = {"people": 400, "dirty_share": 0.03, "seconds": 2.0, "before": links,
                "after": links | {"found": 990, "wrong": 0}, "review": [queue, queue]}  # fmt: skip
    told = sections({"identities": measured})
    assert "| before review | 1,000 | 0.9800 | 1 | 0.99898 | 0.9500 |" in told
    assert "| after review | 1,000 | 0.9900 | 0 | 1.00000 | 0.9500 |" in told
    assert "4 questions at first, 1.00% of the people" in told
    assert "by 10 answers" in told
