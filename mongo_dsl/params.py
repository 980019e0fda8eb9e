"""Holes in queries, and what fills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import attrs

from mongo_dsl.conformity import conforms, describe, kind_of
from mongo_dsl.errors import OperandError, ParameterError
from mongo_dsl.nodes import Node, Param, parameters, substitute
from mongo_dsl.values import PLAIN, node


T = TypeVar("T")


@attrs.frozen
class _Typed:
    """Accept the values that an annotation allows."""

    name: str
    annotation: Any

    @property
    def plain(self) -> frozenset[type]:
        """The types of plain values that it accepts as they are."""
        return PLAIN if self.annotation is Any else PLAIN & {self.annotation}

    def __call__(self, value: Any) -> Node:
        if conforms(self.annotation)(value):
            return node(value)
        msg = f"parameter {self.name!r} is bound to {value!r}, {kind_of(value)}"
        raise OperandError(f"{msg}; it takes {describe(self.annotation)}")


def param(name: str, annotation: Any = Any) -> Any:
    """Leave a hole called *name*, which `bind` fills with a value of type *annotation*.

    A hole stands wherever a value may stand; the field it is compared with checks the
    value too.

    >>> from mongo_dsl import F
    >>> (F.age >= param("min_age")).bind(min_age=18).compile()
    {'age': {'$gte': 18}}
    """
    if not name.isidentifier():
        msg = f"a parameter is named {name!r}; names are Python identifiers"
        raise ParameterError(msg)
    return Param(name, _Typed(name, annotation))


def names_of(tree: Any) -> list[str]:
    """List the names of the holes in *tree*, each once."""
    return list(dict.fromkeys(hole.name for hole in parameters(tree)))


def fill(tree: T, values: Mapping[str, Any]) -> T:
    """Fill the holes of *tree* that *values* names; the others stay open.

    Raises:
        ParameterError: *values* has a name that no hole has.
        OperandError: a hole doesn't take its value.
    """
    refuse_unknown(values, names_of(tree))
    filled: T = substitute(
        tree,
        lambda hole: hole.accept(values[hole.name]) if hole.name in values else hole,
    )
    return filled


def refuse_unknown(values: Mapping[str, Any], known: Sequence[str]) -> None:
    """Refuse a value that is bound to a parameter which isn't *known*.

    Raises:
        ParameterError: there is such a value.
    """
    for name in values:
        if name not in known:
            listed = ", ".join(dict.fromkeys(known)) or "none"
            msg = (
                f"bind got {name!r}, which no parameter is called; there are: {listed}"
            )
            raise ParameterError(msg)
