"""What a query includes: relations by path, each with what is asked of its documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import attrs

from mapper.relations.paths import Relation, relation
from mapper.relations.reverse import Reverse
from mongo_dsl.errors import OperandError
from mongo_dsl.values import node


if TYPE_CHECKING:
    from mongo_dsl.source.written import Written


@attrs.frozen
class Options:
    """What is asked of the documents that are included: *only* some fields, a *query*."""

    only: tuple[str, ...] = ()
    query: Any = None


@attrs.frozen
class Inclusion:
    """The relation at *path*, and what is asked of its documents."""

    path: str
    options: Options = Options()


@attrs.frozen
class Inclusions:
    """All that a query includes."""

    items: tuple[Inclusion, ...] = ()

    def __written__(self, on: Written) -> Written:
        """Write the calls of `include` that ask for it behind *on*."""
        from mongo_dsl.source.literals import data
        from mongo_dsl.source.queries import query_set
        from mongo_dsl.source.written import listed, method

        for one in self.items:
            only = [data(node(name)) for name in one.options.only]
            named = [("only", listed(only))] if only else []
            query = one.options.query
            named += [] if query is None else [("query", query_set(query))]
            on = method(on, "include", [data(node(one.path))], named)
        return on


@attrs.frozen
class Branch:
    """A relation, what is asked of its documents, and what these include."""

    relation: Relation
    options: Options
    branches: tuple[Branch, ...]


def with_inclusions(
    model: Any,
    before: Inclusions | None,
    relations: Iterable[Any],
    only: Any,
    query: Any,
) -> Inclusions:
    """Return *before* with what the arguments of `include` ask for besides.

    Raises:
        OperandError: one is no relation, or *query* can't be honoured.
    """
    refuse_parts("include", query)
    options = Options(_names(only), query)
    found = tuple(Inclusion(path_of(model, one), options) for one in relations)
    if not found:
        msg = "include got no relations; it takes fields of Ref, such as Book.q.author"
        raise OperandError(msg)
    plan(model, found)
    return Inclusions((*(() if before is None else before.items), *found))


def _names(only: Any) -> tuple[str, ...]:
    if only is None:
        return ()
    fields = [only] if isinstance(only, str) else only
    return tuple(map(_name, fields))


def _name(field: Any) -> str:
    spec = getattr(field, "_spec", None)
    name: str = field if isinstance(field, str) else getattr(spec, "name", "")
    if not name:
        msg = f"include(only=...) got {field!r}; it takes fields, or their names"
        raise OperandError(msg)
    return name


def path_of(model: Any, one: Any) -> str:
    """Return the path that the caller's *one* means: a name, a field or a reverse.

    Raises:
        OperandError: it is none of them, or of another class than *model*.
    """
    spec = getattr(one, "_spec", None)
    owner = getattr(spec, "root", None) or getattr(one, "owner", None)
    if isinstance(one, str) and one:
        return one
    if owner is None or not _belongs(model, owner):
        msg = f"a query of {model.__name__} got the relation {one!r}; it takes fields of Ref, what"
        raise OperandError(f"{msg} reverse() declares, or the names of either")
    path: str = one.name if isinstance(one, Reverse) else spec.name  # type: ignore[union-attr]
    return path


def _belongs(model: Any, owner: Any) -> bool:
    return issubclass(model, owner) or issubclass(owner, model)


def refuse_parts(name: str, query: Any) -> None:
    """Refuse a *query*, given to the method *name*, that can't be done for each document.

    Raises:
        OperandError: it skips, limits, or loads no documents.
    """
    asked = {} if query is None else query.asked
    for part in ("skip", "limit", "raw", "row"):
        if part in asked:
            msg = (
                f"{name} got a query that asks for {part!r}, which it can't honour for"
            )
            raise OperandError(f"{msg} each document; it takes filter, sort and only")


def plan(model: Any, found: Iterable[Inclusion]) -> tuple[Branch, ...]:
    """Return the relations of *found* as trees: each is loaded once.

    Raises:
        UnknownFieldError: a path names no field.
        OperandError: a path leads through no reference.
    """
    trees: dict[Relation, list[Inclusion]] = {}
    for one in found:
        known, rest = relation(model, one.path)
        trees.setdefault(known, []).append(Inclusion(rest, one.options))
    return tuple(_branch(known, below) for known, below in trees.items())


def _branch(known: Relation, below: list[Inclusion]) -> Branch:
    own = [one.options for one in below if not one.path]
    deeper = [one for one in below if one.path]
    options = own[-1] if own else Options()
    return Branch(known, options, plan(known.model, deeper) if deeper else ())
