"""What the behaviours of a class add to updates by queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mapper.behaviour import behaviours_of
from mapper.discriminators import stored_class
from mongo_dsl.errors import ArgumentError


MQL = dict[str, Any]


def with_additions(update: Any, cls: Any, *, upsert: bool = False) -> Any:
    """Return the compiled *update* with what the behaviours of *cls* change besides.

    Where both change a field, the caller's word holds.
    """
    found = [one.changing(cls, upsert=upsert) for one in behaviours_of(cls)]
    additions = [one.compile() for one in found if one is not None]
    if upsert and (named := stored_class(cls)):
        additions.append({"$setOnInsert": named})
    if not additions:
        return update
    if isinstance(update, list):
        _refuse_loss(update, cls, additions)
        return [*_stages(additions), *update]
    taken = [path for paths in update.values() for path in paths]
    for operator, path, value in _changes(additions):
        if not any(_overlap(path, other) for other in taken):
            update = {**update, operator: {**update.get(operator, {}), path: value}}
    return update


def _refuse_loss(update: list[MQL], cls: Any, additions: list[MQL]) -> None:
    """Refuse stages that make new documents, without what the *additions* change.

    Raises:
        ArgumentError: there is one.
    """
    for stage in update:
        name, body = next(iter(stage.items()))
        kept = isinstance(body, Mapping) and any(v in (0, False) for v in body.values())
        if name in _MAKERS and not (name == "$project" and kept):
            listed = ", ".join(
                dict.fromkeys(path for _, path, _ in _changes(additions))
            )
            msg = f"an update of {cls.__name__} by {name} would lose {listed}, which every"
            raise ArgumentError(f"{msg} update changes; change single fields instead")


_MAKERS = ("$project", "$replaceRoot", "$replaceWith")


def _changes(additions: list[MQL]) -> Iterator[tuple[str, str, Any]]:
    for addition in additions:
        for operator, paths in addition.items():
            for path, value in paths.items():
                yield operator, path, value


def _overlap(path: str, other: str) -> bool:
    return f"{path}.".startswith(f"{other}.") or f"{other}.".startswith(f"{path}.")


def _stages(additions: list[MQL]) -> list[MQL]:
    """Write changes as the first stage of a pipeline update, which has no operators."""
    fields = {
        path: _EXPRESSIONS[operator](f"${path}", value)
        for operator, path, value in _changes(additions)
    }
    return [{"$set": fields}]


_EXPRESSIONS: Mapping[str, Any] = {
    "$set": lambda _, value: {"$literal": value},
    "$inc": lambda path, value: {"$add": [{"$ifNull": [path, 0]}, value]},
    "$setOnInsert": lambda path, value: {"$ifNull": [path, {"$literal": value}]},
}
