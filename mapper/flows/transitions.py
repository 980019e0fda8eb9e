"""Changing states: compare and set, in one command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from mapper.commands import Flow
from mapper.errors import StaleDocumentError, TransitionError, ValidationError
from mapper.events import Transition, announce
from mapper.flows.documents import command, encoded_values, identity, must_be_stored
from mapper.flows.writing import rewrite
from mapper.states import chosen, state_fields
from mapper.tracking import decode_field, immutable_fields, named_states, state_of
from mongo_dsl.names import suggestion
from mongo_dsl.structure import fields_of


D = TypeVar("D")

_FIXED = "is a state or immutable and can't be among the other values of a transition"


def transition(
    document: D,
    target: Any,
    values: Mapping[str, Any],
    field: str | None = None,
    session: Any = None,
) -> Flow[D]:
    """Bring *document* from the state it is in to *target*, and set *values*."""
    must_be_stored(document, "changed")
    cls: Any = type(document)
    name, states = chosen(cls, field)
    _refuse_misfits(document, name, target, values)
    told = Transition(document, name, getattr(document, name), target)
    if target not in states.allowed(told.source):
        raise _refusal(told, told.source)
    yield from announce("before_transition", cls, told)
    expected = _expected(told)
    given = {**values, name: target}
    try:
        yield from rewrite(document, given, session, expected=expected)
    except StaleDocumentError as error:
        raise (yield from _overtaken(error, told, session)) from error
    yield from announce("after_transition", cls, told)
    return document


def _expected(told: Transition) -> dict[str, Any]:
    """Return the filter that the state is stored from which the document goes."""
    cls: Any = type(told.document)
    state = state_of(told.document)
    stored, _ = fields_of(cls)[told.field]
    if stored not in state.document:  # type: ignore[union-attr]
        return {stored: None}  # a document older than its field, which has the default
    return encoded_values(cls, {told.field: told.source})


def _refuse_misfits(
    document: Any, state: str, target: Any, values: Mapping[str, Any]
) -> None:
    """Refuse names of no field, values that break the rules of theirs, and fixed ones.

    Raises:
        ValidationError: it names every one.
    """
    cls: Any = type(document)
    fields, problems = fields_of(cls), {}
    fixed = {*named_states(cls).values(), *immutable_fields(cls).values()}
    for name, value in ((state, target), *values.items()):
        if name not in fields:
            hint = suggestion(name, fields)
            problems[name] = f"{cls.__name__} has no field {name!r}{hint}"
        elif name in values and name in fixed:
            problems[name] = f"{cls.__name__}.{name} {_FIXED}"
        elif (problem := cls.__checks__[name](document, value)) is not None:
            problems[name] = problem
    if problems:
        message = "; ".join(problems.values())
        raise ValidationError(message, cls=cls, problems=problems.items())


def _refusal(told: Transition, current: Any) -> TransitionError:
    states = state_fields(type(told.document))[told.field]
    allowed = states.allowed(current)
    return TransitionError(told.document, told.field, current, told.target, allowed)


def _overtaken(error: Exception, told: Transition, session: Any) -> Flow[Exception]:
    """Say in which state the document is that someone else was faster with."""
    cls: Any = type(told.document)
    stored, _ = fields_of(cls)[told.field]
    filter_, shown = identity(told.document), {stored: 1}
    row = yield command(told.document, "find_one", filter_, shown, session=session)
    if row is None or stored not in row:
        return error
    current = decode_field(cls, told.field, row[stored])
    return error if current == told.source else _refusal(told, current)
