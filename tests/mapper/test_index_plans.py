"""Plans of indexes: what is declared beside what a real server reports."""

import datetime as dt
import types
import uuid

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo.errors import OperationFailure

from mapper import Document, Index, SearchIndex, SyncDocument, VectorIndex, field
from mapper.errors import (
    DuplicateKeyError,
    IndexConflictError,
    UnknownIndexError,
    UnsupportedError,
)
from mapper.indexes.comparison import planned
from mapper.indexes.declared import Wanted
from mapper.indexes.plans import IndexPlan, with_searches
from mongo_dsl import F, all_of, geo


@attrs.define
class Address:
    city: str = ""
    zip: str = field(default="", db_name="z")


def model(driver, *indexes, **meta):
    """Return a document class with *indexes*, for the driver's base."""
    base = getattr(driver, "document", SyncDocument)

    def body(namespace):
        namespace["__annotations__"] = {
            "name": "str",
            "age": "int",
            "code": "str",
            "place": "object",
            "text": "str",
            "note": "str",
            "born": "object",
            "address": Address,
        }
        namespace["__module__"] = __name__
        namespace["code"] = field(default="", db_name="c")
        namespace["name"] = namespace["text"] = namespace["note"] = ""
        namespace["age"] = 0
        namespace["place"] = namespace["born"] = None
        namespace["address"] = field(factory=Address)
        options = {"collection_name": "things", "indexes": list(indexes), **meta}
        namespace["Meta"] = type("Meta", (), options)

    return types.new_class("Thing", (base,), {}, body)


KINDS = [
    Index("name"),
    Index("-age", "code", "address.zip"),
    Index("age", unique=True),
    Index("age", sparse=True),
    Index("born", expire_after=dt.timedelta(days=1)),
    Index("born", expire_after=0.0, name="soon"),
    Index("name", partial=all_of(F.b == 2, F.a > 1)),
    Index("name", partial=F.a.eq({"y": 1, "x": 2})),
    Index("name", partial=F.u == uuid.UUID(int=7)),
    Index("name", partial=F.d >= dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)),
    Index("name", partial=(F.a == 1) | (F.b < 2.5)),
    Index("name", partial=F.place.within(geo.Box((0, 0), (1, 1)))),
    Index(("text", "text")),
    Index(("note", "text"), ("text", "text"), "age", weights={"text": 5}),
    Index("age", ("text", "text"), default_language="none", language_override="l"),
    Index(("$**", "text"), weights={"note": 9}),
    Index(("place", "2dsphere"), "name"),
    Index(("place", "2d"), "name", min=-10, max=10.5, bits=20),
    Index(("place", "2d")),
    Index(("name", "hashed")),
    Index(("id", "hashed")),
    Index("$**"),
    Index("address.$**"),
    Index("$**", wildcard_projection={"name": True, "address.zip": 1, "id": False}),
    Index("$**", wildcard_projection={"age": False}),
    Index("name", collation={"locale": "de", "strength": 2}),
    Index("name", collation={"locale": "fr_CA"}),
    Index("name", collation={"locale": "simple"}),
    Index("name", hidden=True),
    Index(
        "name",
        storage_engine={"wiredTiger": {"configString": "prefix_compression=false"}},
    ),
]


@pytest.mark.parametrize("index", KINDS, ids=lambda index: repr(index)[:80])
def test_applied_indexes_are_unchanged(mapper, index):
    """What was created is recognised in what the server reports, whatever the kind."""
    cls = model(mapper, index)
    with mapper.ambient():
        plan = cls.indexes.apply()
        assert [len(plan.create), len(plan.conflict), len(plan.drop)] == [1, 0, 0]
        again = cls.indexes.plan()
    assert again.is_empty
    assert [step.reason for step in again.unchanged] == ["is as declared"]


@pytest.mark.parametrize("index", KINDS, ids=lambda index: repr(index)[:80])
def test_indexes_of_collections_with_a_collation(mapper, index):
    """Indexes have the collation of their collection unless they say otherwise."""
    mapper.database.create_collection(
        "things", collation={"locale": "fr", "strength": 2}
    )
    cls = model(mapper, index)
    with mapper.ambient():
        cls.indexes.apply()
        assert cls.indexes.plan().is_empty


