"""What queries ask for, in the driver's words, and what some commands can't honour."""

from __future__ import annotations

from typing import Any

from mapper.concerns import collection_name
from mongo_dsl import QuerySet
from mongo_dsl.errors import ArgumentError, OperandError, PlacementError
from mongo_dsl.nodes import parts
from mongo_dsl.predicates import Where


def arguments(query: Any) -> dict[str, Any]:
    """Return the arguments of the driver's find.

    Raises:
        OperandError: *query* joins, which no find can.
    """
    refuse_joins(query)
    given: dict[str, Any] = query._arguments()  # noqa: SLF001 - of this house
    if "sort" in given:
        given["sort"] = list(given["sort"].items())
    if query.session is not None:
        given["session"] = query.session
    return given


def collection(query: Any) -> str:
    """Return the name of the collection that *query* asks, and how it wants it asked."""
    name: str = query.model.__collection__
    return collection_name(name, query.concerns, own=True)


def options(given: dict[str, Any]) -> dict[str, Any]:
    """Return what other commands take of a find, in their words."""
    kept = {name: given[name] for name in _SHARED if name in given}
    if "max_time_ms" in given:
        kept["maxTimeMS"] = given["max_time_ms"]
    return kept


_SHARED = ("hint", "collation", "comment", "session")


def refuse_parts(query: Any, name: str, *, sort: bool = False) -> None:
    """Refuse a query that was cut, where the server would overlook that.

    Raises:
        ArgumentError: *query* skips, limits, or sorts where *sort* is not taken.
    """
    refuse_joins(query)
    asked = query.compile()
    refused: dict[str, Any] = {"skip": asked.skip, "limit": asked.limit}
    if not sort:
        refused["sort"] = asked.sort
    for part, value in refused.items():
        if value is not None:
            msg = f"{name} can't honour {part}({value!r}), which MongoDB would overlook"
            raise ArgumentError(f"{msg}; narrow the query by filter(...) instead")


def refuse_joins(query: Any) -> None:
    """Refuse a query that joins, where no pipeline can be sent.

    Raises:
        OperandError: *query* joins.
    """
    if joins(query):
        msg = (
            f"a query of {named(query)} that joins only reads, counts and tells whether"
        )
        raise OperandError(f"{msg} documents exist; find their ids for anything else")


def refuse_near(query: Any, name: str) -> None:
    """Refuse a query that sorts by distance, where that order is lost.

    Raises:
        PlacementError: *query* asks for what is near.
    """
    for where in parts(query.filters._node, Where):  # noqa: SLF001
        for op in where.ops:
            if op.name in ("$near", "$nearSphere"):
                msg = f"{name} got {op.name}, which sorts what a find gives; write within,"
                raise PlacementError(f"{msg} or aggregate by geo_near")


def joins(query: Any) -> bool:
    """Tell whether *query* joins."""
    return "joins" in query.asked


def named(query: QuerySet[Any]) -> str:
    """Return the name of the class that *query* asks."""
    return query.model.__name__  # type: ignore[union-attr]
