"""References in annotations."""

from __future__ import annotations

import functools
import typing
from typing import Any

from mapper.references.ref import Ref
from mongo_dsl.conformity import bare


def is_ref(annotation: Any) -> bool:
    """Tell whether *annotation* is a `Ref`."""
    return typing.get_origin(annotation) is Ref or annotation is Ref


@functools.lru_cache(maxsize=4096)
def holds_refs(annotation: Any) -> bool:
    """Tell whether *annotation* names a `Ref`, itself or in its arguments."""
    found = bare(annotation)
    return is_ref(found) or any(map(holds_refs, typing.get_args(found)))
