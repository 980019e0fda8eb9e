"""Plans for the accelerator, which makes objects of BSON without dictionaries in between.

The accelerator is a module in C, `mapper._bson`, which need not be there. A plan makes what
the generated code makes: it takes values whose type in BSON is exactly what the field
asks for, and leaves every other value to the hook of the field, which gets it decoded.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import MemberDescriptorType
from typing import Any

import bson
from bson import ObjectId

from mapper.codec import CODEC
from mapper.conversion.classes import (
    Field,
    fields_of,
    refuse_lacking,
    refuses_unknown,
)
from mapper.conversion.defaults import default_of
from mapper.conversion.numbers import decode_float, decode_int
from mapper.conversion.parts import (
    Choice,
    Entries,
    Exact,
    Many,
    Maybe,
    Moment,
    Part,
    Record,
)
from mapper.generation.making import Calls, Stores, making
from mongo_dsl.variants import discriminator_of


PURE = "MONGO_DSL_PURE"
"""The environment variable that, if it isn't empty, leaves the accelerator out."""


def _accelerator() -> Any:
    if os.environ.get(PURE):
        return None
    try:
        from mapper import _bson
    except ImportError:
        return None
    return _bson


accelerator: Any = _accelerator()
"""The module in C, or None."""


def plan_of(part: Record, *, stateful: bool) -> Any:
    """Return the plan for a class, whose `load` appends instances to a list.

    Where it is *stateful*, they are documents and remember what they were read from. There
    is none without the accelerator, or where instances are made in ways of their own.
    """
    if accelerator is None or not _is_planned(part):
        return None
    return _Planner(accelerator.Plan).whole(part, stateful=stateful)


class _Planner:
    """Makes plans, one for each class however often it occurs: a class may hold itself."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self._plans: dict[int, Any] = {}
        self._passing = make("passing", _decoded)

    def whole(self, part: Record, *, stateful: bool) -> Any:
        """Return the plan of a class, whose instances may remember their BSON."""
        slot = _slot(part.kind, "_state") if stateful else None
        return self._filled(part, slot)

    def plan(self, part: Part) -> Any:
        """Return the plan of *part*."""
        find = _PLANS.get(type(part))
        made = None if find is None else find(self, part)
        return self._make("other", _asking(part)) if made is None else made

    def exact(self, part: Exact) -> Any:
        """Return the plan of a value that stays as it is."""
        if part.kind is ObjectId and _ID_SLOT is not None:
            return self._make("id", _asking(part), ObjectId, slot=_ID_SLOT)
        name = _EXACT.get(part.kind)
        if _WIDENED.get(part.kind, part.hook) is not part.hook or name is None:
            return None
        return self._make(name, _asking(part))

    def moment(self, part: Moment) -> Any:
        """Return the plan of a moment."""
        return self._make("moment", _asking(part))

    def choice(self, part: Choice) -> Any:
        """Return the plan of one of some texts."""
        return self._make("choice", _asking(part), dict(part.known))

    def maybe(self, part: Maybe) -> Any:
        """Return the plan of what may be None."""
        return self._make("maybe", _asking(part), None, self.plan(part.inner))

    def many(self, part: Many) -> Any:
        """Return the plan of an array."""
        make = None if part.make is list else part.make
        return self._make("array", _asking(part), make, self.plan(part.inner))

    def entries(self, part: Entries) -> Any:
        """Return the plan of a dictionary."""
        return self._make("entries", _asking(part), None, self.plan(part.inner))

    def record(self, part: Record) -> Any:
        """Return the plan of an instance of a class, if there can be one."""
        if not _is_planned(part):
            return None
        if id(part) not in self._plans:
            self._filled(part, None)
        return self._plans[id(part)]

    def _filled(self, part: Record, slot: Any) -> Any:
        kind = part.kind
        made = self._make("class", _asking(part), kind, self._passing, slot)
        if slot is None:  # within itself, an instance remembers nothing
            self._plans[id(part)] = made
        called = isinstance(making(part.annotation), Calls)
        fields = tuple(self._field(kind, called, *one) for one in part.fields())
        made.fill(fields, called, _known(part) if refuses_unknown(kind) else None)
        return made

    def _field(
        self, kind: Any, called: bool, field: Field, part: Part
    ) -> tuple[Any, ...]:
        name = field.argument if called else field.name
        slot = None if called else _slot(kind, field.name)
        value = make = None
        if not field.required:
            default = default_of(kind, field.name)
            value, make = default.value, default.make
        return field.stored, self.plan(part), name, slot, field.required, value, make


_PLANS: dict[type[Part], Any] = {
    Exact: _Planner.exact,
    Moment: _Planner.moment,
    Choice: _Planner.choice,
    Maybe: _Planner.maybe,
    Many: _Planner.many,
    Entries: _Planner.entries,
    Record: _Planner.record,
}
_EXACT: dict[Any, str] = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    type(None): "None",
    bytes: "bytes",
}
_WIDENED: dict[Any, Any] = {int: decode_int, float: decode_float}
"""The hooks of which the accelerator knows what they make of other kinds of integers."""


def _is_planned(part: Record) -> bool:
    """Tell whether plans can say how instances are made, and of what."""
    refuse_lacking(part.kind)
    how = making(part.annotation)
    if how is None or (isinstance(how, Stores) and not _is_plain(part.kind)):
        return False
    stored = [field.stored for field, _ in part.fields()]
    return len(set(stored)) == len(stored) and "$ref" not in stored


def _is_plain(kind: Any) -> bool:
    """Tell whether instances have no parts but attributes, as those of `dict` do."""
    try:
        object.__new__(kind)
    except TypeError:
        return False
    return True


def _known(part: Record) -> frozenset[str]:
    """Return the names that a class knows without having fields for them."""
    names = {one.stored for one in fields_of(part.annotation) if one.computed}
    key = discriminator_of(part.kind)
    return frozenset(names if key is None else {*names, key})


def _slot(kind: Any, name: str) -> Any:
    """Return what describes the slot of an attribute, if it has one."""
    above = (vars(one) for one in kind.__mro__)
    found = next((each[name] for each in above if name in each), None)
    return found if isinstance(found, MemberDescriptorType) else None


def _decoded(wrapped: bytes) -> Any:
    return bson.decode(wrapped, CODEC)[""]


def _asking(part: Part) -> Callable[[bytes], Any]:
    """Return what asks the hook of *part* for a value, a document under the key ``""``."""
    hook, annotation = part.hook, part.annotation
    return lambda wrapped: hook(bson.decode(wrapped, CODEC)[""], annotation)


def _id_slot() -> Any:
    """Return what describes where an `ObjectId` has its bytes, if it is as we know it."""
    slot, value = _slot(ObjectId, "_ObjectId__id"), b"twelve bytes"
    if slot is None:
        return None
    made: Any = object.__new__(ObjectId)
    slot.__set__(made, value)
    return slot if made == ObjectId(value) and made.binary == value else None


_ID_SLOT = _id_slot()
