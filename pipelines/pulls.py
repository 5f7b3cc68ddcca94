"""Pulls: one Dagster partition per day of ``stored``, which is the only cursor that there is.

A day is pulled whole into the archive and landed as the unit of that day; pulling it again replaces it. The
LRS is named by THROUGHLINE_LRS_ENDPOINT, _USERNAME and _PASSWORD.
"""

import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg

from connectors import archive, mapping
from connectors.declaration import Declaration
from connectors.errors import SettingsError
from connectors.xapi import lrs
from pipelines.landing import PARTS, land_originals, meaning
from pipelines.resources import HomeResource, outside_trouble_is_retried

DAYS = dg.DailyPartitionsDefinition(start_date=os.environ.get("THROUGHLINE_LRS_START", "2024-01-01"), timezone="UTC")


def pull_assets(declaration: Declaration) -> dg.AssetsDefinition:
    """Key ``lrs/<kind>`` for every record kind that statements yield."""
    specs = [
        dg.AssetSpec(["lrs", kind], description=f"{meaning(kind)} A partition is a day of `stored`.")
        for kind in mapping.kinds_of(declaration)
    ]

    @dg.multi_asset(
        name="lrs", specs=specs, partitions_def=DAYS, pool="lrs", description="Statements that an LRS stored on a day."
    )
    def pull_day(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
        opened = home.open()
        window = context.partition_time_window
        with outside_trouble_is_retried(context), tempfile.TemporaryDirectory(dir=opened.restricted) as folder:
            pulled = lrs.pull(*_lrs(), window.start, window.end, Path(folder) / "statements.ndjson")
            original = archive.add_window(
                opened, declaration.tool, context.partition_key, pulled.path, window.end.replace(tzinfo=None)
            )
            landed = land_originals(opened, home.declaration(declaration.tool), home.tokeniser(), [original])
        for unit in landed.refused:
            raise dg.Failure(f"The LRS's answer for {unit.unit} was refused. {unit.reason}", allow_retries=False)
        for spec in specs:
            rows = landed.rows(spec.key.path[-1])
            metadata = {"dagster/partition_row_count": rows["landed"]} | {f"rows_{part}": rows[part] for part in PARTS}
            yield dg.MaterializeResult(asset_key=spec.key, metadata=metadata)

    return pull_day


def pull_schedule(pulls: dg.AssetsDefinition) -> dg.ScheduleDefinition:
    """Yesterday's partition, an hour after midnight."""

    @dg.schedule(name="pull_daily", target=pulls, cron_schedule="0 1 * * *", execution_timezone="UTC")
    def pull_yesterday(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        yesterday = context.scheduled_execution_time - timedelta(days=1)
        return dg.RunRequest(partition_key=f"{yesterday:%Y-%m-%d}")

    return pull_yesterday


def _lrs() -> tuple[str, lrs.Credentials]:
    names = [f"THROUGHLINE_LRS_{part}" for part in ("ENDPOINT", "USERNAME", "PASSWORD")]
    if missing := [name for name in names if not os.environ.get(name)]:
        raise SettingsError(f"To pull from an LRS, set {', '.join(missing)}, then run the partition again.")
    endpoint, username, password = (os.environ[name] for name in names)
    return endpoint, lrs.Credentials(username, password)
