"""How a joined pipeline sees the documents it is joined to: ``outer.q.name``.

Every field it reads becomes a variable of ``let``. Names are chosen when the pipeline is
built, so that no variable inside hides one of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from mongo_dsl.errors import OperandError
from mongo_dsl.expressions.lambdas import MARK, rename
from mongo_dsl.expressions.variable import Variable, is_name, variable_name
from mongo_dsl.names import checked
from mongo_dsl.nodes import Body, Map, Node, Path, Stages, Value, Var, parts, substitute
from mongo_dsl.schema import FieldSpec, field_spec
from mongo_dsl.stages.face import sub_pipeline
from mongo_dsl.values import node


_marks = itertools.count(1)


class Outer:
    """The documents that a lookup joins to, as the joined pipeline sees them.

    ``outer.q.name`` is a variable that holds their field; `q` knows the fields of the
    document class where the pipeline outside was started from one.
    """

    def __init__(self, model: type | None) -> None:
        self._model = model
        self._mark = f"{MARK}{next(_marks)}"
        self._paths: dict[str, Path] = {}

    @property
    def q(self) -> OuterFields:
        """The fields of the documents."""
        return OuterFields(self, self._model)

    def read(self, path: Path, wanted: str, spec: FieldSpec | None) -> Variable:
        """Return the variable that holds *path*, called *wanted* if that is free."""
        taken = [name for name, known in self._paths.items() if known == path]
        marked = taken[0] if taken else f"{_valid(wanted)}{self._mark}"
        while not taken and marked in self._paths:
            marked = f"{marked.partition(MARK)[0]}_{self._mark}"
        self._paths.setdefault(marked, path)
        return Variable(Var(marked), spec)

    def named(
        self, tree: Stages, given: Collection[str]
    ) -> tuple[Stages, dict[str, Node]]:
        """Give the variables in *tree* their names, none of which is *given*."""
        bound = {*_names_in(tree), *given}
        chosen: dict[str, str] = {}
        for marked in self._paths:
            chosen[marked] = _free(marked.partition(MARK)[0], bound)
            bound.add(chosen[marked])
        renamed: Any = rename(tree, chosen)
        return renamed, {chosen[marked]: path for marked, path in self._paths.items()}


def _valid(wanted: str) -> str:
    bare = wanted.strip("_")
    name = bare[:1].lower() + bare[1:]
    return name if is_name(name) else "field"


def _free(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name}{number}" for number in itertools.count(2))
    return next(n for n in itertools.chain([name], numbered) if n not in taken)


_NAMING = frozenset({"as", "valueAs", "arrayIndexAs"})
_VARIABLES = frozenset({"let", "vars"})


def _names_in(tree: Node) -> Iterator[str]:
    """Yield the names of the variables that *tree* sets or reads."""
    for variable in parts(tree, Var):
        yield variable.name.partition(".")[0]
    yield from ("this", "value")  # $reduce and its siblings set them unasked
    bodies: tuple[Body | Map, ...] = (*parts(tree, Body), *parts(tree, Map))
    for body in bodies:
        for key, value in body.items:
            if key in _NAMING and isinstance(value, Value):
                yield str(value.value)
            elif key in _VARIABLES and isinstance(value, (Body, Map)):
                yield from (name for name, _ in value.items)


# What type checkers are told of: functions get the documents, and any pipeline will do.
Joined = Callable[[Outer], Any] | object


class OuterFields:
    """The fields of the documents outside: each is a variable."""

    def __init__(self, outer: Outer, model: type | None) -> None:
        self.__outer = outer
        self.__model = model

    def __getattr__(self, name: str) -> Variable:
        if name[:2] == "__":
            raise AttributeError(name)
        if self.__model is None:
            return self.__outer.read(Path(checked(name)), name, None)
        spec = field_spec(self.__model, name)
        below = FieldSpec(spec.root, spec.name, "", spec.annotation)
        return self.__outer.read(spec.path(), spec.name, below)

    def __getitem__(self, name: str) -> Variable:
        """Return the variable of the field *name*, dotted names included."""
        if not isinstance(name, str):
            msg = f"outer.q got the key {name!r}; it takes a field's name"
            raise OperandError(msg)
        first, _, rest = checked(name).partition(".")
        found: Any = getattr(self, first)
        return found[rest] if rest else found


def joined(
    function: Callable[[Outer], Any],
    model: type | None,
    given: Mapping[str, Node],
) -> tuple[Stages, dict[str, Node]]:
    """Call *function*; return the pipeline it builds, and the variables of ``let``."""
    outer = Outer(model)
    stages = sub_pipeline("$lookup", function(outer))
    tree, variables = outer.named(stages, given)
    return tree, {**given, **variables}


def variables(stage: str, let: Any) -> dict[str, Node]:
    """Return the variables that *let* sets.

    Raises:
        OperandError: *let* is no mapping.
        ArgumentError: a name can't be a variable's.
    """
    if let is None:
        return {}
    if not isinstance(let, Mapping):
        msg = f"{stage} got let={let!r}; it takes a mapping of names to values"
        raise OperandError(msg)
    return {variable_name(name): node(value) for name, value in let.items()}


def lifted(tree: Node, outer: Outer, cls: type) -> Node:
    """Turn the fields of *cls* in *tree* into variables of *outer*."""

    def variable(path: Path) -> Node:
        if path.root is not cls:
            return path
        first, dot, rest = path.name.partition(".")
        read = outer.read(Path(first, (), cls), first, None)
        return Var(f"{read._node.name}{dot}{rest}")  # noqa: SLF001

    changed: Node = substitute(tree, variable, Path)
    return changed
