"""What all ciphers share: they encrypt the BSON form of values, and quote nothing.

A message, a `repr` or a pickle has neither keys nor what they hide. Errors of encoding and
decoding quote values, so they are replaced, and kept from the context of the new ones.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Any

from cattrs import Converter

from mapper.conversion.forms import Form
from mapper.conversion.problems import PASSING, Misfit
from mapper.conversion.scalars import Decode, Encode
from mapper.conversion.sealed import Sealed
from mapper.fields import field
from mongo_dsl.conformity import describe, kind_of


class Cipher(Form):
    """A form that only the holders of keys can read.

    With *allow_plain*, what isn't encrypted is read as it is: while a collection is being
    encrypted, and where the driver decrypts by itself.
    """

    secret = True
    allow_plain: bool = False

    def check(self, annotation: Any) -> None:
        """Refuse an *annotation* whose values can't be encrypted.

        Raises:
            NoFormError: they can't.
        """

    @abstractmethod
    def seal(self, stored: Any, annotation: Any) -> Sealed:
        """Encrypt what would be *stored* for *annotation*."""

    @abstractmethod
    def unseal(self, sealed: Any, annotation: Any) -> Any:
        """Decrypt to what would be stored for *annotation*.

        Raises:
            ValueError: no key does it.
        """

    @abstractmethod
    def is_sealed(self, stored: Any) -> bool:
        """Tell whether *stored* has the form of what is encrypted."""

    def encoder(self, annotation: Any, converter: Converter) -> Encode:
        """Return the hook that encrypts values of *annotation*."""
        self.check(annotation)
        hook = converter.get_unstructure_hook(annotation)

        def encode(value: Any) -> Sealed:
            text = f"must be {describe(annotation)}, got {kind_of(value)}"
            stored = _hushed(text, partial(hook, value))
            text = f"can't be encrypted, got {kind_of(value)}"
            return _hushed(text, partial(self.seal, stored, annotation))

        return encode

    def decoder(self, annotation: Any, converter: Converter) -> Decode:
        """Return the hook that decrypts values of *annotation*."""
        hook = converter.get_structure_hook(annotation)

        def decode(stored: Any, _: Any) -> Any:
            plain = self._plain(stored, annotation)
            text = f"decrypts to something that isn't {describe(annotation)}"
            return _hushed(text, partial(hook, plain, annotation))

        return decode

    def _plain(self, stored: Any, annotation: Any) -> Any:
        if self.is_sealed(stored):
            text = "can't be decrypted by any of the keys"
            return _hushed(text, partial(self.unseal, stored, annotation))
        if self.allow_plain:
            return stored
        text = f"is not encrypted, got {kind_of(stored)}; allow_plain=True reads it"
        raise Misfit(("", text))


def encrypted_field(cipher: Cipher, **options: Any) -> Any:
    """Describe a field whose value is stored encrypted, and that `repr` doesn't show.

    Args:
        cipher: a `FernetCipher`, or what `ClientSideEncryption.deterministic` and
            `ClientSideEncryption.random` return.
        options: what `field` takes.

    >>> from mapper import SyncDocument
    >>> from mapper.encryption import FernetCipher
    >>> cipher = FernetCipher(env="SSN_KEYS")
    >>> class User(SyncDocument):
    ...     name: str
    ...     ssn: str | None = encrypted_field(cipher, default=None)
    >>> User(name="Ann", ssn="078-05-1120")
    User(id=None, name='Ann')
    """
    return field(storage=cipher, **{"repr": False, **options})


def _hushed(text: str, attempt: Callable[[], Any]) -> Any:
    """Make the *attempt*, and say *text* of what goes wrong."""
    try:
        return attempt()
    except PASSING:
        raise
    except Exception:  # noqa: BLE001, S110 - it may quote a secret, as a context too
        pass
    raise Misfit(("", text))
