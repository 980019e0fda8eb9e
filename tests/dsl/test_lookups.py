"""Lookups by document class, and pipelines that read the documents outside."""

import pytest

from mapper import Document
from mongo_dsl import F, Pipeline, fn, param, stages
from mongo_dsl.errors import ArgumentError, OperandError, UnknownFieldError
from tests.models import User


class Order(Document):
    """An order of a user."""

    user_id: int
    city: str = ""
    total: float = 0.0
    status: str = ""
    tags: list[str] = []  # noqa: RUF012 - documents copy their defaults


u, o = User.q, Order.q
users = Pipeline(User)


def looked_up(**parts):
    """Return the stage that *parts* make."""
    found = {"from": "order", **parts, "as": "x"}
    return [{"$lookup": found}]


def sub(function):
    """Return the lookup of orders that *function* makes a pipeline for."""
    return users.lookup(Order, pipeline=function, as_="x")


EQUAL = {"localField": "_id", "foreignField": "user_id"}
ROWS = [
    (users.lookup(Order, on=o.user_id == u.id, as_="x"), looked_up(**EQUAL)),
    (users.lookup(Order, on=u.id == o.user_id, as_="x"), looked_up(**EQUAL)),
    (
        Pipeline().lookup(Order, on=u.id == o.user_id, as_="x"),
        looked_up(**EQUAL),
    ),
    (
        Pipeline(stages.lookup(Order, on=u.id == o.user_id, local=User, as_="x")),
        looked_up(**EQUAL),
    ),
    (
        users.lookup(
            Order, on=u.address.city == o.city, pipeline=stages.limit(1), as_="x"
        ),
        looked_up(
            localField="address.city", foreignField="city", pipeline=[{"$limit": 1}]
        ),
    ),
    (
        users.lookup(Order, on=u.id < o.user_id, as_="x"),
        looked_up(
            let={"id": "$_id"},
            pipeline=[{"$match": {"$expr": {"$lt": ["$$id", "$user_id"]}}}],
        ),
    ),
    (
        users.lookup(
            Order,
            on=(o.user_id == u.id)
            & (o.city == u.address.city)
            & (o.status == param("status"))
            & (u.active == True),
            pipeline=Pipeline().sort("-total"),
            as_="x",
        ).bind(status="$open"),
        looked_up(
            let={"id": "$_id", "address": "$address", "active": "$active"},
            pipeline=[
                {
                    "$match": {
                        "status": "$open",
                        "$expr": {
                            "$and": [
                                {"$eq": ["$user_id", "$$id"]},
                                {"$eq": ["$city", "$$address.city"]},
                                {"$eq": ["$$active", True]},
                            ]
                        },
                    }
                },
                {"$sort": {"total": -1}},
            ],
        ),
    ),
    (
        users.lookup(
            Order,
            on=(o.user_id == u.id) | (o.city == u.address.city),
            let={"id": F.name},
            as_="x",
        ),
        looked_up(
            let={"id": "$name", "id2": "$_id", "address": "$address"},
            pipeline=[
                {
                    "$match": {
                        "$expr": {
                            "$or": [
                                {"$eq": ["$user_id", "$$id2"]},
                                {"$eq": ["$city", "$$address.city"]},
                            ]
                        }
                    }
                }
            ],
        ),
    ),
    (
        sub(lambda outer: Pipeline(Order).match(o.user_id == outer.q.id)),
        looked_up(
            let={"id": "$_id"},
            pipeline=[{"$match": {"$expr": {"$eq": ["$user_id", "$$id"]}}}],
        ),
    ),
    (
        sub(
            lambda outer: (
                Pipeline(Order)
                .match(fn.in_(o.city, outer.q.addresses.city))
                .set(zip=outer.q["address.zip"], mail=outer.q.email)
            )
        ),
        looked_up(
            let={"addresses": "$addresses", "address": "$address", "email": "$mail"},
            pipeline=[
                {"$match": {"$expr": {"$in": ["$city", "$$addresses.city"]}}},
                {"$set": {"zip": "$$address.zip_code", "mail": "$$email"}},
            ],
        ),
    ),
    (  # no variable inside hides one of outside
        sub(
            lambda outer: stages.set_(
                a=fn.map_(o.tags, lambda id_: fn.concat(id_, outer.q.name)),
                b=fn.map_(o.tags, lambda name: fn.concat(name, outer.q.name)),
                c=fn.let({"age": 1}, lambda age: age + outer.q.age),
            )
        ),
        looked_up(
            let={"name2": "$name", "age2": "$age"},
            pipeline=[
                {
                    "$set": {
                        "a": {
                            "$map": {
                                "input": "$tags",
                                "as": "id",
                                "in": {"$concat": ["$$id", "$$name2"]},
                            }
                        },
                        "b": {
                            "$map": {
                                "input": "$tags",
                                "as": "name",
                                "in": {"$concat": ["$$name", "$$name2"]},
                            }
                        },
                        "c": {
                            "$let": {
                                "vars": {"age": 1},
                                "in": {"$add": ["$$age", "$$age2"]},
                            }
                        },
                    }
                }
            ],
        ),
    ),
    (  # a lookup in a lookup sees both
        sub(
            lambda order: Pipeline(Order).lookup(
                User,
                pipeline=lambda inner: stages.match(
                    u.id == inner.q.user_id, u.age > order.q.age, u.id != order.q.id
                ),
                as_="x",
            )
        ),
        looked_up(
            let={"age": "$age", "id": "$_id"},
            pipeline=[
                {
                    "$lookup": {
                        "from": "user",
                        "let": {"user_id": "$user_id"},
                        "pipeline": [
                            {
                                "$match": {
                                    "$and": [
                                        {"$expr": {"$eq": ["$_id", "$$user_id"]}},
                                        {"$expr": {"$gt": ["$age", "$$age"]}},
                                        {"$expr": {"$ne": ["$_id", "$$id"]}},
                                    ]
                                }
                            }
                        ],
                        "as": "x",
                    }
                }
            ],
        ),
    ),
    (  # a class joined with itself
        users.lookup(
            User, pipeline=lambda outer: stages.match(u.friend == outer.q.id), as_="x"
        ),
        [
            {
                "$lookup": {
                    "from": "user",
                    "let": {"id": "$_id"},
                    "pipeline": [{"$match": {"$expr": {"$eq": ["$friend", "$$id"]}}}],
                    "as": "x",
                }
            }
        ],
    ),
    (  # without a class, every name is a field
        Pipeline().lookup(
            "order",
            let={"id": F.a},
            pipeline=lambda outer: stages.match(
                F.a == outer.q["_id.b"], F.b == outer.q.Id, F.c == outer.q["é"].x
            ),
            as_="x",
        ),
        looked_up(
            let={"id": "$a", "id2": "$_id", "id_": "$Id", "é": "$é"},
            pipeline=[
                {
                    "$match": {
                        "$and": [
                            {"$expr": {"$eq": ["$a", "$$id2.b"]}},
                            {"$expr": {"$eq": ["$b", "$$id_"]}},
                            {"$expr": {"$eq": ["$c", "$$é.x"]}},
                        ]
                    }
                }
            ],
        ),
    ),
    (  # nothing read, nothing named
        sub(lambda _: [{"$limit": 1}]),
        looked_up(pipeline=[{"$limit": 1}]),
    ),
    (
        users.lookup(pipeline=stages.documents([{"a": 1}]), let={}, as_="x"),
        [{"$lookup": {"pipeline": [{"$documents": [{"a": 1}]}], "let": {}, "as": "x"}}],
    ),
    (
        users.lookup(
            as_="x",
            foreign_field=o.city,
            from_={"db": "d", "coll": Order},
            local_field="age",
        ),
        [
            {
                "$lookup": {
                    "as": "x",
                    "foreignField": "city",
                    "from": {"db": "d", "coll": "order"},
                    "localField": "age",
                }
            }
        ],
    ),
]


