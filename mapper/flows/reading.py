"""Finding, counting and aggregating."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapper.caching import cached
from mapper.commands import Command, Flow
from mapper.converter import decode
from mapper.discriminators import class_filter
from mapper.errors import DocumentNotFoundError, MultipleDocumentsError
from mapper.flows import including, joining
from mapper.flows.asking import (
    arguments,
    collection,
    joins,
    named,
    options,
    refuse_joins,
    refuse_near,
    refuse_parts,
)
from mapper.flows.finding import rows
from mapper.flows.leading import led
from mapper.flows.loading import loaded
from mapper.hydration import row_reader
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.placement import check_filters
from mongo_dsl.schema import FieldSpec
from mongo_dsl.schema import find as find_field


def to_list(query: Any) -> Flow[list[Any]]:
    """Return all documents of *query*."""
    found = yield from rows(query)
    if "include" not in query.asked:  # one generator less for what most queries are
        return (yield from loaded(query, found))
    return (yield from made(query, found))


def made(query: Any, found: Iterable[dict[str, Any]]) -> Flow[list[Any]]:
    """Make what the caller of *query* gets of the documents *found*, as they are stored."""
    documents = yield from loaded(query, found)
    return (yield from including.included(query, documents))


def first(query: Any) -> Flow[Any]:
    """Return the first document of *query*, or None."""
    found = yield from to_list(query.limit(1))
    return found[0] if found else None


def last(query: Any) -> Flow[Any]:
    """Return the last document of *query*, or None."""
    for part in ("skip", "limit"):
        if part in query.asked:
            msg = f"last got a query with {part}(...), which counts from the other end"
            raise ArgumentError(f"{msg}; leave it out")
    return (yield from first(query.reverse()))


def one(query: Any) -> Flow[Any]:
    """Return the only document of *query*."""
    found = yield from one_or_none(query)
    if found is None:
        msg = f"no {named(query)} matches {query.filters.to_shell()}"
        raise DocumentNotFoundError(
            f"{msg}; first() and one_or_none() return None then"
        )
    return found


def one_or_none(query: Any) -> Flow[Any]:
    """Return the only document of *query*, or None; more than one is an error."""
    found = yield from to_list(query[:2])
    if len(found) > 1:
        msg = f"more than one {named(query)} matches {query.filters.to_shell()}"
        raise MultipleDocumentsError(f"{msg}; first() returns the first of them")
    return found[0] if found else None


def count(query: Any) -> Flow[int]:
    """Count the documents of *query*.

    Raises:
        PlacementError: *query* asks for what is near; the server counts by a pipeline.
    """
    if joins(query):
        return (yield from _count_joined(query))
    given = arguments(query)
    refuse_near(query, "count")
    cut: dict[str, Any] = {
        name: given[name] for name in ("skip", "limit") if name in given
    }
    cut.update(options(given))
    asked, cause = (given["filter"],), query.asked.get("cause", "")
    command = Command(collection(query), "count_documents", asked, cut, cause=cause)
    number: int = yield cached(query, command)
    return number


def _count_joined(query: Any) -> Flow[int]:
    command = joining.aggregation(query, {"$count": "n"}, rows=True)
    found = yield cached(query, command)
    return found[0]["n"] if found else 0


def estimated_count(query: Any) -> Flow[int]:
    """Return the number of documents in the collection, by its metadata."""
    refuse_joins(query)
    if query.compile().as_dict() != {"filter": {}}:
        msg = (
            f"estimated_count counts all of {collection(query)}; count() takes filters"
        )
        raise ArgumentError(msg)
    command = Command(collection(query), "estimated_document_count")
    number: int = yield cached(query, command)
    return number


def exists(query: Any) -> Flow[bool]:
    """Tell whether *query* has a document; an index may tell without reading one."""
    if joins(query):
        command = joining.aggregation(query, {"$limit": 1}, rows=True)
    else:
        given = {**arguments(query), "projection": {"_id": 1}, "limit": 1}
        command = Command(collection(query), "find", (), given, rows=True)
    return bool((yield cached(query, command)))


def distinct(query: Any, field: Any) -> Flow[list[Any]]:
    """Return the values that *field* has in *query*, each once."""
    refuse_parts(query, "distinct")
    name = field if isinstance(field, str) else field._node.name  # noqa: SLF001
    spec = getattr(field, "_spec", None) or find_field(query.model, name)
    given = arguments(query)
    asked = (spec.stored, given["filter"])
    command = Command(collection(query), "distinct", asked, options(given))
    values = yield cached(query, command)
    return [decode(value, _of_items(spec)) for value in values]


def _of_items(spec: FieldSpec) -> Any:
    """Return what the values of a field are: the server looks into arrays."""
    return spec.element() if spec.is_array() else spec.annotation


def aggregate(query: Any, pipeline: Any, into: Any = None) -> Flow[list[Any]]:
    """Run *pipeline* on the documents of *query*."""
    command = aggregation(query, pipeline, rows=True)
    found = yield cached(query, command)
    return row_reader(pipeline, into).all(found)


def aggregation(
    query: Any, pipeline: Any, batch_size: int | None = None, *, rows: bool = False
) -> Command:
    """Return the command that opens a cursor over what *pipeline* makes of *query*.

    It says whether all *rows* are wanted.
    """
    _refuse_strangers(query, pipeline)
    given = arguments(query)
    whole = led(given, pipeline)
    check_filters(whole._node.items)  # noqa: SLF001
    stages = whole.compile()
    sent = options(given)
    if batch_size is not None:
        sent["batchSize"] = batch_size
    return Command(collection(query), "aggregate", (stages,), sent, rows)


def _refuse_strangers(query: Any, pipeline: Any) -> None:
    """Refuse a pipeline that was started from a class of another collection."""
    model: Any = getattr(pipeline, "model", None)
    if getattr(model, "__collection__", collection(query)) != collection(query):
        msg = f"{named(query)} can't run a pipeline that was started from"
        raise OperandError(f"{msg} {model.__name__}; run it on {model.__name__}")
    if class_filter(model) is not None and not issubclass(query.model, model):
        msg = f"{named(query)} has documents that aren't of {model.__name__}, whose"
        raise OperandError(f"{msg} pipeline it got; run it on {model.__name__}")


def refuse_cut(query: Any, name: str, reason: str) -> None:
    """Refuse a query that skips or limits, where *name* decides how many come.

    Raises:
        ArgumentError: *query* skips or limits.
    """
    for part in ("skip", "limit"):
        if part in query.asked:
            msg = f"{name} got a query with {part}(...), and {reason}; leave it out"
            raise ArgumentError(msg)
