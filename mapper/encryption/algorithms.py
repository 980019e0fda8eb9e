"""Fields that a `ClientSideEncryption` encrypts, by one of MongoDB's two algorithms.

https://www.mongodb.com/docs/manual/core/csfle/fundamentals/encryption-algorithms/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import bson
from bson import Binary, Decimal128

from mapper.codec import CODEC
from mapper.conversion.problems import NoFormError
from mapper.conversion.sealed import Sealed, sealed_binary
from mapper.conversion.unions import stored_types_of
from mapper.encryption.ciphers import Cipher
from mongo_dsl.conformity import describe, members


if TYPE_CHECKING:
    from mapper.encryption.client_side import ClientSideEncryption

_ENCRYPTED = 6  # the subtype of binary data
_VALUE = "v"

# What the deterministic algorithm refuses: too few values to hide, or too many parts.
_INDETERMINATE = frozenset({bool, float, Decimal128, list, dict})


@attrs.frozen(repr=False)
class FieldEncryption(Cipher):
    """How a field is encrypted: by which data key, and whether queries can find it."""

    encryption: ClientSideEncryption
    key: str
    deterministic: bool
    stored = (Binary,)

    def __repr__(self) -> str:
        kind = "deterministic" if self.deterministic else "random"
        return f"{self.encryption!r}.{kind}({self.key!r})"

    @property
    def described(self) -> str:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """How values are stored, in messages."""
        return f"encrypted {'deterministically' if self.deterministic else 'at random'}"

    @property
    def compares(self) -> bool:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether equal values are stored alike."""
        return self.deterministic

    @property
    def allow_plain(self) -> bool:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """Whether stored values that aren't encrypted are read as they are."""
        return self.encryption.allow_plain

    def check(self, annotation: Any) -> None:
        """Refuse annotations whose values the algorithm can't encrypt.

        Raises:
            NoFormError: they are of a kind that it refuses.
        """
        found = {kind for one in members(annotation) for kind in stored_types_of(one)}
        if self.deterministic and found & _INDETERMINATE:
            msg = (
                f"{describe(annotation)} can't be encrypted deterministically, as bool,"
            )
            msg = f"{msg} float, Decimal, arrays and documents can't; use random(...)"
            raise NoFormError(msg)

    def seal(self, stored: Any, annotation: Any) -> Sealed:  # noqa: ARG002 - the type is in what is sealed
        """Encrypt in the process; the first time reads the data key."""
        data = self.encryption.encrypt(
            stored, self.key, deterministic=self.deterministic
        )
        return sealed_binary(data, _plain(stored), self._opened)

    def unseal(self, sealed: Any, annotation: Any) -> Any:  # noqa: ARG002 - see seal
        """Decrypt in the process; the first time reads the data key."""
        return self.encryption.decrypt(sealed)

    def is_sealed(self, stored: Any) -> bool:
        """Tell whether *stored* is encrypted binary data."""
        return isinstance(stored, Binary) and stored.subtype == _ENCRYPTED

    def _opened(self, stored: Any) -> bytes | None:
        if self.is_sealed(stored):
            return _plain(self.encryption.decrypt(stored))
        # A driver that decrypts by itself leaves nothing sealed.
        return _plain(stored) if self.allow_plain else None


def _plain(stored: Any) -> bytes:
    return bson.encode({_VALUE: stored}, codec_options=CODEC)
