"""Enums and literals: their stored values, as JSON has them."""

from __future__ import annotations

from enum import Flag
from typing import Any

from mapper.conversion.choices import is_choice
from mapper.conversion.geometry import is_shape
from mapper.conversion.problems import refused, unfit
from mapper.converter import converter
from mapper.exchange.forms import FindForm, Form
from mapper.exchange.scalars import as_python, extended_form
from mongo_dsl import geo
from mongo_dsl.conformity import conforms, describe


__all__ = ["choice_form", "is_choice", "is_shape", "shape_form"]

_PLAIN = (str, int, float, bool, type(None))


def choice_form(annotation: Any, find: FindForm, in_json: bool) -> Form:
    """Return the form of an enum or a literal."""
    write = converter().get_unstructure_hook(annotation)
    read = converter().get_structure_hook(annotation)
    if not _is_plain(annotation, write):
        return extended_form(annotation, find, in_json)
    form = Form(write, lambda plain: read(plain, annotation))
    return form if in_json else as_python(annotation, form)


def _is_plain(annotation: Any, write: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Flag):
        return True
    values: Any = annotation if isinstance(annotation, type) else annotation.__args__
    return all(isinstance(write(value), _PLAIN) for value in values)


def shape_form(annotation: Any, _: FindForm, in_json: bool) -> Form:
    """Return the form of a shape: GeoJSON."""
    allowed, rule = conforms(annotation), describe(annotation)

    def write(value: Any) -> Any:
        if allowed(value):
            return value.to_geojson()
        raise unfit(value, rule)

    def read(plain: Any) -> Any:
        try:
            shape: Any = geo.shape(plain)
        except (ValueError, TypeError, LookupError) as error:
            raise refused(error, plain) from error
        if isinstance(shape, annotation):
            return shape
        raise unfit(plain, rule)

    form = Form(write, read, "object")
    return form if in_json else as_python(annotation, form)
