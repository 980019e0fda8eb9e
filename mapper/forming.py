"""What new documents are stored as: they are checked and encoded in one go."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mapper.conversion.parts import Record, part_of
from mapper.converter import converter, encode_document
from mapper.generation import storing
from mapper.validation import adopters, validate, validated_fields


Form = Callable[[Any], "dict[str, Any]"]


def form_of(cls: Any) -> Form:
    """Return what checks documents of just *cls*, and makes what is stored of them.

    It raises a ValidationError where values break their rules; the message names each.
    """
    if not cls.__options__.validate:
        return encode_document
    part = part_of(cls, converter().get_unstructure_hook(cls))
    if not isinstance(part, Record) or cls.__turns__ or adopters(cls):
        return _checked  # values may become others before they are stored
    form: Form | None = part.generated.get("form")
    if form is None:
        store = storing(part, cls.__checks__, validated_fields(cls))
        form = part.generated["form"] = partial(_at_once, store)
    return form


def _checked(document: Any) -> dict[str, Any]:
    validate(document)
    return encode_document(document)


def _at_once(
    store: Callable[[Any], dict[str, Any] | None], document: Any
) -> dict[str, Any]:
    """Encode *document* if its values are exactly what they should be, else check it first."""
    try:
        found = store(document)
    except Exception:  # noqa: BLE001 - checking and encoding it says what is wrong
        return _checked(document)
    return _checked(document) if found is None else found