@pytest.mark.parametrize(("made", "mql"), ROWS, ids=range(len(ROWS)))
def test_compiles(made, mql):
    """A lookup compiles to its MQL."""
    assert made.compile() == mql
    assert hash(made) == hash(made)


REFUSED = [
    (
        lambda: users.lookup(User, on=u.id == u.friend, as_="x"),
        ArgumentError,
        "lookup joins User with itself, whose sides on=... can't tell apart; write"
        " pipeline=lambda outer: Pipeline(User).match(...)",
    ),
    (
        lambda: users.lookup(Order, on=o.total > 5, as_="x"),
        ArgumentError,
        "lookup got conditions on Order alone; on=... compares its fields with those of"
        " another class",
    ),
    (
        lambda: Pipeline(Order).lookup(Order, on=u.id == o.user_id, as_="x"),
        ArgumentError,
        "lookup got a condition on User; it joins Order to Order and takes conditions on"
        " both",
    ),
    (
        lambda: users.lookup(Order, on=u.id == u.friend, as_="x"),
        ArgumentError,
        "lookup got a condition on User; it joins Order to User and takes conditions on"
        " both",
    ),
    (
        lambda: users.lookup("order", on=u.id == o.user_id, as_="x"),
        OperandError,
        "lookup got on=..., and 'order' for the collection; conditions take a document"
        " class there",
    ),
    (
        lambda: users.lookup(Order, on=F.id == o.user_id, as_="x"),
        ArgumentError,
        "lookup got a condition on F['id'], which belongs to no class; write fields by"
        " their classes: User.q.name",
    ),
    (
        lambda: users.lookup(
            Order, on=u.id == o.user_id, local_field="a", foreign_field="b", as_="x"
        ),
        ArgumentError,
        "lookup got on=... and local_field; one of them says what belongs to what",
    ),
    (
        lambda: users.lookup(Order, on=5, as_="x"),
        OperandError,
        "lookup with on got 5; it takes filters, such as F.age > 18, or raw({...})",
    ),
    (
        lambda: users.lookup("x", let=5, pipeline=[], as_="x"),
        OperandError,
        "lookup got let=5; it takes a mapping of names to values",
    ),
    (
        lambda: users.lookup("x", let={"A": 1}, pipeline=[], as_="x"),
        ArgumentError,
        "a variable is named 'A'; names start with a lower-case letter and go on with"
        " letters, digits and underscores",
    ),
    (
        lambda: sub(lambda outer: stages.match(o.user_id == outer.q.ag)),
        UnknownFieldError,
        "User has no field 'ag'; did you mean 'age'?; its fields are: id, name, email, age,"
        " score, active, status, tags, scores, address, addresses, items, settings, balance,"
        " token, born, created_at, friend, place, extra",
    ),
    (
        lambda: sub(lambda outer: stages.match(o.user_id == outer.q[5])),
        OperandError,
        "outer.q got the key 5; it takes a field's name",
    ),
]


