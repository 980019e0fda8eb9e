"""What a field name means: its stored name, its Python type, the values it can meet.

A schema reads an attrs class: annotations give the types, the metadata key ``db_name``
the stored name. A class may offer ``__encode_value__(value, annotation)`` to say how its
values are stored (the mapper's documents do); `values.node` decides for the others.
"""

from __future__ import annotations

import functools
import typing
from typing import Any

import attrs
from bson import ObjectId

from mongo_dsl.admission import REFUSED, admit, unfit
from mongo_dsl.conformity import conforms, describe, members
from mongo_dsl.errors import UnknownFieldError
from mongo_dsl.names import suggestion
from mongo_dsl.nodes import Node, Param, Path
from mongo_dsl.params import later
from mongo_dsl.storage import Storage, storage_of
from mongo_dsl.storages import require_comparable
from mongo_dsl.structure import element_of, nested_in, reachable
from mongo_dsl.values import Face, node


# Values of exactly these types need no look at the annotation: the hot path.
_DIRECT: dict[Any, frozenset[type]] = {
    int: frozenset({int, float}),
    float: frozenset({int, float}),
    str: frozenset({str}),
    bool: frozenset({bool}),
    ObjectId: frozenset({ObjectId}),
}


def _direct(annotations: typing.Iterable[Any]) -> frozenset[type]:
    found = [_DIRECT.get(annotation, frozenset()) for annotation in annotations]
    return frozenset[type]().union(*found)


