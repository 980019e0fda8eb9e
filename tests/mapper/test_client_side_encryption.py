"""Fields encrypted as MongoDB's clients do it, queried by value, on all three drivers."""

from __future__ import annotations

import datetime as dt
import os
import pickle
from typing import Annotated, Any

import attrs
import pytest
from bson import Binary, Int64
from pymongo import MongoClient

from mapper import SyncDocument, connect, encrypted_field, field
from mapper.converter import decode_document, encode_document
from mapper.encryption import ClientSideEncryption
from mapper.errors import (
    ConfigurationError,
    DecodeError,
    DefinitionError,
    EncryptionError,
    ValidationError,
)
from mongo_dsl import param
from mongo_dsl.errors import OperandError, UnknownFieldError


MASTER = os.urandom(96)
SSN = "078-05-1120"
vault: Any = ClientSideEncryption(
    lambda: {"local": {"key": MASTER}}, key_vault_namespace="csfle_tests.__keyVault"
)


@pytest.fixture(autouse=True)
def key_vault(mongo_uri, monkeypatch):
    """Keep the data keys of a test on the test server."""
    monkeypatch.setenv("MONGO_URI", mongo_uri)
    yield
    vault.close()
    with MongoClient(mongo_uri) as client:
        client.drop_database("csfle_tests")


@attrs.define
class Card:
    number: str = encrypted_field(vault.deterministic("cards"))
    limits: list[int] = encrypted_field(vault.random("cards"), factory=list)


class Fields:
    name: str = ""
    ssn: str | None = encrypted_field(vault.deterministic("ssn"), default=None)
    born: dt.date | None = encrypted_field(vault.deterministic("ssn"), default=None)
    notes: dict[str, Any] = encrypted_field(vault.random("notes"), factory=dict)
    tags: list[Annotated[str, vault.deterministic("tags")]] = field(factory=list)
    card: Card | None = None
    cards: list[Card] = field(factory=list)


class Patient(Fields, SyncDocument):
    """A class that is bound to nothing: encoding needs no connection of its own."""


def made(driver):
    """Return the class of patients for *driver*."""

    class Patient(Fields, driver.document):
        pass

    return Patient


def full(cls):
    """Return a patient with a value in every field."""
    return cls(
        name="Ann",
        ssn=SSN,
        born=dt.date(1990, 5, 1),
        notes={"mood": "good", "at": dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)},
        tags=["a", "b"],
        card=Card("4111", [1, 2]),
        cards=[Card("4222"), Card("4333")],
    )


async def test_documents_come_back(driver):
    """Values of all kinds are stored as encrypted binary data, and read as they were."""
    cls = made(driver)
    patient = full(cls)
    await driver.done(patient.insert())
    (row,) = driver.mongo[cls.__collection__].find()
    assert row["name"] == "Ann"
    sealed = [
        row["ssn"],
        row["born"],
        row["notes"],
        *row["tags"],
        row["card"]["number"],
    ]
    sealed += [row["card"]["limits"], *(card["number"] for card in row["cards"])]
    assert [(type(one), one.subtype) for one in sealed] == [(Binary, 6)] * len(sealed)
    assert await driver.done(cls.find().first()) == patient


async def test_deterministic_fields_are_queried_by_value(driver):
    """Equality works on fields, in embedded classes and lists, and through parameters."""
    cls = made(driver)
    await driver.done(full(cls).insert())
    await driver.done(cls(name="Bob", ssn="1").insert())
    q = cls.q
    for query in (
        cls.find(q.ssn == SSN),
        cls.find(ssn=SSN),
        cls.find(ssn__in=[SSN, "2"]),
        cls.find(ssn={"$eq": SSN}),
        cls.find(q.ssn.in_([SSN, None])),
        cls.find(q.ssn != "1"),
        cls.find(q.ssn.not_in(["1", "2"])),
        cls.find(q.born == dt.date(1990, 5, 1)),
        cls.find(q.card.number == "4111"),
        cls.find(q.cards.number == "4333"),
        cls.find(q.cards.any(lambda card: card.number == "4333")),
        cls.find(q.tags == "b"),
        cls.find(q.tags.all_(["a", "b"])),
        cls.find(q.ssn == param("ssn")).bind(ssn=SSN),
        cls.find(q.born.exists(), q.born != None),  # noqa: E711 - builds a filter
    ):
        found = await driver.done(query.to_list())
        assert [one.name for one in found] == ["Ann"], query