@pytest.mark.parametrize(
    ("build", "error", "message"), REFUSED, ids=[m[:60] for _, _, m in REFUSED]
)
def test_refuses(build, error, message):
    """What belongs to what is clear, or an error."""
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message


async def test_runs(driver):
    """The server joins as the classes say."""

    class Buyer(driver.document):
        name: str
        city: str = ""

    class Buy(driver.document):
        buyer: int
        city: str = ""
        total: int = 0

    driver.mongo["buyer"].insert_many(
        [
            {"_id": 1, "name": "Ann", "city": "Oslo"},
            {"_id": 2, "name": "Bo", "city": "X"},
        ]
    )
    driver.mongo["buy"].insert_many(
        [
            {"_id": 1, "buyer": 1, "city": "Oslo", "total": 5},
            {"_id": 2, "buyer": 1, "city": "X", "total": 9},
        ]
    )
    b, y = Buyer.q, Buy.q
    started = Pipeline(Buyer).sort("_id")

    def found(pipeline):
        rows = driver.mongo["buyer"].aggregate(pipeline.compile())
        return [[buy["_id"] for buy in row["buys"]] for row in rows]

    equal = b.id == y.buyer
    assert found(started.lookup(Buy, on=equal, as_="buys")) == [[1, 2], []]
    both = equal & (b.city == y.city) & (y.total < 9)
    assert found(started.lookup(Buy, on=both, as_="buys")) == [[1], []]
    correlated = started.lookup(
        Buy,
        pipeline=lambda outer: Pipeline(Buy).match(
            y.buyer == outer.q.id, y.city != outer.q.city
        ),
        as_="buys",
    )
    assert found(correlated) == [[2], []]
    nested = started.lookup(
        Buy,
        pipeline=lambda buyer: (
            Pipeline(Buy)
            .match(y.buyer == buyer.q.id)
            .lookup(
                Buyer,
                pipeline=lambda buy: stages.match(
                    b.city == buy.q.city, b.id != buyer.q.id
                ),
                as_="others",
            )
            .match(F.others != [])
        ),
        as_="buys",
    )
    assert found(nested) == [[2], []]