@attrs.frozen(eq=False)
class FieldSpec:
    """A field of a document class, or of what is nested in it.

    *root* is the document class, *name* the dotted path in Python's words, *stored* the
    same in the database's, *annotation* the type, `Any` where nothing is known.
    """

    root: type
    name: str
    stored: str
    annotation: Any
    positions: tuple[int, ...] = ()
    direct: frozenset[type] = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(
            lambda self: _direct(members(self.annotation)), takes_self=True
        ),
    )
    # An array is compared with whole arrays and with items.
    comparable: frozenset[type] = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(
            lambda self: self.direct | _direct(self.item_annotations()), takes_self=True
        ),
    )

    # How the field, or its items, are stored where the type doesn't say it.
    storage: Storage | None = attrs.field(
        init=False,
        repr=False,
        default=attrs.Factory(lambda self: self._storage(), takes_self=True),
    )

    def __eq__(self, other: object) -> bool:
        """Tell whether *other* is the same field of the same class."""
        if not isinstance(other, FieldSpec):
            return NotImplemented
        return self.root is other.root and self.name == other.name

    def __hash__(self) -> int:
        return hash((self.root, self.name))

    def __reduce__(self) -> tuple[Any, ...]:
        return find, (self.root, self.name)

    def __str__(self) -> str:
        return f"{self.root.__name__}.{self.name}"

    def path(self) -> Path:
        """Return the path the field is stored under."""
        return Path(self.stored, self.positions, self.root)

    def sub(self, name: str) -> FieldSpec:
        """Return the nested field *name*; lists are looked through, as MongoDB does.

        Raises:
            UnknownFieldError: nothing of this name can be stored there.
        """
        for member in map(element_of, members(self.annotation)):
            nested = nested_in(member, name)
            if nested is not None:
                return self._child(name, *nested)
        raise UnknownFieldError(self._no_such(name))

    def _child(self, name: str, stored: str, annotation: Any) -> FieldSpec:
        return FieldSpec(
            self.root,
            f"{self.name}.{name}",
            f"{self.stored}.{stored}" if self.stored else stored,
            annotation,
            self.positions,
        )

    def _no_such(self, name: str) -> str:
        known = self.names()
        if self.is_opaque() and self.storage is not None:
            return f"{self} is {self.storage.described} and has no field {name!r}"
        if not known:
            msg = f"{self} is {describe(self.annotation)} and has no field {name!r}"
            return msg + self._hint_below()
        hint, listed = suggestion(name, known), ", ".join(known)
        return f"{self} has no field {name!r}{hint}; its fields are: {listed}"

    def _hint_below(self) -> str:
        """Return what the class of the field's values says of what is below it."""
        found = (typing.get_origin(element_of(m)) for m in members(self.annotation))
        return next((one.__below__ for one in found if hasattr(one, "__below__")), "")

    def names(self) -> list[str]:
        """List the nested fields, where the annotation names them."""
        found: dict[str, None] = {}
        for member in map(element_of, members(self.annotation)):
            if isinstance(member, type) and attrs.has(member):
                found.update(dict.fromkeys(reachable(member)))
        return list(found)

    def at(self, index: int) -> FieldSpec:
        """Return the item at place *index* of the array."""
        place = self.stored.count(".") + 1
        return FieldSpec(
            self.root,
            f"{self.name}.{index}",
            f"{self.stored}.{index}",
            self.element(),
            (*self.positions, place),
        )

    def is_opaque(self) -> bool:
        """Tell whether the server can't look into what the field holds."""
        return any(map(storage_of, members(self.annotation)))

    def require(self, name: str) -> None:
        """Refuse the method or operator *name*, unless the field's storage allows it.

        Raises:
            OperandError: it makes no sense in the form that values are stored in.
        """
        if self.storage is not None:
            self.storage.require(self, name)

    def _storage(self) -> Storage | None:
        annotations = (*members(self.annotation), *self.item_annotations())
        return next(filter(None, map(storage_of, annotations)), None)

    def is_array(self) -> bool:
        """Tell whether the field may hold an array, as far as the annotation says."""
        return any(
            element_of(member) is not member for member in members(self.annotation)
        )

    def item(self) -> FieldSpec:
        """Return an item of the array by itself: its fields have paths of their own."""
        return FieldSpec(self.root, self.name, "", self.element())

    def element(self) -> Any:
        """Return the annotation of the array's items, `Any` where it is unknown."""
        found = [
            element_of(m) for m in members(self.annotation) if element_of(m) is not m
        ]
        return typing.Union[tuple(found)] if found else Any  # noqa: UP007 - built at run time

    def nullable(self) -> bool:
        """Tell whether the field may hold None."""
        return conforms(self.annotation)(None)

    def operand(self, value: Any) -> Node:
        """Turn *value*, which the field is compared with, into a node.

        Raises:
            OperandError: the field can't hold such a value, nor an item of it.
        """
        if type(value) in self.comparable:
            return node(value)
        if isinstance(value, Param):
            return later(value, FieldSpec.operand, self, plain=self.comparable)
        if value is None or isinstance(value, (Node, Face)):
            return node(value) if value is None else self._computed(value)
        return self._encoded(
            value, (*members(self.annotation), *self.item_annotations()), compared=True
        )

    def item_annotations(self) -> tuple[Any, ...]:
        """Return what the array's items may be, one annotation each."""
        found = (element_of(member) for member in members(self.annotation))
        return tuple(m for item in found for m in members(item))

    def stored_value(self, value: Any) -> Node:
        """Turn *value*, which the field is set to, into a node.

        Raises:
            OperandError: the annotation doesn't allow *value*.
        """
        if type(value) in self.direct:
            return node(value)
        if isinstance(value, Param):
            return later(value, FieldSpec.stored_value, self, plain=self.direct)
        if isinstance(value, (Node, Face)):
            return self._computed(value)
        return self._encoded(value, members(self.annotation))

    def item_value(self, compared: bool, value: Any) -> Node:
        """Turn *value*, an item of the array that may be *compared*, into a node.

        Raises:
            OperandError: the array can't hold *value*.
        """
        if isinstance(value, Param):
            return later(value, FieldSpec.item_value, self, compared)
        if isinstance(value, (Node, Face)):
            return self._computed(value)
        known = self.item_annotations() or (Any,)
        return self._encoded(value, known, compared=compared, items=True)

    def _computed(self, value: Node | Face) -> Node:
        """Return the node of what the server computes, which it can't encode."""
        other = getattr(getattr(value, "_spec", None), "storage", None)
        if self.storage is not None and self.storage != other:
            self.storage.refuse_computed(self, value)
        return node(value)

    def _encoded(
        self,
        value: Any,
        annotations: tuple[Any, ...],
        *,
        compared: bool = False,
        items: bool = False,
    ) -> Node:
        for annotation in annotations:
            found = admit(value, annotation)
            if found is not REFUSED:
                if compared:
                    require_comparable(annotation, self)
                return self._encode(found, annotation)
        raise unfit(self, self.annotation, value, annotations if items else ())

    def _encode(self, value: Any, annotation: Any) -> Node:
        encode = getattr(self.root, "__encode_value__", None)
        return node(value if encode is None else encode(value, annotation))


def field_spec(cls: type, name: str) -> FieldSpec:
    """Return what the field *name* of the document class *cls* means.

    The stored name does as well: ``_id`` is ``id``.

    Raises:
        UnknownFieldError: *cls* has no such field.
    """
    known = reachable(cls)
    if name not in known:
        name = next((n for n, (stored, _) in known.items() if stored == name), name)
    if name not in known:
        hint, listed = suggestion(name, known), ", ".join(known)
        msg = f"{cls.__name__} has no field {name!r}{hint}; its fields are: {listed}"
        raise UnknownFieldError(msg)
    stored, annotation = known[name]
    return FieldSpec(cls, name, stored, annotation)


@functools.lru_cache(maxsize=4096)
def find(cls: type, path: str) -> FieldSpec:
    """Return what the dotted *path*, in Python's names, means in *cls*.

    Raises:
        UnknownFieldError: a part of it is no field.
    """
    first, *rest = path.split(".")
    spec = field_spec(cls, first)
    for name in rest:
        spec = (
            spec.at(int(name)) if name.isdigit() and spec.is_array() else spec.sub(name)
        )
    return spec
