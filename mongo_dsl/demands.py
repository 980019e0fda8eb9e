"""What a tree demands of the server: the versions of all that it uses.

Only the tree tells operators from data, so it is the tree that is read, not the compiled
query. Hand-written MQL (`Raw`) demands nothing that is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from mongo_dsl.compile.expressions import has_odd_names, is_data
from mongo_dsl.errors import ServerVersionError
from mongo_dsl.nodes import (
    Body,
    Data,
    Map,
    Node,
    Op,
    Path,
    Raw,
    Seq,
    Stages,
    Value,
    Var,
)
from mongo_dsl.predicates import Computed, Query, Where
from mongo_dsl.versions import (
    argument_versions,
    operator_version,
    parsed,
    variable_version,
)


Demand = tuple[str, str]
"""A subject, and the version that it needs."""

EXPRESSION, QUERY, STAGE = "expression", "query", "stage"
ACCUMULATOR, WINDOW, SEARCH = "accumulator", "window", "search"
"""The places where an operator may stand."""


def refuse_newer(tree: Any, place: str, server: str) -> None:
    """Refuse *tree*, which stands at *place*, where it is too new for *server*.

    Raises:
        ServerVersionError: an operator, argument or variable needs a newer one.
        ArgumentError: *server* is no version.
    """
    version = parsed(server)
    for subject, needs in demands(tree, place):
        if version < parsed(needs):
            raise ServerVersionError(subject, needs, server)


def demands(tree: Any, place: str) -> Iterator[Demand]:
    """Yield what *tree*, standing at *place*, needs of the server."""
    if isinstance(tree, tuple):
        for item in tree:
            yield from demands(item, place)
    elif isinstance(tree, Node):
        yield from DEMANDS.get(type(tree), _parts)(tree, place)


def _parts(tree: Any, place: str) -> Iterator[Demand]:
    for attribute in attrs.fields(type(tree)):
        yield from demands(getattr(tree, attribute.name), place)


def _nothing(_tree: Any, _place: str) -> Iterator[Demand]:
    return iter(())


def _path(tree: Path, place: str) -> Iterator[Demand]:
    """Expressions read fields of an array's item by ``$getField``."""
    if place != EXPRESSION or not tree.positions:
        return
    last = tree.name.count(".")
    if any(n not in tree.positions for n in range(tree.positions[0], last + 1)):
        yield from operator("$getField", EXPRESSION)


def _variable(tree: Var, _place: str) -> Iterator[Demand]:
    name = tree.name.partition(".")[0]
    version = variable_version(name)
    if version is not None:
        yield f"$${name}", version


def _op(tree: Op, place: str) -> Iterator[Demand]:
    yield from operator(tree.name, place)
    yield from _arguments(tree, place)
    yield from _BODIES.get((place, tree.name), _BODY[place])(tree.body)


def operator(name: str, place: str) -> Iterator[Demand]:
    """Yield what the operator *name* needs at *place*."""
    version = operator_version(_CATEGORIES.get(place, place), name)
    if version is not None:
        yield name, version


_CATEGORIES = {WINDOW: ACCUMULATOR}


def _arguments(tree: Op, place: str) -> Iterator[Demand]:
    newer = argument_versions(place, tree.name)
    given = [name for name, _ in _items(tree.body)]
    for name, version in newer.items():
        if name in given:
            yield f"{name} of {tree.name}", version
    if tree.name == "$lookup" and {"localField", "pipeline"} <= set(given):
        yield "a pipeline beside localField of $lookup", "5.0"


def _items(tree: Node) -> Iterable[tuple[str, Node]]:
    found = tree.body if isinstance(tree, Data) else tree
    return found.items if isinstance(found, (Body, Map)) else ()


def _in(place: str) -> Callable[[Node], Iterator[Demand]]:
    return lambda body: demands(body, place)


def _group(body: Node) -> Iterator[Demand]:
    for name, item in _items(body):
        yield from demands(item, EXPRESSION if name == "_id" else ACCUMULATOR)


def _outputs(place: str) -> Callable[[Node], Iterator[Demand]]:
    """Return what reads the bodies whose ``output`` holds operators of *place*."""

    def read(body: Node) -> Iterator[Demand]:
        for name, item in _items(body):
            yield from demands(item, place if name == "output" else EXPRESSION)

    return read


def _search(body: Node) -> Iterator[Demand]:
    """A search stage has its operator beside its options."""
    for name, _ in _items(body):
        yield from operator(name, SEARCH)
    yield from demands(body, SEARCH)


_BODY = {
    STAGE: _in(EXPRESSION),
    EXPRESSION: _in(EXPRESSION),
    ACCUMULATOR: _in(EXPRESSION),
    WINDOW: _in(EXPRESSION),
    QUERY: _in(QUERY),
    SEARCH: _search,
}
_BODIES = {
    (STAGE, "$group"): _group,
    (STAGE, "$bucket"): _outputs(ACCUMULATOR),
    (STAGE, "$bucketAuto"): _outputs(ACCUMULATOR),
    (STAGE, "$setWindowFields"): _outputs(WINDOW),
    (STAGE, "$search"): _search,
    (STAGE, "$searchMeta"): _search,
}


def _body(tree: Body, place: str) -> Iterator[Demand]:
    """A function with bounds has its operator beside its window."""
    names = [name for name, _ in tree.items]
    if place == WINDOW and names[1:] == ["window"]:
        yield from _op(Op(*tree.items[0]), WINDOW)
    else:
        for _, item in tree.items:
            yield from demands(item, place)


def _map(tree: Map, place: str) -> Iterator[Demand]:
    """Expressions make computed documents of any names by ``$setField``."""
    if place == EXPRESSION and has_odd_names(tree) and not is_data(tree):
        yield from operator("$setField", EXPRESSION)
    for _, item in tree.items:
        yield from demands(item, place)


# What query operators become in expressions, where that is younger than they are.
_LOWERED = {"$mod": "$isNumber", "$regex": "$regexMatch"}


def _where(tree: Where, place: str) -> Iterator[Demand]:
    yield from _path(tree.path, place)
    for op in tree.ops:
        lowered = _LOWERED.get(op.name) if place == EXPRESSION else None
        yield from operator(lowered or op.name, place if lowered else QUERY)
        yield from demands(op.body, place)


def _computed(tree: Computed, place: str) -> Iterator[Demand]:
    if place == QUERY:
        yield from operator("$expr", QUERY)
    yield from demands(tree.expression, EXPRESSION)


DEMANDS: dict[type[Node], Callable[[Any, str], Iterator[Demand]]] = {
    Value: _nothing,
    Raw: _nothing,
    Path: _path,
    Var: _variable,
    Op: _op,
    Seq: lambda tree, place: demands(tree.items, place),
    Map: _map,
    Body: _body,
    Stages: lambda tree, _: demands(tree.items, STAGE),
    Query: lambda tree, _: demands(tree.predicate, QUERY),
    Where: _where,
    Computed: _computed,
}
