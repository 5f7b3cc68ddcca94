"""What the process is told from outside: where the checkout and the home are, which day it is, which key to use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from connectors import archive
from connectors.declaration import Declaration, catalogue, configured
from connectors.errors import SettingsError
from connectors.home import Home
from identity import keys
from identity.tokens import Tokeniser
from identity.vault import Vault

CHECKOUT = Path(__file__).resolve().parent.parent
CATALOGUE = CHECKOUT / "connectors" / "catalogue"
DBT_PROJECT = CHECKOUT / "dbt_project"
EXPECTATIONS = CHECKOUT / "expectations"
_OWN_ASSETS = {"guards", "identity", "landing", "metrics", "published", "warehouse", "write_back"} | {
    *("database", "inbox", "lrs", "rest")
}
"""Names that a tool can't have, because other assets go by them."""


def current_home() -> Home:
    """The home that ``THROUGHLINE_HOME`` names; ``.throughline`` of the checkout where it names none."""
    return Home(Path(os.environ.get("THROUGHLINE_HOME") or CHECKOUT / ".throughline").expanduser().resolve())


def use_home(root: Path | None) -> Home:
    """Make ``root`` the home of this process and of every process that it starts (dbt, Dagster)."""
    if root is not None:
        os.environ["THROUGHLINE_HOME"] = str(root.expanduser().resolve())
    home = current_home()
    os.environ["THROUGHLINE_HOME"] = str(home.root)
    os.environ["THROUGHLINE_DAGSTER"] = str(home.dagster)
    os.environ["DAGSTER_HOME"] = str(CHECKOUT)
    return home


def as_of() -> date:
    """The day that the warehouse is built for: ``THROUGHLINE_AS_OF`` (to reconstruct a day), else today (UTC)."""
    given = os.environ.get("THROUGHLINE_AS_OF")
    try:
        return date.fromisoformat(given) if given else datetime.now(UTC).date()
    except ValueError as error:
        raise SettingsError(f"THROUGHLINE_AS_OF should be a day such as 2026-03-31, not {given!r}.") from error


def declarations(home: Home) -> dict[str, Declaration]:
    """Every tool of a home, with the home's settings.

    These are the connectors of the catalogue and of the home's own ``connectors/`` folder, and what settings.yml
    adds as further installations of them (``tools: {academy: {connector: moodle}}``).
    """
    found = configured(catalogue(CATALOGUE, home.root / "connectors"), home.settings())
    if taken := sorted(_OWN_ASSETS & found.keys()):
        raise SettingsError(f"A tool can't be called {' or '.join(taken)}: Throughline itself uses that name.")
    return found


def in_use(home: Home) -> dict[str, Declaration]:
    """The tools of a home that have a folder in its inbox, originals in its archive, or a word in its settings.

    A home that uses none yet has all of them before it: what could be connected is all that there is to be seen.
    """
    known = declarations(home)
    named = set(home.settings().get("tools") or {})
    folders = {path.name for path in home.inbox.iterdir() if path.is_dir()} if home.inbox.exists() else set()
    used = {tool: known[tool] for tool in known if tool in named | folders | archive.tools(home)}
    return used or known


def open_tokeniser(home: Home) -> Tokeniser:
    """The tokeniser of an opened home. A new home gets a key; a used one without its key fails closed."""
    with FileLock(home.restricted / "key.lock"):
        return Tokeniser(_key(home), Vault(home.vault))


def _key(home: Home) -> keys.Key:
    card = home.card()
    own = home.restricted / keys.FILE_NAME
    elsewhere = {"THROUGHLINE_KEY", "THROUGHLINE_KEY_FILE"} & os.environ.keys()
    if (
        "key_id" not in card
        and not own.exists()
        and not elsewhere
        and not any(home.landed("ledger").rglob("*/*.parquet"))
    ):
        keys.make(home.restricted)
    try:
        key = keys.load(home.restricted)
    except keys.KeyUnavailable as error:
        raise SettingsError(str(error)) from error
    if card.get("key_id", key.key_id) != key.key_id:
        raise SettingsError(
            f"The key in use (id {key.key_id}) is not the one that this home was tokenised with (id {card['key_id']}), "
            "so nothing was landed: its tokens would match nobody. Restore that key, or use another --home."
        )
    if "key_id" not in card:
        home.note(key_id=key.key_id)
    return key


@contextmanager
def writing(home: Home, wait_seconds: float = 0) -> Iterator[None]:
    """One writer at a time: whoever builds, guards or publishes holds this; a run holds it from end to end."""
    home.warehouse.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home.warehouse / "writer.lock", timeout=wait_seconds, is_singleton=True, thread_local=False)
    try:
        with lock:
            yield
    except Timeout as error:
        raise SettingsError(
            f"Another run is writing to {home.root}. Wait for it to end (`throughline status`), then run again."
        ) from error
