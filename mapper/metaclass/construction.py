"""Which documents can't be made, and why."""

from __future__ import annotations

from typing import Any

import attrs

from mapper.conversion.classes import refuse_lacking
from mapper.errors import DefinitionError
from mongo_dsl.names import suggestion
from mongo_dsl.structure import computed_in


def refuse_abstract(cls: Any) -> None:
    """Refuse to make documents of *cls* if it is abstract.

    Raises:
        DefinitionError: its Meta says so, or it lacks methods that a base asks for.
    """
    if cls.__options__.abstract:
        msg = f"{cls.__name__} is abstract; make documents of its subclasses"
        raise DefinitionError(msg)
    refuse_lacking(cls)


def misfit(cls: Any, args: tuple[Any, ...], values: dict[str, Any]) -> str | None:
    """Say which arguments of the constructor are unknown or missing."""
    if args:
        return f"{cls.__name__} got positional values; name the fields: {cls.__name__}(name=...)"
    if "__init__" in vars(cls) and not hasattr(cls, "__attrs_attrs__"):
        return None
    taken = {a.alias: a for a in attrs.fields(cls) if a.init}
    for name in values:
        if name in computed_in(cls):
            return f"{cls.__name__}.{name} is computed; leave it out"
        if name not in taken:
            hint = suggestion(name, taken)
            listed = ", ".join(taken)
            return (
                f"{cls.__name__} has no field {name!r}{hint}; its fields are: {listed}"
            )
    missing = [
        n for n, a in taken.items() if a.default is attrs.NOTHING and n not in values
    ]
    return f"{cls.__name__} needs {', '.join(missing)}" if missing else None
