"""Values that messages must not quote: what is encrypted, and classes that hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from mapper.conversion.problems import Misfit, quiet
from mapper.exchange.forms import Form
from mongo_dsl.conformity import describe, kind_of
from mongo_dsl.storage import storage_of


def hushed(annotation: Any, form: Form) -> Form:
    """Let *form*, of values that are secret in part, tell the types of values alone."""
    write = partial(_attempted, annotation, form.write)
    return Form(write, partial(_attempted, annotation, form.read), form.kind)


def _attempted(annotation: Any, attempt: Callable[[Any], Any], value: Any) -> Any:
    try:
        return attempt(value)
    except Misfit as misfit:
        problems = list(_told(annotation, misfit, value))
    raise Misfit(*problems)  # not in its context, which quotes the value


def _told(annotation: Any, misfit: Misfit, value: Any) -> Iterator[tuple[str, str]]:
    if storage_of(annotation) is not None:
        yield "", f"must be {describe(annotation)}, got {kind_of(value)}"
        return
    for path, text in misfit.problems:  # those below have been hushed before
        yield path, text if path else quiet(text)
