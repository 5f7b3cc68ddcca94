"""How a request to an LRS says who asks."""

from __future__ import annotations

import httpx

from connectors.sources.http.authorization import ClientCredentials
from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.source import Source


def authorization(source: Source, credentials: Credentials) -> httpx.Auth:
    """Basic authentication, or a token that is got and renewed where settings name a ``token_url``."""
    if source.token_url is None:
        return httpx.BasicAuth(credentials.name, credentials.secret)
    return ClientCredentials(source.token_url, credentials, source.scope)
