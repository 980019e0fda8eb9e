"""What the driver's errors mean; they are told by their codes, not by their classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from mapper.conversion.problems import shown
from mapper.errors import DuplicateKeyError, ValidationError
from mongo_dsl.structure import fields_of


_DUPLICATE_KEY = frozenset({11000, 11001, 12582})


@attrs.define(eq=False)
class Translated:
    """A block that raises our errors in place of the driver's, where they mean one of ours.

    *sent* is what was to be stored for the class *cls*. As a generator the block would
    take four times as long, around every write.
    """

    collection: str
    cls: Any = None
    sent: Any = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, Exception):
            raise_meant(error, self.collection, self.cls, self.sent)


def raise_meant(error: Exception, collection: str, cls: Any, sent: Any) -> None:
    """Raise our error in place of *error*, the driver's, if it means one of ours.

    *sent* is what was to be stored for the class *cls*.
    """
    if isinstance(error, UnicodeEncodeError):
        meant: Exception | None = unwritable(cls, sent)
    else:
        meant = meaning(collection, error)
    if meant is not None:
        raise meant from error


def meaning(collection: str, error: Exception) -> DuplicateKeyError | None:
    """Return what *error* of the driver means; None where it speaks for itself."""
    if getattr(error, "code", None) not in _DUPLICATE_KEY:
        return None
    details = getattr(error, "details", None)
    return duplicate_key(collection, details if isinstance(details, Mapping) else {})


def duplicate_key(collection: str, details: Mapping[str, Any]) -> DuplicateKeyError:
    """Return the error that says which value of which index is there already."""
    return DuplicateKeyError(
        collection,
        dict(details.get("keyPattern", {})),
        dict(details.get("keyValue", {})),
    )


def unwritable(cls: Any, sent: Any) -> ValidationError | None:
    """Return the error that names the first text of *sent* which UTF-8 can't write.

    Text is not looked at before it is sent, for this takes long and is rarely wrong.
    """
    found = next(_surrogates(sent, ()), None)
    if found is None or cls is None:
        return None
    path, text = found
    name = ".".join(_as_field(cls, path))
    problem = f"{cls.__name__}.{name} has a lone surrogate, got {shown(text)}"
    msg = f"{problem}; what is stored must be text that UTF-8 can write"
    identifier = sent.get("_id") if isinstance(sent, Mapping) else None
    return ValidationError(msg, cls=cls, document_id=identifier, problems=[(name, msg)])


def _as_field(cls: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    """Name the field as its class does, without the operator that sets it."""
    parts = [part for part in ".".join(path).split(".") if part[:1] != "$"]
    names = {stored: name for name, (stored, _) in fields_of(cls).items()}
    named = names.get(parts[0], parts[0]), *parts[1:]
    return tuple(p.encode(errors="backslashreplace").decode() for p in named)


def _surrogates(
    value: Any, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        if not _is_writable(value):
            yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _surrogates(name, (*path, name))
            yield from _surrogates(item, (*path, name))
    elif isinstance(value, (list, tuple)):
        for place, item in enumerate(value):
            yield from _surrogates(item, (*path, str(place)))


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
