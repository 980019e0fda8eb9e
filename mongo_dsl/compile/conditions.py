"""Query operators as aggregation expressions on one value.

Expressions fail on values of a type they don't expect, where a filter just doesn't match;
``$cond`` guards them, since ``$and`` may compute all that it joins.
https://www.mongodb.com/docs/manual/reference/operator/aggregation/and/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mongo_dsl.compile.expressions import compile_expression
from mongo_dsl.compile.values import compile_value
from mongo_dsl.errors import CompileError
from mongo_dsl.names import BSON_TYPES, NUMBER_TYPES
from mongo_dsl.nodes import Map, Node, Raw, Seq, Value
from mongo_dsl.values import is_pattern, truth, whole


def formless(name: str) -> CompileError:
    """Return the error about what only a filter can say."""
    return CompileError(f"{name} has no form as an expression; use it in a filter")


def where(condition: Any, test: Any) -> dict[str, Any]:
    """Write *test* so that it runs only where *condition* holds, and is false elsewhere."""
    return {"$cond": [condition, test, False]}


def compared(name: str, field: Any, operand: Node) -> dict[str, Any]:
    """Compare *field* with *operand*; equal to null is what is missing, too."""
    if isinstance(operand, Raw) and _is_condition(operand.body):
        raise formless("a raw condition")
    null = name in ("$eq", "$ne") and _is_null(operand)
    return {name: [_or_null(field) if null else field, compile_expression(operand)]}


def _is_condition(body: Node) -> bool:
    return isinstance(body, Map) and any(name[:1] == "$" for name, _ in body.items)


def _is_null(node: Node) -> bool:
    return type(node) is Value and node.value is None


def _or_null(field: Any) -> dict[str, Any]:
    return {"$ifNull": [field, None]}


def within(field: Any, body: Node) -> Any:
    """Tell whether *field* is one of a list; patterns in it match text."""
    items = body.items if isinstance(body, Seq) else (body,)
    plain = Seq(tuple(item for item in items if not is_pattern(item)))
    value = _or_null(field) if any(map(_is_null, items)) else field
    listed = plain if isinstance(body, Seq) else body
    tests = [matched(value, item, None) for item in items if is_pattern(item)]
    if plain.items or not tests:
        tests.insert(0, {"$in": [value, compile_expression(listed)]})
    return tests[0] if len(tests) == 1 else {"$or": tests}


def outside(field: Any, body: Node) -> Any:
    """Tell whether *field* is none of a list."""
    return {"$not": [within(field, body)]}


def matched(field: Any, pattern: Node, options: Node | None) -> dict[str, Any]:
    """Tell whether *field* is text in which *pattern* is found."""
    if options is not None and is_pattern(pattern):
        pattern = Value(compile_value(pattern).pattern)
    body = {"input": field, "regex": compile_expression(pattern)}
    if options is not None:
        body["options"] = compile_expression(options)
    return where({"$eq": [{"$type": field}, "string"]}, {"$regexMatch": body})


def exists(field: Any, body: Node) -> dict[str, Any]:
    """Tell whether *field* is stored."""
    operator = "$ne" if truth(compile_value(body)) else "$eq"
    return {operator: [{"$type": field}, "missing"]}


def of_type(field: Any, body: Node) -> dict[str, Any]:
    """Tell whether *field* has one of some BSON types, given by alias or number."""
    given = compile_value(body)
    listed = given if isinstance(given, list) else [given]
    types = [alias for name in listed for alias in _aliases(name)]
    if len(types) == 1:
        return {"$eq": [{"$type": field}, types[0]]}
    return {"$in": [{"$type": field}, types]}


def _aliases(name: Any) -> Iterable[str]:
    if name == "number":
        return NUMBER_TYPES
    for alias, number in BSON_TYPES.items():
        if name in (alias, number) or whole(name) == number:
            return (alias,)
    msg = f"$type got {name!r}, which is no BSON type"
    raise CompileError(f"{msg}; it takes aliases such as 'string', or numbers")


def remainder(field: Any, body: Node) -> dict[str, Any]:
    """Tell whether *field* is a number that leaves a remainder; fractions are cut off.

    A number of more than 64 bits becomes null, which leaves none.
    """
    divisor, left = (_whole(number) for number in compile_value(body))
    whole = {"$convert": {"input": field, "to": "long", "onError": None}}
    test = {"$eq": [{"$mod": [whole, divisor]}, left]}
    return where({"$isNumber": field}, test)


def _whole(number: Any) -> Any:
    return number if isinstance(number, int) else {"$trunc": [number]}


def sized(field: Any, body: Node) -> dict[str, Any]:
    """Tell whether *field* is an array of some length."""
    test = {"$eq": [{"$size": field}, compile_expression(body)]}
    return where({"$isArray": [field]}, test)


def items_of(field: Any) -> dict[str, Any]:
    """Return the items of *field*, none where it is no array."""
    return {"$cond": [{"$isArray": [field]}, field, []]}


def some_item(items: Any, test: Any) -> dict[str, Any]:
    """Tell whether *test* is true of one of *items*, which it calls ``item``."""
    found = {"$map": {"input": items, "as": "item", "in": test}}
    return {"$anyElementTrue": [found]}


Condition = Callable[[Any, Node], Any]
CONDITIONS: dict[str, Condition] = {
    "$in": within,
    "$nin": outside,
    "$exists": exists,
    "$type": of_type,
    "$mod": remainder,
    "$size": sized,
}
