"""Checks of values on construction and assignment: all failing fields are named."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from mapper.conversion.geometry import adopter
from mapper.conversion.instances import class_encoder
from mapper.conversion.parts import part_of
from mapper.conversion.problems import Misfit, NoFormError, shown
from mapper.converter import converter
from mapper.errors import DefinitionError, MisfitError, ValidationError
from mapper.generation import checking
from mapper.relations.assigning import assign
from mapper.states import states_of
from mongo_dsl.conformity import conforms, describe, kind_of, sure_types
from mongo_dsl.storages import holds_secrets
from mongo_dsl.structure import fields_of


_ABSENT: Any = object()
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
            return f"{owner}.{attribute.name} must be {rule}, got {_told(value, annotation)}"
        return None if validator is None else _validated(instance, value)

    def _validated(instance: Any, value: Any) -> str | None:
        try:
            validator(instance, attribute, value)
        except (ValueError, TypeError) as error:
            told = (
                f"{owner}.{attribute.name} is invalid, got {_told(value, annotation)}"
            )
            if holds_secrets(annotation):  # what the error says may quote it
                return told
            reason = error.args[0] if error.args else type(error).__name__
            return f"{told}: {reason}"
        return None

    return check


def _told(value: Any, annotation: Any) -> str:
    """Write *value* for a message, or its type alone where it is a secret."""
    return kind_of(value) if holds_secrets(annotation) else shown(value)


@functools.lru_cache(maxsize=1024)
def adopters(cls: Any) -> dict[str, Callable[[Any], Any]]:
    """Return, for the fields of *cls* that hold shapes, what reads those of others.

    Raises:
        DefinitionError: a field can't hold the shapes it is annotated with.
    """
    found: dict[str, Callable[[Any], Any]] = {}
    for attribute in attrs.fields(cls):
        name = attribute.name
        try:
            adopt = adopter(fields_of(cls)[name][1])
        except NoFormError as error:
            msg = f"{cls.__name__}.{name} can't be stored: {error}"
            raise DefinitionError(msg) from None
        if adopt is not None:
            found[name] = adopt
    return found


def _adopt(document: Any, name: str, value: Any) -> Any:
    """Return the shape that *value* stands for in the field *name*."""
    cls: Any = type(document)
    adopt = adopters(cls).get(name)
    if adopt is None:
        return value
    try:
        return adopt(value)
    except Misfit as misfit:
        problem = f"{type(document).__name__}.{name} {misfit.problems[0][1]}"
    raise _invalid(document, {name: problem})


def _adopt_all(document: Any) -> None:
    cls: Any = type(document)
    for name in adopters(cls):
        value = getattr(document, name, None)
        adopted = _adopt(document, name, value)
        if adopted is not value:
            object.__setattr__(document, name, adopted)


def validate(document: Any) -> None:
    """Check all fields of *document*; what stands for references and shapes becomes them.

    Raises:
        ValidationError: some values break their rules; the message names each.
    """
    cls: Any = type(document)
    if cls.__turns__:
        assign(document, cls.__turns__)
    if adopters(cls):
        _adopt_all(document)
    try:
        if _fits(cls)(document):
            return
    except AttributeError:  # a partial document lacks some
        pass
    _refuse_misfits(document)


@functools.lru_cache(maxsize=1024)
def _fits(cls: Any) -> Callable[[Any], bool]:
    """Return what tells quickly that all fields of a document hold what they may."""
    record: Any = part_of(cls, class_encoder(cls, converter()))
    parts = {field.name: part for field, part in record.fields()}
    return checking(cls, parts, cls.__checks__, validated_fields(cls))


def validated_fields(cls: Any) -> frozenset[str]:
    """Return the names of the fields of *cls* that have rules beyond their types."""
    fields = attrs.fields(cls)
    return frozenset(one.name for one in fields if _VALIDATORS in one.metadata)


def _refuse_misfits(document: Any) -> None:
    cls: Any = type(document)
    problems = {}
    for name, check in cls.__checks__.items():
        value = getattr(document, name, _ABSENT)
        problem = None if value is _ABSENT else check(document, value)
        if problem is not None:
            problems[name] = problem
    if problems:
        raise _invalid(document, problems)


def assigned(document: Any, attribute: Any, value: Any) -> Any:
    """Check *value* before it is assigned: the hook that attrs calls.

    Raises:
        ValidationError: *value* breaks a rule of the field.
    """
    cls: Any = type(document)
    if type(value) in _freely(cls).get(attribute.name, ()):
        return value
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
        value = _adopt(document, attribute.name, value)
        problem = cls.__checks__[attribute.name](document, value)
        if problem is not None:
            raise _invalid(document, {attribute.name: problem})
    return value


@functools.lru_cache(maxsize=1024)
def _freely(cls: Any) -> dict[str, frozenset[type]]:
    """Return the types whose values may be assigned as they are, by the fields of *cls*.

    Fields that turn, adopt, convert or validate values have none, nor have those that can't
    always be assigned.
    """
    adopted = adopters(cls) if cls.__options__.validate else ()
    turned = {*cls.__turns__, *adopted}
    return {
        attribute.name: sure_types(fields_of(cls)[attribute.name][1])
        for attribute in attrs.fields(cls)
        if attribute.name not in turned and _is_free(attribute)
    }


def _is_free(attribute: Any) -> bool:
    ruled = any(map(attribute.metadata.get, ("immutable", _VALIDATORS)))
    return not ruled and states_of(attribute) is None and not attribute.converter


def _keep(document: Any, attribute: Any, value: Any) -> None:
    old = getattr(document, attribute.name)
    if old != value:
        owner = type(document).__name__
        msg = f"{owner}.{attribute.name} is immutable"
        if not _is_secret(document, attribute):
            msg = f"{msg}, it is {old!r} and can't become {value!r}"
        raise _invalid(document, {attribute.name: msg})


def _is_secret(document: Any, attribute: Any) -> bool:
    cls: Any = type(document)
    return holds_secrets(fields_of(cls)[attribute.name][1])


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
            shown_error = None if _is_secret(document, attribute) else error
            raise _unconverted(document, attribute, value, error) from shown_error

    named = attrs.Converter(converted, takes_self=True, takes_field=True)
    return attribute.evolve(
        converter=named, metadata={**attribute.metadata, _CONVERTS: True}
    )


def _unconverted(
    document: Any, attribute: Any, value: Any, error: Exception
) -> ValidationError:
    name = attribute.name
    told = f"{type(document).__name__}.{name} can't be converted, got"
    if _is_secret(document, attribute):  # what the error says may quote it
        return _invalid(document, {name: f"{told} {kind_of(value)}"})
    reason = str(error) or type(error).__name__
    return _invalid(document, {name: f"{told} {shown(value)}: {reason}"})


def without_validator(attribute: Any) -> Any:
    """Move attrs' validator aside: `validate` runs all of them, attrs stops at the first."""
    if attribute.validator is None:
        return attribute
    metadata = {**attribute.metadata, _VALIDATORS: attribute.validator}
    return attribute.evolve(validator=None, metadata=metadata)
