"""Where in a document of MQL something stands, for errors that point at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import attrs

from mongo_dsl.errors import TranslationError
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Node
from mongo_dsl.versions import operators


N = TypeVar("N", bound=Node)

# What the specification doesn't list among the operators.
_BESIDE = {
    "query": frozenset({"$options", "$maxDistance", "$minDistance"}),
    "expression": frozenset({"$literal"}),
}


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

    def of(self, node: Any) -> str:
        """Return where *node* was read, or the whole."""
        return self.marks.get(id(node), (node, self.path))[1]

    def wrong(self, problem: str) -> TranslationError:
        """Return the error that *problem* is found here."""
        return TranslationError(f"{self.path or 'the whole'}: {problem}", self.path)

    def known(self, name: str, category: str, what: str) -> str:
        """Check that *name* is an operator of *category*.

        Raises:
            TranslationError: there is none of this name; the error names the nearest.
        """
        known = operators(category)
        if name in known or name in _BESIDE.get(category, ()):
            return name
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
                raise self.wrong(f"the key {key!r} is no text; BSON keys are")
        return mql

    def array(self, mql: Any, what: str) -> list[Any]:
        """Check that *mql* is an array.

        Raises:
            TranslationError: it isn't.
        """
        if not isinstance(mql, (list, tuple)):
            raise self.wrong(f"{mql!r} is no array; {what} is one")
        return list(mql)
