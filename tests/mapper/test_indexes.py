"""Indexes as classes declare them, and what a field may say of itself."""

import datetime as dt

import attrs
import pytest

from mapper import Index, SearchIndex, SyncDocument, VectorIndex, field
from mapper.errors import DefinitionError
from mapper.indexes import declared_indexes
from mongo_dsl import F
from mongo_dsl.errors import UnknownFieldError


class Shop(SyncDocument):
    name: str = field(index=True)
    code: str = field(unique=True, db_name="c")
    place: list[float] = field(index="2dsphere")
    rank: int = field(index=-1)
    notes: dict[str, str] = field(factory=dict)

    class Meta:
        indexes = (
            Index("name", "-code", name="both", sparse=True, hidden=True),
            Index(("name", "text"), weights={"name": 5}, default_language="none"),
            Index("rank", name="old", expire_after=60, partial=F.rank > 5),
            Index("rank", collation={"locale": "en"}),
            Index(("notes.$**", 1)),
        )


COMPILED = [
    ([("name", 1)], {}),
    ([("c", 1)], {"unique": True}),
    ([("place", "2dsphere")], {}),
    ([("rank", -1)], {}),
    ([("name", 1), ("c", -1)], {"name": "both", "sparse": True, "hidden": True}),
    ([("name", "text")], {"weights": {"name": 5}, "default_language": "none"}),
    (
        [("rank", 1)],
        {
            "name": "old",
            "expireAfterSeconds": 60,
            "partialFilterExpression": {"rank": {"$gt": 5}},
        },
    ),
    ([("rank", 1)], {"collation": {"locale": "en"}}),
    ([("notes.$**", 1)], {}),
]


def test_declared_indexes():
    """Fields and Meta declare indexes; names become stored names."""
    assert [index.compile(Shop) for index in declared_indexes(Shop)] == COMPILED


def test_keys_may_be_fields():
    """A key is a name, a pair, or a field of the class."""
    assert Index(Shop.q.code, (Shop.q.rank, -1)).compile(Shop)[0] == [
        ("c", 1),
        ("rank", -1),
    ]


REFUSED = [
    (lambda: Index(), "Index got no keys; it takes at least one field"),
    (lambda: Index(5), "Index got the key 5; it takes a field's name, or (name, kind)"),
    (
        lambda: Index(("a", "3d")),
        "Index got the kind '3d' for 'a'; the kinds are: 1, -1, '2d', '2dsphere', "
        "'hashed', 'text'",
    ),
    (
        lambda: field(db_name="a.b"),
        "field got the db_name 'a.b'; it is not empty, has no dot and doesn't begin with '$'",
    ),
]


@pytest.mark.parametrize(
    ("build", "message"), REFUSED, ids=[m[:40] for _, m in REFUSED]
)
def test_refuses(build, message):
    """What can't be an index, or a field, is an error where it is written."""
    with pytest.raises(DefinitionError) as caught:
        build()
    assert str(caught.value) == message


def test_unknown_keys():
    """An index over a field that doesn't exist is refused before the server sees it."""
    with pytest.raises(UnknownFieldError, match="Shop has no field 'nme'"):
        Index("nme").compile(Shop)


