"""`translate`: MQL becomes the Python source that builds it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Literal

import attrs

from mongo_dsl import fn, parsing, source
from mongo_dsl.compile import compile_value
from mongo_dsl.errors import ArgumentError, DslError, TranslationError
from mongo_dsl.nodes import Node
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
from mongo_dsl.source.layout import Call, Prefix
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
        ArgumentError: there is no such *kind*.

    >>> print(translate({"age": {"$gt": 18}, "city": "Paris"}, kind="filter"), end="")
    from mongo_dsl import F
    <BLANKLINE>
    query = (F.age > 18) & (F.city == "Paris")
    """
    if kind not in _KINDS:
        msg = f"translate got the kind {kind!r}; the kinds are: {', '.join(_KINDS)}"
        raise ArgumentError(msg)
    at = parsing.Place()
    if kind == "update" and isinstance(mql, list):
        kind = "pipeline"  # stages may be an update, too
    parse, write = _KINDS[kind]
    try:
        made = write(parse(mql, at), Scope(model))
    except UnwritableError as error:
        raise _unknown(error, at) from error
    except TranslationError:
        raise
    except DslError as error:  # two changes of one path, say
        raise at.wrong(str(error)) from error
    if not identical(made.value.compile(), _plain(mql)):
        msg = f"no query compiles to it; the nearest one is {flat(made.code)}"
        raise at.wrong(msg)
    return Translation(_module(made.code, model), made.value)


def _plain(mql: Any) -> Any:
    """Return *mql* in the types of BSON: dates in UTC, sets as arrays."""
    return compile_value(node(mql))


def _unknown(error: UnwritableError, at: parsing.Place) -> TranslationError:
    found = error.node
    place = attrs.evolve(at, path=at.of(found))
    if error.reason:
        return place.wrong(error.reason)
    name = getattr(found, "name", None) or getattr(found, "operator", None)
    if isinstance(name, str) and name[:1] == "$":
        return place.wrong(f"{name} is no operator here, or takes other arguments")
    return place.wrong("this can't be built")


def _expression(node_: Node, scope: Scope) -> Written:
    made = source.expression(node_, scope)
    if isinstance(made.value, Readable):
        return made
    return Written(Call("fn.value", (made.code,)), fn.value(made.value))


_KINDS: dict[str, tuple[Callable[..., Any], Callable[..., Written]]] = {
    "pipeline": (parsing.pipeline, source.pipeline),
    "filter": (parsing.predicate, source.predicate),
    "update": (parsing.update, source.update),
    "expression": (parsing.expression, _expression),
}


def _module(code: Code, model: type | None) -> str:
    """Write a module: its imports, and the query."""
    assigned = laid_out(Prefix("query = ", code))
    return f"{imports(assigned, model)}\n\n{assigned}\n"


def imports(code: str, model: type | None = None) -> str:
    """Write the imports that *code* needs."""
    names = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
    blocks = [
        [f"import {name}" for name in ("datetime", "re") if name in names],
        _from("bson", names & _BSON),
        _from("mongo_dsl", names & _OURS),
        [] if model is None else _from(model.__module__, names & {model.__name__}),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _from(module: str, names: set[str]) -> list[str]:
    return [f"from {module} import {', '.join(sorted(names))}"] if names else []
