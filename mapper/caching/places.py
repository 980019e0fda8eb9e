"""Which clients see the same data: what they read is cached for all of them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any


def place_of(client: Any) -> Hashable:
    """Return what clients have in common that ask the same servers as the same user.

    Clients that decrypt have it with nobody, for what they read is decrypted.
    """
    options = client.options
    servers = frozenset(client.topology_description.server_descriptions())
    credentials = options.pool_options._credentials  # noqa: SLF001 - there's no other way
    user = credentials and (credentials.source, credentials.username)
    return servers, user, options.auto_encryption_opts
