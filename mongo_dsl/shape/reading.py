"""Reading fields of a shape, and saying why there is nothing to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NoReturn

import attrs

from mongo_dsl.errors import UnknownFieldError
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Data, Node, Path, Seq, Value, frozen
from mongo_dsl.shape.kinds import NOTHING, Kind, Shape
from mongo_dsl.shape.paths import child, items, known, lacking, names, reached


@frozen
class Scope:
    """Where an expression of *stage* stands: what it reads fields and variables from.

    Fields are read from *current*, which is the document, *root*, unless a variable of
    the name CURRENT says otherwise.
    """

    stage: str
    root: Kind
    current: Kind
    variables: Mapping[str, Kind]

    def binding(self, variables: Mapping[str, Kind]) -> Scope:
        """Return the scope in which *variables* are set, too."""
        both = {**self.variables, **variables}
        return attrs.evolve(
            self, variables=both, current=variables.get("CURRENT", self.current)
        )

    def of(self, document: Kind) -> Scope:
        """Return the scope of conditions on *document*, of another collection."""
        return Scope(self.stage, document, document, self.variables)

    def within(self, item: Kind) -> Scope:
        """Return the scope of conditions that speak of *item* by itself."""
        return attrs.evolve(self, current=item)

    def read(self, name: str, positions: tuple[int, ...] = ()) -> Kind:
        """Return what the dotted field *name* is.

        Raises:
            UnknownFieldError: there is certainly no such field.
        """
        kind = self.current
        if type(kind) is Shape and "." not in name:
            found = kind.fields.get(name, NOTHING)
            if found is not NOTHING:
                return found  # the way that most reads take
        return self.follow(kind, name.split("."), "", positions)

    def follow(
        self, kind: Kind, path: list[str], start: str, positions: tuple[int, ...] = ()
    ) -> Kind:
        """Return what *path* leads to from *kind*, which is called *start*.

        The parts of *path* at *positions* are places in arrays.

        Raises:
            UnknownFieldError: it certainly leads nowhere.
        """
        for place, name in enumerate(path):
            below = _item(kind) if place in positions else child(kind, name)
            if below is NOTHING:
                self._refuse(kind, path, place, start)
            kind = below
        return kind

    def _refuse(self, kind: Kind, path: list[str], place: int, start: str) -> NoReturn:
        ways = [*([start] if start else []), *path]
        parent = ".".join(ways[: len(ways) - len(path) + place])
        msg = f"{self.stage} reads {'.'.join(ways)!r}, which"
        there = names(kind)
        if not there:
            owner = repr(parent) if parent else "the document"
            raise UnknownFieldError(f"{msg} isn't there; {owner} is {kind}")
        culprit = None if start else _culprit(self.current, path)
        if culprit is None:
            msg = f"{msg} isn't there{suggestion(path[place], there)}"
        else:
            msg = f"{msg} {culprit} left out"
        listed = ", ".join(f"{parent}.{name}" if parent else name for name in there)
        raise UnknownFieldError(f"{msg}; there are: {listed}")


def _item(kind: Kind) -> Kind:
    return lacking(known(items(kind)))


def _culprit(kind: Kind, path: list[str]) -> str | None:
    """Name the last stage that had *path* to read, and left it out."""
    shape = kind
    while isinstance(shape, Shape) and shape.came is not None:
        stage, shape = shape.came
        if reached(shape, path) is not NOTHING:
            return stage
    return None


def field_names(node: Node | None) -> Iterator[str]:
    """Yield the fields that *node* names: a text, a path, or an array of them."""
    if isinstance(node, Data):
        yield from field_names(node.body)
    elif isinstance(node, Path):
        yield node.name
    elif isinstance(node, Value) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, Seq):
        for item in node.items:
            yield from field_names(item)
