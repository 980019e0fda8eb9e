"""What is stored after a change: the new values, and what no class knows of the old ones.

Three forms of a value meet here: *old* as it is stored, *known* as this process encodes
what it read of that, *new* as it encodes what there is now. Between *known* and *new* lies
what the caller changed; what *old* has beyond *known*, nobody did.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

from mapper.conversion.unions import DISCRIMINATOR
from mapper.tracking.comparison import GONE, has_parts, key, same


IDENTITY = "_id"


def continues(old: Any, known: Any, new: Any) -> bool:
    """Tell whether all three are one document, so that changes lie within it."""
    if not (isinstance(old, dict) and isinstance(known, dict)):
        return False
    return isinstance(new, dict) and all(
        same(known.get(name, GONE), new.get(name, GONE))
        for name in (DISCRIMINATOR, IDENTITY)
    )


def merged(old: Any, known: Any, new: Any) -> Any:
    """Return what is stored when *new* stands in the place of *known*."""
    if same(known, new):
        return old
    if not has_parts(new):
        return new
    if continues(old, known, new):
        return _documents(old, known, new)
    if all(isinstance(value, list) for value in (old, known, new)):
        return lists(old, known, new)
    return new


def _documents(
    old: dict[str, Any], known: dict[str, Any], new: dict[str, Any]
) -> dict[str, Any]:
    kept = {n: value for n, value in old.items() if n in new or n not in known}
    for name, value in new.items():
        before = known.get(name, GONE)
        if not same(before, value):
            kept[name] = merged(old.get(name, GONE), before, value)
    return kept


def lists(old: list[Any], known: list[Any], new: list[Any]) -> list[Any]:
    """Return what is stored when the items of *new* stand in the place of *known*."""
    if len(old) != len(known):
        return new
    found = partners(known, new)
    return [
        item if place is None else merged(old[place], known[place], item)
        for item, place in zip(new, found, strict=True)
    ]


def partners(known: list[Any], new: list[Any]) -> list[int | None]:
    """Find for each new item the place it had: as it is, by its id, or among the same."""
    unused = set(range(len(known)))
    found: list[int | None] = [None] * len(new)
    for naming in (key, _named):
        _pair(naming, known, new, unused, found)
    around: list[Any] = [
        *found,
        len(known),
        -1,
    ]  # what follows the last, precedes the first
    for start, stop in _gaps(found):
        places = range(around[start - 1] + 1, around[stop])
        if len(places) == stop - start and unused.issuperset(places):
            found[start:stop] = places
    return found


def _gaps(found: list[int | None]) -> list[tuple[int, int]]:
    """Return where runs of items without a partner begin and end."""
    gaps: list[tuple[int, int]] = []
    for place, partner in enumerate(found):
        if partner is None:
            joins = bool(gaps) and gaps[-1][1] == place
            start = gaps.pop()[0] if joins else place
            gaps.append((start, place + 1))
    return gaps


def _pair(
    naming: Any,
    known: list[Any],
    new: list[Any],
    unused: set[int],
    found: list[int | None],
) -> None:
    """Pair items that *naming* names alike, in order."""
    places: dict[Any, deque[int]] = defaultdict(deque)
    for place in sorted(unused):
        if (name := naming(known[place])) is not None:
            places[name].append(place)
    for place, item in enumerate(new):
        if found[place] is None and (left := places.get(naming(item))):
            partner = left.popleft()
            found[place] = partner
            unused.discard(partner)


def _named(item: Any) -> Any:
    return key(item[IDENTITY]) if isinstance(item, dict) and IDENTITY in item else None
