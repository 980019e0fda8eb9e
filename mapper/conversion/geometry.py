"""Shapes, stored as GeoJSON: those of `geo`, and the classes of shapely.

Whatever has a ``__geo_interface__`` may stand for a shape. Shapes on the plane serve in
queries only, for nothing that is stored has their form.
"""

from __future__ import annotations

import operator
import typing
from collections.abc import Callable
from functools import partial
from typing import Any

from cattrs import Converter

from mapper.conversion.parts import Other, described
from mapper.conversion.problems import NoFormError, refused, unfit
from mapper.conversion.scalars import Decode, Encode
from mongo_dsl import geo
from mongo_dsl.conformity import members
from mongo_dsl.errors import DslError


_ANY_OF_SHAPELY = ("BaseGeometry", "BaseMultipartGeometry")
_REFUSALS = (DslError, ValueError, TypeError, LookupError)


def is_shape(annotation: Any) -> bool:
    """Tell whether values of *annotation* are shapes."""
    # Python 3.10 takes ``list[int]`` for a type.
    is_class = isinstance(annotation, type) and typing.get_origin(annotation) is None
    return is_class and (
        issubclass(annotation, geo.Shape)
        or hasattr(annotation, "to_geojson")
        or _is_of_shapely(annotation)
    )


def _is_of_shapely(kind: type) -> bool:
    is_theirs = kind.__module__.partition(".")[0] == "shapely"
    return is_theirs and hasattr(kind, "__geo_interface__")


def require_storable(annotation: Any) -> None:
    """Refuse the shapes that no document can hold.

    Raises:
        NoFormError: *annotation*, or an alternative or a part of it, is one.
    """
    for member in members(annotation):
        if is_shape(member) and not hasattr(member, "__geo_interface__"):
            msg = f"geo.{member.__name__} is a shape of queries; geo.Point, geo.Polygon"
            raise NoFormError(f"{msg} and the like are stored, as GeoJSON")
        for part in typing.get_args(member):
            require_storable(part)


def shape_encoder(kind: Any, _: Converter) -> Encode:
    """Return the hook that stores a shape."""
    require_storable(kind)

    def encode(value: Any) -> Any:
        if isinstance(value, kind) and isinstance(value, geo.Geometry):
            return value.to_geojson()
        shape = _read(value)
        if shape is None or not _is_a(kind, shape):
            raise unfit(value, kind.__name__)
        return shape.to_geojson()

    return encode


def shape_decoder(kind: Any, _: Converter) -> Decode:
    """Return the hook that reads a shape, and only the kind that is asked for."""
    require_storable(kind)
    make = _shapely if _is_of_shapely(kind) else geo.shape

    def decode(stored: Any, _: Any) -> Any:
        try:
            shape: Any = make(stored)
        except _REFUSALS as error:
            raise refused(error, stored) from error
        if isinstance(shape, kind):
            return shape
        raise unfit(stored, kind.__name__)

    return described(decode, lambda own: Other(kind, own, tuple))


def adopter(annotation: Any) -> Callable[[Any], Any] | None:
    """Return what turns others' shapes into those of *annotation*; None if it has none.

    Raises:
        NoFormError: *annotation* has shapes that can't be stored.
    """
    require_storable(annotation)
    kinds = tuple(member for member in members(annotation) if is_shape(member))
    if kinds:
        return partial(_adopted, kinds)
    for member in members(annotation):
        origin, arguments = typing.get_origin(member), typing.get_args(member)
        adopt = adopter(arguments[-1]) if origin in (list, dict) else None
        if adopt is not None:
            return partial(_adopted_items, adopt)
    return None


def _adopted(kinds: tuple[Any, ...], value: Any) -> Any:
    """Return the shape that *value* stands for, or *value* if it is none of *kinds*."""
    shape = None if isinstance(value, kinds) else _read(value)
    for kind in kinds:
        if shape is not None and _is_a(kind, shape):
            return _shapely(shape) if _is_of_shapely(kind) else shape
    return value


def _adopted_items(adopt: Callable[[Any], Any], value: Any) -> Any:
    """Return a copy of *value* with the shapes in it; itself if it has them already."""
    if type(value) is list:
        items = [adopt(item) for item in value]
        return value if all(map(operator.is_, items, value)) else items
    if type(value) is dict:
        found = {name: adopt(item) for name, item in value.items()}
        return value if all(found[name] is value[name] for name in value) else found
    return value


def _read(value: Any) -> Any:
    """Read the shape that *value* stands for; None if it stands for none."""
    if isinstance(value, geo.Geometry):
        return value
    if not hasattr(value, "__geo_interface__"):
        return None
    try:
        return geo.shape(value)
    except _REFUSALS as error:
        raise refused(error, value) from error


def _is_a(kind: Any, shape: geo.Geometry) -> bool:
    if _is_of_shapely(kind):
        return kind.__name__ in (type(shape).__name__, *_ANY_OF_SHAPELY)
    return isinstance(shape, kind)


def _shapely(shape: Any) -> Any:
    """Make shapely's shape of ours, or of GeoJSON: it is there, for a class named it."""
    from shapely import geometry

    return geometry.shape(shape)
