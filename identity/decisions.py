"""What a person decided about who is who: a file under the restricted zone that outlives every replay.

    - decision: same           # two tokens, one human being: a leaver who came back under another number
      tokens: [3f…, 9a…]
      decided_by: HR service desk
      decided_on: 2026-03-02
      because: same birth date, confirmed by phone

``different`` keeps a proposal from being made again, and takes an account away from the person whom the rules give it;
``split`` (one token) takes an account away whoever it was given to. ``shared`` (one token) says that several people use
an account, ``personal`` that one does although it looks shared. ``concurrent`` is ``same`` for somebody who holds two
numbers of HR at one time, which is otherwise taken for a mistake. Decisions weigh more than rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

FILE_NAME = "identity_decisions.yml"
# A change of numbers leaves as many decisions as there are people: in C they are read in a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
TOKENS_OF = {"same": 2, "concurrent": 2, "different": 2, "split": 1, "shared": 1, "personal": 1}
"""The decisions that there are, and how many tokens each is about."""
CONCURRENT = "hr_record_concurrent"
"""Rule of a number that its owner was decided to hold beside another one; guards let it pass."""


class DecisionInvalid(Exception):
    """A decision can't be read. The message says which, what was expected, and the next step."""


@dataclass(frozen=True)
class Decision:
    decision: str
    tokens: tuple[str, ...]
    decided_by: str
    decided_on: date
    because: str

    @property
    def pair(self) -> frozenset[str]:
        return frozenset(self.tokens)

    @property
    def merges(self) -> bool:
        """Whether it says that two are one."""
        return self.decision in ("same", "concurrent")


def read_decisions(path: Path) -> list[Decision]:
    """All decisions, oldest first; none where there is no file. Raises :class:`DecisionInvalid`."""
    if not path.exists():
        return []
    try:
        entries = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER) or []
    except yaml.YAMLError as error:
        raise DecisionInvalid(
            f"{path.name}: not YAML: {error}. Mend the file, or take the last version back."
        ) from error
    if not isinstance(entries, list):
        raise DecisionInvalid(f"{path.name}: expected a list of decisions, each beginning with `- decision:`.")
    return [_decision(path, place, entry) for place, entry in enumerate(entries, start=1)]


def _decision(path: Path, place: int, entry: Any) -> Decision:
    fields = set(Decision.__dataclass_fields__)
    if not isinstance(entry, dict) or set(entry) != fields:
        raise DecisionInvalid(f"{path.name}, decision {place}: expected exactly {', '.join(sorted(fields))}.")
    wanted = TOKENS_OF.get(entry["decision"])
    if wanted is None:
        raise DecisionInvalid(
            f"{path.name}, decision {place}: '{entry['decision']}' is none of {', '.join(TOKENS_OF)}."
        )
    tokens = tuple(map(str, entry["tokens"])) if isinstance(entry["tokens"], list) else ()
    if len(set(tokens)) != wanted:
        raise DecisionInvalid(
            f"{path.name}, decision {place}: '{entry['decision']}' is about {wanted} different token(s)."
        )
    if not isinstance(entry["decided_on"], date):
        raise DecisionInvalid(f"{path.name}, decision {place}: decided_on is a day such as 2026-03-02.")
    return Decision(entry["decision"], tokens, str(entry["decided_by"]), entry["decided_on"], str(entry["because"]))


