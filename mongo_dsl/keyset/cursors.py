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
from bson import Code, MaxKey, MinKey, Regex
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
_LONGEST = 200  # characters of a cursor in a message
UNCOMPARED = (list, Regex, Code, MinKey, MaxKey)
"""What has no place in a sort order, or not the one it is compared by."""


def write(values: Sequence[Any], query: Mapping[str, Any], secrets: Secrets) -> str:
    """Write the place that has *values*, for *query*, signed with the first secret."""
    head = _VERSION + _digest(query)
    body = bson.encode({"": list(values)}, codec_options=_CODEC)
    signed = head + _signature(head + body, secrets[0] if secrets else b"") + body
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def read(
    method: str, text: str, query: Mapping[str, Any], secrets: Secrets, count: int
) -> list[Any]:
    """Return the *count* values that `write` wrote; *method* is who asks.

    Raises:
        CursorError: *text* is no cursor, was altered, or belongs to another query.
    """
    raw = _decoded(text)
    if len(raw) <= _START or raw[:1] != _VERSION:
        raise _malformed(method, text)
    head, signature, body = raw[: _SIZE + 1], raw[_SIZE + 1 : _START], raw[_START:]
    if not _is_signed(head + body, signature, secrets or (b"",)):
        msg = f"{method} got the cursor {_shown(text)}, which was altered or signed with another"
        raise CursorError(f"{msg} secret; start again at the first page", "altered")
    if not hmac.compare_digest(head[1:], _digest(query)):
        msg = f"{method} got the cursor {_shown(text)}, which belongs to a query with another"
        msg = f"{msg} filter or sort order; pass one that this query gave"
        raise CursorError(msg, "foreign")
    return _values(method, text, body, count)


def _values(method: str, text: str, body: bytes, count: int) -> list[Any]:
    try:
        found: Any = bson.decode(body, codec_options=_CODEC)[""]
    except (InvalidBSON, LookupError, RecursionError) as error:
        raise _malformed(method, text) from error
    if not isinstance(found, list) or len(found) != count:
        raise _malformed(method, text)
    if any(isinstance(value, UNCOMPARED) for value in found):
        raise _malformed(method, text)
    return found


def _malformed(method: str, text: str) -> CursorError:
    msg = f"{method} got {_shown(text)}, which is no cursor"
    return CursorError(f"{msg}; pass one that a page or cursor() gave", "malformed")


def _shown(text: str) -> str:
    """Return *text* as errors show it: it comes from outside, and may be long."""
    if len(text) <= _LONGEST:
        return repr(text)
    return f"{text[:_LONGEST]!r}… ({len(text):,} characters)"


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
