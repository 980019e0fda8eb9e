"""Fields encrypted by Fernet: keys, rotation, and no secret in any message."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import sys
from typing import Annotated, Any

import attrs
import pytest
from cryptography.fernet import Fernet

from mapper import SyncDocument, encrypted_field, field
from mapper.collections.validators import validator_of
from mapper.converter import decode_document, encode_document
from mapper.encryption import FernetCipher
from mapper.errors import (
    ConfigurationError,
    DecodeError,
    DefinitionError,
    EncryptionError,
    MissingExtraError,
    ValidationError,
)
from mongo_dsl.errors import OperandError


KEYS = [FernetCipher.new_key() for _ in range(3)]
SSN = "078-05-1120"
ring = FernetCipher(KEYS[:2])
old = FernetCipher(KEYS[1])


@attrs.define
class Card:
    number: str = encrypted_field(ring)
    name: str = ""


class Fields:
    name: str = ""
    ssn: str | None = encrypted_field(ring, default=None)
    born: dt.date | None = encrypted_field(ring, default=None)
    pin: int | None = encrypted_field(ring, default=None)
    notes: dict[str, Any] = encrypted_field(ring, factory=dict)
    words: list[Annotated[str, ring]] = field(factory=list)
    by_key: dict[str, Annotated[str, ring]] = field(factory=dict)
    cards: list[Card] = field(factory=list)


class User(Fields, SyncDocument):
    pass


def made(driver):
    """Return the class of users for *driver*."""

    class User(Fields, driver.document):
        pass

    return User


def full(cls):
    """Return a user with a value in every field."""
    return cls(
        name="Ann",
        ssn=SSN,
        born=dt.date(1990, 5, 1),
        pin=7,
        notes={"at": dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc), "n": [1, None]},
        words=["a", "b", "c"],
        by_key={"x": "1"},
        cards=[Card("4111", "old"), Card("4222")],
    )


async def test_documents_come_back(driver):
    """Tokens are stored as text, null stays null, and values are read as they were."""
    cls = made(driver)
    user = full(cls)
    await driver.done(user.insert())
    await driver.done(cls(name="Bob").insert())
    row, empty = driver.mongo[cls.__collection__].find()
    sealed = [row["ssn"], row["born"], row["pin"], row["notes"], *row["words"]]
    sealed += [row["by_key"]["x"], row["cards"][0]["number"]]
    assert all(isinstance(one, str) and one.startswith("gAAAA") for one in sealed)
    assert (row["cards"][0]["name"], empty["ssn"]) == ("old", None)
    assert await driver.done(cls.find(name="Ann").first()) == user
    found = await driver.done(cls.find(cls.q.ssn.is_null()).to_list())
    assert [one.name for one in found] == ["Bob"]


def test_text_is_encrypted_as_any_program_does():
    """Tokens of text are those of Fernet itself, and the other way round."""
    raw = encode_document(User(ssn=SSN))
    assert Fernet(KEYS[0]).decrypt(raw["ssn"]) == SSN.encode()
    token = Fernet(KEYS[1]).encrypt(b"theirs").decode()
    assert decode_document({**raw, "ssn": token}, User).ssn == "theirs"


async def test_saving_what_has_not_changed_sends_nothing(driver):
    """A token differs every time; the plain value decides."""
    cls = made(driver)
    user = full(cls)
    await driver.done(user.insert())
    collection = driver.mongo[cls.__collection__]
    (before,) = collection.find()
    for document in (user, await driver.done(cls.find().first())):
        await driver.done(document.save())
        document.name += "!"
        await driver.done(document.save())
        assert list(collection.find()) == [{**before, "name": document.name}]
    found = await driver.done(cls.find().first())
    found.cards[1].name = "new"
    found.words.remove("a")
    found.ssn = "9"
    await driver.done(found.save())
    (after,) = collection.find()
    assert after["words"] == before["words"][1:]
    assert after["cards"][0] == before["cards"][0]
    assert after["cards"][1] == {**before["cards"][1], "name": "new"}
    assert Fernet(KEYS[0]).decrypt(after["ssn"]) == b"9"
    assert await driver.done(cls.find().first()) == found


async def test_rotation(driver):
    """What older keys encrypted is encrypted anew, wherever it stands, and only that."""
    cls = made(driver)
    collection = driver.mongo[cls.__collection__]
    users = [full(cls) for _ in range(5)]
    await driver.done(cls.insert_many(users))
    rotating = FernetCipher([KEYS[2], *KEYS[:2]])
    rows = list(collection.find())
    count = await driver.done(driver.mapper.rotate_keys(cls, rotating, batch_size=2))
    assert count == 5 * 10
    newest = FernetCipher(KEYS[2])
    for row, user in zip(collection.find(), users, strict=True):
        assert newest.unseal(row["words"][2], str) == "c"
        assert newest.unseal(row["by_key"]["x"], str) == "1"
        assert newest.unseal(row["cards"][1]["number"], str) == "4222"
        assert newest.unseal(row["born"], dt.date) == dt.datetime(
            1990, 5, 1, tzinfo=dt.timezone.utc
        )
        assert row["name"] == "Ann"
        assert row["_id"] == user.id
    assert await driver.done(driver.mapper.rotate_keys(cls, rotating)) == 0
    assert len(rows) == 5


async def test_rotation_loses_no_write(driver):
    """A value that somebody changed in between stays as it is."""
    cls = made(driver)
    user = cls(ssn="1")
    await driver.done(user.insert())

    class Interrupted(FernetCipher):
        def rotated(self, token):
            changed = Fernet(KEYS[0]).encrypt(b"2").decode()
            driver.mongo[cls.__collection__].update_one({}, {"$set": {"ssn": changed}})
            return super().rotated(token)

    rotating = Interrupted([KEYS[2], KEYS[0]])
    # The notes, which nobody changed, are all that is replaced.
    assert await driver.done(driver.mapper.rotate_keys(cls, rotating)) == 1
    (row,) = driver.mongo[cls.__collection__].find()
    assert ring.unseal(row["ssn"], str) == "2"


async def test_rotation_reaches_what_no_path_does(driver):
    """A dictionary with dots in its keys is replaced as a whole."""
    cls = made(driver)
    await driver.done(cls(by_key={"a.b": "1", "c": "2"}).insert())
    rotating = FernetCipher([KEYS[2], *KEYS[:2]])
    assert await driver.done(driver.mapper.rotate_keys(cls, rotating)) == 2  # and notes
    (row,) = driver.mongo[cls.__collection__].find()
    newest = FernetCipher(KEYS[2])
    assert {k: newest.unseal(v, str) for k, v in row["by_key"].items()} == {
        "a.b": "1",
        "c": "2",
    }


def test_where_keys_come_from(monkeypatch):
    """Keys are asked for when they are first needed, once."""
    token = str(old.seal("x", str))
    named = FernetCipher(env="TEST_KEYS")
    with pytest.raises(EncryptionError) as caught:
        named.unseal(token, str)
    assert str(caught.value) == (
        "the environment variable 'TEST_KEYS' has no keys; set it"
    )
    monkeypatch.setenv("TEST_KEYS", f"{KEYS[0]}, {KEYS[1]}")
    calls = []
    called = FernetCipher(lambda: calls.append(1) or KEYS[1].encode())
    assert calls == []
    for cipher in (named, called, called, FernetCipher(KEYS[1].encode())):
        assert cipher.unseal(token, str) == "x"
    assert calls == [1]


def test_a_missing_key_is_not_the_documents_fault(monkeypatch):
    """The error of the keys passes through encoding and decoding as it is."""
    lacking = FernetCipher(env="NO_SUCH_KEYS")

    class Lost(SyncDocument):
        ssn: str = encrypted_field(lacking)

    for fails in (
        lambda: encode_document(Lost(ssn="1")),
        lambda: decode_document({"_id": None, "ssn": "gAAAA"}, Lost),
    ):
        with pytest.raises(EncryptionError):
            fails()


KEY_MESSAGE = (
    "key {} of FernetCipher is no Fernet key; FernetCipher.new_key() makes one, of 32 "
    "bytes in URL-safe Base64"
)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (FernetCipher, "FernetCipher got no keys; give keys or env"),
        (
            lambda: FernetCipher(KEYS[0], env="X"),
            "FernetCipher got both keys and env; give one",
        ),
        (
            lambda: FernetCipher([]),
            "FernetCipher got no keys; it takes a key or a list of them",
        ),
        (lambda: FernetCipher("sesame"), KEY_MESSAGE.format(1)),
        (lambda: FernetCipher([KEYS[0], 5]), KEY_MESSAGE.format(2)),
        (lambda: FernetCipher("a" * 44), KEY_MESSAGE.format(1)),
    ],
)
def test_what_are_no_keys(make, message):
    """The message never has the key."""
    with pytest.raises(ConfigurationError) as caught:
        make()
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda q: q.ssn == SSN,
            "User.ssn is encrypted by Fernet and can't be compared with a value; its "
            "tokens differ every time, so it takes exists, is_null and None alone; "
            "ClientSideEncryption.deterministic makes values that can be compared",
        ),
        (
            lambda q: q.ssn.matches("0"),
            "User.ssn is encrypted by Fernet and has no matches; its tokens differ "
            "every time, so it takes exists, is_null and None alone; "
            "ClientSideEncryption.deterministic makes values that can be compared",
        ),
        (
            lambda q: q.pin + 1,
            "User.pin is encrypted by Fernet and has no arithmetic; its tokens differ "
            "every time, so it takes exists, is_null and None alone; "
            "ClientSideEncryption.deterministic makes values that can be compared",
        ),
        (
            lambda q: q.words == "a",
            "User.words is encrypted by Fernet and can't be compared with a value; its "
            "tokens differ every time, so it takes exists, is_null and None alone; "
            "ClientSideEncryption.deterministic makes values that can be compared",
        ),
    ],
)
def test_queries_that_make_no_sense(build, message):
    """The message says which encryption can be queried."""
    with pytest.raises(OperandError) as caught:
        build(User.q)
    assert str(caught.value) == message
    assert SSN not in str(caught.value)


def test_completion_offers_what_works():
    """`dir` lists the methods that aren't refused."""
    assert dir(User.q.ssn) == [
        *("bind", "compile", "eq", "exists", "in_", "is_null", "ne", "nin", "not_in"),
        *("prepare", "rename", "same_as", "set", "set_on_insert", "to_json"),
        *("to_shell", "type_", "unset"),
    ]


