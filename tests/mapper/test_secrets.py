"""No message, `repr` or query shows or compares what is encrypted, however deep it lies."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Annotated, TypedDict

import attrs
import pytest

from mapper import Index, SyncDocument, encrypted_field, field
from mapper.encryption import FernetCipher
from mapper.errors import DecodeError, DefinitionError, ValidationError
from mongo_dsl import param
from mongo_dsl.errors import OperandError


SSN = "078-05-1120"
cipher = FernetCipher(FernetCipher.new_key(), allow_plain=True)


def digits(_, __, value):
    """Refuse what isn't digits, and quote it."""
    if not value.isdigit():
        msg = f"{value!r} is no number"
        raise ValueError(msg)


@attrs.define
class Card:
    number: str = encrypted_field(cipher, validator=digits)
    holder: str = ""


@attrs.define
class Open:
    number: Annotated[str, cipher] = ""


@dataclass
class Data:
    number: Annotated[str, cipher] = ""


class Row(TypedDict):
    number: Annotated[str, cipher]


class User(SyncDocument):
    name: str
    age: int = 0
    ssn: str | None = encrypted_field(cipher, default=None)
    card: Card | None = None
    cards: list[Card] = field(factory=list)
    words: list[Annotated[str, cipher]] = field(factory=list)
    by_key: dict[str, Card] = field(factory=dict)


class Owner(SyncDocument):
    card: Card | None = None
    opened: Open | None = None
    data: Data | None = None
    row: dict[str, Open] = field(factory=dict)


SECRET = {"number": SSN}
BUILT = [
    ({"card": SECRET}, "User.card must be Card | None, got a dict"),
    ({"cards": [SECRET]}, "User.cards must be list[Card], got a list"),
]
READ = [
    ({"ssn": 780}, "ssn must be str | None, got an int"),
    ({"card": SSN}, "card must be Card, got a str"),
    ({"card": SECRET}, "card is refused"),
    ({"card": {"number": 7}}, "card.number must be str, got an int"),
    ({"cards": SECRET}, "cards must be list[Card], got a dict"),
    ({"words": [7]}, "words.0 must be str, got an int"),
    ({"by_key": [SSN]}, "by_key must be dict[str, Card], got a list"),
    ({"age": "x"}, "age must be int, got 'x', a str"),
]
LOADED = [
    ({"card": SSN}, "card must be Card, got a str"),
    ({"card": SECRET}, "card is refused"),
    ({"cards": SECRET}, "cards must be list[Card], got a dict"),
    ({"by_key": [SSN]}, "by_key must be dict[str, Card], got a list"),
    ({"age": "x"}, "age must be int, got 'x', a str"),
]


def told(error):
    """Return the message of *error*, which with all it comes from has no secret."""
    shown = "".join(traceback.format_exception_only(error))
    reached = error
    while reached is not None:
        shown += f"{reached!r} {vars(reached)}"
        reached = reached.__cause__ or reached.__context__
    assert SSN not in shown
    return str(error)


@pytest.mark.parametrize(("values", "message"), BUILT)
def test_validation(values, message):
    """A class with a secret field isn't written, nor what stands in its place."""
    with pytest.raises(ValidationError) as caught:
        User(name="Ann", **values)
    assert told(caught.value) == message


@pytest.mark.parametrize(("values", "message"), READ)
def test_reading_dictionaries(values, message):
    """Neither values nor what validators say of them are in the errors of `from_dict`."""
    with pytest.raises(ValidationError) as caught:
        User.from_dict({"name": "Ann", **values})
    assert told(caught.value) == f"User can't be read: {message}"


@pytest.mark.parametrize(("values", "message"), LOADED)
def test_loading(mapper, values, message):
    """Nor are they in the errors of loading, where plain values may be stored."""
    stored = mapper.database.user.insert_one({"name": "Ann", **values})
    with mapper.ambient(), pytest.raises(DecodeError) as caught:
        User.all().first()
    assert told(caught.value) == (
        f"User {stored.inserted_id!r} doesn't fit its class: {message}"
    )


