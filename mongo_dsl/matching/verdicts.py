"""Conditions: what is asked of what a path finds, or of one value alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import attrs

from mongo_dsl.errors import CompileError
from mongo_dsl.matching.paths import found


class Condition(Protocol):
    """What can be asked of a path of a document, and of a value."""

    def of_path(self, document: Any, path: tuple[str, ...]) -> bool:
        """Tell whether it holds of what *path* finds in *document*."""
        ...

    def of_value(self, value: Any) -> bool:
        """Tell whether it holds of *value*, an array's item."""
        ...


@attrs.frozen
class Some:
    """*test* must hold of something the path finds; *items*, of items of arrays, too."""

    test: Callable[[Any], bool]
    items: bool = True

    def of_path(self, document: Any, path: tuple[str, ...]) -> bool:
        """Tell whether *path* finds such a value in *document*."""
        return any(map(self.test, found(document, path, items=self.items)))

    def of_value(self, value: Any) -> bool:
        """Tell whether *value* is such a value."""
        return self.test(value)


@attrs.frozen
class All:
    """Every one of *conditions* must hold, each perhaps of another item."""

    conditions: Sequence[Condition]

    def of_path(self, document: Any, path: tuple[str, ...]) -> bool:
        """Tell whether all conditions hold of what *path* finds in *document*."""
        return all(one.of_path(document, path) for one in self.conditions)

    def of_value(self, value: Any) -> bool:
        """Tell whether all conditions hold of *value*."""
        return all(one.of_value(value) for one in self.conditions)


@attrs.frozen
class Not:
    """*condition* must not hold."""

    condition: Condition

    def of_path(self, document: Any, path: tuple[str, ...]) -> bool:
        """Tell whether nothing that *path* finds in *document* makes it hold."""
        return not self.condition.of_path(document, path)

    def of_value(self, value: Any) -> bool:
        """Tell whether it doesn't hold of *value*."""
        return not self.condition.of_value(value)


_NO_OPERAND = object()


def refuse(
    operator: str, operand: Any = _NO_OPERAND, reason: str = "ask the server"
) -> CompileError:
    """Return the error of an *operator*, or one *operand* of it, that memory can't answer."""
    given = "" if operand is _NO_OPERAND else f" with {operand!r}"
    return CompileError(f"{operator}{given} can't be evaluated in memory; {reason}")
