"""Contenders take turns, each in a process of its own, and must agree on what they read before their times count."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
ROUNDS = 3
_OF_A_ROUND = ("seconds", "processor", "peak_mb")


class Disagreement(RuntimeError):
    """Two contenders read different things from the same file, so that their times can't be compared."""


@dataclass(frozen=True)
class Figures:
    """Seconds of every round, the highest peak of memory (MB), and what all rounds agree on.

    ``processor`` has the seconds of the processor, of contenders that tell them.
    """

    seconds: tuple[float, ...]
    peak_mb: float
    told: dict[str, Any]
    processor: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        return median(self.seconds)


def by_turns(contenders: Mapping[str, Sequence[str]], rounds: int, scratch: Path) -> dict[str, Figures]:
    """Figures of each contender (a name and arguments of `contenders`), which may leave anything in ``scratch``."""
    told: dict[str, list[dict[str, Any]]] = {label: [] for label in contenders}
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}: {', '.join(told)}")
        for label, (name, *arguments) in contenders.items():
            scratch.mkdir()
            told[label].append(measured(name, *arguments))
            shutil.rmtree(scratch)
    return {label: figures(label, some) for label, some in told.items()}


def measured(name: str, *arguments: str, **settings: str) -> dict[str, Any]:
    """What a contender tells of itself; ``settings`` are variables of its environment."""
    command = [sys.executable, "-m", "benchmarks.contenders", name, *arguments]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("THROUGHLINE_")}
    done = subprocess.run(command, cwd=CHECKOUT, env=kept | settings, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def figures(name: str, some: Sequence[dict[str, Any]]) -> Figures:
    """The figures of all rounds of one contender."""
    told = [{key: value for key, value in one.items() if key not in _OF_A_ROUND} for one in some]
    if any(one != told[0] for one in told):
        raise Disagreement(f"{name} told {told} of one and the same file")
    seconds = tuple(one["seconds"] for one in some)
    processor = tuple(one["processor"] for one in some if "processor" in one)
    return Figures(seconds, max(one["peak_mb"] for one in some), told[0], processor)


def agree(some: Mapping[str, Figures]) -> None:
    """The statements that simulated files hold are valid and distinct: all contenders must find the same ids."""
    found = {name: (figure.told["rows"], figure.told["ids"]) for name, figure in some.items()}
    if len(set(found.values())) > 1:
        raise Disagreement(f"rows and ids differ: {found}")


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
