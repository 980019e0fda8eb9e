"""Loading related documents: one command a relation, however many documents there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mapper.commands import Flow
from mapper.errors import DanglingRefError
from mapper.flows import finding
from mapper.flows.batches import batches, key
from mapper.relations.including import Branch, Options, plan
from mapper.relations.paths import Backward, Forward
from mongo_dsl.errors import OperandError


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
    found = yield from finding.documents(query.limit(1))
    document = found[0] if found else None
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
    wanted = {key(ref.id): ref.id for ref in refs if ref.id is not None}
    missing = [value for name, value in wanted.items() if name not in loaded]
    for ids in batches(missing):
        found = yield from _found(_by_ids(query, branch, ids))
        loaded.update({key(value): None for value in ids})
        loaded.update({key(document.id): document for document in found})
    for ref in refs:
        if ref.id is not None:
            ref.found(loaded[key(ref.id)])
    return [loaded[name] for name in wanted if loaded[name] is not None]


def _found(query: Any) -> Flow[list[Any]]:
    """Return the related documents of *query*, which may include others."""
    documents = yield from finding.documents(query)
    return (yield from included(query, documents))


def _by_ids(query: Any, branch: Branch, ids: list[Any]) -> Any:
    model = branch.relation.model
    return _query(query, model, branch.options).filter(model.q.id.in_(ids))


def _query(query: Any, model: Any, options: Options) -> Any:
    """Return the query of related documents, to run where *query* does."""
    found = type(query)(model) if options.query is None else options.query
    if options.only:
        found = found.only(*options.only)
    for name in ("mapper", "session", "concerns"):
        if name in query.asked:
            found = found._with(name, query.asked[name])  # noqa: SLF001
    if "cached" in query.asked and "cached" not in found.asked:
        found = found._with("cached", query.asked["cached"])  # noqa: SLF001
    return found._with("cause", None)  # noqa: SLF001 - one for all of them


# -- From documents to those that refer to them --------------------------------------


def _backward(query: Any, branch: Branch, documents: list[Any]) -> Flow[list[Any]]:
    relation: Any = branch.relation
    owners = {key(document.id): document for document in documents}
    groups: dict[Any, list[Any]] = {name: [] for name in owners}
    everything: list[Any] = []
    for ids in batches([document.id for document in owners.values()]):
        found = yield from _found(_referring(query, branch, ids))
        everything += found
        for document in found:
            _group(relation, document, owners, groups)
    for name, owner in owners.items():
        related = {**(getattr(owner, "_related", None) or {})}
        related[relation.name] = groups[name]
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
        owner = owners.get(key(ref.id))
        if owner is not None:
            ref.found(owner)
            if not any(one is document for one in groups[key(ref.id)][-1:]):
                groups[key(ref.id)].append(document)