TAKEN = (
    "$all, $and, $comment, $eq, $exists, $geoIntersects, $geoWithin, $gt, $gte, $in, $lt, "
    "$lte, $or, $type"
)
RULES = [
    (
        lambda: Index("a", "-a"),
        "Index got the key 'a' twice; it takes each field once",
    ),
    (
        lambda: Index("id"),
        "Index('id') is over the id alone; the server keeps an index on _id by itself",
    ),
    (
        lambda: Index(("a", "2dsphere"), ("b", "text")),
        "Index(('a', '2dsphere'), ('b', 'text')) mixes keys of the kinds '2dsphere' and "
        "'text'; an index has one of them",
    ),
    (
        lambda: Index(("a", "hashed"), ("b", "hashed")),
        "Index(('a', 'hashed'), ('b', 'hashed')) has several 'hashed' keys; an index has one",
    ),
    (
        lambda: Index("-b", ("a", "2d")),
        "Index('-b', ('a', '2d')) has its '2d' key behind others; it must be the first",
    ),
    (
        lambda: Index(("a", "text"), "b", ("c", "text")),
        "Index(('a', 'text'), 'b', ('c', 'text')) has other keys between its text keys; "
        "text keys must be side by side",
    ),
    (
        lambda: Index(("a", "text"), weights={"b": 2}),
        "Index(('a', 'text')) has a weight for 'b', which is none of its text keys",
    ),
    (
        lambda: Index(("a", "text"), weights={"a": 0}),
        "Index(('a', 'text')) has the weight 0 for 'a'; weights go from 1 to 99,999",
    ),
    (
        lambda: Index("a", language_override="l"),
        "Index('a') has language_override, which only indexes with a 'text' key have",
    ),
    (
        lambda: Index(("a", "2dsphere"), bits=5),
        "Index(('a', '2dsphere')) has bits, which only indexes with a '2d' key have",
    ),
    (
        lambda: Index(("a", "2d"), min=200),
        "Index(('a', '2d')) reaches from min=200 to max=180; max must be greater",
    ),
    (
        lambda: Index(("a", "2d"), bits=33),
        "Index(('a', '2d')) has bits=33; bits go from 1 to 32",
    ),
    (
        lambda: Index("$**", "a.$**"),
        "Index('$**', 'a.$**') has several wildcards; an index has one",
    ),
    (
        lambda: Index("$**", unique=True),
        "Index('$**') has a wildcard and can't be unique",
    ),
    (
        lambda: Index(("a.$**", "text")),
        "Index(('a.$**', 'text')) has the wildcard 'a.$**' as 'text'; wildcards are 1, or "
        "'$**' text",
    ),
    (
        lambda: Index("a.$**", wildcard_projection={"a": 1}),
        "Index('a.$**') has wildcard_projection, which only indexes over '$**' have",
    ),
    (
        lambda: Index("$**", wildcard_projection={"a": 5}),
        "Index('$**') has wildcard_projection 5 for 'a'; it takes True or False",
    ),
    (
        lambda: Index("$**", wildcard_projection={"a": True, "b": False}),
        "Index('$**') has fields in and out in wildcard_projection; only the id may differ",
    ),
    (
        lambda: Index(("a", "hashed"), unique=True),
        "Index(('a', 'hashed')) is hashed and can't be unique; make another index unique",
    ),
    (
        lambda: Index("a", sparse=True, partial=F.a > 5),
        "Index('a') is sparse and partial; say in the partial filter what sparse means",
    ),
    (
        lambda: Index("a", "b", expire_after=5),
        "Index('a', 'b') expires documents; only indexes of one key, 1 or -1, can",
    ),
    (
        lambda: Index("a", expire_after=5.5),
        "Index('a') has expire_after=5.5; it takes whole seconds, up to 2147483647",
    ),
    (
        lambda: Index("a", expire_after=True),
        "Index('a') has expire_after=True; it takes whole seconds, up to 2147483647",
    ),
    (
        lambda: Index("a", expire_after=dt.timedelta(seconds=-1)),
        "Index('a') has expire_after=-1; it takes whole seconds, up to 2147483647",
    ),
    (
        lambda: Index("a", partial={"a": 5}),
        "Index('a') has partial={'a': 5}; it takes a filter, such as User.q.age > 18",
    ),
    (
        lambda: Index("a", partial=(F.a > 1) | (F.b != 5)),
        f"Index('a') has $ne in its partial filter; servers take only {TAKEN}",
    ),
    (
        lambda: Index("a", partial=F.a.exists(False)),
        f"Index('a') has $exists: false in its partial filter; servers take only {TAKEN}",
    ),
    (
        lambda: Index("a", collation={"strength": 2}),
        "Index('a') has the collation {'strength': 2}; it takes a document with a locale",
    ),
    (
        lambda: Index("a", collation={"locale": "fr", "strenght": 2}),
        "Index('a') has 'strenght' in its collation; did you mean 'strength'?; it takes "
        "locale, caseLevel, caseFirst, strength, numericOrdering, alternate, maxVariable, "
        "normalization, backwards",
    ),
    (
        lambda: Index(("a", "2d"), collation={"locale": "fr"}),
        "Index(('a', '2d')) has a collation; indexes with a '2d' key can't have one",
    ),
]


@pytest.mark.parametrize(("build", "message"), RULES, ids=[m[:60] for _, m in RULES])
def test_rules(build, message):
    """What the server would refuse, or never use, is refused where it is written."""
    with pytest.raises(DefinitionError) as caught:
        build()
    assert str(caught.value) == message


def shop(*indexes, **fields):
    """Return a class with *indexes*."""
    meta = type("Meta", (), {"indexes": indexes})
    annotations = {"name": str, "code": str, **dict.fromkeys(fields, str)}
    namespace = {"__annotations__": annotations, "__module__": __name__, "Meta": meta}
    code = field(db_name="c")
    return type(SyncDocument)(
        "Mart", (SyncDocument,), {**namespace, "code": code, **fields}
    )


