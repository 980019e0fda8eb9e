"""What fields that hold arrays can do.

https://www.mongodb.com/docs/manual/reference/operator/query-array/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mongo_dsl import changes, updates
from mongo_dsl.errors import ArgumentError, CompileError, OperandError
from mongo_dsl.fields.operands import Amount, ItemTest
from mongo_dsl.filters import Filter, condition
from mongo_dsl.nodes import Node, Op, Param, Path, Seq, Value, parts
from mongo_dsl.params import later
from mongo_dsl.predicates import (
    And,
    Computed,
    Equals,
    Fits,
    Predicate,
    Where,
    speaks_of_item,
)
from mongo_dsl.schema import FieldSpec
from mongo_dsl.values import Face, node, whole


if TYPE_CHECKING:
    from typing_extensions import Unpack

    from mongo_dsl.fields.face import Field
    from mongo_dsl.fields.operands import Modifiers

E = TypeVar("E")


class ArrayMethods(Generic[E]):
    """Match arrays by their items, and change the items."""

    __slots__ = ()
    if TYPE_CHECKING:
        _node: Path
        _spec: FieldSpec | None

        def _item_face(self) -> Any: ...

    def all_(self, values: Iterable[E | ItemTest[Field[E]]]) -> Filter:
        """Match arrays that hold every one of *values*; a filter asks for such an item.

        >>> from mongo_dsl import F
        >>> F.tags.all_(["a", "b"]).compile()
        {'tags': {'$all': ['a', 'b']}}
        """
        if isinstance(values, Param):
            items: Node = later(values, ArrayMethods._all, self)
        else:
            items = self._all(values)
        return Filter(Where(self._node, (Op("$all", items),)))

    def _all(self, values: Any) -> Node:
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            msg = f"all_ got {values!r}; it takes a list of values"
            raise OperandError(msg)
        return Seq(tuple(self._required(value) for value in values))

    def _required(self, value: Any) -> Node:
        if isinstance(value, Filter) or callable(value):
            return Op("$elemMatch", self._item_test("all_", value))
        return self._item(value)

    def size_(self, length: Amount) -> Filter:
        """Match arrays of exactly *length* items.

        >>> from mongo_dsl import F
        >>> F.tags.size_(2).compile()
        {'tags': {'$size': 2}}
        """
        return Filter(Where(self._node, (Op("$size", _length(length)),)))

    def any(self, predicate: ItemTest[Field[E]]) -> Filter:
        """Match arrays in which one item meets all of *predicate*.

        *predicate* is a filter on the item's own fields, or a function that gets the
        item and returns one: ``lambda item: item.between(1, 5)`` for plain items.

        >>> from mongo_dsl import F
        >>> F.items.any((F.sku == "a") & (F.qty > 5)).compile()
        {'items': {'$elemMatch': {'sku': 'a', 'qty': {'$gt': 5}}}}
        >>> F.scores.any(lambda score: score.between(80, 85)).compile()
        {'scores': {'$elemMatch': {'$gte': 80, '$lte': 85}}}
        """
        test = Op("$elemMatch", self._item_test("any", predicate))
        return Filter(Where(self._node, (test,)))

    elem_match = any

    def _item_test(self, name: str, predicate: Any) -> Predicate:
        if not isinstance(predicate, Face) and callable(predicate):
            predicate = predicate(self._item_face())
        found = condition(predicate, name)
        _check_item(found)
        self._refuse_root(name, found)
        return found

    def _refuse_root(self, name: str, test: Predicate) -> None:
        """Refuse conditions that speak of the items from the document's root."""
        prefix = f"{self._node.name}."
        if self._spec is None or prefix[:-1] in self._spec.names():
            return
        for path in parts(test, Path):
            if path.name.startswith(prefix):
                msg = (
                    f"{name} got a condition on {path.name!r} of the whole document; it"
                )
                raise OperandError(
                    f"{msg} takes the item's own: lambda item: item.x > 5"
                )

    def _item(self, value: Any) -> Node:
        return node(value) if self._spec is None else self._spec.item_value(True, value)

    def push(self, *values: E, **modifiers: Unpack[Modifiers[E]]) -> updates.Update:
        """Append *values*, each as one item.

        *each* writes ``$each`` literally, also around one value or none. *slice_* keeps
        the first (positive) or last (negative) so many items, *sort* orders the items (1,
        -1 or by their fields), *position* is where to insert; they are written in the
        order of the call.

        >>> from mongo_dsl import F
        >>> F.tags.push("a", slice_=-5).compile()
        {'$push': {'tags': {'$each': ['a'], '$slice': -5}}}
        """
        return changes.push(self, *values, **modifiers)

    def add_to_set(self, *values: E, each: Iterable[E] | None = None) -> updates.Update:
        """Append those of *values* that the array lacks, each as one item.

        *each* writes ``$each`` literally, also around one value or none.

        >>> from mongo_dsl import F
        >>> F.tags.add_to_set("a").compile(), F.tags.add_to_set(each=["a"]).compile()
        ({'$addToSet': {'tags': 'a'}}, {'$addToSet': {'tags': {'$each': ['a']}}})
        """
        return changes.add_to_set(self, *values, each=each)

    def pull(self, item: E | ItemTest[Field[E]]) -> updates.Update:
        """Remove the items that equal *item*, or that the filter *item* matches.

        >>> from mongo_dsl import F
        >>> F.items.pull(lambda item: item.qty > 5).compile()
        {'$pull': {'items': {'qty': {'$gt': 5}}}}
        """
        return changes.pull(self, item)

    def pull_all(self, values: Iterable[E]) -> updates.Update:
        """Remove the items that equal one of *values*."""
        return changes.pull_all(self, values)

    def pop(self, end: Amount = 1) -> updates.Update:
        """Remove the last item (*end* 1) or the first (-1)."""
        return changes.pop(self, end)


def _length(length: Any) -> Node:
    if isinstance(length, Param):
        return later(length, _length)
    found = node(length)
    if isinstance(found, Value):
        _check_length(length)
    return found


def _check_length(length: Any) -> None:
    count = whole(length)
    if count is None:
        msg = f"size_ got {length!r}; it takes a whole number"
        raise OperandError(msg)
    if count < 0:
        msg = f"size_ got {length!r}; a length is not negative"
        raise ArgumentError(msg)


def _check_item(test: Predicate) -> None:
    """Refuse what ``$elemMatch`` can't say: ``$expr``, and "or" and "nor" of plain items."""
    if any(True for _ in parts(test, Computed)):
        raise CompileError(_COMPUTED)
    _refuse_choice(test)


def _refuse_choice(test: Predicate) -> None:
    if not isinstance(test, And):
        if not isinstance(test, (Equals, Fits, Where)) and speaks_of_item(test):
            raise CompileError(_NO_CHOICE)
        return
    plain = [speaks_of_item(term) for term in test.terms]
    if plain and any(plain) and (test.literal or not all(plain)):
        raise CompileError(_NO_CHOICE)
    for term in test.terms:
        _refuse_choice(term)


_COMPUTED = (
    "the items of an array can't be matched by what the server computes; fn.filter_ and"
    " fn.any_element_true look at items in expressions"
)
_NO_CHOICE = (
    "plain items can't be matched by '|', by '~' of several conditions or beside fields; "
    "combine conditions on the item with '&', or write one any(...) for each choice"
)
