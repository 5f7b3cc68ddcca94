"""What Throughline is, to Dagster:

    inbox/<tool> (files from elsewhere)
    <tool>/<kind>, lrs/<tool>/<kind>, rest/<tool>/<export>/<kind>, database/<tool>/<export>/<kind>
        → landing/<kind> → landing/identity_links → staging … marts, trust, audit → guards (blocking checks)
        → metrics/fct_metric_result, metrics/effect_cards → published/learning → write_back/statements

Asset keys are the names of tools, kinds and models, and the first word of a key is its group. What holds for every
asset is set here, once.
"""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from connectors.home import Home
from pipelines.answers import effect_cards, metric_results, publication
from pipelines.database_pulls import database_pulls
from pipelines.dbt_project import dbt_resource
from pipelines.guarding import guard_checks
from pipelines.landing import identity_assets, landing_assets, tool_assets
from pipelines.pulls import pull_assets, pull_schedule, pulled_tools
from pipelines.remote_inboxes import remote_inboxes
from pipelines.resources import HomeResource
from pipelines.rest_pulls import rest_pulls
from pipelines.settings import in_use, use_home
from pipelines.triggers import inbox_sensor, nightly
from pipelines.warehouse import warehouse_assets
from pipelines.writing_back import JOB as WRITE_BACK
from pipelines.writing_back import published_sensor, write_back_asset

FRESHNESS = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=26), fail_window=timedelta(hours=50))
"""A night may be missed before anybody is warned, two before it fails."""

JOB = "run"
FROM_ELSEWHERE = ("database", "inbox", "lrs", "rest")
"""Groups of what is fetched from other machines, on schedules of its own: one that is down holds up no run."""


def line(home: Home) -> dg.Definitions:
    """The whole line with the tools that ``home`` uses today.

    A tool or a second installation of one that is added later is another asset: Dagster learns of it when it loads the
    code location anew, and ``throughline run``, which asks here each time, at once.
    """
    known = in_use(home)
    sources = pulled_tools(known)
    pulls = {tool: pull_assets(known[tool], source) for tool, source in sources.items()}
    by_export = [*rest_pulls(known), *database_pulls(known)]
    pulled = [*pulls.values(), *(each.assets for each in by_export)]
    inboxes = remote_inboxes(known)
    run_job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(*FROM_ELSEWHERE, WRITE_BACK),
        description="Everything, to the end.",
    )
    write_back_job = dg.define_asset_job(
        WRITE_BACK, selection=dg.AssetSelection.groups(WRITE_BACK), description="Results into an LRS."
    )
    assets = [
        *(each.asset for each in inboxes),
        *map(tool_assets, known.values()),
        *pulled,
        landing_assets(known, pulled),
        identity_assets,
        warehouse_assets(),
        metric_results(),
        effect_cards(),
        publication(),
        write_back_asset(),
    ]
    return dg.Definitions(
        assets=list(dg.map_asset_specs(_governed, assets)),
        asset_checks=[guard_checks()],
        jobs=[run_job, write_back_job],
        schedules=[
            nightly(JOB),
            *(pull_schedule(pulls[tool], tool, source) for tool, source in sources.items()),
            *(each.schedule for each in by_export),
            *(each.schedule for each in inboxes),
        ],
        sensors=[inbox_sensor(JOB, frozenset(known)), published_sensor()],
        resources={"home": HomeResource(root=dg.EnvVar("THROUGHLINE_HOME")), "dbt": dbt_resource()},
        executor=dg.in_process_executor,
    )


def _governed(spec: dg.AssetSpec) -> dg.AssetSpec:
    return spec.replace_attributes(group_name=spec.key.path[0], freshness_policy=FRESHNESS)


defs = line(use_home(None))
