"""The README that lies beside the truth, so that a statistician needs nothing else to read it."""

from __future__ import annotations

from simulator.world.happenings import COLUMNS


def text() -> str:
    happenings = "\n".join(f"- `happenings/{name}.parquet`: {', '.join(columns)}" for name, columns in COLUMNS.items())
    return GUIDE.format(happenings=happenings)


GUIDE = """\
# The truth behind the exports

Nothing here is estimated. `person`, `offering` and `programme` are numbers of this truth; no tool ever sees them.
Instants are the company's local time. The recipe that made all of it is `recipe.json`.

## Who is who
- `persons.csv`: one person. `employee_numbers.csv`: every number that a person ever had (some come back under another).
- `identities.csv`: every identifier of every person in every tool. `is_matchable`: the tool knows something that HR
  knows too. Without a person: accounts of nobody in particular (a kiosk, trainers). `dirty_identifiers.csv`: those
  that are not as they should be, and how they were spoilt.
- `namesakes.csv`: people in one team who are easily taken for one. `recycled_emails.csv`: addresses that a later
  namesake was given. `jobs.csv`: every job; a second one runs beside the first.
- `month_ends.csv`: where everybody stood on the day of each HR export. `org_units.csv`, `reorganisation.csv`.

## What was learned
- `offerings.csv`: offerings with the `course_code` of the content: the same code is the same content.
- `enrolments.csv`: how every enrolment ended.
- `happenings/statements.parquet`: every statement that an LRS was sent, where it stands and what was planted in it.

## What it changed
- `programmes.csv`: the programmes and their true effect: `true_att` is the mean over treated team-months, the
  month of the start included. `starts.csv`: which team was trained when, and in `programmes.csv` how that came about.
- `effects.csv`: every team and month: the KPI with the programme minus the KPI without it (`effect`), of which by the
  team's own people (`effect_direct`) and picked up from trained neighbours (`effect_spillover`).
- `effects_by_event_time.csv`: the mean effect by months since the start.
- `team_levels.csv`: how teams stood on each KPI before anything happened (selection shows here).

## What happened, month by month
{happenings}

## What stands in the exports
- `planted.json`: for every file its records, and of these rejected (broken on purpose), duplicate (again in the same
  file) and redelivered (seen in an earlier file).
- `strategy_gaps.csv`: what is deliberately missing or contradictory in the strategy workbook.
"""
