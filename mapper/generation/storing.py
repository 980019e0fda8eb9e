"""The code that checks new documents and makes what is stored of them, in one go.

Most documents hold values of exactly the types that their fields ask for; then encoding
them is the proof that they may be stored. Of all others the code makes nothing, and they
are checked first, which says what is wrong if something is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mapper.conversion.classes import Field
from mapper.conversion.parts import (
    Choice,
    Exact,
    Many,
    Maybe,
    Member,
    Moment,
    Part,
    Record,
)
from mapper.generation.checking import Check
from mapper.generation.source import Source
from mapper.generation.writing import Writer


class _Storer(Writer):
    """Writes the code for one class into *source*; *checks* are those of its fields.

    Fields in *always* have rules beyond their types, so they are always checked.
    """

    def __init__(
        self, source: Source, checks: Mapping[str, Check], always: frozenset[str]
    ) -> None:
        super().__init__(source)
        self._checks = checks
        self._always = always

    def unfit(self, part: Part, name: str) -> None:  # noqa: ARG002 - of this no part is
        """Write that nothing is made."""
        self.source.line("return None")

    def field(self, field: Field, part: Part, name: str) -> None:
        """Write the check of a document's own field, unless encoding is as good."""
        is_own = len(self.open) == 1 and field.name in self._checks
        if is_own and (field.name in self._always or not _is_proof(part)):
            check = self.source.named("check", self._checks[field.name])
            with self.source.block(f"if {check}(instance, {name}) is not None"):
                self.source.line("return None")
        super().field(field, part, name)


def _is_proof(part: Part) -> bool:
    """Tell whether what is encoded without the hook of *part* is what it asks for."""
    if isinstance(part, Many):
        return part.make in (list, tuple) and _is_proof(part.inner)
    if isinstance(part, Maybe):
        return _is_proof(part.inner)
    return isinstance(part, (Exact, Moment, Choice, Member, Record))


def storing(
    part: Record, checks: Mapping[str, Check], always: frozenset[str]
) -> Callable[[Any], dict[str, Any] | None]:
    """Return the function that makes what is stored of a document, or nothing."""
    source = Source("store", "instance")
    writer = _Storer(source, checks, always)
    with source.block("def store(instance)"):
        source.line(f"return {writer.document(part, 'instance')}")
    return source.compiled("store", part.kind)
