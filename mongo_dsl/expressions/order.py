"""Named arguments in the order of the call: MongoDB reads them in any."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, ParamSpec, TypeVar

from mongo_dsl.expressions.face import MISSING, AsIs
from mongo_dsl.nodes import Body, Node, Op
from mongo_dsl.readable import Readable


P = ParamSpec("P")
R = TypeVar("R", bound=Readable[Any])


def in_call_order(function: Callable[P, R]) -> Callable[P, R]:
    """Write the named arguments of an operator in the order of the call.

    MongoDB reads them in any order; who writes ``format_=`` first sees it first.
    """
    code: Any = function.__code__
    parameters = code.co_varnames[: code.co_argcount]
    left_out = dict.fromkeys(_needed(function)[1:], MISSING)

    @functools.wraps(function)
    def ordered(*args: P.args, **kwargs: P.kwargs) -> R:
        if not kwargs and _is_whole(args):
            return function(*args, **left_out)  # type: ignore[arg-type]
        made = function(*args, **kwargs)
        return _reordered(made, (*parameters[: len(args)], *kwargs)) if kwargs else made

    return ordered


def _is_whole(args: tuple[Any, ...]) -> bool:
    return len(args) == 1 and isinstance(args[0], AsIs)


def _needed(function: Any) -> list[str]:
    """List the arguments of *function* that have no default."""
    code, defaults = function.__code__, function.__kwdefaults__ or {}
    count = code.co_argcount
    named = code.co_varnames[count : count + code.co_kwonlyargcount]
    by_place = code.co_varnames[: count - len(function.__defaults__ or ())]
    return [*by_place, *(name for name in named if name not in defaults)]


def _reordered(made: R, parameters: Iterable[Any]) -> R:
    found: Any = made._node  # noqa: SLF001
    body = found.body if isinstance(found, Op) else found
    ordered = reordered(body, parameters)
    if ordered is body:
        return made
    return made._rebuilt(ordered if body is found else Op(found.name, ordered))  # noqa: SLF001


def reordered(body: Node, parameters: Iterable[str]) -> Node:
    """Refill the places of the arguments that were given; what was added stays."""
    if not isinstance(body, Body):
        return body
    keys = {key.lower(): (key, value) for key, value in body.items}
    given = [name.replace("_", "") for name in parameters]
    calls = [keys[name] for name in given if name in keys]
    places = [place for place, item in enumerate(body.items) if item in calls]
    items = list(body.items)
    for place, item in zip(places, calls, strict=True):
        items[place] = item
    return body if items == list(body.items) else Body(tuple(items))
