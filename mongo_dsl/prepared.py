"""Prepared queries: compiled once, filled many times.

A query is compiled with a `Slot` in the place of every parameter. Binding copies the
containers that lead to the slots and shares the rest. Where the form of the query depends
on a value (``$in`` with documents is spelled otherwise), it is compiled anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, NoReturn, TypeVar

import attrs

from mongo_dsl.compile.expressions import EXPRESSIONS, compile_expression
from mongo_dsl.compile.values import VALUES, compile_value, unbound
from mongo_dsl.nodes import Node, Param, Seq, Value, parameters, substitute
from mongo_dsl.params import fill, refuse_unknown
from mongo_dsl.values import PLAIN, is_pattern


C_co = TypeVar("C_co", covariant=True)
Values = Mapping[str, Any]
Fill = Callable[[Values], Any]


class _FormDependsError(Exception):
    """The value decides how the query is written."""


@attrs.frozen(eq=False)
class Slot:
    """What a parameter compiles to while a query is prepared.

    Values of the types *plain* are taken as they are, and so are lists of *scalars*.
    """

    name: str
    accept: Callable[[Any], Node]
    compile: Callable[[Node], Any]
    plain: frozenset[type]
    scalars: frozenset[type]

    def filler(self) -> Fill:
        """Return what gives the compiled value of the parameter."""
        name, plain, scalars, other = self.name, self.plain, self.scalars, self._other

        def filled(values: Values) -> Any:
            value = values[name]
            kind = type(value)
            if kind in plain and (kind is not int or -_INT64 <= value < _INT64):
                return value
            if kind is list and scalars and scalars.issuperset(map(type, value)):
                return value.copy()
            return other(value)

        return filled

    def _other(self, value: Any) -> Any:
        found = self.accept(value)
        if not _is_simple(found):
            raise _FormDependsError
        return self.compile(found)

    def _asked(self, *_: Any) -> NoReturn:
        raise _FormDependsError

    # Who looks at a value while compiling makes the form depend on it.
    __bool__ = __iter__ = __len__ = __getitem__ = __contains__ = __index__ = _asked
    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __and__ = __rand__ = __mod__ = _asked


_INT64 = 1 << 63


def _is_simple(found: Node) -> bool:
    """Tell whether *found* is written alike wherever it stands: no document, no null."""
    if isinstance(found, Seq):
        return all(isinstance(item, Value) and _is_simple(item) for item in found.items)
    scalar = isinstance(found, Value) and found.value is not None
    return scalar and not is_pattern(found)


@attrs.frozen(eq=False)
class _Hole(Node):
    """A parameter that compiles to a slot."""

    param: Param

    def __hash__(self) -> NoReturn:
        """Refuse: of two equal conditions, one is left out."""
        raise _FormDependsError


_NONE: frozenset[type] = frozenset()


def _slot(compile_: Callable[[Node], Any], plain: frozenset[type]) -> Fill:
    def compile_hole(hole: Any) -> Slot:
        accept = hole.param.accept
        taken, items = (getattr(accept, kinds, _NONE) for kinds in ("plain", "scalars"))
        return Slot(hole.param.name, accept, compile_, taken & plain, items & plain)

    return compile_hole


VALUES[_Hole] = _slot(compile_value, PLAIN)
EXPRESSIONS[_Hole] = _slot(compile_expression, PLAIN - {str})  # "$x" must be wrapped


@attrs.frozen(eq=False, repr=False)
class Prepared(Generic[C_co]):
    """A query that is compiled but for its parameters; made by ``prepare``.

    >>> from mongo_dsl import F, param
    >>> adults = ((F.age >= param("min_age")) & (F.active == True)).prepare()
    >>> adults.bind(min_age=21)
    {'age': {'$gte': 21}, 'active': True}
    """

    _tree: Any
    _compile: Callable[[Any], C_co]
    _holes: frozenset[str]
    _fill: Fill | None  # None where the form depends on a value

    def bind(self, **values: Any) -> C_co:
        """Return the compiled query with its parameters filled; parts of it are shared.

        Raises:
            ParameterError: a parameter has no value, or there is none of such a name.
            OperandError: a parameter doesn't take its value.

        >>> from mongo_dsl import F, param
        >>> (F.age > param("age", int)).prepare().bind(age=18)
        {'age': {'$gt': 18}}
        """
        if values.keys() != self._holes:
            self._refuse(values)
        if self._fill is not None:
            try:
                filled: C_co = self._fill(values)
            except _FormDependsError:
                pass
            else:
                return filled
        return self._compile(fill(self._tree, values))

    def _refuse(self, values: Values) -> None:
        refuse_unknown(values, [hole.name for hole in parameters(self._tree)])
        for hole in parameters(self._tree):
            if hole.name not in values:
                unbound(hole)

    def __reduce__(self) -> tuple[Any, ...]:
        return prepare, (self._tree, self._compile)

    def __repr__(self) -> str:
        return f"<Prepared {', '.join(sorted(self._holes)) or 'without parameters'}>"


def prepare(tree: Any, compile_: Callable[[Any], C_co]) -> Prepared[C_co]:
    """Compile *tree* by *compile_*, but for its parameters."""
    names = frozenset(hole.name for hole in parameters(tree))
    return Prepared(tree, compile_, names, _plan(tree, compile_))


def _plan(tree: Any, compile_: Callable[[Any], Any]) -> Fill | None:
    try:
        compiled = compile_(substitute(tree, _Hole))
    except _FormDependsError:
        return None
    found = _filler(compiled)
    return (lambda _: compiled) if found is None else found


def _filler(template: Any) -> Fill | None:
    """Return what copies *template* with its slots filled; None where it has none."""
    if isinstance(template, Slot):
        return template.filler()
    if isinstance(template, dict):
        return _copier(template, list(template.items()))
    if isinstance(template, list):
        return _copier(template, list(enumerate(template)))
    if attrs.has(type(template)):
        return _command(template)
    return None


def _copier(template: Any, items: list[tuple[Any, Any]]) -> Fill | None:
    found = [(key, _filler(item)) for key, item in items]
    fills = [(key, filled) for key, filled in found if filled is not None]
    if not fills:
        return None
    if len(items) == 1 and isinstance(template, dict):
        ((only, fill_it),) = fills
        return lambda values: {only: fill_it(values)}

    def copied(values: Values) -> Any:
        copy = template.copy()
        for key, filled in fills:
            copy[key] = filled(values)
        return copy

    return copied


def _command(template: Any) -> Fill | None:
    """Fill a command, whose attributes lie in a dictionary."""
    kind, copied = type(template), _filler(vars(template))
    if copied is None:
        return None

    def command(values: Values) -> Any:
        made = object.__new__(kind)
        object.__setattr__(made, "__dict__", copied(values))
        return made

    return command
