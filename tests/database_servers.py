"""Database servers of one's own, on loopback, where their programs are installed."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text
from sqlalchemy.exc import OperationalError

PASSWORD = "correct-horse"
_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A server that is up: its address, with the password of its owner."""

    url: URL

    def run(self, *statements: str) -> None:
        engine = create_engine(self.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def postgresql() -> Iterator[Server]:
    """Without fsync. A server doesn't run as root, so it gets another user where the tests are root's."""
    programs = _folder_of("initdb", "/usr/lib/postgresql/*/bin", "PostgreSQL (postgresql)")
    with _folder() as (folder, account):
        (folder / "password").write_text(PASSWORD)
        made = [programs / "initdb", "-D", folder / "data", "-U", "owner", "-N", "--auth=scram-sha-256"]
        made += [f"--pwfile={folder / 'password'}", "--encoding=UTF8", "--locale=C"]
        subprocess.run(made, check=True, user=account, capture_output=True, cwd=folder)
        port = _free_port()
        run = [programs / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder, "-h", "127.0.0.1"]
        run += ["-c", "fsync=off", "-c", "shared_buffers=16MB"]
        url = URL.create("postgresql+psycopg", "owner", PASSWORD, "127.0.0.1", port, "postgres")
        with _running(run, account, Server(url)) as server:
            yield server


@contextmanager
def mariadb() -> Iterator[Server]:
    """As above; it knows a user ``owner``."""
    programs = _folder_of("mariadbd", "/usr/sbin", "MariaDB (mariadb-server-core)")
    with _folder() as (folder, account):
        made = ["mariadb-install-db", "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db"]
        made += ["--auth-root-authentication-method=normal", "--skip-name-resolve"]
        subprocess.run(made, check=True, user=account, capture_output=True, cwd=folder)
        port = _free_port()
        (folder / "init.sql").write_text(  # a statement a line
            f"CREATE DATABASE hr;\nCREATE USER owner@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';\n"
            "GRANT ALL ON hr.* TO owner@'127.0.0.1';\n"
        )
        run = [programs / "mariadbd", "--no-defaults", f"--datadir={folder / 'data'}", f"--port={port}"]
        run += ["--bind-address=127.0.0.1", f"--socket={folder / 'socket'}", f"--init-file={folder / 'init.sql'}"]
        run += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M", "--skip-name-resolve"]
        url = URL.create("mariadb+pymysql", "owner", PASSWORD, "127.0.0.1", port, "hr")
        with _running(run, account, Server(url)) as server:
            yield server


@contextmanager
def _folder() -> Iterator[tuple[Path, str]]:
    """A folder of the user that the server runs as. Short, because a socket's path may not be long."""
    folder, account = Path(tempfile.mkdtemp(prefix="db-")), _account()
    try:
        shutil.chown(folder, account)
        yield folder, account
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: Sequence[str | Path], account: str, server: Server) -> Iterator[Server]:
    process = subprocess.Popen(command, user=account, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server)
        yield server
    finally:
        process.terminate()
        process.wait(_SECONDS)


def _folder_of(program: str, elsewhere: str, package: str) -> Path:
    """The folder of a server's programs: on the path, or where Debian puts them."""
    found = [shutil.which(program), *map(str, sorted(Path("/").glob(f"{elsewhere[1:]}/{program}")))]
    path = next((Path(each).resolve() for each in found if each), None)
    if path is None:
        pytest.skip(f"{package} is not installed here")
    return path.parent


def _account() -> str:
    if os.geteuid() != 0:
        return getpass.getuser()
    for name in ("postgres", "mysql", "nobody"):
        if any(each.pw_name == name for each in pwd.getpwall()):
            return name
    pytest.skip("a database server doesn't run as root, and there is no other user")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(server: Server) -> None:
    until = time.monotonic() + _SECONDS
    while True:
        try:
            server.run("SELECT 1")
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
