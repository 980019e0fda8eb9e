"""Documents as plain data: dictionaries and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from typing_extensions import Self


class Plain:
    """Methods that write a document as plain data, and make one of it."""

    __slots__ = ()
    __root__ = True  # its names can't be those of fields

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make a new document of *data*, by the names of Python. Sends nothing.

        Values are Python's or what JSON has for them; documents within are dictionaries.

        >>> from mapper import Document
        >>> class User(Document):
        ...     name: str
        >>> User.from_dict({"name": "Ann"})
        User(id=None, name='Ann')

        Raises:
            ValidationError: *data* doesn't fit; it names all that doesn't, by path.
        """
        from mapper.exchange import from_dict

        return from_dict(cls, data)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name, documents within as dictionaries, arrays as lists.

        Raises:
            ValidationError: a field holds what its annotation doesn't allow.
        """
        from mapper.exchange import to_dict

        return to_dict(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Make a new document of JSON *text*, as `to_json` writes it. Sends nothing.

        Raises:
            ValidationError: *text* is no JSON or doesn't fit; it names all that doesn't, by path.
        """
        from mapper.exchange import from_json

        return from_json(cls, text)

    def to_json(self, *, indent: int | None = None) -> str:
        """Return the document as JSON text, set in by *indent* spaces if given.

        Raises:
            ValidationError: a field holds what its annotation doesn't allow.
        """
        from mapper.exchange import to_json

        return to_json(self, indent=indent)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of what `to_json` writes."""
        from mapper.exchange import json_schema

        return json_schema(cls)
