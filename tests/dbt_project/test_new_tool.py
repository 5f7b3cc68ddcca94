"""To add a tool is to add one declaration and one sample: everything else learns of it by itself."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest
from typer.testing import CliRunner

from connectors import landing
from connectors.declaration import catalogue, load
from connectors.home import Home
from pipelines.landing import land_tool, landing_assets, tool_assets
from pipelines.settings import declarations, open_tokeniser
from tests.docs.test_generate import generate

__all__ = ["generate"]

TOOL = "first_aid_register"
DECLARED = """
tool: first_aid_register
title: First aid register
status: draft
version: "1"
about: Who holds a first aid certificate, as the safety office keeps it.
delimiters: [";"]
exports:
  holders:
    title: the list of certificates
    how: "Safety office: Register → Print → Save as CSV."
    delivers: events
    columns: {number: Staff no., scheme: Certificate, given: Given on, until: Valid until}
    kinds:
      certifications:
        columns:
          person_token: {from: number, identifier: employee_number}
          certification_id: scheme
          event: {constant: awarded}
          event_date: {from: given, formats: "%d/%m/%Y"}
          valid_to: {from: until, formats: "%d/%m/%Y", shift: 1 day}
"""
SAMPLE = """\
Staff no.;Certificate;Given on;Valid until
001007;EHBO;03/03/2026;02/03/2028
001014;EHBO;31/02/2026;
001021;AED;04/03/2026;03/03/2027
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a tool that was never seen before: two files, and nothing else."""
    home = Home(tmp_path / "home").open()
    (home.root / "connectors").mkdir()
    (home.root / "connectors" / f"{TOOL}.yaml").write_text(DECLARED, encoding="utf-8")
    (home.inbox / TOOL).mkdir()
    (home.inbox / TOOL / "holders_2026-03-31.csv").write_text(SAMPLE, encoding="utf-8")
    return home


def test_its_sample_goes_all_the_way_to_the_model_of_its_kind(home, dbt, query) -> None:
    land_tool(home, declarations(home)[TOOL], open_tokeniser(home))
    (row,) = landing.ledger(home, TOOL).to_pylist()
    assert [row[f"rows_{part}"] for part in ("read", "landed", "rejected")] == [3, 2, 1]
    landing.write_zero_rows(home)
    dbt(home.root, "run", "--select", "stg_ledger", "stg_certifications")
    staged = query(
        home.root, "select tool, certification_id, cast(valid_to as text) from staging.stg_certifications order by 2"
    )
    assert staged == [(TOOL, "AED", "2027-03-04"), (TOOL, "EHBO", "2028-03-03")]


def test_dagster_has_its_assets(home: Home) -> None:
    known = declarations(home)
    assert tool_assets(known[TOOL]).keys == {dg.AssetKey([TOOL, "certifications"])}
    upstream = landing_assets(known, ()).asset_deps[dg.AssetKey(["landing", "certifications"])]
    assert dg.AssetKey([TOOL, "certifications"]) in upstream


@pytest.mark.parametrize(
    ("command", "told"), [(("list",), "First aid register"), (("explain", TOOL), "Safety office: Register")]
)
def test_the_command_knows_it(home: Home, command: tuple[str, ...], told: str) -> None:
    from pipelines.cli import app

    result = CliRunner().invoke(app, ["connector", *command, "--home", str(home.root)])
    assert result.exit_code == 0, result.output
    assert told in result.output


def test_the_documentation_has_it(home: Home, generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue's page is made of its files, so one file more is one section more."""
    monkeypatch.setattr(generate, "catalogue", lambda folder: catalogue(folder, home.root / "connectors"))
    assert "First aid register" in generate.connectors_page()
    assert load(home.root / "connectors" / f"{TOOL}.yaml").title in generate.readme()
