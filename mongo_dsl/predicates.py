"""The nodes of conditions, mirroring how the query language writes them."""

from __future__ import annotations

import itertools
from typing import Any

import attrs

from mongo_dsl.errors import CompileError
from mongo_dsl.nodes import Node, Op, Path, Seq, Value, frozen


class Predicate(Node):
    """A condition on a document."""

    __slots__ = ()


@frozen
class Equals(Predicate):
    """``{path: value}``."""

    path: Path
    value: Node


@frozen
class Fits(Predicate):
    """``{path: pattern}``: a regular expression that stands where a value would."""

    path: Path
    pattern: Node


@frozen
class Where(Predicate):
    """``{path: {operator: operand, …}}``."""

    path: Path
    ops: tuple[Op, ...]


@frozen
class And(Predicate):
    """Every one of *terms*; *literal* keeps ``$and`` as it was written."""

    terms: tuple[Predicate, ...]
    literal: bool = False


@frozen
class Or(Predicate):
    """At least one of *terms*."""

    terms: tuple[Predicate, ...]


@frozen
class Nor(Predicate):
    """None of *terms*."""

    terms: tuple[Predicate, ...]


@frozen
class Top(Predicate):
    """An operator that stands beside the fields: ``$text``, ``$jsonSchema``, …."""

    op: Op


@frozen
class Computed(Predicate):
    """A truth value that the server computes: ``{"$expr": expression}``."""

    expression: Node


@frozen
class Verbatim(Predicate):
    """A filter written by hand."""

    body: Node


Part = tuple[Path, str, Any]
"""A path, an operator and a value; without operator they are equal, a tuple is an array."""


def grown(parts: tuple[Part, ...]) -> Predicate:
    """Return the tree that *parts* stand for."""
    terms = tuple(itertools.starmap(_term, parts))
    return terms[0] if len(terms) == 1 else And(terms)


def _term(path: Path, operator: str, value: Any) -> Predicate:
    found: Node = (
        Seq(tuple(map(Value, value))) if type(value) is tuple else Value(value)
    )
    return Where(path, (Op(operator, found),)) if operator else Equals(path, found)


class _Flat(Node):
    """What may be made of parts; no part of its value."""

    __slots__ = ("parts",)
    parts: tuple[Part, ...] | None


@frozen(init=False)
class Query(_Flat):
    """A filter as the argument of a stage; elsewhere predicates become expressions."""

    predicate: Predicate

    def __init__(self, predicate: Predicate) -> None:
        _put_predicate(self, predicate)
        self.parts = None

    def __getattr__(self, name: str) -> Any:
        """Grow the tree when it is asked for; what was pickled has no parts."""
        if name == "predicate":
            found = grown(self.parts or ())
            _put_predicate(self, found)
            return found
        if name == "parts":
            return None
        msg = f"a query has no {name}"
        raise AttributeError(msg)


_put_predicate = vars(Query)["predicate"].__set__


def flat_query(parts: tuple[Part, ...]) -> Query:
    """Return the query of *parts*; its tree grows when it is asked for."""
    made = Query.__new__(Query)
    made.parts = parts
    return made


EVERYTHING = And(())


def speaks_of_item(test: Predicate) -> bool:
    """Tell whether *test* speaks of an array's item itself, not of fields in it."""
    if isinstance(test, (Equals, Fits, Where)):
        return not test.path.name
    return any(map(speaks_of_item, getattr(test, "terms", ())))


def under(prefix: str, predicate: Predicate) -> Predicate:
    """Move the conditions of *predicate* below *prefix*, the way array filters name items.

    Raises:
        CompileError: *predicate* has a part that speaks of the whole document.
    """
    if isinstance(predicate, (Equals, Fits, Where)):
        name = predicate.path.name
        path = attrs.evolve(predicate.path, name=f"{prefix}.{name}" if name else prefix)
        return attrs.evolve(predicate, path=path)
    if isinstance(predicate, (And, Or, Nor)):
        terms = tuple(under(prefix, term) for term in predicate.terms)
        return attrs.evolve(predicate, terms=terms)
    msg = "conditions on the whole document can't speak of an array's items"
    raise CompileError(f"{msg}; compare fields of the item with values")
