"""Collections that are more than a heap of documents, on a real server."""

from __future__ import annotations

import datetime as dt

import pytest

from mapper import (
    Capped,
    Clustered,
    CollectionPlan,
    Index,
    SyncDocument,
    TimeSeries,
    Validator,
    View,
    field,
)
from mapper.behaviour import Behaviour
from mapper.behaviours import SoftDelete
from mapper.collections.comparison import declared_options, planned
from mapper.errors import (
    CollectionConflictError,
    DefinitionError,
    UnknownOptionError,
    UnsupportedError,
)
from mongo_dsl import F, Pipeline


UTC = dt.timezone.utc
NOON = dt.datetime(2024, 1, 1, 12, tzinfo=UTC)


class User(SyncDocument):
    name: str
    active: bool = True


def model(driver=None, *, base=None, **meta):
    """Return a class of measurements with *meta*, for the driver's base."""
    base = base or getattr(driver, "document", SyncDocument)
    options = type("Meta", (), {"collection_name": "things", **meta})
    annotations = {"taken": "dt.datetime", "sensor": "str", "value": "float"}
    namespace = {
        "__annotations__": annotations,
        "__module__": __name__,
        "Meta": options,
    }
    return type(base)(
        "Thing", (base,), {**namespace, "taken": field(db_name="t"), "value": 0.0}
    )


KINDS = [
    {"timeseries": TimeSeries("taken")},
    {"timeseries": TimeSeries("taken", "sensor", "hours", expire_after=60)},
    {"timeseries": TimeSeries("taken", granularity="minutes")},
    {"capped": Capped(1000)},
    {"capped": Capped(4096, max=3)},
    {"clustered": True},
    {"clustered": Clustered(expire_after=dt.timedelta(days=1))},
    {"collation": {"locale": "fr", "strength": 2}},
    {"collation": {"locale": "fr"}, "clustered": True},
    {"validator": True},
    {"validator": Validator("moderate", "warn"), "capped": Capped(5000)},
    {"view": View(User, User.pipeline().match(User.q.active == True))},  # noqa: E712
    {
        "view": View("user", [{"$match": {"active": True}}]),
        "collation": {"locale": "fr"},
    },
    {"view": View(User, Pipeline())},
]


@pytest.mark.parametrize("meta", KINDS, ids=repr)
async def test_created_as_declared(driver, sent, meta):
    """What was created is recognised in what the server reports."""
    cls = model(driver, **meta)
    with driver.mapper.ambient():
        sent.clear()
        plan = await driver.done(cls.collection.apply())
        assert sent == ["listCollections", "create"]
        assert list(plan.create) == list(
            {
                name: None
                for options in declared_options(cls).values()
                for name in options
            }
        )
        sent.clear()
        again = await driver.done(cls.collection.apply())
        assert sent == ["listCollections"]
        assert again.is_empty
        assert [step.name for step in again.unchanged] == list(declared_options(cls))


async def test_nothing_declared_sends_nothing(driver, sent):
    """A class without options leaves its collection alone, whatever it is."""
    cls = model(driver)
    driver.mongo.create_collection("things", capped=True, size=4096)
    with driver.mapper.ambient():
        sent.clear()
        assert await driver.done(cls.collection.apply()) == CollectionPlan("things")
        assert sent == []
        assert (await driver.done(cls.collection.plan())).is_empty
        assert sent == ["listCollections"]


