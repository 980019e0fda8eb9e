"""`Field`: what ``User.q.age`` and ``F.age`` are."""

from __future__ import annotations

import weakref
from typing import Any, ClassVar, NoReturn, TypeVar

import attrs

from mongo_dsl.errors import ArgumentError, OperandError, UnknownFieldError
from mongo_dsl.fields.arrays import ArrayMethods
from mongo_dsl.fields.changes import Changeable
from mongo_dsl.fields.comparison import Comparable
from mongo_dsl.fields.numbers import NumberMethods
from mongo_dsl.fields.places import GeoMethods
from mongo_dsl.fields.text import TextMethods
from mongo_dsl.filters import Filter
from mongo_dsl.names import checked, suggestion
from mongo_dsl.nodes import Param, Path
from mongo_dsl.params import settled
from mongo_dsl.predicates import Equals, under
from mongo_dsl.schema import FieldSpec
from mongo_dsl.structure import may_grow


T = TypeVar("T")

_REMEMBERED = 256  # children of a field: the keys of a dictionary are without number


class Children:
    """Gives a field a dictionary, for the nested fields that were asked for."""


@attrs.frozen(eq=False, repr=False)
class Field(
    Children,
    Comparable[T],
    Changeable[T],
    TextMethods,
    NumberMethods,
    ArrayMethods[Any],
    GeoMethods,
):
    """A field of a document: methods make filters and updates, names lead further down.

    A name that a method or a namespace (``arr``, ``dt``, ``obj``, ``str``) has is reached
    by item: ``User.q.address["size"]``. Fields are interned, so they serve as keys: ``{User.q.age: 1}``.
    """

    __hash__ = Comparable.__hash__
    _lasts: ClassVar[bool] = True

    def __getattr__(self, name: str) -> Field[Any]:
        if name[:2] == "__":
            raise AttributeError(name)
        if name == "q" and self._has_fields_but("q"):
            return self  # type checkers see the class here: User.q.address.q.city
        try:
            return self._below(name)
        except UnknownFieldError as error:
            hint = (
                suggestion(name, dir(self)) if "did you mean" not in str(error) else ""
            )
            raise UnknownFieldError(f"{error}{hint}") from None

    def _has_fields_but(self, name: str) -> bool:
        names = () if self._spec is None else self._spec.names()
        return bool(names) and name not in names

    def __getitem__(self, key: str | int) -> Field[Any]:
        """Return the nested field *key*, dotted names included, or the item at a place.

        Dots lead further down, in dictionaries, too; `fn.get_field` reads a field whose
        own name holds one.
        """
        if isinstance(key, str):
            return self._below(key)
        if not isinstance(key, int) or isinstance(key, bool):
            msg = f"{self._subject()} got the key {key!r}; it takes a name or a place"
            raise OperandError(msg)
        if key < 0:
            msg = f"{self._subject()} got the place {key!r}; places count from 0"
            raise ArgumentError(msg)
        return self._at(key)

    def _below(self, name: str) -> Field[Any]:
        found: Field[Any] = self
        segments = checked(name, below=bool(self._node.name)).split(".")
        try:
            for segment in segments:
                found = found._segment(segment)
        except UnknownFieldError as error:
            raise UnknownFieldError(f"{error}{self._of_keys(name)}") from None
        return found

    def _of_keys(self, name: str) -> str:
        """Say how a key of a dictionary is read that has dots itself."""
        if "." not in name or self._spec is None or self._spec.names():
            return ""
        return f"; dots lead further down, fn.get_field reads the key {name!r} itself"

    def _segment(self, name: str) -> Field[Any]:
        if name.isdigit() and self._spec is not None and self._spec.is_array():
            return self._at(int(name))
        return self._child(name)

    def _child(self, name: str) -> Field[Any]:
        found: Field[Any] | None = self.__dict__.get(name)
        if found is None:
            found = self._new_child(name)
            if name not in _METHODS and self._has_room():
                self.__dict__[name] = found  # the next look-up doesn't come here
        return found

    def _has_room(self) -> bool:
        """Tell whether nested fields may be kept: few, and of classes that are all known."""
        grows = self._spec is not None and may_grow(self._spec.annotation)
        return not grows and len(self.__dict__) < _REMEMBERED

    def _new_child(self, name: str) -> Field[Any]:
        if self._spec is not None:
            spec = self._spec.sub(name)
            return field_at(spec.path(), spec, self._arrays)
        prefix = f"{self._node.name}." if self._node.name else ""
        path = Path(f"{prefix}{name}", self._node.positions)
        return field_at(path, None, self._arrays)

    def _at(self, place: int) -> Field[Any]:
        if self._spec is not None:
            spec = self._spec.at(place)
            return field_at(spec.path(), spec, self._arrays)
        depth = self._node.name.count(".") + 1
        path = Path(f"{self._node.name}.{place}", (*self._node.positions, depth))
        return field_at(path, None, self._arrays)

    def where(self, predicate: Any, name: str | None = None) -> Field[Any]:
        """Address the array's items that match *predicate*, for an update.

        *predicate* is as in `any`. Items are called *name* in the array filter, by
        default after the field; two array filters of one update need two names.

        >>> from mongo_dsl import F
        >>> change = F.items.where(F.sku == "a").qty.inc(1)
        >>> change.compile(), change.array_filters
        ({'$inc': {'items.$[items].qty': 1}}, [{'items.sku': 'a'}])
        """
        identifier = settled("where", name) or _identifier(self._node.name)
        called = _filter_name("where", identifier)
        test = under(called, self._item_test("where", predicate))
        return self._items(f"$[{called}]", (called, test))

    def filtered(self, name: str) -> Field[Any]:
        """Address the items that match the array filter *name*, which is given elsewhere.

        >>> from mongo_dsl import F
        >>> F.items.filtered("cheap").qty.inc(1).compile()
        {'$inc': {'items.$[cheap].qty': 1}}
        """
        return self._items(f"$[{_filter_name('filtered', settled('filtered', name))}]")

    def every(self) -> Field[Any]:
        """Address all items of the array, for an update: ``$[]``.

        >>> from mongo_dsl import F
        >>> F.items.every().qty.inc(1).compile()
        {'$inc': {'items.$[].qty': 1}}
        """
        return self._items("$[]")

    def matched(self) -> Field[Any]:
        """Address the first item that the query matched, for an update: ``$``.

        >>> from mongo_dsl import F
        >>> F.items.matched().qty.inc(1).compile()
        {'$inc': {'items.$.qty': 1}}
        """
        return self._items("$")

    def _items(self, segment: str, *arrays: Any) -> Field[Any]:
        path = attrs.evolve(self._node, name=f"{self._node.name}.{segment}")
        spec = self._spec
        if spec is not None:
            spec = attrs.evolve(spec, stored=path.name, annotation=spec.element())
        return _face(spec)(path, spec, (*self._arrays, *arrays))

    def _item_face(self) -> Field[Any]:
        spec = None if self._spec is None else self._spec.item()
        return _face(spec)(Path(""), spec)

    def contains(self, part: Any, *, case: bool = True) -> Filter:
        r"""Match text that contains *part*, or an array that holds *part*.

        The document class tells which; without one, *part* does: text is looked for in
        text, and so is what a parameter is bound to. As an expression, an array is compared as a whole; `any` asks for an item in
        both places: ``F.tags.any(lambda tag: tag == "new")``.

        >>> from mongo_dsl import F
        >>> F.name.contains("a.b", case=False).compile()
        {'name': {'$regex': 'a\\.b', '$options': 'i'}}
        """
        if self._spec is None:
            as_item = not isinstance(part, (str, Param))
        else:
            as_item = self._spec.is_array()
        if as_item:
            return Filter(Equals(self._node, self._item(part)))
        return super().contains(part, case=case)

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: a method of this name doesn't exist."""
        parent, _dot, name = self._node.name.rpartition(".")
        of = f"field {parent!r}" if parent else "a field"
        hint = suggestion(name, _METHODS)
        msg = f"{of} has no method {name!r}{hint}"
        raise OperandError(msg)

    def __dir__(self) -> list[str]:
        names = [] if self._spec is None else self._spec.names()
        return [*names, *_METHODS]

    def __repr__(self) -> str:
        if self._spec is None:
            return f"F[{self._node.name!r}]" if self._node.name else "F"
        return f"{self._spec.root.__name__}.q.{self._spec.name}"

    def __reduce__(self) -> Any:
        return field_at, (self._node, self._spec, self._arrays)