def refuse(instance, attribute, value):
    """Refuse *value*, and quote it: a validator that isn't careful enough."""
    raise ValueError("it is no number")


class Careless(SyncDocument):
    ssn: str = encrypted_field(ring, validator=refuse)


class Converted(SyncDocument):
    pin: int = encrypted_field(ring, converter=int)


class Fixed(SyncDocument):
    ssn: str = encrypted_field(ring, immutable=True)


def test_errors_hide_values():
    """Validation names types; what converters say, which may quote, is left out."""
    rows = [
        (lambda: User(ssn=780), "User.ssn must be str | None, got an int"),
        (lambda: User(words=[780]), "User.words must be list[str], got a list"),
        (
            lambda: Careless(ssn=SSN),
            "Careless.ssn is invalid, got a str",
        ),
        (lambda: Converted(pin=SSN), "Converted.pin can't be converted, got a str"),
    ]
    for fails, message in rows:
        with pytest.raises(ValidationError) as caught:
            fails()
        assert str(caught.value) == message
        assert SSN not in str(caught.value.__cause__)
    fixed = decode_document({"_id": 1, **encode_document(Fixed(ssn=SSN))}, Fixed)
    object.__setattr__(fixed, "_state", object())
    with pytest.raises(ValidationError) as caught:
        fixed.ssn = "1"
    assert str(caught.value) == "Fixed.ssn is immutable"


