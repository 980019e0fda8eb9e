"""Loading related documents: one command a relation, however many documents there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import bson

from mapper.commands import Flow
from mapper.errors import DanglingRefError
from mapper.flows import reading
from mapper.relations.including import Branch, Options, plan
from mapper.relations.paths import Backward, Forward
from mongo_dsl.errors import OperandError


_IDS = 10_000
_BYTES = 12 * 1024 * 1024  # a command has 16 MB, and may have filters of its own

STREAMED = 1_000
"""Documents of a stream whose related ones are loaded at a time, if it doesn't say."""

Known = dict[Any, dict[Any, Any]]
"""Documents by id, those that weren't found too, by class and what was asked of them."""


def included(query: Any, documents: list[Any]) -> Flow[list[Any]]:
    """Load what *query* includes into its *documents*, and return them."""
    if documents and "include" in query.asked:
        branches = plan(query.model, query.asked["include"].items)
        yield from _load(query, branches, documents, {})
    return documents


def fetch(ref: Any) -> Flow[Any]:
    """Load the document that *ref* leads to, and return it."""
    model = ref.model
    query = model.find(model.q.id == ref.id)._with("cause", ref.place)  # noqa: SLF001
    document = yield from reading.first(query)
    ref.found(document)
    if document is None:
        raise DanglingRefError(model, ref.id)
    return document


def _load(
    query: Any, branches: Iterable[Branch], documents: list[Any], known: Known
) -> Flow[None]:
    for branch in branches:
        found: list[Any]
        _refuse_strangers(branch)
        if isinstance(branch.relation, Forward):
            _refuse_hidden(query, branch.relation)
            found = yield from _forward(query, branch, documents, known)
        else:
            found = yield from _backward(query, branch, documents)
        if found and branch.branches:
            below = _query(query, branch.relation.model, branch.options)
            yield from _load(below, branch.branches, found, known)


def _refuse_strangers(branch: Branch) -> None:
    """Refuse relations between databases: the commands of a query go to one."""
    known = branch.relation
    names = [cls.__options__.database for cls in (known.owner, known.model)]
    if names[0] != names[1]:
        msg = f"{known.owner.__name__}.{known.name} leads to {known.model.__name__} in the"
        msg = f"{msg} database {names[1]!r}, where include can't follow"
        raise OperandError(f"{msg}; find them by their ids")


def _refuse_hidden(query: Any, known: Forward) -> None:
    """Refuse a query that leaves out the references whose documents it includes."""
    shown = dict(query.asked.get("projection", ()))
    first = known.stored.partition(".")[0]
    named = {path.partition(".")[0] for path in shown}
    if shown and (first in named) != any(shown.values()):
        msg = (
            f"include of {known.owner.__name__}.{known.name} got a query that leaves it"
        )
        raise OperandError(f"{msg} out; add it to what only(...) keeps")


# -- From references to documents ----------------------------------------------------


def _forward(
    query: Any, branch: Branch, documents: list[Any], known: Known
) -> Flow[list[Any]]:
    relation: Any = branch.relation
    refs = [ref for document in documents for ref in relation.refs(document)]
    loaded = known.setdefault((relation.model, branch.options), {})
    wanted = {_key(ref.id): ref.id for ref in refs if ref.id is not None}
    missing = [value for key, value in wanted.items() if key not in loaded]
    for ids in _chunks(missing):
        found = yield from reading.to_list(_by_ids(query, branch, ids))
        loaded.update({_key(value): None for value in ids})
        loaded.update({_key(document.id): document for document in found})
    for ref in refs:
        if ref.id is not None:
            ref.found(loaded[_key(ref.id)])
    return [loaded[key] for key in wanted if loaded[key] is not None]


def _by_ids(query: Any, branch: Branch, ids: list[Any]) -> Any:
    model = branch.relation.model
    return _query(query, model, branch.options).filter(model.q.id.in_(ids))


def _query(query: Any, model: Any, options: Options) -> Any:
    """Return the query of related documents, to run where *query* does."""
    found = type(query)(model) if options.query is None else options.query
    if options.only:
        found = found.only(*options.only)
    for name in ("mapper", "session"):
        if name in query.asked:
            found = found._with(name, query.asked[name])  # noqa: SLF001
    return found


def _key(value: Any) -> Any:
    """Return what stands for an id as a key: ids that are documents have no hash."""
    return repr(value) if isinstance(value, (dict, list)) else value


def _chunks(ids: list[Any]) -> Iterator[list[Any]]:
    """Cut *ids* so that each part fits into a command."""
    for start in range(0, len(ids), _IDS):
        yield from _halved(ids[start : start + _IDS])


def _halved(ids: list[Any]) -> Iterator[list[Any]]:
    if len(ids) == 1 or _size(ids) <= _BYTES:
        yield ids
        return
    half = len(ids) // 2
    yield from _halved(ids[:half])
    yield from _halved(ids[half:])


def _size(ids: list[Any]) -> int:
    """Return how long *ids* are at most; only texts and the like can be long."""
    return sum(map(_length, ids))


def _length(value: Any) -> int:
    if isinstance(value, (str, bytes)):
        return 4 * len(value) + 16
    return len(bson.encode({"": value})) if isinstance(value, (dict, list)) else 48


# -- From documents to those that refer to them --------------------------------------


def _backward(query: Any, branch: Branch, documents: list[Any]) -> Flow[list[Any]]:
    relation: Any = branch.relation
    owners = {_key(document.id): document for document in documents}
    groups: dict[Any, list[Any]] = {key: [] for key in owners}
    everything: list[Any] = []
    for ids in _chunks([document.id for document in owners.values()]):
        found = yield from reading.to_list(_referring(query, branch, ids))
        everything += found
        for document in found:
            _group(relation, document, owners, groups)
    for key, owner in owners.items():
        related = {**(getattr(owner, "_related", None) or {})}
        related[relation.name] = groups[key]
        owner._related = related  # noqa: SLF001
    return everything


def _referring(query: Any, branch: Branch, ids: list[Any]) -> Any:
    relation: Any = branch.relation
    model, field = relation.model, relation.forward.name
    found = _query(query, model, branch.options)
    if branch.options.only:
        found = found.only(field)
    return found.filter(model.q[field].in_(ids))


def _group(
    relation: Backward,
    document: Any,
    owners: dict[Any, Any],
    groups: dict[Any, list[Any]],
) -> None:
    """Put *document* with those it refers to, once with each."""
    for ref in relation.forward.refs(document):
        owner = owners.get(_key(ref.id))
        if owner is not None:
            ref.found(owner)
            if not any(one is document for one in groups[_key(ref.id)][-1:]):
                groups[_key(ref.id)].append(document)
