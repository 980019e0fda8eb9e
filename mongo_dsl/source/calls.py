"""Operators as calls of their functions.

Which function that is, the operator's name says; how it takes its arguments, trying does.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any

from mongo_dsl.expressions.face import as_is
from mongo_dsl.source.layout import Call
from mongo_dsl.source.written import Named, Written, call


Argument = tuple[list[Written], list[Named], Written]
"""What an operator takes, as a list, by name and as a whole; the first two may be empty."""


def snake_case(name: str) -> str:
    """Return the Python name of an operator: ``$dateAdd`` is ``date_add``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.lstrip("$")).lower()


def function_of(
    namespace: ModuleType, name: str
) -> tuple[str, Callable[..., Any]] | None:
    """Return the function of the operator *name* in *namespace*, if it has one."""
    for candidate in (snake_case(name), f"{snake_case(name)}_"):
        if candidate in namespace.__all__:
            return candidate, getattr(namespace, candidate)
    return None


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


def parameters(function: Callable[..., Any]) -> dict[Any, inspect.Parameter]:
    """Return the parameters of *function*, but for those that take any number."""
    found = inspect.signature(function).parameters
    any_number = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {name: p for name, p in found.items() if p.kind not in any_number}


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
