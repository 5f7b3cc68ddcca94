"""Moodle: its site log, month by month, and the reports that teachers and administrators download now and then.

site (courses, modules, who finished what) → log      every month
                                           → reports  users and courses twice a year, grades and completion later
"""

from __future__ import annotations

from simulator.exports.files import Folder
from simulator.exports.moodle.log import Log
from simulator.exports.moodle.reports import Reports
from simulator.exports.moodle.site import Site
from simulator.world.happenings import Happenings
from simulator.world.world import World

__all__ = ["Moodle"]


class Moodle:
    def __init__(self, world: World, folder: Folder) -> None:
        self.site = Site(world.offerings, world.accounts)
        self.log = Log(self.site, folder, world.streams.of("moodle house"))
        self.reports = Reports(self.site, world.company, folder)

    def month(self, happened: Happenings) -> None:
        activity = self.site.month(happened)
        self.log.month(happened, activity)
        self.reports.month(happened, activity)
