"""Checks of values on construction and assignment: all failing fields are named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from mapper.conversion.problems import shown
from mapper.errors import MisfitError, ValidationError
from mapper.relations.assigning import assign
from mapper.states import states_of
from mongo_dsl.conformity import conforms, describe
from mongo_dsl.structure import fields_of


_VALIDATORS = "validators"
_CONVERTS = "converts"


def checks_of(cls: Any) -> dict[str, Callable[[Any, Any], str | None]]:
    """Return, for every field of *cls*, a function that finds what is wrong with a value."""
    return {
        attribute.name: _check(
            cls.__name__, attribute, fields_of(cls)[attribute.name][1]
        )
        for attribute in attrs.fields(cls)
    }


def _check(
    owner: str, attribute: Any, annotation: Any
) -> Callable[[Any, Any], str | None]:
    allowed = conforms(annotation)
    validator = attribute.metadata.get(_VALIDATORS)

    def check(instance: Any, value: Any) -> str | None:
        if not allowed(value):
            rule = describe(annotation)
            return f"{owner}.{attribute.name} must be {rule}, got {shown(value)}"
        return None if validator is None else _validated(instance, value)

    def _validated(instance: Any, value: Any) -> str | None:
        try:
            validator(instance, attribute, value)
        except (ValueError, TypeError) as error:
            reason = error.args[0] if error.args else type(error).__name__
            return f"{owner}.{attribute.name} is invalid, got {shown(value)}: {reason}"
        return None

    return check


def validate(document: Any) -> None:
    """Check all fields of *document*; documents and ids become references first.

    Raises:
        ValidationError: some values break their rules; the message names each.
    """
    assign(document, type(document).__turns__)
    problems = {
        name: problem
        for name, check in type(document).__checks__.items()
        if hasattr(document, name)  # a partial document lacks some
        and (problem := check(document, getattr(document, name))) is not None
    }
    if problems:
        raise _invalid(document, problems)


def assigned(document: Any, attribute: Any, value: Any) -> Any:
    """Check *value* before it is assigned: the hook that attrs calls.

    Raises:
        ValidationError: *value* breaks a rule of the field.
    """
    cls = type(document)
    if attribute.metadata.get("immutable") and document.is_stored:
        _keep(document, attribute, value)
    if states_of(attribute) is not None and document.is_stored:
        raise _by_transition(document, attribute, value)
    if attribute.converter is not None:
        value = attrs.setters.convert(document, attribute, value)
    turn = cls.__turns__.get(attribute.name)
    if turn is not None:
        value = turn(value)
    if cls.__options__.validate:
        problem = cls.__checks__[attribute.name](document, value)
        if problem is not None:
            raise _invalid(document, {attribute.name: problem})
    return value


def _keep(document: Any, attribute: Any, value: Any) -> None:
    old = getattr(document, attribute.name)
    if old != value:
        owner = type(document).__name__
        msg = f"{owner}.{attribute.name} is immutable, it is {old!r} and can't become"
        raise _invalid(document, {attribute.name: f"{msg} {value!r}"})


def _by_transition(document: Any, attribute: Any, value: Any) -> ValidationError:
    owner = type(document).__name__
    msg = f"{owner}.{attribute.name} is a state and can't be assigned; call"
    return _invalid(document, {attribute.name: f"{msg} transition({value!r})"})


def _invalid(document: Any, problems: Mapping[str, str]) -> ValidationError:
    message = "; ".join(problems.values())
    return ValidationError(message, cls=type(document), problems=problems.items())


def with_named_errors(attribute: Any) -> Any:
    """Let the field's converter say which field it refused a value for."""
    convert = attribute.converter
    if convert is None or _CONVERTS in attribute.metadata:
        return attribute
    own: Any = convert
    if not isinstance(convert, attrs.Converter):
        own = attrs.Converter(convert)

    def converted(value: Any, document: Any, attribute: Any) -> Any:
        try:
            return own(value, document, attribute)
        except MisfitError:
            raise
        except (ValueError, TypeError, ArithmeticError, LookupError) as error:
            raise _unconverted(document, attribute, value, error) from error

    named = attrs.Converter(converted, takes_self=True, takes_field=True)
    return attribute.evolve(
        converter=named, metadata={**attribute.metadata, _CONVERTS: True}
    )


def _unconverted(
    document: Any, attribute: Any, value: Any, error: Exception
) -> ValidationError:
    name = attribute.name
    told = f"{type(document).__name__}.{name} can't be converted, got {shown(value)}"
    return _invalid(document, {name: f"{told}: {str(error) or type(error).__name__}"})


def without_validator(attribute: Any) -> Any:
    """Move attrs' validator aside: `validate` runs all of them, attrs stops at the first."""
    if attribute.validator is None:
        return attribute
    metadata = {**attribute.metadata, _VALIDATORS: attribute.validator}
    return attribute.evolve(validator=None, metadata=metadata)
