"""``python -m simulator``."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.__main__ import main


def test_the_command_writes_one_folder_per_tool_and_says_what_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, truth = tmp_path / "inbox", tmp_path / "truth"
    monkeypatch.setattr("sys.argv", ["simulator", f"--to={inbox}", f"--truth={truth}", "--people=20", "--months=1"])
    main()
    assert sorted(path.name for path in inbox.iterdir()) == ["moodle", "totara", "xapi"]
    assert (truth / "planted.json").exists()
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[:3]] == ["moodle", "totara", "xapi"]


def test_a_last_day_in_the_middle_of_a_month_is_refused_with_what_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["simulator", f"--to={tmp_path}", "--end=2026-10-30"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "must be the last day of a month" in capsys.readouterr().err
