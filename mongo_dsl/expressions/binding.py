"""Operators that give names to values: `let`, `map_`, `filter_` and `reduce`.

Each takes a Python function, called once with variables, or an expression that reads
them by `var`.
https://www.mongodb.com/docs/manual/reference/operator/aggregation/#array-expression-operators
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.arguments import positive
from mongo_dsl.expressions.face import MISSING, Expr, named
from mongo_dsl.expressions.lambdas import (
    MARK,
    arguments,
    build,
    call,
    captured,
    fresh,
    is_lambda,
    item_of,
    rename,
    sets_this,
    whole,
)
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.expressions.variable import Variable
from mongo_dsl.nodes import Node, Var
from mongo_dsl.values import node


__all__ = ["filter_", "let", "map_", "reduce"]

# What type checkers are told of: functions get variables, and any value will do.
Of1 = Callable[[Variable], Any]
Of2 = Callable[[Variable, Variable], Any]
Of3 = Callable[[Variable, Variable, Variable], Any]
OfItem = Of1 | Of2 | object
Fold = Of2 | Of3 | object


@in_call_order
def filter_(
    input_: Any,
    cond: OfItem,
    *,
    as_: Any = MISSING,
    array_index_as: Any = MISSING,
    limit: Any = MISSING,
) -> Expr:
    """Keep the items for which *cond* is true, of these at most *limit*.

    A function gets the item, and as second argument its place, which needs MongoDB 8.3;
    *as_* and *array_index_as* name them. *limit* needs MongoDB 5.2.

    >>> from mongo_dsl import F, fn
    >>> fn.filter_(F.items, lambda item: item.qty > 5).compile()["$filter"]["cond"]
    {'$gt': ['$$item.qty', 5]}
    """
    names, test = _body("filter_", input_, cond, (as_, array_index_as))
    return named(
        "$filter",
        input=input_,
        as_=names[0],
        arrayIndexAs=names[1],
        cond=test,
        limit=positive("filter_", "limit", limit),
    )


@in_call_order
def map_(
    input_: Any,
    in_: OfItem,
    *,
    as_: Any = MISSING,
    array_index_as: Any = MISSING,
) -> Expr:
    """Turn every item of an array into *in_*.

    A function gets the item, and as second argument its place, which needs MongoDB 8.3;
    *as_* and *array_index_as* name them.

    >>> from mongo_dsl import F, fn
    >>> fn.map_(F.items, lambda item: item.price * item.qty).compile()["$map"]["in"]
    {'$multiply': ['$$item.price', '$$item.qty']}
    """
    names, body = _body("map_", input_, in_, (as_, array_index_as))
    return named("$map", input=input_, as_=names[0], arrayIndexAs=names[1], in_=body)


def _body(
    subject: str,
    input_: Any,
    body: Any,
    names: Sequence[Any],
) -> tuple[Sequence[Any], Any]:
    """Call *body* if it is a function; return the names it uses, and the expression."""
    if is_lambda(body):
        return call(subject, body, names, (item_of(input_), None))
    return [fresh(subject, name) for name in names], body


@in_call_order
def reduce(
    input_: Any,
    initial_value: Any,
    in_: Fold,
    *,
    as_: Any = MISSING,
    value_as: Any = MISSING,
    array_index_as: Any = MISSING,
) -> Expr:
    """Fold an array into one value: *in_* combines the value so far with each item.

    A function gets the value so far and the item, as `functools.reduce` calls it, and as
    third argument the item's place. An expression reads ``value`` and ``this``. *as_*,
    *value_as* and *array_index_as* give other names to item, value and place; they need
    MongoDB 8.3.

    >>> from mongo_dsl import F, fn
    >>> fn.reduce(F.words, "", lambda text, word: fn.concat(text, word)).compile()
    {'$reduce': {'input': '$words', 'initialValue': '', 'in': {'$concat': ['$$value', '$$this']}}}
    """
    names: Sequence[Any] = (value_as, as_, array_index_as)
    if is_lambda(in_):
        names, in_ = _fold(input_, in_, names)
    value_as, as_, array_index_as = [fresh("reduce", name) for name in names]
    return named(
        "$reduce",
        input=input_,
        initialValue=initial_value,
        as_=as_,
        valueAs=value_as,
        arrayIndexAs=array_index_as,
        in_=in_,
    )


def _fold(
    input_: Any,
    function: Callable[..., Any],
    given: Sequence[Any],
) -> tuple[Sequence[Any], Any]:
    """Call *function* with variables of distinct names, then use those of the server.

    Before MongoDB 8.3 ``$reduce`` names its variables itself. Where another operator
    inside does so too, ``$let`` saves them under distinct names.
    """
    specs = (None, item_of(input_), None)
    used, body = call("reduce", function, given, specs, least=2, mark=MARK)
    final = [_standard(*names) for names in zip(given, ("value", "this"), strict=False)]
    hidden = captured(body, final)
    if hidden:
        msg = (
            f"reduce hides the variable {hidden[0]!r} of a lambda around it"
            "; give that one another name"
        )
        raise ArgumentError(msg)
    names = [*final, used[2]]
    if sets_this(body) and final != used[:2]:
        body = node(named("$let", vars=_saved(used, final), in_=body))
        names = used
    marked = {f"{name}{MARK}": new for name, new in zip(used, names, strict=True)}
    return [*given[:2], used[2]], rename(body, marked)


def _standard(given: Any, standard: str) -> Any:
    return standard if given is MISSING else given


def _saved(names: Sequence[str], values: Sequence[str]) -> dict[str, Var]:
    return {name: Var(value) for name, value in zip(names, values, strict=False)}


@in_call_order
def let(vars_: Mapping[str, Any], in_: Of1 | Of2 | Of3 | object) -> Expr:
    """Name values for use in *in_*; a function gets those its arguments are called after.

    >>> from mongo_dsl import F, fn
    >>> fn.let({"total": F.price * F.qty}, lambda total: total * 2).compile()["$let"]["in"]
    {'$multiply': ['$$total', 2]}
    """
    if not isinstance(vars_, Mapping):
        msg = f"let got the variables {vars_!r}; it takes a mapping of names to values"
        raise OperandError(msg)
    for name in vars_:
        fresh("let", name)
    body = _let_body(vars_, in_) if is_lambda(in_) else in_
    return named("$let", vars=dict(vars_), in_=body)


def _let_body(variables: Mapping[str, Any], function: Callable[..., Any]) -> Node:
    faces = []
    for name in arguments(function):
        if name not in variables:
            listed = ", ".join(variables) or "none"
            msg = (
                f"let got a function with the argument {name!r}; the variables are:"
                f" {listed}"
            )
            raise ArgumentError(msg)
        faces.append(Variable(Var(name), whole(variables[name])))
    return build(function, faces)