CHANGES = [
    (
        {"timeseries": TimeSeries("taken", expire_after=60)},
        {"timeseries": TimeSeries("taken", granularity="minutes")},
        "timeseries: timeseries is {'timeField': 't', 'metaField': None, 'granularity': "
        "'seconds'} there, {'timeField': 't', 'metaField': None, 'granularity': 'minutes'} "
        "here, expireAfterSeconds is 60 there, None here; apply(change=['timeseries']) "
        "changes it",
    ),
    (
        {"timeseries": TimeSeries("taken")},
        {"timeseries": TimeSeries("taken", expire_after=60)},
        "timeseries: expireAfterSeconds is None there, 60 here; apply(change=['timeseries']) "
        "changes it",
    ),
    (
        {"capped": Capped(4096, max=5)},
        {"capped": Capped(9000)},
        "capped: size is 4096 there, 9216 here, max is 5 there, None here; "
        "apply(change=['capped']) changes it",
    ),
    (
        {"clustered": True},
        {"clustered": Clustered(60)},
        "clustered: expireAfterSeconds is None there, 60 here; apply(change=['clustered']) "
        "changes it",
    ),
    (
        {"view": View("user", [])},
        {"view": View("users", [{"$limit": 1}])},
        "view: viewOn is 'user' there, 'users' here, pipeline is another one there; "
        "apply(change=['view']) changes it",
    ),
    (
        {"capped": Capped(4096)},
        {"validator": True},
        "validator: validator is not there; apply(change=['validator']) changes it",
    ),
    (
        {"validator": True},
        {"validator": Validator("moderate", "warn")},
        "validator: validationLevel is 'strict' there, 'moderate' here, validationAction is "
        "'error' there, 'warn' here; apply(change=['validator']) changes it",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "told"), CHANGES, ids=[t[:60] for *_, t in CHANGES]
)
def test_changes_by_name(mapper, sent, old, new, told):
    """What collMod can change is changed by one command, and only when it is named."""
    with mapper.ambient():
        model(**old).collection.apply()
        cls = model(**new)
        sent.clear()
        with pytest.raises(CollectionConflictError) as caught:
            cls.collection.apply()
        assert str(caught.value) == f"things is there otherwise than declared: {told}"
        assert sent == ["listCollections"]
        sent.clear()
        cls.collection.apply(change=list(new))
        assert sent == ["listCollections", "collMod"]
        assert cls.collection.plan().is_empty


CONFLICTS = [
    (
        {"capped": Capped(4096)},
        {"timeseries": TimeSeries("taken")},
        "timeseries: timeseries is None there, {'timeField': 't', 'metaField': None, "
        "'granularity': 'seconds'} here; servers can't change it, make another collection",
    ),
    (
        {"timeseries": TimeSeries("taken", granularity="hours")},
        {"timeseries": TimeSeries("taken")},
        "timeseries: timeseries is {'timeField': 't', 'metaField': None, 'granularity': "
        "'hours'} there, {'timeField': 't', 'metaField': None, 'granularity': 'seconds'} here; "
        "servers can't change it, make another collection",
    ),
    (
        {"clustered": True},
        {"capped": Capped(4096)},
        "capped: capped is False there, True here, size is None there, 4096 here; servers "
        "can't change it, make another collection",
    ),
    (
        {"capped": Capped(4096)},
        {"clustered": True},
        "clustered: clusteredIndex is False there, True here; servers can't change it, make "
        "another collection",
    ),
    (
        {"collation": {"locale": "fr"}},
        {"view": View("user", [{"$limit": 1}])},
        "view: viewOn is None there, 'user' here, pipeline is not there; servers can't change "
        "it, make another collection",
    ),
    (
        {"capped": Capped(4096)},
        {"collation": {"locale": "simple"}, "validator": False},
        None,
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "told"), CONFLICTS, ids=[str(t)[:60] for *_, t in CONFLICTS]
)
def test_conflicts(mapper, sent, old, new, told):
    """What no command can change is told, and can't be asked for."""
    with mapper.ambient():
        model(**old).collection.apply()
        cls = model(**new)
        plan = cls.collection.plan()
        assert [str(step) for step in plan.conflict] == ([] if told is None else [told])
        if told is not None:
            sent.clear()
            with pytest.raises(CollectionConflictError):
                cls.collection.apply()
            with pytest.raises(UnknownOptionError):
                cls.collection.apply(change=list(new))
            assert sent == ["listCollections"] * 2


def test_unknown_changes(mapper):
    """Only what differs can be changed."""
    with mapper.ambient():
        cls = model(validator=True)
        cls.collection.apply()
        with pytest.raises(UnknownOptionError) as caught:
            cls.collection.apply(change=["validator"])
        assert str(caught.value) == (
            "things has no difference in 'validator' that can be changed; these can be: none"
        )
        with pytest.raises(UnknownOptionError) as caught:
            model(validator=Validator("off")).collection.apply(change=["valdator"])
        assert str(caught.value) == (
            "things has no difference in 'valdator' that can be changed; did you mean "
            "'validator'?; these can be: validator"
        )