def test_what_can_not_be_decrypted():
    """Other keys, other types and plain values are errors that name the field."""
    raw = encode_document(User(ssn=SSN, pin=7))
    other = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    rows = [
        ({"ssn": other}, "ssn can't be decrypted by any of the keys"),
        (
            {"ssn": SSN},
            "ssn is not encrypted, got a str; allow_plain=True reads it",
        ),
        ({"ssn": 5}, "ssn is not encrypted, got an int; allow_plain=True reads it"),
        ({"pin": raw["ssn"]}, "pin can't be decrypted by any of the keys"),
        (
            {"pin": str(ring.seal("x", int))},
            "pin decrypts to something that isn't int | None",
        ),
        (
            {"words": [other]},
            "words.0 can't be decrypted by any of the keys",
        ),
    ]
    for change, message in rows:
        with pytest.raises(DecodeError) as caught:
            decode_document({**raw, **change}, User)
        assert str(caught.value) == f"User doesn't fit its class: {message}"


async def test_a_collection_is_encrypted_step_by_step(driver):
    """With *allow_plain* old documents are read, and encrypted when they are saved."""
    moving = FernetCipher(KEYS[0], allow_plain=True)

    class Person(driver.document):
        ssn: str = encrypted_field(moving)

    driver.mongo[Person.__collection__].insert_one({"ssn": SSN})
    found = await driver.done(Person.find().first())
    assert found.ssn == SSN
    await driver.done(found.save())
    (row,) = driver.mongo[Person.__collection__].find()
    assert moving.unseal(row["ssn"], str) == SSN
    assert repr(moving) == "FernetCipher(..., allow_plain=True)"


