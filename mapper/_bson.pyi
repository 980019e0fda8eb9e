from collections.abc import Callable
from typing import Any, final

@final
class Plan:
    def __new__(
        cls,
        kind: str,
        hook: Callable[[bytes], Any],
        argument: Any = ...,
        inner: Plan | None = ...,
        slot: Any = ...,
    ) -> Plan: ...
    def fill(
        self,
        fields: tuple[tuple[Any, ...], ...],
        called: bool = ...,
        known: frozenset[str] | None = ...,
    ) -> None: ...
    def load(self, batch: bytes, place: int, most: int, found: list[Any]) -> int: ...

def text_at(batch: bytes, place: int, key: str) -> str | None: ...
