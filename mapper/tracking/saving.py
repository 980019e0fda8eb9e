"""What saving a document would send."""

from __future__ import annotations

from typing import Any

from mapper.conversion.sealed import settled
from mapper.errors import MapperError, ValidationError
from mapper.tracking.annotations import stored_fields
from mapper.tracking.comparing import Comparison, comparison_of
from mapper.tracking.comparison import GONE, same, unlike
from mapper.tracking.deltas import Delta, Whole, delta
from mapper.tracking.encoding import (
    as_loaded,
    computed_fields,
    decode_field,
    encoded,
    encoded_anew,
    fixed_fields,
    named_states,
)
from mapper.tracking.state import DELETED, Stored, state_of
from mapper.tracking.unknown import kept
from mongo_dsl.storages import holds_secrets
from mongo_dsl.structure import fields_of


def difference(document: Any) -> Delta | Whole | None:
    """Return what has changed in the stored *document*; None if nothing has.

    Raises:
        ValidationError: a field has changed that is immutable or a state.
        MapperError: a field has changed that was loaded in part.
    """
    cls: Any = type(document)
    state: Any = state_of(document)
    known, new = _changed(document, state)
    if not new:
        return None
    if state.cut and not state.cut.isdisjoint(new):
        raise _cut(cls, next(name for name in new if name in state.cut))
    if not fixed_fields(cls).keys().isdisjoint(new):
        _refuse_immutable(document, known, new)
    return delta(state.document, known, new, stored_fields(cls))


def replacement(document: Any) -> dict[str, Any]:
    """Return what replaces the stored *document*, which must have been loaded whole.

    What its class doesn't describe is in it, if that is preserved.

    Raises:
        ValidationError: a field has changed that is immutable or a state.
        MapperError: it was loaded in part.
    """
    cls: Any = type(document)
    state: Any = state_of(document)
    if state.partial:
        msg = f"{cls.__name__} was loaded in part and can't replace what is stored; save() it,"
        raise MapperError(f"{msg} or reload() it first")
    known, new = _changed(document, state)
    if not fixed_fields(cls).keys().isdisjoint(new):
        _refuse_immutable(document, known, new)
    return {**encoded(document), **kept(document)}


def update_of(document: Any) -> Any:
    """Return the update that saving *document* sends, empty where nothing has changed.

    Of a new document it sets all fields.
    """
    if state_of(document) in (None, DELETED):
        return {"$set": encoded(document)}
    found = difference(document)
    return {} if found is None else found.update


def changed_fields(document: Any) -> tuple[str, ...]:
    """Return the names of the fields of *document* that aren't stored as they are."""
    cls: Any = type(document)
    state, fields = state_of(document), fields_of(cls)
    if state is None or state is DELETED:
        return tuple(fields)
    _, new = _changed(document, state)
    return tuple(name for name, (stored, _) in fields.items() if stored in new)


def _changed(document: Any, state: Stored) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields that have changed, as they were loaded and as they are."""
    cls: Any = type(document)
    old = state.document
    comparison = comparison_of(cls)
    found = _candidates(document, state, comparison)
    if comparison is not None:
        new = _plainly_changed(old, found, comparison)
        if new is not None:
            return old, new
    differing = unlike(old, settled(unlike(old, found), old))
    if not differing:
        return {}, {}
    known = as_loaded(cls, state, differing)
    new = unlike(known, differing)
    if state.partial and computed_fields(cls).issuperset(new):
        new = {name: value for name, value in new.items() if name in old}
    return known, new


def _candidates(
    document: Any, state: Stored, comparison: Comparison | None
) -> dict[str, Any]:
    """Encode the fields of *document* that may have changed."""
    if comparison is not None and not state.partial:
        try:
            return comparison.differing(document, state.document)
        except Exception:  # noqa: BLE001, S110 - encoding all of it says what is wrong
            pass
    return encoded_anew(document, state)


def _plainly_changed(
    old: dict[str, Any], found: dict[str, Any], comparison: Comparison
) -> dict[str, Any] | None:
    """Return which of the fields *found* differ from what is stored, *old*.

    None if some that do were loaded otherwise than they are stored, as few are.
    """
    kinds, new = comparison.unaltered, {}
    for name, value in found.items():
        known = old.get(name, GONE)
        if not same(known, value):
            if type(known) not in kinds.get(name, ()):
                return None
            new[name] = value
    return new


def _cut(cls: Any, stored: str) -> MapperError:
    msg = f"{cls.__name__} was loaded with a part of {stored!r} and can't save it"
    return MapperError(f"{msg}; load the whole field, or update it by a query")


def _refuse_immutable(
    document: Any, known: dict[str, Any], new: dict[str, Any]
) -> None:
    """Refuse changes of immutable fields and states that assignments didn't show."""
    cls: Any = type(document)
    problems = {
        name: _refusal(document, stored, name, known)
        for stored, name in fixed_fields(cls).items()
        if stored in new
    }
    text = "; ".join(problems.values())
    raise ValidationError(text, cls=cls, problems=problems.items())


def _refusal(document: Any, stored: str, name: str, known: dict[str, Any]) -> str:
    """Say why the field *name* can't be saved; values of secrets aren't shown."""
    cls: Any = type(document)
    is_state = stored in named_states(cls)
    msg = f"{cls.__name__}.{name} is {'a state' if is_state else 'immutable'}"
    if holds_secrets(fields_of(cls)[name][1]):
        return msg
    old = decode_field(cls, name, known[stored]) if stored in known else None
    value = getattr(document, name)
    hint = f"; call transition({value!r})" if is_state else ""
    return f"{msg}, it is {old!r} and can't become {value!r}{hint}"
