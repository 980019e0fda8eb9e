"""Documents that are mappings in Python too: free keys, one type of values."""

from __future__ import annotations

import typing
from collections import OrderedDict, abc
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cattrs import Converter

from mapper.conversion.keys import key_of
from mapper.conversion.parts import Entries, H, Other, Part, described, part_of
from mapper.conversion.problems import Misfit, gather, unfit
from mapper.conversion.scalars import Decode, Encode
from mongo_dsl.conformity import describe


_MADE: dict[Any, Callable[[Any], Any]] = {
    **dict.fromkeys((dict, abc.Mapping, abc.MutableMapping), dict),
    OrderedDict: OrderedDict,
}


def is_mapping(annotation: Any) -> bool:
    """Tell whether *annotation* is a mapping with free keys."""
    return (typing.get_origin(annotation) or annotation) in _MADE


def maker_of(annotation: Any) -> Callable[[Any], Any]:
    """Return what makes a mapping of *annotation* of a dictionary."""
    return _MADE[typing.get_origin(annotation) or annotation]


def mapping_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores a mapping."""
    kind, rule = typing.get_origin(annotation) or annotation, describe(annotation)
    keys, values = _arguments(annotation)
    write, hook = key_of(keys, converter).write, converter.get_unstructure_hook(values)
    each = _each_checked if converter.detailed_validation else _each

    def encode(value: Any) -> dict[str, Any]:
        if not isinstance(value, kind):
            raise unfit(value, rule)
        return each(write, hook, value)

    return _as_entries(encode, annotation, hook)


def mapping_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads a mapping."""
    make, rule = maker_of(annotation), describe(annotation)
    keys, values = _arguments(annotation)
    read, hook = key_of(keys, converter).read, converter.get_structure_hook(values)
    each = _each_checked if converter.detailed_validation else _each

    def decode(stored: Any, _: Any) -> Any:
        if type(stored) is not dict and not isinstance(stored, Mapping):
            raise unfit(stored, rule)
        items = each(read, hook, stored, values)
        return items if make is dict else make(items)

    return _as_entries(decode, annotation, hook)


def _as_entries(hook: H, annotation: Any, item: Callable[..., Any]) -> H:
    """Let *hook* say that it converts a mapping, whose values *item* converts."""
    keys, values = _arguments(annotation)

    def part(own: H) -> Part:
        inner = part_of(values, item)
        if maker_of(annotation) is dict and keys is str:
            return Entries(annotation, own, inner)
        return Other(annotation, own, lambda: (inner,))

    return described(hook, part)


def _arguments(annotation: Any) -> tuple[Any, Any]:
    keys, values = typing.get_args(annotation) or (str, Any)
    return keys, values


def _each(
    key: Callable[[Any], Any],
    hook: Callable[..., Any],
    items: Mapping[Any, Any],
    *extra: Any,
) -> dict[Any, Any]:
    return {key(name): hook(item, *extra) for name, item in items.items()}


def _each_checked(
    key: Callable[[Any], Any],
    hook: Callable[..., Any],
    items: Mapping[Any, Any],
    *extra: Any,
) -> dict[Any, Any]:
    names = [("", partial(_key, key, name)) for name in items]
    values = [(str(name), partial(hook, items[name], *extra)) for name in items]
    found = gather([*names, *values])
    return dict(zip(found[: len(names)], found[len(names) :], strict=True))


def _key(key: Callable[[Any], Any], name: Any) -> Any:
    try:
        return key(name)
    except Misfit as misfit:
        raise Misfit(
            *((_, f"has a key that {text}") for _, text in misfit.problems)
        ) from None
