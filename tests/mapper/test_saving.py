"""Saving beside other writers, on a real server by each of the three drivers."""

from __future__ import annotations

import asyncio
import copy
import inspect
from typing import Any

import attrs
import pytest
from bson import ObjectId

from mapper import Index, field
from mapper.errors import (
    BulkInsertError,
    ConflictError,
    DocumentNotFoundError,
    DuplicateKeyError,
    MapperError,
    ValidationError,
)
from mongo_dsl import geo, raw


@attrs.define
class Item:
    """An item of an order, which nothing names."""

    sku: str
    qty: int = 1


@attrs.define
class Line:
    """An item with an id."""

    id: int = attrs.field(metadata={"db_name": "_id"})
    qty: int = 1
    note: str = ""


@attrs.define
class Address:
    """An embedded document."""

    city: str
    zip: str = ""


@pytest.fixture
def Order(driver):  # noqa: N802 - a class
    """Return a document class of the driver's face."""

    class Order(driver.document):
        name: str = ""
        tags: list[str] = field(factory=list)
        marks: set[str] = field(factory=set)
        items: list[Item] = field(factory=list)
        lines: list[Line] = field(factory=list)
        address: Address | None = None
        settings: dict[str, Any] = field(factory=dict)
        code: str | None = field(default=None, immutable=True)
        roles: list[str] = field(factory=list, immutable=True, db_name="r")
        email: str | None = None

        class Meta:
            collection_name = "orders"
            indexes = (Index("email", unique=True, sparse=True),)

    return Order


async def twins(driver, cls, count=2, **values):
    """Store a document of *values* and return it loaded *count* times."""
    made = await driver.done(cls.create(**values))
    return [await driver.done(cls.get(made.id)) for _ in range(count)]


async def together(calls):
    """Make all *calls* at once and return their results; threads make those that block."""

    async def one(call):
        done = await asyncio.to_thread(call)
        return await done if inspect.isawaitable(done) else done

    return await asyncio.gather(*map(one, calls), return_exceptions=True)


def conflict_of(order, fields):
    """Return what is said of a conflict."""
    return (
        f"Order {order.id!r} was changed by someone else since it was loaded, and the"
        f" changes of {fields} don't fit any more; reload it and make them again"
    )


