"""When it runs: every night, and whenever something is dropped into an inbox."""

import hashlib
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from time import time

import dagster as dg

from connectors.archive import waiting
from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.resources import HomeResource

_STILL_SECONDS = 20
"""A file that changed more recently may still be on its way."""


def nightly(job_name: str) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(name="nightly", job_name=job_name, cron_schedule="0 4 * * *", execution_timezone="UTC")


def pulled_nightly(name: str, assets: dg.AssetsDefinition, since: date, nightly_days: int) -> dg.ScheduleDefinition:
    """An hour after midnight: yesterday's partition, and those before it that may not have been complete."""

    @dg.schedule(name=name, target=assets, cron_schedule="0 1 * * *", execution_timezone="UTC")
    def pull_days(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
        night = context.scheduled_execution_time
        days = [night.date() - timedelta(days=n) for n in range(nightly_days, 0, -1)]
        return [
            dg.RunRequest(run_key=f"{night:%Y-%m-%d} {day}", partition_key=day.isoformat())
            for day in days
            if day >= since
        ]

    return pull_days


def inbox_sensor(job_name: str, tools: frozenset[str]) -> dg.SensorDefinition:
    """``tools``: the folders that the job reads; files in another one would wait for ever without a word."""

    @dg.sensor(
        name="inbox", job_name=job_name, minimum_interval_seconds=60, description="Runs when files wait in an inbox."
    )
    def inbox(home: HomeResource) -> dg.RunRequest | dg.SkipReason:
        opened = Home(Path(home.root))
        if strangers := _strangers(opened, tools):
            raise SettingsError(
                f"Files wait in inbox/{strangers[0]}, which was not there when this code location was loaded. Reload "
                "it (Deployment → Reload the code location). If this comes again, no connector has that name: add "
                f"connectors/{strangers[0]}.yaml to the home or an entry in its settings.yml, or rename the folder."
            )
        files = _settled(opened)
        if not files:
            return dg.SkipReason("Nothing waits in the inbox.")
        # The key is a hash: a run key is kept in Dagster's storage, and file names may hold a person's name.
        seen = "|".join(f"{path}:{size}:{changed}" for path, size, changed in files)
        return dg.RunRequest(run_key=hashlib.sha256(seen.encode()).hexdigest())

    return inbox


def _strangers(home: Home, tools: frozenset[str]) -> list[str]:
    if not home.inbox.exists():
        return []
    folders = sorted(folder.name for folder in home.inbox.iterdir() if folder.is_dir())
    return [folder for folder in folders if folder not in tools and next(iter(waiting(home, folder)), None)]


def _settled(home: Home) -> list[tuple[Path, int, int]]:
    """Files that have come to rest, with size and time of change (ns)."""
    if not home.inbox.exists():
        return []
    tools = sorted(folder.name for folder in home.inbox.iterdir() if folder.is_dir())
    newest = time() - _STILL_SECONDS
    found = []
    for path in (path for tool in tools for path in waiting(home, tool)):
        with suppress(FileNotFoundError):  # a run that is under way has just taken it in
            stat = path.stat()
            if stat.st_mtime < newest:
                found.append((path, stat.st_size, stat.st_mtime_ns))
    return found
