"""Addresses that a secret may be sent to."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _guarded(address: str) -> str:
    """An address that a secret may be sent to. What is refused is not repeated, because it may hold one."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("should begin with https://, because a password goes there")
    if not parts.hostname or parts.username or parts.password:
        raise ValueError("should be an address without a user name or password; those belong into the environment")
    return address


Address = Annotated[str, AfterValidator(_guarded)]


def is_elsewhere(address: str, here: str) -> bool:
    """Whether an address is on another host, scheme or port than ours. Raises ValueError for what is no address."""
    ours, theirs = urlsplit(here), urlsplit(address)
    return (ours.scheme, ours.hostname, _port(here)) != (theirs.scheme, theirs.hostname, _port(address))


def _port(address: str) -> int | None:
    parts = urlsplit(address)
    return parts.port or {"https": 443, "http": 80}.get(parts.scheme)
