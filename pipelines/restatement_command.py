"""``throughline metric restated``: which published figures changed, by how much, and because of which inputs."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer
from rich.console import Console

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import screen
from pipelines.home_option import HomeOption, home_at
from transfer.metric_row import SHOWN

console = Console(width=None if sys.stdout.isatty() else 140)

_VERSION = r"\d{8}T\d{6}Z-[0-9a-f]{8}"

_FIGURES = """
    with figures as (
        select
            metric_id, grain, grain_key, period, arg_max(change, version) as change,
            arg_min(former_value, version) as before, arg_max(value, version) as after, bool_or(was_final) as was_final,
            arg_min(former_status, version) as former_status, arg_max(status, version) as status
        from trust.restatements
        where {asked}
        group by all
    ),

    -- Where there is no number to show, words say what became of the figure.
    worded as (
        select
            *,
            case when former_status in ({shown}) then 'shown' else replace(former_status, '_', ' ') end as state_before,
            case
                when change = 'withdrawn' then 'withdrawn'
                when status in ({shown}) then 'shown'
                else replace(status, '_', ' ')
            end as state_after
        from figures
    ),

    inputs as (
        select
            metric_id, period, cause, tool, record_kind, reach, sum(units) as units,
            sum(rows_after - coalesce(rows_before, 0)) as row_count
        from trust.restatement_causes
        where {asked}
        group by all
    ),

    ranked as (
        select
            metric_id, period,
            concat_ws(
                ' ', cause, record_kind, 'of ' || tool, case when units > 1 then '(' || units || ' units)' end,
                printf('%+d rows', row_count::bigint)
            ) as reason,
            row_number() over (
                partition by metric_id, period
                order by reach desc nulls last, abs(row_count) desc nulls last, cause, tool, record_kind
            ) as place
        from inputs
    ),

    reasons as (
        select
            metric_id, period,
            concat_ws(
                '; ', string_agg(reason, '; ' order by place) filter (place <= {most}),
                case when count(*) > {most} then count(*) - {most} || ' more (--inputs)' end
            ) as because_of
        from ranked
        group by all
    )

    select
        figures.metric_id as metric, figures.grain || ' ' || figures.grain_key as figure, figures.period,
        figures.before, figures.after, figures.after - figures.before as difference,
        case
            when figures.before is not null and figures.after is not null then figures.change
            else
                case when figures.change = 'redefined' then 'redefined, ' else '' end
                || figures.state_before || ' → ' || figures.state_after
        end || case when figures.was_final then '' else ' (provisional)' end as change,
        reasons.because_of
    from worded as figures
    left join reasons
        on figures.metric_id = reasons.metric_id and figures.period is not distinct from reasons.period
    order by figures.was_final desc, metric, figure, figures.period
"""

_MOST_REASONS = 3
"""That a cell of a table says; a file says all."""

_INPUTS = """
    select
        metric_id as metric, period, cause, reach, tool, record_kind as kind,
        coalesce(source_file, unit, units || ' units') as original,
        landed_at as landed, first_told_date as tells_from, last_told_date as tells_to, rows_before, rows_after
    from trust.restatement_causes
    where {asked}
    order by metric, period, reach desc, tool, kind, original
"""


def restated(
    metric: Annotated[str | None, typer.Argument(metavar="METRIC", help="One metric; else all.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Compare with this version (trust.versions); else the one before.")
    ] = None,
    inputs: Annotated[bool, typer.Option("--inputs", help="List every input that reached a restated period.")] = False,
    format: Annotated[str, typer.Option("--format", help="table, csv or json")] = "table",
    home: HomeOption = None,
) -> None:
    """Show which published figures changed since a version, by how much, and because of which inputs."""
    opened = home_at(home)
    versions, metrics = _known(opened)
    if metric is not None and metric not in metrics:
        raise SettingsError(f"No metric “{metric}” is published. See: throughline metric list")
    if since is not None and since not in versions:
        raise SettingsError(f"No version “{since}” was published. Known: {', '.join(versions[-5:])}.")
    after = f"version > '{since}'" if since else f"version = '{versions[-1]}'"
    asked = after + (f" and metric_id = '{metric}'" if metric else "")
    most = _MOST_REASONS if format == "table" else sys.maxsize
    shown = ", ".join(f"'{status}'" for status in SHOWN)
    screen.query(console, opened, (_INPUTS if inputs else _FIGURES).format(asked=asked, most=most, shown=shown), format)


def _known(home: Home) -> tuple[list[str], set[str]]:
    """Every version that was published, oldest first, and the metrics that are published now."""
    with screen.published(home) as connection:
        versions = [name for (name,) in connection.execute("select version from trust.versions order by 1").fetchall()]
        metrics = {
            name for (name,) in connection.execute("select distinct metric_id from metrics.dim_metric").fetchall()
        }
    return [name for name in versions if re.fullmatch(_VERSION, name)], metrics
