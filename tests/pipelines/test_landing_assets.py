"""What the assets of a tool and of landing tell the reader of a run."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.landing import landing_assets, rows_standing, tool_assets
from pipelines.resources import HomeResource
from pipelines.settings import declarations

USERS = "idnumber,timemodified,username,deleted,firstname,lastname,email\n" + "".join(
    f"p{n},0,user{n},0,Given{n},Family{n},user{n}@example.com\n" for n in range(20)
)


def told(home: Home) -> dict[str, dict[str, Any]]:
    """Metadata by asset, after the tool `totara` and landing ran once."""
    known = declarations(home)
    assets = [tool_assets(known["totara"]), landing_assets(known, [])]
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        result = dg.materialize(assets, instance=instance, resources={"home": HomeResource(root=str(home.root))})
    return {
        event.asset_key.to_user_string(): {
            name: value.value for name, value in event.step_materialization_data.materialization.metadata.items()
        }
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }


def test_a_tool_says_what_this_run_read_and_what_stands_altogether(home: Home) -> None:
    (home.inbox / "totara").mkdir()
    (home.inbox / "totara" / "users.csv").write_text(USERS + ",0,nobody,0,No,Body,nobody@example.com\n")
    first = told(home)["totara/people"]
    assert first == {
        "dagster/row_count": 20, "rows_read": 21, "rows_landed": 20, "rows_rejected": 1, "rows_duplicate": 0,
        "originals_read": 1, "originals_refused": 0,
    }  # fmt: skip
    again = told(home)["totara/people"]
    assert again == dict.fromkeys(first, 0) | {"dagster/row_count": 20}


def test_an_original_that_is_refused_is_counted_and_the_others_land(home: Home) -> None:
    (home.inbox / "totara").mkdir()
    (home.inbox / "totara" / "users.csv").write_text(USERS)
    (home.inbox / "totara" / "page.csv").write_text("<html>Log in</html>")
    metadata = told(home)["totara/people"]
    assert (metadata["originals_read"], metadata["originals_refused"], metadata["rows_landed"]) == (2, 1, 20)


def test_landing_counts_rows_and_units_of_every_kind_even_where_there_are_none(home: Home) -> None:
    (home.inbox / "totara").mkdir()
    (home.inbox / "totara" / "users.csv").write_text(USERS)
    metadata = told(home)
    assert metadata["landing/people"] == {"dagster/row_count": 20, "units": 1}
    assert metadata["landing/statements"] == {"dagster/row_count": 0, "units": 0}
    assert metadata["landing/ledger"] == {"units": 1}


def test_an_installation_has_an_inbox_a_ledger_and_assets_of_its_own(home: Home) -> None:
    (home.root / "settings.yml").write_text("tools: {subsidiary: {connector: totara}}")
    (home.inbox / "subsidiary").mkdir()
    (home.inbox / "subsidiary" / "users.csv").write_text(USERS)
    subsidiary = tool_assets(declarations(home)["subsidiary"])
    assert dg.AssetKey(["subsidiary", "people"]) in subsidiary.keys
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        dg.materialize([subsidiary], instance=instance, resources={"home": HomeResource(root=str(home.root))})
    assert rows_standing(home, "subsidiary")["people"] == 20
    assert not rows_standing(home, "totara")


def test_a_tool_can_not_have_a_name_that_other_assets_go_by(home: Home) -> None:
    (home.root / "settings.yml").write_text("tools: {lrs: {connector: xapi}}")
    with pytest.raises(SettingsError, match="A tool can't be called lrs"):
        declarations(home)