# -- Any declarations ----------------------------------------------------------------

FIELDS = ["name", "age", "code", "note", "address.city", "address.zip"]
COLLATIONS = st.fixed_dictionaries(
    {"locale": st.sampled_from(["en", "fr", "fr_CA", "de", "simple"])},
    optional={
        "strength": st.integers(3, 5),
        "numericOrdering": st.booleans(),
        "caseFirst": st.sampled_from(["upper", "lower", "off"]),
    },
)


@st.composite
def plain_indexes(draw):
    """Draw an index of any kind."""
    names = draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True))
    kinds = [1, -1]
    keys = [(name, draw(st.sampled_from(kinds))) for name in names]
    special = draw(st.sampled_from(["", "", "", "2dsphere", "hashed", "text"]))
    options = {"hidden": draw(st.booleans())}
    if special:
        keys[0] = (keys[0][0], special)
    if special == "text":
        options["weights"] = draw(
            st.dictionaries(st.just(keys[0][0]), st.integers(1, 99_999))
        )
    elif draw(st.booleans()):
        options["collation"] = draw(COLLATIONS)
    if special != "hashed":
        options["unique"] = draw(st.booleans())
    if len(keys) == 1 and not special and draw(st.booleans()):
        options["expire_after"] = draw(st.integers(0, 2**31 - 1))
    if draw(st.booleans()):
        bound = draw(st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=3))
        options["partial"] = draw(st.sampled_from([F.age > bound, F.name == bound]))
    else:
        options["sparse"] = draw(st.booleans())
    return keys, options


def indexes_of(drawn):
    """Return the drawn indexes, each with a name, without twins and second texts."""
    found, seen = [], set()
    for number, (keys, options) in enumerate(drawn):
        index = Index(*keys, **options, name=f"index_{number}")
        mark = "text" if any(kind == "text" for _, kind in keys) else tuple(keys)
        if mark not in seen:
            seen.add(mark)
            found.append(index)
    return found


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    before=st.lists(plain_indexes(), max_size=4),
    after=st.lists(plain_indexes(), max_size=4),
)
def test_after_apply_nothing_is_left_to_do(mapper, before, after):
    """From any indexes to any others: apply, told all names, leaves an empty plan."""
    mapper.database.drop_collection("things")
    old = model(mapper, *indexes_of(before))
    new = model(mapper, *indexes_of(after))
    with mapper.ambient():
        old.indexes.apply()
        assert old.indexes.plan().is_empty
        plan = new.indexes.plan()
        new.indexes.apply(
            drop=[step.name for step in plan.drop],
            rebuild={name for step in plan.conflict for name in step.existing},
        )
        assert new.indexes.plan().is_empty


# -- What the plan says --------------------------------------------------------------


async def test_plans_on_every_driver(driver, sent):
    """A plan lists; apply creates all that is missing with one more command."""
    cls = model(driver, Index("name"), Index("age", unique=True))
    things = driver.mongo.things
    with driver.mapper.ambient():
        sent.clear()
        plan = await driver.done(cls.indexes.plan())
        assert sent == ["listIndexes"]
        assert [step.name for step in plan.create] == ["name_1", "age_1"]
        assert "things" not in driver.mongo.list_collection_names()
        things.create_index("code", name="old")
        things.create_index("name")
        sent.clear()
        plan = await driver.done(cls.indexes.apply())
        assert sent == ["listIndexes", "createIndexes"]
        assert str(plan) == (
            "things: 1 create, 1 drop, 0 conflict, 1 unchanged\n"
            "  create age_1: is declared and not there\n"
            "  drop old: is there and not declared; apply(drop=['old']) drops it\n"
            "  unchanged name_1: is as declared"
        )
        assert set(things.index_information()) == {"_id_", "name_1", "age_1", "old"}
        sent.clear()
        await driver.done(cls.indexes.apply(drop=["old"]))
        assert sent == ["listIndexes", "dropIndexes"]
        sent.clear()
        plan = await driver.done(cls.indexes.apply())
        assert sent == ["listIndexes"]
        assert plan.is_empty


