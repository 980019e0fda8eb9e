"""Fernet: values encrypted by the application alone, with keys that can be rotated.

Text is encrypted as UTF-8, so that its tokens are those of any other program; all else as
a BSON document with one field. https://cryptography.io/en/latest/fernet/
"""

from __future__ import annotations

import base64
import binascii
import functools
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import bson

from mapper.codec import CODEC
from mapper.conversion.sealed import Sealed, sealed_text
from mapper.encryption.ciphers import Cipher
from mapper.errors import ConfigurationError, EncryptionError, MissingExtraError
from mongo_dsl.conformity import members


if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet

Keys: TypeAlias = "str | bytes | Sequence[str | bytes]"

_KEY_BYTES = 32
_TEXT = frozenset({str, None, type(None)})
_VALUE = "v"  # the only field of the document that a value is encrypted in


class FernetCipher(Cipher):
    """Encrypts with the first of *keys* and decrypts with any of them.

    Tokens of one value differ every time, so nobody can compare them: queries by value
    need `ClientSideEncryption.deterministic`.

    Args:
        keys: a key, several, or a function that returns them and is called once, when
            they are first needed.
        env: the environment variable that has the keys, separated by commas or spaces;
            it is read when they are first needed.
        allow_plain: whether stored values that aren't encrypted are read as they are.

    Raises:
        ConfigurationError: there are no keys, or one is no key.

    >>> FernetCipher(env="SSN_KEYS")
    FernetCipher(env='SSN_KEYS')
    >>> FernetCipher(FernetCipher.new_key())
    FernetCipher(...)
    """

    described = "encrypted by Fernet"
    compares = False
    stored = (str,)

    def __init__(
        self,
        keys: Keys | Callable[[], Keys] | None = None,
        *,
        env: str | None = None,
        allow_plain: bool = False,
    ) -> None:
        if (keys is None) == (env is None):
            msg = "FernetCipher got both keys and env" if env else "FernetCipher got no"
            msg = f"{msg}; give one" if env else f"{msg} keys; give keys or env"
            raise ConfigurationError(msg)
        self._given = keys if callable(keys) or keys is None else _checked(keys)
        self._env = env
        self.allow_plain = allow_plain

    @staticmethod
    def new_key() -> str:
        """Make a key."""
        return base64.urlsafe_b64encode(os.urandom(_KEY_BYTES)).decode()

    @property
    def advice(self) -> str:
        """What to do instead of what isn't possible."""
        return (
            "its tokens differ every time, so it takes exists, is_null and None alone;"
            " ClientSideEncryption.deterministic makes values that can be compared"
        )

    def __repr__(self) -> str:
        shown = "..." if self._env is None else f"env={self._env!r}"
        more = ", allow_plain=True" if self.allow_plain else ""
        return f"FernetCipher({shown}{more})"

    def __reduce__(self) -> Any:
        if self._env is None and not callable(self._given):
            msg = (
                "a FernetCipher that was given its keys can't be pickled; give it env,"
            )
            raise TypeError(f"{msg} or a function that returns them")
        make = functools.partial(
            FernetCipher, env=self._env, allow_plain=self.allow_plain
        )
        return make, (self._given,)

    def seal(self, stored: Any, annotation: Any) -> Sealed:
        """Encrypt with the first key."""
        plain = _plain(stored, annotation)
        token = self._ring.encrypt(plain).decode()
        return sealed_text(token, plain, self._opened)

    def unseal(self, sealed: Any, annotation: Any) -> Any:
        """Decrypt with any of the keys."""
        plain = self._ring.decrypt(sealed)
        if _is_text(annotation):
            return plain.decode()
        return bson.decode(plain, codec_options=CODEC)[_VALUE]

    def is_sealed(self, stored: Any) -> bool:
        """Tell whether *stored* is text that begins as all tokens do."""
        return isinstance(stored, str) and stored.startswith("gAAAA")

    def rotated(self, token: str) -> str | None:
        """Return *token* encrypted anew; None if it is by the first key, or by none."""
        from cryptography.fernet import InvalidToken

        try:
            self._first.decrypt(token)
        except InvalidToken:
            pass
        else:
            return None
        try:
            return self._ring.rotate(token).decode()
        except InvalidToken:
            return None

    def _opened(self, stored: Any) -> bytes | None:
        from cryptography.fernet import InvalidToken

        try:
            return self._ring.decrypt(stored) if self.is_sealed(stored) else None
        except InvalidToken:
            return None

    @functools.cached_property
    def _ciphers(self) -> list[Fernet]:
        try:
            from cryptography.fernet import Fernet
        except ImportError as error:
            raise MissingExtraError("Fernet", "encryption") from error
        return [Fernet(key) for key in self._keys()]

    @property
    def _first(self) -> Fernet:
        return self._ciphers[0]

    @functools.cached_property
    def _ring(self) -> MultiFernet:
        ciphers = self._ciphers
        from cryptography.fernet import MultiFernet

        return MultiFernet(ciphers)

    def _keys(self) -> list[bytes]:
        if self._env is None:
            given: Any = self._given
            return _checked(given()) if callable(given) else given
        text = os.environ.get(self._env, "")
        if not text.strip():
            msg = f"the environment variable {self._env!r} has no keys; set it"
            raise EncryptionError(msg)
        return _checked(text.replace(",", " ").split())


def _checked(keys: Any) -> list[bytes]:
    """Return *keys* as bytes; a message about one says its place and nothing of it."""
    found = [keys] if isinstance(keys, (str, bytes)) else keys
    if not isinstance(found, (list, tuple)) or not found:
        msg = "FernetCipher got no keys; it takes a key or a list of them"
        raise ConfigurationError(msg)
    return [_checked_key(place, key) for place, key in enumerate(found, 1)]


def _checked_key(place: int, key: Any) -> bytes:
    data = key.encode() if isinstance(key, str) else key
    if not isinstance(data, bytes) or not _is_key(data):
        msg = f"key {place} of FernetCipher is no Fernet key; FernetCipher.new_key()"
        raise ConfigurationError(f"{msg} makes one, of 32 bytes in URL-safe Base64")
    return data


def _is_key(data: bytes) -> bool:
    try:
        return len(base64.urlsafe_b64decode(data)) == _KEY_BYTES
    except binascii.Error:
        return False


def _is_text(annotation: Any) -> bool:
    return _TEXT.issuperset(members(annotation))


def _plain(stored: Any, annotation: Any) -> bytes:
    if _is_text(annotation):
        return stored.encode()
    return bson.encode({_VALUE: stored}, codec_options=CODEC)
