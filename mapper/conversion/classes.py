"""What fields a class has: attrs classes, dataclasses and typed dicts say it differently."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any

import attrs

from mapper.conversion.problems import Misfit
from mapper.errors import DefinitionError
from mongo_dsl.storage import marked
from mongo_dsl.structure import computed_in, hints_of, placed
from mongo_dsl.structure import fields_of as structure
from mongo_dsl.variants import discriminator_of


@attrs.frozen
class Field:
    """A field of a class.

    *stored* is its name in the database, *argument* its name in the class's ``__init__``
    (None where it has none). *required* fields have no default, *computed* ones are
    stored and not read.
    """

    name: str
    stored: str
    argument: str | None
    annotation: Any
    required: bool
    computed: bool = False


def is_document(annotation: Any) -> bool:
    """Tell whether *annotation* is a document class, which is built around its init."""
    return getattr(origin(annotation), "__is_document__", False) is True


def is_class(annotation: Any) -> bool:
    """Tell whether *annotation* is a class with fields; shapes are values."""
    kind = origin(annotation)
    if hasattr(kind, "__geo_interface__"):
        return False
    return isinstance(kind, type) and (
        attrs.has(kind) or dataclasses.is_dataclass(kind) or typing.is_typeddict(kind)
    )


def fields_of(annotation: Any) -> tuple[Field, ...]:
    """Return the fields of a class, type arguments put in.

    Raises:
        DefinitionError: an annotation of a field names nothing.
    """
    kind = origin(annotation)
    hints = _hints(kind)
    arguments = _type_arguments(annotation)
    if typing.is_typeddict(kind):
        found = [_entry(kind, name, hint) for name, hint in hints.items()]
    elif attrs.has(kind):
        found = [_attribute(one, is_document(kind)) for one in attrs.fields(kind)]
    else:
        found = [_dataclass_field(one) for one in dataclasses.fields(kind)]
    computed = (_computed(name, one) for name, one in computed_in(kind).items())
    return tuple(
        attrs.evolve(
            field, annotation=_annotation(kind, field, hints, arguments, metadata)
        )
        for field, metadata in (*found, *computed)
    )


def _annotation(
    kind: Any,
    field: Field,
    hints: Mapping[str, Any],
    arguments: Mapping[Any, Any],
    metadata: Mapping[Any, Any],
) -> Any:
    found = _filled(hints.get(field.name, field.annotation), arguments)
    return marked(placed(found, kind, field.name), metadata)


def origin(annotation: Any) -> Any:
    """Return the class itself where *annotation* gives it type arguments."""
    return typing.get_origin(annotation) or annotation


def refuse_lacking(kind: Any) -> None:
    """Refuse to make instances of *kind* if it lacks methods that a base asks for.

    Raises:
        DefinitionError: it does; the error names them.
    """
    lacking = getattr(kind, "__abstractmethods__", ())
    if lacking:
        msg = (
            f"{kind.__name__} lacks the abstract methods: {', '.join(sorted(lacking))}"
        )
        raise DefinitionError(f"{msg}; define them, or use subclasses that do")


def unknown_in(cls: Any, stored: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names in *stored* that the class *cls* doesn't describe."""
    known = {discriminator_of(cls), *(place for place, _ in structure(cls).values())}
    return tuple(name for name in stored if name not in known)


def refuses_unknown(cls: Any) -> bool:
    """Tell whether *cls* refuses stored fields that it doesn't describe."""
    return getattr(getattr(cls, "__options__", None), "unknown", None) == "refuse"


def refuse_unknown(cls: Any, stored: Mapping[str, Any]) -> None:
    """Refuse what *cls* doesn't describe.

    Raises:
        Misfit: there is something; it names all of it.
    """
    unknown = unknown_in(cls, stored)
    if unknown:
        raise Misfit(*((name, "is described by no field") for name in unknown))


def _hints(kind: Any) -> dict[str, Any]:
    try:
        return hints_of(kind)
    except NameError as error:
        msg = f"{kind.__name__} has an annotation that can't be resolved: {error}"
        msg = f"{msg}; define what it names at module level"
        raise DefinitionError(msg) from error


_Described = tuple[Field, Mapping[Any, Any]]


def _computed(name: str, computed: Any) -> _Described:
    field = Field(
        name, computed.stored, None, computed.annotation, False, computed=True
    )
    return field, {}


def _attribute(attribute: attrs.Attribute[Any], document: bool) -> _Described:
    metadata = attribute.metadata
    field = Field(
        attribute.name,
        metadata.get("db_name", attribute.name),
        attribute.alias if attribute.init else None,
        Any,
        attribute.default is attrs.NOTHING and (attribute.init or document),
    )
    return field, metadata


def _dataclass_field(field: dataclasses.Field[Any]) -> _Described:
    absent = dataclasses.MISSING
    required = field.default is absent and field.default_factory is absent
    described = Field(
        field.name,
        field.metadata.get("db_name", field.name),
        field.name if field.init else None,
        Any,
        required and field.init,
    )
    return described, field.metadata


def _entry(kind: Any, name: str, hint: Any) -> _Described:
    """Describe a key; ``__required_keys__`` can't see what annotations as strings say."""
    said = getattr(typing.get_origin(hint), "_name", None)
    required = name in kind.__required_keys__ and said != "NotRequired"
    return Field(name, name, name, Any, required or said == "Required"), {}


def _type_arguments(annotation: Any) -> dict[Any, Any]:
    """Map the type variables of a generic class, and of its bases, to what they stand for."""
    kind = origin(annotation)
    names = getattr(kind, "__parameters__", ())
    found = dict(zip(names, typing.get_args(annotation), strict=False))
    for base in getattr(kind, "__orig_bases__", ()):
        if typing.get_origin(base) is not typing.Generic:
            above = _type_arguments(base)
            found.update({name: _filled(one, found) for name, one in above.items()})
    return found


def _filled(annotation: Any, arguments: Mapping[Any, Any]) -> Any:
    """Put *arguments* in the place of the type variables of *annotation*."""
    if isinstance(annotation, typing.TypeVar):
        return arguments.get(annotation, annotation)
    names = getattr(annotation, "__parameters__", ())
    # Not `isinstance(annotation, type)`, which Python 3.10 affirms of ``list[T]``.
    if not names or typing.get_origin(annotation) is None:
        return annotation
    return annotation[tuple(arguments.get(name, name) for name in names)]