async def test_classes_without_indexes_send_nothing(driver, sent):
    """Nothing declared, nothing sent, nothing made."""
    cls = model(driver)
    with driver.mapper.ambient():
        sent.clear()
        assert await driver.done(cls.indexes.apply()) == IndexPlan("things")
        assert await driver.done(cls.create_indexes()) == []
        assert sent == []
        assert (await driver.done(cls.indexes.plan())).is_empty
        assert sent == ["listIndexes"]
    assert driver.mongo.list_collection_names() == []


async def test_declared_indexes_are_created_by_one_command(driver, sent):
    """`create_indexes` sends one command, however many there are."""
    cls = model(driver, Index("name"), Index("age"), Index("code"))
    with driver.mapper.ambient():
        sent.clear()
        assert await driver.done(cls.create_indexes()) == ["name_1", "age_1", "c_1"]
        assert sent == ["createIndexes"]
        assert await driver.done(cls.create_index("note")) == "note_1"


async def test_conflicts_write_nothing(driver, sent):
    """An index that is there otherwise stops apply before any write, unless named."""
    driver.mongo.things.create_index("born", expireAfterSeconds=5)
    cls = model(driver, Index("name"), Index("born", expire_after=9, hidden=True))
    with driver.mapper.ambient():
        sent.clear()
        with pytest.raises(IndexConflictError) as caught:
            await driver.done(cls.indexes.apply())
        assert sent == ["listIndexes"]
        assert str(caught.value) == (
            "things has indexes in conflict: born_1: hidden is False there, True here, "
            "expireAfterSeconds is 5 there, 9 here; apply(rebuild=['born_1']) changes it in place"
        )
        assert caught.value.names == ("born_1",)
        assert [step.name for step in caught.value.plan.create] == ["name_1"]
        sent.clear()
        await driver.done(cls.indexes.apply(rebuild=["born_1"]))
        assert sent == ["listIndexes", "collMod", "createIndexes"]
        assert (await driver.done(cls.indexes.plan())).is_empty


@pytest.mark.parametrize("declared", [True, False])
async def test_creating_what_is_there_otherwise_is_a_conflict(driver, sent, declared):
    """The server's errors 85 and 86 are ours, and say what differs."""
    driver.mongo.things.create_index("born", expireAfterSeconds=5)
    driver.mongo.things.create_index("age", name="years")
    cls = model(driver, Index("born", expire_after=9))
    other = model(driver, Index("age", name="born_1"))
    with driver.mapper.ambient():
        for one, key, options, reason in (
            (
                cls,
                "born",
                {"expire_after": 9},
                "born_1: expireAfterSeconds is 5 there, 9 "
                "here; apply(rebuild=['born_1']) changes it in place",
            ),
            (
                other,
                "age",
                {"name": "born_1"},
                "born_1: is 'years' there, key is "
                "(('born', 1),) there, (('age', 1),) here, expireAfterSeconds is 5 there, None here; "
                "apply(rebuild=['years', 'born_1']) drops them and creates it anew",
            ),
        ):
            sent.clear()
            with pytest.raises(IndexConflictError) as caught:
                await driver.done(
                    one.create_indexes()
                    if declared
                    else one.create_index(key, **options)
                )
            assert str(caught.value) == f"things has indexes in conflict: {reason}"
            assert sent == ["createIndexes", "listIndexes"]


def test_conflicts_in_transactions_stay_the_drivers(mapper):
    """Where the indexes can't be listed, the first error is told."""
    mapper.database.things.create_index("age", name="years")
    cls = model(mapper, Index("age"))
    with (
        mapper.ambient(),
        pytest.raises(OperationFailure) as caught,
        mapper.transaction(),
    ):
        cls.create_indexes()
    assert caught.value.code == 85


