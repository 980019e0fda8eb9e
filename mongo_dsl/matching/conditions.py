"""Compiled filters are read into tests of a document."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bson import Regex

from mongo_dsl.errors import CompileError
from mongo_dsl.matching import arrays, comparisons, numbers, patterns, presence
from mongo_dsl.matching.documents import stored_form
from mongo_dsl.matching.verdicts import All, Condition, Not, refuse


Test = Callable[[Any], bool]


def matches(mql: Mapping[str, Any], document: Any) -> bool:
    """Tell whether the server would find *document* by the filter *mql*.

    The whole filter is read first: what memory can't answer is refused, needed or not.

    Raises:
        CompileError: only a server can evaluate a part of *mql*.
        OperandError: *document* is neither a mapping nor an object of an attrs class.
    """
    test = read_filter(mql)
    return test(stored_form(document))


def read_filter(mql: Mapping[str, Any]) -> Test:
    """Read a filter: every condition of *mql* must hold."""
    tests = [_entry(name, operand) for name, operand in mql.items()]
    return lambda document: all(test(document) for test in tests)


def _entry(name: str, operand: Any) -> Test:
    if name in _JUNCTIONS:
        return _JUNCTIONS[name](_branches(name, operand))
    if name == "$comment":
        return lambda _: True
    if name[:1] == "$":
        raise refuse(name)
    return _on_path(name, operand)


def _branches(name: str, operand: Any) -> list[Test]:
    if not isinstance(operand, list) or not operand:
        raise refuse(name, operand, "it takes a list of filters, at least one")
    for term in operand:
        if not isinstance(term, dict):
            raise refuse(name, operand, "it takes a list of filters, at least one")
    return [read_filter(term) for term in operand]


def _all(tests: list[Test]) -> Test:
    return lambda document: all(test(document) for test in tests)


def _some(tests: list[Test]) -> Test:
    return lambda document: any(test(document) for test in tests)


def _none(tests: list[Test]) -> Test:
    return lambda document: not any(test(document) for test in tests)


_JUNCTIONS: dict[str, Callable[[list[Test]], Test]] = {
    "$and": _all,
    "$or": _some,
    "$nor": _none,
}


def _on_path(name: str, operand: Any) -> Test:
    path = tuple(name.split("."))
    if "" in path:
        msg = f"the path {name!r} can't be followed in memory, for its empty part"
        raise CompileError(f"{msg}; ask the server")
    condition = read_condition(operand)
    return lambda document: condition.of_path(document, path)


def read_condition(operand: Any) -> Condition:
    """Read what stands beside a path: operators, a pattern or a plain value."""
    if isinstance(operand, (re.Pattern, Regex)):
        return patterns.of_value(operand)
    if has_operators(operand):
        return read_operators(operand)
    return comparisons.equals(operand)


def has_operators(operand: Any) -> bool:
    """Tell whether the server reads the document *operand* as operators."""
    first = next(iter(operand), "") if isinstance(operand, dict) else ""
    return first[:1] == "$" and first not in ("$ref", "$id", "$db")


def read_operators(operators: dict[str, Any]) -> Condition:
    """Read the operators that stand beside one path."""
    if "$options" in operators and "$regex" not in operators:
        raise refuse("$options", operators["$options"], "it stands beside $regex")
    return All(
        [
            _operator(name, operand, operators)
            for name, operand in operators.items()
            if name != "$options"
        ]
    )


def _operator(name: str, operand: Any, beside: dict[str, Any]) -> Condition:
    if name == "$regex":
        return patterns.regex(operand, beside.get("$options"))
    if name not in _OPERATORS:
        raise refuse(name)
    return _OPERATORS[name](operand)


def _not(operand: Any) -> Condition:
    if isinstance(operand, (re.Pattern, Regex)):
        return Not(patterns.of_value(operand))
    if not has_operators(operand):
        raise refuse("$not", operand, "it takes operators or a regular expression")
    return Not(read_operators(operand))


def _elem_match(operand: Any) -> Condition:
    if not isinstance(operand, dict):
        raise refuse("$elemMatch", operand, "it takes a filter")
    if has_operators(operand) and next(iter(operand)) not in _JUNCTIONS:
        return arrays.some_item(read_operators(operand).of_value)
    return arrays.some_document(read_filter(operand))


def _all_of(operand: Any) -> Condition:
    if not isinstance(operand, list):
        raise refuse("$all", operand, "it takes a list")
    if any(isinstance(item, dict) and "$elemMatch" in item for item in operand):
        return All([_required(item) for item in operand])
    for item in operand:
        if has_operators(item):
            raise refuse("$all", operand, "its items can't be operators")
    return arrays.every([read_condition(item) for item in operand])


def _required(item: Any) -> Condition:
    if isinstance(item, dict) and list(item) == ["$elemMatch"]:
        return _elem_match(item["$elemMatch"])
    raise refuse("$all", item, "$elemMatch stands beside nothing else there")


_OPERATORS: dict[str, Callable[[Any], Condition]] = {
    **comparisons.OPERATORS,
    **presence.OPERATORS,
    **numbers.OPERATORS,
    "$size": arrays.size,
    "$all": _all_of,
    "$elemMatch": _elem_match,
    "$not": _not,
}