def test_building_queries():
    """Nor are they in the errors of queries and updates."""
    with pytest.raises(ValidationError) as caught:
        User.q.card.set({"number": 7, "holder": SSN})
    assert told(caught.value) == "Card can't be stored: it must be Card, got a dict"
    with pytest.raises(OperandError) as refused:
        User.q.card.set([SSN])
    message = "User.card is Card | None and can't be compared with or set to a list"
    assert told(refused.value) == message


def test_repr():
    """A `repr` hides fields whose class would show a secret itself."""
    made = Owner(card=Card("7", "Ann"), opened=Open(SSN), data=Data(SSN))
    made.row["a"] = Open(SSN)
    assert repr(made) == "Owner(id=None, card=Card(holder='Ann'))"


ADVICE = (
    "is encrypted by Fernet and can't be compared with a value; its tokens differ every time, "
    "so it takes exists, is_null and None alone; ClientSideEncryption.deterministic makes "
    "values that can be compared"
)


@pytest.mark.parametrize(
    ("build", "subject"),
    [
        (lambda: User.q.words.contains("a"), "User.words"),
        (lambda: User.q.words == ["a"], "User.words, in part,"),
        (lambda: User.q.words.all_(["a"]), "User.words"),
        (lambda: User.q.words.pull("a"), "User.words"),
        (lambda: User.q.words.pull_all(["a"]), "User.words"),
        (lambda: User.q.words.pull(param("word")).bind(word="a"), "User.words"),
        (lambda: User.q.words.add_to_set("a"), "User.words"),
        (lambda: User.q.words.add_to_set("a", "b"), "User.words"),
        (lambda: User.q.card == Card("1"), "User.card, in part,"),
        (lambda: User.q.cards.contains(Card("1")), "User.cards, in part,"),
    ],
)
def test_what_never_matches_is_refused(build, subject):
    """Two encryptions of one value differ, also within classes and arrays."""
    with pytest.raises(OperandError) as caught:
        build()
    assert str(caught.value) == f"{subject} {ADVICE}"


def test_what_needs_no_comparison_goes_on():
    """Items are pushed and set, and None is found."""
    assert list(User.q.words.push("a", "b").compile()) == ["$push"]
    assert list(User.q.card.set(Card("1")).compile()) == ["$set"]
    assert (User.q.card == None).compile() == {"card": None}  # noqa: E711
    assert (User.q.cards.holder == "a").compile() == {"cards.holder": "a"}


@pytest.mark.parametrize(
    "sort", ["ssn", "-ssn", User.q.ssn, ("ssn", -1), {"ssn": 1}, [("ssn", 1)], "words"]
)
def test_no_sort_by_what_has_no_order(sort):
    """However the order is written, it is refused before pages come in an odd one."""
    with pytest.raises(OperandError) as caught:
        User.all().sort(sort)
    name = "User.words" if repr(sort) == "'words'" else "User.ssn"
    message = ADVICE.replace("can't be compared with a value", "has no order")
    assert str(caught.value) == f"{name} {message}"


def test_indexes_that_guard_nothing_are_refused():
    """Equal values have different tokens, which a unique index would all let pass."""
    end = ADVICE.partition("; ")[2]
    told = "is encrypted by Fernet and can't be"
    why = f"unique, for equal values are never stored alike; {end}"
    with pytest.raises(DefinitionError) as caught:

        class Guarded(SyncDocument):
            ssn: str = encrypted_field(cipher, unique=True)

    assert str(caught.value) == f"Guarded.ssn {told} {why}"
    with pytest.raises(DefinitionError) as caught:
        Index("words", unique=True).specification(User)
    assert str(caught.value) == f"User.words {told} {why}"
    with pytest.raises(DefinitionError) as caught:
        Index(("ssn", "text")).specification(User)
    assert str(caught.value) == (
        "User.ssn is encrypted by Fernet and can't have an index of the kind 'text', which "
        "looks into values"
    )
    assert Index("ssn", sparse=True).specification(User)["key"] == {"ssn": 1}
