"""Queries that ask for related documents: what they compile to.

The own conditions come first, so that the server joins what is left of them, and the sort
comes before the joins, so that it may use an index and a limit ends the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from mapper.relations.including import path_of, refuse_parts
from mapper.relations.paths import Relation, by_query, relation
from mongo_dsl.find import FindCommand
from mongo_dsl.values import node


if TYPE_CHECKING:
    from mongo_dsl.source.written import Written


@attrs.frozen
class Join:
    """The relation at *path*, and the *query* of the documents that it must lead to."""

    path: str
    query: Any


@attrs.frozen
class Joins:
    """All that a query joins."""

    items: tuple[Join, ...] = ()

    def __written__(self, on: Written) -> Written:
        """Write the calls of `join` that ask for it behind *on*."""
        from mongo_dsl.source.literals import data
        from mongo_dsl.source.queries import query_set
        from mongo_dsl.source.written import method

        for one in self.items:
            named = [("query", query_set(one.query))]
            on = method(on, "join", [data(node(one.path))], named)
        return on


def with_join(
    asker: Any, before: Joins | None, one: Any, query: Any, filters: Any, keywords: Any
) -> Joins:
    """Return *before* with what the arguments of `join` ask for besides.

    Raises:
        UnknownFieldError: the path of the relation names no field.
        OperandError: it is no relation, or *query* can't be honoured.
    """
    known, rest = relation(asker.model, path_of(asker.model, one))
    by_query(known)
    refuse_parts("join", query)
    related = type(asker)(known.model) if query is None else query
    if rest:
        related = related.join(rest, *filters, **keywords)
    else:
        related = related.filter(*filters, **keywords)
    done = () if before is None else before.items
    return Joins((*done, Join(known.name, related)))


def stages(query: Any, found: FindCommand) -> list[dict[str, Any]]:
    """Return the stages of *query*, whose own conditions are compiled to *found*."""
    given = found.as_dict()
    made: list[dict[str, Any]] = (
        [{"$match": given["filter"]}] if given["filter"] else []
    )
    made += _stages(given, ("sort",))
    joins = query.asked["joins"].items
    for number, join in enumerate(joins):
        made += _joined(query.model, join, f"_joined{number}")
    made.append({"$unset": [f"_joined{number}" for number in range(len(joins))]})
    return made + _stages(given, ("skip", "limit", "projection"))


def _stages(given: dict[str, Any], names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{_NAMES.get(n, f"${n}"): given[n]} for n in names if n in given]


_NAMES = {"projection": "$project"}


def _joined(model: Any, join: Join, name: str) -> list[dict[str, Any]]:
    """Keep the documents that *join* finds something for; one is enough."""
    known, _ = relation(model, join.path)
    found: Any = join.query.compile()
    inner = (
        found
        if isinstance(found, list)
        else _stages({"match": found.filter}, ("match",))
    )
    local, foreign = _ends(known)
    lookup = {
        "from": known.model.__collection__,
        "localField": local,
        "foreignField": foreign,
        "pipeline": [*inner, {"$limit": 1}, {"$project": {"_id": 1}}],
        "as": name,
    }
    return [{"$lookup": lookup}, {"$match": {name: {"$ne": []}}}]


def _ends(known: Relation) -> tuple[str, str]:
    """Return the names of the local and of the foreign field."""
    forward = by_query(known)
    return (forward.stored, "_id") if forward is known else ("_id", forward.stored)
