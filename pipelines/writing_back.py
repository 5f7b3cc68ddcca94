"""Write back, run: after each publication, if a home asks for it, results go to its LRS as statements.

It is no part of the job ``run``: what was published is published, whether or not an LRS is well. The sensor is off
until somebody switches it on (Automation), and without ``write_back`` in settings.yml nothing is sent even then.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import dagster as dg
from filelock import FileLock, Timeout

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import write_back
from pipelines.progress import stage
from pipelines.resources import HomeResource, outside_trouble_is_retried
from pipelines.settings import open_tokeniser
from pipelines.write_back.ledger import Ledger
from pipelines.write_back.sending import batch_count

JOB = "write_back"
PUBLISHED = dg.AssetKey(["published", "learning"])


def write_back_asset() -> dg.AssetsDefinition:
    @dg.asset(
        key=["write_back", "statements"],
        deps=[PUBLISHED],
        pool="write_back",
        kinds={"xapi"},
        description="Results of the published version, sent to an LRS as xAPI statements where settings.yml says so.",
    )
    def statements(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
        opened = home.open()
        with outside_trouble_is_retried(context):
            settings = write_back.settings_of(opened)
            if settings is None:
                return dg.MaterializeResult(metadata={"state": "off: settings.yml has no write_back"})
            sent = sent_now(opened, settings)
        return dg.MaterializeResult(
            metadata={f"{result} {outcome}": count for (result, outcome), count in sorted(sent.statements.items())}
            | {f"{result} voids {outcome}": count for (result, outcome), count in sorted(sent.voids.items())}
        )

    return statements


def published_sensor() -> dg.SensorDefinition:
    """Starts the job for each publication."""

    @dg.asset_sensor(asset_key=PUBLISHED, job_name=JOB, name="published", minimum_interval_seconds=60)
    def published(_: dg.SensorEvaluationContext, event: dg.EventLogEntry) -> dg.RunRequest:
        return dg.RunRequest(run_key=event.run_id)

    return published


def plan_now(home: Home, settings: write_back.WriteBack) -> write_back.Plan:
    """What would be sent at this moment; asks no LRS."""
    with _ledger(home, settings) as ledger:
        return write_back.planned(home, settings, open_tokeniser(home), ledger.noted())


def sent_now(
    home: Home,
    settings: write_back.WriteBack,
    *,
    accept_voids: bool = False,
    told: Callable[[write_back.Plan], None] = lambda _: None,
) -> write_back.Sent:
    """Plan and send, alone: no other process sends for this home at the same time. ``told`` hears the plan first."""
    credentials = write_back.credentials(settings)
    with _alone(home), _ledger(home, settings) as ledger:
        plan = write_back.planned(home, settings, open_tokeniser(home), ledger.noted())
        told(plan)
        with (
            write_back.Lrs(settings.lrs, credentials) as lrs,
            stage("write back", batch_count(plan)) as step,
        ):
            return write_back.send(plan, lrs, ledger, accept_voids=accept_voids, step=step)


def _ledger(home: Home, settings: write_back.WriteBack) -> AbstractContextManager[Ledger]:
    return Ledger.opened(home.write_back / "ledger.sqlite", settings.lrs.statements)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    home.write_back.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(home.write_back / "sender.lock", timeout=0):
            yield
    except Timeout as error:
        raise SettingsError(f"Another process is writing results of {home.root} back. Wait for it to end.") from error
