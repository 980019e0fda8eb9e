"""The fields of a document class: its own, and those of its abstract bases and mixins."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import typing
from typing import Any

import attrs

from mapper.errors import DefinitionError
from mapper.metaclass.bases import is_concrete, is_root


def set_aside(namespace: dict[str, Any]) -> None:
    """Keep what an abstract class says of its fields for the concrete classes below."""
    annotations = namespace.get("__annotations__", {})
    namespace["__own_fields__"] = {
        name: namespace.pop(name, attrs.NOTHING)
        for name, annotation in annotations.items()
        if not _is_class_variable(annotation)
    }


def gathered(cls: Any) -> dict[str, Any]:
    """Describe, for attrs, the fields that *cls* doesn't have from a concrete document.

    Raises:
        DefinitionError: a ``field(...)`` has no annotation.
    """
    _refuse_undeclared(cls)
    inherited = _inherited_classes(cls)
    these: dict[str, Any] = {}
    for base in sorted(reversed(cls.__mro__), key=_comes_later):  # noqa: C414 - stable
        if base not in inherited:
            these.update(_own_fields(base))
    return {name: _as_field(default) for name, default in these.items()}


def _inherited_classes(cls: Any) -> set[type]:
    """Return the classes whose fields *cls* has from a concrete document already."""
    concrete = [base for base in cls.__mro__[1:] if _has_fields(base)]
    return {above for base in concrete for above in base.__mro__}


def _has_fields(base: type) -> bool:
    """Tell whether *base* has its fields already: a concrete document, or a builtin."""
    return base in (object, typing.Generic) or is_concrete(base)


def _comes_later(base: type) -> bool:
    """Let the roots be first: documents show their id in front."""
    return not is_root(base)


def _own_fields(base: Any) -> dict[str, Any]:
    own = vars(base)
    if "__own_fields__" in own:
        return dict(own["__own_fields__"])
    if "__attrs_attrs__" in own:
        return {a.name: _again(a) for a in attrs.fields(base) if not a.inherited}
    annotations = inspect.get_annotations(base)
    if "__dataclass_fields__" in own:
        fields = dataclasses.fields(base)
        return {f.name: _of_dataclass(f) for f in fields if f.name in annotations}
    return {
        name: own.get(name, attrs.NOTHING)
        for name, annotation in annotations.items()
        if not _is_class_variable(annotation)
    }


def _is_class_variable(annotation: Any) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar", "t.ClassVar"))
    return (
        annotation is typing.ClassVar
        or typing.get_origin(annotation) is typing.ClassVar
    )


_KEPT = ("default", "validator", "repr", "init", "metadata", "converter", "alias")


def _again(attribute: attrs.Attribute[Any]) -> Any:
    """Describe a field of an attrs class once more, for the class that takes it over."""
    return attrs.field(**{name: getattr(attribute, name) for name in _KEPT})


def _of_dataclass(field: dataclasses.Field[Any]) -> Any:
    given: dict[str, Any] = {"init": field.init, "repr": field.repr}
    if field.default is not dataclasses.MISSING:
        given["default"] = field.default
    if field.default_factory is not dataclasses.MISSING:
        given["factory"] = field.default_factory
    return attrs.field(metadata=dict(field.metadata), **given)


def _refuse_undeclared(cls: Any) -> None:
    """Refuse ``name = field(...)`` without an annotation: its type would be unknown."""
    annotations = inspect.get_annotations(cls)
    for name, value in vars(cls).items():
        if type(value).__name__ == "_CountingAttr" and name not in annotations:
            msg = (
                f"{cls.__name__}.{name} has no annotation; write its type: {name}: int"
            )
            raise DefinitionError(f"{msg} = field(...)")


def _as_field(default: Any) -> Any:
    """Turn what stands right of the ``=`` into attrs' description of the field."""
    if type(default).__name__ == "_CountingAttr":
        return default
    if isinstance(default, (list, dict, set)):  # one for all documents would be shared
        return attrs.field(factory=functools.partial(copy.deepcopy, default))
    return attrs.field(default=default)
