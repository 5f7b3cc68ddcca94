"""Remote inboxes: new files of an SFTP server, an object store or a share, fetched by the hour.

    settings.yml --inbox--> asset inbox/<tool> → inbox/<tool>/… on disk, where the sensor of dropped files sees them

What is fetched is a dropped file like any other. So a server that is down holds up nothing but its own files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg

from connectors.declaration import Declaration
from connectors.errors import SettingsError
from connectors.home import Home
from connectors.sources.remote_files.source import RemoteInbox, remote_inbox
from pipelines.resources import HomeResource, outside_trouble_is_retried

if TYPE_CHECKING:
    from connectors.sources.remote_files.fetching import Fetched


@dataclass(frozen=True)
class ScheduledInbox:
    """The asset of a remote inbox, and when it is looked into."""

    tool: str
    asset: dg.AssetsDefinition
    schedule: dg.ScheduleDefinition


def remote_inboxes(declarations: Mapping[str, Declaration]) -> list[ScheduledInbox]:
    """Everything that settings.yml names a remote inbox for."""
    found = {tool: remote_inbox(tool, declaration.options) for tool, declaration in declarations.items()}
    return [_scheduled(tool, where) for tool, where in found.items() if where is not None]


def look_into(home: Home, declaration: Declaration) -> "Fetched":
    """Fetch what is new in a tool's remote inbox into the one of the home."""
    from connectors.sources.remote_files.fetching import fetch

    tool, where = declaration.tool, remote_inbox(declaration.tool, declaration.options)
    if where is None:
        raise SettingsError(
            f"settings.yml names no remote inbox for {tool}. Add tools.{tool}.inbox.url, then pull again."
        )
    return fetch(tool, where, home.inbox / tool, home.restricted / "fetched" / f"{tool}.json")


def _scheduled(tool: str, where: RemoteInbox) -> ScheduledInbox:
    @dg.asset(
        name=tool,
        key_prefix="inbox",
        pool=f"inbox_{tool}",
        description=f"New files of {tool}'s remote inbox, in the inbox of the home.",
    )
    def fetch_new(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
        with outside_trouble_is_retried(context):
            found = look_into(home.open(), home.declaration(tool))
        told = {"files_new": found.new, "files_same": found.same, "files_waiting": found.waiting}
        return dg.MaterializeResult(metadata=told)

    schedule = dg.ScheduleDefinition(
        name=f"fetch_{tool}",
        target=fetch_new,
        cron_schedule=f"15 */{where.every_hours} * * *",
        execution_timezone="UTC",
    )
    return ScheduledInbox(tool, fetch_new, schedule)
