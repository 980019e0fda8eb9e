"""Fields as callers write them: ``F.address.city``, ``User.q.age``."""

from __future__ import annotations

import contextlib
import keyword
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from mongo_dsl.conformity import members
from mongo_dsl.errors import DslError
from mongo_dsl.fields import F, Field, Fields
from mongo_dsl.nodes import Path
from mongo_dsl.source.layout import Call, Chain, Prefix
from mongo_dsl.source.written import UnwritableError, Written, quoted
from mongo_dsl.structure import element_of, reachable


@attrs.frozen
class Scope:
    """Where code stands: *model* is the class that fields belong to, if any.

    Within *items*, paths are those of an array's items, and written by `F`. What is
    *foreign* was written by others: what a stage refuses isn't written as it is, and
    numbers in paths are places.
    *variables* are the arguments of the lambdas around.
    """

    model: type | None = None
    items: bool = False
    foreign: bool = False
    variables: frozenset[str] = frozenset()

    def within_items(self) -> Scope:
        """Return the scope of conditions on an array's items."""
        return attrs.evolve(self, items=True)

    def binding(self, names: Iterable[str]) -> Scope:
        """Return the scope of a lambda's body, whose arguments are *names*."""
        return attrs.evolve(self, variables=self.variables.union(names))


UNTYPED = Scope()


def field(path: Path, scope: Scope = UNTYPED) -> Written:
    """Write the field at *path*, by its document class where it has one.

    Raises:
        UnwritableError: no field is called so.
    """
    root = None if scope.items else path.root or scope.model
    if root is not None:
        found = _of_class(path, root)
        if found is not None:
            return found
    return untyped(path)


def spellings(path: Path, scope: Scope) -> Iterator[Written]:
    """Yield the field by its class, and by `F`: a class may convert its operands.

    Raises:
        UnwritableError: no field is called so.
    """
    for on in (with_places(path), path) if scope.foreign else (path,):
        with contextlib.suppress(UnwritableError):
            yield field(on, scope)
            yield field(attrs.evolve(on, root=None), Scope(items=True))
    yield field(path, scope)  # which tells why there is no such field


def with_places(path: Path) -> Path:
    """Take the numbers in *path* for places in arrays; filters and updates do the same."""
    segments = path.name.split(".")
    found = [n for n, segment in enumerate(segments) if n and _is_place(segment)]
    return attrs.evolve(path, positions=tuple(found)) if found else path


def _is_place(segment: str) -> bool:
    return segment.isascii() and segment.isdigit() and str(int(segment)) == segment


def untyped(path: Path) -> Written:
    """Write the field at *path* by `F`.

    Raises:
        UnwritableError: no field is called so.
    """
    try:
        found: Any = F if path.name else Field(Path(""))
        code = "F" if path.name else "item"
        for step in _steps(path):
            code, found = _step(code, found, step)
    except DslError as error:
        raise UnwritableError(path, str(error)) from error
    return Written(code, found)


def _steps(path: Path) -> list[str | int]:
    """Split a path where an attribute or a place begins; odd names stay in one piece."""
    if not path.name:
        return []
    segments = path.name.split(".")
    if not path.positions and not all(map(_is_attribute, segments)):
        return [path.name]
    return [
        int(name) if place in path.positions else name
        for place, name in enumerate(segments)
    ]


def _step(code: str, on: Any, step: str | int) -> tuple[str, Any]:
    if isinstance(step, str) and _is_attribute(step) and not hasattr(Field, step):
        return f"{code}.{step}", getattr(on, step)
    written = quoted(step) if isinstance(step, str) else step
    return f"{code}[{written}]", on[step]


def member(on: Written, name: str) -> Written:
    """Write the field *name* of the variable *on*."""
    plain = _is_attribute(name) and not hasattr(type(on.value), name)
    code = f".{name}" if plain else f"[{quoted(name)}]"
    return Written(f"{on.code}{code}", on.value[name])


def _is_attribute(name: str) -> bool:
    plain = name.isidentifier() and not keyword.iskeyword(name)
    return plain and name[0] != "_" and name.isascii()


def _of_class(path: Path, root: type) -> Written | None:
    """Write the field by its class; None where the class has no such field."""
    names = _python_names(path, root)
    if names is None:
        return None
    known = hasattr(root, "q")
    code = f"{root.__name__}.q" if known else f"Fields({root.__name__})"
    found: Any = getattr(root, "q", None) if known else Fields(root)
    try:
        for name in names:
            code, found = _step(code, found, name)
    except DslError:
        return None
    made: Field[Any] = found
    return Written(code, made) if made._node == path else None  # noqa: SLF001


def _python_names(path: Path, root: type) -> list[str | int] | None:
    """Return what the class calls the parts of *path*, which has their stored names."""
    names: list[str | int] = []
    annotation: Any = root
    for place, segment in enumerate(path.name.split(".")):
        if place in path.positions:
            names.append(int(segment))
            annotation = element_of(annotation)
            continue
        found = _field_of(annotation, segment)
        if found is None:
            return None
        names.append(found[0])
        annotation = found[1]
    return names


def _field_of(annotation: Any, stored: str) -> tuple[str, Any] | None:
    for member in members(element_of(annotation)):
        if isinstance(member, type) and attrs.has(member):
            for name, (known, kind) in reachable(member).items():
                if known == stored:
                    return name, kind
    return None


def step(on: Written, name: str) -> Written:
    """Write the field *name* below the field *on*.

    Raises:
        UnwritableError: no field is called so.
    """
    attribute = _is_attribute(name) and not hasattr(Field, name)
    try:
        value = getattr(on.value, name) if attribute else on.value[name]
    except DslError as error:
        raise UnwritableError(name, str(error)) from error
    code = Prefix("", f".{name}") if attribute else Call("", (quoted(name),), "[", "]")
    return Written(Chain(on.code, (code,)), value)
