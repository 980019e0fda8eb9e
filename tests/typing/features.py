"""Ready behaviours, states and special fields, as type checkers see them through both faces."""

from __future__ import annotations

import datetime as dt
from enum import Enum
from typing import Any

from typing_extensions import assert_type

from mapper import (
    Audited,
    AutoIncrement,
    Document,
    FernetCipher,
    SoftDelete,
    SyncDocument,
    Timestamped,
    Versioned,
    computed,
    encrypted_field,
    json_field,
    state_field,
    typed,
)
from mapper.typed import Mapped
from mongo_dsl import Field
from mongo_dsl.fields.exact import DictField, ExactField, NumberField, TextField


class Status(Enum):
    NEW = "new"
    DONE = "done"


class Loose(SyncDocument):
    status: Status = state_field(
        default=Status.NEW, transitions={Status.NEW: [Status.DONE]}
    )
    data: dict[str, Any] = json_field(factory=dict)
    secret: str = encrypted_field(cipher=FernetCipher(["k"]), default="")

    @computed
    def shown(self) -> str:
        return self.status.value


loose = Loose()
assert_type(loose.status, Status)
assert_type(loose.data, dict[str, Any])
assert_type(loose.secret, str)
assert_type(loose.shown, str)
assert_type(Loose.q.shown, Field[Any])


class Exact(typed.SyncDocument):
    status: Mapped[Status] = state_field(
        default=Status.NEW, transitions={Status.NEW: [Status.DONE]}
    )
    data: Mapped[dict[str, Any]] = json_field(factory=dict)
    secret: Mapped[str] = encrypted_field(cipher=FernetCipher(["k"]), default="")

    @computed
    def shown(self) -> str:
        return self.status.value

    @computed
    def size(self) -> int:
        return len(self.data)


exact = Exact()
assert_type(exact.status, Status)
assert_type(Exact.q.status, ExactField[Status])
assert_type(Exact.q.data, DictField[dict[str, Any]])
assert_type(Exact.q.secret, TextField[str])
assert_type(exact.shown, str)
assert_type(Exact.q.shown, TextField[str])
assert_type(Exact.q.size, NumberField[int])
exact.transition(Status.DONE, data={})
Exact.filter(Exact.q.shown == "new").delete(max_affected=3)


class LooseAll(AutoIncrement, Timestamped, Versioned, Audited, SoftDelete, Document):
    name: str = ""


class ExactAll(
    AutoIncrement, Timestamped, Versioned, Audited, SoftDelete, typed.Document
):
    name: Mapped[str]


made = ExactAll(name="x")
assert_type(made.id, int | None)
assert_type(made.created_at, dt.datetime | None)
assert_type(made.version, int)
assert_type(LooseAll().is_deleted, bool)
assert_type(ExactAll.q.id, NumberField[int | None])
assert_type(ExactAll.q.created_at, ExactField[dt.datetime | None])
assert_type(ExactAll.q.version, NumberField[int])


async def write() -> None:
    await made.save(user_id=3)
    await ExactAll.mutate(3, lambda document: None)
    await LooseAll.mutate(3, lambda document: None)
    await made.restore()
    await made.hard_delete()
