"""Which of the declared indexes are on the server, and which stand in their way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mapper.indexes.canonical import canonical, identity
from mapper.indexes.declared import Wanted
from mapper.indexes.plans import IndexPlan, IndexStep


Form = Mapping[str, Any]

_IN_PLACE = {"hidden", "expireAfterSeconds"}
_WITHOUT_COLLATION = {"text", "2d"}


def planned(
    collection: str, declared: Iterable[Wanted], existing: Iterable[Mapping[str, Any]]
) -> IndexPlan:
    """Compare the *declared* indexes with the *existing* ones, as the server lists them."""
    rows = list(existing)
    default = next((row.get("collation") for row in rows if _is_own(row)), None)
    there = {row["name"]: canonical(row) for row in rows if not _is_own(row)}
    placed: dict[str, list[IndexStep]] = {"create": [], "conflict": [], "unchanged": []}
    for wanted in declared:
        where, step = _placed(wanted, _collated(wanted.specification, default), there)
        placed[where].append(step)
    used = {name for steps in placed.values() for s in steps for name in s.existing}
    drop = tuple(_undeclared(name) for name in there if name not in used)
    found = {where: tuple(steps) for where, steps in placed.items()}
    return IndexPlan(collection, drop=drop, **found)


def _is_own(row: Mapping[str, Any]) -> bool:
    """Tell whether the server keeps the index by itself: the one over ``_id``."""
    return list(row["key"].items()) == [("_id", 1)] or bool(row.get("clustered"))


def _collated(asked: dict[str, Any], default: Any) -> dict[str, Any]:
    """Write down the collation that the collection lends its indexes.

    Indexes that can have none must say so in such a collection.
    """
    if default is None or "collation" in asked:
        return asked
    if _WITHOUT_COLLATION.isdisjoint(map(str, asked["key"].values())):
        return {**asked, "collation": dict(default)}
    return {**asked, "collation": {"locale": "simple"}}


def _undeclared(name: str) -> IndexStep:
    reason = f"is there and not declared; apply(drop=[{name!r}]) drops it"
    return IndexStep(name, reason, existing=(name,))


def _placed(
    wanted: Wanted, asked: dict[str, Any], there: Mapping[str, Form]
) -> tuple[str, IndexStep]:
    """Tell where the index belongs that is *wanted*."""
    form = canonical(asked)
    same = next(
        (n for n, one in there.items() if identity(one) == identity(form)), None
    )
    taken = wanted.name if wanted.name in there and wanted.name != same else None
    if same is None and taken is None:
        return "create", IndexStep(wanted.name, "is declared and not there", asked)
    differing = [] if same is None else _differing(there[same], form)
    renamed = same is not None and wanted.is_named and same != wanted.name
    if same is not None and not differing and not renamed:
        return "unchanged", _found(wanted, asked, same)
    change = {} if renamed or taken else _change(same, differing)
    reasons = [f"is {same!r} there"] if renamed else []
    reasons += _told(differing)
    if taken is not None:
        reasons += _told(_differing(there[taken], form))
    existing = tuple(name for name in (same, taken) if name is not None)
    return "conflict", _conflict(wanted.name, asked, reasons, existing, change)


def _found(wanted: Wanted, asked: dict[str, Any], name: str) -> IndexStep:
    reason = "is as declared"
    if name != wanted.name:
        reason = f"is as declared, and named {name!r}"
    return IndexStep(wanted.name, reason, asked, (name,))


def _differing(there: Form, here: Form) -> list[tuple[str, Any, Any]]:
    names = dict.fromkeys((*there, *here))
    pairs = ((name, there.get(name), here.get(name)) for name in names)
    return [(name, one, other) for name, one, other in pairs if one != other]


def _told(differing: list[tuple[str, Any, Any]]) -> list[str]:
    return [
        f"{name} is {one!r} there, {other!r} here" for name, one, other in differing
    ]


def _change(same: str | None, differing: list[tuple[str, Any, Any]]) -> dict[str, Any]:
    """Return what ``collMod`` can do about the differences; nothing if not all of it."""
    values = {name: here for name, _, here in differing}
    able = all(name in _IN_PLACE and None not in pair for name, *pair in differing)
    return {"name": same, **values} if able else {}


def _conflict(
    name: str,
    asked: dict[str, Any],
    reasons: list[str],
    existing: tuple[str, ...],
    change: dict[str, Any],
) -> IndexStep:
    old = "it" if len(existing) == 1 else "them"
    how = "changes it in place" if change else f"drops {old} and creates it anew"
    reason = f"{', '.join(reasons)}; apply(rebuild={list(existing)}) {how}"
    return IndexStep(name, reason, asked, existing, change)
