"""Where the resume tokens of change streams are kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias
from urllib.parse import quote

import attrs
from bson import json_util

from mapper.commands import Command, Flow


Token: TypeAlias = Mapping[str, Any]
"""A place in the history of the database, as the server names it."""


class TokenStore(Protocol):
    """What keeps tokens, each by the name of a stream.

    The methods may be coroutines if the streams that use the store are async.
    """

    def load(self, name: str) -> Any:
        """Return the token that was saved as *name*, None if there is none."""

    def save(self, name: str, token: Token | None) -> Any:
        """Keep *token* as *name* in the place of the one before; None forgets it."""


@attrs.define
class MemoryTokens:
    """Keeps tokens as long as this process lives, for tests and short scripts.

    >>> store = MemoryTokens()
    >>> store.save("worker-1", {"_data": "82"})
    >>> store.load("worker-1")
    {'_data': '82'}
    """

    tokens: dict[str, Token] = attrs.field(factory=dict)

    def load(self, name: str) -> Token | None:
        """Return the token that was saved as *name*, None if there is none."""
        return self.tokens.get(name)

    def save(self, name: str, token: Token | None) -> None:
        """Keep *token* as *name*; None forgets it."""
        if token is None:
            self.tokens.pop(name, None)
        else:
            self.tokens[name] = token


@attrs.frozen
class FileTokens:
    """Keeps each token in a file of *directory*, which is made if need be.

    A file is written beside the old one and put in its place, so it is never half written.
    Writing blocks, also in async programs, for as long as the disk needs.
    """

    directory: Path = attrs.field(converter=Path)

    def load(self, name: str) -> Token | None:
        """Return the token that was saved as *name*, None if there is none."""
        try:
            text = self._file(name).read_text("utf-8")
        except FileNotFoundError:
            return None
        token: Token = json_util.loads(text)
        return token

    def save(self, name: str, token: Token | None) -> None:
        """Keep *token* as *name*; None forgets it."""
        file = self._file(name)
        if token is None:
            file.unlink(missing_ok=True)
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        import tempfile

        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self.directory, suffix=".new", delete=False
        ) as new:
            new.write(json_util.dumps(token))
            new.flush()
            os.fsync(new.fileno())
        Path(new.name).replace(file)

    def _file(self, name: str) -> Path:
        return self.directory / f"{quote(name, safe='')}.json"


@attrs.frozen
class CollectionTokens:
    """Keeps tokens in the collection *name* of what *mapper* runs on.

    Loading and saving send one command each; with an async mapper they are awaited.
    """

    mapper: Any
    name: str = "resume_tokens"

    def load(self, name: str) -> Any:
        """Return the token that was saved as *name*, None if there is none."""
        return self.mapper._run(self._load(name))  # noqa: SLF001 - of this package

    def save(self, name: str, token: Token | None) -> Any:
        """Keep *token* as *name*; None forgets it."""
        return self.mapper._run(self._save(name, token))  # noqa: SLF001 - likewise

    def _load(self, name: str) -> Flow[Token | None]:
        found = yield Command(self.name, "find_one", ({"_id": name},))
        return None if found is None else found["token"]

    def _save(self, name: str, token: Token | None) -> Flow[None]:
        if token is None:
            yield Command(self.name, "delete_one", ({"_id": name},))
            return
        update = {"$set": {"token": token}, "$currentDate": {"saved_at": True}}
        given = {"upsert": True}
        yield Command(self.name, "update_one", ({"_id": name}, update), given)
