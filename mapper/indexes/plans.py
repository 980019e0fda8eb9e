"""What a class declares of its indexes beside what the server has of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from mapper.errors import IndexConflictError, UnknownIndexError
from mongo_dsl.names import suggestion


@attrs.frozen
class IndexStep:
    """What is to be said of one index: its *name*, and the *reason* for where it stands.

    *specification* is the declared index in the words of the server, empty where none is; *existing* are the names of those on the server that it concerns. *search* tells indexes of Atlas Search from others.
    """

    name: str
    reason: str
    specification: dict[str, Any] = attrs.field(factory=dict)
    existing: tuple[str, ...] = ()
    in_place: dict[str, Any] = attrs.field(factory=dict)
    search: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"

    def resolved_by(self, rebuild: Iterable[str]) -> bool:
        """Tell whether *rebuild* names all that stands in the way of the index."""
        return not self.search and set(self.existing) <= set(rebuild)


@attrs.frozen
class IndexPlan:
    """How the declared indexes of a class and those of its collection differ.

    *create* has what is declared and not there, *drop* what is there and not declared, *conflict* what is there otherwise than declared, *unchanged* the rest.
    """

    collection: str
    create: tuple[IndexStep, ...] = ()
    drop: tuple[IndexStep, ...] = ()
    conflict: tuple[IndexStep, ...] = ()
    unchanged: tuple[IndexStep, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the server has what is declared, and nothing else."""
        return not (self.create or self.drop or self.conflict)

    def __str__(self) -> str:
        parts = attrs.asdict(self, recurse=False, filter=lambda a, _: a.default == ())
        rows = [f"  {verb} {step}" for verb, steps in parts.items() for step in steps]
        counts = ", ".join(f"{len(steps)} {verb}" for verb, steps in parts.items())
        return "\n".join([f"{self.collection}: {counts}", *rows])

    def refuse_unknown(self, drop: Iterable[str], rebuild: Iterable[str]) -> None:
        """Refuse names of indexes that aren't there to be dropped or rebuilt.

        Raises:
            UnknownIndexError: a name is not in the plan where it would have to be.
        """
        old = [step.name for step in self.drop if not step.search]
        changed = [
            n for step in self.conflict for n in step.existing if not step.search
        ]
        _refuse_others(self.collection, "dropped", drop, old)
        _refuse_others(self.collection, "rebuilt", rebuild, changed)

    def refuse_conflicts(self, rebuild: Iterable[str]) -> None:
        """Refuse to go on while there are conflicts that *rebuild* doesn't name.

        Raises:
            IndexConflictError: there are; it has this plan.
        """
        left = [step for step in self.conflict if not step.resolved_by(rebuild)]
        if left:
            told = "; ".join(map(str, left))
            names = sorted({name for step in left for name in step.existing})
            raise IndexConflictError(self, told, names)


def _refuse_others(
    collection: str, verb: str, asked: Iterable[str], known: list[str]
) -> None:
    for name in asked:
        if name not in known:
            msg = f"{collection} has no index {name!r} to be {verb}{suggestion(name, known)}"
            listed = ", ".join(known) or "none"
            raise UnknownIndexError(f"{msg}; these can be: {listed}")


def with_searches(
    plan: IndexPlan, declared: list[dict[str, Any]], there: list[dict[str, Any]]
) -> IndexPlan:
    """Add to *plan* how the *declared* indexes of Atlas Search and those *there* differ."""
    known = {row["name"]: row for row in there}
    placed: dict[str, list[IndexStep]] = {"create": [], "conflict": [], "unchanged": []}
    for asked in declared:
        where, reason = _search_reason(asked, known.pop(asked["name"], None))
        placed[where].append(IndexStep(asked["name"], reason, asked, search=True))
    undeclared = "is an index of Atlas Search and not declared; drop it in Atlas"
    left = [IndexStep(name, undeclared, search=True) for name in known]
    placed["drop"] = left
    more = {where: (*getattr(plan, where), *steps) for where, steps in placed.items()}
    return IndexPlan(plan.collection, **more)


def _search_reason(
    asked: dict[str, Any], row: dict[str, Any] | None
) -> tuple[str, str]:
    if row is None:
        return "create", "is declared and not there"
    if row.get("type", "search") != asked["type"]:
        return "conflict", f"is of the type {row['type']!r} there; drop it in Atlas"
    if not _holds(row.get("latestDefinition", {}), asked["definition"]):
        return "conflict", "has another definition there; update it in Atlas"
    return "unchanged", "is as declared"


def _holds(there: Any, asked: Any) -> bool:
    """Tell whether all that is *asked* is *there*; Atlas adds defaults of its own."""
    if isinstance(asked, dict):
        return isinstance(there, dict) and all(
            name in there and _holds(there[name], value)
            for name, value in asked.items()
        )
    if isinstance(asked, list):
        return (
            isinstance(there, list)
            and len(there) == len(asked)
            and all(map(_holds, there, asked))
        )
    return bool(there == asked)
