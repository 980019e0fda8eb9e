"""Stored fields that a document's class doesn't describe: see ``Meta.unknown``."""

from __future__ import annotations

from typing import Any

from mapper.conversion.classes import unknown_in
from mapper.tracking.state import state_of


def kept(document: Any) -> dict[str, Any]:
    """Return what is stored of *document* beside its fields, if its class preserves it.

    What is changed in it isn't saved, so callers copy what they hand out.
    """
    state = state_of(document)
    if state is None or document.__options__.unknown != "preserve":
        return {}
    stored = state.document
    return {name: stored[name] for name in unknown_in(type(document), stored)}
