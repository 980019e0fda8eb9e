"""Source code together with what it evaluates to.

Whatever writes a call makes the call, too, and compares what comes out with the node that
it was to write: no source is given out that builds something else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any

import attrs
import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from mongo_dsl.errors import DslError
from mongo_dsl.nodes import Node, parameters
from mongo_dsl.source.layout import Call, Chain, Code, Infix, Prefix
from mongo_dsl.values import Face


@attrs.frozen(eq=False)
class Written:
    """Some *code*, and the *value* that it evaluates to."""

    code: Code
    value: Any


Named = tuple[str, Written]

writing: ContextVar[bool] = ContextVar("writing", default=False)
"""Whether source is being written right now."""


class UnwritableError(Exception):
    """No function of the DSL builds *node*; *around* it are the nodes that hold it."""

    def __init__(self, node: Any, reason: str = "") -> None:
        super().__init__(node)
        self.node = node
        self.reason = reason
        self.around: list[Any] = []


@contextlib.contextmanager
def inside(node: Any) -> Iterator[None]:
    """Let errors about parts of *node* tell that they are its parts."""
    try:
        yield
    except UnwritableError as error:
        error.around.append(node)
        raise


def call(
    head: Code,
    function: Callable[..., Any],
    args: Sequence[Written] = (),
    kwargs: Iterable[Named] = (),
) -> Written:
    """Write a call of *function*, and make it."""
    named = list(kwargs)
    items = [arg.code for arg in args]
    items += [Prefix(f"{name}=", arg.code) for name, arg in named]
    value = function(*(a.value for a in args), **{n: a.value for n, a in named})
    return Written(Call(head, tuple(items)), value)


def method(
    on: Written,
    name: str,
    args: Sequence[Written] = (),
    kwargs: Iterable[Named] = (),
) -> Written:
    """Write a call of the method *name*, and make it."""
    return chained(on, call(f".{name}", getattr(on.value, name), args, kwargs))


def chained(on: Written, made: Written) -> Written:
    """Write the call *made* behind what it was called on."""
    if isinstance(on.code, Chain):
        return Written(Chain(on.code.root, (*on.code.calls, made.code)), made.value)
    return Written(Chain(on.code, (made.code,)), made.value)


def infix(sign: str, value: Any, *terms: Written) -> Written:
    """Write *terms* around *sign*, which make *value*."""
    return Written(Infix(sign, tuple(term.code for term in terms)), value)


def listed(items: Sequence[Written]) -> Written:
    """Write a list."""
    codes = tuple(item.code for item in items)
    return Written(Call("", codes, "[", "]"), [item.value for item in items])


def mapped(items: Sequence[Named]) -> Written:
    """Write a dictionary."""
    codes = tuple(Prefix(f"{quoted(key)}: ", item.code) for key, item in items)
    value = {key: item.value for key, item in items}
    return Written(Call("", codes, "{", "}"), value)


def quoted(text: str) -> str:
    """Write a string, in double quotes where that needs no escapes."""
    written = repr(text)
    if written[0] == "'" and '"' not in written:
        return f'"{written[1:-1]}"'
    return written


Attempt = Callable[[], Written]


def node_of(value: Any) -> Any:
    """Return the node that *value* holds."""
    return value._node if isinstance(value, Face) else value  # noqa: SLF001


def first_that_fits(
    node: Any,
    compile_: Callable[[Any], Any],
    attempts: Iterable[Attempt],
    held: Callable[[Any], Any] = node_of,
) -> Written:
    """Return the first of *attempts* that builds *node*, or what compiles alike.

    *held* tells which node the value of an attempt holds.

    Raises:
        UnwritableError: none does.
    """
    reasons: list[str] = []
    with inside(node):
        for attempt in attempts:
            made = _tried(attempt, reasons)
            if made is not None and _fits(held(made.value), node, compile_):
                return made
    raise UnwritableError(node, next(iter(reasons), ""))


def _tried(attempt: Attempt, reasons: list[str]) -> Written | None:
    """Make an attempt; None where that call can't be made, for which there is a reason."""
    try:
        return attempt()
    except (TypeError, ValueError) as error:  # those of the DSL are one or the other
        if isinstance(error, DslError):
            reasons.append(str(error))
        return None


def _fits(found: Any, node: Any, compile_: Callable[[Any], Any]) -> bool:
    """Tell whether *found* is *node*, or compiles to the very same MQL."""
    if not isinstance(found, Node):
        return False
    if found == node:
        return True
    return not any(parameters(node)) and identical(compile_(found), compile_(node))


_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    uuid_representation=UuidRepresentation.STANDARD
)


def identical(one: Any, other: Any) -> bool:
    """Tell whether two values are the same BSON: types and the order of keys included."""
    return bool(
        bson.encode({"": one}, codec_options=_CODEC)
        == bson.encode({"": other}, codec_options=_CODEC)
    )
