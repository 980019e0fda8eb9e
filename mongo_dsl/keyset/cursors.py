"""Cursors: places in a sort order as texts that travel and can't be altered.

A cursor is one byte of version, a digest of the query it belongs to, a signature, and
the values at the place in BSON, as URL-safe Base64. It holds values only: whatever they
are, they are compared with, never run.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON

from mongo_dsl.errors import CursorError


Secrets = Sequence[bytes]

_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
)
_VERSION = b"\x01"
_SIZE = 16  # of the digest and of the signature, in bytes
_START = 1 + 2 * _SIZE


def write(values: Sequence[Any], query: Mapping[str, Any], secrets: Secrets) -> str:
    """Write the place that has *values*, for *query*, signed with the first secret."""
    head = _VERSION + _digest(query)
    body = bson.encode({"": list(values)}, codec_options=_CODEC)
    signed = head + _signature(head + body, secrets[0] if secrets else b"") + body
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def read(
    method: str, text: str, query: Mapping[str, Any], secrets: Secrets
) -> list[Any]:
    """Return the values that `write` wrote; *method* is who asks.

    Raises:
        CursorError: *text* is no cursor, was altered, or belongs to another query.
    """
    raw = _decoded(text)
    if len(raw) <= _START or raw[:1] != _VERSION:
        msg = f"{method} got {text!r}, which is no cursor"
        raise CursorError(f"{msg}; pass one that a page or cursor() gave", "malformed")
    head, signature, body = raw[: _SIZE + 1], raw[_SIZE + 1 : _START], raw[_START:]
    if not _is_signed(head + body, signature, secrets or (b"",)):
        msg = f"{method} got the cursor {text!r}, which was altered or signed with another"
        raise CursorError(f"{msg} secret; start again at the first page", "altered")
    if not hmac.compare_digest(head[1:], _digest(query)):
        msg = f"{method} got the cursor {text!r}, which belongs to a query with another"
        msg = f"{msg} filter or sort order; pass one that this query gave"
        raise CursorError(msg, "foreign")
    return _values(method, text, body)


def _values(method: str, text: str, body: bytes) -> list[Any]:
    try:
        found: list[Any] = bson.decode(body, codec_options=_CODEC)[""]
    except (InvalidBSON, LookupError) as error:
        msg = f"{method} got {text!r}, which is no cursor"
        msg = f"{msg}; pass one that a page or cursor() gave"
        raise CursorError(msg, "malformed") from error
    return found


def _decoded(text: str) -> bytes:
    try:
        padded = text + "=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _digest(query: Mapping[str, Any]) -> bytes:
    encoded = bson.encode(query, codec_options=_CODEC)
    return hashlib.sha256(encoded).digest()[:_SIZE]


def _signature(signed: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, signed, "sha256")[:_SIZE]


def _is_signed(signed: bytes, signature: bytes, secrets: Secrets) -> bool:
    made = [_signature(signed, secret) for secret in secrets]
    return any(hmac.compare_digest(one, signature) for one in made)