def test_plans_are_readable():
    """`str` says all, a line each."""
    cls = model(capped=Capped(4096), validator=True)
    assert str(planned(cls, None)) == (
        "things: is not there and is created with capped, size, validator, validationLevel, "
        "validationAction"
    )
    assert str(planned(cls, {"options": {"capped": True, "size": 4096}})) == (
        "things: 1 change, 0 conflict, 1 unchanged\n"
        "  change validator: validator is not there; apply(change=['validator']) changes it\n"
        "  unchanged capped: is as declared"
    )
    assert (
        str(planned(model(), None))
        == "things: is not there and is created with no options"
    )


def test_spans_of_buckets():
    """A time series may say the span of its buckets itself; newer servers take that."""
    cls = model(timeseries=TimeSeries("taken", bucket_span=dt.timedelta(hours=2)))
    asked = {
        "timeField": "t",
        "bucketMaxSpanSeconds": 7200,
        "bucketRoundingSeconds": 7200,
    }
    assert declared_options(cls) == {"timeseries": {"timeseries": asked}}
    assert planned(cls, {"options": {"timeseries": asked}}).is_empty
    other = {**asked, "bucketMaxSpanSeconds": 3600}
    assert not planned(cls, {"options": {"timeseries": other}}).is_empty


# -- Writes --------------------------------------------------------------------------


async def test_views_are_read_only(driver, sent):
    """A view reads like a collection; writes are refused before they are sent."""

    class Person(driver.document):
        name: str
        active: bool = True

    class ActivePerson(driver.document):
        name: str

        class Meta:
            view = View(Person, Person.pipeline().match(F.active == True))  # noqa: E712

    refusal = "ActivePerson is a view of 'person' and can't be written; write there"
    with driver.mapper.ambient():
        await driver.done(
            Person.insert_many([Person(name="Ann"), Person(name="Bob", active=False)])
        )
        await driver.done(ActivePerson.collection.apply())
        found = await driver.done(ActivePerson.find().one())
        assert found.name == "Ann"
        found.name = "Eve"
        sent.clear()
        writes = [
            lambda: ActivePerson.create(name="x"),
            lambda: ActivePerson.insert_many([ActivePerson(name="x")]),
            found.save,
            found.delete,
            lambda: ActivePerson.find(name="x").update(name="y"),
            lambda: ActivePerson.find(name="x").upsert(name="y"),
            lambda: ActivePerson.find(name="x").delete(),
            lambda: ActivePerson.find(name="x").hard_delete(),
            lambda: ActivePerson.find(name="x").find_one_and_delete(),
            lambda: driver.mapper.delete(found, hard=True),
        ]
        for write in writes:
            with pytest.raises(UnsupportedError) as caught:
                await driver.done(write())
            assert str(caught.value) == refusal
        assert sent == []


@pytest.mark.parametrize("own", [True, False])
def test_behaviours_leave_the_refusal_of_views(mapper, sent, own):
    """A view with a behaviour, its own or a mixin's, refuses writes as others do."""
    bases = () if own else (SoftDelete,)

    class Softly(*bases, SyncDocument):
        name: str

        class Meta:
            view = View("person", [])

        if own:
            __behaviour__ = Behaviour()

    with mapper.ambient():
        for write in (
            lambda: Softly.create(name="x"),
            lambda: Softly.find(name="x").delete(),
            lambda: Softly.find(name="x").hard_delete(),
        ):
            with pytest.raises(UnsupportedError) as caught:
                write()
            assert str(caught.value) == (
                "Softly is a view of 'person' and can't be written; write there"
            )
    assert sent == []


def test_the_refusal_of_views_is_not_inherited(mapper):
    """A subclass that is no view is written."""

    class Seen(SyncDocument):
        name: str

        class Meta:
            view = View("person", [])

    class Written(Seen):
        class Meta:
            view = None

    with mapper.ambient():
        assert Written.create(name="x").is_stored


