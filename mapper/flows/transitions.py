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
from mapper.tracking import decode_field
from mongo_dsl.names import suggestion
from mongo_dsl.structure import fields_of


D = TypeVar("D")


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
    _refuse_misfits(document, {name: target, **values})
    told = Transition(document, name, getattr(document, name), target)
    if target not in states.allowed(told.source):
        raise _refusal(told, told.source)
    yield from announce("before_transition", cls, told)
    expected = encoded_values(cls, {name: told.source})
    given = {**values, name: target}
    try:
        yield from rewrite(document, given, session, expected=expected)
    except StaleDocumentError as error:
        raise (yield from _overtaken(error, told, session)) from error
    yield from announce("after_transition", cls, told)
    return document


def _refuse_misfits(document: Any, values: Mapping[str, Any]) -> None:
    """Refuse names of no field, and values that break the rules of theirs.

    Raises:
        ValidationError: it names every one.
    """
    cls: Any = type(document)
    fields = fields_of(cls)
    problems = {}
    for name, value in values.items():
        if name not in fields:
            hint = suggestion(name, fields)
            problems[name] = f"{cls.__name__} has no field {name!r}{hint}"
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
