"""Generated pages say what the declarations say, and a stale one is noticed."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from connectors.records import RECORD_KINDS, Privacy

GENERATE = Path(__file__).parents[2] / "docs" / "generate.py"


@pytest.fixture
def generate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The generator, writing to a folder of its own."""
    spec = spec_from_file_location("generate", GENERATE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "_CHECKOUT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    return module


def test_every_column_of_every_kind_is_in_its_section_with_its_privacy(generate: ModuleType) -> None:
    sections = {part.split("`")[1]: part for part in generate.record_kinds_page().split("\n## ") if part[0] == "`"}
    for kind in RECORD_KINDS.values():
        rows = {line.split("`")[1]: line for line in sections[kind.name].splitlines() if line.startswith("| `")}
        assert list(rows) == [column.name for column in kind.columns]
        marked = {name for name, row in rows.items() if "**token**" in row or "**vault**" in row}
        assert marked == {column.name for column in kind.columns if column.privacy is not Privacy.OPEN}


def test_a_metric_stands_with_what_it_counts_and_what_it_may_claim(generate: ModuleType) -> None:
    section = generate.metrics_page().split("## `completion_rate`")[1].split("\n## ")[0]
    assert "| of | `enrolments_started`" in section
    assert "| strongest claim | attendance (LTEM tier 1) |" in section


def test_a_page_that_was_edited_by_hand_fails_the_check_and_is_mended(
    generate: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate.main()
    written = (tmp_path / "docs" / "record_kinds.md").read_text(encoding="utf-8")
    (tmp_path / "docs" / "record_kinds.md").write_text(written + "by hand\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    with pytest.raises(SystemExit, match=r"docs/record_kinds\.md.*make docs"):
        generate.main()
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    generate.main()
    assert (tmp_path / "docs" / "record_kinds.md").read_text(encoding="utf-8") == written
