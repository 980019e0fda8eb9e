"""Keys of indexes: fields and what is kept of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper.errors import DefinitionError
from mongo_dsl.schema import find
from mongo_dsl.storage import Converted
from mongo_dsl.values import Face


Keys = tuple[tuple[str, Any], ...]

KINDS = (1, -1, "2d", "2dsphere", "hashed", "text")


def read_keys(given: tuple[Any, ...]) -> Keys:
    """Turn what `Index` was given into pairs of a name and a kind.

    Raises:
        DefinitionError: there is none, one is no key, or a field comes twice.
    """
    if not given:
        msg = "Index got no keys; it takes at least one field"
        raise DefinitionError(msg)
    keys = tuple(map(_key, given))
    names = [name for name, _ in keys]
    for name in names:
        if names.count(name) > 1:
            msg = f"Index got the key {name!r} twice; it takes each field once"
            raise DefinitionError(msg)
    return keys


def _key(key: Any) -> tuple[str, Any]:
    name, kind = key if isinstance(key, tuple) and len(key) == 2 else (key, 1)  # noqa: PLR2004 - a pair
    name = name_of(name)
    if isinstance(name, str) and name[:1] == "-":
        name, kind = name[1:], -1
    if not isinstance(name, str) or not name:
        msg = f"Index got the key {key!r}; it takes a field's name, or (name, kind)"
        raise DefinitionError(msg)
    if isinstance(kind, bool) or kind not in KINDS:
        listed = ", ".join(map(repr, KINDS))
        msg = f"Index got the kind {kind!r} for {name!r}; the kinds are: {listed}"
        raise DefinitionError(msg)
    return name, kind


def name_of(field: Any) -> Any:
    """Return the name of a *field* such as ``User.q.age``; anything else as it is."""
    return repr(field).partition(".q.")[2] if isinstance(field, Face) else field


def is_wildcard(name: str) -> bool:
    """Tell whether the key *name* stands for all fields below."""
    return name == "$**" or name.endswith(".$**")


def stored_name(model: type, name: str) -> str:
    """Return the stored path; ``$**`` stands for all fields below.

    Raises:
        UnknownFieldError: *model* has no such field.
    """
    if not is_wildcard(name):
        return find(model, name).stored
    above = name[: -len("$**")].rstrip(".")
    return f"{find(model, above).stored}.$**" if above else name


def refuse_form(model: type, name: str, kind: Any, *, unique: bool) -> None:
    """Refuse what would never work: an index into a form, a guard of what always differs.

    Raises:
        DefinitionError: the field *name* of *model* is stored in such a form.
    """
    form = None if is_wildcard(name) else find(model, name).storage
    if form is None:
        return
    subject = f"{model.__name__}.{name} is {form.described}"
    if kind in ("2d", "2dsphere", "text") and not isinstance(form, Converted):
        msg = (
            f"{subject} and can't have an index of the kind {kind!r}, which looks into"
        )
        raise DefinitionError(f"{msg} values")
    if unique and not form.compares:
        msg = f"{subject} and can't be unique, for equal values are never stored alike"
        raise DefinitionError(f"{msg}; {form.advice}")


def stored_names(model: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* under the stored paths of their names."""
    return {stored_name(model, name): value for name, value in values.items()}
