"""`Readable`: what every value offers that compiles to MQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from mongo_dsl.errors import ParameterError
from mongo_dsl.params import fill
from mongo_dsl.prepared import Prepared, prepare
from mongo_dsl.render import to_json, to_shell


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

C_co = TypeVar("C_co", covariant=True)


class Readable(Generic[C_co]):
    """A value that compiles, and can be read before and after.

    `str` gives mongosh's text, `repr` Python's.
    """

    __slots__ = ()
    _node: Any

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
        """
        return self._rebuilt(fill(self._node, values))

    def compile(self) -> C_co:
        """Return what MongoDB takes: plain dictionaries, lists and values.

        Raises:
            ParameterError: a parameter is unbound.
            CompileError: a part has no form where it stands.
        """
        return self._compile()

    def prepare(self) -> Prepared[C_co]:
        """Compile now, but for the parameters; ``bind`` fills them quickly.

        Raises:
            CompileError: a part has no form where it stands.
        """
        return prepare(self._node, lambda node: self._rebuilt(node).compile())

    def to_json(self, *, canonical: bool = False, indent: int | None = None) -> str:
        """Return the value as Extended JSON v2, relaxed or *canonical*.

        Raises:
            ParameterError: a parameter is unbound.
        """
        return to_json(self._document(), canonical=canonical, indent=indent)

    def to_shell(self, *, indent: int | None = None) -> str:
        """Return the value as mongosh reads it; *indent* breaks long lines.

        Raises:
            ParameterError: a parameter is unbound.
        """
        return to_shell(self._document(), indent=indent)

    def _document(self) -> Any:
        """Return what JSON and mongosh show."""
        return self.compile()

    def __str__(self) -> str:
        return self.to_shell()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._sketch()}>"

    def _sketch(self) -> str:
        """Write the value for a person; with open parameters it has no MQL yet."""
        try:
            return self.to_shell()
        except ParameterError:
            return repr(self._node)