def test_no_secret_is_shown():
    """Neither keys nor values are in a repr or a pickle."""
    user = full(User)
    shown = [repr(ring), repr(user), repr(attrs.fields(User)), repr(User.q.ssn)]
    shown += [repr(User.find(User.q.ssn == None)), str(User.q.ssn.set(SSN))]  # noqa: E711 - builds a filter
    for text in shown:
        assert SSN not in text
        assert not any(key in text for key in KEYS)
    assert repr(user) == (
        f"User(id=None, name='Ann', cards={[Card('4111', 'old'), Card('4222')]!r})"
    )
    assert repr(Card("4111")) == "Card(name='')"


def test_pickles_have_no_keys(monkeypatch):
    """A cipher that was given keys isn't pickled; one that knows where they are is."""
    with pytest.raises(TypeError) as caught:
        pickle.dumps(ring)
    assert str(caught.value) == (
        "a FernetCipher that was given its keys can't be pickled; give it env, or a "
        "function that returns them"
    )
    monkeypatch.setenv("TEST_KEYS", KEYS[1])
    token = str(old.seal("x", str))
    named = FernetCipher(env="TEST_KEYS", allow_plain=True)
    assert named.unseal(token, str) == "x"
    again = pickle.loads(pickle.dumps(named))  # noqa: S301
    assert again.unseal(token, str) == "x"
    assert repr(again) == "FernetCipher(env='TEST_KEYS', allow_plain=True)"
    sealed = encode_document(User(ssn=SSN))["ssn"]
    for copied in (copy.deepcopy(sealed), pickle.loads(pickle.dumps(sealed))):  # noqa: S301
        assert (type(copied), copied) == (str, sealed)


def test_a_library_that_is_missing(monkeypatch):
    """The message names the extra."""
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)
    with pytest.raises(MissingExtraError) as caught:
        FernetCipher(KEYS[0]).seal("x", str)
    assert str(caught.value) == (
        "Fernet needs a library that is not installed; run pip install "
        "'mongo-dsl[encryption]'"
    )
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
    assert (again.what, again.extra) == ("Fernet", "encryption")


def test_two_forms_at_once():
    """A field is stored in one form."""
    with pytest.raises(DefinitionError) as caught:
        encrypted_field(ring, encode=str)
    assert str(caught.value) == (
        "field got a storage beside encode or decode; give one or the other"
    )


def test_other_forms_of_documents():
    """Plain data has the values, which the application asks for; a validator the tokens."""
    user = User(ssn=SSN, born=dt.date(1990, 5, 1))
    assert User.from_dict(user.to_dict()) == user
    assert User.from_json(user.to_json()) == user
    assert user.to_dict()["ssn"] == SSN
    properties = validator_of(User)["properties"]
    assert properties["ssn"] == {"bsonType": ["string", "null"]}
    assert properties["notes"] == {"bsonType": ["string"]}
    assert properties["words"] == {
        "bsonType": "array",
        "items": {"bsonType": ["string"]},
    }
