"""Shapes, stored as GeoJSON: whatever has a ``to_geojson`` method."""

from __future__ import annotations

from typing import Any

from cattrs import Converter

from mapper.conversion.problems import refused, unfit
from mapper.conversion.scalars import Decode, Encode
from mongo_dsl import geo
from mongo_dsl.errors import DslError


def is_shape(annotation: Any) -> bool:
    """Tell whether values of *annotation* are shapes."""
    return isinstance(annotation, type) and hasattr(annotation, "to_geojson")


def shape_encoder(kind: Any, _: Converter) -> Encode:
    """Return the hook that stores a shape."""

    def encode(value: Any) -> Any:
        if isinstance(value, kind):
            return value.to_geojson()
        raise unfit(value, kind.__name__)

    return encode


def shape_decoder(kind: Any, _: Converter) -> Decode:
    """Return the hook that reads a shape, and only the kind that is asked for."""

    def decode(stored: Any, _: Any) -> Any:
        try:
            shape: Any = geo.shape(stored)
        except (DslError, ValueError, TypeError, LookupError) as error:
            raise refused(error, stored) from error
        if isinstance(shape, kind):
            return shape
        raise unfit(stored, kind.__name__)

    return decode