async def test_updates_encrypt(driver):
    """What an update sets or pushes is encrypted, too."""
    cls = made(driver)
    await driver.done(full(cls).insert())
    query = cls.find(cls.q.ssn == SSN)
    await driver.done(query.update(cls.q.tags.push("c") & cls.q.ssn.set("9")))
    found = await driver.done(cls.find(ssn="9").first())
    assert (found.ssn, found.tags) == ("9", ["a", "b", "c"])


async def test_saving_what_has_not_changed_sends_nothing(driver):
    """A random ciphertext differs every time; the plain value decides."""
    cls = made(driver)
    await driver.done(full(cls).insert())
    (before,) = driver.mongo[cls.__collection__].find()
    found = await driver.done(cls.find().first())
    await driver.done(found.save())
    found.name = "Eve"
    await driver.done(found.save())
    (after,) = driver.mongo[cls.__collection__].find()
    assert after == {**before, "name": "Eve"}
    found.notes["mood"] = "bad"
    await driver.done(found.save())
    assert (await driver.done(cls.find().first())).notes["mood"] == "bad"


def test_a_data_key_is_made_once(mongo_uri):
    """A second vault finds the key by its name; both understand each other."""
    first = ClientSideEncryption({"local": {"key": MASTER}}, mongo_uri=mongo_uri)
    second = ClientSideEncryption({"local": {"key": MASTER}}, mongo_uri=mongo_uri)
    first.load("shared")
    second.load("shared", "other")
    assert first.key_id("shared") == second.key_id("shared") != second.key_id("other")
    sealed = first.encrypt("x", "shared", deterministic=True)
    assert second.decrypt(sealed) == "x"
    assert second.encrypt("x", "shared", deterministic=True) == sealed
    for one in (first, second):
        one.close()
    with MongoClient(mongo_uri) as client:
        keys = client["encryption"]["__keyVault"].find()
        assert sorted(key["keyAltNames"][0] for key in keys) == ["other", "shared"]
        client.drop_database("encryption")


def test_a_key_made_by_another_process_meanwhile_is_found(mongo_uri, monkeypatch):
    """The unique index refuses the second key of one name, and the first is used."""
    vault.load("raced")
    other = ClientSideEncryption(
        {"local": {"key": MASTER}},
        mongo_uri=mongo_uri,
        key_vault_namespace="csfle_tests.__keyVault",
    )
    found, answers = other._found, [None]
    monkeypatch.setattr(
        other, "_found", lambda key: answers.pop() if answers else found(key)
    )
    assert other.key_id("raced") == vault.key_id("raced")
    other.close()


def test_clients_that_decrypt_by_themselves(mongo_uri, mongo_database_name):
    """Raw rows are plain then, and saving still sees no change."""
    own = ClientSideEncryption(
        {"local": {"key": MASTER}},
        mongo_uri=mongo_uri,
        key_vault_namespace="csfle_tests.__keyVault",
        allow_plain=True,
    )

    class Person(SyncDocument):
        name: str
        ssn: str = encrypted_field(own.deterministic("ssn"))
        note: str = encrypted_field(own.random("ssn"))

    options = {"auto_encryption_opts": own.auto_decryption()}
    with connect(mongo_uri, mongo_database_name, **options) as mapper, mapper.ambient():
        Person(name="Ann", ssn=SSN, note="x").insert()
        (row,) = Person.find().raw().to_list()
        assert (row["ssn"], row["note"]) == (SSN, "x")
        found = Person.find(ssn=SSN).one()
        assert (found.ssn, found.note) == (SSN, "x")
        found.name = "Eve"
        found.save()
        stored = mapper.database.client  # the other fields stay as they were
        assert stored[mongo_database_name][Person.__collection__].count_documents(
            {"name": "Eve"}
        )
    own.close()


