"""How a class statement becomes a document class.

attrs makes the class: slots, keyword-only construction. What attrs doesn't do is gather
fields from several bases, since two classes with slots can't be combined; so abstract
documents and plain mixins stay without slots, and the first concrete class below them
owns their fields.
"""

from __future__ import annotations

import copy
import functools
import inspect
import typing
from abc import ABCMeta
from collections.abc import Callable, Iterable
from typing import Any

import attrs

from mapper.errors import DefinitionError
from mapper.options import Options, read_options
from mapper.registry import register
from mapper.relations.assigning import assign, turns_of
from mapper.relations.referrers import check_rules
from mapper.scopes import scope_of
from mapper.validation import (
    assigned,
    checks_of,
    validate,
    with_named_errors,
    without_validator,
)
from mongo_dsl import Fields, Filter
from mongo_dsl.names import suggestion


class DocumentMeta(ABCMeta):
    """Makes attrs classes of the subclasses of `Document` and `SyncDocument`."""

    __options__: Options

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        **keywords: Any,
    ) -> Any:
        """Make the class *name*; attrs calls this once more, for the class with slots."""
        roots = [base for base in bases if isinstance(base, DocumentMeta)]
        if "__attrs_attrs__" in namespace or not roots or namespace.get("__root__"):
            return super().__new__(mcls, name, bases, namespace, **keywords)
        options = read_options(name, namespace.get("Meta"), _inherited(roots))
        if options.abstract:
            namespace["__slots__"] = ()
            _set_aside(namespace)
        _refuse_two_concrete(name, bases)
        cls: Any = super().__new__(mcls, name, bases, namespace, **keywords)
        cls.__options__ = options
        return cls if options.abstract else _registered(_defined(cls))

    def __call__(cls, *args: Any, **values: Any) -> Any:
        """Make a new document and check its values.

        Raises:
            ValidationError: values break the rules of their fields.
            DefinitionError: the class is abstract.
            TypeError: a field is missing or unknown.
        """
        if cls.__options__.abstract:
            msg = f"{cls.__name__} is abstract; make documents of its subclasses"
            raise DefinitionError(msg)
        try:
            document = super().__call__(*args, **values)
        except TypeError as error:
            reason = _misfit(cls, args, values)
            raise error if reason is None else TypeError(reason) from None
        if cls.__options__.validate:
            validate(document)
        else:
            assign(document, cls.__turns__)
        return document

    @property
    def q(cls) -> Fields:
        """The fields of the class, to build queries from."""
        found = cls.__dict__.get("__fields__")
        if found is None:
            found = Fields(cls)
            type.__setattr__(cls, "__fields__", found)
        return typing.cast("Fields", found)

    @property
    def __checks__(cls) -> dict[str, Callable[[Any, Any], str | None]]:
        """What finds faults with values, by field; annotations resolve at first use."""
        found = cls.__dict__.get("__found_checks__")
        if found is None:
            found = checks_of(cls)
            type.__setattr__(cls, "__found_checks__", found)
        return typing.cast("dict[str, Any]", found)

    @property
    def __turns__(cls) -> dict[str, Callable[[Any], Any]]:
        """What makes references of values, by field."""
        found = cls.__dict__.get("__found_turns__")
        if found is None:
            found = turns_of(cls)
            check_rules(cls)
            type.__setattr__(cls, "__found_turns__", found)
        return typing.cast("dict[str, Any]", found)

    @property
    def __scope__(cls) -> Filter | None:
        """What every query of the class asks for besides; lookups ask for it, too."""
        return scope_of(cls)

    @property
    def __collection__(cls) -> str:
        """The name of the collection."""
        return cls.__options__.collection_name


def _registered(cls: Any) -> Any:
    register(cls)
    return cls


def _inherited(roots: list[Any]) -> list[Options]:
    return [root.__options__ for root in roots if hasattr(root, "__options__")]


# -- Gathering fields ----------------------------------------------------------------


def _set_aside(namespace: dict[str, Any]) -> None:
    """Keep what an abstract class says of its fields for the concrete classes below."""
    annotations = namespace.get("__annotations__", {})
    namespace["__own_fields__"] = {
        name: namespace.pop(name, attrs.NOTHING)
        for name, annotation in annotations.items()
        if not _is_class_variable(annotation)
    }


def _defined(cls: Any) -> Any:
    """Let attrs make the class, with the fields of its abstract bases and mixins."""
    these: dict[str, Any] = {}
    inherited = _inherited_classes(cls)
    for base in sorted(reversed(cls.__mro__), key=_comes_later):  # noqa: C414 - stable
        if base not in inherited:
            these.update(_own_fields(base))
    _refuse_undeclared(cls)
    _refuse_methods(cls, these)
    return attrs.define(
        cls,
        these={name: _as_field(default) for name, default in these.items()},
        kw_only=True,
        repr=False,  # partial documents have fields without a value
        on_setattr=assigned,
        getstate_setstate=False,
        field_transformer=_transform,
    )


