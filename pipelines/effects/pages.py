"""The pages of effect cards: one file a study, made of the card that may be published."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.home import Home

if TYPE_CHECKING:
    from pipelines.effects.judged import Judged


def pages_folder(home: Home) -> Path:
    """Where a build leaves its pages until it is published."""
    return home.warehouse / "effects"


def page_name(study_id: str) -> str:
    """The file of a study: its id, with nothing in it that a file system could take for anything else."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', study_id)}.html"


def write_pages(home: Home, judged: Sequence[Judged]) -> None:
    """Replace all pages."""
    from transfer.effect import card_page

    folder = pages_folder(home)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for one in judged:
        page = folder / page_name(one.registration.plan.study_id)
        page.write_text(card_page.render(one.card), encoding="utf-8")
