"""Who refers to documents of a class, and what becomes of that when they are deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import attrs

from mapper.errors import DefinitionError
from mapper.on_delete import OnDelete
from mapper.references import holds_refs, is_family
from mapper.registry import document_classes, newest
from mapper.relations.assigning import classes
from mapper.relations.paths import Forward, by_query, relation
from mapper.relations.reverse import Reverse
from mongo_dsl import F
from mongo_dsl.conformity import conforms
from mongo_dsl.errors import OperandError, UnknownFieldError
from mongo_dsl.schema import find
from mongo_dsl.structure import fields_of


@attrs.frozen
class Referrer:
    """References to documents, and the *rule* that holds when these are deleted."""

    forward: Forward
    rule: OnDelete

    @property
    def model(self) -> Any:
        """The class of the documents that refer."""
        return self.forward.owner

    def __str__(self) -> str:
        return f"{self.model.__name__}.{self.forward.name}"

    def filter(self, ids: list[Any]) -> Any:
        """Return the condition of referring to one of *ids*."""
        return F[self.forward.stored].in_(ids)

    def update(self, ids: list[Any]) -> Any:
        """Return the update that takes the references to *ids* away."""
        arrays = _arrays(self.forward)
        if not arrays:
            return F[self.forward.stored].set(None)
        array = _field(arrays[:-1], arrays[-1])
        if self.rule is OnDelete.PULL:
            return array.pull_all(ids)
        rest = self.forward.stored.removeprefix(f"{arrays[-1]}.")
        return array.where(F[rest].in_(ids))[rest].set(None)


def _arrays(forward: Forward) -> list[str]:
    """Return the stored paths of the arrays on the way."""
    names = forward.name.split(".")
    specs = [find(forward.owner, ".".join(names[:n])) for n in range(1, len(names) + 1)]
    return [spec.stored for spec in specs if spec.is_array()]


def _field(above: list[str], last: str) -> Any:
    """Return the field of the array *last*, which is in every item of those *above*."""
    found: Any = F
    done = ""
    for path in above:
        found = found[path.removeprefix(done)].every()
        done = f"{path}."
    return found[last.removeprefix(done)]


def referrers_of(model: Any) -> list[Referrer]:
    """Return who refers to documents of *model* by a rule of deletion, each once.

    Raises:
        DefinitionError: a rule can't hold where it is written.
    """
    number = newest()
    known = model.__dict__.get("__referrers__")
    if known is None or known[0] != number:
        known = number, _referrers(model)
        type.__setattr__(model, "__referrers__", known)
    return cast("list[Referrer]", known[1])


def _referrers(model: Any) -> list[Referrer]:
    family = {one.__name__ for one in document_classes() if is_family(one, model)}
    found: dict[tuple[str, str, str], Referrer] = {}
    for cls in document_classes():
        for one in _rules(cls):
            if _short(one.forward) in family and is_family(one.forward.model, model):
                _check(one)
                _refuse_strangers(one, model)
                found[cls.__module__, cls.__qualname__, one.forward.name] = one
    return list(found.values())


def _short(forward: Forward) -> str:
    return forward.target.__name__.rpartition(".")[2]


def _refuse_strangers(one: Referrer, model: Any) -> None:
    names = [cls.__options__.database for cls in (one.model, model)]
    if names[0] != names[1]:
        msg = f"{one} refers to {model.__name__} in the database {names[1]!r}, where"
        raise DefinitionError(f"{msg} its on_delete can't hold: a delete stays in one")


def check_rules(cls: Any) -> None:
    """Check the rules of deletion that *cls* has.

    Raises:
        DefinitionError: one stands where it can't hold.
    """
    for path, _ in _ruled(cls, "", frozenset()):
        if _forward(cls, path) is None:
            msg = (
                f"{cls.__name__}.{path} has on_delete and is no reference; annotate Ref"
            )
            raise DefinitionError(msg)
    for one in _rules(cls):
        _check(one)


def _rules(cls: Any) -> tuple[Referrer, ...]:
    """Return the references of *cls* that have rules; they are looked for once."""
    found = cls.__dict__.get("__rules__")
    if found is None:
        try:
            ruled = [
                (_forward(cls, p), rule) for p, rule in _ruled(cls, "", frozenset())
            ]
        except UnknownFieldError:
            return ()  # an annotation names nothing: there are no documents of the class
        found = tuple(
            Referrer(one, rule)
            for one, rule in ruled
            if one is not None and not _inherits(cls, one.name)
        )
        type.__setattr__(cls, "__rules__", found)
    return cast("tuple[Referrer, ...]", found)


def _inherits(cls: Any, path: str) -> bool:
    """Tell whether a class above *cls*, in the same collection, has the field at *path*."""
    first = path.partition(".")[0]
    return any(
        "__attrs_attrs__" in vars(base)
        and getattr(base, "__collection__", None) == cls.__collection__
        and first in fields_of(base)
        for base in cls.__mro__[1:]
    )


def _ruled(
    cls: Any, prefix: str, seen: frozenset[Any]
) -> Iterator[tuple[str, OnDelete]]:
    """Yield the paths of fields with rules, those of embedded classes too."""
    if cls in seen:
        return
    known = fields_of(cls)
    for attribute in attrs.fields(cls):
        path = f"{prefix}{attribute.name}"
        rule = attribute.metadata.get("on_delete")
        if rule is not None:
            yield path, rule
        for inner in classes(known[attribute.name][1]):
            yield from _ruled(inner, f"{path}.", seen | {cls})


def _forward(cls: Any, path: str) -> Forward | None:
    """Return the references at *path*, if there are some."""
    try:
        found, _ = relation(cls, path)
    except OperandError:
        return None
    return found if isinstance(found, Forward) else None


def _check(found: Referrer) -> None:
    """Check that the rule of *found* can hold where it stands."""
    try:
        by_query(found.forward)
    except OperandError as error:
        raise DefinitionError(f"{error}, or leave on_delete out") from None
    spec = find(found.model, found.forward.name)
    if found.rule is OnDelete.PULL and not spec.is_array():
        msg = f"{found} has on_delete=PULL and is no list; use NULLIFY, CASCADE or DENY"
        raise DefinitionError(msg)
    nullable = not spec.is_array() and conforms(spec.annotation)(None)
    if found.rule is OnDelete.NULLIFY and not nullable:
        msg = (
            f"{found} has on_delete=NULLIFY and can't be None; annotate it with | None"
        )
        raise DefinitionError(f"{msg}, or use CASCADE, PULL or DENY")


# -- All relations -------------------------------------------------------------------


def references_of(cls: Any, collection: str) -> list[Forward]:
    """Return the references of *cls* that lead to documents of *collection*."""
    try:
        known = [_forward(cls, path) for path in _paths(cls, "", frozenset())]
    except (UnknownFieldError, DefinitionError):
        return []  # an annotation can't be: there are no documents of the class
    found = [one for one in known if one is not None]
    names = {c.__name__ for c in document_classes() if c.__collection__ == collection}
    return [
        one
        for one in found
        if _short(one) in names and one.model.__collection__ == collection
    ]


def _paths(cls: Any, prefix: str, seen: frozenset[Any]) -> Iterator[str]:
    """Yield the paths of the fields of *cls* that hold references."""
    if cls in seen:
        return
    for name, (_, annotation) in fields_of(cls).items():
        if holds_refs(annotation):
            yield f"{prefix}{name}"
        for inner in classes(annotation):
            yield from _paths(inner, f"{prefix}{name}.", seen | {cls})


def reverses_of(cls: Any, collection: str) -> Iterator[tuple[Reverse, str]]:
    """Yield what `reverse` declares in *cls* of documents in *collection*.

    With each comes the name that its field is stored under.
    """
    declared = [one for base in cls.__mro__ for one in vars(base).values()]
    for one in declared:
        if isinstance(one, Reverse) and one.model.__collection__ == collection:
            yield one, find(one.model, one.field).stored
