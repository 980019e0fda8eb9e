"""Expressions: what the server computes, built with Python's operators or functions.

`single`, `positional` and `named` are the three ways MongoDB encodes an operator; every
operator function ends in one of them.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

import attrs

from mongo_dsl.compile import compile_expression
from mongo_dsl.errors import ArgumentError, TruthValueError
from mongo_dsl.expressions.namespaces import Namespaces
from mongo_dsl.filters import NO_TRUTH, Filter, condition
from mongo_dsl.junctions import both, either, negation
from mongo_dsl.memory import Memory
from mongo_dsl.names import place
from mongo_dsl.nodes import Body, Node, Op, Param, Seq, frozen
from mongo_dsl.params import changed
from mongo_dsl.predicates import Computed
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face, node


class Missing:
    """The type of `MISSING`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"

    def __reduce__(self) -> str:
        return "MISSING"


MISSING = Missing()
"""An argument that is not sent; None is BSON's null, which is sent."""


@frozen(eq=False, repr=False)
class Expr(Namespaces, Readable[Any], Face):
    """An aggregation expression.

    ``+ - * / %`` and the comparisons build expressions and filters; ``==`` too, so
    `same_as` tells whether two expressions are the same. Functions of dates, text, arrays
    and documents are at hand as methods of `dt`, `str`, `arr` and `obj`.

    >>> from mongo_dsl import F
    >>> (F.price * F.qty + 5).compile()
    {'$add': [{'$multiply': ['$price', '$qty']}, 5]}
    """

    _node: Node
    _computes: ClassVar[bool] = True

    def __add__(self, other: Any) -> Expr:
        """Add *other*."""
        return positional("$add", self, other)

    def __radd__(self, other: Any) -> Expr:
        """Add to *other*."""
        return positional("$add", other, self)

    def __sub__(self, other: Any) -> Expr:
        """Subtract *other*."""
        return positional("$subtract", self, other)

    def __rsub__(self, other: Any) -> Expr:
        """Subtract from *other*."""
        return positional("$subtract", other, self)

    def __mul__(self, other: Any) -> Expr:
        """Multiply by *other*."""
        return positional("$multiply", self, other)

    def __rmul__(self, other: Any) -> Expr:
        """Multiply *other*."""
        return positional("$multiply", other, self)

    def __truediv__(self, other: Any) -> Expr:
        """Divide by *other*."""
        return positional("$divide", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        """Divide *other*."""
        return positional("$divide", other, self)

    def __mod__(self, other: Any) -> Expr:
        """Take the remainder of a division by *other*."""
        return positional("$mod", self, other)

    def __rmod__(self, other: Any) -> Expr:
        """Take the remainder of *other*."""
        return positional("$mod", other, self)

    def __neg__(self) -> Expr:
        """Change the sign."""
        return positional("$multiply", self, -1)

    def __floordiv__(self, other: Any) -> Expr:
        """Divide by *other* and round down."""
        return single("$floor", positional("$divide", self, other))

    def __rfloordiv__(self, other: Any) -> Expr:
        """Divide *other* and round down."""
        return single("$floor", positional("$divide", other, self))

    def __pow__(self, other: Any) -> Expr:
        """Raise to the power *other*."""
        return positional("$pow", self, other)

    def __rpow__(self, other: Any) -> Expr:
        """Raise *other* to this power."""
        return positional("$pow", other, self)

    def __round__(self, places: Any = MISSING) -> Expr:
        """Round to *places* after the point, to an integer without them."""
        return positional("$round", self, places)

    def __abs__(self) -> Expr:
        """Drop the sign."""
        return single("$abs", self)

    def __eq__(self, other: object) -> Filter:  # type: ignore[override]
        """Match where the expression equals *other*."""
        return self._compute("$eq", other)

    def __ne__(self, other: object) -> Filter:  # type: ignore[override]
        """Match where the expression differs from *other*."""
        return self._compute("$ne", other)

    def __lt__(self, other: Any) -> Filter:
        """Match where the expression is less than *other*."""
        return self._compute("$lt", other)

    def __le__(self, other: Any) -> Filter:
        """Match where the expression is at most *other*."""
        return self._compute("$lte", other)

    def __gt__(self, other: Any) -> Filter:
        """Match where the expression is greater than *other*."""
        return self._compute("$gt", other)

    def __ge__(self, other: Any) -> Filter:
        """Match where the expression is at least *other*."""
        return self._compute("$gte", other)

    def __and__(self, other: Any) -> Filter:
        """Match where the expression and *other* are both true."""
        return Filter(both(condition(self, "&"), condition(other, "&")))

    def __or__(self, other: Any) -> Filter:
        """Match where the expression or *other* is true."""
        return Filter(either(condition(self, "|"), condition(other, "|")))

    def __invert__(self) -> Filter:
        """Match where the expression is not true."""
        return Filter(negation(condition(self, "~")))

    def __getitem__(self, key: str | int) -> Expr:
        """Take the item at a place, negative ones from the end, or the field *key*.

        >>> from mongo_dsl import F, fn
        >>> fn.split(F.name, " ")[-1].compile()
        {'$arrayElemAt': [{'$split': ['$name', ' ']}, -1]}
        """
        if isinstance(key, str):
            return named("$getField", field=key, input=self)
        return positional("$arrayElemAt", self, place(key, self._subject()))

    def _compute(self, name: str, other: Any) -> Filter:
        """Compare on the server: every comparison of expressions comes through here."""
        return Filter(Computed(Op(name, Seq((self._node, self._operand(other))))))

    def _operand(self, value: Any) -> Node:
        return node(value)

    def __hash__(self) -> int:
        return hash((Expr, self._node))

    def same_as(self, other: Expr) -> bool:
        """Tell whether *other* is the same expression; ``==`` builds a filter.

        >>> from mongo_dsl import F
        >>> (F.a + 1).same_as(F.a + 1)
        True
        """
        return isinstance(other, Expr) and self._node == other._node

    def __bool__(self) -> NoReturn:
        msg = f"{self._subject()} {NO_TRUTH}"
        raise TruthValueError(msg)

    def _subject(self) -> str:
        return "an expression"

    def __iter__(self) -> NoReturn:
        msg = f"{self._subject()} can't be iterated over; the server has its items"
        raise TruthValueError(msg)

    def __contains__(self, item: object) -> NoReturn:
        msg = (
            f"{self._subject()} can't answer 'in'; write field.any(...), field.contains(x)"
            " or x.in_([...])"
        )
        raise TruthValueError(msg)

    def _rebuilt(self, node: Any) -> Any:
        return Expr(node)

    def _compile(self) -> Any:
        return compile_expression(self._node)


@attrs.frozen
class AsIs(Face):
    """What `as_is` makes of an operator's argument."""

    body: Node

    @property
    def _node(self) -> NoReturn:
        msg = "as_is(...) stands among other values; it is an operator's only argument"
        raise ArgumentError(msg)


def as_is(argument: Any) -> Any:
    """Write *argument* as it is, where an operator would wrap or name it.

    MongoDB takes one argument with brackets or without, and the short forms of older
    servers; each operator writes one of these ways. It is the operator's only argument.

    >>> from mongo_dsl import F, fn
    >>> fn.abs_(fn.as_is([F.x])).compile(), fn.year(fn.as_is(F.date)).compile()
    ({'$abs': ['$x']}, {'$year': '$date'})
    """
    return AsIs(node(argument))


def value(value: Any) -> Expr:
    """Take a constant, a list or a dictionary as an expression.

    >>> from mongo_dsl import F, fn
    >>> (fn.value(100) - F.discount).compile()
    {'$subtract': [100, '$discount']}
    """
    return Expr(node(value))


def single(name: str, value: Any) -> Expr:
    """Build ``{name: value}``; a bare list would be read as a list of arguments."""
    if isinstance(value, AsIs):
        return Expr(Op(name, value.body))
    found = node(value)
    if isinstance(found, Param):
        return Expr(Op(name, changed(found, _bracketed)))
    return Expr(Op(name, _bracketed(found)))


def _bracketed(found: Node) -> Node:
    return Seq((found,)) if isinstance(found, Seq) else found


def positional(name: str, *values: Any) -> Expr:
    """Build ``{name: [value, …]}``, leaving out what is `MISSING`."""
    key = (name, *map(id, values))
    known = _positional.get(key)
    if known is not None:  # of fields alone, and asked for before
        found: Expr = known[0]
        return found
    return _positional.made(key, Expr(Op(name, sequence(*values))), *values)


_positional = Memory()


def sequence(*values: Any) -> Node:
    """Build the node of ``[value, …]``, leaving out what is `MISSING`."""
    given = [value for value in values if value is not MISSING]
    if len(given) == 1 and isinstance(given[0], AsIs):
        return given[0].body
    return Seq(tuple(map(node, given)))


def named(name: str, /, **values: Any) -> Expr:
    """Build ``{name: {key: value, …}}``, leaving out what is `MISSING`."""
    return Expr(Op(name, document(values)))


def document(values: dict[str, Any]) -> Node:
    """Build the node of ``{key: value, …}``; ``in_`` and the like lose their underscore."""
    given = [(key, value) for key, value in values.items() if value is not MISSING]
    if len(given) == 1 and isinstance(given[0][1], AsIs):
        return given[0][1].body
    return Body(tuple([(key.rstrip("_"), node(value)) for key, value in given]))
