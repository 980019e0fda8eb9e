"""Updates: operators, and what they do to which field."""

from __future__ import annotations

from typing import Any

from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Body, Node, Path, Stages
from mongo_dsl.parsing.data import data, operator_of
from mongo_dsl.parsing.filters import item_test
from mongo_dsl.parsing.places import Place
from mongo_dsl.parsing.stages import update_pipeline
from mongo_dsl.predicates import Predicate
from mongo_dsl.updates import Change, Changes


def update(mql: Any, at: Place) -> Changes | Stages:
    """Read an update: of operators, or a pipeline.

    Raises:
        TranslationError: it isn't one.
    """
    if isinstance(mql, (list, tuple)):
        return update_pipeline(mql, at)
    document = at.document(mql, "an update")
    return Changes(
        tuple(
            change
            for name, fields in document.items()
            for change in _changes(name, fields, at.below(name))
        )
    )


def _changes(name: str, mql: Any, at: Place) -> list[Change]:
    if name[:1] != "$":
        raise at.wrong(f"{name!r} is no update operator; a replacement is no update")
    at.known(name, "update", "update operator")
    fields = at.document(mql, f"the argument of {name}")
    if not fields:
        raise at.wrong(f"{name} changes no field; leave it out")
    return [_change(name, key, value, at.below(key)) for key, value in fields.items()]


def _change(name: str, key: str, mql: Any, at: Place) -> Change:
    return at.marked(Change(name, Path(key), _value(name, mql, at)))


def _check_modifiers(name: str, mql: Any, at: Place) -> None:
    """Check the modifiers; a document without ``$each`` may be a value, or a slip."""
    known = _MODIFIERS[name]
    for key in mql:
        hint = suggestion(key, known)
        if key not in known and (hint or "$each" in mql):
            listed = ", ".join(known)
            raise at.wrong(f"{name} has no modifier {key}{hint}; it takes {listed}")


_MODIFIERS = {
    "$push": ("$each", "$position", "$slice", "$sort"),
    "$addToSet": ("$each",),
}


def _value(name: str, mql: Any, at: Place) -> Node:
    if name == "$pull" and isinstance(mql, dict):
        return _removed(mql, at)
    if name in _MODIFIERS and operator_of(mql) is not None:
        _check_modifiers(name, mql, at)
        return Body(tuple([(k, data(v, at.below(k))) for k, v in mql.items()]))
    return data(mql, at)


def _removed(mql: Any, at: Place) -> Predicate:
    return item_test(mql, at)
