"""Encrypted fields: by Fernet, or as MongoDB's clients encrypt them."""

from mapper.encryption.ciphers import Cipher, encrypted_field
from mapper.encryption.client_side import ClientSideEncryption
from mapper.encryption.fernet import FernetCipher


__all__ = ["Cipher", "ClientSideEncryption", "FernetCipher", "encrypted_field"]