async def test_time_series_are_appended_to(driver, sent):
    """Measurements are inserted and read, updated by their meta field, not one by one."""
    cls = model(driver, timeseries=TimeSeries("taken", "sensor"))
    with driver.mapper.ambient():
        await driver.done(cls.collection.apply())
        thing = await driver.done(cls.create(taken=NOON, sensor="a", value=1.5))
        thing.value = 2.0
        sent.clear()
        with pytest.raises(UnsupportedError) as caught:
            await driver.done(thing.save())
        assert str(caught.value) == (
            "Thing is a time series, whose documents can't be changed one by one; update many "
            "by their meta field, or insert anew"
        )
        assert sent == []
        written = await driver.done(cls.find(sensor="a").update(sensor="b"))
        assert written.matched == 1
        assert (await driver.done(cls.find().one())).sensor == "b"


def test_capped_collections_forget(mapper):
    """The oldest documents make room."""
    cls = model(capped=Capped(4096, max=2))
    with mapper.ambient():
        cls.collection.apply()
        cls.insert_many([cls(taken=NOON, sensor=name) for name in "abc"])
        assert [thing.sensor for thing in cls.all()] == ["b", "c"]


# -- Definitions ---------------------------------------------------------------------

REFUSED = [
    (
        lambda: TimeSeries("t", granularity="days"),
        "TimeSeries got granularity='days'; it is one of 'seconds', 'minutes', 'hours'",
    ),
    (
        lambda: TimeSeries("t", bucket_span=0),
        "TimeSeries got bucket_span=0; it takes whole numbers from 1 to 31536000",
    ),
    (
        lambda: TimeSeries("t", expire_after=1.5),
        "TimeSeries got expire_after=1.5; it takes whole numbers from 1",
    ),
    (
        lambda: TimeSeries("t", granularity="hours", bucket_span=60),
        "TimeSeries got granularity and bucket_span; it takes one of them",
    ),
    (lambda: Capped(0), "Capped got size=0; it takes whole numbers from 1"),
    (lambda: Capped(5, max=True), "Capped got max=True; it takes whole numbers from 1"),
    (
        lambda: Clustered(-5),
        "Clustered got expire_after=-5; it takes whole numbers from 1",
    ),
    (
        lambda: Validator("lax"),
        "Validator got level='lax'; it is one of 'strict', 'moderate', 'off'",
    ),
    (
        lambda: Validator(action="raise"),
        "Validator got action='raise'; it is one of 'error', 'warn'",
    ),
    (
        lambda: model(capped=5),
        "Thing.Meta.capped is 5; it takes Capped(...)",
    ),
    (
        lambda: model(timeseries=True),
        "Thing.Meta.timeseries is True; it takes TimeSeries(...)",
    ),
    (
        lambda: model(capped=Capped(5), clustered=True),
        "Thing.Meta has capped and clustered; a collection can't be all of that",
    ),
    (
        lambda: model(view=View("a", []), validator=True),
        "Thing.Meta has view and validator; a collection can't be all of that",
    ),
    (
        lambda: model(view=View("a", []), indexes=[Index("value")]),
        "Thing.Meta has view and indexes; a collection can't be all of that",
    ),
    (
        lambda: model(collation={"strength": 1}),
        "Thing.Meta has the collation {'strength': 1}; it takes a document with a locale",
    ),
    (
        lambda: declared_options(model(timeseries=TimeSeries("value"))),
        "Thing.value is float; the time field of a time series is datetime",
    ),
]


@pytest.mark.parametrize(
    ("build", "message"), REFUSED, ids=[m[:50] for _, m in REFUSED]
)
def test_refuses(build, message):
    """What no collection can be is refused where it is written."""
    with pytest.raises(DefinitionError) as caught:
        build()
    assert str(caught.value) == message


def test_fields_called_collection():
    """A field may be called `collection`: the class has the plans, documents the value."""

    class Book(SyncDocument):
        collection: str

    assert repr(Book.collection) == "Book.collection"
    assert Book(collection="poems").collection == "poems"


def test_what_cant_be_is_refused_of_inherited_options_too():
    """A base and its subclass may each say half of it."""

    class Small(SyncDocument):
        class Meta:
            capped = Capped(4096)

    message = "Both.Meta has capped and clustered; a collection can't be all of that"
    with pytest.raises(DefinitionError) as caught:

        class Both(Small):
            class Meta:
                clustered = True

    assert str(caught.value) == message

    class Large(Small):
        class Meta:
            capped = None
            clustered = True

    assert (Large.__options__.capped, Large.__options__.clustered) == (
        None,
        Clustered(),
    )
