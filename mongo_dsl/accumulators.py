"""Accumulators: what a group, or a window, knows of all its documents.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/group/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NoReturn

from mongo_dsl.compile import compile_expression
from mongo_dsl.demands import ACCUMULATOR
from mongo_dsl.errors import TruthValueError
from mongo_dsl.expressions.arguments import TimeUnit, order, positive
from mongo_dsl.expressions.face import MISSING, AsIs, document
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.frames import Bound, Window, framed
from mongo_dsl.memory import Memory
from mongo_dsl.nodes import Node, Op, Param, Seq, frozen
from mongo_dsl.params import changed, own_code
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face, node


__all__ = [
    "Accumulator",
    "accumulator",
    "add_to_set",
    "avg",
    "bottom",
    "bottom_n",
    "concat_arrays",
    "count",
    "first",
    "first_n",
    "last",
    "last_n",
    "max_",
    "max_n",
    "median",
    "merge_objects",
    "min_",
    "min_n",
    "percentile",
    "push",
    "set_union",
    "std_dev_pop",
    "std_dev_samp",
    "sum_",
    "top",
    "top_n",
]


@frozen(repr=False)
class Accumulator(Readable[dict[str, Any]], Face):
    """A value of a group, for `Pipeline.group`; made by the functions of `acc`.

    >>> from mongo_dsl import F, acc
    >>> acc.sum_(F.price * F.qty).compile()
    {'$sum': {'$multiply': ['$price', '$qty']}}
    """

    _node: Op
    _place: ClassVar[str] = ACCUMULATOR

    def over(
        self,
        *,
        documents: Sequence[Bound] | None = None,
        range: Sequence[Bound] | None = None,  # noqa: A002 - MongoDB's name
        unit: TimeUnit | None = None,
    ) -> Window:
        """Look at some documents around each, as `Window.over` does.

        Raises:
            OperandError: the accumulator is for groups only, or a bound is no bound.
            ArgumentError: there are no such bounds.

        >>> from mongo_dsl import F, acc
        >>> acc.avg(F.price).over(range=(-7, "current"), unit="day").compile()
        {'$avg': '$price', 'window': {'range': [-7, 'current'], 'unit': 'day'}}
        """
        return framed(self._node, documents, range, unit)

    def _compile(self) -> dict[str, Any]:
        compiled: dict[str, Any] = compile_expression(self._node)
        return compiled

    def __bool__(self) -> NoReturn:
        msg = "an accumulator has no truth value; it is a field of Pipeline.group(...)"
        raise TruthValueError(msg)


def _single(name: str, value: Any) -> Accumulator:
    """Build ``{name: value}``; groups take no bare list for a value."""
    key = (name, id(value))
    known = _singles.get(key)
    if known is not None:  # of a field alone, and asked for before
        made: Accumulator = known[0]
        return made
    return _singles.made(key, _of_one(name, value), value)


_singles = Memory()


def _of_one(name: str, value: Any) -> Accumulator:
    if isinstance(value, AsIs):
        return Accumulator(Op(name, value.body))
    found = node(value)
    if isinstance(found, Param):
        return Accumulator(Op(name, changed(found, _one)))
    return Accumulator(Op(name, _one(found)))


def _one(found: Node) -> Node:
    return Op("$concatArrays", Seq((found,))) if isinstance(found, Seq) else found


def _named(name: str, /, **values: Any) -> Accumulator:
    return Accumulator(Op(name, document(values)))


@in_call_order
def accumulator(
    init: Any,
    *,
    accumulate: Any,
    accumulate_args: Any,
    merge: Any,
    init_args: Any = MISSING,
    finalize: Any = MISSING,
    lang: Any = "js",
) -> Accumulator:
    """Accumulate by JavaScript functions, on the server.

    *init* makes a state of *init_args*, *accumulate* adds a document's
    *accumulate_args* to it, *merge* joins two states and *finalize* turns the last one
    into the result. They are code of your own, never a user's.
    """
    return _named(
        "$accumulator",
        init=own_code("accumulator", init),
        initArgs=init_args,
        accumulate=own_code("accumulator", accumulate),
        accumulateArgs=accumulate_args,
        merge=own_code("accumulator", merge),
        finalize=own_code("accumulator", finalize),
        lang=lang,
    )


def sum_(expression: Any) -> Accumulator:
    """Add up the values; ``acc.sum_(1)`` counts."""
    return _single("$sum", expression)


def avg(expression: Any) -> Accumulator:
    """Take the average of the values."""
    return _single("$avg", expression)


def min_(expression: Any) -> Accumulator:
    """Take the least value."""
    return _single("$min", expression)


def max_(expression: Any) -> Accumulator:
    """Take the greatest value."""
    return _single("$max", expression)


def count() -> Accumulator:
    """Count the documents. Needs MongoDB 5.0."""
    return _COUNT


_COUNT = _singles.made(("$count",), _named("$count"))


def first(expression: Any) -> Accumulator:
    """Take the value of the first document; sort before grouping."""
    return _single("$first", expression)


def last(expression: Any) -> Accumulator:
    """Take the value of the last document; sort before grouping."""
    return _single("$last", expression)


def push(expression: Any) -> Accumulator:
    """Gather the values in an array."""
    return _single("$push", expression)


def add_to_set(expression: Any) -> Accumulator:
    """Gather the values in an array, each once, in no order."""
    return _single("$addToSet", expression)


def merge_objects(document: Any) -> Accumulator:
    """Merge the documents into one; later values win."""
    return _single("$mergeObjects", document)


def concat_arrays(array: Any) -> Accumulator:
    """Join the arrays end to end. Needs MongoDB 8.1."""
    return _single("$concatArrays", array)


def set_union(array: Any) -> Accumulator:
    """Gather the items of the arrays, each once. Needs MongoDB 8.1."""
    return _single("$setUnion", array)


def std_dev_pop(expression: Any) -> Accumulator:
    """Take the standard deviation of a whole population."""
    return _single("$stdDevPop", expression)


def std_dev_samp(expression: Any) -> Accumulator:
    """Take the standard deviation that a sample lets expect."""
    return _single("$stdDevSamp", expression)


@in_call_order
def median(input_: Any, method: Any = "approximate") -> Accumulator:
    """Take the median of the numbers *input_*. Needs MongoDB 7.0."""
    return _named("$median", input=input_, method=method)


@in_call_order
def percentile(
    input_: Any, p: Sequence[float], method: Any = "approximate"
) -> Accumulator:
    """Take the percentiles *p*, each from 0 to 1, of *input_*. Needs MongoDB 7.0."""
    return _named("$percentile", input=input_, p=p, method=method)


@in_call_order
def first_n(input_: Any, n: Any) -> Accumulator:
    """Gather the values of the first *n* documents. Needs MongoDB 5.2."""
    return _named("$firstN", input=input_, n=positive("first_n", "n", n))


@in_call_order
def last_n(input_: Any, n: Any) -> Accumulator:
    """Gather the values of the last *n* documents. Needs MongoDB 5.2."""
    return _named("$lastN", input=input_, n=positive("last_n", "n", n))


@in_call_order
def max_n(input_: Any, n: Any) -> Accumulator:
    """Gather the *n* greatest values. Needs MongoDB 5.2."""
    return _named("$maxN", input=input_, n=positive("max_n", "n", n))


@in_call_order
def min_n(input_: Any, n: Any) -> Accumulator:
    """Gather the *n* least values. Needs MongoDB 5.2."""
    return _named("$minN", input=input_, n=positive("min_n", "n", n))


@in_call_order
def top(sort_by: Any, output: Any) -> Accumulator:
    """Take *output* of the document that *sort_by* puts first. Needs MongoDB 5.2."""
    return _named("$top", sortBy=order(sort_by), output=output)


@in_call_order
def top_n(n: Any, sort_by: Any, output: Any) -> Accumulator:
    """Gather *output* of the *n* that *sort_by* puts first. Needs MongoDB 5.2."""
    return _named(
        "$topN", n=positive("top_n", "n", n), sortBy=order(sort_by), output=output
    )


@in_call_order
def bottom(sort_by: Any, output: Any) -> Accumulator:
    """Take *output* of the document that *sort_by* puts last. Needs MongoDB 5.2."""
    return _named("$bottom", sortBy=order(sort_by), output=output)


@in_call_order
def bottom_n(n: Any, sort_by: Any, output: Any) -> Accumulator:
    """Gather *output* of the *n* that *sort_by* puts last. Needs MongoDB 5.2."""
    return _named(
        "$bottomN", n=positive("bottom_n", "n", n), sortBy=order(sort_by), output=output
    )
