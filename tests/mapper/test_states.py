"""Fields that hold a state, which changes by declared transitions alone."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from enum import Enum

import pytest

from mapper import field, state_field
from mapper.behaviours import Timestamped, Versioned
from mapper.errors import (
    DefinitionError,
    DocumentNotFoundError,
    StaleDocumentError,
    TransitionError,
    ValidationError,
)
from mapper.events import Transition, listeners_of
from mongo_dsl import raw


class Status(str, Enum):
    """The states of an order."""

    PENDING = "pending"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


FOLLOWING = {
    Status.PENDING: [Status.PAID, Status.CANCELLED],
    Status.PAID: [Status.SHIPPED, Status.CANCELLED],
}


@pytest.fixture
def Order(driver):  # noqa: N802 - a class
    """Return a document class with states, on each driver; it is ambient."""

    class Order(driver.document):
        status: Status = state_field(default=Status.PENDING, transitions=FOLLOWING)
        tracking_number: str | None = None
        note: str = ""

    with driver.mapper.ambient():
        yield Order


async def test_a_transition_is_one_command(driver, Order, sent):  # noqa: N803
    """It compares and sets, with other values; nothing else is saved."""
    order = await driver.done(Order.create())
    await driver.done(order.transition(Status.PAID))
    order.note = "not saved"
    sent.clear()
    result = await driver.done(order.transition(Status.SHIPPED, tracking_number="x1"))
    assert result is order
    assert sent == ["update"]
    assert (order.status, order.tracking_number) == (Status.SHIPPED, "x1")
    row = driver.mongo["order"].find_one()
    assert (row["status"], row["tracking_number"], row["note"]) == ("shipped", "x1", "")
    await driver.done(order.save())
    assert driver.mongo["order"].find_one()["note"] == "not saved"


async def test_what_does_not_follow_is_refused(driver, Order, sent):  # noqa: N803
    """The error says the current state and the allowed ones; nothing is sent."""
    order = await driver.done(Order.create())
    sent.clear()
    with pytest.raises(TransitionError) as caught:
        await driver.done(order.transition(Status.SHIPPED, tracking_number="x1"))
    assert str(caught.value) == (
        f"Order {order.id!r} can't go from <Status.PENDING: 'pending'> to"
        " <Status.SHIPPED: 'shipped'>; what may follow is: <Status.PAID: 'paid'>,"
        " <Status.CANCELLED: 'cancelled'>"
    )
    error = caught.value
    assert (error.document, error.field) == (order, "status")
    assert (error.current, error.target) == (Status.PENDING, Status.SHIPPED)
    assert error.allowed == [Status.PAID, Status.CANCELLED]
    assert sent == []
    assert (order.status, order.tracking_number) == (Status.PENDING, None)


async def test_final_states_have_no_followers(driver, Order):  # noqa: N803
    """The message says so."""
    order = await driver.done(Order.create(status=Status.CANCELLED))
    with pytest.raises(TransitionError, match=r"what may follow is: none$"):
        await driver.done(order.transition(Status.PENDING))


async def test_somebody_was_faster(driver, Order, sent):  # noqa: N803
    """The error tells the state that is stored; memory stays as it was."""
    order = await driver.done(Order.create())
    driver.mongo["order"].update_one({}, {"$set": {"status": "cancelled"}})
    sent.clear()
    with pytest.raises(TransitionError) as caught:
        await driver.done(order.transition(Status.PAID, note="x"))
    assert caught.value.current is Status.CANCELLED
    assert sent == ["update", "find", "find"]
    assert (order.status, order.note) == (Status.PENDING, "")
    driver.mongo["order"].delete_many({})
    with pytest.raises(DocumentNotFoundError):
        await driver.done(order.transition(Status.PAID))


async def test_one_of_many_wins(driver, Order):  # noqa: N803
    """Of ten who ship the order at once, one does."""
    made = await driver.done(Order.create(status=Status.PAID))
    found = [await driver.done(Order.get(made.id)) for _ in range(10)]
    if driver.name == "pymongo":

        def ship(order):
            try:
                return driver.mapper.transition(order, Status.SHIPPED)
            except TransitionError as error:
                return error

        with ThreadPoolExecutor(10) as pool:
            done = await asyncio.to_thread(lambda: list(pool.map(ship, found)))
    else:
        ships = (order.transition(Status.SHIPPED) for order in found)
        done = await asyncio.gather(*ships, return_exceptions=True)
    losers = [one for one in done if isinstance(one, TransitionError)]
    assert len(losers) == 9
    assert {error.current for error in losers} == {Status.SHIPPED}


async def test_states_are_not_assigned(driver, Order):  # noqa: N803
    """A stored document changes its state by transitions alone; a new one may begin anywhere."""
    order = Order()
    order.status = Status.PAID
    await driver.done(order.save())
    with pytest.raises(ValidationError) as caught:
        order.status = Status.SHIPPED
    assert str(caught.value) == (
        "Order.status is a state and can't be assigned; call"
        " transition(<Status.SHIPPED: 'shipped'>)"
    )
    new = Order()
    with pytest.raises(DocumentNotFoundError):
        await driver.done(new.transition(Status.PAID))


async def test_values_are_checked(driver, Order, sent):  # noqa: N803
    """Unknown names and misfits are refused before anything is sent."""
    order = await driver.done(Order.create())
    sent.clear()
    with pytest.raises(ValidationError) as caught:
        await driver.done(order.transition("gone", tracking=1, note=5))
    assert str(caught.value) == (
        "Order.status must be Status, got 'gone', a str; Order has no field 'tracking'; did you"
        " mean 'tracking_number'?; Order.note must be str, got 5, an int"
    )
    assert sent == []


async def test_events(driver, Order):  # noqa: N803
    """They tell the document and both states; one before can refuse."""
    log = []
    listeners = listeners_of(Order)
    for event in (
        "before_transition",
        "before_update",
        "after_update",
        "after_transition",
    ):
        listeners.add(event, lambda what, name=event: log.append((name, what)))
    order = await driver.done(Order.create())
    await driver.done(order.transition(Status.PAID))
    assert [name for name, _ in log] == [
        "before_transition",
        "before_update",
        "after_update",
        "after_transition",
    ]
    told = log[0][1]
    assert isinstance(told, Transition)
    assert (told.document, told.field) == (order, "status")
    assert (told.source, told.target) == (Status.PENDING, Status.PAID)


async def test_other_behaviours(driver):
    """Time stamps and versions go with a transition."""

    class Job(Timestamped, Versioned, driver.document):
        state: str = state_field(default="new", transitions={"new": ["done"]})

    with driver.mapper.ambient():
        job = await driver.done(Job.create())
        before = job.updated_at
        await driver.done(job.transition("done"))
        assert job.version == 2
        assert job.updated_at >= before
        assert driver.mongo["job"].find_one()["version"] == 2


async def test_two_states(driver):
    """Where several fields hold a state, one is named."""

    class Job(driver.document):
        state: str = state_field(default="new", transitions={"new": ["done"]})
        review: str = state_field(default="open", transitions={"open": ["closed"]})

    with driver.mapper.ambient():
        job = await driver.done(Job.create())
        await driver.done(job.transition("closed", field="review"))
        assert (job.state, job.review) == ("new", "closed")
        with pytest.raises(DefinitionError) as caught:
            await driver.done(job.transition("done"))
        assert str(caught.value) == (
            "transition got no field; the fields of Job that hold a state are: state,"
            " review"
        )
        with pytest.raises(DefinitionError) as caught:
            await driver.done(job.transition("done", field="id"))
        assert str(caught.value) == (
            "'id' is no state; the fields of Job that hold a state are: state, review"
        )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"default": "x", "transitions": {"a": ["b"]}},
            "state_field got default='x'; the states are: 'a', 'b'",
        ),
        (
            {"transitions": {}},
            "state_field got transitions={}; it takes, for each state, a list of those"
            " that may follow it",
        ),
        (
            {"transitions": {"a": "bc"}},
            "state_field got 'bc' after 'a'; it takes a list of states",
        ),
    ],
)
def test_mistakes_are_found_at_once(arguments, message):
    """When the field is declared."""
    with pytest.raises(DefinitionError) as caught:
        state_field(**arguments)
    assert str(caught.value) == message


GUARDED = (
    "Order.status is a state and can't be updated by a query; call transition(...) of"
    " its documents"
)


async def test_queries_leave_states_alone(driver, Order, sent):  # noqa: N803
    """Updates of every kind refuse to write a state, before anything is sent."""
    await driver.done(Order.create())
    query, changes = Order.filter(note=""), [Order.q.status.set(Status.SHIPPED)]
    sent.clear()
    for write in (
        lambda: query.update(status=Status.SHIPPED),
        lambda: query.update(Order.q.status.unset()),
        lambda: query.update(Order.q.note.rename("status")),
        lambda: query.update(changes),
        lambda: query.update([raw({"$replaceWith": {"_id": "$_id"}})]),
        lambda: query.update_one(status=Status.SHIPPED),
        lambda: query.upsert(status=Status.SHIPPED),
        lambda: query.find_one_and_update(status=Status.SHIPPED),
    ):
        with pytest.raises(ValidationError) as caught:
            await driver.done(write())
        assert str(caught.value) == GUARDED
    assert sent == []
    new = Order.filter(note="new")
    await driver.done(new.upsert(Order.q.status.set_on_insert(Status.PAID)))
    assert (await driver.done(new.one())).status is Status.PAID


async def test_saves_leave_states_alone(driver, Order, sent):  # noqa: N803
    """A state that was changed past the assignment is refused by `save` and `replace`."""
    order = await driver.done(Order.create())
    object.__setattr__(order, "status", Status.SHIPPED)
    sent.clear()
    for write in (order.save, order.replace):
        with pytest.raises(ValidationError) as caught:
            await driver.done(write())
        assert str(caught.value) == (
            "Order.status is a state, it is <Status.PENDING: 'pending'> and can't"
            " become <Status.SHIPPED: 'shipped'>; call transition(<Status.SHIPPED:"
            " 'shipped'>)"
        )
    assert sent == []


async def test_a_replacement_is_no_transition(driver, Order, sent):  # noqa: N803
    """It doesn't bring back the state that was loaded, where another is stored."""
    mine = await driver.done(Order.create())
    theirs = await driver.done(Order.get(mine.id))
    await driver.done(theirs.transition(Status.PAID))
    mine.note = "x"
    sent.clear()
    with pytest.raises(StaleDocumentError):
        await driver.done(mine.replace())
    assert sent == ["update", "find"]
    row = driver.mongo["order"].find_one()
    assert (row["status"], row["note"]) == ("paid", "")
    await driver.done(theirs.replace())


