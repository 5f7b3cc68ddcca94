"""The words that the players use: verbs, activity types, extensions and categories, as their profiles spell them."""

from __future__ import annotations

from simulator.world.catalogue import ACADEMY

CATALOGUE_CODE = f"{ACADEMY}/xapi/extensions/catalogue-code"
"""Extension of a course's definition: the organisation's own code for the content."""

_ADL = "http://adlnet.gov/expapi"
ADL_VERB = f"{_ADL}/verbs/"
TLA_VERB = "https://w3id.org/xapi/tla/verbs/"
VIDEO_VERB = "https://w3id.org/xapi/video/verbs/"

COURSE = f"{_ADL}/activities/course"
MODULE = f"{_ADL}/activities/module"
INTERACTION = f"{_ADL}/activities/cmi.interaction"
VIDEO = "https://w3id.org/xapi/video/activity-type/video"

CMI5_CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
CMI5_MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
VIDEO_CATEGORY = "https://w3id.org/xapi/video"

CMI5_CONTEXT = "https://w3id.org/xapi/cmi5/context/extensions/"
CMI5_PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
VIDEO_EXTENSION = "https://w3id.org/xapi/video/extensions/"
