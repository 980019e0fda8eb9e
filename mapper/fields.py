"""`field`: what a document class says of a field beyond its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from mapper.errors import DefinitionError
from mapper.on_delete import OnDelete
from mongo_dsl.storage import Storage


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
    on_delete: OnDelete | None = None,
    encode: Callable[[Any], Any] | None = None,
    decode: Callable[[Any], Any] | None = None,
    ordered: bool = False,
    storage: Storage | None = None,
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
        on_delete: what becomes of the references in the field when what they lead to is
            deleted.
        encode: a function that makes what is stored, and what queries compare with; it
            isn't called for None where the annotation allows that, which is stored as null.
        decode: a function that makes the value of what is stored, likewise.
        ordered: whether *encode* keeps the order of values, so that queries may ask for
            ``<`` and the like.
        storage: a form that values are stored in, in place of *encode* and *decode*.
        validator: what attrs takes: functions of instance, attribute and value that
            raise; run on construction and assignment, after the type was checked.
        converter: a function applied to values on construction and assignment.
        metadata: anything else, for libraries that read it.

    Raises:
        DefinitionError: *db_name* can't be stored, *on_delete* is no rule, or *storage*
            stands beside *encode*.

    >>> from mapper import SyncDocument
    >>> class Page(SyncDocument):
    ...     path: tuple[str, ...] = field(
    ...         encode="/".join, decode=lambda text: tuple(text.split("/"))
    ...     )
    >>> Page.filter(Page.q.path == ("docs", "fields")).compile().filter
    {'path': 'docs/fields'}
    """
    if storage is not None and (encode is not None or decode is not None):
        msg = "field got a storage beside encode or decode; give one or the other"
        raise DefinitionError(msg)
    options = {
        "db_name": _name(db_name),
        "index": index,
        "unique": unique,
        "immutable": immutable,
        "on_delete": _rule(on_delete),
        "encode": encode,
        "decode": decode,
        "ordered": ordered,
        "storage": storage,
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


def _name(db_name: str | None) -> str | None:
    if db_name is not None and (not db_name or db_name[0] == "$" or "." in db_name):
        msg = f"field got the db_name {db_name!r}; it is not empty, has no dot and doesn't"
        raise DefinitionError(f"{msg} begin with '$'")
    return db_name


def _rule(on_delete: Any) -> Any:
    if on_delete is None or isinstance(on_delete, OnDelete):
        return on_delete
    listed = ", ".join(map(str, OnDelete))
    msg = f"field got on_delete={on_delete!r}; it takes {listed}"
    raise DefinitionError(msg)
