"""Fields stored as JSON text, and by functions of the user's own."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any

import attrs
import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from mapper import SyncDocument, field, json_field
from mapper.converter import decode_document, encode_document
from mapper.errors import DecodeError, DefinitionError, ValidationError
from mapper.json_text import JsonText
from mongo_dsl import param
from mongo_dsl.errors import OperandError, UnknownFieldError


class Level(enum.Enum):
    LOW = 1


@attrs.define
class Settings:
    when: dt.datetime
    level: Level = Level.LOW
    price: Decimal = Decimal("1.10")
    days: list[dt.date] = attrs.field(factory=list)
    by_number: dict[int, uuid.UUID] = attrs.field(factory=dict)
    data: bytes = b""
    owner: ObjectId | None = None


NOW = dt.datetime(2024, 5, 1, 12, 30, 15, 123456, tzinfo=dt.timezone.utc)
SETTINGS = Settings(
    NOW,
    days=[NOW.date()],
    by_number={3: uuid.UUID(int=3)},
    data=b"\0\1",
    owner=ObjectId("0123456789abcdef01234567"),
)
TEXT = (
    '{"by_number":{"3":"00000000-0000-0000-0000-000000000003"},"data":"AAE=",'
    '"days":["2024-05-01"],"level":1,"owner":"0123456789abcdef01234567",'
    '"price":"1.10","when":"2024-05-01T12:30:15.123456+00:00"}'
)


class Fields:
    name: str = ""
    loose: dict[str, Any] = json_field(factory=dict)
    exact: Settings | None = json_field(default=None)
    many: list[Settings] = json_field(factory=list)


class User(Fields, SyncDocument):
    pass


async def test_documents_come_back(driver):
    """A typed field holds again what it held, and the text is plain JSON in order."""

    class User(Fields, driver.document):
        pass

    user = User(
        name="Ann", loose={"b": 1, "a": [None]}, exact=SETTINGS, many=[SETTINGS]
    )
    await driver.done(user.insert())
    (row,) = driver.mongo[User.__collection__].find()
    assert row["loose"] == '{"a":[null],"b":1}'
    assert (row["exact"], row["many"]) == (TEXT, f"[{TEXT}]")
    assert await driver.done(User.find().first()) == user
    found = await driver.done(User.find(loose={"a": [None], "b": 1}).to_list())
    assert [one.name for one in found] == ["Ann"]
    assert await driver.done(User.find(exact=SETTINGS).count()) == 1
    assert await driver.done(User.find(exact=None).count()) == 0


async def test_changes_in_place_are_noticed(driver):
    """`save` compares texts; another order of keys, or spaces, are no change."""

    class User(Fields, driver.document):
        pass

    collection = driver.mongo[User.__collection__]
    collection.insert_one({"loose": '{"b": [1],   "a": 2}'})
    user = await driver.done(User.find().first())
    user.loose = {"a": 2, "b": [1]}
    await driver.done(user.save())
    assert collection.find_one()["loose"] == '{"b": [1],   "a": 2}'
    user.loose["b"].append(2)
    await driver.done(user.save())
    assert collection.find_one()["loose"] == '{"a":2,"b":[1,2]}'


def test_what_json_has_no_form_for():
    """Without a type to say more, values become the texts they are written as."""
    loose = {
        "moment": dt.datetime(2024, 1, 1),  # noqa: DTZ001 - naive values are UTC
        "number": Decimal("1.5"),
        "id": ObjectId("0123456789abcdef01234567"),
        "uuid": uuid.UUID(int=3),
        "bytes": b"\0",
        "level": Level.LOW,
    }
    raw = encode_document(User(loose=loose))
    assert decode_document(raw, User).loose == {
        "moment": "2024-01-01T00:00:00+00:00",
        "number": "1.5",
        "id": "0123456789abcdef01234567",
        "uuid": "00000000-0000-0000-0000-000000000003",
        "bytes": "AA==",
        "level": 1,
    }


keys = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(keys, inner),
    max_leaves=10,
)


@given(st.dictionaries(keys, json_values))
def test_json_comes_back(value):
    """Whatever JSON has comes back, keys that look like operators too."""
    raw = encode_document(User(loose=value))
    assert decode_document(raw, User).loose == value


def test_encoders_and_decoders_of_the_users():
    """They replace the conversion that the annotation asks for."""

    class Thing(SyncDocument):
        value: Any = json_field(encoder=lambda value: {"set": sorted(value)})
        back: Any = json_field(
            default=None, decoder=lambda found: tuple(found) if found else found
        )

    raw = encode_document(Thing(value=frozenset({2, 1}), back=[1]))
    assert (raw["value"], raw["back"]) == ('{"set":[1,2]}', "[1]")
    assert decode_document(raw, Thing).back == (1,)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loose": 5}, "loose must be JSON text, got 5, an int"),
        (
            {"loose": '{"a'},
            "loose is refused, got '{\"a', a str: Unterminated string starting at: line "
            "1 column 2 (char 1)",
        ),
        ({"loose": "[]"}, "loose must be dict[str, Any], got [], a list"),
        ({"exact": "{}"}, "exact.when is missing"),
        (
            {"exact": '{"when": "noon"}'},
            "exact.when is refused, got 'noon', a str: Invalid isoformat string: 'noon'",
        ),
        (
            {"exact": '{"when": 5}'},
            "exact.when must be a text of datetime, got 5, an int",
        ),
    ],
)
def test_texts_that_do_not_fit(change, message):
    """Errors say where in the text something is wrong."""
    with pytest.raises(DecodeError) as caught:
        decode_document({"_id": None, **change}, User)
    assert str(caught.value) == f"User doesn't fit its class: {message}"


def test_values_that_have_no_text():
    """JSON has no NaN; the field is named."""
    with pytest.raises(ValidationError) as caught:
        encode_document(User(loose={"a": float("nan")}))
    assert str(caught.value).startswith(
        "User can't be stored: loose is refused, got {'a': nan}, a dict: "
        "Out of range float values are not JSON compliant"
    )
    user = User()
    object.__setattr__(user, "exact", attrs.evolve(SETTINGS, price=5))
    with pytest.raises(ValidationError) as caught:
        encode_document(user)
    assert str(caught.value) == (
        "User can't be stored: exact.price must be Decimal, got 5, an int"
    )


# -- Functions of the user's own -----------------------------------------------------


@attrs.define
class Line:
    cents: Decimal = field(
        encode=lambda price: int(price * 100),
        decode=lambda cents: Decimal(cents) / 100,
        ordered=True,
    )


class Order(SyncDocument):
    path: tuple[str, ...] | None = field(
        default=None, encode="/".join, decode=lambda text: tuple(text.split("/"))
    )
    price: Decimal = field(
        default=Decimal(0),
        encode=lambda price: int(price * 100),
        decode=lambda cents: Decimal(cents) / 100,
        ordered=True,
    )
    words: frozenset[str] = field(
        factory=frozenset, encode=lambda words: " ".join(sorted(words)), decode=set
    )
    lines: list[Line] = field(factory=list)


@pytest.mark.parametrize(
    ("build", "mql"),
    [
        (lambda q: q.path == ("a", "b"), {"path": "a/b"}),
        (lambda q: q.path == None, {"path": None}),  # noqa: E711 - builds a filter
        (lambda q: q.path.in_([("a",), None]), {"path": {"$in": ["a", None]}}),
        (lambda q: q.path != ("a",), {"path": {"$ne": "a"}}),
        (lambda q: q.price > Decimal("1.50"), {"price": {"$gt": 150}}),
        (
            lambda q: q.price.between(Decimal(1), Decimal(2)),
            {"price": {"$gte": 100, "$lte": 200}},
        ),
        (lambda q: q.price < param("p"), {"price": {"$lt": 300}}),
        (lambda q: q.lines.cents >= Decimal(1), {"lines.cents": {"$gte": 100}}),
        (
            lambda q: q.lines.any(lambda line: line.cents == Decimal(1)),
            {"lines.cents": 100},
        ),
        (lambda q: q.path.set(("a", "c")), {"$set": {"path": "a/c"}}),
        (lambda q: q.price.max_(Decimal(5)), {"$max": {"price": 500}}),
        (lambda q: q.price == q.price, {"$expr": {"$eq": ["$price", "$price"]}}),
    ],
)
def test_operands_are_encoded(build, mql):
    """Queries and updates use what the field's own function makes."""
    built = build(Order.q)
    if "param" in repr(built):
        built = built.bind(p=Decimal(3))
    found = built.compile()
    assert found == mql or list(found) == ["lines"]


