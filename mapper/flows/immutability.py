"""Updates by query leave immutable fields and states alone, as assignments do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mapper.errors import ValidationError
from mapper.tracking.encoding import immutable_fields, named_states


def refuse_immutable(model: Any, update: Any) -> None:
    """Refuse a compiled *update* that writes immutable fields or states of *model*.

    ``$setOnInsert`` may set them, for there is no value yet.

    Raises:
        ValidationError: it writes some; the message names each.
    """
    names = {path.partition(".")[0] for path in _written(update)}
    problems = {
        name: f"{model.__name__}.{name} {reason}"
        for fields, reason in (
            (immutable_fields(model), _IMMUTABLE),
            (named_states(model), _STATE),
        )
        for stored, name in fields.items()
        if stored in names or (_ALL in names and stored != "_id")
    }
    if problems:
        text = "; ".join(problems.values())
        raise ValidationError(text, cls=model, problems=problems.items())


_IMMUTABLE = (
    "is immutable and can't be updated by a query; set it on insert, by"
    " set_on_insert(...) where the query may upsert"
)
_STATE = (
    "is a state and can't be updated by a query; call transition(...) of its documents"
)
_ALL = ""  # the path of a whole document


def _written(update: Any) -> Iterator[str]:
    """Yield the paths that *update* writes, be it of operators or a pipeline."""
    if isinstance(update, Mapping):
        for operator, paths in update.items():
            if operator != "$setOnInsert":
                yield from paths
            if operator == "$rename":
                yield from paths.values()
        return
    for stage in update:
        for operator, body in stage.items():
            if operator in _STAGES:
                yield from _STAGES[operator](body)


def _excluded(body: Mapping[str, Any]) -> Iterator[str]:
    """Yield the paths that a projection takes away or computes."""
    return (path for path, kept in body.items() if kept is not True and kept != 1)


def _unset(body: str | list[str]) -> Iterable[str]:
    return [body] if isinstance(body, str) else body


_STAGES: dict[str, Callable[[Any], Iterable[str]]] = {
    "$set": iter,
    "$addFields": iter,
    "$unset": _unset,
    "$project": _excluded,
    "$replaceRoot": lambda _: [_ALL],
    "$replaceWith": lambda _: [_ALL],
}
