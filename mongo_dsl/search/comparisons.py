"""Operators that compare fields with values.

https://www.mongodb.com/docs/atlas/atlas-search/operators-and-collectors/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mongo_dsl.expressions.face import MISSING, Missing
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.raw import RawMQL
from mongo_dsl.search import checks
from mongo_dsl.search.encoding import at_most_one_of, operator, some_of
from mongo_dsl.search.face import Score, SearchOperator
from mongo_dsl.search.paths import FieldName, FieldNames, Names, name, spec_of


@in_call_order
def equals(
    path: FieldName,
    value: Any,
    *,
    score: Score | RawMQL | Missing = MISSING,
    does_not_affect: str | Sequence[str] | Missing = MISSING,
) -> SearchOperator:
    """Find documents whose field *path* is *value*, or an array with it.

    *value* is a text, number, date, boolean, `ObjectId`, UUID or None.
    *does_not_affect* names facets that count as if the operator were not there.
    Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.equals(F.in_stock, True).compile()
    {'equals': {'path': 'in_stock', 'value': True}}
    """
    found = checks.checked(name, "equals", "path", path)
    operand = checks.checked(checks.Operand(spec_of(path)), "equals", "value", value)
    return operator(
        "equals",
        path=found,
        value=operand,
        score=score,
        does_not_affect=does_not_affect,
    )


@in_call_order
def exists(
    path: FieldName, *, score: Score | RawMQL | Missing = MISSING
) -> SearchOperator:
    """Find documents that have the field *path*. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.exists(F.quantities.lemons).compile()
    {'exists': {'path': 'quantities.lemons'}}
    """
    found = checks.checked(name, "exists", "path", path)
    return operator("exists", path=found, score=score)


@in_call_order
def in_(
    path: FieldNames,
    value: Any,
    *,
    score: Score | RawMQL | Missing = MISSING,
    does_not_affect: str | Sequence[str] | Missing = MISSING,
) -> SearchOperator:
    """Find documents whose field *path* is one of *value*, a value or a list of them.

    *does_not_affect* names facets that count as if the operator were not there.
    Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.in_(F.name, ["james sanchez", "jennifer lawrence"]).compile()
    {'in': {'path': 'name', 'value': ['james sanchez', 'jennifer lawrence']}}
    """
    operands = checks.checked(checks.Operands(spec_of(path)), "in_", "value", value)
    return operator(
        "in_",
        path=_named("in_", path),
        value=operands,
        score=score,
        does_not_affect=does_not_affect,
    )


@in_call_order
def range_(
    path: FieldNames,
    *,
    gt: Any = MISSING,
    gte: Any = MISSING,
    lt: Any = MISSING,
    lte: Any = MISSING,
    score: Score | RawMQL | Missing = MISSING,
    does_not_affect: str | Sequence[str] | Missing = MISSING,
) -> SearchOperator:
    """Find documents whose field *path* lies within bounds.

    It is greater than *gt* or at least *gte*, less than *lt* or at most *lte*: numbers,
    dates, texts or `ObjectId`. *does_not_affect* names facets that count as if the
    operator were not there. Needs MongoDB 5.0.

    Raises:
        ArgumentError: there is no bound, or there are two on one side.

    >>> from mongo_dsl import F, search
    >>> search.range_(F.runtime, gte=90, lt=120).compile()
    {'range': {'path': 'runtime', 'gte': 90, 'lt': 120}}
    """
    some_of("range_", gt=gt, gte=gte, lt=lt, lte=lte)
    at_most_one_of("range_", gt=gt, gte=gte)
    at_most_one_of("range_", lt=lt, lte=lte)
    check = checks.Operand(spec_of(path))
    bounds = {"gt": gt, "gte": gte, "lt": lt, "lte": lte}
    found = {n: checks.checked(check, "range_", n, v) for n, v in bounds.items()}
    return operator(
        "range_",
        path=_named("range_", path),
        **found,
        score=score,
        does_not_affect=does_not_affect,
    )


@in_call_order
def vector_search(
    path: FieldName,
    query_vector: Sequence[float] | bytes,
    limit: int,
    *,
    exact: bool | Missing = MISSING,
    num_candidates: int | Missing = MISSING,
    filter_: SearchOperator | RawMQL | Missing = MISSING,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find the *limit* documents whose vectors in *path* are nearest to *query_vector*.

    It looks at *num_candidates*, or, with *exact*, at all; *filter_* chooses among which.
    Needs MongoDB 6.0.

    Raises:
        ArgumentError: neither *exact* nor *num_candidates* is given.

    >>> from mongo_dsl import F, search
    >>> search.vector_search(F.plot, [0.5, 1.0], 10, num_candidates=150).compile()
    {'vectorSearch': {'path': 'plot', 'queryVector': [0.5, 1.0], 'limit': 10, 'numCandidates': 150}}
    """
    some_of("vector_search", exact=exact, num_candidates=num_candidates)
    found = checks.checked(name, "vector_search", "path", path)
    vector = checks.checked(
        checks.vector, "vector_search", "query_vector", query_vector
    )
    chosen = checks.checked(checks.operator, "vector_search", "filter_", filter_)
    return operator(
        "vector_search",
        path=found,
        query_vector=vector,
        limit=limit,
        exact=exact,
        num_candidates=num_candidates,
        filter_=chosen,
        score=score,
    )


def _named(function: str, path: Any) -> Any:
    return checks.checked(Names(), function, "path", path)
