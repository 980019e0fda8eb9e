"""Pages by number and by place."""

import base64
import datetime as dt
import math
import pickle
from typing import Any
from uuid import UUID

import attrs
import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper import SyncDocument, field
from mapper.commands import Command
from mapper.errors import DefinitionError
from mapper.flows import paging
from mapper.pages import KeysetPage, Page
from mongo_dsl import QuerySet
from mongo_dsl.errors import ArgumentError, CursorError, OperandError


# What has no place, and lists of more or fewer values than the order has.
NONSENSE = [
    *("ab", 5, {"a": 1, "b": 2}, [1], [1, 2, 3]),
    *([value, 7] for value in (bson.Regex("a"), bson.Code("a"), bson.MinKey(), [1])),
]


@attrs.define
class Home:
    city: str
    floor: int | None = None


class Player(SyncDocument):
    id: int
    name: str
    score: int | None = None
    weight: float = 0.0
    anything: Any = None
    home: Home | None = None
    tags: list[str] = field(factory=list)


class Member(SyncDocument):
    id: int
    email: str = field(unique=True)
    rank: int


@pytest.fixture
def models(driver):
    """Return a document class on each driver, and 25 documents of it."""

    class Player(driver.document):
        id: int
        name: str
        score: int | None = None
        home: Home | None = None

    driver.mongo.player.insert_many(
        [
            {"_id": i, "name": f"p{i}", "score": None if i % 5 == 0 else i % 4}
            for i in range(25)
        ]
    )
    return Player


class TestNumbered:
    """`paginate(page=…)`."""

    async def test_a_full_page_is_counted(self, driver, models, sent):
        """Where more follows, the total is asked for."""
        query = driver.mapper.find(models).sort("name")
        sent.clear()
        page = await driver.done(query.paginate(page=2, size=10))
        assert sent == ["find", "aggregate"]
        assert await driver.done(driver.mapper.paginate(query, page=2, size=10)) == page
        assert isinstance(page, Page)
        assert [p.name for p in page] == sorted(f"p{i}" for i in range(25))[10:20]
        assert (page.number, page.page, page.size, page.total) == (2, 2, 10, 25)
        assert (page.pages, page.has_next, page.has_previous) == (3, True, True)
        assert (page.first, page.last, len(page), bool(page)) == (11, 20, 10, True)

    @pytest.mark.parametrize(
        ("number", "size", "length"), [(3, 10, 5), (1, 25, 25), (5, 5, 5), (1, 30, 25)]
    )
    async def test_the_last_page_tells_the_total(
        self, driver, models, sent, number, size, length
    ):
        """Nothing follows, so nothing is counted."""
        query = driver.mapper.find(models)
        sent.clear()
        page = await driver.done(query.paginate(page=number, size=size))
        assert sent == ["find"]
        assert (len(page), page.total, page.has_next) == (length, 25, False)

    async def test_a_page_past_the_end(self, driver, models, sent):
        """It is empty, and knows how many there are."""
        query = driver.mapper.find(models)
        sent.clear()
        page = await driver.done(query.paginate(page=9, size=10))
        assert sent == ["find", "aggregate"]
        assert (page.items, page.total, page.pages, page.has_next) == ([], 25, 3, False)
        assert (page.first, page.last, bool(page)) == (None, None, False)

    async def test_no_documents(self, driver, models, sent):
        """The first page of nothing is empty."""
        query = driver.mapper.find(models, name="nobody")
        sent.clear()
        page = await driver.done(query.paginate(page=1))
        assert sent == ["find"]
        assert (page.items, page.total, page.pages, page.size) == ([], 0, 0, 20)

    async def test_ties_are_broken(self, driver, models):
        """Documents that sort alike don't move between pages."""
        query = driver.mapper.find(models).sort("score")
        seen = []
        for number in range(1, 6):
            page = await driver.done(query.paginate(page=number, size=5))
            seen += [p.id for p in page]
        assert sorted(seen) == list(range(25))


