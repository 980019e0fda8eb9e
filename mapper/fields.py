"""`field`: what a document class says of a field beyond its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from mapper.errors import DefinitionError


def field(
    *,
    default: Any = attrs.NOTHING,
    factory: Callable[[], Any] | None = None,
    init: bool = True,
    repr: bool = True,  # noqa: A002 - attrs' name
    alias: str | None = None,
    db_name: str | None = None,
    index: bool | int | str = False,
    unique: bool = False,
    immutable: bool = False,
    validator: Any = None,
    converter: Any = None,
    metadata: dict[str, Any] | None = None,
) -> Any:
    """Describe a field of a document class.

    Args:
        default: the value where none is given.
        factory: a function that makes the value where none is given.
        init: whether the constructor takes the field.
        repr: whether `repr` shows the field.
        alias: what the constructor calls the field.
        db_name: what the database calls the field.
        index: True or 1 for an ascending index, -1, ``"2dsphere"``, ``"text"``, ….
        unique: whether a unique index guards the field.
        immutable: whether the field keeps its value once the document is stored.
        validator: what attrs takes: functions of instance, attribute and value that
            raise; run on construction and assignment, after the type was checked.
        converter: a function applied to values on construction and assignment.
        metadata: anything else, for libraries that read it.

    Raises:
        DefinitionError: *db_name* can't be stored.
    """
    if db_name is not None and (not db_name or db_name[0] == "$" or "." in db_name):
        msg = f"field got the db_name {db_name!r}; it is not empty, has no dot and doesn't"
        raise DefinitionError(f"{msg} begin with '$'")
    options = {
        "db_name": db_name,
        "index": index,
        "unique": unique,
        "immutable": immutable,
    }
    given = {name: value for name, value in options.items() if value}
    return attrs.field(
        default=default,
        factory=factory,
        init=init,
        repr=repr,
        alias=alias,
        validator=validator,
        converter=converter,
        metadata={**(metadata or {}), **given},
    )
