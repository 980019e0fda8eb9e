"""Pages: `Page` by number, `KeysetPage` by place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

import attrs


M = TypeVar("M")


class _Items(Generic[M]):
    """What pages of both kinds can do with their items."""

    __slots__ = ()
    items: list[M]

    def __iter__(self) -> Iterator[M]:
        """Iterate over the items."""
        return iter(self.items)

    def __len__(self) -> int:
        """Count the items of this page."""
        return len(self.items)

    def __getitem__(self, place: int) -> M:
        """Return the item at *place*, from 0."""
        return self.items[place]

    def __bool__(self) -> bool:
        """Tell whether the page has items."""
        return bool(self.items)


@attrs.frozen
class Page(_Items[M]):
    """The page *number* of all documents of a query.

    Args:
        items: its documents.
        number: which page it is, from 1.
        size: how many documents a page has.
        total: how many documents there are on all pages.

    >>> page = Page(["c"], number=2, size=2, total=3)
    >>> page.pages, page.has_next, page.has_previous, page.first, page.last
    (2, False, True, 3, 3)
    """

    items: list[M]
    number: int
    size: int
    total: int

    @property
    def page(self) -> int:
        """Which page this is, from 1: *number*."""
        return self.number

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)

    @property
    def has_next(self) -> bool:
        """Whether there are pages after this one."""
        return self.number < self.pages

    @property
    def has_previous(self) -> bool:
        """Whether there are pages before this one."""
        return self.number > 1

    @property
    def first(self) -> int | None:
        """The place of its first document among all, from 1; None of an empty page."""
        return (self.number - 1) * self.size + 1 if self.items else None

    @property
    def last(self) -> int | None:
        """The place of its last document among all, from 1; None of an empty page."""
        return (self.number - 1) * self.size + len(self.items) if self.items else None


@attrs.frozen
class KeysetPage(_Items[M]):
    """The page after or before a place in the sort order.

    Args:
        items: its documents, in the sort order.
        size: how many documents a page has.
        has_next: whether there are documents after this page.
        has_previous: whether there are documents before this page.
        start_cursor: the place of its first document; None of an empty page.
        end_cursor: the place of its last document; None of an empty page.

    On the side that the page was reached from, there was a document when its cursor was
    written. Cursors are given even where nothing follows yet: what is inserted there
    later is found by them.
    """

    items: list[M]
    size: int
    has_next: bool
    has_previous: bool
    start_cursor: str | None
    end_cursor: str | None

    @property
    def next_cursor(self) -> str | None:
        """What `paginate` takes as *after* for the next page; None where there is none."""
        return self.end_cursor if self.has_next else None

    @property
    def previous_cursor(self) -> str | None:
        """What `paginate` takes as *before* for the page before; None where there is none."""
        return self.start_cursor if self.has_previous else None
