"""Arrays and mappings: lists in plain data, and dictionaries."""

from __future__ import annotations

import typing
from collections.abc import Callable
from functools import partial
from typing import Any

from mapper.conversion.arrays import is_array, is_row, items_of, made, rows_of
from mapper.conversion.keys import key_of
from mapper.conversion.mappings import is_mapping, maker_of
from mapper.conversion.problems import Misfit, gather, shown, unfit
from mapper.converter import converter
from mapper.exchange.forms import FindForm, Form
from mongo_dsl.conformity import conforms, describe
from mongo_dsl.values import ordered


__all__ = ["array_form", "is_array", "is_mapping", "is_row", "mapping_form", "row_form"]


def array_form(annotation: Any, find: FindForm, _: bool) -> Form:
    """Return the form of an array whose items have one type."""
    item, rule, make = (
        find(items_of(annotation)),
        describe(annotation),
        made(annotation),
    )

    def write(value: Any) -> list[Any]:
        if isinstance(value, (str, bytes)) or not hasattr(value, "__iter__"):
            raise unfit(value, rule)
        items = ordered(value) if isinstance(value, (set, frozenset)) else value
        return _each(item.write, list(items))

    def read(plain: Any) -> Any:
        if not isinstance(plain, (list, tuple, set, frozenset)):
            raise unfit(plain, rule)
        return make(_each(item.read, list(plain)))

    return Form(write, read, "array")


def _each(hook: Callable[[Any], Any], items: list[Any]) -> list[Any]:
    return gather((str(place), partial(hook, item)) for place, item in enumerate(items))


def row_form(annotation: Any, find: FindForm, _: bool) -> Form:
    """Return the form of a tuple whose items have types of their own."""
    forms = [find(item) for item in rows_of(annotation)]
    kind, rule = typing.get_origin(annotation) or annotation, describe(annotation)

    def hooked(hooks: list[Callable[[Any], Any]], items: Any) -> list[Any]:
        if not isinstance(items, (list, tuple)):
            raise unfit(items, rule)
        if len(items) != len(hooks):
            got = f"must have {len(hooks)} items, got {len(items)}: {shown(items)}"
            raise Misfit(("", got))
        pairs = enumerate(zip(hooks, items, strict=True))
        return gather(
            (str(place), partial(hook, item)) for place, (hook, item) in pairs
        )

    def read(plain: Any) -> Any:
        items = hooked([form.read for form in forms], plain)
        return kind(*items) if hasattr(kind, "_fields") else tuple(items)

    return Form(lambda value: hooked([f.write for f in forms], value), read, "array")


def mapping_form(annotation: Any, find: FindForm, in_json: bool) -> Form:
    """Return the form of a mapping with free keys."""
    arguments = typing.get_args(annotation) or (str, Any)
    key, item = key_of(arguments[0], converter()), find(arguments[1])
    is_key, rule = conforms(arguments[0]), describe(annotation)

    def write_key(name: Any) -> Any:
        return key.write(name) if in_json else name

    def read_key(name: Any) -> Any:
        return name if is_key(name) and not in_json else key.read(name)

    def write(value: Any) -> dict[Any, Any]:
        return _items(write_key, item.write, value, rule)

    make = maker_of(annotation)

    def read(plain: Any) -> Any:
        found = _items(read_key, item.read, plain, rule)
        return found if make is dict else make(found)

    return Form(write, read, "object")


def _items(
    key: Callable[[Any], Any], hook: Callable[[Any], Any], items: Any, rule: str
) -> dict[Any, Any]:
    if not hasattr(items, "items"):
        raise unfit(items, rule)
    names = gather([("", partial(_key, key, name)) for name in items])
    values = gather([(str(name), partial(hook, item)) for name, item in items.items()])
    return dict(zip(names, values, strict=True))


def _key(key: Callable[[Any], Any], name: Any) -> Any:
    try:
        return key(name)
    except Misfit as misfit:
        told = (("", f"has a key that {text}") for _, text in misfit.problems)
        raise Misfit(*told) from None
