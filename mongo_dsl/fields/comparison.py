"""What every field can do: be compared and sorted by.

https://www.mongodb.com/docs/manual/reference/operator/query-comparison/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from mongo_dsl import updates
from mongo_dsl.errors import OperandError
from mongo_dsl.expressions.face import Expr
from mongo_dsl.fields.operands import Amount, Operand, Operands
from mongo_dsl.fields.plain import plainly
from mongo_dsl.fields.presence import flag, types_of
from mongo_dsl.filters import Filter, filter_of, flat_filter
from mongo_dsl.logic import all_of
from mongo_dsl.nodes import Node, Op, Param, Path, Seq, Value
from mongo_dsl.params import later, settled
from mongo_dsl.predicates import Computed, Equals, Predicate, Where
from mongo_dsl.schema import FieldSpec
from mongo_dsl.sorting import Sort, sort_by
from mongo_dsl.values import PLAIN, Face, is_pattern, node


T = TypeVar("T")


_EQUALITIES = frozenset({"$eq", "$ne"})


def _plain_types(spec: FieldSpec | None) -> frozenset[type]:
    return PLAIN if spec is None else spec.comparable & PLAIN


@attrs.frozen(eq=False, repr=False)
class Comparable(Expr, Generic[T]):
    """A field of type *T*; the values it meets are checked where the type is known."""

    _node: Path
    _spec: FieldSpec | None = None
    _arrays: tuple[tuple[str, Predicate], ...] = ()
    # What is compared as it is: for these types, the funnel below has nothing to do.
    _plain_types: frozenset[type] = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: _plain_types(self._spec), takes_self=True),
    )

    # What a list of them takes: integers are checked one by one.
    _scalars: frozenset[type] = attrs.field(
        init=False,
        default=attrs.Factory(lambda self: self._plain_types - {int}, takes_self=True),
    )

    # -- Comparisons ------------------------------------------------------------------

    @plainly("")
    def __eq__(self, other: object) -> Filter:  # type: ignore[override]
        """Match where the field equals *other*; None also matches a missing field.

        A field that holds an array matches by the array or by an item; as an expression,
        by the array alone: `any` asks for an item in both places.
        """
        operand = self._operand(other)
        if updates.reads(operand):
            return self._computed("$eq", operand)
        return filter_of(Equals(self._node, operand))

    @plainly("$ne")
    def __ne__(self, other: object) -> Filter:  # type: ignore[override]
        """Match where the field differs from *other* or is missing."""
        return self._compared("$ne", other)

    @plainly("$lt")
    def __lt__(self, other: Operand[T]) -> Filter:
        """Match where the field is less than *other*, and of the same type.

        As an expression, values of all types have an order: missing fields and None are
        less than every number.
        """
        return self._compared("$lt", other)

    @plainly("$lte")
    def __le__(self, other: Operand[T]) -> Filter:
        """Match where the field is at most *other*."""
        return self._compared("$lte", other)

    @plainly("$gt")
    def __gt__(self, other: Operand[T]) -> Filter:
        """Match where the field is greater than *other*."""
        return self._compared("$gt", other)

    @plainly("$gte")
    def __ge__(self, other: Operand[T]) -> Filter:
        """Match where the field is at least *other*."""
        return self._compared("$gte", other)

    __hash__ = Expr.__hash__

    @plainly("$eq")
    def eq(self, value: Operand[T]) -> Filter:
        """Write ``$eq`` literally, where ``==`` writes the value alone.

        >>> from mongo_dsl import F
        >>> F.age.eq(5).compile()
        {'age': {'$eq': 5}}
        """
        return self._compared("$eq", value)

    @plainly("$ne")
    def ne(self, value: Operand[T]) -> Filter:
        """Match where the field differs from *value* or is missing."""
        return self._compared("$ne", value)

    @plainly("$gt")
    def gt(self, value: Operand[T]) -> Filter:
        """Match where the field is greater than *value*."""
        return self._compared("$gt", value)

    @plainly("$gte")
    def gte(self, value: Operand[T]) -> Filter:
        """Match where the field is at least *value*."""
        return self._compared("$gte", value)

    @plainly("$lt")
    def lt(self, value: Operand[T]) -> Filter:
        """Match where the field is less than *value*."""
        return self._compared("$lt", value)

    @plainly("$lte")
    def lte(self, value: Operand[T]) -> Filter:
        """Match where the field is at most *value*."""
        return self._compared("$lte", value)

    def between(self, low: Operand[T], high: Operand[T]) -> Filter:
        """Match values from *low* to *high*, both included.

        >>> from mongo_dsl import F
        >>> F.age.between(18, 30).compile()
        {'age': {'$gte': 18, '$lte': 30}}
        """
        lower, upper = self._ordered(low), self._ordered(high)
        if updates.reads(lower) or updates.reads(upper):
            return all_of(self >= low, self <= high)
        return filter_of(Where(self._node, (Op("$gte", lower), Op("$lte", upper))))

    def in_(self, values: Operands[T]) -> Filter:
        """Match where the field equals one of *values*, or a compiled pattern in them fits.

        >>> from mongo_dsl import F
        >>> F.city.in_(["Paris", "Rome"]).compile()
        {'city': {'$in': ['Paris', 'Rome']}}
        """
        if type(values) is list and self._scalars.issuperset(map(type, values)):
            return flat_filter(((self._node, "$in", tuple(values)),))
        return self._test("$in", self._operands("in_", values))

    def not_in(self, values: Operands[T]) -> Filter:
        """Match where the field equals none of *values*, or is missing.

        >>> from mongo_dsl import F
        >>> F.city.not_in(["Paris"]).compile()
        {'city': {'$nin': ['Paris']}}
        """
        return self._test("$nin", self._operands("not_in", values))

    nin = not_in

    def exists(self, present: bool | Amount = True) -> Filter:
        """Match where the field is stored, be it as null, or where it is not *present*.

        MongoDB takes numbers, too: 0 for False, all others for True.

        >>> from mongo_dsl import F
        >>> F.email.exists().compile()
        {'email': {'$exists': True}}
        """
        return self._test("$exists", flag(present))

    def is_null(self, null: bool = True) -> Filter:
        """Match where the field is null or missing, or where it is neither.

        >>> from mongo_dsl import F
        >>> F.email.is_null(False).compile()
        {'email': {'$ne': None}}
        """
        return self == None if settled("is_null", null) else self != None  # noqa: E711 - builds a filter

    def type_(self, *types: str | Amount | Sequence[str | Amount]) -> Filter:
        """Match values of one of the BSON *types*, given by alias or number.

        A list is written as a list, even of one type.

        https://www.mongodb.com/docs/manual/reference/operator/query/type/

        >>> from mongo_dsl import F
        >>> F.zip.type_("string", "int").compile()
        {'zip': {'$type': ['string', 'int']}}
        """
        return self._test("$type", types_of(types[0] if len(types) == 1 else types))

    # -- Sort order -------------------------------------------------------------------

    def asc(self) -> Sort:
        """Sort by the field, smallest first.

        >>> from mongo_dsl import F, QuerySet
        >>> QuerySet().sort(F.age.asc()).compile().sort
        {'age': 1}
        """
        return sort_by(self, 1)

    def desc(self) -> Sort:
        """Sort by the field, greatest first.

        >>> from mongo_dsl import F, QuerySet
        >>> QuerySet().sort(F.age.desc()).compile().sort
        {'age': -1}
        """
        return sort_by(self, -1)

    # -- The funnel: every comparison comes through here -------------------

    def _operand(self, value: Any) -> Node:
        if self._spec is None:
            return node(value)
        return self._spec.operand(value)

    def _compared(self, name: str, value: Any) -> Filter:
        ordered = name not in _EQUALITIES
        return self._test(name, (self._ordered if ordered else self._operand)(value))

    def _ordered(self, value: Any) -> Node:
        if isinstance(value, Param):
            plain = self._plain_types
            return later(value, Comparable._ordered, self, plain=plain)
        if self._spec is not None:
            self._spec.require("order")
        if value is None and self._spec is not None and not self._spec.nullable():
            msg = f"{self._spec} has no order against None; use is_null() or == None"
            raise OperandError(msg)
        operand = self._operand(value)
        if self._spec is None and is_pattern(operand):
            msg = f"{self._subject()} has no order against {value!r}; use matches(...)"
            raise OperandError(msg)
        return operand

    def _operands(self, name: str, values: Any) -> Node:
        if isinstance(values, Param):
            scalars = self._scalars
            return later(values, Comparable._operands, self, name, scalars=scalars)
        if isinstance(values, (Face, Node)):
            return node(values)
        if isinstance(values, (str, bytes, Mapping)) or not isinstance(
            values, Iterable
        ):
            msg = f"{name} got {values!r}; it takes a list of values"
            raise OperandError(msg)
        if isinstance(values, (set, frozenset)):
            values = sorted(values, key=lambda item: (type(item).__name__, repr(item)))
        return Seq(tuple([self._operand(value) for value in values]))

    def _test(self, name: str, operand: Node) -> Filter:
        if type(operand) is not Value and updates.reads(operand):
            return self._computed(name, operand)
        return filter_of(Where(self._node, (Op(name, operand),)))

    def _computed(self, name: str, operand: Node) -> Filter:
        """Compare with what the server reads: only ``$expr`` can do that."""
        if name == "$nin":
            return ~self._computed("$in", operand)
        test = Op(name, Seq((self._node, operand)))
        if name == "$in" and not isinstance(operand, Seq):
            test = _where_array(operand, test)
        return filter_of(Computed(test))

    def _subject(self) -> str:
        return f"field {self._label()!r}"

    def _label(self) -> str:
        return self._node.name if self._spec is None else str(self._spec)


def _where_array(operand: Node, test: Op) -> Op:
    """Run *test* only where *operand* is an array: ``$in`` fails on all else."""
    is_array = Op("$isArray", Seq((operand,)))
    return Op("$cond", Seq((is_array, test, Value(False))))
