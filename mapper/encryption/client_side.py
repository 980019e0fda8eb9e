"""MongoDB's Client-Side Field Level Encryption, with data keys in a key vault.

https://www.mongodb.com/docs/manual/core/csfle/
"""

from __future__ import annotations

import functools
import importlib.util
import os
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

from bson import Binary
from bson.binary import UUID_SUBTYPE

from mapper.codec import CODEC
from mapper.encryption.algorithms import FieldEncryption
from mapper.errors import ConfigurationError, EncryptionError, MissingExtraError


_NO_EXPIRY = 0


class ClientSideEncryption:
    """Data keys, in the key vault of a deployment, and the fields they encrypt.

    A data key is made when it is first needed, read from the vault once a process, and
    kept. Reading and making one blocks; `load` does that ahead. All else is computed in
    the process, so the fields work on all drivers alike.

    Args:
        kms_providers: the key management services with their credentials, as PyMongo
            takes them, or a function that returns them when they are first needed.
        key_vault_namespace: the database and collection of the data keys.
        mongo_uri: the deployment that has them, else ``MONGO_URI``; read when needed.
        provider: the service whose master key protects new data keys; the only one if
            not given.
        master_key: which master key that is; local ones have no choice.
        allow_plain: whether stored values that aren't encrypted are read as they are.
        kms_tls_options: TLS settings of each service.

    Raises:
        ConfigurationError: the namespace isn't one.

    >>> ClientSideEncryption({"local": {"key": b"0" * 96}})
    ClientSideEncryption(key_vault_namespace='encryption.__keyVault')
    """

    def __init__(
        self,
        kms_providers: Mapping[str, Any] | Callable[[], Mapping[str, Any]],
        *,
        key_vault_namespace: str = "encryption.__keyVault",
        mongo_uri: str | None = None,
        provider: str | None = None,
        master_key: Mapping[str, Any] | None = None,
        allow_plain: bool = False,
        kms_tls_options: Mapping[str, Any] | None = None,
    ) -> None:
        if not all(key_vault_namespace.partition(".")):
            msg = (
                f"key_vault_namespace is {key_vault_namespace!r}; it is a database and"
            )
            raise ConfigurationError(
                f"{msg} a collection, such as encryption.__keyVault"
            )
        self.key_vault_namespace = key_vault_namespace
        self.allow_plain = allow_plain
        self._given = kms_providers
        self._mongo_uri = mongo_uri
        self._provider = provider
        self._master_key = master_key
        self._tls = kms_tls_options
        self._lock = threading.RLock()
        self._keys: dict[str, Binary] = {}
        self._opened: Any = None

    def __repr__(self) -> str:
        return f"ClientSideEncryption(key_vault_namespace={self.key_vault_namespace!r})"

    def __reduce__(self) -> Any:
        msg = "a ClientSideEncryption can't be pickled, for it holds master keys; make one"
        raise TypeError(f"{msg} in each process")

    def deterministic(self, key: str) -> FieldEncryption:
        """Encrypt a field so that equal values look equal, and can be queried by value.

        *key* is the name of the data key, which is made when it is first needed.
        """
        return FieldEncryption(self, key, deterministic=True)

    def random(self, key: str) -> FieldEncryption:
        """Encrypt a field so that equal values look different, and can't be queried.

        *key* is the name of the data key, which is made when it is first needed.
        """
        return FieldEncryption(self, key, deterministic=False)

    def load(self, *keys: str) -> None:
        """Read the data *keys* now, and make those that aren't there yet.

        Blocks; asynchronous programs call it before they start, or in a thread. Sends two
        commands a key, and more for new ones.

        Raises:
            EncryptionError: the key vault or the key management can't be used.
        """
        for key in keys:
            sealed = self.encrypt("", key, deterministic=False)
            self.decrypt(sealed)

    def auto_decryption(self) -> Any:
        """Return the driver's options by which a client decrypts all that it reads.

        Raw rows and aggregations are plain then, too; pass it as ``auto_encryption_opts``
        to `connect` or `connect_async`, and *allow_plain* here.
        """
        _require_libraries()
        from pymongo.encryption_options import AutoEncryptionOpts

        return AutoEncryptionOpts(
            self._providers,
            self.key_vault_namespace,
            bypass_auto_encryption=True,
            kms_tls_options=self._tls,
            key_expiration_ms=_NO_EXPIRY,
        )

    def encrypt(self, value: Any, key: str, *, deterministic: bool) -> Binary:
        """Encrypt a BSON *value* by the data key named *key*."""
        kind = "Deterministic" if deterministic else "Random"
        name = f"AEAD_AES_256_CBC_HMAC_SHA_512-{kind}"
        identifier = self.key_id(key)
        with _explained():
            return self._client.encrypt(value, name, key_id=identifier)

    def decrypt(self, sealed: Binary) -> Any:
        """Decrypt binary data by the data key that it names."""
        with _explained():
            return self._client.decrypt(sealed)

    def key_id(self, key: str) -> Binary:
        """Return the id of the data key named *key*; make the key if there is none."""
        found = self._keys.get(key)
        if found is None:
            with self._lock, _explained():
                found = self._keys[key] = self._found(key) or self._made(key)
        return found

    def close(self) -> None:
        """Close the connection to the key vault; the next use opens it anew."""
        with self._lock:
            client, self._opened = self._opened, None
            vault = self.__dict__.pop("_vault", None)
            self._keys.clear()
        if client is not None:
            client.close()
        if vault is not None:
            vault.database.client.close()

    @functools.cached_property
    def _providers(self) -> Mapping[str, Any]:
        return self._given() if callable(self._given) else self._given

    @functools.cached_property
    def _vault(self) -> Any:
        """The collection of the data keys; no two of them have one name."""
        from pymongo import MongoClient

        uri = self._mongo_uri or os.environ.get("MONGO_URI", "")
        if not uri:
            msg = "ClientSideEncryption has no mongo_uri; pass one, or set MONGO_URI"
            raise EncryptionError(msg)
        database, _, collection = self.key_vault_namespace.partition(".")
        client = MongoClient[Any](uri)
        vault = client[database][collection]
        named = {"keyAltNames": {"$exists": True}}
        try:
            vault.create_index(
                "keyAltNames", unique=True, partialFilterExpression=named
            )
        except Exception:
            client.close()
            raise
        return vault

    @property
    def _client(self) -> Any:
        if self._opened is None:
            with self._lock:
                self._opened = self._opened or self._open()
        return self._opened

    def _open(self) -> Any:
        _require_libraries()
        from pymongo.encryption import ClientEncryption

        return ClientEncryption(
            self._providers,
            self.key_vault_namespace,
            self._vault.database.client,
            CODEC,
            kms_tls_options=self._tls,
            key_expiration_ms=_NO_EXPIRY,
        )

    def _found(self, key: str) -> Binary | None:
        document = self._vault.find_one({"keyAltNames": key}, {"_id": 1})
        return None if document is None else _as_binary(document["_id"])

    def _made(self, key: str) -> Binary:
        from pymongo import errors

        provider = self._provider or _only(self._providers)
        try:
            return self._client.create_data_key(
                provider, master_key=self._master_key, key_alt_names=[key]
            )
        except (errors.DuplicateKeyError, errors.EncryptionError):
            found = self._found(key)  # another process was faster
            if found is None:
                raise
            return found


def _require_libraries() -> None:
    if importlib.util.find_spec("pymongocrypt") is None:
        what = "Client-Side Field Level Encryption"
        raise MissingExtraError(what, "encryption")


def _only(providers: Mapping[str, Any]) -> str:
    if len(providers) == 1:
        return next(iter(providers))
    listed = ", ".join(providers)
    msg = f"ClientSideEncryption has several kms_providers, {listed}; say which makes data"
    raise ConfigurationError(f"{msg} keys: provider=...")


def _as_binary(identifier: Any) -> Binary:
    if isinstance(identifier, Binary):
        return identifier
    return Binary(identifier.bytes, UUID_SUBTYPE)


@contextmanager
def _explained() -> Generator[None, None, None]:
    """Tell failures on the way to the keys from those of the data."""
    try:
        yield
    except (ConfigurationError, EncryptionError, MissingExtraError):
        raise
    except Exception as error:
        cause = error.__cause__ or error
        if type(cause).__name__ == "MongoCryptError":  # data, not the way to the keys
            raise
        msg = f"the data keys can't be used: {type(cause).__name__}: {cause}"
        raise EncryptionError(msg) from error
