"""Pipelines as chains of methods, a method per stage."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from mongo_dsl import fn
from mongo_dsl.compile import compile_expression
from mongo_dsl.nodes import Body, Data, Map, Node, Op, Raw, Seq, Stages, Value
from mongo_dsl.pipeline import Pipeline
from mongo_dsl.predicates import Query
from mongo_dsl.signatures import snake_case
from mongo_dsl.source.calls import by_name, kept
from mongo_dsl.source.expressions import accumulator, window
from mongo_dsl.source.fields import Scope
from mongo_dsl.source.filters import conjuncts, predicate
from mongo_dsl.source.literals import data
from mongo_dsl.source.searches import is_search_operator, search_operator
from mongo_dsl.source.shapes import point
from mongo_dsl.source.table import WRITERS, expression
from mongo_dsl.source.written import (
    Attempt,
    Named,
    UnwritableError,
    Written,
    call,
    chained,
    first_that_fits,
    listed,
    mapped,
    method,
)


def pipeline(node: Stages, scope: Scope, start: Written | None = None) -> Written:
    """Write the stages of *node* as calls behind *start*, by default ``Pipeline()``.

    Raises:
        UnwritableError: there is no method for one of them.
    """
    made = start or call("Pipeline", Pipeline)
    for one in node.items:
        made = _stage(made, one, scope)
        if getattr(one, "name", None) in _REPLACING:
            scope = attrs.evolve(scope, model=None)
    return made


# Stages whose documents are no longer those of the class, and such that read others.
_REPLACING = frozenset(
    {
        *("$bucket", "$bucketAuto", "$collStats", "$count", "$currentOp", "$documents"),
        *("$facet", "$group", "$replaceRoot", "$replaceWith", "$searchMeta"),
        "$sortByCount",
    }
)
_FOREIGN = frozenset({"$graphLookup", "$lookup", "$unionWith"})


def _stage(on: Written, node: Node, scope: Scope) -> Written:
    if isinstance(node, Raw):
        return method(on, "then", [data(node.body)])
    name = snake_case_of(node)
    ways = _ways(on, name, node, scope)
    return first_that_fits(node, compile_expression, ways, _last)


def _last(made: Pipeline) -> Node:
    return made._node.items[-1]  # noqa: SLF001


def snake_case_of(node: Any) -> str:
    """Return the method that adds the stage *node*.

    Raises:
        UnwritableError: there is none.
    """
    name = snake_case(node.name) if isinstance(node, Op) else ""
    if not name or not hasattr(Pipeline, name):
        raise UnwritableError(node)
    return name


def _ways(on: Written, name: str, node: Any, scope: Scope) -> Iterator[Attempt]:
    special = _SPECIAL.get(node.name)
    if special is not None:
        yield from special(on, name, node.body, scope)
    if isinstance(node.body, (Body, Map)):
        named = _named(node, scope)
        yield lambda: _by_name(on, name, named)
    whole = _argument(node.name, "", node.body, scope)
    yield lambda: method(on, name, [whole])
    if not (scope.foreign and _is_named(node)):
        yield lambda: method(on, name, [kept(whole)])


# Stages that are written in one way: what their methods refuse is wrong.
_BY_NAME_ONLY = frozenset(
    {
        *("$bucket", "$bucketAuto", "$densify", "$fill", "$graphLookup", "$merge"),
        "$replaceRoot",
    }
)


def _is_named(node: Op) -> bool:
    """Tell whether *node* has named arguments that its method must know.

    It doesn't know what YAML makes of ``on``.
    """
    if node.name not in _BY_NAME_ONLY or not isinstance(node.body, Body):
        return False
    return all(key != "true" for key, _ in node.body.items)


def _by_name(on: Written, name: str, named: Sequence[Named]) -> Written:
    made = by_name(f".{name}", getattr(on.value, name), named)
    return chained(on, made)


def _named(node: Any, scope: Scope) -> list[Named]:
    return [(k, _argument(node.name, k, item, scope)) for k, item in node.body.items]


def _argument(stage: str, key: str, node: Node, scope: Scope) -> Written:
    """Write the argument *key* of *stage*; what it is, its node or its place tells."""
    if stage in _FOREIGN and isinstance(node, (Stages, Query)):
        scope = attrs.evolve(scope, model=None)
    if isinstance(node, Stages):
        return pipeline(node, scope)
    if isinstance(node, Query):
        return predicate(node.predicate, scope)
    if (stage, key) == ("$geoNear", "near") and isinstance(node, Seq):
        return point(node)
    computes = _OUTPUTS.get((stage, key))
    if computes is not None and isinstance(node, (Body, Map)):
        return mapped([(name, computes(item, scope)) for name, item in node.items])
    if isinstance(node, (Body, Map)):
        return mapped([(k, _argument("", k, v, scope)) for k, v in node.items])
    return expression(node, scope)


_OUTPUTS: dict[tuple[str, str], Callable[[Node, Scope], Written]] = {
    ("$bucket", "output"): accumulator,
    ("$bucketAuto", "output"): accumulator,
    ("$setWindowFields", "output"): window,
}


def _match(on: Written, name: str, body: Any, scope: Scope) -> Iterator[Attempt]:
    if isinstance(body, Query):
        terms = conjuncts(body.predicate, scope)
        whole = predicate(body.predicate, scope)
        yield lambda: method(on, name, terms)
        yield lambda: method(on, name, [whole])


def _fields(on: Written, name: str, body: Any, scope: Scope) -> Iterator[Attempt]:
    """Yield calls with keywords where all names can be, else with a dictionary."""
    if not isinstance(body, (Body, Map)):
        return
    named = [(key, _argument("", "", item, scope)) for key, item in body.items]
    yield from _assigned(on, name, (), named)


def _assigned(
    on: Written, name: str, args: Sequence[Written], named: Sequence[Named]
) -> Iterator[Attempt]:
    if all(_is_keyword(key) for key, _ in named):
        yield lambda: method(on, name, args, named)
    yield lambda: method(on, name, [*args, mapped(named)])


def _is_keyword(name: str) -> bool:
    plain = name.isidentifier() and not keyword.iskeyword(name)
    return plain and name not in ("self", "on")


def _group(on: Written, name: str, body: Any, scope: Scope) -> Iterator[Attempt]:
    if not isinstance(body, Body) or "_id" not in dict(body.items):
        return
    key = expression(dict(body.items)["_id"], scope)
    outputs = [(k, accumulator(v, scope)) for k, v in body.items if k != "_id"]
    yield from _assigned(on, name, [key], outputs)
    constant = call("fn.value", fn.value, [key])
    yield from _assigned(on, name, [constant], outputs)
    whole = [(k, key if k == "_id" else dict(outputs)[k]) for k, _ in body.items]
    yield lambda: method(on, name, [kept(mapped(whole))])


def _sort(on: Written, name: str, body: Any, scope: Scope) -> Iterator[Attempt]:
    if not isinstance(body, (Body, Map)):
        return
    signs = [_SIGNS.get(repr(getattr(v, "value", None))) for _, v in body.items]
    if all(sign is not None for sign in signs):
        keys = [f"{s}{k}" for s, (k, _) in zip(signs, body.items, strict=True)]
        yield lambda: method(on, name, [data(Value(key)) for key in keys])
    named = [(key, expression(item, scope)) for key, item in body.items]
    yield lambda: method(on, name, [mapped(named)])


_SIGNS = {"1": "", "-1": "-"}


def _unset(on: Written, name: str, body: Any, _: Scope) -> Iterator[Attempt]:
    if isinstance(body, Seq):
        items = [data(item) for item in body.items]
        yield lambda: method(on, name, items)
        yield lambda: method(on, name, [listed(items)])


def _facet(on: Written, name: str, body: Any, scope: Scope) -> Iterator[Attempt]:
    if isinstance(body, (Body, Map)):
        named = [(k, _argument("", "", item, scope)) for k, item in body.items]
        yield from _assigned(on, name, (), named)


def _search(on: Written, name: str, body: Any, _: Scope) -> Iterator[Attempt]:
    if isinstance(body, Data):
        body = body.body
    if not isinstance(body, (Body, Map)):
        return
    found = [(key, item) for key, item in body.items if is_search_operator(key)]
    if len(found) != 1:
        return
    wanted = search_operator(Op(*found[0]))
    named = [
        ("operator", wanted) if key == found[0][0] else (key, data(item))
        for key, item in body.items
    ]
    yield lambda: _by_name(on, name, named)


_SPECIAL: dict[str, Callable[[Written, str, Any, Scope], Iterator[Attempt]]] = {
    "$match": _match,
    "$project": _fields,
    "$set": _fields,
    "$addFields": _fields,
    "$group": _group,
    "$sort": _sort,
    "$unset": _unset,
    "$facet": _facet,
    "$search": _search,
    "$searchMeta": _search,
}
WRITERS[Stages] = pipeline
WRITERS[Query] = lambda node, scope: predicate(node.predicate, scope)