def _refuse_methods(cls: Any, names: Iterable[str]) -> None:
    """Refuse a field that would hide a method of all documents."""
    roots = [base for base in cls.__mro__ if _is_root(base)]
    for name in names:
        if any(
            callable(vars(root).get(name))
            or isinstance(vars(root).get(name), (classmethod, property))
            for root in roots
        ):
            msg = f"{cls.__name__}.{name} would hide the method {name!r} of documents"
            raise DefinitionError(
                f"{msg}; name the field otherwise, and pass db_name={name!r}"
            )


def _inherited_classes(cls: Any) -> set[type]:
    """Return the classes whose fields *cls* has from a concrete document already."""
    concrete = [base for base in cls.__mro__[1:] if _has_slots(base)]
    return {above for base in concrete for above in base.__mro__}


def _has_slots(base: type) -> bool:
    """Tell whether *base* has its fields already: a concrete document, or a builtin."""
    return base in _FIELDLESS or (
        "__attrs_attrs__" in base.__dict__ and not _is_root(base)
    )


def _comes_later(base: type) -> bool:
    """Let the roots be first: documents show their id in front."""
    return not _is_root(base)


def _is_root(base: type) -> bool:
    return bool(base.__dict__.get("__root__"))


_FIELDLESS = frozenset({object, typing.Generic})


def _own_fields(base: Any) -> dict[str, Any]:
    if "__own_fields__" in base.__dict__:
        return dict(base.__dict__["__own_fields__"])
    annotations = inspect.get_annotations(base)
    return {
        name: base.__dict__.get(name, attrs.NOTHING)
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


def _refuse_two_concrete(name: str, bases: tuple[type, ...]) -> None:
    """Refuse to combine documents that have their fields already."""
    found = [b for b in bases if "__attrs_attrs__" in vars(b) and not _is_root(b)]
    concrete = [b for b in found if isinstance(b, DocumentMeta)]
    if len(concrete) > 1 and not _related(concrete):
        listed = " and ".join(base.__name__ for base in concrete)
        msg = f"{name} can't combine the documents {listed}; make all but one abstract"
        raise DefinitionError(msg)


def _related(concrete: list[Any]) -> bool:
    """Tell whether all of them stand in one line of descent."""
    lowest = max(concrete, key=lambda base: len(base.__mro__))
    return all(issubclass(lowest, base) for base in concrete)


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


def _transform(cls: Any, fields: list[Any]) -> list[Any]:
    found = [_stored_as_id(without_validator(one)) for one in fields]
    _refuse_same_names(cls, found)
    return [with_named_errors(one) for one in found]


def _refuse_same_names(cls: Any, fields: list[Any]) -> None:
    """Refuse two fields under one stored name: one would overwrite the other."""
    taken: dict[str, str] = {}
    for one in fields:
        stored = one.metadata.get("db_name", one.name)
        other = taken.setdefault(stored, one.name)
        if other != one.name:
            both = f"{cls.__name__}.{other} and {cls.__name__}.{one.name}"
            msg = f"{both} are both stored as {stored!r}; give one another db_name"
            raise DefinitionError(msg)


def _stored_as_id(attribute: Any) -> Any:
    """Store the field `id` as ``_id``, which the server keeps unique and immutable."""
    if attribute.name != "id":
        return attribute
    metadata = {**attribute.metadata, "db_name": "_id", "immutable": True}
    return attribute.evolve(metadata=metadata)


# -- Construction --------------------------------------------------------------------


def _misfit(cls: Any, args: tuple[Any, ...], values: dict[str, Any]) -> str | None:
    """Say which arguments of the constructor are unknown or missing."""
    if args:
        return f"{cls.__name__} got positional values; name the fields: {cls.__name__}(name=...)"
    if "__init__" in vars(cls) and not hasattr(cls, "__attrs_attrs__"):
        return None
    taken = {a.alias: a for a in attrs.fields(cls) if a.init}
    for name in values:
        if name not in taken:
            hint = suggestion(name, taken)
            listed = ", ".join(taken)
            return (
                f"{cls.__name__} has no field {name!r}{hint}; its fields are: {listed}"
            )
    missing = [
        n for n, a in taken.items() if a.default is attrs.NOTHING and n not in values
    ]
    return f"{cls.__name__} needs {', '.join(missing)}" if missing else None
