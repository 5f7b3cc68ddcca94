"""Where a tool's files are dropped: ``tools.<tool>.inbox`` of a home's settings.yml.

    tools:
      cornerstone:
        inbox:
          url: sftp://acme@files.example.org/out/learning
          host_key: SHA256:0000000000000000000000000000000000000000000
          files: ["*.csv"]
      moodle:
        inbox: {url: s3://learning-exports/moodle/, options: {endpoint_url: https://s3.example.org}}

Secrets are in the environment: THROUGHLINE_<TOOL>_INBOX_PASSWORD, or THROUGHLINE_<TOOL>_INBOX_KEY_FILE, which names
the file of a private key. Object stores take what their own libraries look for (for S3: AWS_ACCESS_KEY_ID …).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from connectors.declaration.complaints import unknown
from connectors.declaration.notations import Texts
from connectors.errors import SettingsError
from connectors.sources.secrets import secret

PROTOCOLS = ("file", "sftp", "s3", "gs", "abfs", "memory")


def _address(text: str) -> str:
    """An address without a password. What is refused is not repeated, because it may hold one."""
    parts = urlsplit(text)
    if parts.scheme not in PROTOCOLS:
        raise ValueError(f"should begin with one of {', '.join(f'{name}://' for name in PROTOCOLS)}")
    if parts.password:
        raise ValueError("should not hold a password; that belongs into the environment")
    if parts.scheme == "sftp" and not (parts.hostname and parts.username):
        raise ValueError("should name the user and the server: sftp://user@files.example.org/folder")
    return text


class RemoteInbox(BaseModel):
    """A remote folder as settings.yml describes it. ``delete``: whether a file is taken away once it is here.

    ``host_key`` is the fingerprint of an SFTP server's key, or the key itself; without it, the server has to be in
    the user's known_hosts. ``settle_seconds``: how long a file must not have changed. ``options`` are those of the
    object store's library.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_address)]
    files: Texts = ("*",)
    host_key: str | None = None
    delete: bool = False
    settle_seconds: float = Field(60, ge=0)
    timeout_seconds: float = Field(60, gt=0)
    every_hours: int = Field(1, ge=1, le=24)
    options: dict[str, Any] = {}

    @property
    def protocol(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def folder(self) -> str:
        """The folder on the server, or the bucket and what stands before the names of its objects."""
        parts = urlsplit(self.url)
        inside = parts.path if self.protocol in ("file", "sftp") else f"{parts.netloc}{parts.path}"
        return inside.rstrip("/") or "/"


def remote_inbox(tool: str, options: Mapping[str, Any]) -> RemoteInbox | None:
    """The remote inbox of a tool, or None where settings.yml names none."""
    if not (given := options.get("inbox")):
        return None
    try:
        return RemoteInbox.model_validate(given)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'inbox'}: {_message(each)}" for each in error.errors())
        raise SettingsError(f"settings.yml: tools.{tool}.inbox: {told}.") from None


def sftp_secrets(tool: str) -> tuple[str | None, str | None]:
    """The password and the file of a private key, of which one is enough.

    Raises ``SettingsError`` that names what is missing, never what is there.
    """
    prefix = f"THROUGHLINE_{tool.upper()}_INBOX"
    password, key_file = secret(f"{prefix}_PASSWORD"), os.environ.get(f"{prefix}_KEY_FILE")
    if password is None and key_file is None:
        raise SettingsError(
            f"For the inbox of {tool}, set {prefix}_PASSWORD (or {prefix}_PASSWORD_FILE), or {prefix}_KEY_FILE, which "
            "names the file of a private key, in the environment, then run again."
        )
    return password, key_file


def _message(error: Mapping[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return unknown("setting", str(error["loc"][-1]), tuple(RemoteInbox.model_fields))
    return str(error["msg"]).removeprefix("Value error, ")
