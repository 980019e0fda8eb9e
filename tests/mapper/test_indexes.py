"""Indexes as classes declare them, and what a field may say of itself."""

import pytest

from mapper import Index, SyncDocument, field
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
            Index("rank", expire_after=60, partial=F.rank > 5),
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
        {"expireAfterSeconds": 60, "partialFilterExpression": {"rank": {"$gt": 5}}},
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
