"""Where in a document of MQL something stands, for errors that point at it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from mongo_dsl.errors import TranslationError
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Node
from mongo_dsl.versions import operators


N = TypeVar("N", bound=Node)

_SHOWN = 60  # characters of a path that is too long anyway

DEEPEST = 100
"""How many levels of documents and arrays MongoDB stores."""

# What the specification doesn't list among the operators.
_BESIDE = {"query": frozenset({"$options", "$maxDistance", "$minDistance"})}


@attrs.frozen
class Place:
    """A path into MQL, such as ``[0].$match.age``; *marks* tells where nodes came from."""

    path: str = ""
    marks: dict[int, tuple[Node, str]] = attrs.field(factory=dict, eq=False, repr=False)

    def below(self, key: str | int) -> Place:
        """Return the place of the member *key*."""
        if isinstance(key, int):
            return attrs.evolve(self, path=f"{self.path}[{key}]")
        plain = all(c.isalnum() or c in "_$" for c in key) and key
        name = key if plain else f"[{key!r}]"
        dot = "." if plain and self.path else ""
        return attrs.evolve(self, path=f"{self.path}{dot}{name}")

    def marked(self, node: N) -> N:
        """Remember that *node* was read here."""
        self.marks[id(node)] = (
            node,
            self.path,
        )  # holding the node keeps its id its own
        return node

    def of(self, nodes: Iterable[Any]) -> Place:
        """Return where the first of *nodes* was read that was read somewhere."""
        paths = (self.marks[id(node)][1] for node in nodes if id(node) in self.marks)
        return attrs.evolve(self, path=next(paths, self.path))

    def shallow(self, mql: Any) -> None:
        """Check how deep *mql* nests; what reads and writes it goes as deep.

        Raises:
            TranslationError: it is deeper than servers store.
        """
        level = [(self, mql)]
        for _ in range(DEEPEST):
            level = [pair for at, value in level for pair in _members(at, value)]
            if not level:
                return
        problem = (
            f"this is nested more than {DEEPEST} levels deep; MongoDB takes that many"
        )
        path = level[0][0].path[:_SHOWN]
        raise attrs.evolve(self, path=f"{path}…").wrong(problem)

    def wrong(self, problem: str) -> TranslationError:
        """Return the error that *problem* is found here."""
        return TranslationError(f"{self.path or 'the whole'}: {problem}", self.path)

    @contextlib.contextmanager
    def pointing(self, kind: type[Exception]) -> Iterator[None]:
        """Turn errors of *kind* into such that point here.

        Raises:
            TranslationError: there is one.
        """
        try:
            yield
        except kind as error:
            raise self.wrong(str(error)) from error

    def known(self, name: str, category: str, what: str) -> str:
        """Check that *name* is an operator of *category*.

        Raises:
            TranslationError: there is none of this name; the error names the nearest.
        """
        known = operators(category)
        if name in known or name in _BESIDE.get(category, ()):
            return name
        if name[:1] != "$":
            raise self.wrong(f"{name!r} is no {what}{suggestion('$' + name, known)}")
        raise self.wrong(f"{name} is no {what}{suggestion(name, known)}")

    def document(self, mql: Any, what: str) -> Mapping[str, Any]:
        """Check that *mql* is a document.

        Raises:
            TranslationError: it isn't, or a key of it is no text.
        """
        if not isinstance(mql, Mapping):
            raise self.wrong(f"{mql!r} is no document; {what} is one")
        for key in mql:
            if not isinstance(key, str):
                raise self.wrong(f"the key {key!r} is no string; BSON keys are")
            self.text(key)
            if "\0" in key:
                raise self.wrong(
                    f"the key {key!r} holds a NUL byte; BSON can't store it"
                )
        return mql

    def text(self, value: str) -> None:
        """Check that UTF-8 can write *value*.

        Raises:
            TranslationError: it holds half a surrogate pair.
        """
        try:
            value.encode()
        except UnicodeEncodeError:
            msg = f"{value!r} holds half a surrogate pair; BSON can't store it"
            raise self.wrong(msg) from None

    def array(self, mql: Any, what: str) -> list[Any]:
        """Check that *mql* is an array.

        Raises:
            TranslationError: it isn't.
        """
        if not isinstance(mql, (list, tuple)):
            raise self.wrong(f"{mql!r} is no array; {what} is one")
        return list(mql)


def _members(at: Place, mql: Any) -> Iterator[tuple[Place, Any]]:
    if isinstance(mql, Mapping):
        for key, value in mql.items():
            yield at.below(key if isinstance(key, str) else str(key)), value
    elif isinstance(mql, (list, tuple)):
        for place, value in enumerate(mql):
            yield at.below(place), value
