"""`later`: what a package offers is imported when it is asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any


def later(
    package: str,
    names: Mapping[str, Iterable[str]],
    modules: Mapping[str, str] | None = None,
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of *package*, which imports what it is asked for.

    *names* are what it offers, by the module each is in; *modules* are those it offers
    whole, by what it calls them. What was asked for once is there from then.
    """
    places = {name: module for module, found in names.items() for name in found}
    whole = modules or {}

    def imported(name: str) -> Any:
        if name in places:
            found = getattr(importlib.import_module(places[name]), name)
        elif name in whole:
            found = importlib.import_module(whole[name])
        else:
            msg = f"module {package!r} has no attribute {name!r}"
            raise AttributeError(msg)
        setattr(sys.modules[package], name, found)
        return found

    def offered() -> list[str]:
        return list(sys.modules[package].__all__)

    return imported, offered