def test_rebuilding(mapper, sent):
    """What can't be changed in place is dropped and created anew, by one command each."""
    things = mapper.database.things
    things.create_index("name", sparse=True)
    things.create_index("age", name="years")
    things.create_index([("text", "text")], default_language="french")
    cls = model(
        mapper,
        Index("name"),
        Index("age", name="age"),
        Index(("text", "text"), ("note", "text")),
    )
    with mapper.ambient():
        plan = cls.indexes.plan()
        assert [str(step) for step in plan.conflict] == [
            "name_1: sparse is True there, False here; "
            "apply(rebuild=['name_1']) drops it and creates it anew",
            "age: is 'years' there; apply(rebuild=['years']) drops it and creates it anew",
            "text_text_note_text: weights is {'text': 1} there, {'text': 1, 'note': 1} here, "
            "default_language is 'french' there, 'english' here; "
            "apply(rebuild=['text_text']) drops it and creates it anew",
        ]
        sent.clear()
        cls.indexes.apply(rebuild=["name_1", "years", "text_text"])
        assert sent == ["listIndexes", "dropIndexes", "createIndexes"]
        assert cls.indexes.plan().is_empty


def test_two_in_the_way(mapper):
    """An index may be there under another name while its own name is another's."""
    mapper.database.things.create_index("age", name="years")
    mapper.database.things.create_index("name", name="age")
    cls = model(mapper, Index("age", name="age"))
    with mapper.ambient():
        (step,) = cls.indexes.plan().conflict
        assert step.existing == ("years", "age")
        assert step.reason == (
            "is 'years' there, key is (('name', 1),) there, (('age', 1),) here; "
            "apply(rebuild=['years', 'age']) drops them and creates it anew"
        )
        with pytest.raises(IndexConflictError):
            cls.indexes.apply(rebuild=["years"])
        cls.indexes.apply(rebuild=["years", "age"])
        assert cls.indexes.plan().is_empty


def test_names_the_class_doesnt_give(mapper):
    """An index the class doesn't name may have any name on the server."""
    mapper.database.things.create_index("age", name="years")
    with mapper.ambient():
        plan = model(mapper, Index("age")).indexes.plan()
    assert plan.is_empty
    assert [str(step) for step in plan.unchanged] == [
        "age_1: is as declared, and named 'years'"
    ]


def test_other_hands(mapper):
    """What collMod changed is seen."""
    cls = model(mapper, Index("born", expire_after=5), Index("name"))
    with mapper.ambient():
        cls.indexes.apply()
        change = {"name": "name_1", "hidden": True}
        mapper.database.command("collMod", "things", index=change)
        change = {"name": "born_1", "expireAfterSeconds": 6}
        mapper.database.command("collMod", "things", index=change)
        assert [step.name for step in cls.indexes.plan().conflict] == [
            "born_1",
            "name_1",
        ]


UNKNOWN = [
    (
        {"drop": ["olt"]},
        "things has no index 'olt' to be dropped; did you mean 'old'?; these can be: old",
    ),
    (
        {"drop": ["name_1"]},
        "things has no index 'name_1' to be dropped; these can be: old",
    ),
    (
        {"rebuild": ["name_1"]},
        "things has no index 'name_1' to be rebuilt; these can be: none",
    ),
]


@pytest.mark.parametrize(("names", "message"), UNKNOWN)
def test_unknown_names(mapper, sent, names, message):
    """Only what the plan offers can be dropped or rebuilt; nothing is written."""
    mapper.database.things.create_index("name")
    mapper.database.things.create_index("code", name="old")
    with mapper.ambient():
        sent.clear()
        with pytest.raises(UnknownIndexError) as caught:
            model(mapper, Index("name")).indexes.apply(**names)
    assert str(caught.value) == message
    assert sent == ["listIndexes"]


def test_documents_in_the_way(mapper):
    """A unique index that documents break is our error."""
    mapper.database.things.insert_many([{"age": 1}, {"age": 1}])
    cls = model(mapper, Index("age", unique=True))
    with mapper.ambient(), pytest.raises(DuplicateKeyError) as caught:
        cls.indexes.apply()
    assert str(caught.value) == "things has a document with age 1 already"


