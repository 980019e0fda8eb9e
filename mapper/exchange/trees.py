"""Classes with subclasses: the key that tells them apart in the database does so here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper.conversion.classes import origin
from mapper.conversion.problems import Misfit, unfit
from mapper.conversion.trees import is_tree, named, variant_of
from mapper.exchange.forms import FindForm, Form
from mapper.exchange.instances import class_form
from mongo_dsl.variants import discriminator_of


__all__ = ["is_tree", "tree_form"]


def tree_form(annotation: Any, find: FindForm, in_json: bool) -> Form:
    """Return the form of a class, in whose place its subclasses may stand.

    What doesn't say of which class it is, is of the one that is annotated.
    """
    kind = origin(annotation)
    key = str(discriminator_of(kind))

    def write(value: Any) -> dict[str, Any]:
        for name, one in named(kind).items():
            if type(value) is one:
                return {key: name, **class_form(one, find, in_json).write(value)}
        raise unfit(value, kind.__name__)

    def read(plain: Any) -> Any:
        if not isinstance(plain, Mapping):
            raise unfit(plain, kind.__name__)
        found = _class(kind, key, plain)
        left = {name: item for name, item in plain.items() if name != key}
        return class_form(found, find, in_json).read(left)

    return Form(write, read, "object")


def _class(kind: Any, key: str, plain: Mapping[str, Any]) -> Any:
    if key in plain:
        return variant_of(kind, plain)
    known = named(kind)
    if kind in known.values():
        return kind
    raise Misfit((key, f"is missing; known are: {', '.join(known)}"))
