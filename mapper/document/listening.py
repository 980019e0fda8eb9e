"""Events, as documents offer them."""

from __future__ import annotations

from typing import Any

from mapper.events import listeners_of


class Listening:
    """Class methods that have functions called at events."""

    __slots__ = ()
    __root__ = True  # its names can't be those of fields

    @classmethod
    def on(cls, event: str, function: Any = None) -> Any:
        """Have *function* called at *event* of this class and of those below it.

        Without *function* it decorates one. The events are in `mapper.events`; functions
        get the document, and may be async on `Document`.

        Raises:
            DefinitionError: there is no such event, or *function* can't be called.

        >>> from mapper import Document
        >>> class User(Document):
        ...     name: str
        >>> @User.on("after_create")
        ... async def welcome(user): ...
        """
        return listeners_of(cls).on(event, function)

    @classmethod
    def register_pre_save_hook(cls, hook: Any) -> Any:
        """Have *hook* called with every document before it is saved."""
        return cls.on("before_save", hook)

    @classmethod
    def register_post_save_hook(cls, hook: Any) -> Any:
        """Have *hook* called with every document after it was saved."""
        return cls.on("after_save", hook)

    @classmethod
    def register_pre_delete_hook(cls, hook: Any) -> Any:
        """Have *hook* called with every document before it is deleted."""
        return cls.on("before_delete", hook)

    @classmethod
    def register_post_delete_hook(cls, hook: Any) -> Any:
        """Have *hook* called with every document after it was deleted."""
        return cls.on("after_delete", hook)
