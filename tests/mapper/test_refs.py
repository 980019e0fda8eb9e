"""References: values that are stored as ids."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest
from bson import ObjectId

from mapper import Ref, SyncDocument, field, reverse
from mapper.collections import validator_of
from mapper.converter import encode_document
from mapper.errors import (
    DanglingRefError,
    DefinitionError,
    NotLoadedError,
    NotSavedError,
    ValidationError,
)
from mapper.hydration import load
from mapper.registry import class_named
from mongo_dsl.errors import OperandError, UnknownFieldError


class Country(SyncDocument):
    id: str
    name: str = ""


class City(SyncDocument):
    name: str
    country: Ref[Country]
    twin: Ref["City"] | None = None
    visited: list[Ref[Country]] = field(factory=list, db_name="v")
    mayor: Ref[Country] | int | None = None


@attrs.define
class Stop:
    """A stop of a journey."""

    city: Ref[City]
    nights: int = 1


class Journey(SyncDocument):
    stops: list[Stop]


CITY_ID = ObjectId()


def stored(cls: Any, **values: Any) -> Any:
    """Return a document as if it had been loaded."""
    return load(cls, {"_id": CITY_ID, **values})


@pytest.fixture
def france() -> Any:
    """Return a stored country."""
    return load(Country, {"_id": "fr", "name": "France"})


def test_made_of_documents_and_ids(france):
    """Documents and ids become references, in lists and embedded documents as well."""
    city = City(name="Paris", country=france, twin=str(CITY_ID), visited=[france, "it"])
    assert city.country == Ref(Country, "fr") == Ref(france)
    assert city.country.document is france
    assert city.twin == Ref(City, CITY_ID)
    assert city.visited == [Ref(Country, "fr"), Ref(Country, "it")]
    city.country = "it"
    assert city.country == Ref(Country, "it")
    assert City(name="x", country="fr", mayor=5).mayor == 5
    journey = Journey(stops=[Stop(CITY_ID), Stop(Ref(City, CITY_ID))])
    assert [stop.city for stop in journey.stops] == [Ref(City, CITY_ID)] * 2


def test_stored_as_ids(france):
    """What is stored is the id alone; items that were appended are stored as well."""
    city = City(name="Paris", country=france)
    city.visited.append(france)
    assert encode_document(city) == {
        "_id": None,
        "name": "Paris",
        "country": "fr",
        "twin": None,
        "v": ["fr"],
        "mayor": None,
    }
    read = stored(City, name="Paris", country="fr", twin=CITY_ID, v=["it"], mayor="fr")
    assert read.country == Ref(france)
    assert not read.country.loaded
    assert read.mayor == Ref(france)
    assert [ref.id for ref in read.visited] == ["it"]
    assert read.twin.model is City


@pytest.mark.parametrize(
    ("build", "mql"),
    [
        (lambda fr: City.q.country == fr, {"country": "fr"}),
        (lambda fr: City.q.country == Ref(fr), {"country": "fr"}),
        (lambda fr: City.q.country == fr.id, {"country": "fr"}),
        (lambda fr: City.q.country != fr, {"country": {"$ne": "fr"}}),
        (lambda fr: City.q.country.in_([fr, "it"]), {"country": {"$in": ["fr", "it"]}}),
        (lambda _: City.q.twin == None, {"twin": None}),  # noqa: E711 - builds a filter
        (lambda _: City.q.twin == str(CITY_ID), {"twin": CITY_ID}),
        (lambda fr: City.q.visited == fr, {"v": "fr"}),
        (lambda fr: City.q.visited.contains(fr), {"v": "fr"}),
        (lambda _: Journey.q.stops.city == CITY_ID, {"stops.city": CITY_ID}),
        (lambda fr: City.q.country.set(fr), {"$set": {"country": "fr"}}),
        (lambda fr: City.q.visited.push(fr), {"$push": {"v": "fr"}}),
        (lambda fr: City.q.visited.pull(fr), {"$pull": {"v": "fr"}}),
        (lambda fr: City.find(country=fr).filters, {"country": "fr"}),
    ],
)
def test_queries(build, mql, france):
    """Comparisons and changes take documents, references and ids."""
    assert build(france).compile() == mql


def test_pipelines_know_that_they_are_ids():
    """In a pipeline, a reference is an id and has no fields."""
    with pytest.raises(UnknownFieldError):
        City.pipeline().project("country.name").compile()


def test_values(france):
    """References are equal, hash, copy and pickle by what they lead to."""
    ref = Ref(Country, "fr")
    assert {ref, Ref(france)} == {ref}
    assert ref != Ref(Country, "it")
    assert ref != "fr"
    assert repr(ref) == "Ref(Country, 'fr')"
    assert pickle.loads(pickle.dumps(ref)) == ref  # noqa: S301 - our own
    loaded = copy.deepcopy(Ref(france))
    assert loaded.document.name == "France"
    assert loaded.document is not france
    new = Country(id="it")
    assert Ref(new).id == "it"


def test_unsaved_documents():
    """A document without an id has no reference that could be stored or compared."""
    city = City(name="Paris", country="fr")
    twin = City(name="Rome", country="it", twin=city)
    assert twin.twin.document is city
    assert twin.twin == twin.twin != Ref(City(name="Rome", country="it"))
    with pytest.raises(ValidationError) as caught:
        encode_document(twin)
    assert str(caught.value) == (
        "City can't be stored: twin refers to an unsaved City; save it first"
    )
    for use in (lambda: City.q.twin == city, lambda: hash(twin.twin), twin.twin.fetch):
        with pytest.raises(NotSavedError) as refused:
            use()
        assert str(refused.value) == (
            "an unsaved City can't be referred to, as it has no id; save it first"
        )
        assert pickle.loads(pickle.dumps(refused.value)).model is City  # noqa: S301


def test_what_is_no_reference(france):
    """Documents of other classes and ids of other types are refused."""
    city = stored(City, name="Paris", country="fr")
    with pytest.raises(ValidationError) as caught:
        City(name="x", country=city)
    assert str(caught.value).startswith("City.country must be Ref[Country], got City(")
    with pytest.raises(ValidationError) as caught:
        City(name="x", country=5)
    assert str(caught.value) == "City.country must be Ref[Country], got 5, an int"
    with pytest.raises(OperandError) as refused:
        _ = City.q.country == Ref(city)
    assert str(refused.value) == (
        "City.country is Ref[Country] and can't be compared with or set to"
        f" Ref(City, {CITY_ID!r}), a Ref"
    )
    with pytest.raises(OperandError) as refused:
        Ref(Country, 5)
    assert str(refused.value) == "Ref(Country, …) got the id 5; it takes str"
    with pytest.raises(UnknownFieldError) as unknown:
        _ = City.q.country.name
    assert str(unknown.value) == (
        "City.country is Ref[Country] and has no field 'name'; it is stored as an id,"
        " join(...) reaches what has it; did you mean 'rename'?"
    )


def test_not_loaded():
    """The error names the include that would have loaded the document."""
    city = stored(City, name="Paris", country="fr")
    with pytest.raises(NotLoadedError) as caught:
        _ = city.country.document
    assert str(caught.value) == (
        "Country 'fr' was not loaded; add include(City.q.country) to the query"
    )
    assert pickle.loads(pickle.dumps(caught.value)).place == "include(City.q.country)"  # noqa: S301
    journey = stored(Journey, stops=[{"city": CITY_ID, "nights": 2}])
    with pytest.raises(NotLoadedError) as caught:
        _ = journey.stops[0].city.document
    assert str(caught.value) == (
        f'City {CITY_ID!r} was not loaded; add include("….city") to the query'
    )


def test_classes_by_name():
    """Names of classes are looked up when they are needed, and errors help."""

    class Lost(SyncDocument):
        where: Ref["Zzyzx"] | None = None  # noqa: F821 - that is tested

    with pytest.raises(DefinitionError) as caught:
        Lost(where=Ref(Country, "fr"))
    assert str(caught.value) == (
        "no document class is called 'Zzyzx'; it must be imported before a Ref to it is"
        " used"
    )
    assert Ref["tests.mapper.test_refs.City"].__args__[0].model is City
    for wrong, told in (
        (5, "Ref got 5; it takes a document class, or the name of one"),
        (None, "Ref got None; it takes a document class, or the name of one"),
    ):
        with pytest.raises(DefinitionError) as refused:
            Ref[wrong]
        assert str(refused.value) == told
    with pytest.raises(DefinitionError) as refused:
        _ = Ref[Stop].__args__[0] and Ref(Stop, 5)
    assert str(refused.value) == (
        "Ref[Stop] refers to no document class; embed it, or make it a Document"
    )


def test_reverse_declarations():
    """A reverse that leads nowhere is refused when it is used, an assignment always."""

    class Land(SyncDocument):
        name: str
        cities = reverse(City, "country")
        towns = reverse(City, "name")

    with pytest.raises(OperandError) as caught:
        Land.find().include("cities")
    assert str(caught.value) == (
        "Land.cities is the reverse of City.country, which doesn't lead to Land"
    )
    with pytest.raises(OperandError) as caught:
        Land.find().include("towns")
    assert str(caught.value) == (
        "City.name is str and refers to no document; relations are fields of Ref, and what"
        " reverse() declares"
    )
    with pytest.raises(AttributeError) as read_only:
        Land(name="x").cities = []
    assert str(read_only.value) == (
        "Land.cities can't be assigned, it is read from City.country; set that"
    )
    with pytest.raises(DefinitionError) as refused:
        reverse(5, "x")
    assert str(refused.value) == (
        "reverse got 5 and 'x'; it takes a document class, or the name of one, and the name"
        " of its field"
    )


def test_includes_that_cannot_be():
    """What include can't honour is refused when it is asked for."""
    for wrong, told in (
        ((), "include got no relations; it takes fields of Ref, such as Book.q.author"),
        (
            (City.q.name,),
            "City.name is str and refers to no document; relations are fields of Ref, and"
            " what reverse() declares",
        ),
        (
            (Journey.q.stops,),
            "a query of City got the relation Journey.q.stops; it takes fields of Ref, what"
            " reverse() declares, or the names of either",
        ),
        (
            (5,),
            "a query of City got the relation 5; it takes fields of Ref, what reverse()"
            " declares, or the names of either",
        ),
    ):
        with pytest.raises(OperandError) as caught:
            City.find().include(*wrong)
        assert str(caught.value) == told
    with pytest.raises(UnknownFieldError):
        City.find().include("country.nme")
    with pytest.raises(OperandError) as caught:
        City.find().include("country", only=[5])
    assert str(caught.value) == (
        "include(only=...) got 5; it takes fields, or their names"
    )