def add_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Write decisions at the end of the file; what is there stays as it is."""
    read_decisions(path)
    entries = [asdict(decision) | {"tokens": list(decision.tokens)} for decision in decisions]
    text = yaml.dump(entries, Dumper=_DUMPER, sort_keys=False, allow_unicode=True) if entries else ""
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def standing(decisions: Iterable[Decision]) -> list[Decision]:
    """Decisions that no later one takes back: on the same tokens, a split of what was the same, or the reverse."""
    held: dict[int, Decision] = {}
    about: dict[str, list[int]] = {}
    for place, decision in enumerate(decisions):
        earlier = {before for token in decision.pair for before in about.get(token, ())}
        for before in earlier & held.keys():
            if _takes_back(decision, held[before]):
                del held[before]
        held[place] = decision
        for token in decision.pair:
            about.setdefault(token, []).append(place)
    return list(held.values())


def _takes_back(later: Decision, earlier: Decision) -> bool:
    apart = ("split", "shared")
    of_one_account = (later.merges and earlier.decision in apart) or (earlier.merges and later.decision in apart)
    return later.pair == earlier.pair or (of_one_account and bool(later.pair & earlier.pair))


def cut(found: pd.DataFrame, decisions: list[Decision], links: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Account evidence without what was decided against: an account that was taken away is known by itself only.

    ``links`` are what the rules alone say; with ``different``, an account is taken away from who shares its person.
    One that nobody could tell whose it is loses only what speaks for whom it was decided not to be.
    """
    anchors = links.dropna(subset="anchor").groupby("token")["anchor"].agg(frozenset)
    taken = {decision.tokens[0] for decision in decisions if decision.decision == "split"}
    for decision in decisions:
        if decision.decision == "different" and set(decision.tokens) <= set(anchors.index):
            first, second = (anchors[token] for token in decision.tokens)
            taken |= set(decision.tokens) if first & second else set()
        elif decision.decision == "different":
            theirs = held.loc[held["person_token"].isin(decision.tokens), "token"]
            found = found[~(found["account_token"].isin(decision.tokens) & found["token"].isin(theirs))]
    return found[~found["account_token"].isin(taken) | (found["token"] == found["account_token"])]


def merged(anchored: pd.DataFrame, decisions: list[Decision]) -> pd.DataFrame:
    """Links in which the anchors that were decided to be the same are one, named by the first of them."""
    anchored = _given(anchored, decisions)
    named = anchored.dropna(subset="anchor").drop_duplicates("token").set_index("token")["anchor"]
    first = first_of_the_same(decisions, named.to_dict())
    anchor = anchored["anchor"].map(first).where(anchored["anchor"].isin(list(first)), anchored["anchor"])
    known_to_hr = set(anchor[anchored["rule"] == "hr_record"])
    is_given = (anchored["state"] == "unmatched") & anchor.isin(known_to_hr)
    given = {"rule": "decision", "confidence": 1.0, "state": "resolved"}
    links = anchored.assign(anchor=anchor, **{name: anchored[name].mask(is_given, by) for name, by in given.items()})
    allowed = {token for decision in decisions if decision.decision == "concurrent" for token in decision.tokens}
    return links.assign(
        rule=links["rule"].mask(links["token"].isin(allowed) & (links["rule"] == "hr_record"), CONCURRENT)
    )


def _given(anchored: pd.DataFrame, decisions: list[Decision]) -> pd.DataFrame:
    """Links in which what nobody could tell whose it is belongs to whom a person said."""
    anchors = anchored.groupby("token")["anchor"].first()
    is_told = anchored["anchor"].notna().groupby(anchored["token"]).any()
    told, untold = set(is_told.index[is_told]), set(is_told.index[~is_told])
    given = [
        (*(decision.pair & untold), anchors[next(iter(decision.pair & told))])
        for decision in decisions
        if decision.merges and len(decision.pair & untold) == len(decision.pair & told) == 1
    ]
    if not given:
        return anchored
    new = pd.DataFrame(given, columns=["token", "anchor"]).drop_duplicates("token", keep="last")
    new = new.assign(rule="decision", confidence=1.0, state="resolved", valid_from=None, valid_to=None)
    return pd.concat([anchored[~anchored["token"].isin(new["token"])], new[anchored.columns]], ignore_index=True)


def first_of_the_same(decisions: Iterable[Decision], named: Mapping[str, str]) -> dict[str, str]:
    """Of things that were decided to be the same, each but the first → the first. ``named``: token → thing."""
    first: dict[str, str] = {}

    def root(thing: str) -> str:
        while thing in first:
            thing = first[thing]
        return thing

    for decision in decisions:
        if decision.merges and set(decision.tokens) <= named.keys():
            kept, *others = sorted({root(named[token]) for token in decision.tokens})
            first |= dict.fromkeys(others, kept)
    return {thing: root(thing) for thing in first}
