"""What has changed in arrays, told so that it can't undo what others did meanwhile."""

from __future__ import annotations

from typing import Any

from mapper.tracking.comparison import has_parts, key, rough, same
from mapper.tracking.merging import lists, partners
from mapper.tracking.steps import (
    Collect,
    Edit,
    Path,
    Rewrite,
    Splice,
    Step,
)


def list_steps(path: Path, old: list[Any], known: list[Any], new: list[Any]) -> Step:
    """Return the step from the list *known*, stored as *old*, to *new*."""
    if len(old) != len(known):
        return Rewrite(path, old, new)
    before, after = list(map(key, known)), list(map(key, new))
    length = len(before)
    if after[:length] == before:
        return Edit(path, after=new[length:])
    if after[-length:] == before:
        return Edit(path, before=new[:-length])
    edit = _edited(path, old, new, before, after)
    if edit is None or _change_inside(known, new, before, after):
        return splice(path, old, known, new)
    return edit


def _change_inside(
    known: list[Any], new: list[Any], before: list[Any], after: list[Any]
) -> bool:
    """Tell whether items have changed, rather than came and went.

    In a list of the same length, those that differ did where as many stand in their
    place as there are left at all; in others, those that have parts and a partner.
    """
    if len(before) == len(after):
        unmoved = sum(one == other for one, other in zip(before, after, strict=True))
        staying = set(before) & set(after)
        if unmoved >= sum(one in staying for one in before):
            return True
    pairs = enumerate(partners(known, new))
    return any(
        before[partner] != after[place]
        and has_parts(known[partner])
        and has_parts(new[place])
        for place, partner in pairs
        if partner is not None
    )


def _edited(
    path: Path, old: list[Any], new: list[Any], before: list[Any], after: list[Any]
) -> Edit | None:
    """Tell the change by values, where the server finds them the same as we do."""
    staying = set(before) & set(after)
    if [one for one in before if one in staying] != [o for o in after if o in staying]:
        return None
    places = [place for place, one in enumerate(after) if one in staying]
    first, last = (places[0], places[-1] + 1) if places else (0, 0)
    if len(places) != last - first:
        return None
    removed = [
        item for item, one in zip(old, before, strict=True) if one not in staying
    ]
    rest = [item for item, one in zip(old, before, strict=True) if one in staying]
    if not _apart(removed, rest):
        return None
    present = [item for item in removed if has_parts(item)]
    return Edit(path, new[:first], removed, new[last:], present)


def _apart(some: list[Any], others: list[Any]) -> bool:
    """Tell whether the server certainly tells *some* items from all *others*."""
    return not {rough(item) for item in some} & {rough(item) for item in others}


def splice(path: Path, old: list[Any], known: list[Any], new: list[Any]) -> Splice:
    """Return the replacement of what lies between the first and the last change."""
    shorter = min(len(known), len(new))
    start, end = 0, 0
    while start < shorter and same(known[start], new[start]):
        start += 1
    while end < shorter - start and same(known[-1 - end], new[-1 - end]):
        end += 1
    stop = len(known) - end
    items = lists(old[start:stop], known[start:stop], new[start : len(new) - end])
    if stop > start:
        return Splice(path, start, stop - start, items, start, old[start:stop])
    return Splice(path, start, 0, items, start - 1, old[start - 1 : start + 1])


def set_steps(path: Path, old: list[Any], known: list[Any], new: list[Any]) -> Step:
    """Return the step from the set *known*, stored as *old*, to *new*."""
    before, after = set(map(key, known)), set(map(key, new))
    stored = {rough(item): item for item in old}
    gone = [rough(item) for item in known if key(item) not in after]
    added = [item for item in new if key(item) not in before]
    kept = [item for item in known if key(item) in after]
    news = {rough(item) for item in added}
    if (
        len(news) < len(added)
        or not stored.keys() >= {*gone}
        or {*gone, *news} & {rough(item) for item in kept}
        or news & {*gone}
    ):
        return Rewrite(path, old, new, unordered=True)
    return Collect(path, [stored[one] for one in gone], added)
