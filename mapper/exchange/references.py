"""References, which are their ids in dictionaries and in JSON."""

from __future__ import annotations

from typing import Any

from mapper.conversion.problems import unfit
from mapper.conversion.references import target_in
from mapper.exchange.forms import FindForm, Form, late
from mapper.references import Ref, id_annotation, reference
from mongo_dsl.conformity import conforms, describe


def reference_form(annotation: Any, find: FindForm, _: bool) -> Form:
    """Return the form of a reference; what it leads to may be made later."""
    target = target_in(annotation)
    allowed, rule = conforms(annotation), describe(annotation)

    def form() -> Form:
        return late(find, id_annotation(target.model))

    def write(value: Any) -> Any:
        if not isinstance(value, Ref) or not allowed(value):
            raise unfit(value, rule)
        return form().write(value.id)

    def read(plain: Any) -> Any:
        return reference(target, form().read(plain))

    return Form(write, read)
