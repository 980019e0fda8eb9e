"""`Readable`: what every value offers that compiles to MQL."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from mongo_dsl.demands import refuse_newer
from mongo_dsl.errors import CompileError, DslError
from mongo_dsl.params import fill
from mongo_dsl.prepared import Prepared, prepare


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

C_co = TypeVar("C_co", covariant=True)


def _compiled(value: Readable[C_co], node: Any) -> C_co:
    """Compile *node* as what *value* is."""
    return value._rebuilt(node).compile()  # noqa: SLF001


def _no_writer(_: Any) -> str | None:
    return None


writer: Callable[[Any], str | None] = _no_writer
"""What writes a value as Python source, if it can be written."""


class Readable(Generic[C_co]):
    """A value that compiles, and can be read before and after.

    `str` gives mongosh's text, `repr` Python's; what has no MQL yet, because a parameter
    is open, is Python's for both.
    """

    __slots__ = ()
    _node: Any
    _place: ClassVar[str] = "expression"  # where its operators stand

    def _compile(self) -> C_co:
        raise NotImplementedError

    def _rebuilt(self, node: Any) -> Self:
        """Return a value of the same class around *node*."""
        return type(self)(node)  # type: ignore[call-arg]

    def bind(self, **values: Any) -> Self:
        """Fill the parameters named in *values*; the others stay open.

        Raises:
            ParameterError: there is no parameter of such a name.
            OperandError: a parameter doesn't take its value.

        >>> from mongo_dsl import F, param
        >>> (F.age > param("age", int)).bind(age=18).compile()
        {'age': {'$gt': 18}}
        """
        return self._rebuilt(fill(self._node, values))

    def compile(self, *, server: str | None = None) -> C_co:
        """Return what MongoDB takes: plain dictionaries, lists and values.

        With the version of a *server*, such as ``"6.0"``, what that server lacks is
        refused; parts written by `raw` are the caller's to know.

        Raises:
            ParameterError: a parameter is unbound.
            CompileError: a part has no form where it stands.
            ServerVersionError: the *server* is too old for an operator or argument.
            ArgumentError: *server* is no version.

        >>> from mongo_dsl import F, fn
        >>> fn.sort_array(F.scores, sort_by=-1).compile(server="5.0")
        Traceback (most recent call last):
        mongo_dsl.errors.ServerVersionError: $sortArray needs MongoDB 5.2; the query is compiled for 5.0
        """
        if server is not None:
            refuse_newer(self._node, self._place, server)
        try:
            return self._compile()
        except RecursionError:
            msg = "the query is nested deeper than Python follows; MongoDB takes 100 levels"
            raise CompileError(msg) from None

    def prepare(self) -> Prepared[C_co]:
        """Compile now, but for the parameters; ``bind`` fills them quickly.

        Raises:
            CompileError: a part has no form where it stands.

        >>> from mongo_dsl import F, param
        >>> adults = (F.age >= param("age", int)).prepare()
        >>> adults.bind(age=18), adults.bind(age=21)
        ({'age': {'$gte': 18}}, {'age': {'$gte': 21}})
        """
        return prepare(self._node, functools.partial(_compiled, self))

    def to_json(self, *, canonical: bool = False, indent: int | None = None) -> str:
        """Return the value as Extended JSON v2, relaxed or *canonical*.

        Raises:
            ParameterError: a parameter is unbound.

        >>> from bson import Int64
        >>> from mongo_dsl import F
        >>> (F.n == Int64(5)).to_json(), (F.n == Int64(5)).to_json(canonical=True)
        ('{"n": 5}', '{"n": {"$numberLong": "5"}}')
        """
        from mongo_dsl.render import to_json

        return to_json(self._document(), canonical=canonical, indent=indent)

    def to_shell(self, *, indent: int | None = None) -> str:
        """Return the value as mongosh reads it; *indent* breaks long lines.

        Raises:
            ParameterError: a parameter is unbound.

        >>> from bson import Int64
        >>> from mongo_dsl import F
        >>> print((F.n == Int64(5)).to_shell())
        { n: Long("5") }
        """
        from mongo_dsl.render import to_shell

        return to_shell(self._document(), indent=indent)

    def _document(self) -> Any:
        """Return what JSON and mongosh show."""
        return self.compile()

    def __str__(self) -> str:
        try:
            return self.to_shell()
        except DslError:
            return repr(self)

    def __repr__(self) -> str:
        return self._written() or f"<{type(self).__name__} {self._sketch()}>"

    def _written(self) -> str | None:
        """Write the Python source; the package fills in what does, far above."""
        return writer(self)

    def _sketch(self) -> str:
        """Write the value for a person; with open parameters it has no MQL yet."""
        try:
            return self.to_shell()
        except DslError:
            return repr(self._node)

    def _shown(self) -> tuple[str, str]:
        """Write the value over several lines, and name the language.

        With open parameters it is shown as `repr` writes it.
        """
        try:
            return self.to_shell(indent=2), "javascript"
        except DslError:
            return repr(self), "python"

    def __rich__(self) -> Any:
        """Return the value in the colours of mongosh's language."""
        from rich.syntax import Syntax

        text, language = self._shown()
        return Syntax(text, language, word_wrap=True)

    def _repr_markdown_(self) -> str:
        """Return what notebooks show: mongosh's text, fenced."""
        text, language = self._shown()
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        return f"{fence}{language}\n{text}\n{fence}"
