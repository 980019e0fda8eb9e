"""Arrays: lists, sets and both kinds of tuples."""

from __future__ import annotations

import typing
from collections import abc, deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from cattrs import Converter

from mapper.conversion.parts import H, Many, Other, Part, described, part_of
from mapper.conversion.problems import Misfit, gather, shown, unfit
from mapper.conversion.scalars import Decode, Encode
from mongo_dsl.conformity import describe
from mongo_dsl.values import ordered


_MADE: dict[Any, Callable[[list[Any]], Any]] = {
    **dict.fromkeys((list, abc.Sequence, abc.MutableSequence), list),
    **dict.fromkeys((abc.Collection, abc.Iterable), list),
    tuple: tuple,
    deque: deque,
    **dict.fromkeys((set, abc.MutableSet), set),
    **dict.fromkeys((frozenset, abc.Set), frozenset),
}
_SETS = (set, frozenset, abc.Set)


def _origin(annotation: Any) -> Any:
    return typing.get_origin(annotation) or annotation


def _is_named(annotation: Any) -> bool:
    return isinstance(annotation, type) and hasattr(annotation, "_fields")


def is_row(annotation: Any) -> bool:
    """Tell whether every item of the array has a type of its own."""
    if _origin(annotation) is not tuple:
        return _is_named(annotation) and issubclass(annotation, tuple)
    arguments = typing.get_args(annotation)
    return annotation not in (tuple, typing.Tuple) and Ellipsis not in arguments  # noqa: UP006


def is_array(annotation: Any) -> bool:
    """Tell whether all items of the array have one type."""
    return _origin(annotation) in _MADE and not is_row(annotation)


def made(annotation: Any) -> Callable[[list[Any]], Any]:
    """Return what makes the array of a list of its items."""
    return _MADE[_origin(annotation)]


def array_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores an array of one type of items."""
    kind, rule = _origin(annotation), describe(annotation)
    hook = converter.get_unstructure_hook(items_of(annotation))
    each = _each_checked if converter.detailed_validation else _each

    def encode(value: Any) -> list[Any]:
        if type(value) is kind is list:  # the common case, ahead of abstract classes
            return each(hook, value)
        if not isinstance(value, kind) or isinstance(value, (str, bytes)):
            raise unfit(value, rule)
        return each(hook, ordered(value) if isinstance(value, _SETS) else value)

    return _as_many(encode, annotation, hook)


def array_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads an array of one type of items."""
    make, rule, item = (
        made(annotation),
        describe(annotation),
        items_of(annotation),
    )
    hook = converter.get_structure_hook(item)
    each = _each_checked if converter.detailed_validation else _each

    def decode(stored: Any, _: Any) -> Any:
        if not isinstance(stored, list):
            raise unfit(stored, rule)
        items = each(hook, stored, item)
        return items if make is list else make(items)

    return _as_many(decode, annotation, hook)


def _as_many(hook: H, annotation: Any, item: Callable[..., Any]) -> H:
    """Let *hook* say that it converts an array, whose items *item* converts."""
    inner, make = items_of(annotation), made(annotation)
    return described(
        hook, lambda own: Many(annotation, own, part_of(inner, item), make)
    )


def row_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores a tuple whose items have types of their own."""
    kind, rule = _origin(annotation), describe(annotation)
    hooks = [converter.get_unstructure_hook(item) for item in rows_of(annotation)]

    def encode(value: Any) -> list[Any]:
        if not isinstance(value, kind):
            raise unfit(value, rule)
        return gather(_jobs(hooks, value))

    return _as_row(encode, annotation, converter.get_unstructure_hook)


def row_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads a tuple whose items have types of their own."""
    kind, rule = _origin(annotation), describe(annotation)
    hooks = [_bound(item, converter) for item in rows_of(annotation)]

    def decode(stored: Any, _: Any) -> Any:
        if not isinstance(stored, list):
            raise unfit(stored, rule)
        items = gather(_jobs(hooks, stored))
        return kind(*items) if _is_named(kind) else tuple(items)

    return _as_row(decode, annotation, converter.get_structure_hook)


def _as_row(hook: H, annotation: Any, find: Callable[[Any], Any]) -> H:
    """Let *hook* say that it converts a row, whose items the hooks that *find* finds do."""

    def parts() -> tuple[Part, ...]:
        return tuple(part_of(one, find(one)) for one in rows_of(annotation))

    return described(hook, lambda own: Other(annotation, own, parts))


def _each(hook: Callable[..., Any], items: Iterable[Any], *extra: Any) -> list[Any]:
    if extra:
        annotation = extra[0]
        return [hook(item, annotation) for item in items]
    return [hook(item) for item in items]


def _each_checked(
    hook: Callable[..., Any], items: Iterable[Any], *extra: Any
) -> list[Any]:
    return gather(
        (str(index), partial(hook, item, *extra)) for index, item in enumerate(items)
    )


def items_of(annotation: Any) -> Any:
    """Return the annotation of the items of an array."""
    arguments = typing.get_args(annotation)
    return arguments[0] if arguments else Any


def rows_of(annotation: Any) -> list[Any]:
    """Return the annotations of the items of a row."""
    if _is_named(annotation):
        hints = typing.get_type_hints(annotation, include_extras=True)
        return [hints.get(name, Any) for name in annotation._fields]
    return [argument for argument in typing.get_args(annotation) if argument != ()]


def _bound(annotation: Any, converter: Converter) -> Encode:
    hook = converter.get_structure_hook(annotation)
    return lambda stored: hook(stored, annotation)


def _jobs(hooks: list[Encode], items: Any) -> Iterable[tuple[str, Callable[[], Any]]]:
    if len(hooks) != len(items):
        rule = f"must have {len(hooks)} items, got {len(items)}"
        raise Misfit(("", f"{rule}: {shown(items)}"))
    pairs = enumerate(zip(hooks, items, strict=True))
    return ((str(index), partial(hook, item)) for index, (hook, item) in pairs)