class TestArrays:
    """What several writers do to one array."""

    @pytest.mark.parametrize("start", [["z"], [], None])
    async def test_concurrent_appends_survive(self, driver, Order, start):  # noqa: N803
        """What eight writers append at once is all there, however the array began."""
        orders = await twins(driver, Order, 8, tags=start or [])
        if start is None:
            driver.mongo.orders.update_one({}, {"$unset": {"tags": 1}})
            orders = [await driver.done(Order.get(o.id)) for o in orders]
        for number, order in enumerate(orders):
            order.tags.append(str(number))
        done = await together([order.save for order in orders])
        assert done == orders
        stored = driver.mongo.orders.find_one()["tags"]
        assert sorted(stored) == [*"01234567", *(start or [])]
        assert stored[: len(start or [])] == (start or [])

    async def test_concurrent_prepends_survive(self, driver, Order):  # noqa: N803
        """What is put in front is in front, and all there."""
        orders = await twins(driver, Order, 4, tags=["z"])
        for number, order in enumerate(orders):
            order.tags.insert(0, str(number))
        await together([order.save for order in orders])
        stored = driver.mongo.orders.find_one()["tags"]
        assert (sorted(stored), stored[-1]) == ([*"0123", "z"], "z")

    async def test_concurrent_exchanges_survive(self, driver, Order):  # noqa: N803
        """Each writer removes one item and puts in another; all of it happens."""
        orders = await twins(driver, Order, 4, tags=[*"abcdz"], marks={*"abcdz"})
        for letter, order in zip("abcd", orders, strict=True):
            order.tags.remove(letter)
            order.tags.append(letter.upper())
            order.marks ^= {letter, letter.upper()}
        assert await together([order.save for order in orders]) == orders
        stored = driver.mongo.orders.find_one()
        assert sorted(stored["tags"]) == sorted(stored["marks"]) == [*"ABCDz"]

    async def test_sets(self, driver, Order):  # noqa: N803
        """Sets grow and shrink by their members, and have none twice."""
        one, other = await twins(driver, Order, marks={"a", "b"})
        one.marks |= {"c", "d"}
        other.marks |= {"c", "e"}
        other.marks -= {"a"}
        await together([one.save, other.save])
        assert sorted(driver.mongo.orders.find_one()["marks"]) == [*"bcde"]

    async def test_removals(self, driver, Order):  # noqa: N803
        """Two writers may remove the same value; what others put in stays."""
        one, other = await twins(driver, Order, tags=["a", "b", "c"])
        one.tags = ["b", "c"]
        other.tags = ["b"]
        await driver.done(one.save())
        driver.mongo.orders.update_one({}, {"$push": {"tags": "x"}})
        await driver.done(other.save())
        assert driver.mongo.orders.find_one()["tags"] == ["b", "x"]

    async def test_insertions(self, driver, Order):  # noqa: N803
        """What is put between two items stands between them, if both are still there."""
        one, other, late = await twins(driver, Order, 3, tags=["a", "b"])
        one.tags.append("c")
        other.tags.insert(1, "x")
        await together([one.save, other.save])
        assert driver.mongo.orders.find_one()["tags"] == ["a", "x", "b", "c"]
        late.tags.insert(1, "y")
        with pytest.raises(ConflictError) as caught:
            await driver.done(late.save())
        assert str(caught.value) == conflict_of(late, "tags")
        assert driver.mongo.orders.find_one()["tags"] == ["a", "x", "b", "c"]

    async def test_items_change_where_they_stand(self, driver, Order):  # noqa: N803
        """Changes within items leave other items and unknown keys alone."""
        items = [Item("a"), Item("b"), Item("c")]
        (order,) = await twins(driver, Order, 1, items=items)
        driver.mongo.orders.update_one({}, {"$set": {"items.1.unknown": 1}})
        order = await driver.done(Order.get(order.id))
        driver.mongo.orders.update_one({}, {"$set": {"items.0.qty": 9}})
        driver.mongo.orders.update_one({}, {"$push": {"items": {"sku": "d"}}})
        order.items[1].qty = 5
        assert order.changes() == {"$set": {"items.1.qty": 5}}
        await driver.done(order.save())
        assert driver.mongo.orders.find_one()["items"] == [
            {"sku": "a", "qty": 9},
            {"sku": "b", "qty": 5, "unknown": 1},
            {"sku": "c", "qty": 1},
            {"sku": "d"},
        ]

    async def test_unknown_keys_of_moved_items_stay(self, driver, Order):  # noqa: N803
        """Items keep what no class knows wherever they move, or change beside others."""
        items = [Item("a"), Item("b"), Item("c")]
        (order,) = await twins(driver, Order, 1, items=items)
        for place, unknown in enumerate("xyz"):
            update = {"$set": {f"items.{place}.unknown": unknown}}
            driver.mongo.orders.update_one({}, update)
        order = await driver.done(Order.get(order.id))
        order.items = [order.items[2], Item("new"), order.items[1], order.items[0]]
        await driver.done(order.save())
        assert driver.mongo.orders.find_one()["items"] == [
            {"sku": "c", "qty": 1, "unknown": "z"},
            {"sku": "new", "qty": 1},
            {"sku": "b", "qty": 1, "unknown": "y"},
            {"sku": "a", "qty": 1, "unknown": "x"},
        ]
        order.items.append(Item("last"))
        order.items[0].qty = 7
        await driver.done(order.save())
        stored = driver.mongo.orders.find_one()["items"]
        assert stored[0] == {"sku": "c", "qty": 7, "unknown": "z"}
        order.items[0], order.items[3] = order.items[3], order.items[0]
        await driver.done(order.save())
        stored = driver.mongo.orders.find_one()["items"]
        assert [item.get("unknown") for item in stored] == ["x", None, "y", "z", None]
        assert [item.sku for item in order.items] == ["a", "new", "b", "c", "last"]

    async def test_a_moved_item_is_never_hit(self, driver, Order, sent):  # noqa: N803
        """Where another writer moved the items, nothing is written."""
        items = [Item("a"), Item("b"), Item("c")]
        one, other = await twins(driver, Order, items=items)
        del one.items[0]
        await driver.done(one.save())
        other.items[1].qty = 5
        sent.clear()
        with pytest.raises(ConflictError) as caught:
            await driver.done(other.save())
        assert list(sent) == ["update", "find"]
        assert str(caught.value) == conflict_of(other, "items")
        assert caught.value.fields == ("items",)
        assert caught.value.document is other
        stored = driver.mongo.orders.find_one()["items"]
        assert stored == [{"sku": "b", "qty": 1}, {"sku": "c", "qty": 1}]
        await driver.done(other.reload())
        other.items[0].qty = 5
        await driver.done(other.save())
        assert driver.mongo.orders.find_one()["items"][0] == {"sku": "b", "qty": 5}

    async def test_items_with_ids(self, driver, Order):  # noqa: N803
        """An item with an id is known by it: two writers may change different parts."""
        one, other = await twins(driver, Order, lines=[Line(1), Line(2)])
        one.lines[1].qty = 5
        other.lines[1].note = "n"
        assert await together([one.save, other.save]) == [one, other]
        stored = driver.mongo.orders.find_one()["lines"]
        assert stored[1] == {"_id": 2, "qty": 5, "note": "n"}

    async def test_removed_items_must_be_as_they_were(self, driver, Order):  # noqa: N803
        """An item that another writer changed is not removed, and not left there silently."""
        one, other = await twins(driver, Order, items=[Item("a"), Item("b")])
        one.items[0].qty = 9
        await driver.done(one.save())
        del other.items[0]
        with pytest.raises(ConflictError):
            await driver.done(other.save())
        assert len(driver.mongo.orders.find_one()["items"]) == 2

    async def test_reorderings_are_guarded(self, driver, Order):  # noqa: N803
        """What was sorted must still be there as it was; what was appended stays."""
        one, other, late = await twins(driver, Order, 3, tags=["c", "b", "a"])
        one.tags.append("d")
        other.tags.sort()
        late.tags.sort()
        await driver.done(one.save())
        await driver.done(other.save())
        assert driver.mongo.orders.find_one()["tags"] == [*"abcd"]
        with pytest.raises(ConflictError):
            await driver.done(late.save())

    async def test_collations_of_collections(self, driver, Order):  # noqa: N803
        """Where "a" is "A" to the server, saving still tells them apart."""
        driver.mongo.create_collection(
            "orders", collation={"locale": "en", "strength": 2}
        )
        (order,) = await twins(driver, Order, 1, tags=["a", "A", "b"], marks={"b"})
        order.tags.remove("a")
        order.marks.add("B")
        await driver.done(order.save())
        stored = driver.mongo.orders.find_one()
        assert (stored["tags"], sorted(stored["marks"])) == (["A", "b"], ["B", "b"])
        order.tags = ["b", "c"]
        await driver.done(order.save())
        assert driver.mongo.orders.find_one()["tags"] == ["b", "c"]

    @pytest.mark.parametrize("now", [None, "text", {"0": "z"}])
    async def test_no_array_any_more(self, driver, Order, now):  # noqa: N803
        """Arrays that became something else aren't written into."""
        orders = await twins(driver, Order, 4, tags=["a", "b"], items=[Item("a")])
        orders[0].tags.append("c")
        orders[1].tags = ["b", "c"]
        orders[2].tags = ["a", "x", "b"]
        orders[3].items[0].qty = 2
        driver.mongo.orders.update_one({}, {"$set": {"tags": now, "items": now}})
        for order in orders:
            with pytest.raises(ConflictError):
                await driver.done(order.save())
        assert driver.mongo.orders.find_one()["tags"] == now


