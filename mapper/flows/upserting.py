"""What an upsert inserts must be readable: its id, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bson import ObjectId

from mongo_dsl.conformity import conforms, describe
from mongo_dsl.errors import ArgumentError
from mongo_dsl.structure import fields_of


def refuse_made_id(query: Any, update: Any) -> None:
    """Refuse an upsert of *query* for which MongoDB would make an id of the wrong type.

    Raises:
        ArgumentError: neither the filter nor the *update* gives an id.
    """
    cls = query.model
    annotation = fields_of(cls)["id"][1]
    if conforms(annotation)(ObjectId()):
        return
    if "_id" in {*_written(update), *_equal(query.filters.compile())}:
        return
    rule, name = describe(annotation), cls.__name__
    msg = (
        f"an upsert of {name} gives no id, and MongoDB would make an ObjectId where it"
    )
    msg = f"{msg} must be {rule}; filter by the id, set it by set_on_insert(...),"
    raise ArgumentError(f"{msg} or call get_or_create or update_or_create")


def _written(update: Any) -> Iterator[str]:
    for stage in update if isinstance(update, list) else [update]:
        for body in stage.values():
            yield from body if isinstance(body, Mapping) else ()


def _equal(filter_: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields that *filter_* compares with a value, which an upsert stores."""
    for name, term in filter_.items():
        if name == "$and":
            for part in term:
                yield from _equal(part)
        elif not _is_test(term) or "$eq" in term:
            yield name


def _is_test(term: Any) -> bool:
    return isinstance(term, Mapping) and any(key.startswith("$") for key in term)
