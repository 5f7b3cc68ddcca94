"""A small simulated company in the inbox of a home, with its truth out of the pipeline's sight."""

from __future__ import annotations

from pathlib import Path

from connectors.home import Home
from simulator import SETTINGS, Written, load, write_company

RECIPE = Path(__file__).with_suffix(".yaml")


def truth_of(home: Home) -> Path:
    return home.restricted / "simulated_truth"


def move_in(home: Home, *tools: str) -> Written:
    """Write settings, exports and truth; of some tools only, whose files are the same as in the whole company."""
    (home.root / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    return write_company(home.inbox, truth_of(home), load(str(RECIPE), tools=tools))
