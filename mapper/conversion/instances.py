"""Documents that are instances of classes in Python.

Embedded classes are built by calling them, so their converters and validators run. What
declares ``__is_document__`` was validated before it was stored and is built around its
``__init__``.
"""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import attrs
from cattrs import Converter

from mapper.conversion.classes import (
    Field,
    fields_of,
    is_document,
    origin,
    refuse_lacking,
    refuse_unknown,
)
from mapper.conversion.problems import (
    Misfit,
    NoFormError,
    gather,
    missing,
    refused,
    unfit,
)
from mapper.conversion.scalars import Decode, Encode
from mapper.errors import DefinitionError


Make = Callable[[dict[str, Any]], Any]

_MISSING: Any = object()


class _Row(NamedTuple):
    """What decoding needs to know of a field."""

    name: str
    stored: str
    hook: Decode
    annotation: Any
    required: bool


def class_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores an instance of a class."""
    kind = origin(annotation)
    rows = functools.cache(partial(_encoders, annotation, converter))
    if typing.is_typeddict(kind):
        return partial(_encode_entries, annotation, rows)
    encode_all = _encode_checked if converter.detailed_validation else _encode_all

    def encode(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise _other_class(kind, value)
        return encode_all(rows(), value)

    return encode


_Rows = tuple[tuple[str, str, Encode], ...]


def _other_class(kind: Any, value: Any) -> Misfit:
    if isinstance(value, kind):
        hint = (
            f"{kind.__name__} itself, whose subclasses need a union or @discriminated"
        )
        return unfit(value, hint)
    return unfit(value, kind.__name__)


def _encode_entries(
    annotation: Any, rows: Callable[[], _Rows], value: Any
) -> dict[str, Any]:
    """Store a typed dict, whose keys may be left out, but not others put in."""
    if not isinstance(value, dict):
        raise unfit(value, origin(annotation).__name__)
    hooks = {name: hook for name, _, hook in rows()}
    required = {one.name for one in fields_of(annotation) if one.required}
    names = [name for name in hooks if name in value or name in required]
    names += [name for name in value if name not in hooks]
    values = gather(
        (str(name), partial(_entry, value, name, hooks.get(name))) for name in names
    )
    return dict(zip(names, values, strict=True))


def _entry(value: Mapping[Any, Any], name: Any, hook: Encode | None) -> Any:
    if hook is None:
        raise Misfit(("", "is no key of it"))
    if name not in value:
        raise missing()
    return hook(value[name])


def _encode_all(rows: _Rows, value: Any) -> dict[str, Any]:
    return {stored: hook(getattr(value, name)) for name, stored, hook in rows}


def _encode_checked(rows: _Rows, value: Any) -> dict[str, Any]:
    def one(name: str, hook: Encode) -> Any:
        if not hasattr(value, name):
            raise missing()
        return hook(getattr(value, name))

    values = gather((name, partial(one, name, hook)) for name, _, hook in rows)
    return dict(zip((stored for _, stored, _ in rows), values, strict=True))


def _encoders(annotation: Any, converter: Converter) -> _Rows:
    find = converter.get_unstructure_hook
    return tuple(
        (one.name, one.stored, _of_field(annotation, one, find))
        for one in fields_of(annotation)
    )


def _of_field(annotation: Any, field: Field, find: Callable[[Any], Any]) -> Any:
    """Find the hook of *field*, or name the field that has none.

    Raises:
        DefinitionError: its annotation can't be stored.
    """
    try:
        return find(field.annotation)
    except NoFormError as error:
        msg = f"{origin(annotation).__name__}.{field.name} can't be stored: {error}"
        msg = f"{msg}; annotate another type, or give the field encode and decode"
        raise DefinitionError(msg) from None


def class_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads an instance of a class."""
    name = origin(annotation).__name__
    rows = functools.cache(partial(_decoders, annotation, converter))
    make = functools.cache(partial(_maker, annotation))
    decode_all = _decode_checked if converter.detailed_validation else _decode_all
    options = getattr(origin(annotation), "__options__", None)
    strict = getattr(options, "unknown", None) == "refuse"

    def decode(stored: Any, _: Any) -> Any:
        # The exact type first: asking an abstract class takes as long as three fields.
        if type(stored) is not dict and not isinstance(stored, Mapping):
            raise unfit(stored, name)
        if strict:
            refuse_unknown(origin(annotation), stored)
        return decode_all(rows(), make(), stored)

    return decode