def test_plain_data(france):
    """In dictionaries, in JSON and in their schemas, references are ids."""
    city = City(name="Paris", country=france, twin=CITY_ID, visited=["it"], mayor=5)
    plain = {"id": None, "name": "Paris", "country": "fr", "twin": CITY_ID}
    plain |= {"visited": ["it"], "mayor": 5}
    assert city.to_dict() == plain
    assert City.from_dict(plain) == city
    assert f'"twin": "{CITY_ID}"' in city.to_json()
    assert City.from_json(city.to_json()).twin == Ref(City, CITY_ID)
    properties = City.json_schema()["$defs"]["City"]["properties"]
    assert properties["country"] == {"type": "string"}
    assert properties["visited"] == {"type": "array", "items": {"type": "string"}}
    stored_as = validator_of(City)["properties"]
    assert stored_as["country"] == {"bsonType": "string"}
    assert stored_as["twin"] == {"bsonType": ["objectId", "null"]}
    wrong = City.__new__(City)
    for name, value in {**plain, "country": 5}.items():
        object.__setattr__(wrong, name, value)
    with pytest.raises(ValidationError):
        wrong.to_dict()


class TestFetching:
    """One reference is one command."""

    async def test_fetch(self, driver, sent):
        """Fetching is a command; what is gone is an error."""

        class Land(driver.document):
            name: str

        class Town(driver.document):
            land: Ref["Land"]

        land = await driver.done(Land.create(name="France"))
        town = await driver.done(Town.create(land=land))
        town = await driver.done(Town.get(town.id))
        sent.clear()
        assert (await driver.done(town.land.fetch())).name == "France"
        assert town.land.loaded
        assert town.land.document.name == "France"
        assert sent == ["find"]
        await driver.done(land.delete())
        with pytest.raises(DanglingRefError) as caught:
            await driver.done(town.land.fetch())
        assert caught.value.document_id == land.id
        assert town.land.dangling


def test_references_to_nothing():
    """A reference names the class that it leads to."""

    class Loose(SyncDocument):
        of: Ref

    with pytest.raises(DefinitionError) as caught:
        Loose(of=1)
    assert str(caught.value) == (
        "Ref is written with the class it refers to: Ref[Author]"
    )


def test_names_in_two_modules_are_unclear():
    """A name that several modules give to a class needs its module."""
    found = []
    for module in ("shop.one", "shop.two"):

        class Namesake(SyncDocument):
            __module__ = module

        found.append(Namesake)
    with pytest.raises(DefinitionError) as caught:
        class_named("Namesake")
    assert str(caught.value) == (
        "document classes called 'Namesake' are in shop.one and shop.two; write the"
        " module, too: shop.one.Namesake"
    )
    assert class_named("shop.two.Namesake") is found[1]
