"""What every peer is asked to do, measured in pairs in the peer's own environment.

A peer's module tells `main` how to connect, and gets back to work by `Calls`. What it
reads is compared with what is stored; what it says it can't do is reported so. Its
rival is the driver it sits on, as that comes, with the same documents in the same
process. Each result is printed as a line of JSON as soon as it is there.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pymongo import AsyncMongoClient, MongoClient

from benchmarks.data import raw_accounts, raw_orders, raw_query
from benchmarks.pairing import paired


DATABASE = "peers"
SHAPES = ("find nested", "find flat", "page", "get", "build", "insert_many")


def look(order: Any) -> tuple[Any, ...]:
    """Return what an order holds, at several depths."""
    return order.number, order.address.city, order.items[-1].qty, [*order.tags]


@dataclass(frozen=True)
class Calls:
    """How a peer does what it is asked; of an async one, what it returns is awaited.

    A text in place of a function says why the peer can't. *get* takes an id, *new* the
    values of a new order, *insert* what *new* returned; *look* finds in an order what
    `look` does. *held* says who holds the collector back, and pays for it after *reads*.
    """

    nested: Callable[[], Any] | str
    flat: Callable[[], Any] | str
    page: Callable[[], Any] | str
    get: Callable[[Any], Any] | str
    new: Callable[[dict[str, Any]], Any]
    insert: Callable[[list[Any]], Any] | str
    build: Callable[[], Any] | str
    look: Callable[[Any], tuple[Any, ...]] = look
    held: tuple[str, ...] = field(default=())
    reads: int = 1


class Measured:
    """The shapes of one peer, on the server at *uri*."""

    def __init__(self, uri: str, *, is_async: bool, scale: float) -> None:
        self.scale = scale
        self._loop = asyncio.new_event_loop()
        self._mongo: Any = MongoClient(uri)[DATABASE]
        self.driver = "PyMongo Async" if is_async else "PyMongo"
        self._raw = AsyncMongoClient(uri)[DATABASE] if is_async else self._mongo

    def done(self, found: Any) -> Any:
        """Return *found*, awaited if need be."""
        if inspect.isawaitable(found):
            return self._loop.run_until_complete(_awaited(found))
        return found

    def fill(self) -> None:
        """Store what is read."""
        self._mongo.client.drop_database(DATABASE)
        self._mongo.orders.insert_many(raw_orders(self.scaled(20_000)))
        self._mongo.accounts.insert_many(raw_accounts(self.scaled(20_000)))

    def scaled(self, number: int) -> int:
        """Return *number* to scale, 2 at least."""
        return max(2, round(number * self.scale))

    def shapes(self, calls: Calls) -> Iterator[tuple[str, Callable[[], Any]]]:
        """Yield the arguments of each measurement, made when they are asked for."""
        mongo, raw = self._mongo, self._raw
        times = calls.reads
        yield (
            "find nested",
            lambda: self._reading(calls.nested, raw.orders.find, calls, times),
        )
        yield (
            "find flat",
            lambda: self._reading(calls.flat, raw.accounts.find, times=times),
        )
        yield "page", lambda: self._reading(calls.page, _page(raw.orders), calls, 30)
        yield "get", lambda: self._getting(calls, mongo.orders.find_one()["_id"])
        building = {"sides": {"ours": calls.build, "raw": raw_query}}
        yield "build", lambda: {**building, "times": self.scaled(1_000)}
        yield "insert_many", lambda: self._inserting(calls)  # takes some the longest

    def _sides(self, ours: Any, raw: Any, times: int = 1, **more: Any) -> Any:
        sides = {"ours": ours, "raw": raw}
        if self._raw is not self._mongo:
            sides = {"ours": lambda: self.done(ours()), "raw": lambda: self.done(raw())}
        return {"sides": sides, "times": times, **more}

    def _reading(
        self, ours: Any, find: Any, calls: Calls | None = None, times: int = 1
    ) -> Any:
        def raw() -> Any:
            return find().to_list()

        def check() -> None:
            made, stored = self.done(ours()), self.done(raw())
            if calls is None:
                assert [one.email for one in made] == [one["email"] for one in stored]
            else:
                assert [calls.look(one) for one in made] == [*map(_stored, stored)]

        return self._sides(ours, raw, times, check=check)

    def _getting(self, calls: Calls, one: Any) -> Any:
        def raw() -> Any:
            return self._raw.orders.find_one({"_id": one})

        def check() -> None:
            assert calls.look(self.done(calls.get(one))) == _stored(self.done(raw()))

        times = self.scaled(300)
        return self._sides(lambda: calls.get(one), raw, times, check=check)

    def _inserting(self, calls: Calls) -> Any:
        count, new, plain = self.scaled(5_000), [], []

        def prepare() -> None:
            self._mongo.orders.drop()
            plain[:] = raw_orders(count)
            new[:] = map(calls.new, raw_orders(count))

        def check() -> None:
            assert self._mongo.orders.count_documents({"address.city": "Rome"}) == count

        return self._sides(
            lambda: calls.insert(new),
            lambda: self._raw.orders.insert_many(plain),
            prepare=prepare,
            check=check,
        )


def _page(collection: Any) -> Callable[[], Any]:
    return lambda: collection.find().limit(100)


def _stored(order: dict[str, Any]) -> tuple[Any, ...]:
    found = order["number"], order["address"]["city"], order["items"][-1]["qty"]
    return (*found, order["tags"])


async def _awaited(found: Any) -> Any:
    return await found


def main(connect: Callable[[str, str], Any], *, is_async: bool = False) -> None:
    """Measure a peer, by the `Calls` that *connect* returns for a URI and a database.

    The arguments of the process are the URI, how many rounds, and the scale.
    """
    uri, rounds, scale = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    measured = Measured(uri, is_async=is_async, scale=scale)
    _tell(driver=measured.driver)
    measured.fill()
    calls = measured.done(connect(uri, DATABASE))
    for shape, made in measured.shapes(calls):
        _tell(shape=shape, **_found(calls, shape, made, rounds))


_CALL = {"find nested": "nested", "find flat": "flat", "insert_many": "insert"}


def _found(calls: Calls, shape: str, made: Any, rounds: int) -> dict[str, Any]:
    call = getattr(calls, _CALL.get(shape, shape))
    if isinstance(call, str):
        return {"reason": f"not supported: {call}"}
    try:
        return paired(rounds=rounds, held=calls.held, **made())
    except Exception as error:  # noqa: BLE001 - whatever a peer raises is reported
        text = " ".join(f"{type(error).__name__}: {error}".split())
        return {"reason": f"failed: {text[:200]}"}


def _tell(**said: Any) -> None:
    print(json.dumps(said), flush=True)
