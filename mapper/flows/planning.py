"""What each operation of a bulk write sends, and what follows for its document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, cast

import attrs

from mapper import requests
from mapper.bulk import (
    Delete,
    DeleteWhere,
    Insert,
    OnDocument,
    Replace,
    Save,
    UpdateWhere,
)
from mapper.commands import Flow
from mapper.errors import ConflictError, StaleDocumentError
from mapper.events import announce
from mapper.flows import changing, inserting, writing
from mapper.flows.documents import (
    condition,
    encoded_values,
    identity,
    living,
    must_be_stored,
    stored,
)
from mapper.relations.referrers import referrers_of
from mapper.tracking import (
    DELETED,
    Delta,
    Journal,
    Stored,
    Whole,
    assign,
    changed_fields,
    difference,
    names_by_stored,
    remember,
    replacement,
    state_of,
)
from mapper.validation import validate
from mongo_dsl.errors import ArgumentError, OperandError


MQL = dict[str, Any]


@attrs.define(eq=False)
class Planned:
    """An *operation* at its *place*, the driver's *request* for it, and what follows.

    *request* is None where nothing has changed. *found* is what a document is found by that
    must be there, *new* what is stored then. Where the write has a condition, *error*
    makes what to say if it isn't met. *taken* tells the document; *undo* takes back what it
    was given. *events* are announced.
    """

    place: int
    operation: Any
    request: Any = None
    found: MQL | None = None
    new: MQL | None = None
    deleted: MQL | None = None
    error: Callable[[], Exception] | None = None
    taken: Callable[[], None] = lambda: None
    undo: Journal = attrs.field(factory=Journal)
    events: tuple[str, ...] = ()


def plan(operations: Sequence[tuple[int, Any]]) -> Flow[list[Planned]]:
    """Plan *operations*, which are of one collection, with their places.

    Raises:
        DocumentNotFoundError: a document was deleted, or never stored.
        ValidationError: values break the rules of their fields.
        UnfilteredWriteError: a query has no filter.
        OperandError: something is to be deleted that others refer to by rules.
    """
    planned = [Planned(place, operation) for place, operation in operations]
    try:
        yield from _plan(planned)
    except BaseException:
        for one in planned:
            one.undo.restore()
        raise
    return planned


def _plan(planned: list[Planned]) -> Flow[None]:
    new = [one for one in planned if _is_new(one.operation)]
    for one in planned:
        one.events = _INSERTED if one in new else _EVENTS[type(one.operation)]
        for event in one.events:
            document = one.operation.document
            yield from announce(f"before_{event}", type(document), document)
    yield from _plan_new(new)
    for one in planned:
        if one.request is None and one not in new:
            _PLANS[type(one.operation)](one)


def _is_new(operation: Any) -> bool:
    if not isinstance(operation, OnDocument) or isinstance(operation, Delete):
        return False
    state = state_of(operation.document)
    if state is None and isinstance(operation, Replace):
        must_be_stored(operation.document, "replaced")
    return isinstance(operation, Insert) or state is None


def _plan_new(planned: list[Planned]) -> Flow[None]:
    """Plan inserts: behaviours are asked once a class, for all of its documents."""
    by_class: dict[Any, list[Planned]] = {}
    for one in planned:
        by_class.setdefault(one.operation.model, []).append(one)
    for group in by_class.values():
        documents = [one.operation.document for one in group]
        values = yield from inserting.values_of(documents)
        for one, given in zip(group, values, strict=True):
            _give(one, given)
            document = one.operation.document
            raw = inserting.new(document)
            one.request, one.taken = (
                requests.insert_one(raw),
                partial(stored, document, raw),
            )


def _give(one: Planned, values: Mapping[str, Any]) -> None:
    document = one.operation.document
    for name, value in values.items():
        one.undo.record(document, name)
        assign(document, name, value)


def _plan_save(one: Planned) -> None:
    document = one.operation.document
    must_be_stored(document, "saved")
    if document.__options__.validate:
        validate(document)
    cls: Any = type(document)
    found, named = difference(document), names_by_stored(cls)
    if found is not None:
        names = {named.get(name, name) for name in found.names}
        _update(one, found, writing.updating(document, names))


def _update(one: Planned, found: Delta | Whole, values: Mapping[str, Any]) -> None:
    """Plan to send what was *found* to have changed, and the *values* of fields."""
    document = one.operation.document
    guard = {**condition(document), **living(document)}
    _give(one, values)
    found = found.setting(encoded_values(type(document), values))
    filter_ = {**identity(document), **guard, **found.filter}
    one.request = requests.update(filter_, found.update, many=False, **found.options)
    _expect(one, filter_, guard, found.stored)
    if found.filter and not guard:
        one.error = partial(ConflictError, document, found.names)
    state = _state(document)
    after = Stored(found.stored, state.partial, state.cut)
    one.taken = partial(remember, document, after)


def _expect(one: Planned, filter_: MQL, guard: Mapping[str, Any], raw: MQL) -> None:
    """Say what is to be stored where the write was done; *guard* fails where it wasn't."""
    document = one.operation.document
    one.found, one.new = filter_, raw
    if guard:
        one.error = partial(StaleDocumentError, document)


