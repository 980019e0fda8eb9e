"""What every field can do in an update.

https://www.mongodb.com/docs/manual/reference/operator/update-field/
"""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from mongo_dsl import changes, updates
from mongo_dsl.fields.operands import Operand


T = TypeVar("T")


class Changeable(Generic[T]):
    """Set a field of type *T*, remove it, rename it."""

    __slots__ = ()

    def set(self, value: Operand[T]) -> updates.Update:
        """Set the field to *value*.

        >>> from mongo_dsl import F
        >>> F.city.set("Paris").compile()
        {'$set': {'city': 'Paris'}}
        """
        return changes.set_(self, value)

    def set_on_insert(self, value: Operand[T]) -> updates.Update:
        """Set the field to *value* if an upsert inserts."""
        return changes.set_on_insert(self, value)

    def unset(self, placeholder: Any = "") -> updates.Update:
        """Remove the field; MongoDB takes any *placeholder* for its value.

        >>> from mongo_dsl import F
        >>> F.city.unset().compile()
        {'$unset': {'city': ''}}
        """
        return changes.unset(self, placeholder)

    def min_(self, value: Operand[T]) -> updates.Update:
        """Lower the field to *value* if it is greater."""
        return changes.min_(self, value)

    def max_(self, value: Operand[T]) -> updates.Update:
        """Raise the field to *value* if it is less."""
        return changes.max_(self, value)

    def rename(self, name: str) -> updates.Update:
        """Rename the field to *name*, the whole new path as it is stored."""
        return changes.rename(self, name)

    def current_date(
        self, type_: Literal["date", "timestamp"] | bool = True
    ) -> updates.Update:
        """Set the field to the server's time, as a ``"date"`` or a ``"timestamp"``.

        A boolean, be it False, stands for a date.

        >>> from mongo_dsl import F
        >>> F.seen.current_date().compile()
        {'$currentDate': {'seen': True}}
        """
        return changes.current_date(self, type_)
