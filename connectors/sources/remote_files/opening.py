"""The file system behind the address of a remote inbox, and what goes wrong with it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fsspec
import paramiko

from connectors.errors import SettingsError, ThroughlineError, Transient
from connectors.sources.remote_files.source import RemoteInbox, sftp_secrets

_PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "abfs": "adlfs"}


@contextmanager
def opened(tool: str, where: RemoteInbox) -> Iterator[fsspec.AbstractFileSystem]:
    """The file system of an inbox, while it is open; whatever it raises is told as what the caller does next."""
    system = None
    try:
        system = fsspec.filesystem(where.protocol, skip_instance_cache=True, **_options(tool, where))
        yield system
    except ThroughlineError:
        raise
    except ImportError:
        package = _PACKAGES.get(where.protocol, where.protocol)
        raise SettingsError(f"To read {where.protocol}:// addresses, install {package} beside Throughline.") from None
    except Exception as error:  # noqa: BLE001 – each library has exceptions of its own; all are told
        raise _told(tool, where, error) from None
    finally:
        if where.protocol == "sftp" and system is not None:
            system.client.close()


def _options(tool: str, where: RemoteInbox) -> dict[str, Any]:
    if where.protocol != "sftp":
        return dict(where.options)
    parts, (password, key_file) = urlsplit(where.url), sftp_secrets(tool)
    seconds = where.timeout_seconds
    return {
        "host": parts.hostname,
        "port": parts.port or 22,
        "username": parts.username,
        "password": password,
        "key_filename": key_file,
        "look_for_keys": False,
        "allow_agent": False,
        "timeout": seconds,
        "banner_timeout": seconds,
        "auth_timeout": seconds,
        "channel_timeout": seconds,
        "host_key_policy": _Known(where.host_key),
    }


class _Known(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    """A server is who it says it is if its key is the one that settings.yml or the user's known_hosts has for it.

    To trust whatever key is shown, as many programs do the first time, would hand the password to whoever asks.
    """

    def __init__(self, expected: str | None) -> None:
        self._expected = expected

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002
        if self._expected is not None and _is(key, self._expected):
            return
        if self._expected is None and _is_in_known_hosts(hostname, key):
            return
        raise SettingsError(
            f"The server {hostname} shows a key that is not known: {_fingerprint(key)}. If whoever runs it confirms "
            "that this is its key, put it in settings.yml as `host_key` of the inbox."
        )


def _is(key: paramiko.PKey, expected: str) -> bool:
    return expected.removesuffix("=") == _fingerprint(key) or key.get_base64() in expected.split()


def _fingerprint(key: paramiko.PKey) -> str:
    """As ``ssh-keygen -l`` writes it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def _is_in_known_hosts(hostname: str, key: paramiko.PKey) -> bool:
    path = Path("~/.ssh/known_hosts").expanduser()
    return path.exists() and paramiko.HostKeys(str(path)).check(hostname, key)


def _told(tool: str, where: RemoteInbox, error: Exception) -> ThroughlineError:
    """What went wrong, without what the server says: that may hold names of files, and so of persons."""
    place = f"the inbox of {tool} ({where.protocol}://{urlsplit(where.url).hostname or ''})"
    if isinstance(error, paramiko.AuthenticationException | paramiko.PasswordRequiredException):
        return SettingsError(f"{_first(place)} refuses the user, the password or the key. Mend them, then run again.")
    if isinstance(error, FileNotFoundError):
        return SettingsError(f"{_first(place)} has no folder as `url` names it in settings.yml.")
    if isinstance(error, PermissionError) or type(error).__name__ in (
        "NoCredentialsError",
        "ClientAuthenticationError",
    ):
        return SettingsError(f"{_first(place)} doesn't let us in, or lacks credentials. Grant reading, then run again.")
    return Transient(f"{_first(place)} can't be reached, or broke off ({type(error).__name__}).")


def _first(text: str) -> str:
    return text[0].upper() + text[1:]
