"""Operators as calls of their functions.

Which function that is, the operator's name says; how it takes its arguments, trying does.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mongo_dsl.expressions.face import as_is
from mongo_dsl.signatures import parameters
from mongo_dsl.source.layout import Call
from mongo_dsl.source.written import Named, Written, call


Argument = tuple[list[Written], list[Named], Written]
"""What an operator takes, as a list, by name and as a whole; the first two may be empty."""


def attempts(
    head: str, function: Callable[..., Any], argument: Argument
) -> Iterator[Callable[[], Written]]:
    """Yield the ways in which *function* may take *argument*, the likeliest first."""
    items, named, whole = argument
    if named or not items:
        yield lambda: by_name(head, function, named)
    if items:
        yield lambda: call(head, function, items)
    yield lambda: call(head, function, [whole])
    yield lambda: call(head, function, [kept(whole)])


def kept(whole: Written) -> Written:
    """Write ``fn.as_is(…)`` around an argument."""
    return Written(Call("fn.as_is", (whole.code,)), as_is(whole.value))


def by_name(head: str, function: Callable[..., Any], named: Sequence[Named]) -> Written:
    """Write a call with named arguments, the first one by place where it is the first."""
    known = parameters(function)
    given = [(_parameter(name, known), value) for name, value in named]
    first = next(iter(known), None)
    if given and given[0][0] == first and known[first].kind not in _KEYWORD_ONLY:
        return call(head, function, [given[0][1]], given[1:])
    return call(head, function, (), given)


_KEYWORD_ONLY = (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD)


def _parameter(key: str, known: dict[Any, inspect.Parameter]) -> str:
    """Return what Python calls the argument *key*.

    Raises:
        TypeError: the function has none of this name.
    """
    wanted = key.lower()
    for name in known:
        if name.replace("_", "").lower() == wanted:
            return str(name)
    raise TypeError(key)