class TestKeyset:
    """`paginate(after=…)` and `paginate(before=…)`."""

    async def test_forwards_and_backwards(self, driver, models, sent):
        """Each page is one command, and knows what is on its sides."""
        query = driver.mapper.find(models, score__gte=1).sort("-score").signed("secret")
        expected = [p.id for p in await driver.done(query.in_total_order().to_list())]
        first = await driver.done(query.paginate(size=8))
        assert isinstance(first, KeysetPage)
        assert (first.has_next, first.has_previous) == (True, False)
        assert first.previous_cursor is None
        sent.clear()
        second = await driver.done(query.paginate(after=first.next_cursor, size=8))
        assert sent == ["find"]
        assert [p.id for p in [*first, *second]] == expected[:16]
        assert (second.has_next, second.has_previous) == (False, True)
        assert second.next_cursor is None
        sent.clear()
        back = await driver.done(query.paginate(before=second.previous_cursor, size=8))
        assert sent == ["find"]
        assert back.items == first.items
        assert (back.has_next, back.has_previous) == (True, False)

    async def test_a_document_is_a_place(self, driver, models):
        """Instead of a cursor, a document does."""
        query = driver.mapper.find(models)
        page = await driver.done(query.paginate(size=3))
        found = await driver.done(query.paginate(after=page[2], size=2))
        assert [p.id for p in found] == [3, 4]

    async def test_an_empty_page_has_no_cursors(self, driver, models):
        """After the last document nothing follows."""
        query = driver.mapper.find(models)
        page = await driver.done(query.paginate(size=25))
        assert page.next_cursor is None
        rest = await driver.done(query.paginate(after=page.end_cursor))
        assert (rest.items, rest.has_next, rest.has_previous) == ([], False, True)
        assert (rest.start_cursor, rest.end_cursor) == (None, None)

    async def test_what_comes_in_between_doesnt_shift_pages(self, driver, models):
        """Documents inserted before and behind the place change nothing at it."""
        query = driver.mapper.find(models).sort("name")
        first = await driver.done(query.paginate(size=10))
        driver.mongo.player.insert_many(
            [{"_id": 100, "name": "a"}, {"_id": 101, "name": "zz"}]
        )
        second = await driver.done(query.paginate(after=first.next_cursor, size=20))
        names = [p.name for p in [*first, *second]]
        assert names == [*sorted(f"p{i}" for i in range(25)), "zz"]
        back = await driver.done(query.paginate(before=first.start_cursor, size=5))
        assert [p.name for p in back] == ["a"]

    @pytest.mark.parametrize(
        "narrowed",
        [
            lambda q: q.only("name"),
            lambda q: q.only("name", "home.city"),
            lambda q: q.omit("score"),
            lambda q: q.omit("home"),
            lambda q: q.omit("home.floor", "score", "name"),
            lambda q: q.raw(),
            lambda q: q.only("name").raw(),
            lambda q: q.omit("home.city").raw(),
        ],
    )
    async def test_projections_stay(self, driver, models, narrowed):
        """The sorted fields needn't be loaded, and aren't given where they weren't asked for."""
        driver.mongo.player.update_many({}, {"$set": {"home": {"city": "X"}}})
        base = driver.mapper.find(models).sort("-score", "home.city")
        query = narrowed(base)
        expected = await driver.done(query.in_total_order().to_list())
        page = await driver.done(query.paginate(size=10))
        rest = await driver.done(query.paginate(after=page.next_cursor, size=50))
        assert list(map(repr, [*page, *rest])) == list(map(repr, expected))

    async def test_rows_of_a_class(self, driver, models):
        """Rows don't know their places; pages of them do."""

        @attrs.define
        class Name:
            name: str

        query = driver.mapper.find(models).sort("-score").select(Name)
        expected = await driver.done(query.in_total_order().to_list())
        page = await driver.done(query.paginate(size=10))
        rest = await driver.done(query.paginate(after=page.next_cursor, size=50))
        assert [*page, *rest] == expected


