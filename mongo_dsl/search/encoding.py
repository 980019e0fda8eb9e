"""From the arguments of a function to an operator's or an option's document."""

from __future__ import annotations

from typing import Any

from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.nodes import Body, Node, Op, Param
from mongo_dsl.search import checks
from mongo_dsl.search.face import Fuzzy, Score, SearchOperator
from mongo_dsl.signatures import camel_case


# Arguments that mean the same wherever they stand.
_CHECKS: dict[str, checks.Check] = {
    "allow_analyzed_field": checks.flag,
    "default": checks.text,
    "does_not_affect": checks.texts,
    "exact": checks.flag,
    "filter_": checks.operators,
    "fuzzy": checks.Made(Fuzzy, "search.fuzzy(...)"),
    "limit": checks.Whole(1),
    "match_criteria": checks.OneOf(("any", "all")),
    "max_edits": checks.Whole(1, 2),
    "max_expansions": checks.Whole(1),
    "minimum_should_match": checks.Whole(0),
    "must": checks.operators,
    "must_not": checks.operators,
    "num_buckets": checks.Whole(1, 1000),
    "num_candidates": checks.Whole(1, 10_000),
    "operator": checks.operator,
    "pivot": checks.POSITIVE,
    "prefix_length": checks.Whole(0),
    "query": checks.texts,
    "relation": checks.OneOf(("contains", "disjoint", "intersects", "within")),
    "score": checks.Made(Score, "search.score_boost(...) or one of its siblings"),
    "should": checks.operators,
    "slop": checks.Whole(0),
    "synonyms": checks.text,
    "token_order": checks.OneOf(("any", "sequential")),
    "undefined": checks.Number(),
}


def operator(function: str, /, **arguments: Any) -> SearchOperator:
    """Build the operator of *function*, leaving out what is `MISSING`.

    What is no node yet is checked by its argument's name.
    """
    return SearchOperator(Op(camel_case(function), body(function, arguments)))


def body(function: str, arguments: dict[str, Any]) -> Body:
    """Build the document of the *arguments* of *function*."""
    given = [(name, value) for name, value in arguments.items() if value is not MISSING]
    return Body(
        tuple(
            [
                (camel_case(name), _argument(function, name, value))
                for name, value in given
            ]
        )
    )


def _argument(function: str, name: str, value: Any) -> Node:
    check = _CHECKS.get(name)
    if check is None or (isinstance(value, Node) and not isinstance(value, Param)):
        made: Node = value
        return made
    found: Node = checks.checked(check, function, name, value)
    return found


def one_of(function: str, **arguments: Any) -> None:
    """Check that exactly one of *arguments* is given.

    Raises:
        ArgumentError: none is given, or several are.
    """
    given = [name for name, value in arguments.items() if value is not MISSING]
    if len(given) != 1:
        msg = f"{function} got {_listed(given)}; it takes one of {', '.join(arguments)}"
        raise ArgumentError(msg)


def at_most_one_of(function: str, **arguments: Any) -> None:
    """Check that not all of *arguments* are given.

    Raises:
        ArgumentError: they are.
    """
    if all(value is not MISSING for value in arguments.values()):
        msg = f"{function} got {_listed(list(arguments))}; it takes one of them"
        raise ArgumentError(msg)


def some_of(function: str, **arguments: Any) -> None:
    """Check that at least one of *arguments* is given.

    Raises:
        ArgumentError: none is.
    """
    if all(value is MISSING for value in arguments.values()):
        listed = ", ".join(arguments)
        msg = f"{function} got none of {listed}; it takes at least one of them"
        raise ArgumentError(msg)


def _listed(names: list[str]) -> str:
    return " and ".join(names) or "nothing"