def _state(document: Any) -> Stored:
    return cast("Stored", state_of(document))


def _plan_replace(one: Planned) -> None:
    document = one.operation.document
    must_be_stored(document, "replaced")
    if document.__options__.validate:
        validate(document)
    guard = {**condition(document), **living(document), **writing.states(document)}
    _give(one, writing.updating(document, changed_fields(document)))
    raw = replacement(document)
    filter_ = {**identity(document), **guard}
    one.request = requests.replace_one(filter_, raw)
    _expect(one, filter_, guard, raw)
    one.taken = partial(stored, document, raw)


def _plan_delete(one: Planned) -> None:
    document = one.operation.document
    must_be_stored(document, "deleted")
    _refuse_rules(one.operation.model)
    mark = writing.marking(document)
    if mark is not None:
        nothing = Delta((), _state(document).document)
        _update(one, nothing, {**writing.updating(document, mark), **mark})
        return
    guard = condition(document)
    one.deleted = {**identity(document), **guard}
    if guard:
        one.error = partial(StaleDocumentError, document)
    one.request = requests.delete(one.deleted, many=False)
    one.taken = partial(remember, document, DELETED)


def _plan_update(one: Planned) -> None:
    operation: UpdateWhere = one.operation
    query = _alone(operation.query, "updating", many=operation.many)
    update, arrays = changing.compiled(
        query,
        operation.changes,
        operation.values,
        upsert=operation.upsert,
        on_insert=operation.on_insert,
    )
    filter_, options = _options(query)
    if arrays:
        options["array_filters"] = arrays
    one.request = requests.update(
        filter_,
        update,
        many=operation.many,
        upsert=operation.upsert,
        **options,
    )


def _plan_delete_where(one: Planned) -> None:
    operation: DeleteWhere = one.operation
    _refuse_rules(operation.model)
    query = _alone(operation.query, "deleting", many=operation.many)
    filter_, options = _options(query)
    mark = changing.marking(query.model)
    if mark is None:
        one.request = requests.delete(filter_, many=operation.many, **options)
    else:
        one.request = requests.update(filter_, mark, many=operation.many, **options)


def _refuse_rules(model: Any) -> None:
    """Refuse to delete what others refer to by rules, which one bulk write can't keep."""
    referrers = ", ".join(map(str, referrers_of(model)))
    if referrers:
        msg = f"bulk_write can't delete {model.__name__}, to which {referrers} refer by"
        msg = f"{msg} on_delete; call delete of the documents or of the query"
        raise OperandError(msg)


def _alone(query: Any, name: str, *, many: bool) -> Any:
    """Return *query*, if it can be one of many operations."""
    allowed = query.asked.get("max_affected")
    if allowed is not None:
        msg = f"{name} can't honour max_affected({allowed}) among other writes; call update"
        raise ArgumentError(f"{msg} or delete of the query")
    return changing.checked(query, name, many=many)


def _options(query: Any) -> tuple[MQL, MQL]:
    """Return the filter of *query*, and what of it one operation of many can say."""
    given = changing.sendable(query)
    found = {k: v for k, v in given.items() if k in ("hint", "collation")}
    return given["filter"], found


_PLANS: dict[type, Callable[[Planned], None]] = {
    Save: _plan_save,
    Replace: _plan_replace,
    Delete: _plan_delete,
    UpdateWhere: _plan_update,
    DeleteWhere: _plan_delete_where,
}
_INSERTED = ("save", "insert")
_EVENTS: dict[type, tuple[str, ...]] = {
    Save: ("save", "update"),
    Replace: ("save", "update"),
    Delete: ("delete",),
    UpdateWhere: (),
    DeleteWhere: (),
}