def _decoders(annotation: Any, converter: Converter) -> tuple[_Row, ...]:
    return tuple(
        _Row(
            one.name,
            one.stored,
            _of_field(annotation, one, converter.get_structure_hook),
            one.annotation,
            one.required,
        )
        for one in fields_of(annotation)
        if not one.computed
    )


def _decode_all(rows: tuple[_Row, ...], make: Make, stored: Any) -> Any:
    found: dict[str, Any] = {}
    for name, key, hook, annotation, required in rows:
        value = stored.get(key, _MISSING)
        if value is not _MISSING:
            found[name] = hook(value, annotation)
        elif required:
            raise missing(name)
    return make(found)


def _decode_checked(rows: tuple[_Row, ...], make: Make, stored: Any) -> Any:
    there = [row for row in rows if row.required or row.stored in stored]
    values = gather((row.name, partial(_decode_one, row, stored)) for row in there)
    found = {row.name: value for row, value in zip(there, values, strict=True)}
    try:
        return make(found)
    except Exception as error:
        raise refused(error) from error


def _decode_one(row: _Row, stored: Any) -> Any:
    if row.stored not in stored:
        raise missing()
    return row.hook(stored[row.stored], row.annotation)


def _maker(annotation: Any) -> Make:
    kind = origin(annotation)
    refuse_lacking(kind)
    fields = [field for field in fields_of(annotation) if not field.computed]
    arguments = {field.name: field.argument for field in fields}
    if is_document(kind):
        if kind.__own_init__:
            return partial(_through_init, kind, arguments)
        return partial(_around_init, kind, attrs.fields(kind))
    if all(field.argument == field.name for field in fields):
        return lambda found: kind(**found)
    return partial(_called, kind, arguments)


def _called(
    kind: Any, arguments: Mapping[str, str | None], found: dict[str, Any]
) -> Any:
    """Call the class, then set what its ``__init__`` doesn't take."""
    return _completed(kind(**_named(arguments, found)), arguments, found)


def _through_init(
    kind: Any, arguments: Mapping[str, str | None], found: dict[str, Any]
) -> Any:
    """Make a document by an ``__init__`` of its class; what is stored was checked."""
    made = kind.__new__(kind)
    made.__init__(**_named(arguments, found))
    return _completed(made, arguments, found)


def _named(
    arguments: Mapping[str, str | None], found: dict[str, Any]
) -> dict[str, Any]:
    named = ((arguments[name], value) for name, value in found.items())
    return {name: value for name, value in named if name is not None}


def _completed(
    made: Any, arguments: Mapping[str, str | None], found: dict[str, Any]
) -> Any:
    for name, value in found.items():
        if arguments[name] is None:
            object.__setattr__(made, name, value)
    return made


def _around_init(kind: Any, attributes: Any, found: dict[str, Any]) -> Any:
    made = kind.__new__(kind)
    for attribute in attributes:
        name = attribute.name
        value = found.get(name, _MISSING)
        if value is _MISSING:
            value = _default(attribute, made)
        object.__setattr__(made, name, value)
    return made


def _default(attribute: attrs.Attribute[Any], made: Any) -> Any:
    """Compute the default of a field the way ``__init__`` would, converters included."""
    value: Any = attribute.default
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        value = value.factory(made) if value.takes_self else value.factory()
    convert: Any = attribute.converter
    if isinstance(attribute.converter, attrs.Converter):
        return convert(value, made, attribute)
    return value if convert is None else convert(value)
