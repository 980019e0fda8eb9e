"""What search operators take, checked as it is written, or as a parameter is bound.

A check is called with the function's name, the argument's name and the value, and gives
the value's node. Checks are values: parameters keep them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NoReturn

import attrs

from mongo_dsl.errors import ArgumentError, DslError, OperandError
from mongo_dsl.expressions.face import MISSING
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Map, Node, Op, Param, Seq, Value
from mongo_dsl.params import later
from mongo_dsl.raw import RawMQL
from mongo_dsl.schema import FieldSpec
from mongo_dsl.search.face import SearchOperator, SearchOption
from mongo_dsl.updates import reads
from mongo_dsl.values import Face, node, ordered


Check = Callable[[str, str, Any], Node]


def checked(check: Check, subject: str, argument: str, value: Any) -> Any:
    """Return the node of *value*, or `MISSING`; raw MQL passes.

    Raises:
        OperandError: *argument* takes no such value.
        ArgumentError: the value is impossible.
    """
    if value is MISSING:
        return MISSING
    if isinstance(value, Param):
        return later(value, check, subject, argument)
    if isinstance(value, RawMQL):
        return node(value)
    return check(subject, argument, value)


def refuse(
    subject: str,
    argument: str,
    value: Any,
    takes: str,
    error: type[DslError] = OperandError,
) -> NoReturn:
    """Say what *argument* got and *takes*."""
    msg = f"{subject} got {argument}={value!r}; it takes {takes}"
    raise error(msg)


def text(subject: str, argument: str, value: Any) -> Node:
    """Check a text."""
    if not isinstance(value, str):
        refuse(subject, argument, value, "a text")
    return node(value)


def texts(subject: str, argument: str, value: Any) -> Node:
    """Check a text, or a list of them."""
    if isinstance(value, (list, tuple)) and value:
        return Seq(tuple([checked(text, subject, argument, item) for item in value]))
    if not isinstance(value, str):
        refuse(subject, argument, value, "a text or a list of texts")
    return node(value)


def flag(subject: str, argument: str, value: Any) -> Node:
    """Check a yes or no."""
    if not isinstance(value, bool):
        refuse(subject, argument, value, "True or False")
    return Value(value)


def date(subject: str, argument: str, value: Any) -> Node:
    """Check a date, with or without a time."""
    if not isinstance(value, dt.date):
        refuse(subject, argument, value, "a date")
    return node(value)


@attrs.frozen
class Whole:
    """Check a whole number from *least* to *most*."""

    least: int
    most: int | None = None

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        """Return the number's node."""
        end = "on" if self.most is None else f"to {self.most}"
        takes = f"a whole number from {self.least} {end}"
        if isinstance(value, bool) or not isinstance(value, int):
            refuse(subject, argument, value, takes)
        if value < self.least or (self.most is not None and value > self.most):
            refuse(subject, argument, value, takes, ArgumentError)
        return node(value)


@attrs.frozen
class Number:
    """Check a number: above or at *least*, and below *below*."""

    takes: str = "a number"
    least: float = float("-inf")
    open: bool = False
    below: float = float("inf")

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        """Return the number's node."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            refuse(subject, argument, value, self.takes)
        if not self.least <= value < self.below or (self.open and value == self.least):
            refuse(subject, argument, value, self.takes, ArgumentError)
        return node(value)


POSITIVE = Number("a number above 0", 0, open=True)
NOT_NEGATIVE = Number("a number from 0 on", 0)


@attrs.frozen
class OneOf:
    """Check a word of the *known* ones."""

    known: tuple[str, ...]

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        """Return the word's node."""
        listed = ", ".join(map(repr, self.known))
        if not isinstance(value, str):
            refuse(subject, argument, value, f"one of {listed}")
        if value not in self.known:
            msg = f"{subject} got {argument}={value!r}{suggestion(value, self.known)}"
            raise ArgumentError(f"{msg}; it takes one of {listed}")
        return node(value)


@attrs.frozen
class Made:
    """Check a value of the class *kind*, made by one of the functions *makers*."""

    kind: type[SearchOption]
    makers: str

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        """Return the value's node."""
        if not isinstance(value, self.kind):
            refuse(subject, argument, value, self.makers)
        return node(value)


def operator(subject: str, argument: str, value: Any) -> Node:
    """Check a search operator; the collector ``facet`` is none."""
    if not isinstance(value, SearchOperator):
        refuse(subject, argument, value, "search operators, such as search.text(...)")
    found: Op = value._node  # noqa: SLF001
    if found.name == "facet":
        msg = f"{subject} got a facet in {argument}; facet is a collector, which stands"
        raise ArgumentError(f"{msg} alone and takes an operator itself")
    return found


def operators(subject: str, argument: str, value: Any) -> Node:
    """Check a search operator, or a list of them."""
    if not isinstance(value, (list, tuple)):
        return operator(subject, argument, value)
    return Seq(tuple([checked(operator, subject, argument, item) for item in value]))


@attrs.frozen
class Operand:
    """Check a value that is compared with the field *spec*, as far as it is known."""

    spec: FieldSpec | None

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        """Return the value's node."""
        found = node(value) if self.spec is None else self.spec.operand(value)
        if isinstance(value, Face) and not isinstance(value, RawMQL):
            refuse(subject, argument, value, "values; a search reads no other fields")
        if isinstance(found, (Seq, Map)):
            refuse(subject, argument, value, "one value, no array and no document")
        return found


@attrs.frozen
class Operands:
    """Check a value, or a list of them, as `Operand` does."""

    spec: FieldSpec | None

    def __call__(self, subject: str, argument: str, value: Any) -> Node:
        """Return the node of the value, or of the list."""
        one = Operand(self.spec)
        if not isinstance(value, (list, tuple, set, frozenset)):
            return one(subject, argument, value)
        if not value:
            refuse(subject, argument, value, "at least one value", ArgumentError)
        found = [checked(one, subject, argument, v) for v in _in_order(value)]
        return Seq(tuple(found))


def _in_order(values: Any) -> Any:
    return ordered(values) if isinstance(values, (set, frozenset)) else values


def documents(subject: str, argument: str, value: Any) -> Node:
    """Check a document, or a list of them; they are data."""
    found = node(value)
    items = found.items if isinstance(found, Seq) else (found,)
    if not items or not all(isinstance(item, Map) for item in items) or reads(found):
        refuse(subject, argument, value, "a document or a list of documents")
    return found


def vector(subject: str, argument: str, value: Any) -> Node:
    """Check a vector: numbers, or a binary of them."""
    if isinstance(value, bytes):
        return node(value)
    if not isinstance(value, (list, tuple)) or not value:
        refuse(subject, argument, value, "a list of numbers or a binary vector")
    items = [checked(Number(), subject, argument, item) for item in value]
    return Seq(tuple(items))