class TestDocuments:
    """What several writers do to nested documents."""

    async def test_different_keys(self, driver, Order):  # noqa: N803
        """Each key is a change of its own, from the first one on."""
        one, other = await twins(driver, Order)
        driver.mongo.orders.update_one({}, {"$unset": {"settings": 1}})
        one, other = [await driver.done(Order.get(o.id)) for o in (one, other)]
        one.settings["a"] = {"x": 1}
        other.settings["b"] = {"y": 1}
        await together([one.save, other.save])
        one, other = [await driver.done(Order.get(o.id)) for o in (one, other)]
        one.settings["a"]["z"] = 2
        del other.settings["a"]["x"]
        await together([one.save, other.save])
        stored = driver.mongo.orders.find_one()["settings"]
        assert stored == {"a": {"z": 2}, "b": {"y": 1}}

    @pytest.mark.parametrize(
        "change",
        [
            {"$set": {"address": None}},
            {"$unset": {"address": 1}},
            {"$set": {"address": [{"city": "Oslo"}]}},
        ],
    )
    async def test_never_recreated_in_part(self, driver, Order, change):  # noqa: N803
        """A nested document that is gone isn't written into, and nothing else is written."""
        (order,) = await twins(driver, Order, 1, address=Address("Rome"))
        driver.mongo.orders.update_one({}, change)
        before = driver.mongo.orders.find_one()
        order.address.zip = "1"
        order.name = "changed"
        with pytest.raises(ConflictError) as caught:
            await driver.done(order.save())
        assert str(caught.value) == conflict_of(order, "name, address")
        assert driver.mongo.orders.find_one() == before

    async def test_odd_keys(self, driver, Order):  # noqa: N803
        """Keys that no path can name are saved with their whole document, guarded."""
        one, other = await twins(driver, Order, settings={"a.b": 1, "c": {"$d": 1}})
        one.settings["a.b"] = 2
        one.settings[""] = 3
        one.settings["$set"] = 4
        one.settings["c"]["e"] = 5
        await driver.done(one.save())
        now = {"a.b": 2, "c": {"$d": 1, "e": 5}, "": 3, "$set": 4}
        assert driver.mongo.orders.find_one()["settings"] == now
        other.settings["a.b"] = 9
        with pytest.raises(ConflictError):
            await driver.done(other.save())
        del other.settings["a.b"]
        with pytest.raises(ConflictError):
            await driver.done(other.save())
        assert driver.mongo.orders.find_one()["settings"] == now

    async def test_one_value(self, driver):
        """Tuples and shapes are never mixed of what two writers wrote."""

        class Car(driver.document):
            place: geo.Point
            size: tuple[int, int]
            way: list[float] = field(factory=list)

        start = {"place": geo.Point(1, 2), "size": (1, 2), "way": [1.0, 2.0]}
        one, other = await twins(driver, Car, **start)
        one.place, other.place = geo.Point(3, 2), geo.Point(1, 4)
        one.size, other.size = (3, 2), (1, 4)
        await driver.done(one.save())
        await driver.done(other.save())
        stored = driver.mongo.car.find_one()
        assert (stored["place"]["coordinates"], stored["size"]) == ([1, 4], [1, 4])
        one, other = [await driver.done(Car.get(c.id)) for c in (one, other)]
        one.way[0] = 3.0
        other.way[0] = 4.0
        await driver.done(one.save())
        with pytest.raises(ConflictError):
            await driver.done(other.save())
        assert driver.mongo.car.find_one()["way"] == [3.0, 2.0]

    async def test_last_writer_wins(self, driver, Order):  # noqa: N803
        """What is assigned as a whole, and isn't a part of anything, is overwritten."""
        one, other = await twins(driver, Order, address=Address("Rome"))
        one.address.zip = "1"
        one.name = "one"
        other.address = None
        other.name = "other"
        await driver.done(one.save())
        await driver.done(other.save())
        stored = driver.mongo.orders.find_one()
        assert (stored["address"], stored["name"]) == (None, "other")


