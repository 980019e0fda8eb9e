"""The tree every query is made of; it mirrors BSON, and knows no operator by name.

`Value`, `Seq` and `Map` are data, `Path` and `Var` stand for what the server reads, and
`Op` is ``{name: body}``. Faces (`Field`, `Expr`, `Filter`, …) wrap nodes; nodes never
hold faces, so nodes compare and hash structurally.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import attrs


if TYPE_CHECKING:
    from attrs import frozen as frozen  # noqa: PLC0414 - exported
else:
    # Nodes are frozen for type checkers alone: the guard at run time would cost more than
    # all else that builds a query, and nobody but this package holds nodes. The same goes
    # for faces that hold nothing but a node, and for what shapes are made of.
    def frozen(cls: Any = None, **options: Any) -> Any:
        """Make *cls* a class of nodes."""
        if cls is None:
            return functools.partial(frozen, **options)
        hashed = options.get("eq", True) or None
        return attrs.define(cls, **{"unsafe_hash": hashed, **options})


class Node:
    """A part of the tree: immutable, hashable, picklable."""

    __slots__ = ()


N = TypeVar("N", bound=Node)


@frozen
class Path(Node):
    """A field of the document, by its stored, dotted *name*.

    *positions* are the places, counted in segments, that index an array: queries and
    updates read ``items.0.sku`` by themselves, expressions don't. *root* is the document
    class that the field was taken from; paths compare without it.
    """

    name: str
    positions: tuple[int, ...] = ()
    root: type | None = attrs.field(default=None, eq=False, repr=False)


@frozen
class Var(Node):
    """A variable of an expression, named without its ``$$``."""

    name: str


def _identity(value: Any) -> tuple[Any, ...]:
    """Tell values apart as BSON does: 1, True and 1.0 are three values.

    `repr` stands in for the types that lack a hash, and tells 0.0 from -0.0.
    """
    kind = type(value)
    if kind is float or kind.__hash__ is None:
        return kind, repr(value)
    return kind, value


@frozen
class Value(Node):
    """A scalar, as the driver takes it."""

    value: Any = attrs.field(eq=_identity)


@frozen
class Collection(Node):
    """A collection, by *name*; *model* is the document class that gave it, if one did."""

    name: str
    model: type | None = attrs.field(default=None, eq=False, repr=False)


@frozen
class Seq(Node):
    """An array."""

    items: tuple[Node, ...]


@frozen
class Map(Node):
    """A document; its keys are data."""

    items: tuple[tuple[str, Node], ...]


@frozen
class Body(Node):
    """A document of MQL; its keys, argument names and paths, are the builder's."""

    items: tuple[tuple[str, Node], ...]


class _Written(Node):
    """What may remember how it is written, see `compile.templates`; no part of its value."""

    __slots__ = ("template",)
    template: Callable[[], Any]


@frozen
class Op(_Written):
    """An operator: ``{name: body}``."""

    name: str
    body: Node


@frozen
class Raw(Node):
    """MQL that the caller wrote by hand; it compiles as it is, in every place."""

    body: Node


@frozen
class Data(Node):
    """What a stage takes as data: it compiles as such, whatever its texts begin with."""

    body: Node


@frozen
class Param(Node):
    """A hole, filled by `bind`; *accept* turns the bound value into a node or refuses it."""

    name: str
    accept: Callable[[Any], Node]


@frozen
class Stages(Node):
    """A pipeline: its stages, each an `Op` or `Raw`."""

    items: tuple[Node, ...]


def substitute(
    node: Any,
    change: Callable[[Any], Node],
    kind: type[Node] = Param,
) -> Any:
    """Replace the parts of *node* that are of *kind*, copying only the way to them."""
    if isinstance(node, kind):
        return change(node)
    if isinstance(node, tuple):
        items = tuple([substitute(item, change, kind) for item in node])
        return node if all(map(operator.is_, items, node)) else items
    if not isinstance(node, Node):
        return node
    changes = {}
    for attribute in _attributes(node):
        old = getattr(node, attribute.name)
        new = substitute(old, change, kind)
        if new is not old:
            changes[attribute.name] = new
    made: Any = node  # every node is an attrs class, which the base class can't say
    return attrs.evolve(made, **changes) if changes else node


def _attributes(node: Any) -> tuple[attrs.Attribute[Any], ...]:
    return attrs.fields(type(node))


def parts(node: Any, kind: type[N]) -> Iterator[N]:
    """Yield the parts of *node* that are of *kind*, in the order they stand in."""
    if isinstance(node, kind):
        yield node
    if isinstance(node, tuple):
        for item in node:
            yield from parts(item, kind)
    elif isinstance(node, Node):
        for attribute in _attributes(node):
            yield from parts(getattr(node, attribute.name), kind)


def parameters(node: Any) -> Iterator[Param]:
    """Yield the parameters of *node*, in the order they stand in."""
    return parts(node, Param)
