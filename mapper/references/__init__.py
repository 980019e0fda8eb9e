"""References to documents: `Ref`, what it leads to, and the annotations it stands in."""

from mapper.references.annotations import holds_refs, is_ref
from mapper.references.ref import Ref, reference, referred, unsaved
from mapper.references.targets import (
    Target,
    id_annotation,
    is_document,
    is_family,
    target_of,
)


__all__ = [
    "Ref",
    "Target",
    "holds_refs",
    "id_annotation",
    "is_document",
    "is_family",
    "is_ref",
    "reference",
    "referred",
    "target_of",
    "unsaved",
]
