"""One run from the terminal: the same job that Dagster schedules, in this process, with progress and a reason.

A run that finds nothing new ends before it builds: same originals, same links, same logic, same day, same
figures (`publishing.inputs_hash`).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors import archive, landing
from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.publishing import inputs_hash, published_inputs, published_version
from pipelines.settings import declarations, open_tokeniser, writing


@dataclass(frozen=True)
class Outcome:
    """How a run ended: ``published``, ``unchanged``, ``withheld`` (guards) or ``failed``, and why."""

    outcome: str
    version: str | None
    ended_at: str
    reasons: list[str] = field(default_factory=list)
    run_id: str | None = None

    @property
    def is_good(self) -> bool:
        return self.outcome in {"published", "unchanged"}


def active_tools(home: Home) -> list[str]:
    """Tools with something in their inbox or in the archive. Nothing else needs to be configured."""
    known = declarations(home)
    dropped = {folder.name for folder in home.inbox.iterdir() if folder.is_dir() and archive.waiting(home, folder.name)}
    if strangers := sorted(dropped - set(known)):
        raise SettingsError(
            f"inbox/{strangers[0]} holds files, but no connector has that name. Known: {', '.join(known)}. "
            f"Rename the folder, or add {home.root / 'connectors' / (strangers[0] + '.yaml')}."
        )
    return sorted((dropped | archive.tools(home)) & set(known))


def run(home: Home, *, full_refresh: bool = False, force: bool = False, accept_empty: bool = False) -> Outcome:
    """Run the whole line on ``home`` and remember how it ended for ``throughline status``."""
    home.open()
    open_tokeniser(home)
    with writing(home):
        tools = active_tools(home)
        if not tools:
            raise SettingsError(
                f"There is nothing to read. Drop exports into {home.inbox}/<tool>/, or try: throughline demo"
            )
        if not (full_refresh or force) and _is_unchanged(home, tools):
            return _remembered(home, _outcome(home, "unchanged"))
        return _remembered(home, _execute(home, tools, full_refresh, accept_empty))


def _is_unchanged(home: Home, tools: list[str]) -> bool:
    from pipelines.landing import pending

    known = declarations(home)
    waits = any(archive.waiting(home, tool) or pending(home, known[tool]) for tool in tools)
    return not waits and published_inputs(home) == inputs_hash(home)


def _execute(home: Home, tools: list[str], full_refresh: bool, accept_empty: bool) -> Outcome:
    import dagster as dg

    from pipelines.definitions import JOB, line

    job = line(home).resolve_job_def(JOB)
    idle = set(declarations(home)) - set(tools)
    selection = [key for key in job.asset_layer.executable_asset_keys if key.path[0] not in idle]
    ops: dict[str, Any] = {"warehouse": {"config": {"full_refresh": full_refresh}}}
    ops["published__learning"] = {"config": {"accept_empty": accept_empty}}
    with dg.DagsterInstance.get() as instance:
        _bury_the_dead(instance)
        result = job.execute_in_process(
            instance=instance,
            asset_selection=selection,
            run_config={"ops": ops, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
            tags=_OURS,
        )
        if result.success:
            return _outcome(home, "published", run_id=result.run_id)
        return _outcome(home, *_failure(result), run_id=result.run_id)


_OURS = {"throughline/started_by": "command"}


def _bury_the_dead(instance: Any) -> None:
    """Mark runs of commands whose process was killed as failed: this run holds the writer's lock, so none lives."""
    import dagster as dg

    under_way = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    for run in instance.get_runs(dg.RunsFilter(statuses=under_way, tags=_OURS)):
        instance.report_run_failed(run, "The process of this run was killed; the next run goes on from there.")


def _failure(result: Any) -> tuple[str, list[str]]:
    """What failed, in the words of what raised it; failed blocking checks are guards that withheld the build."""
    checks = [
        f"{event.event_specific_data.check_name}: {event.event_specific_data.description}"
        for event in result.all_events
        if event.event_type_value == "ASSET_CHECK_EVALUATION"
        and not event.event_specific_data.passed
        and event.event_specific_data.severity.value == "ERROR"
    ]
    if checks:
        return "withheld", checks
    return "failed", [_told(event) for event in result.all_events if event.is_step_failure]


def _told(event: Any) -> str:
    data = event.event_specific_data
    if data.user_failure_data and data.user_failure_data.description:
        return str(data.user_failure_data.description)
    error = data.error.cause or data.error
    return f"{event.step_key}: {error.message.strip()}"


def _outcome(home: Home, outcome: str, reasons: list[str] | None = None, run_id: str | None = None) -> Outcome:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Outcome(outcome, published_version(home), now, reasons or [], run_id)


def _remembered(home: Home, outcome: Outcome) -> Outcome:
    path = home.logs / "last_run.json"
    aside = path.with_suffix(".aside")
    aside.write_text(json.dumps(asdict(outcome), indent=1), encoding="utf-8")
    os.replace(aside, path)
    return outcome


def last_run(home: Home) -> Outcome | None:
    path = home.logs / "last_run.json"
    return Outcome(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def replay(home: Home, tool: str, unit: str | None = None, *, accept_fewer: bool = False) -> list[landing.Landed]:
    """Map archived originals of a tool (all, or one unit) again with today's declaration.

    A unit that comes out as it stands is left as it is, so that nothing is built for it.
    """
    from pipelines.landing import land_originals

    home.open()
    known = declarations(home)
    if tool not in known:
        raise SettingsError(f"No connector is called {tool!r}. Known: {', '.join(known)}.")
    chosen = [original for original in archive.originals(home, tool) if unit in (None, original.unit)]
    if not chosen:
        what = f"unit {unit}" if unit else "any original"
        raise SettingsError(
            f"The archive of {tool} does not hold {what}. `throughline status --units` lists what it holds."
        )
    with writing(home):
        tokeniser = open_tokeniser(home)
        landed = land_originals(home, known[tool], tokeniser, chosen, accept_fewer=accept_fewer, keep_unchanged=True)
        return landed.units
