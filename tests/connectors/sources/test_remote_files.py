"""What is new in a remote folder appears in the inbox once, whole; what is there stays there unless told otherwise."""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import paramiko
import pytest
import yaml

from connectors.declaration import CATALOGUE, load
from connectors.errors import SettingsError, ThroughlineError, Transient
from connectors.sources.database.source import database
from connectors.sources.remote_files.fetching import Fetched, fetch
from connectors.sources.remote_files.source import RemoteInbox, remote_inbox

OLD = 1_700_000_000


@dataclass
class Place:
    """A remote folder, and the inbox that is fed from it."""

    folder: Path
    remote: Path
    url: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def inbox(self) -> Path:
        return self.folder / "inbox"

    def put(self, name: str, content: bytes, changed: float = OLD) -> None:
        path = self.remote / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (changed, changed))

    def fetch(self, **settings: Any) -> Fetched:
        where = RemoteInbox.model_validate({"url": self.url or f"file://{self.remote}", **self.settings, **settings})
        return fetch("acme", where, self.inbox, self.folder / "register.json")

    def names(self) -> list[str]:
        return sorted(path.relative_to(self.inbox).as_posix() for path in self.inbox.rglob("*") if path.is_file())


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "remote").mkdir()
    return Place(tmp_path, tmp_path / "remote")


def test_a_file_comes_once_and_again_when_its_content_changes(place: Place) -> None:
    place.put("a/people.csv", b"1")
    assert place.fetch() == Fetched(new=1, same=0, waiting=0)
    path = place.inbox / "a" / "people.csv"
    assert (path.read_bytes(), path.stat().st_mtime) == (b"1", OLD)
    path.unlink()  # it is taken in
    assert place.fetch() == Fetched(0, 0, 0)
    place.put("a/people.csv", b"1", OLD + 9)
    assert (place.fetch(), place.names()) == (Fetched(0, 1, 0), [])
    place.put("a/people.csv", b"2", OLD + 10)
    assert (place.fetch(), path.read_bytes()) == (Fetched(1, 0, 0), b"2")
    assert [path.name for path in place.remote.rglob("*.csv")] == ["people.csv"]


def test_a_version_that_has_not_been_taken_in_is_not_overwritten_by_the_next(place: Place) -> None:
    place.put("people.csv", b"1")
    place.fetch()
    place.put("people.csv", b"2", OLD + 10)
    assert place.fetch() == Fetched(0, 0, 1)
    assert (place.inbox / "people.csv").read_bytes() == b"1"
    (place.inbox / "people.csv").unlink()
    assert place.fetch() == Fetched(1, 0, 0)


def test_only_what_is_asked_for_and_finished_comes(place: Place) -> None:
    for name in ("a.csv", "B.CSV", "c.xlsx", ".hidden.csv", "d.csv.part", ".git/e.csv"):
        place.put(name, b"x")
    place.put("new.csv", b"x", changed=2**33)  # it may still be written
    assert place.fetch(files="*.csv") == Fetched(2, 0, 1)
    assert place.names() == ["B.CSV", "a.csv"]


def test_files_are_taken_away_only_where_that_is_said(place: Place) -> None:
    place.put("a.csv", b"x")
    place.fetch()
    assert list(place.remote.iterdir())
    place.fetch(delete=True)
    assert not list(place.remote.iterdir())
    assert place.names() == ["a.csv"]


def test_what_breaks_off_leaves_nothing_in_the_inbox(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec.implementations.local as local

    place.put("a.csv", b"x" * 10)
    monkeypatch.setattr(local.LocalFileOpener, "read", lambda *_: (_ for _ in ()).throw(OSError("reset")))
    with pytest.raises(Transient, match="broke off"):
        place.fetch()
    monkeypatch.undo()
    assert place.names() == []
    assert place.fetch() == Fetched(1, 0, 0)


def test_objects_of_a_store_are_files_as_well(place: Place) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    memory.pipe("/exports/moodle/a.csv", b"x")
    try:
        assert place.fetch(url="memory://exports/moodle", settle_seconds=0) == Fetched(1, 0, 0)
        assert place.names() == ["a.csv"]
    finally:
        memory.rm("/exports", recursive=True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "sftp://me:pony@host/out"}, "should not hold a password"),
        ({"url": "ftp://me@host/out"}, "should begin with one of file://, sftp://"),
        ({"url": "sftp://host/out"}, "should name the user"),
        ({"url": "memory://out", "delte": True}, "did you mean 'delete'?"),
    ],
)
def test_a_mistake_in_the_settings_is_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=r"settings.yml: tools.acme.inbox") as caught:
        remote_inbox("acme", {"inbox": given})
    assert said in str(caught.value) and "pony" not in str(caught.value)


