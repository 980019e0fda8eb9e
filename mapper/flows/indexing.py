"""Creating indexes."""

from __future__ import annotations

from typing import Any

from mapper.commands import Command, Flow
from mapper.flows.failures import translated
from mapper.indexes import Index, declared_indexes


def create_index(model: Any, index: Index, session: Any = None) -> Flow[str]:
    """Create *index* and return its name."""
    keys, options = index.compile(model)
    given = options if session is None else {**options, "session": session}
    with translated(model.__collection__):
        name: str = yield Command(model.__collection__, "create_index", (keys,), given)
    return name


def create_indexes(model: Any, session: Any = None) -> Flow[list[str]]:
    """Create the indexes that *model* declares and return their names."""
    names = []
    for index in declared_indexes(model):
        name = yield from create_index(model, index, session)
        names.append(name)
    return names
