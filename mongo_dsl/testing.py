"""For tests of queries: that one compiles to what is expected, to the type and the order.

Needs neither a database nor a test runner. What a filter finds is asked with
`Filter.matches`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from mongo_dsl.errors import OperandError
from mongo_dsl.render import to_shell


__all__ = ["assert_compiles"]


def assert_compiles(query: Any, expected: Any, *, ordered: bool = True) -> None:
    """Assert that *query* compiles to *expected*, of the same BSON types.

    *query* is anything with `compile`: a filter, an update, an expression, a stage, a
    pipeline; of a query set *expected* are the arguments of find, as
    `FindCommand.as_dict` gives them. 1, 1.0 and true are three values. The order of keys
    counts, as it does to MongoDB in sort orders, in documents that are compared and in
    what is computed; unless *ordered* is False.

    Raises:
        AssertionError: it compiles to something else; the message shows the difference as
            mongosh would write both.
        OperandError: *query* doesn't compile, or *expected* holds a value without a BSON
            form.
        ParameterError: a parameter of *query* is unbound.

    >>> from mongo_dsl import F
    >>> assert_compiles(F.age > 18, {"age": {"$gt": 18}})
    >>> assert_compiles(F.age > 18, {"age": {"$gt": 18.0}})
    Traceback (most recent call last):
        ...
    AssertionError: the query compiles to something else:
    --- expected
    +++ compiled
    @@ -1 +1 @@
    -{ age: { $gt: Double(18) } }
    +{ age: { $gt: 18 } }
    """
    __tracebackhide__ = True  # pytest shows the line of the test instead
    compiled = _compiled(query)
    if not ordered:
        compiled, expected = _in_order(compiled), _in_order(expected)
    # What mongosh reads as the same BSON is written the same.
    if to_shell(compiled) != to_shell(expected):
        msg = (
            f"the query compiles to something else:\n{_difference(expected, compiled)}"
        )
        raise AssertionError(msg)


def _compiled(query: Any) -> Any:
    if isinstance(query, type) or not hasattr(query, "compile"):
        msg = (
            f"assert_compiles got {query!r}; it takes what has compile(), a filter say"
        )
        raise OperandError(msg)
    compiled = query.compile()
    return compiled.as_dict() if hasattr(compiled, "as_dict") else compiled


def _in_order(value: Any) -> Any:
    """Sort the keys of all documents in *value*."""
    if isinstance(value, Mapping):
        return {name: _in_order(value[name]) for name in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_in_order(item) for item in value]
    return value


def _difference(expected: Any, compiled: Any) -> str:
    ours, theirs = (
        to_shell(value, indent=2).splitlines() for value in (compiled, expected)
    )
    lines = difflib.unified_diff(theirs, ours, "expected", "compiled", lineterm="")
    return "\n".join(lines)
