"""Filters: conditions that combine with ``&``, ``|`` and ``~``.

https://www.mongodb.com/docs/manual/reference/operator/query/
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import attrs

from mongo_dsl.compile import compile_filter
from mongo_dsl.errors import (
    ArgumentError,
    CompileError,
    OperandError,
    ParameterError,
    TruthValueError,
)
from mongo_dsl.nodes import Map, Op, Raw, Value, Var
from mongo_dsl.params import fill
from mongo_dsl.predicates import (
    EVERYTHING,
    And,
    Computed,
    Equals,
    Nor,
    Or,
    Predicate,
    Top,
    Verbatim,
    Where,
)
from mongo_dsl.render import to_json, to_shell
from mongo_dsl.values import Face, node


NO_TRUTH = (
    "has no truth value; combine filters with '&', '|' and '~' instead of 'and', 'or' and "
    "'not', and write field.between(1, 3) instead of 1 < field < 3"
)


@attrs.frozen(repr=False)
class Filter(Face):
    """A condition on documents; without arguments, one that every document meets.

    >>> from mongo_dsl import F
    >>> ((F.age >= 18) & (F.city == "Paris")).compile()
    {'age': {'$gte': 18}, 'city': 'Paris'}
    """

    _node: Predicate = EVERYTHING

    def __and__(self, other: Any) -> Filter:
        """Match what both filters match."""
        return Filter(both(self._node, condition(other, "&")))

    def __rand__(self, other: Any) -> Filter:
        """Match what both filters match."""
        return Filter(both(condition(other, "&"), self._node))

    def __or__(self, other: Any) -> Filter:
        """Match what one filter or the other matches."""
        return Filter(either(self._node, condition(other, "|")))

    def __ror__(self, other: Any) -> Filter:
        """Match what one filter or the other matches."""
        return Filter(either(condition(other, "|"), self._node))

    def __invert__(self) -> Filter:
        """Match what the filter doesn't match."""
        return Filter(negation(self._node))

    def __bool__(self) -> NoReturn:
        msg = f"a filter {NO_TRUTH}"
        raise TruthValueError(msg)

    def bind(self, **values: Any) -> Filter:
        """Fill the parameters named in *values*.

        Raises:
            ParameterError: there is no parameter of such a name.
            OperandError: a parameter doesn't take its value.
        """
        return Filter(fill(self._node, values))

    def compile(self) -> dict[str, Any]:
        """Return the filter as MongoDB takes it.

        Raises:
            ParameterError: a parameter is unbound.
        """
        return compile_filter(self._node)

    def to_json(self, *, canonical: bool = False, indent: int | None = None) -> str:
        """Return the filter as Extended JSON v2, relaxed or *canonical*."""
        return to_json(self.compile(), canonical=canonical, indent=indent)

    def to_shell(self) -> str:
        """Return the filter as mongosh reads it."""
        return to_shell(self.compile())

    def __str__(self) -> str:
        return self.to_shell()

    def __repr__(self) -> str:
        return f"<Filter {sketch(self._node, compile_filter)}>"


def sketch(node_: Any, compile_: Callable[[Any], Any]) -> str:
    """Write *node_* for a person; a query with open parameters has no compiled form yet."""
    try:
        return to_shell(compile_(node_))
    except ParameterError:
        return repr(node_)


def condition(value: Any, operator_: str = "filter()") -> Predicate:
    """Return the predicate of *value*: a filter, or an expression that yields a truth value.

    Raises:
        OperandError: *value* is no condition; the message says what *operator_* takes.
    """
    found = value._node if isinstance(value, Face) else value  # noqa: SLF001
    if isinstance(found, Predicate):
        return found
    if isinstance(found, (Op, Var)):
        return Computed(found)
    if isinstance(found, Raw) and isinstance(found.body, Map):
        return Verbatim(found.body)
    msg = f"{operator_} got {value!r}; it takes filters, such as F.age > 18, or raw({{...}})"
    raise OperandError(msg)


def both(left: Predicate, right: Predicate) -> Predicate:
    """Join two predicates by "and", flattened: long chains must not recurse."""
    terms = (*_terms(left), *_terms(right))
    return terms[0] if len(terms) == 1 else And(terms)