class TestOneDocumentEach:
    """No document is overwritten by a new one or comes back after its end."""

    async def test_duplicate_keys_on_every_path(self, driver, Order):  # noqa: N803
        """A value that must be unique is refused wherever it is written."""
        await driver.done(Order.create_indexes())
        made = await driver.done(Order.create(name="first", email="a"))
        other = await driver.done(Order.create(name="other", email="b"))

        def changed():
            other.email = "a"
            return other

        same_id = {"id": made.id, "name": "second"}
        paths = [
            lambda: Order(**same_id).save(),
            lambda: Order(**same_id).insert(),
            lambda: Order.create(**same_id),
            lambda: driver.mapper.insert(Order(**same_id)),
            lambda: changed().save(),
            lambda: changed().replace(),
            lambda: Order.find(id=other.id).update(email="a"),
            lambda: Order.find(name="new").upsert(email="a"),
            lambda: Order.find(id=made.id, name="new").upsert(email="c"),
        ]
        for path in paths:
            with pytest.raises(DuplicateKeyError):
                await driver.done(path())
        with pytest.raises(BulkInsertError):
            await driver.done(Order.insert_many([Order(**same_id)]))
        assert driver.mongo.orders.count_documents({}) == 2
        assert driver.mongo.orders.find_one({"_id": made.id})["name"] == "first"

    async def test_a_concurrent_delete_wins(self, driver, Order):  # noqa: N803
        """Whatever a save was about to write, a document deleted meanwhile stays away."""
        made = [Order(name=str(n), tags=["a"], address=Address("R")) for n in range(12)]
        await driver.done(Order.insert_many(made))
        wholes = await driver.done(Order.all().to_list())
        parts = await driver.done(Order.all().only("name", "tags").to_list())
        gone = copy.deepcopy(wholes)
        for whole, part in zip(wholes, parts, strict=True):
            whole.address.city = "Oslo"
            whole.tags.append("b")
            part.name = "changed"
            part.tags.insert(0, "c")
        calls = [one.save for three in zip(wholes, parts, strict=True) for one in three]
        calls[::3] = [one.delete for one in gone[: len(calls[::3])]]
        await together(calls + [one.delete for one in gone])
        assert driver.mongo.orders.count_documents({}) == 0
        for one in (*wholes, *parts):
            if one.is_dirty:
                with pytest.raises(DocumentNotFoundError):
                    await driver.done(one.save())
        assert driver.mongo.orders.count_documents({}) == 0

    async def test_parts_write_what_they_loaded(self, driver, Order):  # noqa: N803
        """Fields that were left out are neither unset nor reset."""
        values = {"name": "n", "tags": ["a"], "settings": {"k": 1}, "email": "e"}
        (order,) = await twins(driver, Order, 1, **values)
        before = driver.mongo.orders.find_one()
        only = await driver.done(Order.find(id=order.id).only("tags").one())
        rest = await driver.done(Order.find(id=order.id).omit("tags").one())
        assert (only.changes(), rest.changes()) == ({}, {})
        only.tags.append("b")
        rest.settings["k"] = 2
        only.name = "assigned"
        await together([only.save, rest.save])
        expected = {"tags": ["a", "b"], "settings": {"k": 2}, "name": "assigned"}
        assert driver.mongo.orders.find_one() == {**before, **expected}
        with pytest.raises(MapperError) as caught:
            await driver.done(only.replace())
        assert str(caught.value) == (
            "Order was loaded in part and can't replace what is stored; save() it, or"
            " reload() it first"
        )

    async def test_replace(self, driver, Order, sent):  # noqa: N803
        """A replacement leaves nothing of what was stored, and never inserts."""
        (order,) = await twins(driver, Order, 1, tags=["a"])
        driver.mongo.orders.update_one({}, {"$set": {"name": "n", "unknown": 1}})
        order.tags.append("b")
        sent.clear()
        assert await driver.done(order.replace()) is order
        assert list(sent) == ["update"]
        assert not order.is_dirty
        stored = driver.mongo.orders.find_one()
        assert (stored["name"], stored["tags"]) == ("", ["a", "b"])
        assert "unknown" not in stored
        driver.mongo.orders.delete_many({})
        with pytest.raises(DocumentNotFoundError) as caught:
            await driver.done(order.replace())
        assert str(caught.value) == (
            f"Order {order.id!r} is no longer in orders; insert it to store it anew"
        )
        with pytest.raises(DocumentNotFoundError) as caught:
            await driver.done(Order().replace())
        assert str(caught.value) == (
            "a Order that was never stored can't be replaced; save it first"
        )
        order.tags.append(5)
        with pytest.raises(ValidationError):
            await driver.done(order.replace())
        assert driver.mongo.orders.count_documents({}) == 0


