"""Which document classes there are, in the order they were made; none is kept alive."""

from __future__ import annotations

import itertools
from typing import Any
from weakref import WeakValueDictionary

from mapper.errors import DefinitionError
from mongo_dsl.names import suggestion


_made: WeakValueDictionary[int, Any] = WeakValueDictionary()
_numbers = itertools.count(1)


def register(cls: Any) -> None:
    """Let the document class *cls* be found."""
    _made[next(_numbers)] = cls


def document_classes() -> list[Any]:
    """Return the document classes, those that were made first in front."""
    return list(_made.values())


def newest() -> int:
    """Return the number of the class that was made last: another one, if there are more."""
    return max(_made, default=0)


def class_named(name: str, owner: Any = None) -> Any:
    """Return the document class *name*, which may have its module in front.

    Of several, one beside *owner* is meant, the class that names it; and of classes that
    were made twice, as notebooks do, the last.

    Raises:
        DefinitionError: there is none, or there are some in several modules.
    """
    module, _, short = name.rpartition(".")
    known = document_classes()
    found = [
        one for one in known if one.__name__ == short and module in ("", one.__module__)
    ]
    nearest = max((_nearness(one, owner) for one in found), default=0)
    near = [one for one in found if _nearness(one, owner) == nearest]
    modules = {one.__module__ for one in near}
    if len(modules) == 1:
        return near[-1]
    raise _unclear(name, modules, [one.__name__ for one in known])


def _nearness(one: Any, owner: Any) -> int:
    """Count what *one* and *owner* share: the module, the scope in it, the face."""
    if owner is None:
        return 0
    scopes = [cls.__qualname__.rpartition(".")[0] for cls in (one, owner)]
    module = one.__module__ == owner.__module__
    return 4 * module + 2 * (scopes[0] == scopes[1]) + _same_face(one, owner)


def _same_face(one: Any, owner: Any) -> bool:
    faces = [[c for c in cls.__mro__ if "__root__" in vars(c)] for cls in (one, owner)]
    return faces[0] == faces[1]


def _unclear(name: str, modules: set[str], known: list[str]) -> DefinitionError:
    if modules:
        listed = " and ".join(sorted(modules))
        msg = (
            f"document classes called {name!r} are in {listed}; write the module, too:"
        )
        return DefinitionError(f"{msg} {min(modules)}.{name}")
    msg = f"no document class is called {name!r}; it must be imported before a Ref to it is"
    return DefinitionError(f"{msg} used{suggestion(name, known)}")
