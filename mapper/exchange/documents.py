"""Documents from and to dictionaries and JSON text."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mapper.conversion.problems import Misfit
from mapper.errors import ValidationError
from mapper.exchange import (
    arrays,
    choices,
    instances,
    references,
    scalars,
    trees,
    unions,
)
from mapper.exchange.forms import Form, Rule
from mapper.exchange.hushing import hushed
from mapper.references import is_ref
from mongo_dsl.conformity import unmarked
from mongo_dsl.storages import holds_secrets


T = TypeVar("T")

_RULES: tuple[Rule, ...] = (
    (scalars.is_scalar, scalars.scalar_form),
    (is_ref, references.reference_form),
    (choices.is_choice, choices.choice_form),
    (choices.is_shape, choices.shape_form),
    (unions.is_union, unions.union_form),
    (trees.is_tree, trees.tree_form),
    (instances.is_class, instances.class_form),
    (arrays.is_row, arrays.row_form),
    (arrays.is_array, arrays.array_form),
    (arrays.is_mapping, arrays.mapping_form),
    (lambda _: True, scalars.extended_form),
)


@functools.lru_cache(maxsize=4096)
def form_of(annotation: Any, in_json: bool) -> Form:
    """Return how values of *annotation* are written and read, *in_json* or dictionaries."""
    plain = unmarked(annotation)  # the form in the database is nobody else's
    make = next(make for holds, make in _RULES if holds(plain))
    form = make(plain, lambda one: form_of(one, in_json), in_json)
    return hushed(annotation, form) if holds_secrets(annotation) else form


def to_dict(document: Any) -> dict[str, Any]:
    """Return *document* as a dictionary, what it holds as dictionaries and lists.

    >>> import attrs
    >>> @attrs.define
    ... class Place:
    ...     name: str
    ...     tags: set[str]
    >>> to_dict(Place("Rome", {"old"}))
    {'name': 'Rome', 'tags': ['old']}

    Raises:
        ValidationError: a field holds what its annotation doesn't allow.
    """
    return _tried(
        "written", type(document), lambda form: form.write(document), in_json=False
    )


def from_dict(cls: type[T], data: Mapping[str, Any]) -> T:
    """Make an instance of *cls*, and of the classes it holds, of *data*.

    >>> import attrs
    >>> @attrs.define
    ... class Place:
    ...     name: str
    >>> from_dict(Place, {"name": "Rome"})
    Place(name='Rome')

    Raises:
        ValidationError: *data* doesn't fit; it names all that doesn't, by path.
    """
    found: T = _tried("read", cls, lambda form: form.read(data), in_json=False)
    return found


def to_json(document: Any, *, indent: int | None = None) -> str:
    """Return *document* as JSON text, set in by *indent* spaces if given.

    >>> import attrs
    >>> @attrs.define
    ... class Picture:
    ...     data: bytes
    >>> to_json(Picture(b"jpeg"))
    '{"data": "anBlZw=="}'

    Raises:
        ValidationError: a field holds what its annotation doesn't allow.
    """
    plain = _tried(
        "written", type(document), lambda form: form.write(document), in_json=True
    )
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=indent)


def from_json(cls: type[T], text: str | bytes) -> T:
    """Make an instance of *cls* of JSON *text*.

    >>> import attrs
    >>> @attrs.define
    ... class Picture:
    ...     data: bytes
    >>> from_json(Picture, '{"data": "anBlZw=="}')
    Picture(data=b'jpeg')

    Raises:
        ValidationError: *text* is no JSON or doesn't fit; it names all that doesn't, by path.
    """
    found: T = _tried("read", cls, lambda form: form.read(_parsed(text)), in_json=True)
    return found


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Misfit(("", f"is no JSON: {error}")) from error


def _refuse(word: str) -> Any:
    msg = f"{word} is no number in JSON"
    raise ValueError(msg)


def _tried(
    verb: str, cls: Any, attempt: Callable[[Form], Any], *, in_json: bool
) -> Any:
    """Run *attempt*, and say of what went wrong which class it was about."""
    try:
        return attempt(form_of(cls, in_json))
    except Misfit as misfit:
        told = "; ".join(f"{path or 'it'} {text}" for path, text in misfit.problems)
        msg = f"{cls.__name__} can't be {verb}: {told}"
        cause, problems = misfit.__cause__, misfit.problems
        raise ValidationError(msg, cls=cls, problems=problems) from cause
