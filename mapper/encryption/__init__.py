"""Encrypted fields: by Fernet, or as MongoDB's clients encrypt them."""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.encryption.ciphers import Cipher, encrypted_field
    from mapper.encryption.client_side import ClientSideEncryption
    from mapper.encryption.fernet import FernetCipher

__all__ = ["Cipher", "ClientSideEncryption", "FernetCipher", "encrypted_field"]

_NAMES = {
    "mapper.encryption.ciphers": ("Cipher", "encrypted_field"),
    "mapper.encryption.client_side": ("ClientSideEncryption",),
    "mapper.encryption.fernet": ("FernetCipher",),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
