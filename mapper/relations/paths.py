"""Relations by the names that callers write: ``author``, ``items.product``, ``books``."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from mapper.references import Ref, Target, is_ref, target_of
from mapper.relations.reverse import Reverse, reverse_of
from mongo_dsl.conformity import bare, describe, members
from mongo_dsl.errors import OperandError
from mongo_dsl.schema import find


@attrs.frozen
class Forward:
    """References in the field *name* of *owner*, which may be nested in others."""

    owner: Any
    name: str
    target: Target

    @property
    def model(self) -> Any:
        """The class that the references lead to."""
        return self.target.model

    @property
    def stored(self) -> str:
        """Where the references are stored."""
        return find(self.owner, self.name).stored

    def refs(self, document: Any) -> Iterator[Ref[Any]]:
        """Yield the references that *document* has there."""
        return _refs(document, tuple(self.name.split(".")))


@attrs.frozen
class Backward:
    """The documents that lead to those of *owner* by *forward*, as *name* calls them."""

    owner: Any
    name: str
    forward: Forward

    @property
    def model(self) -> Any:
        """The class of the documents that lead here."""
        return self.forward.owner


Relation = Forward | Backward


def _refs(value: Any, names: tuple[str, ...]) -> Iterator[Ref[Any]]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _refs(item, names)
    elif names and value is not None:
        yield from _refs(_below(value, names[0]), names[1:])
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _refs(item, ())


def _below(value: Any, name: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None)


def relation(owner: Any, path: str) -> tuple[Relation, str]:
    """Return the first relation on the *path* from *owner*, and the rest of the path.

    Raises:
        UnknownFieldError: a part of it is no field.
        OperandError: it leads through no reference.
    """
    first, _, rest = path.partition(".")
    reverse = reverse_of(owner, first)
    if reverse is not None:
        return backward(owner, reverse), rest
    names = path.split(".")
    for length in range(1, len(names) + 1):
        name = ".".join(names[:length])
        annotation = find(owner, name).annotation
        targets = list(_targets(annotation))
        if targets:
            return Forward(owner, name, _only(owner, name, targets)), ".".join(
                names[length:]
            )
    raise _no_relation(owner, path)


def _targets(annotation: Any) -> Iterator[Target]:
    found = bare(annotation)
    if is_ref(found):
        yield target_of(typing.get_args(found))
        return
    for argument in typing.get_args(found):
        yield from _targets(argument)


def _only(owner: Any, name: str, targets: list[Target]) -> Target:
    if len({target.cls for target in targets}) == 1:
        return targets[0]  # subclasses in the same collection have the field, too
    listed = " and ".join(target.__name__ for target in targets)
    msg = f"{owner.__name__}.{name} refers to {listed}; relations lead to one class"
    raise OperandError(msg)


def _no_relation(owner: Any, path: str) -> OperandError:
    kind = describe(find(owner, path).annotation)
    msg = f"{owner.__name__}.{path} is {kind} and refers to no document; relations are"
    return OperandError(f"{msg} fields of Ref, and what reverse() declares")


def backward(owner: Any, reverse: Reverse) -> Backward:
    """Return what *reverse*, declared in *owner*, stands for.

    Raises:
        OperandError: the field that it names doesn't lead to *owner*.
    """
    source = reverse.model
    found, rest = relation(source, reverse.field)
    leads = isinstance(found, Forward) and not rest
    if leads and _related(found.model, owner):
        by_query(found)
        return Backward(owner, reverse.name, typing.cast("Forward", found))
    where = f"{source.__name__}.{reverse.field}"
    msg = (
        f"{owner.__name__}.{reverse.name} is the reverse of {where}, which doesn't lead"
    )
    raise OperandError(f"{msg} to {owner.__name__}")


def by_query(known: Relation) -> Forward:
    """Return the references of *known*, which a query must be able to find.

    Raises:
        OperandError: they are values of a mapping, whose keys no query can leave open.
    """
    forward = known.forward if isinstance(known, Backward) else known
    names = forward.name.split(".")
    for length in range(1, len(names) + 1):
        spec = find(forward.owner, ".".join(names[:length]))
        if any(map(_is_mapping, members(spec.annotation))):
            msg = (
                f"{forward.owner.__name__}.{forward.name} has references under any key,"
            )
            raise OperandError(f"{msg} where no query finds them; keep them in a list")
    return forward


def _is_mapping(annotation: Any) -> bool:
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _related(one: Any, other: Any) -> bool:
    return issubclass(one, other) or issubclass(other, one)
