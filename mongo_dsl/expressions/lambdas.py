"""Python functions as the bodies of expressions: their arguments become variables.

A lambda's arguments keep their names on the server, except where a lambda around it has
that name already: variables of the server would hide each other.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, TypeGuard

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.expressions.face import MISSING, Expr
from mongo_dsl.expressions.variable import Variable, is_name, variable_name
from mongo_dsl.nodes import Body, Map, Node, Op, Var, parts, substitute
from mongo_dsl.schema import FieldSpec
from mongo_dsl.values import Face, node


_around: ContextVar[frozenset[str]] = ContextVar("_around", default=frozenset())
"""The variables of the lambdas that are being called right now."""

MARK = "'"
"""Follows the names of variables that get others later; no name has it."""


def is_lambda(value: object) -> TypeGuard[Callable[..., Any]]:
    """Tell whether *value* is a function to be called with variables."""
    return callable(value) and not isinstance(value, (Face, Node))


def arguments(function: Callable[..., Any]) -> list[str]:
    """List the arguments that *function* needs; one that takes any number gets one."""
    found = inspect.signature(function).parameters.values()
    needed = [
        p.name
        for p in found
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        and p.default is p.empty
    ]
    return needed or [p.name for p in found if p.kind is p.VAR_POSITIONAL]


def call(
    subject: str,
    function: Callable[..., Any],
    given: Sequence[Any],
    specs: Sequence[FieldSpec | None],
    *,
    least: int = 1,
    mark: str = "",
) -> tuple[list[Any], Node]:
    """Call *function* with variables, and return their names and what it builds.

    *given* are the names that the caller chose; there are as many variables as *function*
    has arguments, and the names of the others are `MISSING`. In what is built, *mark*
    follows the names: no other variable can be mistaken for one of these.

    Raises:
        OperandError: *function* has too few or too many arguments.
        ArgumentError: a given name hides that of a lambda around.
    """
    wanted = arguments(function)
    if not least <= len(wanted) <= len(given):
        msg = (
            f"{subject} got a function of {len(wanted)} arguments; it takes one of {least}"
            f" to {len(given)}"
        )
        raise OperandError(msg)
    names = [fresh(subject, name) for name in given]
    for position, argument in enumerate(wanted):
        if names[position] is MISSING:
            names[position] = _distinct(argument, names)
    used = zip(names[: len(wanted)], specs, strict=False)
    return names, build(function, [Variable(Var(n + mark), spec) for n, spec in used])


def build(function: Callable[..., Any], variables: Iterable[Variable]) -> Node:
    """Call *function* with *variables*, whose names are taken meanwhile."""
    faces = list(variables)
    names = frozenset(face._node.name.rstrip(MARK) for face in faces)  # noqa: SLF001
    token = _around.set(_around.get() | names)
    try:
        return node(function(*faces))
    finally:
        _around.reset(token)


def fresh(subject: str, name: Any) -> Any:
    """Check a name that the caller chose for a variable, where one was chosen.

    Raises:
        ArgumentError: it is no name, or that of a lambda around.
    """
    if name is not MISSING and variable_name(name) in _around.get():
        msg = (
            f"{subject} got the variable name {name!r}, which hides the one of a lambda"
            " around it; choose another"
        )
        raise ArgumentError(msg)
    return name


def _distinct(argument: str, taken: Sequence[Any]) -> str:
    """Derive a variable's name from an argument's."""
    bare = argument.strip("_")
    name = bare[:1].lower() + bare[1:]
    if not is_name(name):
        name = "item"
    others = _around.get().union(taken)
    numbered = (f"{name}{number}" for number in itertools.count(2))
    return next(n for n in itertools.chain([name], numbered) if n not in others)


def whole(value: Any) -> FieldSpec | None:
    """Return what is known about *value*, with paths that start there."""
    spec: FieldSpec | None = getattr(value, "_spec", None)
    if spec is None or not isinstance(value, Expr):
        return None
    return FieldSpec(spec.root, spec.name, "", spec.annotation)


def item_of(value: Any) -> FieldSpec | None:
    """Return what is known about the items of *value*, likewise."""
    spec = whole(value)
    return spec.item() if spec is not None and spec.is_array() else None


def rename(tree: Node, names: Mapping[str, str]) -> Node:
    """Rename the variables of *tree*."""

    def renamed(variable: Var) -> Var:
        root, dot, rest = variable.name.partition(".")
        return Var(f"{names.get(root, root)}{dot}{rest}")

    changed: Node = substitute(tree, renamed, Var)
    return changed


def captured(tree: Node, names: Iterable[str]) -> list[str]:
    """List the variables of lambdas around that *tree* reads under one of *names*."""
    read = {v.name.partition(".")[0].rstrip(MARK) for v in parts(tree, Var)}
    return sorted(read & _around.get() & set(names))


def sets_this(tree: Node) -> bool:
    """Tell whether an operator in *tree* sets ``this``, hiding that of one around it."""
    return any(op.name in _SET_THIS and "as" not in _keys(op) for op in parts(tree, Op))


_SET_THIS = frozenset({"$filter", "$map", "$reduce"})


def _keys(op: Op) -> list[str]:
    return (
        [name for name, _ in op.body.items] if isinstance(op.body, (Body, Map)) else []
    )
