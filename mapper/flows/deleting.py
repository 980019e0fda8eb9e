"""What is deleted, changed or denied when documents are deleted that others refer to.

All of it is looked up before anything is written, one command a relation and level; all of
it is written in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from mapper.behaviour import behaviours_of
from mapper.commands import Atomic, Flow
from mapper.errors import DeleteDeniedError
from mapper.events import announce, functions_of
from mapper.flows import changing, reading
from mapper.flows.asking import refuse_parts
from mapper.flows.batches import batches, key
from mapper.flows.guarding import within_limit
from mapper.on_delete import OnDelete
from mapper.relations.referrers import Referrer, referrers_of
from mapper.tracking import state_of
from mongo_dsl import F
from mongo_dsl.queryset.asking import query_set


T = TypeVar("T")

_NAMED = 5  # of the documents that deny, so many are named


@attrs.define
class Plan:
    """What a delete of documents does to others.

    *doomed* are the ids of what is deleted, by collection; *steps* the documents of each
    class and level to be deleted; *others* the ids that references to lose.
    """

    hard: bool
    like: Any
    doomed: dict[str, dict[Any, Any]] = attrs.field(factory=dict)
    steps: list[tuple[Any, list[Any], list[Any]]] = attrs.field(factory=list)
    others: dict[Referrer, list[Any]] = attrs.field(factory=dict)

    def doom(self, model: Any, ids: list[Any]) -> list[Any]:
        """Return those of *ids* that nobody has found before."""
        known = self.doomed.setdefault(model.__collection__, {})
        new = [one for one in ids if key(one) not in known]
        known.update({key(one): one for one in new})
        return new


def delete_many(query: Any, *, hard: bool = False) -> Flow[int]:
    """Delete all documents of *query*, for good if *hard*, and return how many."""
    changing.checked(query, "delete")
    allowed = yield from within_limit(query, "delete")
    return (
        yield from ruled(
            query.model,
            query.session,
            lambda: changing.remove(allowed, hard=hard),
            lambda: many(allowed, hard),
        )
    )


def find_one_and_delete(query: Any, *, hard: bool = False) -> Flow[Any]:
    """Delete the first document of *query*, for good if *hard*, and return it."""
    refuse_parts(query, "find_one_and_delete", sort=True)
    return (
        yield from ruled(
            query.model,
            query.session,
            lambda: changing.remove_first(query, hard),
            lambda: first(query, hard),
        )
    )


def ruled(
    model: Any,
    session: Any,
    simply: Callable[[], Flow[T]],
    by_rules: Callable[[], Flow[T]],
) -> Flow[T]:
    """Delete documents of *model* *simply*, or, where rules hold, *by_rules* and atomically."""
    if not referrers_of(model):
        return (yield from simply())
    result: T = yield Atomic(by_rules, session)
    return result


def many(query: Any, hard: bool) -> Flow[int]:
    """Delete the documents of *query* by the rules, and return how many."""
    ids = yield from ids_of(query)
    soft = not hard and is_marked(query.model)
    yield from delete_related(query, ids, hard=hard, soft=soft)
    done = 0
    for part in batches(ids):
        found = query.filter(F["_id"].in_(part))
        done += yield from changing.remove(found, hard=hard)
    return done


def first(query: Any, hard: bool) -> Flow[Any]:
    """Delete the first document of *query* by the rules, and return it."""
    ids = yield from ids_of(query.limit(1))
    if ids:
        soft = not hard and is_marked(query.model)
        yield from delete_related(query, ids, hard=hard, soft=soft)
    return (yield from changing.remove_first(query.filter(F["_id"].in_(ids)), hard))


def is_marked(cls: Any) -> bool:
    """Tell whether documents of *cls* are marked instead of deleted."""
    return any(one.deleting(cls) is not None for one in behaviours_of(cls))


def delete_related(query: Any, ids: list[Any], *, hard: bool, soft: bool) -> Flow[None]:
    """Do what the rules want before the documents with *ids*, of *query*, are deleted.

    Where these are only marked, as *soft* says, only documents that are marked too are
    deleted with them, and references stay.

    Raises:
        DeleteDeniedError: others refer to them; nothing is written.
    """
    plan = Plan(hard, query)
    plan.doom(query.model, ids)
    yield from _look_up(plan, query.model, ids, soft)
    yield from _deny(plan, query.model)
    for model, gone, documents in reversed(plan.steps):
        yield from _delete(plan, model, gone, documents)
    for referrer, gone in plan.others.items():
        if referrer.rule is not OnDelete.DENY and not soft:
            yield from _let_go(plan, referrer, gone)


def ids_of(query: Any) -> Flow[list[Any]]:
    """Return the ids of the documents of *query*, as they are stored."""
    bare = query._with("projection", (("_id", 1),))._with("raw", True)  # noqa: SLF001
    rows = yield from reading.to_list(bare.uncached())
    return [row["_id"] for row in rows]


def _look_up(plan: Plan, model: Any, ids: list[Any], soft: bool) -> Flow[None]:
    """Find what is deleted with the documents of *model* that have *ids*, level by level."""
    levels = [(model, ids)]
    while levels:
        owner, gone = levels.pop(0)
        for referrer in referrers_of(owner):
            if referrer.rule is not OnDelete.CASCADE:
                plan.others.setdefault(referrer, []).extend(gone)
            elif not soft or is_marked(referrer.model):
                found = yield from _cascade(plan, referrer, gone)
                levels += [(referrer.model, found)] if found else []


def _cascade(plan: Plan, referrer: Referrer, gone: list[Any]) -> Flow[list[Any]]:
    model = referrer.model
    heard = any(_heard(model))
    new: list[Any] = []
    for part in batches(gone):
        query = _query(plan, model, marked=plan.hard).filter(referrer.filter(part))
        if heard:
            documents = yield from reading.to_list(query.uncached())
            stored = {key(one): one for one in map(_stored_id, documents)}
            ids = list(stored.values())
        else:
            documents, ids = [], (yield from ids_of(query))
        fresh = plan.doom(model, ids)
        kept = {key(one) for one in fresh}
        documents = [one for one in documents if key(_stored_id(one)) in kept]
        if fresh:
            plan.steps.append((model, fresh, documents))
        new += fresh
    return new


def _heard(model: Any) -> list[Any]:
    return [
        *functions_of(model, "before_delete"),
        *functions_of(model, "after_delete"),
    ]


def _stored_id(document: Any) -> Any:
    return state_of(document).document["_id"]  # type: ignore[union-attr]


def _query(plan: Plan, model: Any, *, marked: bool = False) -> Any:
    """Return a query of *model* that runs where the delete does, *marked* documents too."""
    kept = ("mapper", "session", "concerns")
    asked = {name: plan.like.asked[name] for name in kept if name in plan.like.asked}
    found = query_set(type(plan.like), model, asked)
    return found.with_deleted() if marked and is_marked(model) else found


def _deny(plan: Plan, model: Any) -> Flow[None]:
    """Refuse the delete if others refer to what it deletes, and aren't deleted with it."""
    denials = []
    for referrer, gone in plan.others.items():
        if referrer.rule is OnDelete.DENY:
            known = plan.doomed.get(referrer.model.__collection__, {})
            for part in batches(gone):
                query = _query(plan, referrer.model).filter(referrer.filter(part))
                found = yield from ids_of(query.limit(len(known) + _NAMED))
                left = [one for one in found if key(one) not in known]
                denials += (
                    [(referrer.model, referrer.forward.name, left)] if left else []
                )
    if denials:
        raise DeleteDeniedError(model, denials)


def _delete(plan: Plan, model: Any, ids: list[Any], documents: list[Any]) -> Flow[None]:
    yield from announce("before_delete", model, *documents)
    for part in batches(ids):
        query = _query(plan, model, marked=plan.hard).filter(F["_id"].in_(part))
        yield from changing.remove(query, hard=plan.hard)
    yield from announce("after_delete", model, *documents)


def _let_go(plan: Plan, referrer: Referrer, gone: list[Any]) -> Flow[None]:
    query = _query(plan, referrer.model, marked=True)
    for part in batches(gone):
        changes = referrer.update(part)
        yield from changing.update_many(
            query.filter(referrer.filter(part)), changes, {}
        )