REFUSED = [
    (
        lambda q: q.ssn < "1",
        "Patient.ssn is encrypted deterministically and has no order; it takes ==, !=, "
        "in_, not_in, exists and is_null",
    ),
    (
        lambda q: q.ssn.startswith("1"),
        "Patient.ssn is encrypted deterministically and has no startswith; it takes ==, "
        "!=, in_, not_in, exists and is_null",
    ),
    (
        lambda q: q.ssn.asc(),
        "Patient.ssn is encrypted deterministically and has no asc; it takes ==, !=, "
        "in_, not_in, exists and is_null",
    ),
    (
        lambda q: q.notes == {},
        "Patient.notes is encrypted at random and can't be compared with a value; it "
        "takes exists, is_null and comparisons with None",
    ),
    (
        lambda q: q.ssn == 5,
        "Patient.ssn is str | None and can't be compared with or set to an int",
    ),
    (
        lambda q: q.ssn == q.name,
        "Patient.ssn is encrypted deterministically and got Patient.q.name, which the "
        "server computes; it takes plain values",
    ),
    (
        lambda q: q.card.number > "4",
        "Patient.card.number is encrypted deterministically and has no order; it takes "
        "==, !=, in_, not_in, exists and is_null",
    ),
    (
        lambda q: q.tags > "4",
        "Patient.tags is encrypted deterministically and has no order; it takes ==, !=, "
        "in_, not_in, exists and is_null",
    ),
]


@pytest.mark.parametrize(("build", "message"), REFUSED)
def test_queries_that_make_no_sense(build, message):
    """The message says what the field takes."""
    with pytest.raises(OperandError) as caught:
        build(Patient.q)
    assert str(caught.value) == message


def test_keyword_operators_that_make_no_sense():
    """An operator document is refused as the method is."""
    with pytest.raises(OperandError) as caught:
        Patient.find(ssn={"$gt": "1"})
    assert str(caught.value) == (
        "Patient.ssn is encrypted deterministically and has no $gt; it takes ==, !=, in_,"
        " not_in, exists and is_null"
    )


def test_nothing_is_nested_in_what_is_encrypted():
    """The server sees binary data."""
    with pytest.raises(UnknownFieldError) as caught:
        _ = Patient.q.notes.mood
    assert str(caught.value) == (
        "Patient.notes is encrypted at random and has no field 'mood'"
    )


def test_what_can_not_be_deterministic():
    """The class says so before anything is stored."""

    class Wrong(SyncDocument):
        rate: float = encrypted_field(vault.deterministic("x"))

    with pytest.raises(DefinitionError) as caught:
        encode_document(Wrong(rate=1.0))
    assert str(caught.value) == (
        "Wrong.rate can't be stored: float can't be encrypted deterministically, as bool,"
        " float, Decimal, arrays and documents can't; use random(...); annotate another"
        " type, or give the field encode and decode"
    )


def test_what_the_annotation_does_not_allow():
    """Errors name the type of a value, and never the value."""
    with pytest.raises(ValidationError) as caught:
        Patient(ssn=780)
    assert str(caught.value) == "Patient.ssn must be str | None, got an int"
    with pytest.raises(ValidationError) as caught:
        Patient(tags=[780])
    assert str(caught.value) == "Patient.tags must be list[str], got a list"
    patient = Patient()
    object.__setattr__(patient, "notes", 780)
    with pytest.raises(ValidationError) as caught:
        encode_document(patient)
    assert str(caught.value) == (
        "Patient can't be stored: notes must be dict[str, Any], got an int"
    )


