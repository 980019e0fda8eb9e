"""Stages that are compiled again and again: their forms are copied, not made anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mongo_dsl.compile.expressions import EXPRESSIONS
from mongo_dsl.nodes import Op, Stages


Copier = Callable[[], Any]


def compile_stages(node: Stages) -> list[Any]:
    """Compile a pipeline.

    Raises:
        ParameterError: a parameter is unbound.
        CompileError: a part has no form where it stands.
    """
    compiled = []
    for stage in node.items:
        copied = getattr(stage, "template", None)  # most stages have none
        compiled.append(EXPRESSIONS[type(stage)](stage) if copied is None else copied())
    return compiled


def reuse(stage: Op) -> None:
    """Let *stage*, which holds no values of the caller's, be copied from the third time on.

    What is compiled once, as most is in a program that ends soon, needs no template.
    """

    def first() -> Any:
        stage.template = second
        return EXPRESSIONS[Op](stage)

    def second() -> Any:
        stage.template = copier(EXPRESSIONS[Op](stage))
        return stage.template()

    stage.template = first


def copier(template: Any) -> Copier:
    """Return what copies *template*, a list or dictionary, and those within it.

    >>> copied = copier({"a": [1, {}]})
    >>> copied(), copied() is copied()
    ({'a': [1, {}]}, False)
    """
    items = template.items() if type(template) is dict else enumerate(template)
    below = [(key, copier(item)) for key, item in items if type(item) in (dict, list)]
    if not below:
        copied: Copier = template.copy  # no call of Python's
        return copied
    if len(template) == 1 and type(template) is dict:
        ((only, copy_it),) = below
        return lambda: {only: copy_it()}

    def whole() -> Any:
        made = template.copy()
        for key, copy_it in below:
            made[key] = copy_it()
        return made

    return whole