def _terms(node_: Predicate) -> tuple[Predicate, ...]:
    return node_.terms if type(node_) is And and not node_.literal else (node_,)


def either(left: Predicate, right: Predicate) -> Predicate:
    """Join two predicates by "or", flattened."""
    ours = left.terms if type(left) is Or else (left,)
    theirs = right.terms if type(right) is Or else (right,)
    return Or((*ours, *theirs))


def negation(node_: Predicate) -> Predicate:
    """Negate *node_*, inwards only where MongoDB's meaning stays exactly the same."""
    negate = _NEGATIONS.get(type(node_))
    return Nor((node_,)) if negate is None else negate(node_)


def _not_equals(node_: Equals) -> Predicate:
    if isinstance(node_.value, (Value, Raw)) and not _comparable(node_.value):
        return _not(Where(node_.path, (Op("$eq", node_.value),)))
    return Where(node_.path, (Op("$ne", node_.value),))


def _comparable(value: Value | Raw) -> bool:
    """Tell whether ``$ne`` takes *value*: it refuses regular expressions."""
    return isinstance(value, Value) and not hasattr(value.value, "pattern")


_OPPOSITES = {"$eq": "$ne", "$in": "$nin", "$nin": "$in"}
_NOT_NEGATED = frozenset({"$near", "$nearSphere"})


def _not_where(node_: Where) -> Predicate:
    op, *more = node_.ops
    if more:
        return _not(node_)
    if op.name == "$ne":
        return Equals(node_.path, op.body)
    if op.name == "$not" and isinstance(op.body, Where):
        return Where(node_.path, op.body.ops)
    if op.name == "$exists" and isinstance(op.body, Value):
        return Where(node_.path, (Op("$exists", Value(not op.body.value)),))
    if op.name in _OPPOSITES:
        return Where(node_.path, (Op(_OPPOSITES[op.name], op.body),))
    return _not(node_)


def _not(node_: Where) -> Predicate:
    for op in node_.ops:
        if op.name in _NOT_NEGATED:
            raise _unnegatable(op.name)
    inner = Where(attrs.evolve(node_.path, name=""), node_.ops)
    return Where(node_.path, (Op("$not", inner),))


def _not_top(node_: Top) -> Predicate:
    if node_.op.name == "$text":
        raise _unnegatable("$text")
    return Nor((node_,))


def _unnegatable(name: str) -> CompileError:
    return CompileError(f"{name} can't be negated; MongoDB has no form for that")


_NEGATIONS: dict[type, Callable[[Any], Predicate]] = {
    Equals: _not_equals,
    Where: _not_where,
    Or: lambda node_: Nor(node_.terms),
    Nor: lambda node_: Or(node_.terms),
    Top: _not_top,
    Computed: lambda node_: Computed(Op("$not", node((node_.expression,)))),
}


def all_of(*filters: Any) -> Filter:
    """Match what every one of *filters* matches; without any, every document.

    >>> from mongo_dsl import F
    >>> all_of(F.age >= 18, F.age < 65).compile()
    {'age': {'$gte': 18, '$lt': 65}}
    """
    terms = [t for f in filters for t in _terms(condition(f, "all_of"))]
    return Filter(terms[0] if len(terms) == 1 else And(tuple(terms)))


def any_of(*filters: Any) -> Filter:
    """Match what at least one of *filters* matches.

    >>> from mongo_dsl import F
    >>> any_of(F.city == "Paris", F.age < 18).compile()
    {'$or': [{'city': 'Paris'}, {'age': {'$lt': 18}}]}
    """
    _some("any_of", filters)
    return Filter(functools.reduce(either, [condition(f, "any_of") for f in filters]))


def none_of(*filters: Any) -> Filter:
    """Match what none of *filters* matches.

    >>> from mongo_dsl import F
    >>> none_of(F.city == "Paris", F.age < 18).compile()
    {'$nor': [{'city': 'Paris'}, {'age': {'$lt': 18}}]}
    """
    return nor(*filters)


def and_(*filters: Any) -> Filter:
    """Write ``$and`` literally, where `all_of` would merge.

    >>> from mongo_dsl import F
    >>> and_(F.age >= 18, F.age < 65).compile()
    {'$and': [{'age': {'$gte': 18}}, {'age': {'$lt': 65}}]}
    """
    return Filter(And(_conditions("and_", filters), literal=True))


