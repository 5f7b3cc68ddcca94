"""A suite that can't be right is refused with the file, the line and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import SettingsError
from pipelines.guards import load_suite, load_suites

SUITE = """\
table: audit_ledger
meaning: Landing.
grain: [tool]
expectations:
  - name: rows_balance
    expectation: ExpectColumnValuesToBeBetween
    arguments:
      column: rows_unaccounted
      max_value: 0
      row_condition: rows_read >= 20
    severity: critical
    meaning: Records disappeared.
    next_step: Replay.
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "audit_ledger.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_suite_may_spell_an_expectation_as_gx_class_or_in_snake_case(tmp_path: Path) -> None:
    (by_class,) = load_suite(written(tmp_path, SUITE)).expectations
    snake = SUITE.replace("ExpectColumnValuesToBeBetween", "expect_column_values_to_be_between")
    (by_name,) = load_suite(written(tmp_path, snake)).expectations
    assert by_class == by_name
    assert by_class.guard == "gx.audit_ledger.rows_balance"
    assert by_class.expected == "rows_unaccounted at most 0 where rows_read >= 20"


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("severity: critical", "severity: fatal", 11, "`fatal` is no severity. Allowed: critical, warning"),
        ("severity: critical", "severity: critcal", 11, "did you mean `critical`?"),
        ("    severity:", "    sevrity:", 11, "may not have `sevrity`; did you mean `severity`?"),
        ("    next_step: Replay.\n", "", 5, "must have `next_step`"),
        ("ExpectColumnValuesToBeBetween", "ExpectColumnValueToBeBetween", 6, "`expect_column_values_to_be_between`?"),
        ("max_value: 0", "max_val: 0", 9, "did you mean `max_value`?"),
        ("max_value: 0", "max_value: few", 9, "`few` is no number"),
        ("      max_value: 0\n", "", 7, "or else it expects nothing"),
        ("max_value: 0", "max_value: 0\n      min_value: 1", 10, "min_value 1 is above max_value 0"),
        ("rows_read >= 20", "rows_read is many", 10, "is not `<column> <operator> <number>`"),
        ("rows_read >= 20", "rows_read >= 20 or 1 == 1", 10, "is not `<column> <operator> <number>`"),
        ("table: audit_ledger", "table: audit_legder", 1, "must be the file's name, `audit_ledger`"),
        ("name: rows_balance", "name: Rows balance", 5, "is not a name"),
        ("meaning: Landing.", "meaning: ''", 2, "`meaning` must be a text"),
        ("grain: [tool]", "grain: []", 3, "at least one entry"),
        ("    meaning: Records", "    severity: warning\n    meaning: Records", 12, "stands twice"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, line: int, complaint: str
) -> None:
    assert old in SUITE
    with pytest.raises(SettingsError) as refusal:
        load_suite(written(tmp_path, SUITE.replace(old, new)))
    assert f"audit_ledger.yml, line {line}: " in str(refusal.value)
    assert complaint in str(refusal.value)


def test_two_expectations_may_not_share_a_name(tmp_path: Path) -> None:
    twice = SUITE + SUITE[SUITE.index("  - name") :]
    with pytest.raises(SettingsError, match=r"line 14: two expectations are named `rows_balance`"):
        load_suite(written(tmp_path, twice))


def test_a_folder_without_suites_is_an_error_and_not_an_empty_guard(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing would be guarded"):
        load_suites(tmp_path)


def test_every_shipped_suite_has_a_critical_expectation() -> None:
    for suite in load_suites():
        assert any(expectation.severity == "critical" for expectation in suite.expectations), suite.table