def test_what_can_not_be_decrypted():
    """Other keys, damage and plain values are errors that name the field."""
    raw = encode_document(full(Patient))
    damaged = Binary(bytes(raw["ssn"])[:-1] + b"\0", 6)
    with pytest.raises(DecodeError) as caught:
        decode_document({**raw, "ssn": damaged}, Patient)
    assert str(caught.value) == (
        "Patient doesn't fit its class: ssn can't be decrypted by any of the keys"
    )
    with pytest.raises(DecodeError) as caught:
        decode_document({**raw, "ssn": SSN}, Patient)
    assert str(caught.value) == (
        "Patient doesn't fit its class: ssn is not encrypted, got a str; "
        "allow_plain=True reads it"
    )
    number = vault.encrypt(Int64(7), "ssn", deterministic=True)
    with pytest.raises(DecodeError) as caught:
        decode_document({**raw, "ssn": Binary(bytes(number), 6)}, Patient)
    assert str(caught.value) == (
        "Patient doesn't fit its class: ssn decrypts to something that isn't str | None"
    )
    assert "7" not in repr(caught.value.__context__)


def test_the_way_to_the_keys_fails():
    """What the vault needs and lacks isn't blamed on the document."""
    lost = ClientSideEncryption(
        {"local": {"key": MASTER}},
        mongo_uri="mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=1",
    )
    with pytest.raises(EncryptionError) as caught:
        lost.load("x")
    assert str(caught.value).startswith(
        "the data keys can't be used: ServerSelectionTimeoutError: 127.0.0.1:9"
    )
    lost.close()


def test_an_unnamed_deployment(monkeypatch):
    """The message says where the URI comes from."""
    monkeypatch.delenv("MONGO_URI")
    nowhere = ClientSideEncryption({"local": {"key": MASTER}})
    with pytest.raises(EncryptionError) as caught:
        nowhere.load("x")
    assert str(caught.value) == (
        "ClientSideEncryption has no mongo_uri; pass one, or set MONGO_URI"
    )


def test_what_it_is_given_is_checked(mongo_uri):
    """A namespace has two parts, and of several services one makes the keys."""
    with pytest.raises(ConfigurationError) as caught:
        ClientSideEncryption({}, key_vault_namespace="keys")
    assert str(caught.value) == (
        "key_vault_namespace is 'keys'; it is a database and a collection, such as "
        "encryption.__keyVault"
    )
    local = {"key": MASTER}
    several = ClientSideEncryption(
        {"local": local, "local:other": local}, mongo_uri=mongo_uri
    )
    with pytest.raises(ConfigurationError) as caught:
        several.load("y")
    assert str(caught.value) == (
        "ClientSideEncryption has several kms_providers, local, local:other; say which "
        "makes data keys: provider=..."
    )
    several.close()


def test_no_secret_is_shown():
    """Neither values nor keys are in a repr, a shell command, or a pickle."""
    query = Patient.find(Patient.q.ssn == SSN)
    shown = [query.filters.to_shell(), repr(query), repr(Patient.q.ssn == SSN)]
    shown += [repr(full(Patient)), repr(Patient.q.ssn), repr(vault), repr(Patient)]
    shown += [repr(vault.deterministic("ssn")), repr(attrs.fields(Patient))]
    for text in shown:
        assert SSN not in text
        assert repr(MASTER)[2:20] not in text
    for one in (vault, vault.random("x")):
        with pytest.raises(TypeError) as caught:
            pickle.dumps(one)
        assert str(caught.value) == (
            "a ClientSideEncryption can't be pickled, for it holds master keys; make one "
            "in each process"
        )
    raw = pickle.loads(pickle.dumps(encode_document(full(Patient))))  # noqa: S301
    assert type(raw["ssn"]) is Binary
    assert decode_document(raw, Patient) == full(Patient)
