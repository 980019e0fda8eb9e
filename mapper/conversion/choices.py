"""Fields that hold one of a few values: enums, stored by value, and literals."""

from __future__ import annotations

import typing
from collections.abc import Hashable
from enum import Enum, Flag
from typing import Any, Literal

from bson import Int64
from cattrs import Converter

from mapper.conversion.data import as_stored, untyped
from mapper.conversion.numbers import decode_int
from mapper.conversion.parts import Choice, Member, Other, Part, described
from mapper.conversion.problems import (
    Misfit,
    NoFormError,
    shown,
    unfit,
)
from mapper.conversion.scalars import Decode, Encode


_UNKNOWN = object()


def is_choice(annotation: Any) -> bool:
    """Tell whether *annotation* lists the values it allows."""
    if typing.get_origin(annotation) is Literal:
        return True
    return isinstance(annotation, type) and issubclass(annotation, Enum)


def stored_types(annotation: Any) -> tuple[type, ...]:
    """Return the types that the driver reads the values of *annotation* as."""
    found = {type(_form(value)) for value in _values(annotation)}
    return tuple(found | {Int64} if int in found else found)


def choice_encoder(annotation: Any, _: Converter) -> Encode:
    """Return the hook that stores an enum or a literal."""
    if _is_flag(annotation):
        return described(_flag_encoder(annotation), _as_flag)
    stored = {_identity(value): _form(value) for value in _values(annotation)}
    rule = _rule(annotation, list(_values(annotation)))

    def encode(value: Any) -> Any:
        found = stored.get(_identity(value), _UNKNOWN)
        if found is _UNKNOWN:
            raise unfit(value, rule)
        return as_stored(found)

    return described(encode, lambda own: _encoded(annotation, own))


def _encoded(annotation: Any, hook: Encode) -> Part:
    """Describe what *hook* stores."""
    values = _values(annotation)
    if not isinstance(annotation, type):
        texts = {value: value for value in values if type(value) is str}
        return Choice(annotation, hook, texts)
    if all(type(value._value_) is str for value in values):
        return Member(annotation, hook, annotation)
    return Other(annotation, hook, tuple)


def choice_decoder(annotation: Any, _: Converter) -> Decode:
    """Return the hook that reads an enum or a literal."""
    if _is_flag(annotation):
        return described(_flag_decoder(annotation), _as_flag)
    known = {_token(value): value for value in _values(annotation)}
    rule = _rule(annotation, [_form(value) for value in _values(annotation)])

    def decode(stored: Any, _: Any) -> Any:
        found = known.get(stored if type(stored) is str else _token(stored), _UNKNOWN)
        return _missing(annotation, rule, stored) if found is _UNKNOWN else found

    return described(decode, lambda own: Choice(annotation, own, known))


def _missing(annotation: Any, rule: str, stored: Any) -> Any:
    """Ask the enum's own ``_missing_``, which may know an older spelling."""
    if isinstance(annotation, type):
        find: Any = getattr(annotation, "_missing_")  # noqa: B009 - private by its spelling
        found = find(stored)
        if isinstance(found, annotation):
            return found
    raise unfit(stored, rule)


def _values(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) is Literal:
        return typing.get_args(annotation)
    return tuple(annotation)


def _form(value: Any) -> Any:
    try:
        return untyped(value)
    except Misfit as misfit:
        _, text = misfit.problems[0]
        msg = f"{value!r} {text}"
        raise NoFormError(msg) from None


def _rule(annotation: Any, allowed: list[Any]) -> str:
    if isinstance(annotation, type) and allowed and isinstance(allowed[0], Enum):
        return annotation.__name__
    return "one of " + ", ".join(shown(value, typed=False) for value in allowed)


def _identity(value: Any) -> tuple[type, Any]:
    """Tell 1 from True; what has no hash can't be a choice."""
    return type(value), value if isinstance(value, Hashable) else repr(value)


def _token(value: Any) -> Any:
    """Make a key of a stored value: one for all kinds of numbers, but not for booleans."""
    stored = _form(value)
    if type(stored) is str:
        return stored
    if type(stored) in (int, Int64, float):
        return "number", stored
    return _identity(stored)


def _is_flag(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Flag)


def _as_flag(hook: Any) -> Part:
    return Other(Any, hook, tuple)


def _flag_encoder(kind: Any) -> Encode:
    def encode(value: Any) -> Any:
        if isinstance(value, kind):
            return untyped(value)
        raise unfit(value, kind.__name__)

    return encode


def _flag_decoder(kind: Any) -> Decode:
    """Flags combine, so every sum of them is read, not only those with a name."""
    rule = f"a sum of {', '.join(str(flag.value) for flag in kind)}"

    def decode(stored: Any, annotation: Any) -> Any:
        try:
            return kind(decode_int(stored, annotation))
        except ValueError:
            raise unfit(stored, rule) from None

    return decode
