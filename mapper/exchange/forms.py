"""A `Form` is how values of an annotation are written as plain data, and read back.

There are two kinds of forms. In JSON, dates, ids, decimals and the like are text. In
dictionaries they stay Python's values; what JSON would have there is read, too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class Form:
    """How a value becomes plain data by *write*, and is made of it again by *read*.

    Both raise `Misfit`. *kind* is the type that JSON has for it, empty where it varies.
    """

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    kind: str = ""


FindForm = Callable[[Any], Form]
Rule = tuple[Callable[[Any], bool], Callable[[Any, FindForm, bool], Form]]


def late(find: FindForm, annotation: Any) -> Form:
    """Return the form of *annotation*, looked for when it is used: a class may hold itself."""
    found = functools.cache(lambda: find(annotation))
    return Form(lambda value: found().write(value), lambda plain: found().read(plain))