def or_(*filters: Any) -> Filter:
    """Write ``$or`` literally, nested as it is called.

    >>> from mongo_dsl import F
    >>> or_(F.age >= 18).compile()
    {'$or': [{'age': {'$gte': 18}}]}
    """
    return Filter(Or(_conditions("or_", filters)))


def nor(*filters: Any) -> Filter:
    """Write ``$nor`` literally: none of *filters* may match.

    >>> from mongo_dsl import F
    >>> nor(F.age >= 18).compile()
    {'$nor': [{'age': {'$gte': 18}}]}
    """
    return Filter(Nor(_conditions("nor", filters)))


def not_(filter_: Any) -> Filter:
    """Write ``$not`` literally around conditions on one field.

    >>> from mongo_dsl import F
    >>> not_(F.age > 5).compile()
    {'age': {'$not': {'$gt': 5}}}
    """
    found = condition(filter_, "not_")
    if isinstance(found, Equals):
        found = Where(found.path, (Op("$eq", found.value),))
    if not isinstance(found, Where):
        msg = f"not_ got {filter_!r}; it takes conditions on one field, ~ takes all others"
        raise OperandError(msg)
    return Filter(_not(found))


def _conditions(name: str, filters: tuple[Any, ...]) -> tuple[Predicate, ...]:
    _some(name, filters)
    return tuple(condition(filter_, name) for filter_ in filters)


def _some(name: str, filters: tuple[Any, ...]) -> None:
    if not filters:
        msg = f"{name} got no filters; it takes at least one"
        raise ArgumentError(msg)


def expr(expression: Any) -> Filter:
    """Match where *expression* yields a true value: ``$expr``, written literally.

    >>> from mongo_dsl import F, fn
    >>> expr(fn.gt(F.spent, F.budget)).compile()
    {'$expr': {'$gt': ['$spent', '$budget']}}
    """
    return Filter(Computed(node(expression)))


def text(
    search: str,
    *,
    language: str | None = None,
    case_sensitive: bool | None = None,
    diacritic_sensitive: bool | None = None,
) -> Filter:
    """Match *search* in the fields of the collection's text index.

    https://www.mongodb.com/docs/manual/reference/operator/query/text/

    >>> text("coffee shop", language="en").compile()
    {'$text': {'$search': 'coffee shop', '$language': 'en'}}
    """
    options = {
        "$search": search,
        "$language": language,
        "$caseSensitive": case_sensitive,
        "$diacriticSensitive": diacritic_sensitive,
    }
    given = {name: value for name, value in options.items() if value is not None}
    return Filter(Top(Op("$text", node(given))))


def json_schema(schema: Mapping[str, Any]) -> Filter:
    """Match documents that satisfy the JSON Schema (draft 4) *schema*.

    https://www.mongodb.com/docs/manual/reference/operator/query/jsonSchema/

    >>> json_schema({"required": ["name"]}).compile()
    {'$jsonSchema': {'required': ['name']}}
    """
    return Filter(Top(Op("$jsonSchema", node(schema))))


def comment(message: str) -> Filter:
    """Attach *message* to the filter, for the server's log and profiler.

    >>> comment("nightly report").compile()
    {'$comment': 'nightly report'}
    """
    return Filter(Top(Op("$comment", node(message))))


def sample_rate(rate: float) -> Filter:
    """Match each document with the probability *rate*, from 0 to 1. Needs MongoDB 5.3.

    Raises:
        ArgumentError: *rate* is no probability.

    >>> sample_rate(0.25).compile()
    {'$sampleRate': 0.25}
    """
    if not 0 <= rate <= 1:
        msg = f"sample_rate got {rate!r}; it takes a probability from 0 to 1"
        raise ArgumentError(msg)
    return Filter(Top(Op("$sampleRate", node(rate))))


def where(function: Any) -> Filter:
    """Match where the JavaScript *function* returns true; it runs on the server.

    *function* is code of your own, never a user's; `expr` does the same without
    JavaScript. https://www.mongodb.com/docs/manual/reference/operator/query/where/

    >>> where("this.spent > this.budget").compile()
    {'$where': 'this.spent > this.budget'}
    """
    return Filter(Top(Op("$where", node(function))))