TOGETHER = [
    (
        lambda: shop(Index("nam")),
        UnknownFieldError,
        "Mart has no field 'nam'; did you mean 'name'?; its fields are: id, name, code",
    ),
    (
        lambda: shop(Index(("name", "text")), Index(("code", "text"))),
        DefinitionError,
        "Mart has two text indexes; a collection has one, over all text fields",
    ),
    (
        lambda: shop(Index("name"), Index("name", hidden=True, name="other")),
        DefinitionError,
        "Mart has two indexes over name: 1 that the server can't tell apart; declare one of them",
    ),
    (
        lambda: shop(Index("name"), rank=field(index=True), name=field(unique=True)),
        DefinitionError,
        "Mart has two indexes named 'name_1'; give one another name",
    ),
    (
        lambda: shop(Index("name", name="c_1"), Index("code")),
        DefinitionError,
        "Mart has two indexes named 'c_1'; give one another name",
    ),
    (
        lambda: shop(SearchIndex(dynamic=True), SearchIndex({"name": "string"})),
        DefinitionError,
        "Mart has two indexes named 'default'; give one another name",
    ),
    (
        lambda: shop(rank=field(index="hashed", unique=True)),
        DefinitionError,
        "Index(('rank', 'hashed')) is hashed and can't be unique; make another index unique",
    ),
    (
        lambda: shop("name"),
        DefinitionError,
        "Mart.Meta.indexes has 'name'; it takes a list of Index(...)",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"), TOGETHER, ids=[m[:60] for *_, m in TOGETHER]
)
def test_rules_of_classes(build, error, message):
    """Indexes that can't be together, or on no field, fail with their class."""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


# -- Atlas Search --------------------------------------------------------------------


@attrs.define
class Maker:
    city: str = field(db_name="c")


class Item(SyncDocument):
    title: str
    maker: Maker = field(db_name="m")
    meaning: list[float] = field(db_name="v")


def test_search_indexes():
    """A definition has stored names; paths become documents within documents."""
    index = SearchIndex(
        {
            "maker.city": ["string", {"type": "autocomplete", "minGrams": 3}],
            "maker": {"type": "document", "dynamic": True},
            Item.q.title: "token",
        },
        name="text",
        analyzer="lucene.english",
        search_analyzer="lucene.simple",
        options={"storedSource": True},
    )
    city = [{"type": "string"}, {"type": "autocomplete", "minGrams": 3}]
    maker = {"type": "document", "fields": {"c": city}, "dynamic": True}
    assert index.specification(Item) == {
        "name": "text",
        "type": "search",
        "definition": {
            "mappings": {
                "dynamic": False,
                "fields": {"m": maker, "title": {"type": "token"}},
            },
            "analyzer": "lucene.english",
            "searchAnalyzer": "lucene.simple",
            "storedSource": True,
        },
    }
    assert SearchIndex(dynamic=True).definition(Item) == {"mappings": {"dynamic": True}}


def test_vector_indexes():
    """A definition has the vector first, then the fields to filter by."""
    index = VectorIndex(
        Item.q.meaning,
        dimensions=3,
        similarity="euclidean",
        filters=["title", "maker.city"],
        quantization="scalar",
    )
    assert index.specification(Item) == {
        "name": "vector_index",
        "type": "vectorSearch",
        "definition": {
            "fields": [
                {
                    "type": "vector",
                    "path": "v",
                    "numDimensions": 3,
                    "similarity": "euclidean",
                    "quantization": "scalar",
                },
                {"type": "filter", "path": "title"},
                {"type": "filter", "path": "m.c"},
            ]
        },
    }


SEARCHES = [
    (
        lambda: SearchIndex(),
        "SearchIndex got no fields; it takes some, or dynamic=True for all",
    ),
    (
        lambda: SearchIndex({"title": "strng"}),
        "SearchIndex makes 'strng' of 'title'; did you mean 'string'?; the types are: "
        "autocomplete, boolean, date, dateFacet, document, embeddedDocuments, geo, "
        "knnVector, number, numberFacet, objectId, string, stringFacet, token, uuid",
    ),
    (
        lambda: VectorIndex("v", dimensions=9000),
        "VectorIndex got dimensions=9000; they go from 1 to 8192",
    ),
    (
        lambda: VectorIndex("v", dimensions=3, similarity="cos"),
        "VectorIndex got similarity='cos'; it is one of 'cosine', 'dotProduct', 'euclidean'",
    ),
    (
        lambda: VectorIndex("v", dimensions=3, quantization="half"),
        "VectorIndex got quantization='half'; it is one of 'none', 'scalar', 'binary'",
    ),
]


@pytest.mark.parametrize(
    ("build", "message"), SEARCHES, ids=[m[:60] for _, m in SEARCHES]
)
def test_search_refuses(build, message):
    """What Atlas would refuse is refused where it is written."""
    with pytest.raises(DefinitionError) as caught:
        build()
    assert str(caught.value) == message


def test_indexes_are_values():
    """Equal indexes are equal, and hash alike."""
    one = Index("a", weights=None, collation={"locale": "fr"}, partial=F.a > 1)
    assert one == Index("a", collation={"locale": "fr"}, partial=F.a > 1)
    assert hash(one) == hash(Index("a", collation={"locale": "fr"}, partial=F.a > 1))
