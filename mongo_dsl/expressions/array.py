"""Arrays; `map_`, `filter_` and `reduce` are in `binding`.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#array-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.arguments import order, positive, start_of
from mongo_dsl.expressions.face import (
    MISSING,
    Expr,
    named,
    positional,
    single,
)
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.nodes import Param
from mongo_dsl.params import later


__all__ = [
    "array_elem_at",
    "array_to_object",
    "bottom",
    "bottom_n",
    "concat_arrays",
    "first",
    "first_n",
    "in_",
    "index_of_array",
    "is_array",
    "last",
    "last_n",
    "max_n",
    "min_n",
    "range_",
    "reverse_array",
    "size",
    "slice_",
    "sort_array",
    "top",
    "top_n",
    "zip_",
]


def array_elem_at(array: Any, idx: Any) -> Expr:
    """Take the item at place *idx*; negative places count from the end."""
    return positional("$arrayElemAt", array, idx)


def array_to_object(array: Any) -> Expr:
    """Turn pairs, or documents with the fields k and v, into one document."""
    return positional("$arrayToObject", array)


@in_call_order
def bottom(sort_by: Any, *, output: Any, input_: Any) -> Expr:
    """Take *output* of the item that comes last by *sort_by*. Needs MongoDB 7.0."""
    return named("$bottom", sortBy=order(sort_by), output=output, input=input_)


@in_call_order
def bottom_n(n: Any, *, sort_by: Any, output: Any, input_: Any) -> Expr:
    """Take *output* of the *n* items that come last by *sort_by*. Needs MongoDB 7.0."""
    return named(
        "$bottomN",
        n=positive("bottom_n", "n", n),
        sortBy=order(sort_by),
        output=output,
        input=input_,
    )


def concat_arrays(*array: Any) -> Expr:
    """Join arrays end to end."""
    return positional("$concatArrays", *array)


def first(expression: Any) -> Expr:
    """Take the first item of an array."""
    return single("$first", expression)


@in_call_order
def first_n(input_: Any, n: Any) -> Expr:
    """Take the first *n* items of an array. Needs MongoDB 5.1."""
    return named("$firstN", n=positive("first_n", "n", n), input=input_)


def in_(expression: Any, array: Any) -> Expr:
    """Tell whether *expression* is an item of *array*."""
    return positional("$in", expression, array)


def index_of_array(
    array: Any,
    search: Any,
    start: Any = MISSING,
    end: Any = MISSING,
) -> Expr:
    """Find the place of *search* in *array* from *start* to before *end*, or -1."""
    return positional("$indexOfArray", array, search, start_of(start, end), end)


def is_array(expression: Any) -> Expr:
    """Tell whether *expression* is an array."""
    return positional("$isArray", expression)


def last(expression: Any) -> Expr:
    """Take the last item of an array."""
    return single("$last", expression)


@in_call_order
def last_n(input_: Any, n: Any) -> Expr:
    """Take the last *n* items of an array. Needs MongoDB 5.1."""
    return named("$lastN", n=positive("last_n", "n", n), input=input_)


@in_call_order
def max_n(input_: Any, n: Any) -> Expr:
    """Take the *n* greatest items of an array. Needs MongoDB 5.1."""
    return named("$maxN", input=input_, n=positive("max_n", "n", n))


@in_call_order
def min_n(input_: Any, n: Any) -> Expr:
    """Take the *n* smallest items of an array. Needs MongoDB 5.1."""
    return named("$minN", input=input_, n=positive("min_n", "n", n))


def range_(start: Any, end: Any, step: Any = MISSING) -> Expr:
    """List the whole numbers from *start* to before *end*, in steps of *step*."""
    return positional("$range", start, end, step)


def reverse_array(expression: Any) -> Expr:
    """Turn the order of an array around."""
    return single("$reverseArray", expression)


def size(expression: Any) -> Expr:
    """Count the items of an array; anything else is an error on the server."""
    return single("$size", expression)


def slice_(expression: Any, n: Any, position: Any = MISSING) -> Expr:
    """Take *n* items from *position* on; a negative *n* alone counts from the end."""
    return positional("$slice", expression, position, n)


@in_call_order
def sort_array(input_: Any, sort_by: Any) -> Expr:
    """Sort an array by *sort_by*, fields of its items or 1 or -1. Needs MongoDB 5.2."""
    return named("$sortArray", input=input_, sortBy=_item_order(sort_by))


def _item_order(sort_by: Any) -> Any:
    if isinstance(sort_by, Param):
        return later(sort_by, _item_order)
    return sort_by if isinstance(sort_by, int) else order(sort_by)


@in_call_order
def top(sort_by: Any, *, output: Any, input_: Any) -> Expr:
    """Take *output* of the item that comes first by *sort_by*. Needs MongoDB 7.0."""
    return named("$top", sortBy=order(sort_by), output=output, input=input_)


@in_call_order
def top_n(n: Any, *, sort_by: Any, output: Any, input_: Any) -> Expr:
    """Take *output* of the *n* items that come first by *sort_by*. Needs MongoDB 7.0."""
    return named(
        "$topN",
        n=positive("top_n", "n", n),
        sortBy=order(sort_by),
        output=output,
        input=input_,
    )


@in_call_order
def zip_(
    inputs: Any,
    *,
    use_longest_length: Any = MISSING,
    defaults: Any = MISSING,
) -> Expr:
    """Pair up the items of several arrays, as far as the shortest of them goes.

    With *use_longest_length* as far as the longest; *defaults* fill the others up.
    """
    return named(
        "$zip",
        inputs=inputs,
        useLongestLength=use_longest_length,
        defaults=defaults,
    )
