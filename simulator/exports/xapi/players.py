"""Three players, each with its own form of identifier and its own idea of what is worth telling.

    account        a cmi5 player: every sitting and every test is a session, from launched to terminated
    mbox           a plain one: initialized once, then what was experienced and how far it went
    mbox_sha1sum   likewise; in every second of its offerings the parts are videos

All of them tell of the parts, of the questions asked in them, of tests and of the end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.exports.xapi.activities import ITEMS, video_seconds
from simulator.exports.xapi.draws import Draws, Numbers
from simulator.exports.xapi.rows import GROUP, MOST_INTERACTIONS, PLANNED, Flags, Moments, Rows, joined
from simulator.exports.xapi.statements import FORMS
from simulator.world.catalogue import Offering
from simulator.world.period import Streams

CMI5_FORM, VIDEO_FORM = FORMS.index("account"), FORMS.index("mbox_sha1sum")
LEAD_SECONDS = 250
"""How long before a sitting or test, at most, the first statement about it lies: a test's session is opened."""
TEST_SECONDS = 240
PLANNED_SHARE, GROUP_SHARE = 0.004, 0.002
"""Enrolments that were planned first, and sittings after which a group speaks: one of named people, or a circle."""
CORRECT_SHARE, SKIPPING_SHARE = 0.74, 0.7
"""Answers that are right; videos of which a stretch is skipped."""

# Steps within a moment. Interactions come after all others, as many as are asked for.
_FIRST, _PLANNED, _LAUNCHED, _PART, _PROGRESS, _RESULT, _END, _GROUP, _VIDEO, _INTERACTIONS = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 16,
)  # fmt: skip


@dataclass(frozen=True)
class Sittings:
    """Sittings and what came of each; ``seconds`` is how long it took."""

    moments: Moments
    seconds: Numbers
    progress: npt.NDArray[np.float64]

    def where(self, index: Flags) -> Sittings:
        return Sittings(self.moments.where(index), self.seconds[index], self.progress[index])


@dataclass(frozen=True)
class Attempts:
    """Tests that were taken; ``score`` is on 0–100."""

    moments: Moments
    score: npt.NDArray[np.float64]
    is_pass: Flags

    def where(self, index: Flags) -> Attempts:
        return Attempts(self.moments.where(index), self.score[index], self.is_pass[index])


@dataclass(frozen=True)
class Completions:
    """Enrolments that were completed; ``seconds`` is what all sittings took, ``moments.session`` the last of them."""

    moments: Moments
    seconds: Numbers

    def where(self, index: Flags) -> Completions:
        return Completions(self.moments.where(index), self.seconds[index])