_METHODS = [name for name in dir(Field) if name[:1] != "_"]


Interned = weakref.WeakValueDictionary[tuple[Any, ...], Field[Any]]

# Each class has a table of its own: keys that hold the class in a table of all classes would
# keep it for ever, for the class holds its fields, and the table what is held elsewhere.
_interned: weakref.WeakKeyDictionary[type, Interned] = weakref.WeakKeyDictionary()
_untyped = Interned()


def field_at(path: Path, spec: FieldSpec | None, arrays: Any = ()) -> Field[Any]:
    """Return the one field of *path* and *spec*: dictionaries ask for identity first."""
    if arrays:
        return _face(spec)(path, spec, arrays)
    key: tuple[Any, ...] = (path.name, path.positions)
    fields = _untyped
    if spec is not None:
        key = (*key, spec.name)
        fields = _interned.setdefault(spec.root, Interned())
    found = fields.get(key)
    if found is None:
        return fields.setdefault(key, _face(spec)(path, spec))
    if spec is not None and spec.annotation != found._spec.annotation:  # type: ignore[union-attr]  # noqa: SLF001
        fields[key] = found = _face(spec)(path, spec)  # of a subclass that came later
    return found


def _face(spec: FieldSpec | None) -> type[Field[Any]]:
    """Import what knows fields in forms of their own: most classes have none."""
    if spec is None or spec.storage is None or not spec.is_opaque():
        return Field
    from mongo_dsl.fields.opaque import OpaqueField

    return OpaqueField


def _filter_name(function: str, name: Any) -> str:
    """Check the name of an array filter."""
    text = name if isinstance(name, str) else ""
    if text.isalnum() and text[0].islower() and text.isascii():
        return text
    msg = f"{function} got the name {name!r}; it starts with a lower-case letter and"
    raise ArgumentError(f"{msg} goes on with letters and digits")


def _identifier(name: str) -> str:
    """Derive an array filter's name from the array's path."""
    letters = "".join(c for c in name.rpartition(".")[2] if c.isascii() and c.isalnum())
    return letters.lstrip("0123456789").lower() or "item"
