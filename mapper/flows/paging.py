"""Reading page by page."""

from __future__ import annotations

from typing import Any

from mapper.commands import Flow
from mapper.flows import asking, finding, reading
from mapper.pages import KeysetPage, Page
from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.queryset.asking import query_set


def paginate(
    query: Any, page: int | None, size: int, after: Any, before: Any
) -> Flow[Page[Any] | KeysetPage[Any]]:
    """Return the page of *query* with this number, or the one *after* or *before* a place."""
    _check(query, page, size, after, before)
    if page is not None:
        return (yield from _numbered(query, page, size))
    if before is not None:
        return (yield from _before(query, size, before))
    return (yield from _after(query, size, after))


def _check(query: Any, page: Any, size: Any, after: Any, before: Any) -> None:
    for name, value in (("page", page), ("size", size)):
        if name == "page" and value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            msg = f"paginate got {name}={value!r}; it takes a number from 1 on"
            raise OperandError(msg)
        if value < 1:
            msg = f"paginate got {name}={value!r}; it takes a number from 1 on"
            raise ArgumentError(msg)
    _refuse_beyond(page or 1, size)
    given = {"page": page, "after": after, "before": before}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        msg = f"paginate got {' and '.join(named)}; it takes one of page, after, before"
        raise ArgumentError(msg)
    asking.refuse_near(query, "paginate")
    reading.refuse_cut(query, "paginate", "pages are cut by their size")


def _refuse_beyond(page: int, size: int) -> None:
    """Refuse what can't be skipped: the server counts to 2**63 - 1."""
    if page * size >= 2**63:
        msg = f"paginate got page={page!r} of size={size!r}, which ends behind document"
        raise ArgumentError(f"{msg} 2**63, the last there can be; ask for less")


def _numbered(query: Any, page: int, size: int) -> Flow[Page[Any]]:
    ordered = query.in_total_order()._with("cause", None)  # noqa: SLF001 - a page
    skipped = (page - 1) * size
    window = ordered.skip(skipped) if skipped else ordered
    found = yield from finding.rows(window.limit(size + 1))
    items = yield from reading.made(window, found[:size])
    total = skipped + len(items) if items else 0
    if len(found) > size or (skipped and not items):
        counted = yield from reading.count(ordered.sort())
        total = max(total, counted)  # documents may have gone meanwhile
    return Page(items, page, size, total)


def _after(query: Any, size: int, cursor: Any) -> Flow[KeysetPage[Any]]:
    ordered = query.in_total_order()
    window = ordered if cursor is None else ordered.after(cursor)
    items, places, more = yield from _window(ordered, window, size)
    return _keyset(items, places, size, more, cursor is not None)


def _before(query: Any, size: int, cursor: Any) -> Flow[KeysetPage[Any]]:
    ordered = query.in_total_order()
    window = ordered.before(cursor).reverse()
    items, places, more = yield from _window(ordered, window, size)
    return _keyset(items[::-1], places[::-1], size, True, more)


def _window(
    ordered: Any, window: Any, size: int
) -> Flow[tuple[list[Any], list[str], bool]]:
    """Return the first documents of *window*, their cursors, and whether there are more."""
    shown = _Shown(window)
    found = yield from finding.rows(shown.query.limit(size + 1))
    rows = found[:size]
    places = [ordered.cursor(shown.place(row)) for row in rows]
    items = yield from reading.made(window, [shown.row(row) for row in rows])
    return items, places, len(found) > size


def _keyset(
    items: list[Any], places: list[str], size: int, later: bool, earlier: bool
) -> KeysetPage[Any]:
    start, end = (places[0], places[-1]) if places else (None, None)
    return KeysetPage(items, size, later, earlier, start, end)


_PLACE = "__place__"


class _Shown:
    """What is loaded of the documents of a query: what it asks for, and their places.

    Where the projection names what to keep, the server adds the place in a field of its
    own; where it names what to leave out, the sorted fields are loaded, then left out.
    """

    def __init__(self, query: Any) -> None:
        self.query = query
        self._paths = [sort.path.name for sort in query.asked["sort"]]
        self._hidden: list[str] = []
        projection: tuple[Any, ...] = query.asked.get("projection", ())
        self._added = any(flag for name, flag in projection if name != "_id")
        if self._added:
            values = [{"$ifNull": [f"${path}", None]} for path in self._paths]
            self.query = _showing(query, (*projection, (_PLACE, values)))
        elif projection:
            self._hidden = [name for name, _ in projection if self._is_sorted(name)]
            kept = [(n, flag) for n, flag in projection if n not in self._hidden]
            self.query = _showing(query, tuple(kept))

    def _is_sorted(self, name: str) -> bool:
        pairs = ((f"{path}.", f"{name}.") for path in self._paths)
        return any(a.startswith(b) or b.startswith(a) for a, b in pairs)

    def place(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a document that has what *row* has at the sorted fields."""
        if not self._added:
            return row
        made: dict[str, Any] = {}
        for path, value in zip(self._paths, row[_PLACE], strict=True):
            *parents, last = path.split(".")
            below = made
            for name in parents:
                below = below.setdefault(name, {})
            below[last] = value
        return made

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return *row* with what was asked for alone."""
        row.pop(_PLACE, None)
        for path in self._hidden:
            _remove(row, path.split("."))
        return row


def _showing(query: Any, projection: tuple[Any, ...]) -> Any:
    asked = {**query.asked, "projection": projection}
    if not projection:
        del asked["projection"]
    return query_set(type(query), query.model, asked)


def _remove(value: Any, path: list[str]) -> None:
    """Remove what is at *path*, as a projection does: in every item of arrays."""
    if isinstance(value, list):
        for item in value:
            _remove(item, path)
    elif isinstance(value, dict) and path[0] in value:
        if len(path) == 1:
            del value[path[0]]
        else:
            _remove(value[path[0]], path[1:])
