"""Choices between values.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#conditional-expression-operators
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.arguments import at_least
from mongo_dsl.expressions.face import (
    MISSING,
    Expr,
    document,
    named,
    positional,
)
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.nodes import Body, Map, Raw
from mongo_dsl.params import settled
from mongo_dsl.values import Face, node


__all__ = ["case", "cond", "if_null", "switch"]


def case(case: Any, then: Any) -> Expr:
    """Give *then* where *case* is true: a branch of `switch`."""
    return Expr(document({"case": case, "then": then}))


@in_call_order
def cond(if_: Any, then: Any, else_: Any) -> Expr:
    """Give *then* where *if_* is true, *else_* otherwise.

    A filter may stand for *if_*; it then compares arrays as a whole, and a missing field
    is less than every number.

    >>> from mongo_dsl import F, fn
    >>> fn.cond(F.age >= 18, "adult", "child").compile()["$cond"]["if"]
    {'$gte': ['$age', 18]}
    """
    return named("$cond", if_=if_, then=then, else_=else_)


def if_null(*expression: Any) -> Expr:
    """Give the first value that is neither null nor missing, or else the last one.

    Raises:
        ArgumentError: there are fewer than two expressions.
    """
    return positional("$ifNull", *at_least("if_null", 2, expression))


@in_call_order
def switch(branches: Iterable[Any], default: Any = MISSING) -> Expr:
    """Give the value of the first of *branches* that is true, or *default*.

    A branch is a pair or a `case`. Without a *default*, a document that no branch fits is
    an error on the server.

    Raises:
        ArgumentError: there are no branches.
        OperandError: a branch is no pair.

    >>> from mongo_dsl import F, fn
    >>> fn.switch([(F.age < 18, "young")], default="grown").compile()["$switch"]["default"]
    'grown'
    """
    found = [_branch(branch) for branch in settled("switch", branches)]
    if not found:
        msg = "switch got no branches; it takes at least one"
        raise ArgumentError(msg)
    return named("$switch", branches=found, default=default)


def _branch(branch: Any) -> Any:
    if isinstance(branch, Face) and isinstance(node(branch), (Body, Map, Raw)):
        return branch
    if isinstance(branch, (tuple, list)) and len(branch) == 2:  # noqa: PLR2004 - a pair
        return case(*branch)
    msg = f"switch got the branch {branch!r}; it takes pairs (case, then)"
    raise OperandError(msg)