def test_keyword_filters_are_encoded():
    """Look-ups and operator documents are encoded alike."""
    assert Order.find(price__gt=Decimal(1)).compile().filter == {"price": {"$gt": 100}}
    found = Order.find(price={"$gte": Decimal(1)}).compile().filter
    assert found == {"price": {"$gte": 100}}


def test_null_is_not_converted():
    """Where the annotation allows None, the functions aren't called for it."""
    raw = encode_document(Order(path=None))
    assert raw["path"] is None
    assert decode_document(raw, Order).path is None


@pytest.mark.parametrize(
    ("build", "kind", "message"),
    [
        (
            lambda: User.q.loose < {},
            OperandError,
            "User.loose is stored as JSON text and has no order; it takes ==, !=, in_, "
            "not_in, exists and is_null",
        ),
        (
            lambda: User.q.loose.contains("a"),
            OperandError,
            "User.loose is stored as JSON text and has no contains; it takes ==, !=, "
            "in_, not_in, exists and is_null",
        ),
        (
            lambda: User.q.loose.theme,
            UnknownFieldError,
            "User.loose is stored as JSON text and has no field 'theme'",
        ),
        (
            lambda: Order.q.path > ("a",),
            OperandError,
            "Order.path is stored by an encode of its own and has no order; it takes ==,"
            " !=, in_, not_in, exists and is_null; pass ordered=True to field() if what "
            "it stores keeps the order",
        ),
        (
            lambda: Order.q.price.inc(1),
            OperandError,
            "Order.price is stored by an encode of its own and has no inc; it takes ==, "
            "!=, in_, not_in, exists and is_null",
        ),
        (
            lambda: Order.q.path == Order.q.price,
            OperandError,
            "Order.path is stored by an encode of its own and got Order.q.price, which "
            "the server computes; it takes plain values",
        ),
        (
            lambda: Order.q.path == 5,
            OperandError,
            "Order.path is tuple[str, Ellipsis] | None and can't be compared with or set to "
            "5, an int",
        ),
        (
            lambda: field(encode=str, storage=JsonText()),
            DefinitionError,
            "field got a storage beside encode or decode; give one or the other",
        ),
    ],
)
def test_what_makes_no_sense(build, kind, message):
    """The message says how the field is stored, and what it takes."""
    with pytest.raises(kind) as caught:
        build()
    assert str(caught.value) == message


def test_functions_that_fail():
    """What they raise is told with the field's name."""
    with pytest.raises(DecodeError) as caught:
        decode_document({"_id": None, "price": "x"}, Order)
    assert str(caught.value) == (
        "Order doesn't fit its class: price is refused, got 'x', a str: "
        "[<class 'decimal.ConversionSyntax'>]"
    )