REFUSED = [
    (
        {"page": 0},
        ArgumentError,
        "paginate got page=0; it takes a number from 1 on",
    ),
    (
        {"page": "2"},
        OperandError,
        "paginate got page='2'; it takes a number from 1 on",
    ),
    ({"size": 0}, ArgumentError, "paginate got size=0; it takes a number from 1 on"),
    (
        {"page": 1, "after": "x", "before": "y"},
        ArgumentError,
        "paginate got page and after and before; it takes one of page, after, before",
    ),
    (
        {"page": 10**19, "size": 10},
        ArgumentError,
        "paginate got page=10000000000000000000 of size=10, which ends behind document 2**63,"
        " the last there can be; ask for less",
    ),
    (
        {"size": 2**63},
        ArgumentError,
        "paginate got page=1 of size=9223372036854775808, which ends behind document 2**63,"
        " the last there can be; ask for less",
    ),
    (
        {"after": "x"},
        CursorError,
        "after got 'x', which is no cursor; pass one that a page or cursor() gave",
    ),
]


@pytest.mark.parametrize(("arguments", "error", "message"), REFUSED)
def test_bad_arguments(mapper, arguments, error, message):
    """What can't be a page is refused before a command is sent."""
    with pytest.raises(error) as caught:
        mapper.find(Player).paginate(**arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("part", ["skip", "limit"])
def test_cut_queries(mapper, part):
    """Pages are cut by their size alone."""
    with pytest.raises(ArgumentError) as caught:
        getattr(mapper.find(Player), part)(3).paginate(page=1)
    assert str(caught.value) == (
        f"paginate got a query with {part}(...), and pages are cut by their size; leave it out"
    )


def test_orders_without_places():
    """Arrays have no place in an order, and scores can't be compared with."""
    with pytest.raises(OperandError) as caught:
        Player.all().sort("tags").after({"_id": 1})
    assert str(caught.value) == (
        "a keyset page can't follow the sort by 'tags', which holds arrays; sort by fields"
        " of one value"
    )
    with pytest.raises(OperandError) as caught:
        QuerySet().sort({"score": {"$meta": "textScore"}}).cursor({"_id": 1})
    assert str(caught.value) == (
        "a keyset page can't follow the sort by 'score', which is a score; skip and limit can"
    )
    with pytest.raises(OperandError) as caught:
        QuerySet().sort("a").after({"_id": 1, "a": [1]})
    assert str(caught.value) == (
        "a keyset page can't start where 'a' is [1]; it compares numbers, text, dates, ids,"
        " binary data and documents"
    )


def test_required_fields_are_never_null():
    """Where every document has a value, null isn't asked for."""
    players = Player.all()
    assert players.sort("-name").after({"_id": 1, "name": "x"}).compile().filter == {
        "$or": [{"name": {"$lt": "x"}}, {"name": "x", "_id": {"$gt": 1}}]
    }
    lacking = players.sort("-score").after({"_id": 1, "score": 3}).compile().filter
    assert lacking["$or"][0] == {"$or": [{"score": {"$lt": 3}}, {"score": None}]}
    nested = players.sort("-home.city").after({"_id": 1, "home": {"city": "x"}})
    assert {"home.city": None} in nested.compile().filter["$or"][0]["$or"]


def test_a_unique_field_breaks_ties():
    """No ``_id`` is added where a unique index says that there are no ties."""
    by_email = Member.all().sort("email")
    assert by_email.in_total_order() == by_email
    assert by_email.after({"_id": 1, "email": "x"}).compile().as_dict() == {
        "filter": {"email": {"$gt": "x"}},
        "sort": {"email": 1},
    }
    loose = by_email.collation("en", strength=1)  # it makes equals of what differs
    assert loose.in_total_order().compile().sort == {"email": 1, "_id": 1}
    assert Member.all().sort("rank").in_total_order().compile().sort == {
        "rank": 1,
        "_id": 1,
    }


class TestCursors:
    """Cursors are opaque, bound to their query, and can't be altered."""

    query = Player.filter(name="Ann").sort("-score").signed("secret")

    def test_every_altered_byte_is_found(self):
        """There is no bit that can be changed."""
        text = self.query.cursor(Player(id=1, name="Ann", score=3))
        raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        for place in range(len(raw)):
            changed = raw.copy()
            changed[place] ^= 1
            forged = base64.urlsafe_b64encode(changed).decode().rstrip("=")
            with pytest.raises(CursorError) as caught:
                self.query.after(forged)
            assert caught.value.reason == ("altered" if place else "malformed")

    @pytest.mark.parametrize(
        "other",
        [
            query.sort("score"),
            query.filter(weight=1),
            query.sort("-score", "name"),
            query.collation("en"),
            Member.filter(email="Ann").sort("-rank").signed("secret"),
        ],
    )
    def test_other_queries_refuse_it(self, other):
        """A cursor belongs to a filter, a sort order and a collection."""
        text = self.query.cursor(Player(id=1, name="Ann", score=3))
        with pytest.raises(CursorError) as caught:
            other.after(text)
        assert str(caught.value) == (
            f"after got the cursor {text!r}, which belongs to a query with another filter or"
            " sort order; pass one that this query gave"
        )
        assert caught.value.reason == "foreign"

    def test_secrets_can_be_changed(self):
        """Old secrets are still read; the first one signs."""
        text = self.query.cursor(Player(id=1, name="Ann", score=3))
        assert self.query.signed("new", "secret").after(text).filters == (
            self.query.after(text).filters
        )
        with pytest.raises(CursorError) as caught:
            self.query.signed("new").before(text)
        assert str(caught.value) == (
            f"before got the cursor {text!r}, which was altered or signed with another"
            " secret; start again at the first page"
        )

    def test_secrets_are_checked_and_not_shown(self):
        """No message and no text has the secret."""
        with pytest.raises(ArgumentError) as caught:
            QuerySet().signed("")
        assert str(caught.value) == (
            "signed got no secret, or an empty one; it takes text or bytes"
        )
        with pytest.raises(OperandError) as caught:
            QuerySet().signed(4711)
        assert str(caught.value) == (
            "signed got a secret that is a int; secrets are text or bytes"
        )
        shown = [repr(self.query), str(self.query), repr(self.query.compile())]
        assert "secret" not in "".join(shown)

    def test_the_class_can_have_the_secret(self):
        """`Meta.cursor_secret` signs the cursors of all its queries."""

        class Signed(SyncDocument):
            name: str

            class Meta:
                cursor_secret = "ours"  # noqa: S105 - of a test

        text = Signed.all().cursor({"_id": 1})
        assert Signed.all().signed("ours").after(text)._secrets() == (b"ours",)
        with pytest.raises(CursorError):
            Signed.all().signed("other").after(text)
        assert "ours" not in repr(Signed.__options__)

    def test_bad_secrets_of_a_class(self):
        """They are found when the class is made, and not shown."""
        with pytest.raises(DefinitionError) as caught:

            class Signed(SyncDocument):
                class Meta:
                    cursor_secret = 4711  # no text

        assert str(caught.value) == (
            "Signed.Meta.cursor_secret got a secret that is a int; secrets are text or bytes"
        )

    def test_errors_travel(self):
        """A cursor error keeps its reason."""
        error = pickle.loads(pickle.dumps(CursorError("why", "altered")))  # noqa: S301 - our own
        assert (str(error), error.reason) == ("why", "altered")

    def test_values_never_become_operators(self):
        """Even a cursor that was signed holds nothing but values."""
        text = self.query.cursor({"_id": {"$gt": ""}, "score": {"$ne": None}})
        found = self.query.after(text).compile().filter
        assert {"score": {"$lt": {"$ne": None}}} in found["$or"][0]["$or"]
        assert found["$or"][1]["score"] == {"$eq": {"$ne": None}}
        assert found["$or"][1]["_id"] == {"$gt": {"$gt": ""}}

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"\x05\x00\x00\x00\x00", bson.encode({"x": 1}), b"junk"),
            *(bson.encode({"": value}) for value in NONSENSE),
        ],
    )
    def test_signed_nonsense(self, body):
        """What isn't a list of values is no cursor, whoever signed it."""
        from mongo_dsl.keyset import cursors

        order = self.query._total_order()
        digest = cursors._digest(self.query._digested(order))
        head = cursors._VERSION + digest
        signature = cursors._signature(head + body, b"secret")
        text = base64.urlsafe_b64encode(head + signature + body).decode()
        with pytest.raises(CursorError) as caught:
            self.query.after(text)
        assert caught.value.reason == "malformed"

    def test_long_texts_are_not_repeated(self):
        """A text from outside isn't shown whole, however long it is."""
        with pytest.raises(CursorError) as caught:
            self.query.after("A" * 1_000_000)
        assert str(caught.value) == (
            f"after got '{'A' * 200}'… (1,000,000 characters), which is no cursor; pass one"
            " that a page or cursor() gave"
        )


