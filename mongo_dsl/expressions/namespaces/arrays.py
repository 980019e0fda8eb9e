"""`arr`: functions of arrays and sets as methods of them."""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions import array, binding, sets
from mongo_dsl.expressions.face import MISSING, Expr
from mongo_dsl.expressions.namespaces.face import Namespace, method
from mongo_dsl.expressions.order import in_call_order


class ArrayNamespace(Namespace):
    """What `fn` has for arrays and sets.

    >>> from mongo_dsl import F
    >>> F.lines.arr.map(lambda line: line.price * line.qty).compile()["$map"]["in"]
    {'$multiply': ['$$line.price', '$$line.qty']}
    """

    __slots__ = ()

    elem_at = method(array.array_elem_at)
    to_object = method(array.array_to_object)
    concat = method(array.concat_arrays)
    first = method(array.first)
    first_n = method(array.first_n)
    index_of = method(array.index_of_array)
    is_array = method(array.is_array)
    last = method(array.last)
    last_n = method(array.last_n)
    max_n = method(array.max_n)
    min_n = method(array.min_n)
    reverse = method(array.reverse_array)
    size = method(array.size)
    slice = method(array.slice_)
    sort = method(array.sort_array)

    filter = method(binding.filter_)
    map = method(binding.map_)
    reduce = method(binding.reduce)

    all_elements_true = method(sets.all_elements_true)
    any_element_true = method(sets.any_element_true)
    set_difference = method(sets.set_difference)
    set_equals = method(sets.set_equals)
    set_intersection = method(sets.set_intersection)
    set_is_subset = method(sets.set_is_subset)
    set_union = method(sets.set_union)

    def contains(self, expression: Any) -> Expr:
        """Tell whether *expression* is an item of the array.

        >>> from mongo_dsl import F
        >>> F.tags.arr.contains("new").compile()
        {'$in': ['new', '$tags']}
        """
        return array.in_(expression, self._value)

    @in_call_order
    def bottom(self, sort_by: Any, *, output: Any) -> Expr:
        """Take *output* of the item that comes last by *sort_by*. Needs MongoDB 7.0."""
        return array.bottom(sort_by, output=output, input_=self._value)

    @in_call_order
    def bottom_n(self, n: Any, *, sort_by: Any, output: Any) -> Expr:
        """Take *output* of the *n* items that come last by *sort_by*. Needs MongoDB 7.0."""
        return array.bottom_n(n, sort_by=sort_by, output=output, input_=self._value)

    @in_call_order
    def top(self, sort_by: Any, *, output: Any) -> Expr:
        """Take *output* of the item that comes first by *sort_by*. Needs MongoDB 7.0."""
        return array.top(sort_by, output=output, input_=self._value)

    @in_call_order
    def top_n(self, n: Any, *, sort_by: Any, output: Any) -> Expr:
        """Take *output* of the *n* that come first by *sort_by*. Needs MongoDB 7.0."""
        return array.top_n(n, sort_by=sort_by, output=output, input_=self._value)

    @in_call_order
    def zip(
        self,
        *inputs: Any,
        use_longest_length: Any = MISSING,
        defaults: Any = MISSING,
    ) -> Expr:
        """Pair up the items with those of *inputs*, as far as the shortest of them goes.

        With *use_longest_length* as far as the longest; *defaults* fill the others up.

        >>> from mongo_dsl import F
        >>> F.keys.arr.zip(F.values).compile()
        {'$zip': {'inputs': ['$keys', '$values']}}
        """
        return array.zip_(
            [self._value, *inputs],
            use_longest_length=use_longest_length,
            defaults=defaults,
        )
