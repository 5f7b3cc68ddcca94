"""What the simulated company's data engineer would write into ``settings.yml``: facts that no export tells."""

from __future__ import annotations

from simulator.exports.statements import CATALOGUE_CODE
from simulator.world.accounts import IDENTITY_PROVIDER
from simulator.world.period import TIMEZONE

SETTINGS = f"""\
# Written by `throughline demo` for the simulated company.
tools:
  moodle:
    timezone: {TIMEZONE} # its exports carry local times without a zone
  xapi:
    accounts:
      {IDENTITY_PROVIDER}: employee_number # account names of this system are employee numbers
    catalogue_codes: [{CATALOGUE_CODE}]
"""
