"""Values that are stored in a form of their own: converted, as JSON text, encrypted.

None, where the annotation allows it, is stored as null in every form.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from cattrs import Converter

from mapper.conversion.data import as_stored, untyped
from mapper.conversion.parts import Other, described
from mapper.conversion.problems import refused
from mapper.conversion.scalars import Decode, Encode
from mongo_dsl.conformity import conforms, unmarked
from mongo_dsl.storage import Converted, Storage, storage_of


class Form(Storage):
    """A form that is made of what an annotation's own hook stores."""

    def encoder(self, annotation: Any, converter: Converter) -> Encode:
        """Return the hook that stores values of *annotation* in this form."""
        raise NotImplementedError

    def decoder(self, annotation: Any, converter: Converter) -> Decode:
        """Return the hook that reads values of *annotation* in this form."""
        raise NotImplementedError


def has_form(annotation: Any) -> bool:
    """Tell whether values of *annotation* have a form of their own."""
    return storage_of(annotation) is not None


def form_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores values in the form that *annotation* names."""
    form: Any = storage_of(annotation)
    inner = unmarked(annotation)
    if isinstance(form, Converted):
        hook = _storing(form, inner, converter)
    else:
        hook = form.encoder(inner, converter)
    if not conforms(inner)(None):
        return hook
    return lambda value: None if value is None else hook(value)


def form_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads values in the form that *annotation* names."""
    form: Any = storage_of(annotation)
    inner = unmarked(annotation)
    if isinstance(form, Converted):
        hook = _reading(form, inner, converter)
    else:
        hook = form.decoder(inner, converter)
    if conforms(inner)(None):
        return _as_form(
            form, lambda stored, _: stored if stored is None else hook(stored, _)
        )
    return _as_form(form, partial(hook))  # which may be another's, and carry nothing


def _as_form(form: Any, hook: Decode) -> Decode:
    """Let *hook* say that moments needn't be aware: *form* makes them so, or has none."""
    is_known = isinstance(form, Converted) or not _WITH_MOMENTS.intersection(
        form.stored
    )
    return described(hook, lambda own: Other(Any, own, tuple if is_known else None))


_WITH_MOMENTS = frozenset({dt.datetime, dict, list})


def _storing(form: Converted, annotation: Any, converter: Converter) -> Encode:
    if form.encode is None:
        return converter.get_unstructure_hook(annotation)
    return partial(_encoded, form.encode)


def _encoded(encode: Encode, value: Any) -> Any:
    """Check what *encode* makes: it must be data, shared with nothing."""
    try:
        return untyped(encode(value))
    except Exception as error:
        raise refused(error, value) from error


def _reading(form: Converted, annotation: Any, converter: Converter) -> Decode:
    if form.decode is None:
        hook = converter.get_structure_hook(annotation)
        return lambda stored, _: hook(stored, annotation)
    return partial(_decoded, form.decode)


def _decoded(decode: Encode, stored: Any, _: Any) -> Any:
    try:
        return decode(as_stored(stored))
    except Exception as error:
        raise refused(error, stored) from error
