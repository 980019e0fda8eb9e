"""Which Python values an annotation allows, and how to say so.

`conforms` answers for whole values, nested ones included; it never converts. An `int` is
no `bool` here and a `float` may be written as an `int`: BSON tells the first two apart,
and type checkers accept the second.
"""

from __future__ import annotations

import datetime as dt
import functools
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Any, Literal, Union

from mongo_dsl.storage import storage_of


Check = Callable[[Any], bool]


def members(annotation: Any) -> tuple[Any, ...]:
    """Return the alternatives of a union, and any other annotation alone."""
    annotation = bare(annotation)
    if typing.get_origin(annotation) in (Union, types.UnionType):
        found = (m for arg in typing.get_args(annotation) for m in members(arg))
        return tuple(dict.fromkeys(found))
    return (annotation,)


def bare(annotation: Any) -> Any:
    """Strip `Annotated`, `Final`, `NewType` and aliases off *annotation*.

    A mark that says how values are stored stays, and what is under it.
    """
    while storage_of(annotation) is None:
        origin = typing.get_origin(annotation)
        if origin in (typing.Annotated, typing.Final) or _is_about_keys(origin):
            annotation = typing.get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        elif isinstance(annotation, typing.TypeVar):
            annotation = annotation.__bound__ or Any
        else:
            break
    return annotation


def unmarked(annotation: Any) -> Any:
    """Return what stands under a mark that says how values are stored."""
    annotation = bare(annotation)
    while storage_of(annotation) is not None:
        annotation = bare(typing.get_args(annotation)[0])
    return annotation


def _is_about_keys(origin: Any) -> bool:
    """Tell whether *origin* says of a typed dict's key more than its type."""
    return getattr(origin, "_name", None) in ("Required", "NotRequired", "ReadOnly")


def describe(annotation: Any) -> str:
    """Name *annotation* the way it is written in source code."""
    annotation = unmarked(annotation)
    if annotation is None or annotation is type(None):
        return "None"
    if typing.get_origin(annotation) in (Union, types.UnionType):
        return " | ".join(describe(member) for member in members(annotation))
    if typing.get_origin(annotation) is Literal:
        return " | ".join(repr(value) for value in typing.get_args(annotation))
    arguments = typing.get_args(annotation)
    name = getattr(typing.get_origin(annotation) or annotation, "__name__", None)
    if name is None:
        return str(annotation).removeprefix("typing.")
    return f"{name}[{', '.join(map(describe, arguments))}]" if arguments else str(name)


def kind_of(value: Any) -> str:
    """Name the type of *value* with its article: ``an int``, ``a str``."""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIO' else 'a'} {name}"  # a UUID, an Int64


@functools.lru_cache(maxsize=4096)
def conforms(annotation: Any) -> Check:
    """Return a function that tells whether a value is allowed by *annotation*."""
    annotation = unmarked(annotation)
    alternatives = members(annotation)
    if len(alternatives) > 1:
        return _any_of(tuple(conforms(member) for member in alternatives))
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return _literal(typing.get_args(annotation))
    if origin is not None:
        return _generic(origin, typing.get_args(annotation))
    return _plain(annotation)


@functools.lru_cache(maxsize=4096)
def sure_types(annotation: Any) -> frozenset[type]:
    """Return the types whose own instances *annotation* surely allows, whatever they hold.

    Where the type of a value is one of them, `conforms` needn't be asked.
    """
    found = map(unmarked, members(unmarked(annotation)))
    return frozenset[type]().union(*map(_sure, found))


def _sure(annotation: Any) -> frozenset[type]:
    if annotation is None:
        return frozenset({type(None)})
    if annotation is float:
        return frozenset({float, int})
    is_class = isinstance(annotation, type) and typing.get_origin(annotation) is None
    if not is_class or typing.is_typeddict(annotation):
        return frozenset()
    return frozenset({annotation})


def _any_of(checks: tuple[Check, ...]) -> Check:
    if len(checks) == 2:  # noqa: PLR2004 - mostly one of them is None: this is faster
        one, other = checks
        return lambda value: one(value) or other(value)
    return lambda value: any(check(value) for check in checks)


def _literal(values: tuple[Any, ...]) -> Check:
    allowed = {(type(value), value) for value in values}
    kinds = frozenset(map(type, values))  # others may not hash, whatever they say
    return lambda value: type(value) in kinds and (type(value), value) in allowed


def _plain(annotation: Any) -> Check:
    if annotation in _SPECIAL:
        return _SPECIAL[annotation]
    if not isinstance(annotation, type):
        return _anything
    if typing.is_typeddict(annotation):
        return _typed_dict(annotation)
    return lambda value: isinstance(value, annotation)


def _typed_dict(annotation: Any) -> Check:
    @functools.cache
    def checks() -> dict[str, tuple[bool, Check]]:  # late: it may hold itself
        hints = typing.get_type_hints(annotation, include_extras=True)
        return {
            k: (_is_required(annotation, k, h), conforms(h)) for k, h in hints.items()
        }

    def checked(value: Any) -> bool:
        known = checks()
        if not isinstance(value, dict) or not value.keys() <= known.keys():
            return False
        return all(
            check(value[key]) if key in value else not required
            for key, (required, check) in known.items()
        )

    return checked


def _is_required(annotation: Any, key: str, hint: Any) -> bool:
    said = getattr(typing.get_origin(hint), "_name", None)
    required = key in annotation.__required_keys__ and said != "NotRequired"
    return required or said == "Required"


def _anything(_: Any) -> bool:
    return True


def _int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _float(value: Any) -> bool:
    return isinstance(value, float) or _int(value)


def _str(value: Any) -> bool:
    return type(value) is str or (
        isinstance(value, str) and not isinstance(value, Enum)
    )


def _date(value: Any) -> bool:
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


_SPECIAL: dict[Any, Check] = {
    Any: _anything,
    object: _anything,
    None: lambda value: value is None,
    int: _int,
    float: _float,
    str: _str,
    dt.date: _date,
}


def _generic(origin: Any, arguments: tuple[Any, ...]) -> Check:
    if not isinstance(origin, type):
        return _anything
    if hasattr(origin, "__allows__"):  # a generic class that says so itself
        check: Check = origin.__allows__(arguments)
        return check
    if issubclass(origin, tuple):
        return _tuple(origin, arguments)
    if issubclass(origin, Mapping):
        return _mapping(origin, *(conforms(argument) for argument in arguments))
    if issubclass(origin, (list, AbstractSet, Iterable)) and len(arguments) == 1:
        return _items(origin, conforms(arguments[0]))
    return lambda value: isinstance(value, origin)


def _items(origin: type, check: Check) -> Check:
    def checked(value: Any) -> bool:
        if not isinstance(value, origin) or isinstance(value, (str, bytes)):
            return False
        items: Any = value
        return all(map(check, items))

    return checked


def _mapping(origin: type, key: Check, item: Check = _anything) -> Check:
    def checked(value: Any) -> bool:
        if not isinstance(value, origin):
            return False
        found: Any = value
        return all(map(key, found)) and all(map(item, found.values()))

    return checked


def _tuple(origin: type, arguments: tuple[Any, ...]) -> Check:
    if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004 - tuple[int, ...]
        return _items(origin, conforms(arguments[0]))
    checks = tuple(conforms(argument) for argument in arguments if argument != ())

    def checked(value: Any) -> bool:
        if not isinstance(value, origin):
            return False
        items: Any = value
        return len(items) == len(checks) and all(
            check(item) for check, item in zip(checks, items, strict=True)
        )

    return checked