class Players:
    """What all three tell of sittings, attempts and completions."""

    def __init__(self, streams: Streams, offerings: tuple[Offering, ...], interactions: int) -> None:
        if interactions > MOST_INTERACTIONS:
            raise ValueError(f"learning.statements is {interactions}; a player sends at most {MOST_INTERACTIONS}")
        self._interactions = interactions
        self._answers, self._watching = Draws(streams, "answers"), Draws(streams, "watching")
        self._plans, self._groups = Draws(streams, "plans"), Draws(streams, "groups")
        self._parts = np.array([offering.modules for offering in offerings])
        self._is_tested = np.array([offering.course.pass_mark is not None for offering in offerings])
        self._length = np.array([video_seconds(offering) for offering in offerings])
        forms = np.array([FORMS.index(offering.platform) if offering.platform else -1 for offering in offerings])
        self._is_video = (forms == VIDEO_FORM) & (np.cumsum(forms == VIDEO_FORM) % 2 == 1)

    def tell(self, sittings: Sittings, attempts: Attempts, completions: Completions) -> Rows:
        """Every statement, in no particular order; ``at`` is the learner's true local time, in whole seconds."""
        is_cmi5 = sittings.moments.form == CMI5_FORM
        return joined(
            *self._cmi5_sittings(sittings.where(is_cmi5)),
            *self._plain_sittings(sittings.where(~is_cmi5)),
            *self._asides(sittings),
            *self._tests(attempts),
            *_ends(completions),
        )

    def _plain_sittings(self, sittings: Sittings) -> list[Rows]:
        moments, part = sittings.moments, self._part(sittings.moments)
        is_video = self._is_video[moments.offering]
        return [
            moments.where(moments.moment == 1).say("initialized", _FIRST),
            moments.say("experienced", _PART, 20, seconds=sittings.seconds, part=part),
            *self._questions(sittings, "answered", "interacted"),
            *self._videos(sittings.where(is_video), part[is_video]),
            moments.say("progressed", _PROGRESS, sittings.seconds, percent=_percent(sittings)),
        ]

    def _cmi5_sittings(self, sittings: Sittings) -> list[Rows]:
        moments, part = sittings.moments, self._part(sittings.moments)
        is_tested = self._is_tested[moments.offering]
        return [
            moments.where(is_tested).say("cmi5_launched_test", _LAUNCHED, -3),
            moments.where(~is_tested).say("cmi5_launched", _LAUNCHED, -3),
            moments.say("cmi5_initialized", _FIRST),
            moments.say("cmi5_experienced", _PART, 20, seconds=sittings.seconds, part=part),
            *self._questions(sittings, "cmi5_answered", "cmi5_interacted"),
            moments.say("cmi5_progressed", _PROGRESS, sittings.seconds, percent=_percent(sittings)),
            moments.say("cmi5_terminated", _END, sittings.seconds + 5, seconds=sittings.seconds + 5),
        ]

    def _tests(self, attempts: Attempts) -> list[Rows]:
        """passed or failed; of the cmi5 player within a session of its own."""
        moments = attempts.moments
        is_cmi5, rows = moments.form == CMI5_FORM, []
        for is_pass, plain, timed in ((True, "passed", "cmi5_passed"), (False, "failed", "cmi5_failed")):
            for index, shape in ((~is_cmi5, plain), (is_cmi5, timed)):
                chosen = index & (attempts.is_pass == is_pass)
                score = attempts.score[chosen]
                result = {"raw": score, "scaled": np.round(score / 100, 2), "seconds": TEST_SECONDS}
                rows.append(moments.where(chosen).say(shape, _RESULT, **result))
        tested = moments.where(is_cmi5)
        return [
            *rows,
            tested.say("cmi5_launched_test", _LAUNCHED, -TEST_SECONDS - 3),
            tested.say("cmi5_initialized", _FIRST, -TEST_SECONDS),
            tested.say("cmi5_terminated", _END, 5, seconds=TEST_SECONDS + 5),
        ]

    def _questions(self, sittings: Sittings, answered: str, interacted: str) -> list[Rows]:
        """As many interactions as asked for, spread over the sitting; each fourth is no question."""
        part, rows = self._part(sittings.moments), []
        for ordinal in range(self._interactions):
            step, item = _INTERACTIONS + ordinal, ordinal % ITEMS + 1
            after = 20 + sittings.seconds * (ordinal + 1) // (self._interactions + 1)
            if ordinal % 4 == 3:
                rows.append(sittings.moments.say(interacted, step, after, part=part))
            else:
                said = sittings.moments.say(answered, step, after, part=part, item=item)
                said["success"] = self._answers.picks(said["event"], CORRECT_SHARE)
                rows.append(said)
        return rows

    def _videos(self, sittings: Sittings, part: Numbers) -> list[Rows]:
        """Watched from the start, paused, played on, and mostly skipped ahead before it is left.

        Instants within the video, in seconds: 0 … pause … leap → landing … end. What was leapt over wasn't watched.
        """
        moments, length = sittings.moments, self._length[sittings.moments.offering]
        pause = (self._drawn(moments, 0, 0.1, 0.4) * length).round(1)
        leap = (pause + self._drawn(moments, 1, 0.05, 0.2) * length).round(1)
        skips = self._drawn(moments, 2) < SKIPPING_SHARE
        landing = np.where(skips, leap + 0.15 * length, leap).round(1)
        end = (landing + self._drawn(moments, 3, 0.1, 1.0) * (length - landing)).round(1)
        after_leap = end - landing
        # A video is watched within the sitting, however long it is: what doesn't fit was played faster.
        pace = np.minimum(1.0, (sittings.seconds - 30).clip(1) / (leap + after_leap + 60))
        begun, stopped, resumed, leapt, left = (
            30 + seconds * pace for seconds in (0.0, pause, pause + 60, leap + 60, leap + 60 + after_leap)
        )
        first = {"time": pause, "leap": pause, "landing": pause, "progress": (pause / length).round(3)}
        last = {"time": end, "leap": leap, "landing": landing, "progress": ((leap + after_leap) / length).round(3)}
        return [
            moments.say("video_played", _VIDEO, begun, part=part),
            moments.say("video_paused", _VIDEO + 1, stopped, part=part, **first),
            moments.say("video_played", _VIDEO + 2, resumed, part=part, time=pause),
            moments.say("video_seeked", _VIDEO + 3, leapt, part=part, time=leap, time_to=landing)[skips],
            moments.say("video_paused", _VIDEO + 4, left, part=part, **last),
        ]

    def _drawn(self, moments: Moments, place: int, low: float = 0.0, high: float = 1.0) -> npt.NDArray[np.float64]:
        """The draw at that place (0–3) about how each video was watched."""
        return self._watching.uniform(moments.session << 2 | place, low, high)

    def _asides(self, sittings: Sittings) -> list[Rows]:
        """Few statements of other kinds: a plan (a sub-statement), and what a group says as one."""
        moments = sittings.moments
        plans = (moments.moment == 1) & self._plans.picks(moments.enrolment, PLANNED_SHARE)
        draw = self._groups.uniform(moments.session)
        told = [moments.where(plans).say("planned", _PLANNED, -60)]
        for shape, low in (("discussed", 0.0), ("reviewed", GROUP_SHARE)):
            index = (low <= draw) & (draw < low + GROUP_SHARE)
            told.append(moments.where(index).say(shape, _GROUP, sittings.seconds[index] + 30))
        for rows, role in zip(told, (PLANNED, GROUP, GROUP), strict=True):
            rows["role"] = role
        return told

    def _part(self, moments: Moments) -> Numbers:
        """The part that a sitting is about; whoever sits longer than there are parts stays in the last one."""
        part: Numbers = np.minimum(moments.moment, self._parts[moments.offering])
        return part


def _ends(completions: Completions) -> list[Rows]:
    is_cmi5 = completions.moments.form == CMI5_FORM
    return [
        completions.moments.where(index).say(shape, _RESULT, 2, seconds=completions.seconds[index])
        for index, shape in ((~is_cmi5, "completed"), (is_cmi5, "cmi5_completed"))
    ]


def _percent(sittings: Sittings) -> Numbers:
    percent: Numbers = np.round(sittings.progress * 100).astype(np.int64)
    return percent