def test_the_settings_of_the_page_are_settings() -> None:
    page = (Path(__file__).parents[3] / "docs" / "fetching.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(block)["tools"] for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    exports = load(CATALOGUE / "hr_table.yaml").exports
    assert database("hr_core", blocks[0]["hr_core"], exports)
    assert [remote_inbox(tool, settings).protocol for tool, settings in blocks[1].items()] == ["sftp", "s3"]


def test_what_is_not_there_is_told(place: Place) -> None:
    with pytest.raises(SettingsError, match="no folder as `url` names it"):
        place.fetch(url=f"file://{place.folder}/nowhere")
    if find_spec("s3fs") is None:
        with pytest.raises(SettingsError, match="install s3fs"):
            place.fetch(url="s3://bucket/x")


# ----------------------------------------------------------------------------------------------------------- SFTP


class _Server(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == ("me", "pony") else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


def _files_below(root: Path) -> type[paramiko.SFTPServerInterface]:
    class Files(paramiko.SFTPServerInterface):
        def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
            folder = root / path.lstrip("/")
            return [paramiko.SFTPAttributes.from_stat(each.stat(), each.name) for each in sorted(folder.iterdir())]

        def stat(self, path: str) -> paramiko.SFTPAttributes | int:
            try:
                return paramiko.SFTPAttributes.from_stat((root / path.lstrip("/")).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> paramiko.SFTPHandle:
            handle = paramiko.SFTPHandle(flags)
            handle.readfile = (root / path.lstrip("/")).open("rb")
            return handle

    return Files


@contextmanager
def serving(root: Path) -> Iterator[tuple[int, paramiko.PKey]]:
    """An SFTP server on loopback, for one connection after the other."""
    key = paramiko.ECDSAKey.generate()
    listening = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _files_below(root))
            transports.append(transport)
            transport.start_server(event=threading.Event(), server=_Server())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], key
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)
        for transport in transports:
            transport.close()
            transport.join(5)


def test_files_come_over_sftp_from_a_server_whose_key_is_known(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put("out/people.csv", b"x" * 100_000)
    with serving(place.remote) as (port, key):
        place.url = f"sftp://me@127.0.0.1:{port}/out"
        monkeypatch.setenv("HOME", str(place.folder))

        def refused(kind: type[ThroughlineError], said: str, act: Callable[[], object]) -> None:
            with pytest.raises(kind, match=said) as caught:
                act()
            assert "pony" not in str(caught.value)

        refused(SettingsError, "THROUGHLINE_ACME_INBOX_PASSWORD", place.fetch)
        monkeypatch.setenv("THROUGHLINE_ACME_INBOX_PASSWORD", "pony")
        refused(SettingsError, "shows a key that is not known: SHA256:", place.fetch)
        refused(SettingsError, "shows a key that is not known", lambda: place.fetch(host_key="SHA256:other"))
        place.settings = {"host_key": f"ecdsa-sha2-nistp256 {key.get_base64()}"}
        assert place.fetch() == Fetched(1, 0, 0)
        assert (place.inbox / "people.csv").read_bytes() == b"x" * 100_000
        (place.folder / ".ssh").mkdir()
        (place.folder / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n")
        assert place.fetch(host_key=None) == Fetched(0, 0, 0)
        refused(SettingsError, "no folder", lambda: place.fetch(url=f"sftp://me@127.0.0.1:{port}/elsewhere"))
        monkeypatch.setenv("THROUGHLINE_ACME_INBOX_PASSWORD", "ponytail")
        refused(SettingsError, "refuses the user, the password", place.fetch)
    refused(Transient, "can't be reached", place.fetch)
