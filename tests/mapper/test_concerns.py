"""Read and write concerns and read preferences: of mappers, classes and queries."""

import pytest
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import Nearest, SecondaryPreferred
from pymongo.write_concern import WriteConcern

from mapper import DatabaseConfig, SyncDocument, connect
from mapper.commands import Command
from mapper.concerns import SILENT, concerns
from mapper.errors import ConfigurationError, DefinitionError
from mapper.flows import asking
from mongo_dsl.errors import ArgumentError


class Sale(SyncDocument):
    sum: int

    class Meta:
        read_concern = "majority"
        write_concern = WriteConcern("majority", j=True)


class Visit(SyncDocument):
    page: str


def collection_of(mapper, name):
    """Return the driver's collection that commands of *name* go to."""
    return mapper._connection.target(name)


def test_values():
    """They are PyMongo's objects, or what MongoDB's manual calls them."""
    assert concerns(read_concern="local").read_concern == ReadConcern("local")
    own = SecondaryPreferred(max_staleness=120)
    assert concerns(read_preference=own).read_preference is own
    assert concerns(read_preference="nearest").read_preference == Nearest()
    for said, meant in [
        ("majority", WriteConcern("majority")),
        (2, WriteConcern(2)),
        ({"w": 1, "j": True}, WriteConcern(1, j=True)),
        (WriteConcern(3), WriteConcern(3)),
    ]:
        assert concerns(write_concern=said).write_concern == meant
    assert concerns() == SILENT
    one, other = concerns(write_concern=1), concerns(write_concern=WriteConcern(1))
    assert (one, hash(one)) == (other, hash(other))
    assert one != concerns(write_concern=2)


REFUSED = [
    (
        {"read_concern": "most"},
        "read_concern is 'most'; it takes a ReadConcern of PyMongo, or one of local,"
        " available, majority, linearizable, snapshot",
    ),
    (
        {"write_concern": {"x": 1}},
        "write_concern is {'x': 1}; it takes a WriteConcern of PyMongo, 'majority', a number"
        " of members or a mapping such as {'w': 1, 'j': True}",
    ),
    (
        {"write_concern": {"w": 0}},
        "write_concern is {'w': 0}, by which nobody knows what was written; w is at least 1",
    ),
    (
        {"read_preference": "secondary_preferred"},
        "read_preference is 'secondary_preferred'; it takes a read preference of PyMongo, or"
        " one of primary, primaryPreferred, secondary, secondaryPreferred, nearest",
    ),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_refuses(given, message):
    """What can't be is an error where it is said."""
    with pytest.raises(ArgumentError) as caught:
        concerns(**given)
    assert str(caught.value) == message
    (name,) = given
    with pytest.raises(ArgumentError):
        getattr(Visit.all(), name)(given[name])
    with pytest.raises(DefinitionError) as caught:
        type("Bad", (SyncDocument,), {"Meta": type("Meta", (), given)})
    assert str(caught.value) == f"Bad.Meta.{message}"
    with pytest.raises(ConfigurationError) as caught:
        DatabaseConfig(mongo_uri="mongodb://a/", **given)
    assert str(caught.value) == message


def test_who_comes_first(mapper):
    """The query's word comes before the class's, and that before the mapper's."""
    cautious = mapper.with_options(read_concern="local", read_preference="nearest")
    assert type(cautious) is type(mapper)
    asked = asking.collection(Sale.all().read_concern("linearizable"))
    found = collection_of(cautious, asked)
    assert found.read_concern == ReadConcern("linearizable")
    assert found.write_concern == WriteConcern("majority", j=True)
    assert found.read_preference == Nearest()
    found = collection_of(cautious, Sale.__collection__)
    assert found.read_concern == ReadConcern("majority")
    assert collection_of(cautious, "visit").read_concern == ReadConcern("local")
    assert collection_of(mapper, "visit").read_concern == ReadConcern()
    assert collection_of(cautious, "").read_preference == Nearest()
    assert collection_of(mapper, "") is mapper.database


def test_collections_are_made_once(mapper):
    """A collection with options of its own is made by the first command."""
    query = Visit.all().read_concern("majority").read_preference("secondaryPreferred")
    first = collection_of(mapper, asking.collection(query))
    assert collection_of(mapper, asking.collection(query)) is first
    assert collection_of(mapper, "visit") is not first


def test_names_are_names():
    """What says how a collection is read is its name for all else."""
    assert Sale.__collection__ == "sale"
    assert hash(Sale.__collection__) == hash("sale")
    assert Command("sale", "find") == Command(Sale.__collection__, "find")

    class Refund(Sale):
        class Meta:
            read_concern = "local"

    assert Refund.__collection__ == "refund"
    assert Refund.__collection__.concerns.read_concern == ReadConcern("local")
    assert Refund.__collection__.concerns.write_concern is not None


def test_subclasses_in_one_collection():
    """Each reads and writes the collection that they share in its own way."""

    class Animal(SyncDocument):
        class Meta:
            discriminator = "kind"
            read_concern = "majority"

    class Dog(Animal):
        class Meta:
            read_concern = "local"

    assert Dog.__collection__ == Animal.__collection__ == "animal"
    assert Dog.__collection__.concerns.read_concern == ReadConcern("local")
    assert Animal.__collection__.concerns.read_concern == ReadConcern("majority")


def test_queries_compare(mapper):
    """What queries ask for counts when they are compared; they stay hashable."""
    one, other = Visit.all().write_concern(1), Visit.all().write_concern(2)
    assert one == Visit.all().write_concern(1)
    assert one != other
    assert len({one, Visit.all().write_concern(1), other}) == 2
    assert one.compile() == other.compile()


async def test_they_are_sent(driver, sent):
    """The server takes them, from every driver, in a transaction too."""

    class Payment(driver.document):
        sum: int

        class Meta:
            read_concern = "majority"
            write_concern = "majority"
            read_preference = "secondaryPreferred"

    with driver.mapper.ambient():
        await driver.done(Payment.create(sum=1))
        query = Payment.filter(sum=1).read_concern("local")
        assert await driver.done(query.count()) == 1
        rows = Payment.pipeline().read_concern("majority").write_concern(1)
        assert len(await driver.done(rows.read_preference("nearest").to_list())) == 1
        block = driver.mapper.transaction(read_concern="snapshot", write_concern=1)
        if hasattr(block, "__aenter__"):
            async with block:
                await Payment.create(sum=2)
                assert await Payment.all().count() == 2
        else:
            with block:
                Payment.create(sum=2)
                assert Payment.all().count() == 2


def test_connections_have_them(mongo_uri):
    """They can be said where the connection is made."""
    with connect(mongo_uri, "x", name="c", write_concern=1) as mapper:
        assert collection_of(mapper, "visit").write_concern == WriteConcern(1)
        with mapper.transaction() as session:
            assert session._transaction.opts.write_concern == WriteConcern(1)
