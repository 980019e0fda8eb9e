"""Operators and their functions: what Python calls both, and the arguments they take."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any


def snake_case(name: str) -> str:
    """Return the Python name of an operator: ``$dateAdd`` is ``date_add``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.lstrip("$")).lower()


@functools.lru_cache(maxsize=1024)
def camel_case(name: str) -> str:
    """Return what MongoDB calls an argument: ``local_field`` is ``localField``."""
    first, *more = name.strip("_").split("_")
    return first + "".join(map(str.capitalize, more))


def function_of(
    namespace: ModuleType, name: str
) -> tuple[str, Callable[..., Any]] | None:
    """Return the function of the operator *name* in *namespace*, if it has one."""
    for candidate in (snake_case(name), f"{snake_case(name)}_"):
        if candidate in namespace.__all__:
            return candidate, getattr(namespace, candidate)
    return None


_ANY_NUMBER = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


@functools.lru_cache(maxsize=1024)
def parameters(function: Callable[..., Any]) -> dict[Any, inspect.Parameter]:
    """Return the parameters of *function*, but for those that take any number."""
    found = inspect.signature(function).parameters
    return {name: p for name, p in found.items() if p.kind not in _ANY_NUMBER}


@functools.lru_cache(maxsize=1024)
def takes_any_number(function: Callable[..., Any]) -> bool:
    """Tell whether *function* takes any number of arguments by place."""
    found = inspect.signature(function).parameters.values()
    return any(p.kind is p.VAR_POSITIONAL for p in found)


def required(function: Callable[..., Any]) -> list[str]:
    """List the parameters of *function* that have no default."""
    known = parameters(function).items()
    return [name for name, p in known if p.default is p.empty]