def test_clustered_collections(mapper):
    """The index of a clustered collection is the server's own."""
    mapper.database.create_collection(
        "things", clusteredIndex={"key": {"_id": 1}, "unique": True, "name": "own"}
    )
    with mapper.ambient():
        assert model(mapper).indexes.plan().is_empty


# -- Atlas Search --------------------------------------------------------------------


def test_servers_without_atlas(mapper, sent):
    """Search indexes need Atlas; the others can be applied without them."""
    cls = model(mapper, Index("name"), SearchIndex(dynamic=True))
    with mapper.ambient():
        for call in (cls.indexes.plan, cls.indexes.apply):
            with pytest.raises(UnsupportedError) as caught:
                call()
            assert str(caught.value) == (
                "Thing declares indexes of Atlas Search, which this server doesn't have; "
                "connect to Atlas, or pass search=False to leave them out"
            )
        assert "createIndexes" not in sent
        cls.indexes.apply(search=False)
        assert cls.indexes.plan(search=False).is_empty


def test_plans_with_searches():
    """Indexes of Atlas Search are compared by what was asked; Atlas adds defaults."""
    asked = SearchIndex({"name": "string"}).specification(model(None))
    vector = VectorIndex("place", dimensions=3).specification(model(None))
    definition = {
        "mappings": {"dynamic": False, "fields": {"name": {"type": "string", "a": 1}}}
    }
    row = {"name": "default", "type": "search", "latestDefinition": definition}

    def reasons(declared, there):
        plan = with_searches(IndexPlan("things"), declared, there)
        return {
            where: [step.reason for step in getattr(plan, where)]
            for where in ("create", "drop", "conflict", "unchanged")
            if getattr(plan, where)
        }

    assert reasons([asked, vector], [row]) == {
        "create": ["is declared and not there"],
        "unchanged": ["is as declared"],
    }
    assert reasons([], [row]) == {
        "drop": ["is an index of Atlas Search and not declared; drop it in Atlas"]
    }
    other = {**row, "latestDefinition": {"mappings": {"dynamic": True}}}
    assert reasons([asked], [other]) == {
        "conflict": ["has another definition there; update it in Atlas"]
    }
    assert reasons([asked], [{**row, "type": "vectorSearch"}]) == {
        "conflict": ["is of the type 'vectorSearch' there; drop it in Atlas"]
    }
    shorter = {**row, "latestDefinition": {"mappings": []}}
    assert "conflict" in reasons([asked], [shorter])


# -- Without a server ----------------------------------------------------------------


def test_fields_called_indexes():
    """A field may be called `indexes`: the class has the plans, documents the value."""

    class Book(Document):
        indexes: list[str]

    assert repr(Book.indexes) == "Book.indexes"
    assert Book(indexes=["names"]).indexes == ["names"]
    assert (Book.q["indexes"] == "names").compile() == {"indexes": "names"}


def test_reports_of_other_servers():
    """The order of a filter, kinds of numbers and fields within documents don't matter."""
    asked = {
        "key": {"$**": 1},
        "name": "all",
        "partialFilterExpression": {"a": 1, "b": {"$gt": 1, "$lt": 5}},
        "wildcardProjection": {"a.b": 1},
    }
    there = {
        "key": {"$**": 1.0},
        "name": "all",
        "partialFilterExpression": {"b": {"$lt": 5.0, "$gt": 1}, "a": 1.0},
        "wildcardProjection": {"a": {"b": True}},
        "sparse": False,
        "v": 2,
    }
    assert planned("things", [Wanted(asked, True)], [there]).is_empty
    embedded = {**asked, "partialFilterExpression": {"a": {"x": 1, "y": 2}}}
    turned = {**asked, "partialFilterExpression": {"a": {"y": 2, "x": 1}}}
    assert not planned("things", [Wanted(embedded, True)], [turned]).is_empty
