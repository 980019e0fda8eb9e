"""Documents whose class defines ``__init__``: they have attributes that are no fields.

Their instances have a dictionary beside the slots of other documents, for attributes of
their own, whose names begin with an underscore and which aren't stored. They are loaded
through their ``__init__``, which therefore takes all fields by name, as ``**data`` does.
"""

from __future__ import annotations

import inspect
from typing import Any

from mongo_dsl.names import suggestion
from mongo_dsl.structure import fields_of


def has_own_init(cls: Any) -> bool:
    """Tell whether *cls*, or what it derives from, defines ``__init__``; no root does."""
    for base in cls.__mro__:
        if "__own_init__" in vars(base):
            return bool(base.__own_init__)
        if vars(base).get("__root__"):
            return False
        if "__init__" in vars(base) and not _is_generated(base.__init__):
            return True
    return False


def _is_generated(function: Any) -> bool:
    """Tell whether attrs or dataclasses wrote *function*."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and code.co_filename.startswith(
        ("<attrs generated", "<string>")
    )


def refuse_misspelled(cls: Any) -> None:
    """Let instances of *cls* take undeclared attributes only if they are private."""
    assign = cls.__setattr__

    def __setattr__(self: Any, name: str, value: Any) -> None:  # noqa: N807
        if name[:1] != "_" and not hasattr(type(self), name):
            _require_field(type(self), name)
        assign(self, name, value)

    cls.__setattr__ = __setattr__


def _require_field(cls: Any, name: str) -> None:
    fields = fields_of(cls)
    if name not in fields:
        hint = suggestion(name, fields)
        msg = (
            f"{cls.__name__} has no field {name!r}{hint}; attributes that are no fields"
        )
        raise AttributeError(f"{msg} begin with an underscore")