class TestImmutableFields:
    """They keep what was stored first, on every path."""

    async def test_changed_in_place(self, driver, Order):  # noqa: N803
        """What no assignment shows is refused when it is saved."""
        (order,) = await twins(driver, Order, 1, roles=["a"])
        order.roles.append("b")
        message = "Order.roles is immutable, it is ['a'] and can't become ['a', 'b']"
        for call in (order.save, order.replace, order.changes):
            with pytest.raises(ValidationError) as caught:
                await driver.done(call())
            assert str(caught.value) == message
        assert caught.value.problems == (("roles", message),)
        assert order.changed_fields == ("roles",)
        assert driver.mongo.orders.find_one()["r"] == ["a"]

    async def test_updates_by_query(self, driver, Order):  # noqa: N803
        """Updates of all kinds are refused before they are sent; inserts may set them."""
        q = Order.q
        query = Order.find(name="x")
        updates = [
            lambda: query.update(code="b"),
            lambda: query.update_one(q.code.unset()),
            lambda: query.update([q.code.set("b")]),
            lambda: query.update([q.code.unset()]),
            lambda: query.update(raw({"$rename": {"name": "code"}})),
            lambda: query.update([raw({"$unset": ["code"]})]),
            lambda: query.update([raw({"$project": {"code": 0}})]),
            lambda: query.upsert(q.code.set("b")),
            lambda: query.find_one_and_update(q.code.set("b")),
        ]
        message = (
            "Order.code is immutable and can't be updated by a query; set it on insert,"
            " by set_on_insert(...) where the query may upsert"
        )
        for update in updates:
            with pytest.raises(ValidationError) as caught:
                await driver.done(update())
            assert str(caught.value) == message
        with pytest.raises(ValidationError) as caught:
            await driver.done(query.update(q.roles.push("b") & q.id.set(ObjectId())))
        assert {name for name, _ in caught.value.problems} == {"roles", "id"}
        done = await driver.done(query.upsert(q.code.set_on_insert("b")))
        assert driver.mongo.orders.find_one(done.upserted_id)["code"] == "b"
        await driver.done(query.update([raw({"$project": {"code": 1, "name": 1}})]))


