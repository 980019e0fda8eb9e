"""Unions: the type of what is stored decides, and a discriminator between classes.

Where more than one member of a union is stored as a document, classes write their name
under ``_type``, and mappings can't have that key: what is stored as data must never be
read as an instance. Members that are stored alike, as `date` and `datetime` are, can't stand
in one union. GeoJSON says itself which shape it is. Enums and literals are asked before the plain type of their values.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
from cattrs import Converter

from mapper.conversion.arrays import is_array, is_row
from mapper.conversion.choices import is_choice, stored_types
from mapper.conversion.classes import fields_of, is_class
from mapper.conversion.parts import H, Maybe, Other, Part, described, part_of
from mapper.conversion.problems import PASSING, Misfit, NoFormError, shown, unfit
from mapper.conversion.references import target_in
from mapper.conversion.scalars import Decode, Encode, scalar
from mapper.references import id_annotation, is_ref
from mongo_dsl.conformity import describe, members
from mongo_dsl.storage import storage_of


DISCRIMINATOR = "_type"


@attrs.frozen
class _Option:
    """A member of a union; *stored* are the types the driver reads it as."""

    annotation: Any
    stored: tuple[type, ...]
    encode: Encode
    decode: Callable[[Any], Any]

    @property
    def accepts(self) -> Any:
        """Name the type of the values it encodes."""
        if typing.is_typeddict(self.annotation):
            return dict
        return typing.get_origin(self.annotation) or self.annotation or type(None)


def is_union(annotation: Any) -> bool:
    """Tell whether *annotation* has several alternatives."""
    return len(members(annotation)) > 1


def union_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores any member of a union."""
    options = _options(annotation, converter)
    if optional := _only(options):
        hook = _optional(optional.encode)
        return _as_union(hook, annotation, converter.get_unstructure_hook)
    table = _table((option.accepts, option.encode) for option in options)
    everything = tuple(option.encode for option in options)
    return _as_union(
        lambda value: _first(table.get(type(value), everything), annotation, value),
        annotation,
        converter.get_unstructure_hook,
    )


