"""Documents whose ids are counted."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from mapper.behaviours import AutoIncrement, Sequence


@pytest.fixture
def Invoice(driver):  # noqa: N802 - a class
    """Return a document class with numbers, on each driver."""

    class Invoice(AutoIncrement, driver.document):
        total: int = 0

    return Invoice


async def test_ids_count(driver, Invoice, sent):  # noqa: N803
    """Each insert takes the next number, by one command more."""
    made = [await driver.done(driver.mapper.insert(Invoice())) for _ in range(3)]
    assert [one.id for one in made] == [1, 2, 3]
    assert sent == ["findAndModify", "insert"] * 3


async def test_a_block_for_many(driver, Invoice, sent):  # noqa: N803
    """An `insert_many` takes all its numbers at once, in order; ids that are given hold."""
    made = [Invoice(total=n) for n in range(5)]
    made[2] = Invoice(id=77)
    await driver.done(driver.mapper.insert_many(made))
    assert [one.id for one in made] == [1, 2, 77, 3, 4]
    assert sent == ["findAndModify", "insert"]
    sent.clear()
    await driver.done(driver.mapper.insert(Invoice(id=99)))
    assert sent == ["insert"]


async def test_what_is_found_takes_no_number(driver, Invoice, sent):  # noqa: N803
    """`get_or_create` looks first; only what it makes is numbered."""
    query = driver.mapper.find(Invoice)
    made, new = await driver.done(query.get_or_create(total=4))
    assert (made.id, new) == (1, True)
    sent.clear()
    found, new = await driver.done(query.get_or_create(total=4))
    assert (found.id, new, sent) == (1, False, ["find"])
    assert (await driver.done(query.get_or_create(total=5)))[0].id == 2


async def test_failed_inserts_lose_their_numbers(driver, Invoice):  # noqa: N803
    """A number is never given twice; the document forgets it."""
    driver.mongo["invoice"].insert_one({"_id": 1})
    invoice = Invoice()
    with pytest.raises(ValueError, match="has a document with _id 1 already"):
        await driver.done(driver.mapper.insert(invoice))
    assert invoice.id is None
    await driver.done(driver.mapper.insert(invoice))
    assert invoice.id == 2


async def test_sequences(driver):
    """They may be shared, and begin anywhere."""
    shared = Sequence(name="papers", start=1000)

    class Invoice(AutoIncrement, driver.document):
        sequence: ClassVar[Sequence] = shared

    class Receipt(AutoIncrement, driver.document):
        sequence: ClassVar[Sequence] = shared

    made = [
        await driver.done(driver.mapper.insert(cls()))
        for cls in (Invoice, Receipt, Invoice)
    ]
    assert [one.id for one in made] == [1000, 1001, 1002]
    rows = list(driver.mongo["sequences"].find())
    assert rows == [{"_id": "papers", "value": 1002}]


async def test_nobody_gets_the_same(driver, Invoice):  # noqa: N803
    """Many who begin at once get a number each."""
    if driver.name == "pymongo":

        def insert(_):
            return driver.mapper.insert(Invoice())

        with ThreadPoolExecutor(8) as pool:
            made = await asyncio.to_thread(lambda: list(pool.map(insert, range(40))))
    else:
        inserts = (driver.mapper.insert(Invoice()) for _ in range(40))
        made = await asyncio.gather(*inserts)
    assert sorted(one.id for one in made) == list(range(1, 41))
