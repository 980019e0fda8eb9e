"""Operators that are made of operators.

https://www.mongodb.com/docs/atlas/atlas-search/operators-and-collectors/
"""

from __future__ import annotations

from collections.abc import Sequence

from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.face import MISSING, Missing
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.raw import RawMQL
from mongo_dsl.search import checks
from mongo_dsl.search.encoding import operator as built
from mongo_dsl.search.encoding import some_of
from mongo_dsl.search.face import Score, SearchOperator
from mongo_dsl.search.paths import FieldName, name


Clause = SearchOperator | RawMQL | Sequence[SearchOperator | RawMQL]
"""An operator, or a list of them."""


@in_call_order
def compound(
    *,
    must: Clause | Missing = MISSING,
    must_not: Clause | Missing = MISSING,
    should: Clause | Missing = MISSING,
    filter_: Clause | Missing = MISSING,
    minimum_should_match: int | Missing = MISSING,
    score: Score | RawMQL | Missing = MISSING,
    does_not_affect: str | Sequence[str] | Missing = MISSING,
) -> SearchOperator:
    """Find what all of *must* and *filter_* and none of *must_not* find.

    *filter_* doesn't count for the score. Of *should*, *minimum_should_match* find it,
    by default none; more of them make it count more. *does_not_affect* names facets that
    count as if the operator were not there. Needs MongoDB 5.0.

    Raises:
        ArgumentError: there is no clause, or *minimum_should_match* asks for more than
            there are in *should*.

    >>> from mongo_dsl import F, search
    >>> fruit = search.text(F.type, "apple")
    >>> search.compound(must=[fruit], filter_=search.equals(F.sold, False)).compile()
    {'compound': {'must': [{'text': {'path': 'type', 'query': 'apple'}}], 'filter': {'equals': {'path': 'sold', 'value': False}}}}
    """
    some_of("compound", must=must, must_not=must_not, should=should, filter_=filter_)
    _refuse_too_many(should, minimum_should_match)
    return built(
        "compound",
        must=must,
        must_not=must_not,
        should=should,
        filter_=filter_,
        minimum_should_match=minimum_should_match,
        score=score,
        does_not_affect=does_not_affect,
    )


def _refuse_too_many(should: object, minimum: object) -> None:
    """Refuse to ask for more clauses than there are."""
    if isinstance(should, (list, tuple)):
        count = len(should)
    else:
        count = int(isinstance(should, SearchOperator))
    if isinstance(minimum, int) and minimum > count and not isinstance(should, RawMQL):
        msg = (
            f"compound got minimum_should_match={minimum!r}; should has {count} of them"
        )
        raise ArgumentError(f"{msg}, ask for at most as many")


@in_call_order
def embedded_document(
    path: FieldName,
    operator: SearchOperator | RawMQL,
    *,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find documents with an item of the array *path* that *operator* finds.

    The paths of *operator* begin at the root. *path* is indexed as
    ``embeddedDocuments``; `score_embedded` says how the scores of items become one.
    Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> many = search.range_(F.items.quantity, gt=2)
    >>> search.embedded_document(F.items, many).compile()
    {'embeddedDocument': {'path': 'items', 'operator': {'range': {'path': 'items.quantity', 'gt': 2}}}}
    """
    found = checks.checked(name, "embedded_document", "path", path)
    return built("embedded_document", path=found, operator=operator, score=score)


@in_call_order
def has_ancestor(
    ancestor_path: FieldName, operator: SearchOperator | RawMQL
) -> SearchOperator:
    """Find items whose ancestor in *ancestor_path* is found by *operator*.

    For stages with ``returnScope``, which return items of arrays. Needs MongoDB 8.2.

    >>> from mongo_dsl import F, search
    >>> dear = search.range_(F.rounds.raised, gte=10**9)
    >>> search.has_ancestor(F.rounds, dear).compile()
    {'hasAncestor': {'ancestorPath': 'rounds', 'operator': {'range': {'path': 'rounds.raised', 'gte': 1000000000}}}}
    """
    path = checks.checked(name, "has_ancestor", "ancestor_path", ancestor_path)
    return built("has_ancestor", ancestor_path=path, operator=operator)


def has_root(operator: SearchOperator | RawMQL) -> SearchOperator:
    """Find items whose whole document is found by *operator*.

    For stages with ``returnScope``, which return items of arrays. Needs MongoDB 8.2.

    >>> from mongo_dsl import F, search
    >>> search.has_root(search.range_(F.founded, gte=2005)).compile()
    {'hasRoot': {'operator': {'range': {'path': 'founded', 'gte': 2005}}}}
    """
    return built("has_root", operator=operator)