def union_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads any member of a union."""
    options = _options(annotation, converter)
    if optional := _only(options):
        decode = _optional(optional.decode)
        return _as_union(
            lambda stored, _: decode(stored), annotation, converter.get_structure_hook
        )
    table = _table(
        (kind, option.decode) for option in options for kind in option.stored
    )
    everything = tuple(option.decode for option in options)
    return _as_union(
        lambda stored, _: _first(
            table.get(type(stored), everything), annotation, stored
        ),
        annotation,
        converter.get_structure_hook,
    )


def _as_union(hook: H, annotation: Any, find: Callable[[Any], Any]) -> H:
    """Let *hook* say that it converts what the hooks that *find* finds do."""

    def parts() -> tuple[Part, ...]:
        others = [one for one in members(annotation) if one is not type(None)]
        return tuple(part_of(one, find(one)) for one in others)

    def part(own: H) -> Part:
        found = parts()
        if len(found) == 1:
            return Maybe(annotation, own, found[0])
        return Other(annotation, own, parts)

    return described(hook, part)


def _only(options: list[_Option]) -> _Option | None:
    """Return the other member of ``X | None``."""
    others = [option for option in options if option.accepts is not type(None)]
    return others[0] if len(others) == 1 and len(options) > 1 else None


def _optional(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else hook(value)


def _table(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, tuple[Any, ...]]:
    table: dict[Any, tuple[Any, ...]] = {}
    for kind, hook in pairs:
        hooks = table.get(kind, ())
        table[kind] = hooks if hook in hooks else (*hooks, hook)
    return table


def _first(hooks: tuple[Callable[[Any], Any], ...], annotation: Any, value: Any) -> Any:
    """Return what the first hook that takes *value* makes of it."""
    if len(hooks) == 1:
        return hooks[0](value)
    for hook in hooks:
        try:
            return hook(value)
        except PASSING:  # noqa: PERF203 - each may fail by itself
            raise
        except Exception:  # noqa: BLE001, S112 - another member may take it
            continue
    raise unfit(value, describe(annotation))


def _options(annotation: Any, converter: Converter) -> list[_Option]:
    alternatives = sorted(members(annotation), key=lambda one: not is_choice(one))
    documents = [one for one in alternatives if _may_be_document(one)]
    tagged = [one for one in documents if is_class(one)] if len(documents) > 1 else []
    options = [_option(one, converter) for one in alternatives if one not in tagged]
    _refuse_twins(annotation, options)
    if not tagged:
        return options
    return _told_apart(annotation, _named(tagged, converter), options)


def _may_be_document(annotation: Any) -> bool:
    return annotation in (Any, object) or stored_types_of(annotation) == (dict,)


def _option(annotation: Any, converter: Converter) -> _Option:
    hook = converter.get_structure_hook(annotation)
    return _Option(
        annotation,
        stored_types_of(annotation),
        converter.get_unstructure_hook(annotation),
        lambda stored: hook(stored, annotation),
    )


def stored_types_of(annotation: Any) -> tuple[type, ...]:
    """Return the types that the driver reads *annotation* as; none if it may be any."""
    form = storage_of(annotation)
    if form is not None:
        return form.stored
    found = scalar(annotation)
    if found is not None:
        return found.stored
    if is_choice(annotation):
        return stored_types(annotation)
    if is_ref(annotation):
        ids = id_annotation(target_in(annotation).model)
        return tuple(kind for one in members(ids) for kind in stored_types_of(one))
    return (list,) if is_array(annotation) or is_row(annotation) else (dict,)


def _refuse_twins(annotation: Any, options: list[_Option]) -> None:
    taken: dict[Any, _Option] = {}
    for option in options:
        for kind in _told_by(option):
            twin = taken.setdefault(kind, option)
            if twin is not option:
                both = f"{describe(twin.annotation)} and {describe(option.annotation)}"
                msg = f"{describe(annotation)} can't be read back; {both} are stored alike"
                raise NoFormError(msg)


def _told_by(option: _Option) -> Iterable[Any]:
    """Return what tells a stored value to be of *option*: its type, that of its items."""
    if scalar(option.annotation) is not None or is_ref(option.annotation):
        return option.stored
    if is_array(option.annotation):
        return [(list, typing.get_args(option.annotation)[:1] or (Any,))]
    return ()


def _named(classes: list[Any], converter: Converter) -> dict[str, _Option]:
    options = {_tag(one): _option(one, converter) for one in classes}
    if len(options) == len(classes):
        return options
    names = ", ".join(options)
    msg = f"the classes of a union need different names, got {names} more than once"
    raise NoFormError(msg)


def _told_apart(
    annotation: Any, named: Mapping[str, _Option], others: list[_Option]
) -> list[_Option]:
    """Let classes and other documents share one reader, which looks at the name first."""
    plain = [one for one in others if _may_be_document(one.annotation)]
    read = _reader(named, annotation, tuple(one.decode for one in plain))
    return [
        *(
            attrs.evolve(option, encode=_writer(name, option.encode), decode=read)
            for name, option in named.items()
        ),
        *(_untagged(one, read) if one in plain else one for one in others),
    ]


def _untagged(option: _Option, read: Callable[[Any], Any]) -> _Option:
    """Keep the key of the name from documents that have none."""
    encode = option.encode

    def checked(value: Any) -> Any:
        stored = encode(value)
        if type(stored) is dict and DISCRIMINATOR in stored:
            text = f"has the key {DISCRIMINATOR}, where classes keep their name"
            raise Misfit(("", text))
        return stored

    return attrs.evolve(
        option, encode=checked, decode=read if option.stored else option.decode
    )


def _tag(annotation: Any) -> str:
    name: str = (typing.get_origin(annotation) or annotation).__name__
    if any(field.stored == DISCRIMINATOR for field in fields_of(annotation)):
        msg = f"{name} stores a field as {DISCRIMINATOR!r}; unions keep its name there"
        raise NoFormError(msg)
    return name


def _writer(name: str, encode: Encode) -> Encode:
    return lambda value: {DISCRIMINATOR: name, **encode(value)}


def _reader(
    named: Mapping[str, _Option],
    annotation: Any,
    plain: tuple[Callable[[Any], Any], ...],
) -> Callable[[Any], Any]:
    """Read documents of classes by name, all others by the hooks of *plain*."""
    known = ", ".join(named)

    def decode(stored: Any) -> Any:
        if not isinstance(stored, Mapping):
            raise unfit(stored, " | ".join(named))
        name = stored.get(DISCRIMINATOR)
        if isinstance(name, str) and name in named:
            return named[name].decode(stored)
        if plain:
            return _first(plain, annotation, stored)
        if DISCRIMINATOR not in stored:
            raise Misfit(("", f"has no {DISCRIMINATOR}; known are: {known}"))
        text = f"has the unknown {DISCRIMINATOR} {shown(name, typed=False)}"
        raise Misfit(("", f"{text}; known are: {known}"))

    return decode
