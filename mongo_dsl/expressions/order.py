"""Named arguments in the order of the call: MongoDB reads them in any."""

from __future__ import annotations

import functools
import operator
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
    order = _order(tuple(map(_KEY, body.items)), tuple(parameters))
    return body if order is None else Body(tuple([body.items[at] for at in order]))


_KEY = operator.itemgetter(0)


@functools.lru_cache(maxsize=1024)
def _order(keys: tuple[str, ...], given: tuple[str, ...]) -> list[int] | None:
    """Return the places of *keys* in the order of those *given*; None if they have it."""
    places = {key.lower(): place for place, key in enumerate(keys)}
    names = [name.replace("_", "") for name in given]
    called = [places[name] for name in names if name in places]
    order = list(range(len(keys)))
    for place, at in zip(sorted(called), called, strict=True):
        order[place] = at
    return order if called != sorted(called) else None
