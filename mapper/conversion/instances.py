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
    refuses_unknown,
)
from mapper.conversion.defaults import default_of
from mapper.conversion.parts import Part, Record, described, part_of
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
from mapper.generation import structuring, unstructuring


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

    @functools.cache
    def write() -> Callable[[Any], dict[str, Any]]:
        if converter.detailed_validation:
            return partial(_encode_checked, rows())
        return unstructuring(record)

    def encode(value: Any) -> dict[str, Any]:
        if type(value) is not kind:
            raise _other_class(kind, value)
        return write()(value)

    find = converter.get_unstructure_hook
    fields = functools.cache(partial(_parts, annotation, find))
    record = Record(annotation, encode, kind, fields)
    return described(encode, lambda _: record)


def _parts(
    annotation: Any, find: Callable[[Any], Any], *, computed: bool = True
) -> tuple[tuple[Field, Part], ...]:
    """Return the fields of a class with what their hooks convert."""
    return tuple(
        (one, part_of(one.annotation, _of_field(annotation, one, find)))
        for one in fields_of(annotation)
        if computed or not one.computed
    )


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
    kind = origin(annotation)
    name = kind.__name__
    rows = functools.cache(partial(_decoders, annotation, converter))

    @functools.cache
    def read() -> Callable[[Any], Any]:
        made = None if converter.detailed_validation else structuring(record)
        if made is not None:
            return made
        decode_all = _decode_checked if converter.detailed_validation else _decode_all
        made = partial(decode_all, rows(), _maker(annotation))
        return partial(_read_known, kind, made) if refuses_unknown(kind) else made

    def decode(stored: Any, _: Any) -> Any:
        # The exact type first: asking an abstract class takes as long as three fields.
        if type(stored) is not dict and not isinstance(stored, Mapping):
            raise unfit(stored, name)
        return read()(stored)

    find = converter.get_structure_hook
    fields = functools.cache(partial(_parts, annotation, find, computed=False))
    record = Record(annotation, decode, kind, fields)
    return described(decode, lambda _: record)


def _read_known(kind: Any, read: Callable[[Any], Any], stored: Any) -> Any:
    refuse_unknown(kind, stored)
    return read(stored)


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
            value = default_of(kind, name)(made)
        object.__setattr__(made, name, value)
    return made
