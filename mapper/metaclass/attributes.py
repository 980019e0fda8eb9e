"""What is done to every field while attrs makes the class, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapper.conversion.trees import refuse_taken
from mapper.errors import DefinitionError
from mapper.metaclass.bases import is_root
from mapper.validation import with_named_errors, without_validator
from mongo_dsl.structure import computed_in


def refuse_methods(cls: Any, names: Iterable[str]) -> None:
    """Refuse a field that would hide a method of all documents.

    Raises:
        DefinitionError: one of *names* is a method's.
    """
    roots = [base for base in cls.__mro__ if is_root(base)]
    for name in names:
        if any(
            callable(vars(root).get(name))
            or isinstance(vars(root).get(name), (classmethod, property))
            for root in roots
        ):
            msg = f"{cls.__name__}.{name} would hide the method {name!r} of documents"
            raise DefinitionError(
                f"{msg}; name the field otherwise, and pass db_name={name!r}"
            )


def transformed(cls: Any, fields: list[Any]) -> list[Any]:
    """Store `id` as ``_id``, and let validators and converters name their field.

    Raises:
        DefinitionError: two fields are stored under one name.
    """
    found = [_stored_as_id(without_validator(one)) for one in fields]
    taken = _stored_names(cls, found)
    refuse_taken(cls.__name__, cls.__options__.discriminator, taken)
    return [with_named_errors(one) for one in found]


def _stored_names(cls: Any, fields: list[Any]) -> dict[str, str]:
    """Return the fields by stored name, of which none may have two."""
    taken: dict[str, str] = {}
    named = [(one.name, one.metadata.get("db_name", one.name)) for one in fields]
    named += [(name, one.stored) for name, one in computed_in(cls).items()]
    for name, stored in named:
        other = taken.setdefault(stored, name)
        if other != name:
            both = f"{cls.__name__}.{other} and {cls.__name__}.{name}"
            msg = f"{both} are both stored as {stored!r}; give one another db_name"
            raise DefinitionError(msg)
    return taken


def _stored_as_id(attribute: Any) -> Any:
    """Store the field `id` as ``_id``, which the server keeps unique and immutable."""
    if attribute.name != "id":
        return attribute
    metadata = {**attribute.metadata, "db_name": "_id", "immutable": True}
    return attribute.evolve(metadata=metadata)