class TestText:
    """Text that UTF-8 can't write is refused by its path."""

    async def test_lone_surrogates(self, driver, Order):  # noqa: N803
        """No path of writing gives the driver's own error."""
        bad = "a\ud800"
        (order,) = await twins(driver, Order, 1)

        def changed():
            order.items = [Item("a"), Item(bad)]
            return order

        tail = (
            "has a lone surrogate, got 'a\\ud800', a str; what is stored must be text"
        )
        tail = f"{tail} that UTF-8 can write"
        paths = [
            ("name", lambda: Order(name=bad).save()),
            ("tags.0", lambda: Order(tags=[bad]).insert()),
            ("roles.0", lambda: Order.insert_many([Order(), Order(roles=[bad])])),
            ("items.1.sku", lambda: changed().save()),
            ("items.1.sku", lambda: changed().replace()),
            ("settings.a\\ud800", lambda: Order(settings={bad: 1}).save()),
            ("name", lambda: Order.find(name="x").update(name=bad)),
            ("name", lambda: Order.find(name="x").find_one_and_update(name=bad)),
        ]
        for path, call in paths:
            with pytest.raises(ValidationError) as caught:
                await driver.done(call())
            assert str(caught.value) == f"Order.{path} {tail}"
            assert caught.value.problems == ((path, str(caught.value)),)
        assert order.is_dirty
        with pytest.raises(UnicodeEncodeError):  # a filter stores nothing
            await driver.done(Order.find(name=bad).update(name="x"))


class TestAsking:
    """What a save would send."""

    async def test_changes(self, driver, Order, sent):  # noqa: N803
        """Documents know what has changed, without asking the server."""
        order = Order(name="a")
        assert order.is_dirty
        assert order.changes()["$set"]["name"] == "a"
        assert order.changed_fields[:2] == ("id", "name")
        await driver.done(order.save())
        sent.clear()
        assert (order.is_dirty, order.changes(), order.changed_fields) == (
            False,
            {},
            (),
        )
        order.name = "b"
        order.roles.clear()
        order.settings["k"] = 1
        assert order.is_dirty
        assert order.changes() == {"$set": {"name": "b", "settings.k": 1}}
        assert order.changed_fields == ("name", "settings")
        assert list(sent) == []
        await driver.done(order.save())
        assert list(sent) == ["update"]
        order.tags += ["a", "b"]
        await driver.done(order.save())
        order.tags = ["b", "c"]
        order.name = "c"
        del order.settings["k"]
        assert isinstance(order.changes(), list)
        await driver.done(order.save())
        assert list(sent) == ["update"] * 3
        stored = driver.mongo.orders.find_one()
        assert (stored["tags"], stored["name"]) == (["b", "c"], "c")
        assert stored["settings"] == {}
        await driver.done(order.delete())
        assert order.is_dirty

    async def test_nothing_is_encoded_before(self, driver):
        """Loading and changing documents encodes nothing; asking does."""
        seen = []

        class Counted(driver.document):
            value: int = attrs.field(
                default=0, metadata={"encode": lambda v: seen.append(v) or v}
            )

        made = await driver.done(Counted.create(value=1))
        seen.clear()
        found = await driver.done(Counted.get(made.id))
        found.value = 2
        assert seen == []
        assert found.is_dirty
        assert set(seen) == {1, 2}
