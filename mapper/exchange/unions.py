"""Unions: what tells their members apart in plain data.

Where JSON has two members as text, all but `str` are written in Extended JSON, as
``{"$date": …}``. Classes are told apart by their name under ``_type``, as in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper.conversion.choices import is_choice
from mapper.conversion.classes import is_class
from mapper.conversion.problems import Misfit, shown, unfit
from mapper.conversion.unions import DISCRIMINATOR, is_union
from mapper.exchange.forms import FindForm, Form
from mapper.exchange.scalars import extended_form
from mongo_dsl.conformity import conforms, describe, members


__all__ = ["is_tagged", "is_union", "tag_of", "text_twins", "union_form"]

_Option = tuple[Any, Form]


def union_form(annotation: Any, find: FindForm, in_json: bool) -> Form:
    """Return the form of a union."""
    others = [one for one in members(annotation) if one is not type(None)]
    if len(others) == 1:
        return _optional(find(others[0]))
    twins = text_twins(annotation, find)
    ordered = sorted(members(annotation), key=_rank)
    options = [
        (one, extended_form(one, find, in_json) if one in twins else find(one))
        for one in ordered
    ]
    tagged = {
        tag_of(one): (one, form) for one, form in options if is_tagged(annotation, one)
    }
    plain = [(one, form) for one, form in options if not is_tagged(annotation, one)]
    rule = describe(annotation)
    return Form(
        lambda value: _write(tagged, plain, rule, value),
        lambda value: _read(tagged, plain, rule, value),
    )


def _optional(form: Form) -> Form:
    return Form(
        lambda value: None if value is None else form.write(value),
        lambda plain: None if plain is None else form.read(plain),
        form.kind,
    )


def _rank(annotation: Any) -> int:
    """Ask choices before the types of their values, and `Any` and numbers of both kinds last."""
    return 0 if is_choice(annotation) else _LATE.get(annotation, 1)


_LATE = {str: 2, int: 2, float: 3, Any: 4, object: 4}


def text_twins(annotation: Any, find: FindForm) -> set[Any]:
    """Return the members that would be text like another one."""
    texts = [one for one in members(annotation) if find(one).kind == "string"]
    return {one for one in texts if one is not str} if len(texts) > 1 else set()


def is_tagged(annotation: Any, member: Any) -> bool:
    """Tell whether the class *member* needs its name, for others are documents, too."""
    documents = [one for one in members(annotation) if _may_be_document(one)]
    return is_class(member) and len(documents) > 1


def _may_be_document(annotation: Any) -> bool:
    kind = getattr(annotation, "__origin__", annotation)
    mapping = isinstance(kind, type) and issubclass(kind, Mapping)
    return annotation in (Any, object) or mapping or is_class(annotation)


def tag_of(annotation: Any) -> str:
    """Return the name that tells a class from others."""
    found: str = getattr(annotation, "__origin__", annotation).__name__
    return found


def _write(
    tagged: Mapping[str, _Option], plain: list[_Option], rule: str, value: Any
) -> Any:
    for name, (annotation, form) in tagged.items():
        if conforms(annotation)(value):
            return {DISCRIMINATOR: name, **form.write(value)}
    return _first(
        [(form.write) for one, form in plain if conforms(one)(value)], rule, value
    )


def _read(
    tagged: Mapping[str, _Option], plain: list[_Option], rule: str, value: Any
) -> Any:
    name = value.get(DISCRIMINATOR) if tagged and isinstance(value, Mapping) else None
    if isinstance(name, str) and name in tagged:
        left = {key: item for key, item in value.items() if key != DISCRIMINATOR}
        return tagged[name][1].read(left)
    documents = [one for one, _ in plain if _may_be_document(one)]
    if tagged and isinstance(value, Mapping) and not documents:
        known = ", ".join(tagged)
        got = f"has no {DISCRIMINATOR}" if name is None else _unknown(name)
        raise Misfit(("", f"{got}; known are: {known}"))
    fitting = sorted(plain, key=lambda pair: _misses(pair[0], value))
    return _first([form.read for _, form in fitting], rule, value)


def _misses(annotation: Any, value: Any) -> bool:
    """Put behind the others what isn't of the very type of *value*."""
    return not is_choice(annotation) and type(value) is not annotation


def _unknown(name: Any) -> str:
    return f"has the unknown {DISCRIMINATOR} {shown(name, typed=False)}"


def _first(hooks: list[Any], rule: str, value: Any) -> Any:
    for hook in hooks:
        try:
            return hook(value)
        except Misfit:  # noqa: PERF203 - another member may take it
            continue
    raise unfit(value, rule)
