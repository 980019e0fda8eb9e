"""The stages of Atlas Search: their operators, which may hold others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mongo_dsl import search, stages
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Data, Node
from mongo_dsl.parsing.arguments import names
from mongo_dsl.parsing.data import data
from mongo_dsl.parsing.places import Place
from mongo_dsl.signatures import camel_case, function_of, parameters
from mongo_dsl.versions import operators


def search_stage(mql: Any, at: Place) -> Node:
    """Read what ``$search`` and ``$searchMeta`` take.

    Raises:
        TranslationError: an operator in it doesn't exist, or lacks an argument.
    """
    document = at.document(mql, "a search")
    own = {camel_case(name) for name in parameters(stages.search)}
    wanted = [key for key in document if key not in own]
    if len(wanted) != 1:
        found = ", ".join(map(repr, wanted)) or "none"
        raise at.wrong(f"a search has one operator; this one has {found}")
    _check(wanted[0], document[wanted[0]], at.below(wanted[0]))
    return Data(data(mql, at))


def _check(name: str, mql: Any, at: Place) -> None:
    if name in _DEPRECATED:
        return
    known = operators("search")
    found = function_of(search, name)
    if name not in known or found is None:
        raise at.wrong(f"{name!r} is no search operator{suggestion(name, known)}")
    names(name, found[1], at.document(mql, f"the argument of {name}"), at)
    for key in _HOLDS & mql.keys():
        for inner, place in _held(mql[key], at.below(key)):
            for operator, argument in place.document(inner, "an operator").items():
                _check(operator, argument, place.below(operator))


_DEPRECATED = frozenset({"knnBeta", "search", "span", "term"})
_HOLDS = frozenset({"must", "mustNot", "should", "filter", "operator"})


def _held(mql: Any, at: Place) -> Iterator[tuple[Any, Place]]:
    if isinstance(mql, (list, tuple)):
        for n, item in enumerate(mql):
            yield item, at.below(n)
    elif isinstance(mql, Mapping):
        yield mql, at
    else:
        raise at.wrong(f"{mql!r} is no search operator; it takes documents of one")
