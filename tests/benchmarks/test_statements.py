"""The file of statements that is measured with."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import statements
from benchmarks.statements import write_statements
from connectors.xapi.files import records
from connectors.xapi.rules import judge


@pytest.fixture(autouse=True)
def _few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "ENROLMENTS", 60)


def test_exactly_as_many_valid_statements_are_written_as_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "statements.ndjson"
    told: list[tuple[int, int]] = []
    size = write_statements(path, 3000, seed=1, progress=lambda *done: told.append(done))
    found = list(records(path))
    assert len(found) == 3000 and size == path.stat().st_size
    assert all(rule is None and judge(raw) is None for _, raw, rule in found)
    assert told[-1] == (3000, 3000) and told == sorted(told) and len(told) > 1


def test_no_statement_is_written_twice(tmp_path: Path) -> None:
    path = tmp_path / "statements.ndjson"
    write_statements(path, 3000)
    assert len({line[:60] for line in path.read_text(encoding="utf-8").splitlines()}) == 3000, "each begins with its id"


def test_the_same_seed_gives_the_same_file_and_a_shorter_one_is_its_beginning(tmp_path: Path) -> None:
    sizes = {name: write_statements(tmp_path / name, count, seed) for name, count, seed in
             (("one", 2000, 3), ("same", 2000, 3), ("shorter", 700, 3), ("other", 2000, 4))}  # fmt: skip
    whole = (tmp_path / "one").read_bytes()
    assert (tmp_path / "same").read_bytes() == whole
    assert (tmp_path / "shorter").read_bytes() == whole[: sizes["shorter"]]
    assert (tmp_path / "other").read_bytes() != whole