VALUES = {
    "name": st.sampled_from(["", "a", "b", "B", "é"]),
    "score": st.sampled_from([None, -1, 0, 1, 2]),
    "weight": st.sampled_from([-1.5, 0.0, 2.0, math.nan, math.inf, -math.inf]),
    "anything": st.sampled_from(
        [
            *(
                None,
                1,
                1.5,
                math.nan,
                "x",
                "",
                True,
                False,
                b"\x01",
                {"a": 1},
                {"a": 2},
            ),
            *(
                dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc),
                bson.Binary.from_uuid(UUID(int=5)),
            ),
            *(bson.ObjectId("0" * 24), bson.Int64(2**40), bson.Timestamp(5, 1)),
            bson.Decimal128("NaN"),
        ]
    ),
    "home": st.sampled_from(
        [None, {"city": "x"}, {"city": "x", "floor": None}, {"city": "y", "floor": 2}]
    ),
}
KEYS = ["name", "score", "weight", "anything", "home.city", "home.floor", "id"]


@st.composite
def stored(draw):
    """Draw stored documents, some of which lack what needn't be there."""
    documents = []
    for place in range(draw(st.integers(0, 12))):
        made = {"_id": place, "name": draw(VALUES["name"])}
        for name in ("score", "weight", "anything", "home"):
            if draw(st.booleans()):
                made[name] = draw(VALUES[name])
        documents.append(made)
    return documents


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    documents=stored(),
    keys=st.lists(st.sampled_from(KEYS), unique=True, max_size=3),
    down=st.lists(st.booleans(), min_size=3, max_size=3),
    size=st.integers(1, 5),
)
def test_every_document_comes_once(mapper, documents, keys, down, size):
    """Forwards and backwards, whatever the documents hold and the order is."""
    collection = mapper.database.player
    collection.delete_many({})
    if documents:
        collection.insert_many(documents)
    order = [f"-{key}" if d else key for key, d in zip(keys, down, strict=False)]
    query = mapper.find(Player).sort(*order).raw()
    expected = [row["_id"] for row in query.in_total_order()]
    page = query.paginate(size=size)
    forwards = [row["_id"] for row in page]
    while page.has_next:
        page = query.paginate(after=page.next_cursor, size=size)
        forwards += [row["_id"] for row in page]
    assert forwards == expected
    backwards = [row["_id"] for row in page]
    while page.has_previous and page.items:
        page = query.paginate(before=page.previous_cursor, size=size)
        backwards = [row["_id"] for row in page] + backwards
    assert backwards == expected


def test_pages_by_hand():
    """The flow asks for one document more than a page has, and counts if it comes."""
    flow = paging.paginate(Player.all().sort("name"), 3, 2, None, None)
    command = next(flow)
    assert command == Command(
        "player",
        "find",
        (),
        {"filter": {}, "sort": [("name", 1), ("_id", 1)], "skip": 4, "limit": 3},
        rows=True,
    )
    command = flow.send([{"_id": n, "name": "x"} for n in range(3)])
    assert command == Command("player", "count_documents", ({},))
    with pytest.raises(StopIteration) as done:
        flow.send(9)
    page = done.value.value
    assert ([p.id for p in page], page.total, page[1].id) == ([0, 1], 9, 1)
