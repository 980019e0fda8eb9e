"""Holes in queries, and what fills them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from mongo_dsl.conformity import conforms, describe, kind_of
from mongo_dsl.errors import OperandError, ParameterError
from mongo_dsl.nodes import Map, Node, Param, Seq, parameters, substitute
from mongo_dsl.values import PLAIN, Face, node


T = TypeVar("T")

_NONE: frozenset[type] = frozenset()


@attrs.frozen
class _Typed:
    """Accept the values that an annotation allows."""

    name: str
    annotation: Any

    @property
    def plain(self) -> frozenset[type]:
        """The types of plain values that it accepts as they are."""
        return PLAIN if self.annotation is Any else PLAIN & {self.annotation}

    @property
    def scalars(self) -> frozenset[type]:
        """The types of plain values that it accepts in lists, as they are."""
        return PLAIN if self.annotation is Any else _NONE

    def check(self, value: Any) -> None:
        if not conforms(self.annotation)(value):
            msg = f"parameter {self.name!r} is bound to {value!r}, {kind_of(value)}"
            raise OperandError(f"{msg}; it takes {describe(self.annotation)}")

    def __call__(self, value: Any) -> Node:
        self.check(value)
        return node(value)


def _compared(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what *arguments* are compared by: fields and expressions have their own ``==``."""
    return tuple(
        [(type(a), a._node) if isinstance(a, Face) else a for a in arguments]  # noqa: SLF001
    )


@attrs.frozen
class _Built:
    """Accept what *first* allows, built by a function that refuses the rest."""

    first: Any
    build: Callable[..., Any]
    arguments: tuple[Any, ...] = attrs.field(eq=_compared)
    # The types of values that are taken as they are, and of items of such lists.
    plain: frozenset[type] = attrs.field(eq=False)
    scalars: frozenset[type] = attrs.field(eq=False)

    def check(self, value: Any) -> None:
        self(value)

    def __call__(self, value: Any) -> Node:
        self.first.check(value)
        return node(self.build(*self.arguments, value))


@attrs.frozen
class _Changed:
    """Accept what *first* accepts, as the node that *change* makes of it."""

    first: Any
    change: Callable[..., Node]
    arguments: tuple[Any, ...]
    plain = scalars = _NONE

    def check(self, value: Any) -> None:
        self(value)

    def __call__(self, value: Any) -> Node:
        return self.change(*self.arguments, self.first(value))


def later(
    hole: Param,
    build: Callable[..., Any],
    *arguments: Any,
    plain: frozenset[type] = _NONE,
    scalars: frozenset[type] = _NONE,
) -> Param:
    """Let ``build(*arguments, value)`` make a node of what *hole* is bound to.

    It is the function that checks a value which is given at once: what is refused then is
    refused when it is bound, in the same words. Values of the types *plain* it takes as
    they are, and lists of values of the types *scalars*.
    """
    first: Any = hole.accept
    taken, listed = plain & first.plain, scalars & first.scalars
    return attrs.evolve(hole, accept=_Built(first, build, arguments, taken, listed))


def changed(hole: Param, change: Callable[..., Node], *arguments: Any) -> Param:
    """Let ``change(*arguments, node)`` change the node of what *hole* is bound to."""
    return attrs.evolve(hole, accept=_Changed(hole.accept, change, arguments))


def settled(subject: str, value: Any) -> Any:
    """Return *value*, which decides how a query is written.

    Raises:
        OperandError: it is a parameter.
    """
    if isinstance(value, Param):
        msg = f"{subject} got the parameter {value.name!r}, which decides how the query is"
        raise OperandError(f"{msg} written; it takes a value")
    return value


def own_code(subject: str, code: Any) -> Any:
    """Return the JavaScript *code*, which users have no part in.

    Raises:
        OperandError: it is a parameter.
    """
    if isinstance(code, Param):
        msg = f"{subject} got the parameter {code.name!r} for JavaScript"
        raise OperandError(f"{msg}; it takes code of your own")
    return code


def inert(tree: Any, *, texts: bool = True) -> Any:
    """Let the holes of hand-written MQL take nothing that the server would read.

    In expressions that is names and *texts* with a ``$`` in front, in queries names only.
    """
    return substitute(tree, lambda hole: changed(hole, _inert, hole.name, texts))


def _inert(name: str, texts: bool, tree: Node) -> Node:
    for word in _words(tree, texts=texts):
        if word[:1] == "$":
            msg = f"parameter {name!r} is bound to a value with {word!r}, which the server"
            raise OperandError(
                f"{msg} would read in hand-written MQL; it takes plain data"
            )
    return tree


def _words(tree: Any, *, texts: bool) -> list[str]:
    if isinstance(tree, Map):
        nested = [w for _, item in tree.items for w in _words(item, texts=texts)]
        return [name for name, _ in tree.items] + nested
    if isinstance(tree, Seq):
        return [word for item in tree.items for word in _words(item, texts=texts)]
    value = getattr(tree, "value", None)
    return [value] if texts and isinstance(value, str) else []


def param(name: str, annotation: Any = Any) -> Any:
    """Leave a hole called *name*, which `bind` fills with a value of type *annotation*.

    A hole stands wherever a value may stand; the field it is compared with checks the
    value too.

    >>> from mongo_dsl import F
    >>> (F.age >= param("min_age")).bind(min_age=18).compile()
    {'age': {'$gte': 18}}
    """
    if not name.isidentifier():
        msg = f"a parameter is named {name!r}; names are Python identifiers"
        raise ParameterError(msg)
    return Param(name, _Typed(name, annotation))


def annotation_of(hole: Param) -> Any:
    """Return the type that *hole* was given, `Any` if none."""
    accept: Any = hole.accept
    while hasattr(accept, "first"):  # the field checks after the parameter
        accept = accept.first
    return getattr(accept, "annotation", Any)


def names_of(tree: Any) -> list[str]:
    """List the names of the holes in *tree*, each once."""
    return list(dict.fromkeys(hole.name for hole in parameters(tree)))


def fill(tree: T, values: Mapping[str, Any]) -> T:
    """Fill the holes of *tree* that *values* names; the others stay open.

    Raises:
        ParameterError: *values* has a name that no hole has.
        OperandError: a hole doesn't take its value.
    """
    refuse_unknown(values, names_of(tree))
    filled: T = substitute(
        tree,
        lambda hole: hole.accept(values[hole.name]) if hole.name in values else hole,
    )
    return filled


def refuse_unknown(values: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a value that is bound to a parameter which isn't *known*.

    Raises:
        ParameterError: there is such a value.
    """
    for name in values:
        if name not in known:
            listed = ", ".join(dict.fromkeys(known)) or "none"
            msg = (
                f"bind got {name!r}, which no parameter is called; there are: {listed}"
            )
            raise ParameterError(msg)
