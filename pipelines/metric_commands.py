"""``throughline metric``: what is counted, what each figure means, and what came out.

list            every metric with its unit, tier and strongest claim
explain METRIC  what it says and doesn't, its parts, and the rules that it is published by
query METRIC    its figures, with interval, coverage, status and the reason of each that isn't shown

All of it is read from the published database: definitions as they were when the figures were made, and never a figure
that a guard or the smallest group withholds.
"""

from __future__ import annotations

import re
import sys
from typing import Annotated, Any

import typer
from rich.console import Console

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import screen
from pipelines.home_option import HomeOption, home_at

app = typer.Typer(help="Metrics: what is counted, and what came out.", no_args_is_help=True, rich_markup_mode=None)
console = Console(width=None if sys.stdout.isatty() else 140)

MetricArgument = Annotated[str, typer.Argument(metavar="METRIC", help="As `throughline metric list` names it.")]
FormatOption = Annotated[str, typer.Option("--format", help="table, csv or json")]

_DEFINED = """
    select
        catalogue_id as catalogue, metric_id as metric, unit, coalesce(period, 'as of now') as period, grains,
        ltem_tier as tier, max_claim as claim
    from metrics.dim_metric
    where is_current
    order by catalogue_id[1], try_cast(catalogue_id[2:] as integer), metric_id
"""

_NAMES = {
    "activity": "select activity_key as grain_key, title as name from marts.dim_learning_activity where is_current",
    "org_unit": """
        select org_unit_key as grain_key, arg_max(org_unit_name, valid_from) as name
        from marts.dim_org_unit
        group by org_unit_key
    """,
}
"""Where the name of a grain's key stands; every other key is a name itself."""

_ITSELF = "select null::varchar as grain_key, null::varchar as name"


@app.command("list")
def list_(home: HomeOption = None, format: FormatOption = "table") -> None:
    """List every metric that is defined, with its unit, LTEM tier and strongest claim."""
    screen.query(console, home_at(home), _DEFINED, format)


@app.command()
def explain(metric: MetricArgument, home: HomeOption = None) -> None:
    """Say what a metric means, how it is counted, and by which rules it is published."""
    declared = _declared(home_at(home), metric)
    _print(f"{declared['name']} ({declared['catalogue_id']}, version {declared['definition_version']})")
    _print(f"\n{declared['definition']}\n")
    _print("Counted, by figure (numerator, denominator, persons, records that could and could not be used):")
    for part in declared["formula"].split("; "):
        _print(f"  {part}")
    _print("\nRules:")
    for rule in _rules(declared):
        _print(f"  {rule}")


@app.command()
def query(
    metric: MetricArgument,
    by: Annotated[str | None, typer.Option("--by", help="What to cut it by, such as org_unit; else the whole.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="First month, such as 2025-01; else all.")] = None,
    format: FormatOption = "table",
    home: HomeOption = None,
) -> None:
    """Show the published figures of a metric, the latest period first."""
    opened = home_at(home)
    declared = _declared(opened, metric)
    grains = declared["grains"].split(", ")
    grain = by or grains[0]
    if grain not in grains:
        raise SettingsError(f"{metric} isn't cut by {grain}. --by should be one of: {', '.join(grains)}.")
    if since is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", since):
        raise SettingsError(f"--since should be a month such as 2025-01, not {since}.")
    screen.query(console, opened, _figures_sql(metric, grain, since, is_asked=bool(declared["asked"])), format)


def _figures_sql(metric: str, grain: str, since: str | None, *, is_asked: bool) -> str:
    """The figures of one metric at one grain; all three words are known to hold nothing but letters and digits.

    Of what people are asked (``is_asked``), it also says how many answered and what the silent may hide.
    """
    answers = "figures.response_rate, figures.bound_low, figures.bound_high," if is_asked else ""
    return f"""
        with names as ({_NAMES.get(grain, _ITSELF)})
        select
            coalesce(names.name, figures.grain_key) as {grain}, figures.period, figures.value,
            figures.ci_low, figures.ci_high, figures.numerator, figures.denominator,
            figures.n_persons as persons, figures.coverage, {answers}
            figures.status, figures.suppressed_reason as reason
        from metrics.metric_result_latest as figures
        left join names on figures.grain_key = names.grain_key
        where figures.metric_id = '{metric}' and figures.grain = '{grain}'
        {f"and figures.period >= date '{since}-01'" if since else ""}
        order by figures.period desc, 1
    """


def _declared(home: Home, metric: str) -> dict[str, Any]:
    """The published definition of a metric; raises `SettingsError` where there is none of that name."""
    with screen.published(home) as connection:
        found = connection.execute("select * from metrics.dim_metric where metric_id = ? and is_current", [metric])
        columns = [column[0] for column in found.description or []]
        row = found.fetchone()
    if row is None:
        raise SettingsError(f"No metric “{metric}” is published. See: throughline metric list")
    return dict(zip(columns, row, strict=True))


def _rules(declared: dict[str, Any]) -> list[str]:
    """What `transfer/` holds every figure of the metric to, in words."""
    period, days = declared["period"], declared["follow_up_days"]
    lasts = f" and for the {days} days after it" if days else ""
    tier = f"LTEM tier {declared['ltem_tier']}" if declared["ltem_tier"] else "no LTEM tier"
    rules = [
        f"unit: {declared['unit']}; type: {declared['tdrp_type']}",
        f"strongest claim: {declared['max_claim']} ({tier})",
        f"may be used for: {declared['purpose']}",
        f"given by {period or 'the state as of the build'}, for: {declared['grains']}",
        f"suppressed with all its parts where fewer than {declared['minimum_persons']} persons stand behind it, "
        "unless it counts things, as is all or none of under twice as many, and what would tell it from beside it",
        "not computable, never zero, where there is nothing to divide by",
    ]
    if period:
        rules.append(f"provisional until every tool behind it was looked at to the end of its {period}{lasts}")
    if declared["estimator"] != "quotient":
        rules.append(f"estimated by {declared['estimator'].replace('_', ' ')}, anew for every figure")
    if declared["asked"]:
        rules.append("bounded by what the silent may have said; blocked where fewer than 30 % or 5 persons answered")
    return rules + ([f"aligned with {declared['aligned_with']}"] if declared["aligned_with"] else [])


def _print(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
