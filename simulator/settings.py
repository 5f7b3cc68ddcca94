"""What the simulated company's data engineer would write into ``settings.yml``: facts that no export tells."""

from __future__ import annotations

from simulator.exports.xapi import CATALOGUE_CODE
from simulator.world.accounts import IDENTITY_PROVIDER
from simulator.world.catalogue import LXP, SECOND_LRS
from simulator.world.period import TIMEZONE

LOCAL = (
    "moodle", "classroom_attendance", "training_requests", "test_scores", "observation_checklist", "surveymonkey",
    "skills_matrix",
)  # fmt: skip
"""Tools whose exports carry local times without a zone."""

SETTINGS = (
    "# Written by `throughline demo` for the simulated company.\n"
    "tools:\n"
    + "".join(f"  {tool}:\n    timezone: {TIMEZONE} # its exports carry local times without a zone\n" for tool in LOCAL)
    + f"""\
  {LXP}:
    timezone: {TIMEZONE} # its times are UTC; the learner's day is local
  xapi: &lrs
    accounts:
      {IDENTITY_PROVIDER}: employee_number # account names of this system are employee numbers
    catalogue_codes: [{CATALOGUE_CODE}]
  {SECOND_LRS}: # another LRS, read by the same connector
    <<: *lrs
    connector: xapi
"""
)
