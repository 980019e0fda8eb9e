"""References: each is stored as the id of the document it leads to."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable
from typing import Any

import attrs
from cattrs import Converter

from mapper.conversion.parts import Other, described
from mapper.conversion.problems import Misfit, unfit
from mapper.conversion.scalars import Decode, Encode
from mapper.references import (
    Ref,
    Target,
    id_annotation,
    is_document,
    is_family,
    reference,
    target_of,
)


def target_in(annotation: Any) -> Target:
    """Return what the `Ref` *annotation* leads to."""
    return target_of(typing.get_args(annotation))


def reference_encoder(annotation: Any, converter: Converter) -> Encode:
    """Return the hook that stores a reference, a document or an id, as the id."""
    target = target_in(annotation)

    @functools.cache  # the class may be made later than this hook
    def hooks() -> tuple[Any, Callable[[Any], Any]]:
        model = target.model
        return model, converter.get_unstructure_hook(id_annotation(model))

    def encode(value: Any) -> Any:
        model, hook = hooks()
        if value is None:
            raise unfit(value, f"Ref[{model.__name__}]")
        return hook(_identity(value, model))

    return encode


def _identity(value: Any, model: Any) -> Any:
    """Return the id that *value* leads to; of documents, the stored alone have one."""
    document = value
    if isinstance(value, Ref):
        document = value.document if value.loaded else None
    elif not is_document(value):
        return value
    kind = value.model if isinstance(value, Ref) else type(value)
    if not is_family(kind, model):
        raise unfit(value, f"Ref[{model.__name__}]")
    if document is not None and not document.is_stored:
        raise Misfit(("", f"refers to an unsaved {kind.__name__}; save it first"))
    return value.id


def reference_decoder(annotation: Any, converter: Converter) -> Decode:
    """Return the hook that reads a reference."""
    target = target_in(annotation)

    @functools.cache
    def hooks() -> tuple[Target, Decode, Any]:
        model = target.model
        kind = id_annotation(model)
        read = converter.get_structure_hook(kind)
        return attrs.evolve(target, cls=model), read, kind

    def decode(stored: Any, _: Any) -> Ref[Any]:
        known, read, kind = hooks()
        if stored is None:
            raise unfit(stored, f"Ref[{known.__name__}]")
        return reference(known, read(stored, kind))

    return described(decode, lambda own: Other(annotation, own, tuple))
