"""`translate`: MQL becomes the Python source that builds it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Literal

import attrs

from mongo_dsl import fn, parsing, source
from mongo_dsl.compile import compile_value
from mongo_dsl.errors import ArgumentError, DslError, TranslationError
from mongo_dsl.nodes import Node, Op, Stages
from mongo_dsl.predicates import Where
from mongo_dsl.readable import Readable
from mongo_dsl.source import (
    Code,
    Scope,
    UnwritableError,
    Written,
    flat,
    identical,
    laid_out,
)
from mongo_dsl.source.layout import WIDTH, Call, Prefix
from mongo_dsl.values import node


_BSON = frozenset(
    {
        *("Binary", "Code", "DBRef", "Decimal128", "Int64", "MaxKey", "MinKey"),
        *("ObjectId", "Regex", "Timestamp"),
    }
)
_OURS = frozenset(
    {
        *("F", "Fields", "Filter", "Pipeline", "QuerySet", "Update", "acc", "all_of"),
        *("and_", "comment", "expr", "fn", "geo", "json_schema", "nor", "not_", "or_"),
        *("param", "raw", "sample_rate", "search", "text", "where", "win"),
    }
)

Kind = Literal["pipeline", "filter", "update", "expression"]


@attrs.frozen
class Translation:
    """What `translate` returns: *source* is runnable, *query* what it makes."""

    source: str
    query: Any

    def compile(self) -> Any:
        """Return the MQL that the query compiles to: what was translated.

        >>> translate({"age": {"$gt": 18}}, kind="filter").compile()
        {'age': {'$gt': 18}}
        """
        return self.query.compile()

    def __str__(self) -> str:
        return self.source


def translate(mql: Any, kind: Kind, *, model: type | None = None) -> Translation:
    """Write the Python source that builds *mql*, a query of the given *kind*.

    The source has its imports and ends in ``query = …``; that compiles to *mql*, BSON
    types and the order of keys included. With the document class *model*, its fields are
    written ``User.q.age``.

    Raises:
        TranslationError: *mql* is no MQL; the error tells where.
        ArgumentError: there is no such *kind*, or *model* is no document class.

    >>> print(translate({"age": {"$gt": 18}, "city": "Paris"}, kind="filter"), end="")
    from mongo_dsl import F
    <BLANKLINE>
    query = (F.age > 18) & (F.city == "Paris")
    """
    if not isinstance(kind, str) or kind not in _KINDS:
        msg = f"translate got the kind {kind!r}; the kinds are: {', '.join(_KINDS)}"
        raise ArgumentError(msg)
    if model is not None and not attrs.has(model):
        msg = f"translate got the model {model!r}; it takes a document class"
        raise ArgumentError(msg)
    at = parsing.Place()
    at.shallow(mql)
    made = _made(mql, kind, Scope(model, foreign=True), at)
    if not identical(made.value.compile(), _plain(mql)):
        msg = f"no query compiles to it; the nearest one is {flat(made.code)}"
        raise at.wrong(msg)
    return Translation(_module(made.code, model, at), made.value)


def _made(mql: Any, kind: Kind, scope: Scope, at: parsing.Place) -> Written:
    parse, write = _KINDS[kind]
    try:
        return write(parse(mql, at), scope)
    except UnwritableError as error:
        raise _unknown(error, at) from error
    except TranslationError:
        raise
    except DslError as error:  # two changes that contradict each other, say
        raise at.wrong(str(error)) from error


def _plain(mql: Any) -> Any:
    """Return *mql* in the types of BSON: dates in UTC, sets as arrays."""
    return compile_value(node(mql))


def _unknown(error: UnwritableError, at: parsing.Place) -> TranslationError:
    nodes = [error.node, *error.around]
    place = at.of([part for found in nodes for part in _pointing(found)])
    if error.reason:
        return place.wrong(error.reason)
    name = next(filter(None, (_operator(found) for found in nodes)), None)
    if name is None:
        return place.wrong("this can't be built")
    return place.wrong(f"{name} doesn't take this")


def _pointing(found: Any) -> list[Any]:
    """List what tells the place of *found*: its only operator, rather than its field."""
    only = found.ops if isinstance(found, Where) and len(found.ops) == 1 else ()
    body = [found.body] if isinstance(found, Op) else []
    return [*only, found, *body]


def _operator(found: Any) -> str | None:
    for part in _pointing(found):
        name = getattr(part, "name", None) or getattr(part, "operator", None)
        if isinstance(name, str) and name[:1] == "$":
            return name
    return None


def _expression(node_: Node, scope: Scope) -> Written:
    made = source.expression(node_, scope)
    if isinstance(made.value, Readable):
        return made
    return Written(Call("fn.value", (made.code,)), fn.value(made.value))


def _update(node_: Any, scope: Scope) -> Written:
    write: Any = source.pipeline if isinstance(node_, Stages) else source.update
    return write(node_, scope)


_KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Written]]] = {
    "pipeline": (parsing.pipeline, source.pipeline),
    "filter": (parsing.predicate, source.predicate),
    "update": (parsing.update, _update),
    "expression": (parsing.expression, _expression),
}


def _module(code: Code, model: type | None, at: parsing.Place) -> str:
    """Write a module: its imports, and the query."""
    assigned = laid_out(Prefix("query = ", code))
    try:
        return f"{imports(assigned, model)}\n\n{assigned}\n"
    except (SyntaxError, MemoryError, RecursionError) as error:
        msg = "the source is longer, or nests deeper, than Python reads"
        raise at.wrong(msg) from error


def imports(code: str, model: type | None = None) -> str:
    """Write the imports that *code* needs."""
    names = free_names(ast.parse(code))
    modules = [f"import {name}" for name in ("datetime", "re") if name in names]
    blocks = ["\n".join(modules)]
    blocks += _imported("bson", names & _BSON)
    blocks += _imported("mongo_dsl", names & _OURS)
    if model is not None:
        blocks += _imported(model.__module__, names & {model.__name__})
    return "\n\n".join(filter(None, blocks))


def _imported(module: str, names: set[str]) -> list[str]:
    if not names:
        return []
    line = f"from {module} import {', '.join(sorted(names))}"
    rows = "".join(f"    {name},\n" for name in sorted(names))
    return [line if len(line) <= WIDTH else f"from {module} import (\n{rows})"]


def free_names(tree: ast.AST) -> set[str]:
    """Return the names that *tree* reads, but for the arguments of its lambdas."""
    found: set[str] = set()
    waiting: list[tuple[ast.AST, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        node_, bound = waiting.pop()
        if isinstance(node_, ast.Lambda):
            bound = bound.union(argument.arg for argument in node_.args.args)
        if isinstance(node_, ast.Name) and node_.id not in bound:
            found.add(node_.id)
        waiting += [(child, bound) for child in ast.iter_child_nodes(node_)]
    return found