async def test_documents_older_than_their_state(driver, Order):  # noqa: N803
    """Where the field isn't stored, the document begins in its default; one wins."""
    driver.mongo["order"].insert_one({"note": "old"})
    mine, theirs = [await driver.done(Order.get(note="old")) for _ in range(2)]
    await driver.done(mine.transition(Status.PAID))
    assert driver.mongo["order"].find_one()["status"] == "paid"
    with pytest.raises(TransitionError) as caught:
        await driver.done(theirs.transition(Status.CANCELLED))
    assert caught.value.current is Status.PAID


async def test_other_values_are_no_way_around(driver, sent):
    """The other values of a transition are no states, and not immutable."""

    class Parcel(driver.document):
        status: str = state_field(default="a", transitions={"a": ["b"]})
        paid: str = state_field(default="no", transitions={"no": ["yes"]})
        code: int = field(default=1, immutable=True)

    with driver.mapper.ambient():
        parcel = await driver.done(Parcel.create())
        sent.clear()
        for values in {"status": "x"}, {"paid": "x"}, {"code": 2}:
            (name,) = values
            with pytest.raises(ValidationError) as caught:
                await driver.done(
                    driver.mapper.transition(parcel, "b", field="status", **values)
                )
            assert str(caught.value) == (
                f"Parcel.{name} is a state or immutable and can't be among the other"
                " values of a transition"
            )
    assert sent == []
