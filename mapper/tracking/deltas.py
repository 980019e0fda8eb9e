"""What a document's changes come to: an update, and what must hold for it to be exact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import attrs

from mapper.tracking.annotations import is_one_value, is_set, items_of, within
from mapper.tracking.comparison import GONE, WHOLE, has_parts, same
from mapper.tracking.guards import guards
from mapper.tracking.lists import list_steps, set_steps, splice
from mapper.tracking.merging import IDENTITY, continues, merged, partners
from mapper.tracking.operators import has_operators, with_operators
from mapper.tracking.pipelines import as_pipeline, spliced
from mapper.tracking.steps import (
    Assign,
    Collect,
    Edit,
    Items,
    Path,
    Place,
    Remove,
    Rewrite,
    Splice,
    Step,
    Within,
)


_EXACT = {"collation": {"locale": "simple"}}
"""A collection may take "a" for "A"; what compares stored values must not."""


@attrs.frozen(eq=False)
class Delta:
    """The *steps* that save changes, and the document that is *stored* then."""

    steps: tuple[Step, ...]
    stored: dict[str, Any]

    def setting(self, values: Mapping[str, Any]) -> Delta:
        """Return this with the fields stored as *values* say, whatever else they were."""
        if not values:
            return self
        kept = [step for step in self.steps if step.path[0] not in values]
        more = [Assign((name,), value) for name, value in values.items()]
        return Delta((*kept, *more), {**self.stored, **values})

    @property
    def names(self) -> tuple[str, ...]:
        """The stored names of the fields that change."""
        return tuple(dict.fromkeys(str(step.path[0]) for step in self.steps))

    @property
    def update(self) -> Any:
        """The update in MQL: operators, or else a pipeline."""
        return with_operators(self.steps) if self._operable else as_pipeline(self.steps)

    @property
    def filter(self) -> dict[str, Any]:
        """What must still be stored, as a filter."""
        steps = self.steps if self._operable else spliced(self.steps)
        found = [condition for step in steps for condition in guards(step)]
        if len(found) > 1:
            found = [{"$and": found}]
        return {"$expr": found[0]} if found else {}

    @property
    def options(self) -> dict[str, Any]:
        """What the command needs besides."""
        return _EXACT if any(map(_compares, self.steps)) else {}

    @property
    def _operable(self) -> bool:
        return all(map(has_operators, self.steps))


@attrs.define(eq=False)
class Whole:
    """An *update* of whole fields, in MQL, and the document that is *stored* then.

    That is what most changes come to. It needs no conditions; apart from that it is like a
    `Delta`.
    """

    update: dict[str, dict[str, Any]]
    stored: dict[str, Any]
    filter: ClassVar[Mapping[str, Any]] = {}
    options: ClassVar[Mapping[str, Any]] = {}

    def setting(self, values: Mapping[str, Any]) -> Whole:
        """Return this with the fields stored as *values* say, whatever else they were."""
        changed = {**self.update["$set"], **values}
        return Whole({"$set": changed}, {**self.stored, **values})

    @property
    def names(self) -> tuple[str, ...]:
        """The stored names of the fields that change."""
        return tuple(self.update["$set"])


def delta(
    old: dict[str, Any],
    known: dict[str, Any],
    new: dict[str, Any],
    annotations: dict[str, Any],
) -> Delta | Whole:
    """Return what turns the fields *known*, of the document stored as *old*, into *new*.

    All of *new* differ from what was known.
    """
    # `_steps` and `merged` come to the same; the first question calls nothing.
    if WHOLE.issuperset(map(type, new.values())) or not any(
        map(has_parts, new.values())
    ):
        return Whole({"$set": new}, {**old, **new})
    steps: list[Step] = []
    stored = dict(old)
    for name, value in new.items():
        three = old.get(name, GONE), known.get(name, GONE), value
        steps += _steps((name,), *three, annotations.get(name, Any))
        stored[name] = merged(*three)
    return Delta(tuple(steps), stored)


def _compares(step: Step) -> bool:
    """Tell whether stored values are compared with ours."""
    if isinstance(step, Edit):
        return bool(step.removed)
    return isinstance(step, (Rewrite, Collect, Splice, Items))


def _steps(
    path: Path, old: Any, known: Any, new: Any, annotation: Any
) -> Iterator[Step]:
    """Yield the steps at *path*, and within it where that is safe."""
    if same(known, new):
        return
    if not has_parts(new) or is_one_value(annotation):
        yield Assign(path, new)
    elif continues(old, known, new) and _addressable(known, new):
        yield from _document(path, old, known, new, annotation)
    elif _is_empty_default(old, known, new):
        yield from _started(path, known, new, annotation)
    elif _same_kind(list, old, known, new):
        yield from _array(path, old, known, new, annotation)
    elif _is_container(old, known, new):
        yield Rewrite(path, old, merged(old, known, new))
    else:
        yield Assign(path, new)


def _same_kind(kind: type, *values: Any) -> bool:
    return all(isinstance(value, kind) for value in values)


def _is_container(old: Any, known: Any, new: Any) -> bool:
    """Tell whether others may have changed parts of what is replaced as a whole."""
    before = known if old is GONE else old
    return any(_same_kind(kind, before, new) for kind in (dict, list))


def _is_empty_default(old: Any, known: Any, new: Any) -> bool:
    """Tell whether the first parts are put in what was not stored so far."""
    if old is not GONE or known not in ({}, []):
        return False
    return _same_kind(list, known, new) or (
        _same_kind(dict, known, new) and _addressable(known, new)
    )


def _started(path: Path, known: Any, new: Any, annotation: Any) -> Iterator[Step]:
    if isinstance(new, dict):
        yield Within(path, ("object", "missing"))
        yield from (Assign((*path, name), value) for name, value in new.items())
        return
    step = _array_step(path, [], known, new, annotation)
    if isinstance(step, (Edit, Collect)):
        step = attrs.evolve(step, missing=True)
    yield step


def _document(
    path: Path, old: Any, known: Any, new: Any, annotation: Any
) -> Iterator[Step]:
    yield Within(path, ("object",))
    for name in known:
        if name not in new and name in old:
            yield Remove((*path, name))
    for name, value in new.items():
        three = old.get(name, GONE), known.get(name, GONE), value
        yield from _steps((*path, name), *three, within(annotation, name))


def _addressable(known: dict[str, Any], new: dict[str, Any]) -> bool:
    """Tell whether every key that has changed can be part of a path."""
    changed = (
        name
        for name in {**known, **new}
        if not same(known.get(name, GONE), new.get(name, GONE))
    )
    return all(name and name[0] != "$" and "." not in name for name in changed)


def _array(
    path: Path, old: Any, known: Any, new: Any, annotation: Any
) -> Iterator[Step]:
    step = _array_step(path, old, known, new, annotation)
    if isinstance(step, Splice) and _unmoved(known, new):
        item = items_of(annotation)
        parts = tuple(_items(path, old, known, new, item))
        yield Items(parts, splice(path, old, known, new))
    else:
        yield step


def _unmoved(known: list[Any], new: list[Any]) -> bool:
    return len(known) == len(new) and partners(known, new) == list(range(len(new)))


def _array_step(path: Path, old: Any, known: Any, new: Any, annotation: Any) -> Step:
    make = set_steps if is_set(annotation) else list_steps
    return make(path, old, known, new)


def _items(
    path: Path, old: Any, known: Any, new: Any, annotation: Any
) -> Iterable[Step]:
    """Yield the steps within single items; an item is known by its id, or as it is."""
    for place, (stored, before, after) in enumerate(zip(old, known, new, strict=True)):
        if same(before, after):
            continue
        there = (*path, place)
        steps = _steps(there, stored, before, after, annotation)
        if continues(stored, before, after) and IDENTITY in stored:
            yield Place(there, IDENTITY, stored[IDENTITY])
            yield from steps
        else:
            yield Place(there, None, stored)
            yield from (step for step in steps if not isinstance(step, Within))
