"""The collector that counts results by their values.

https://www.mongodb.com/docs/atlas/atlas-search/facet/
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.face import MISSING, Missing
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.nodes import Body, Node, Seq, Value
from mongo_dsl.raw import RawMQL
from mongo_dsl.search import checks, paths
from mongo_dsl.search.encoding import body
from mongo_dsl.search.encoding import operator as built
from mongo_dsl.search.face import Facet, SearchOperator
from mongo_dsl.search.paths import FieldName
from mongo_dsl.values import key


@in_call_order
def facet(
    facets: Mapping[str, Facet | RawMQL],
    operator: SearchOperator | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Count the documents that *operator* finds, or all, by each of *facets*.

    *facets* maps names to `string_facet`, `number_facet` and `date_facet`. A facet
    stands alone in its stage, best in ``$searchMeta``. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.facet({"genres": search.string_facet(F.genres)}).compile()
    {'facet': {'facets': {'genres': {'type': 'string', 'path': 'genres'}}}}
    """
    found = checks.checked(_facets, "facet", "facets", facets)
    return built("facet", facets=found, operator=operator)


@in_call_order
def string_facet(
    path: FieldName,
    *,
    num_buckets: int | Missing = MISSING,
    type_: Literal["string"] = "string",
) -> Facet:
    """Count by the texts in *path*, the *num_buckets* most frequent ones, 10 by default.

    *type_* is always written; naming it in a call says where.

    >>> from mongo_dsl import F, search
    >>> search.string_facet(F.genres, num_buckets=5).compile()
    {'type': 'string', 'path': 'genres', 'numBuckets': 5}
    """
    given = {"path": path, "num_buckets": num_buckets}
    return _facet("string_facet", type_, "string", given)


@in_call_order
def number_facet(
    path: FieldName,
    boundaries: Sequence[float],
    default: str | Missing = MISSING,
    *,
    type_: Literal["number"] = "number",
) -> Facet:
    """Count by the ranges of numbers between *boundaries*, each with its lower end.

    *default* names a bucket for all other documents. *type_* is always written; naming
    it in a call says where.

    >>> from mongo_dsl import F, search
    >>> search.number_facet(F.year, [1990, 2000, 2010]).compile()
    {'type': 'number', 'path': 'year', 'boundaries': [1990, 2000, 2010]}
    """
    bounds = checks.checked(_numbers, "number_facet", "boundaries", boundaries)
    given = {"path": path, "boundaries": bounds, "default": default}
    return _facet("number_facet", type_, "number", given)


@in_call_order
def date_facet(
    path: FieldName,
    boundaries: Sequence[dt.date],
    default: str | Missing = MISSING,
    *,
    type_: Literal["date"] = "date",
) -> Facet:
    """Count by the spans of time between the dates *boundaries*, as `number_facet` does.

    >>> import datetime as dt
    >>> from mongo_dsl import F, search
    >>> years = [dt.date(2000, 1, 1), dt.date(2001, 1, 1)]
    >>> print(search.date_facet(F.released, years, "other").to_json())
    {"type": "date", "path": "released", "boundaries": [{"$date": "2000-01-01T00:00:00Z"}, {"$date": "2001-01-01T00:00:00Z"}], "default": "other"}
    """
    bounds = checks.checked(_dates, "date_facet", "boundaries", boundaries)
    given = {"path": path, "boundaries": bounds, "default": default}
    return _facet("date_facet", type_, "date", given)


def _facet(subject: str, type_: str, expected: str, given: dict[str, Any]) -> Facet:
    kind = checks.checked(checks.OneOf((expected,)), subject, "type_", type_)
    path = checks.checked(paths.name, subject, "path", given["path"])
    return Facet(body(subject, {"type_": kind, **given, "path": path}))


def _facets(subject: str, argument: str, value: Any) -> Node:
    if not isinstance(value, Mapping):
        checks.refuse(subject, argument, value, "a mapping of names to facets")
    if not value:
        checks.refuse(subject, argument, value, "at least one facet", ArgumentError)
    made = checks.Made(Facet, "string_facet(...), number_facet(...) or date_facet(...)")
    items = [
        (key(name), checks.checked(made, subject, f"{argument}[{name!r}]", item))
        for name, item in value.items()
    ]
    return Body(tuple(items))


def _numbers(subject: str, argument: str, value: Any) -> Node:
    return _ascending(subject, argument, value, checks.Number())


def _dates(subject: str, argument: str, value: Any) -> Node:
    return _ascending(subject, argument, value, checks.date)


def _ascending(subject: str, argument: str, value: Any, check: checks.Check) -> Node:
    if not isinstance(value, (list, tuple)) or len(value) < 2:  # noqa: PLR2004 - two ends
        checks.refuse(subject, argument, value, "a list of two values or more")
    items = [checks.checked(check, subject, argument, item) for item in value]
    known = [item.value for item in items if isinstance(item, Value)]
    if any(one >= other for one, other in itertools.pairwise(known)):
        checks.refuse(subject, argument, value, "ascending values", ArgumentError)
    return Seq(tuple(items))
