"""What operators take: how many arguments, and which names they have."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from mongo_dsl import accumulators, fn, stages, windows
from mongo_dsl.errors import DslError
from mongo_dsl.expressions.face import Expr
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Body, Path, Seq
from mongo_dsl.parsing.places import Place
from mongo_dsl.signatures import (
    camel_case,
    function_of,
    parameters,
    required,
    takes_any_number,
)
from mongo_dsl.values import Face
from mongo_dsl.versions import operators


_NAMESPACES: dict[str, ModuleType] = {
    "expression": fn,
    "accumulator": accumulators,
    "window": windows,
}
_WORDS = {
    "expression": "expression operator",
    "accumulator": "accumulator",
    "window": "function of windows",
}

_ARTICLES = {"expression": "an", "accumulator": "an", "window": "a"}


def operator(name: str, category: str, mql: Any, at: Place) -> None:
    """Check that the operator *name* of *category* exists and may take *mql*.

    Raises:
        TranslationError: there is none, or it takes other arguments.
    """
    known = _known(category)
    if name not in known:
        raise at.wrong(f"{name} is no {_WORDS[category]}{_hint(name, category)}")
    if name not in _OF_ANY_FORM:
        _check(name, category, known[name], mql, at)


def _hint(name: str, category: str) -> str:
    other = next((c for c in _NAMESPACES if name in _known(c)), None)
    if other is None:
        return suggestion(name, _known(category))
    return f"; it is {_ARTICLES[other]} {_WORDS[other]}"


@functools.cache
def _known(category: str) -> dict[str, Callable[..., Any]]:
    """Return the operators of *category*, and their functions."""
    listed = operators("expression" if category == "expression" else "accumulator")
    found = {name: function_of(_NAMESPACES[category], name) for name in listed}
    known = {name: pair[1] for name, pair in found.items() if pair is not None}
    known.pop("$case", None)  # a part of $switch
    return known


_OF_ANY_FORM = frozenset({"$literal", "$meta"})
# Operators with named arguments that take the only one needed without its name.
_SHORT = frozenset(
    {
        *("$dayOfMonth", "$dayOfWeek", "$dayOfYear", "$hour", "$isoDayOfWeek"),
        *("$isoWeek", "$isoWeekYear", "$millisecond", "$minute", "$month", "$second"),
        *("$week", "$year", "$getField"),
    }
)
# Arguments that servers take beside those of the specification.
_EXTRA = {
    "$convert": ("format", "byteOrder"),
    "$geoNear": ("limit", "num", "uniqueDocs"),
    "$merge": ("true",),  # what YAML makes of "on", in MongoDB's specification too
}
_LEAST = {"$ifNull": 2, "$setEquals": 2}
_ARRAYS = {"$cond": 3}
"""Operators with named arguments that take all of them as an array, too."""


def _check(
    name: str, category: str, function: Callable[..., Any], mql: Any, at: Place
) -> None:
    form = "positional" if takes_any_number(function) else _form(function)
    if form == "named":
        _check_named(name, function, mql, at)
    elif form == "positional":
        least = _LEAST.get(name, len(required(function)))
        most = None if takes_any_number(function) else len(parameters(function))
        count = len(mql) if isinstance(mql, (list, tuple)) else 1
        _check_count(name, count, least, most, at)
    elif category == "expression" and isinstance(mql, (list, tuple)):
        _check_count(name, len(mql), 1, 1, at)


def _check_named(name: str, function: Callable[..., Any], mql: Any, at: Place) -> None:
    if isinstance(mql, Mapping) and not is_operator(mql):
        names(name, function, mql, at)
    elif isinstance(mql, (list, tuple)) and name in _ARRAYS:
        _check_count(name, len(mql), _ARRAYS[name], _ARRAYS[name], at)
    elif isinstance(mql, (list, tuple)) and name in _SHORT:
        _check_count(name, len(mql), 1, 1, at)
    elif name not in _SHORT:
        listed = ", ".join(_own(name, function))
        raise at.wrong(f"{mql!r} names no arguments; {name} takes {listed}")


def is_operator(mql: Mapping[Any, Any]) -> bool:
    """Tell whether the document *mql* has a key that is an operator's name."""
    return any(isinstance(key, str) and key[:1] == "$" for key in mql)


def _check_count(
    name: str, count: int, least: int, most: int | None, at: Place
) -> None:
    if least <= count and (most is None or count <= most):
        return
    if most is None:
        takes = f"at least {least}"
    else:
        takes = f"{least}" if least == most else f"{least} to {most}"
    noun = "argument" if count == 1 else "arguments"
    raise at.wrong(f"{name} got {count} {noun}; it takes {takes}")


def stage(name: str, mql: Mapping[str, Any], at: Place) -> None:
    """Check the names of the arguments of the stage *name*.

    Raises:
        TranslationError: it has no such argument, or needs another.
    """
    found = function_of(stages, name)
    if found is not None and name in _NAMED_STAGES:
        names(name, found[1], mql, at)


_NAMED_STAGES = frozenset(
    {
        *("$bucket", "$bucketAuto", "$densify", "$fill", "$geoNear", "$graphLookup"),
        *("$lookup", "$merge", "$rankFusion", "$replaceRoot", "$sample", "$score"),
        *("$scoreFusion", "$setWindowFields", "$unionWith", "$unwind"),
    }
)
_OURS_ALONE = {"$lookup": ("on", "local")}
_NEEDED = {
    "$fill": ("output",),
    "$setWindowFields": ("output",),
}


def names(
    name: str, function: Callable[..., Any], mql: Mapping[str, Any], at: Place
) -> None:
    """Check the names of the arguments that *function* takes for the operator *name*.

    Raises:
        TranslationError: it has no such argument, or needs another.
    """
    known = _named(name, function)
    for key in at.document(mql, f"the argument of {name}"):
        if key not in known:
            hint = suggestion(key, known)
            problem = f"{name} has no argument {key!r}{hint}"
            listed = ", ".join(_own(name, function))
            raise at.wrong(f"{problem}; it takes {listed}")
    for key in (*map(camel_case, required(function)), *_NEEDED.get(name, ())):
        if key not in mql:
            raise at.wrong(f"{name} lacks the argument {key!r}")


def _named(name: str, function: Callable[..., Any]) -> list[str]:
    return [*_own(name, function), *_EXTRA.get(name, ())]


def _own(name: str, function: Callable[..., Any]) -> list[str]:
    if name == "$expMovingAvg":
        return ["input", "N", "alpha"]
    ours = _OURS_ALONE.get(name, ())
    return [camel_case(each) for each in parameters(function) if each not in ours]


@functools.cache
def _form(function: Callable[..., Any]) -> str:
    """Tell how the operator of *function* takes arguments: that a call shows."""
    field: Any = Expr(Path("x"))
    given: dict[str, Any] = {}
    places: list[Any] = []
    for name in required(function):
        if parameters(function)[name].kind is inspect.Parameter.KEYWORD_ONLY:
            given[name] = field
        else:
            places.append(field)
    try:
        made: Face = function(*places, **given)
    except (DslError, TypeError):
        return "named"
    body = made._node.body  # noqa: SLF001
    if isinstance(body, Seq):
        return "positional"
    return "named" if isinstance(body, Body) and body.items else "single"
