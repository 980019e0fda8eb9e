"""Search operators: their paths, values, scores and facets, and what they refuse."""

import datetime as dt
import pickle
import re
from decimal import Decimal
from uuid import UUID

import pytest
from bson import Binary, ObjectId
from bson.binary import BinaryVectorDtype
from bson.json_util import dumps
from hypothesis import given
from hypothesis import strategies as st

from mongo_dsl import F, geo, param, raw, search
from mongo_dsl.errors import (
    ArgumentError,
    OperandError,
    ParameterError,
    TruthValueError,
    UnknownFieldError,
)
from mongo_dsl.nodes import Body, Value
from mongo_dsl.search.face import operator_node
from tests.models import Status, User


ID = "5ca4bbcea2dd94ee58162a72"
DAY = dt.datetime(2020, 1, 2, tzinfo=dt.timezone.utc)
APPLE = search.text("a", "apple")
APPLE_MQL = {"text": {"path": "a", "query": "apple"}}
SQUARE = geo.Polygon([(0, 0), (1, 0), (1, 1), (0, 0)])
SQUARE_MQL = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def point(longitude, latitude):
    """Return a point as GeoJSON."""
    return {"type": "Point", "coordinates": [longitude, latitude]}


PATHS = {
    "a field": (F.a.b, "a.b"),
    "a name": ("a.b", "a.b"),
    "a name that is a word": ("and", "and"),
    "a field of a class": (User.q.email, "mail"),
    "a nested field of a class": (User.q.address.zip, "address.zip_code"),
    "the id": (User.q.id, "_id"),
    "an array's field": (User.q.items.sku, "items.sku"),
    "several": ([F.a, "b", User.q.email], ["a", "b", "mail"]),
    "several in a tuple": ((F.a, "b"), ["a", "b"]),
    "a wildcard": (search.wildcard_path("a.*"), {"wildcard": "a.*"}),
    "another analyzer": (
        search.multi(User.q.email, "english"),
        {"value": "mail", "multi": "english"},
    ),
    "another analyzer, named first": (
        search.multi(multi="english", value="a"),
        {"multi": "english", "value": "a"},
    ),
    "all of them": (
        ["a", search.wildcard_path("b*"), search.multi("c", "d"), raw({"value": "e"})],
        ["a", {"wildcard": "b*"}, {"value": "c", "multi": "d"}, {"value": "e"}],
    ),
    "raw": (raw({"wildcard": "**"}), {"wildcard": "**"}),
}


@pytest.mark.parametrize(("path", "mql"), PATHS.values(), ids=list(PATHS))
def test_paths(path, mql):
    """Fields become stored names, without a ``$``."""
    made = search.text(path, "x").compile()
    assert dumps(made) == dumps({"text": {"path": mql, "query": "x"}})


ROWS = {
    "in the order of the call": (
        search.text(query="x", score=search.score_constant(1), path=F.a),
        {"text": {"query": "x", "score": {"constant": {"value": 1}}, "path": "a"}},
    ),
    "several queries": (
        search.phrase(F.a, ["x", "y"], slop=0),
        {"phrase": {"path": "a", "query": ["x", "y"], "slop": 0}},
    ),
    "synonyms": (
        search.text(F.a, "x", match_criteria="any", synonyms="s"),
        {"text": {"path": "a", "query": "x", "matchCriteria": "any", "synonyms": "s"}},
    ),
    "fuzzy by default": (
        search.autocomplete(F.a, "x", fuzzy=search.fuzzy(), token_order="any"),  # noqa: S106 - no secret
        {"autocomplete": {"path": "a", "query": "x", "fuzzy": {}, "tokenOrder": "any"}},
    ),
    "fuzzy in the order of the call": (
        search.text(
            F.a,
            "x",
            fuzzy=search.fuzzy(prefix_length=0, max_expansions=9, max_edits=2),
        ),
        {
            "text": {
                "path": "a",
                "query": "x",
                "fuzzy": {"prefixLength": 0, "maxExpansions": 9, "maxEdits": 2},
            }
        },
    ),
    "a raw option": (
        search.text(F.a, "x", fuzzy=raw({"maxEdits": 9}), score=raw({"new": 1})),
        {
            "text": {
                "path": "a",
                "query": "x",
                "fuzzy": {"maxEdits": 9},
                "score": {"new": 1},
            }
        },
    ),
    "an analyzed field": (
        search.regex(F.a, ".*", allow_analyzed_field=False),
        {"regex": {"path": "a", "query": ".*", "allowAnalyzedField": False}},
    ),
    "null": (search.equals(F.a, None), {"equals": {"path": "a", "value": None}}),
    "an enum": (
        search.equals(User.q.status, Status.SHIPPED),
        {"equals": {"path": "status", "value": "shipped"}},
    ),
    "an id as text": (
        search.equals(User.q.friend, ID),
        {"equals": {"path": "friend", "value": ObjectId(ID)}},
    ),
    "an item of an array": (
        search.equals(User.q.tags, "a"),
        {"equals": {"path": "tags", "value": "a"}},
    ),
    "one of a field's values": (
        search.in_(User.q.status, ["pending", Status.SHIPPED]),
        {"in": {"path": "status", "value": ["pending", "shipped"]}},
    ),
    "one of a set": (
        search.in_(F.a, {2, 1}),
        {"in": {"path": "a", "value": [1, 2]}},
    ),
    "in a single value": (
        search.in_([F.a, F.b], 1, does_not_affect="f"),
        {"in": {"path": ["a", "b"], "value": 1, "doesNotAffect": "f"}},
    ),
    "a day": (
        search.range_(User.q.born, gte=dt.date(2020, 1, 2), lt=dt.date(2021, 1, 1)),
        {
            "range": {
                "path": "born",
                "gte": DAY,
                "lt": dt.datetime(2021, 1, 1, tzinfo=dt.timezone.utc),
            }
        },
    ),
    "the other bounds": (
        search.range_(F.a, lte=2, gt=1),
        {"range": {"path": "a", "lte": 2, "gt": 1}},
    ),
    "raw bounds": (
        search.range_(F.a, lte=raw(2), gt=raw({"x": 1})),
        {"range": {"path": "a", "lte": 2, "gt": {"x": 1}}},
    ),
    "near a date": (
        search.near(F.a, DAY, 86_400_000),
        {"near": {"path": "a", "origin": DAY, "pivot": 86_400_000}},
    ),
    "near a number of a class": (
        search.near(User.q.age, 30, 0.5),
        {"near": {"path": "age", "origin": 30, "pivot": 0.5}},
    ),
    "near a pair": (
        search.near(User.q.place, (1, 2), 10),
        {"near": {"path": "place", "origin": point(1, 2), "pivot": 10}},
    ),
    "near a raw origin": (
        search.near(F.a, raw({"x": 1}), 10),
        {"near": {"path": "a", "origin": {"x": 1}, "pivot": 10}},
    ),
    "near a mapping": (
        search.near(F.a, {"coordinates": [1, 2], "type": "Point"}, 10),
        {
            "near": {
                "path": "a",
                "origin": {"coordinates": [1, 2], "type": "Point"},
                "pivot": 10,
            }
        },
    ),
    "a shape": (
        search.geo_shape(F.a, "intersects", geo.LineString([(0, 0), (1, 1)])),
        {
            "geoShape": {
                "path": "a",
                "relation": "intersects",
                "geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
            }
        },
    ),
    "within a polygon": (
        search.geo_within(F.a, geometry=SQUARE),
        {"geoWithin": {"path": "a", "geometry": SQUARE_MQL}},
    ),
    "within a box": (
        search.geo_within([F.a, "b"], box=search.box(geo.Point(0, 1), point(2, 3))),
        {
            "geoWithin": {
                "path": ["a", "b"],
                "box": {"bottomLeft": point(0, 1), "topRight": point(2, 3)},
            }
        },
    ),
    "within a circle, in the order of the call": (
        search.geo_within(circle=search.circle(radius=0, center=(0, 1)), path=F.a),
        {
            "geoWithin": {
                "circle": {"radius": 0, "center": point(0, 1)},
                "path": "a",
            }
        },
    ),
    "like several documents": (
        search.more_like_this([{"a": "$b"}, {"$c": ["d"]}]),
        {"moreLikeThis": {"like": [{"a": "$b"}, {"$c": ["d"]}]}},
    ),
    "an exact vector": (
        search.vector_search(F.a, [1, 0.5], 3, exact=True, filter_=APPLE),
        {
            "vectorSearch": {
                "path": "a",
                "queryVector": [1, 0.5],
                "limit": 3,
                "exact": True,
                "filter": APPLE_MQL,
            }
        },
    ),
    "a binary vector": (
        search.vector_search(
            F.a,
            Binary.from_vector([1, 2], BinaryVectorDtype.INT8),
            3,
            num_candidates=9,
        ),
        {
            "vectorSearch": {
                "path": "a",
                "queryVector": Binary.from_vector([1, 2], BinaryVectorDtype.INT8),
                "limit": 3,
                "numCandidates": 9,
            }
        },
    ),
    "clauses": (
        search.compound(
            should=[APPLE, raw({"new": {"x": 1}})],
            minimum_should_match=2,
            must_not=APPLE,
            filter_=[],
            does_not_affect=["f", "g"],
        ),
        {
            "compound": {
                "should": [APPLE_MQL, {"new": {"x": 1}}],
                "minimumShouldMatch": 2,
                "mustNot": APPLE_MQL,
                "filter": [],
                "doesNotAffect": ["f", "g"],
            }
        },
    ),
    "nested clauses": (
        search.compound(must=search.compound(must=[APPLE], score=raw({}))),
        {"compound": {"must": {"compound": {"must": [APPLE_MQL], "score": {}}}}},
    ),
    "raw clauses": (
        search.compound(should=raw([APPLE_MQL]), minimum_should_match=1),
        {"compound": {"should": [APPLE_MQL], "minimumShouldMatch": 1}},
    ),
    "items of an array": (
        search.embedded_document(
            User.q.items,
            search.text(User.q.items.sku, "x"),
            score=search.score_embedded(aggregate="mean"),
        ),
        {
            "embeddedDocument": {
                "path": "items",
                "operator": {"text": {"path": "items.sku", "query": "x"}},
                "score": {"embedded": {"aggregate": "mean"}},
            }
        },
    ),
    "facets": (
        search.facet(
            operator=APPLE,
            facets={
                "$a.b": search.string_facet(User.q.email, num_buckets=1000),
                "n": search.number_facet("n", [1, 2.5], "rest"),
                "d": search.date_facet(
                    path="d",
                    type_="date",
                    boundaries=[dt.date(2020, 1, 2), DAY.replace(year=2021)],
                ),
                "r": raw({"type": "token"}),
            },
        ),
        {
            "facet": {
                "operator": APPLE_MQL,
                "facets": {
                    "$a.b": {"type": "string", "path": "mail", "numBuckets": 1000},
                    "n": {
                        "type": "number",
                        "path": "n",
                        "boundaries": [1, 2.5],
                        "default": "rest",
                    },
                    "d": {
                        "path": "d",
                        "type": "date",
                        "boundaries": [DAY, DAY.replace(year=2021)],
                    },
                    "r": {"type": "token"},
                },
            }
        },
    ),
}


@pytest.mark.parametrize(("made", "mql"), ROWS.values(), ids=list(ROWS))
def test_compiles(made, mql):
    """Operators compile to what Atlas takes, in the order of the call."""
    assert made.compile() == mql
    assert dumps(made.compile()) == dumps(mql)


@pytest.mark.parametrize("made", [made for made, _ in ROWS.values()], ids=list(ROWS))
def test_values(made):
    """Operators are values: equal, hashable, picklable."""
    copy = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own
    assert copy == made
    assert hash(copy) == hash(made)
    assert made != APPLE


SCORES = {
    "a number": (search.score_boost(0.5), {"boost": {"value": 0.5}}),
    "a field": (search.score_boost(path=User.q.email), {"boost": {"path": "mail"}}),
    "a field, named second": (
        search.score_boost(undefined=0, path="a"),
        {"boost": {"undefined": 0, "path": "a"}},
    ),
    "a constant": (search.score_constant(0), {"constant": {"value": 0}}),
    "items": (search.score_embedded(), {"embedded": {}}),
    "items, then more": (
        search.score_embedded(outer_score=search.score_boost(2), aggregate="sum"),
        {"embedded": {"outerScore": {"boost": {"value": 2}}, "aggregate": "sum"}},
    ),
    "a path": (search.score_function("a"), {"function": {"path": "a"}}),
    "a path of its own": (
        search.score_function(search.score_path(F.a)),
        {"function": {"path": {"value": "a"}}},
    ),
    "a constant expression": (search.score_function(2), {"function": {"constant": 2}}),
    "a raw expression": (
        search.score_function(raw({"new": 1})),
        {"function": {"new": 1}},
    ),
    "a curve": (
        search.score_function(
            search.score_gauss(
                search.score_path("a", undefined=4.6),
                origin=5,
                offset=0,
                scale=1,
                decay=0.5,
            )
        ),
        {
            "function": {
                "gauss": {
                    "path": {"value": "a", "undefined": 4.6},
                    "origin": 5,
                    "offset": 0,
                    "scale": 1,
                    "decay": 0.5,
                }
            }
        },
    ),
    "all functions": (
        search.score_function(
            search.score_add(
                search.score_log(F.a),
                search.score_log1p(search.score_relevance()),
                search.score_multiply("b", 2, search.score_path("c", undefined=1)),
            )
        ),
        {
            "function": {
                "add": [
                    {"log": {"path": "a"}},
                    {"log1p": {"score": "relevance"}},
                    {
                        "multiply": [
                            {"path": "b"},
                            {"constant": 2},
                            {"path": {"value": "c", "undefined": 1}},
                        ]
                    },
                ]
            }
        },
    ),
}


@pytest.mark.parametrize(("score", "mql"), SCORES.values(), ids=list(SCORES))
def test_scores(score, mql):
    """Scores are made of values, fields and functions."""
    assert dumps(score.compile()) == dumps(mql)
    assert search.exists("x", score=score).compile() == {
        "exists": {"path": "x", "score": mql}
    }


HOLES = {
    "a query": (search.text(F.a, param("x", str)), "$y", "query", "$y"),
    "one of the queries": (
        search.text(F.a, ["a", param("x")]),
        "y",
        "query",
        ["a", "y"],
    ),
    "several queries": (search.text(F.a, param("x")), ["a", "b"], "query", ["a", "b"]),
    "a typed value": (
        search.equals(User.q.friend, param("x")),
        ID,
        "value",
        ObjectId(ID),
    ),
    "an item": (
        search.in_(User.q.status, [param("x")]),
        Status.PENDING,
        "value",
        ["pending"],
    ),
    "a list": (search.in_(User.q.friend, param("x")), [ID], "value", [ObjectId(ID)]),
    "a bound": (search.range_(F.a, gt=param("x")), 5, "gt", 5),
    "a pivot": (search.near(F.a, 1, param("x", int)), 5, "pivot", 5),
    "an origin": (search.near(F.a, param("x"), 1), (1, 2), "origin", point(1, 2)),
    "a shape": (
        search.geo_within(F.a, geometry=param("x")),
        SQUARE,
        "geometry",
        SQUARE_MQL,
    ),
    "a document": (search.more_like_this(param("x")), {"a": 1}, "like", {"a": 1}),
    "a vector": (
        search.vector_search(F.a, param("x"), 1, exact=True),
        [1, 2],
        "queryVector",
        [1, 2],
    ),
    "a limit": (search.vector_search(F.a, [1], param("x"), exact=True), 5, "limit", 5),
    "a score": (
        search.exists(F.a, score=search.score_boost(param("x"))),
        5,
        "score",
        {"boost": {"value": 5}},
    ),
    "a computed score": (
        search.exists(F.a, score=search.score_function(search.score_log(param("x")))),
        5,
        "score",
        {"function": {"log": {"constant": 5}}},
    ),
    "a fuzzy": (
        search.text(F.a, "a", fuzzy=search.fuzzy(max_edits=param("x"))),
        1,
        "fuzzy",
        {"maxEdits": 1},
    ),
    "an operator": (search.has_root(param("x")), APPLE, "operator", APPLE_MQL),
    "clauses": (search.compound(must=param("x")), [APPLE], "must", [APPLE_MQL]),
}


@pytest.mark.parametrize(
    ("made", "value", "key", "mql"), HOLES.values(), ids=list(HOLES)
)
def test_parameters(made, value, key, mql):
    """Parameters stand where values do, and are checked when they are bound."""
    with pytest.raises(ParameterError, match="parameter 'x' is unbound"):
        made.compile()
    ((_, body),) = made.bind(x=value).compile().items()
    assert body[key] == mql
    copy = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own
    assert copy.bind(x=value) == made.bind(x=value)


def test_bound_values_are_checked():
    """A bound value passes the checks of a written one."""
    message = re.escape("text got query=5; it takes a text or a list of texts")
    with pytest.raises(OperandError, match=f"^{message}$"):
        search.text(F.a, param("x")).bind(x=5)
    message = re.escape("fuzzy got max_edits=3; it takes a whole number from 1 to 2")
    with pytest.raises(ArgumentError, match=f"^{message}$"):
        search.text(F.a, "x", fuzzy=search.fuzzy(max_edits=param("n"))).bind(n=3)
    message = re.escape("parameter 'x' is bound to 5, an int; it takes str")
    with pytest.raises(OperandError, match=f"^{message}$"):
        search.text(F.a, param("x", str)).bind(x=5)


REFUSED = {
    "a query of a number": (
        lambda: search.text(F.a, 5),
        OperandError,
        "text got query=5; it takes a text or a list of texts",
    ),
    "an operator as query": (
        lambda: search.text(F.a, {"$ne": 1}),
        OperandError,
        "text got query={'$ne': 1}; it takes a text or a list of texts",
    ),
    "no query": (
        lambda: search.phrase(F.a, []),
        OperandError,
        "phrase got query=[]; it takes a text or a list of texts",
    ),
    "a number among queries": (
        lambda: search.wildcard(F.a, ["a", 5]),
        OperandError,
        "wildcard got query=5; it takes a text",
    ),
    "several query strings": (
        lambda: search.query_string(F.a, ["a"]),
        OperandError,
        "query_string got query=['a']; it takes a text",
    ),
    "a path with a dollar": (
        lambda: search.text("$a", "x"),
        ArgumentError,
        "the field name '$a' has the part '$a'; parts are not empty, hold no NUL byte "
        "and don't begin with '$'; fn.get_field reads fields of such names",
    ),
    "a path that is no field": (
        lambda: search.text(5, "x"),
        OperandError,
        "text got path=5; it takes a field or its name",
    ),
    "a computed path": (
        lambda: search.equals(F.a + 1, 5),
        OperandError,
        "equals got path=F.a + 1; it takes a field or its name",
    ),
    "a mapping as path": (
        lambda: search.text({"wildcard": "*"}, "x"),
        OperandError,
        "text got path={'wildcard': '*'}; it takes a field or its name",
    ),
    "no path": (
        lambda: search.in_([], 1),
        ArgumentError,
        "in_ got path=[]; it takes at least one field",
    ),
    "several paths": (
        lambda: search.equals(["a", "b"], 1),
        OperandError,
        "equals got path=['a', 'b']; it takes a field or its name",
    ),
    "a wildcard where none may be": (
        lambda: search.near(search.wildcard_path("*"), 1, 1),
        OperandError,
        'near got path=<SearchPath { wildcard: "*" }>; it takes fields and their names '
        "only",
    ),
    "a place of an array": (
        lambda: search.text(F.items[0].sku, "x"),
        ArgumentError,
        "text got path='items.0.sku', a place of an array; a search looks at all items, "
        "leave the place out",
    ),
    "two wildcards": (
        lambda: search.wildcard_path("a**"),
        ArgumentError,
        "wildcard_path got 'a**'; it takes no two '*' in a row",
    ),
    "a wildcard of a number": (
        lambda: search.wildcard_path(5),
        OperandError,
        "wildcard_path got pattern=5; it takes a text",
    ),
    "no such order": (
        lambda: search.autocomplete(F.a, "x", token_order="sequentially"),  # noqa: S106 - no secret
        ArgumentError,
        "autocomplete got token_order='sequentially'; did you mean 'sequential'?; it "
        "takes one of 'any', 'sequential'",
    ),
    "no such criteria": (
        lambda: search.text(F.a, "x", match_criteria=True),
        OperandError,
        "text got match_criteria=True; it takes one of 'any', 'all'",
    ),
    "no such relation": (
        lambda: search.geo_shape(F.a, "x", SQUARE),
        ArgumentError,
        "geo_shape got relation='x'; it takes one of 'contains', 'disjoint', "
        "'intersects', 'within'",
    ),
    "a mapping as option": (
        lambda: search.text(F.a, "x", fuzzy={"maxEdits": 1}),
        OperandError,
        "text got fuzzy={'maxEdits': 1}; it takes search.fuzzy(...)",
    ),
    "another option": (
        lambda: search.text(F.a, "x", score=search.fuzzy()),
        OperandError,
        "text got score=<Fuzzy {}>; it takes search.score_boost(...) or one of its "
        "siblings",
    ),
    "fuzzy and synonyms": (
        lambda: search.text(F.a, "x", fuzzy=search.fuzzy(), synonyms="s"),
        ArgumentError,
        "text got fuzzy and synonyms; it takes one of them",
    ),
    "a slop below 0": (
        lambda: search.phrase(F.a, "x", slop=-1),
        ArgumentError,
        "phrase got slop=-1; it takes a whole number from 0 on",
    ),
    "a slop of a half": (
        lambda: search.phrase(F.a, "x", slop=0.5),
        OperandError,
        "phrase got slop=0.5; it takes a whole number from 0 on",
    ),
    "a flag of a number": (
        lambda: search.regex(F.a, "x", allow_analyzed_field=1),
        OperandError,
        "regex got allow_analyzed_field=1; it takes True or False",
    ),
    "no synonyms": (
        lambda: search.phrase(F.a, "x", synonyms=None),
        OperandError,
        "phrase got synonyms=None; it takes a text",
    ),
    "a computed value": (
        lambda: search.equals(F.a, F.b + 1),
        OperandError,
        "equals got value=F.b + 1; it takes values; a search reads no other fields",
    ),
    "a field among values": (
        lambda: search.in_(F.a, [1, search.score_boost(1)]),
        OperandError,
        "in_ got value=<Score { boost: { value: 1 } }>; it takes values; a search reads "
        "no other fields",
    ),
    "a document as value": (
        lambda: search.equals(F.a, {"$gt": 1}),
        OperandError,
        "equals got value={'$gt': 1}; it takes one value, no array and no document",
    ),
    "a list as bound": (
        lambda: search.range_(F.a, gt=[1]),
        OperandError,
        "range_ got gt=[1]; it takes one value, no array and no document",
    ),
    "no values": (
        lambda: search.in_(F.a, []),
        ArgumentError,
        "in_ got value=[]; it takes at least one value",
    ),
    "a value of another type": (
        lambda: search.equals(User.q.age, "x"),
        OperandError,
        "User.age is int and can't be compared with or set to 'x', a str",
    ),
    "a bound of another type": (
        lambda: search.range_(User.q.age, gte="x"),
        OperandError,
        "User.age is int and can't be compared with or set to 'x', a str",
    ),
    "no bound": (
        lambda: search.range_(F.a),
        ArgumentError,
        "range_ got none of gt, gte, lt, lte; it takes at least one of them",
    ),
    "two lower bounds": (
        lambda: search.range_(F.a, gt=1, gte=2),
        ArgumentError,
        "range_ got gt and gte; it takes one of them",
    ),
    "two upper bounds": (
        lambda: search.range_(F.a, lt=1, lte=2),
        ArgumentError,
        "range_ got lt and lte; it takes one of them",
    ),
    "no number of candidates": (
        lambda: search.vector_search(F.a, [1], 1),
        ArgumentError,
        "vector_search got none of exact, num_candidates; it takes at least one of them",
    ),
    "no vector": (
        lambda: search.vector_search(F.a, "x", 1, exact=True),
        OperandError,
        "vector_search got query_vector='x'; it takes a list of numbers or a binary "
        "vector",
    ),
    "a vector of texts": (
        lambda: search.vector_search(F.a, ["x"], 1, exact=True),
        OperandError,
        "vector_search got query_vector='x'; it takes a number",
    ),
    "several filters": (
        lambda: search.vector_search(F.a, [1], 1, exact=True, filter_=[APPLE]),
        OperandError,
        'vector_search got filter_=[search.text("a", query="apple")]; it takes search '
        "operators, such as search.text(...)",
    ),
    "like a number": (
        lambda: search.more_like_this(5),
        OperandError,
        "more_like_this got like=5; it takes a document or a list of documents",
    ),
    "like nothing": (
        lambda: search.more_like_this([]),
        OperandError,
        "more_like_this got like=[]; it takes a document or a list of documents",
    ),
    "like a field": (
        lambda: search.more_like_this({"a": F.b + 1}),
        OperandError,
        "more_like_this got like={'a': F.b + 1}; it takes a "
        "document or a list of documents",
    ),
    "a text near": (
        lambda: search.near(F.a, "x", 1),
        OperandError,
        "near got origin='x'; it takes a date, a number or a point",
    ),
    "a truth near": (
        lambda: search.near(F.a, True, 1),
        OperandError,
        "near got origin=True; it takes a date, a number or a point",
    ),
    "a polygon near": (
        lambda: search.near(F.a, SQUARE_MQL, 1),
        OperandError,
        f"near got origin={SQUARE_MQL!r}; it takes a point: geo.Point or (longitude, "
        "latitude)",
    ),
    "a pivot of 0": (
        lambda: search.near(F.a, 1, 0),
        ArgumentError,
        "near got pivot=0; it takes a number above 0",
    ),
    "a pivot of a text": (
        lambda: search.near(F.a, 1, "x"),
        OperandError,
        "near got pivot='x'; it takes a number above 0",
    ),
    "no area": (
        lambda: search.geo_within(F.a),
        ArgumentError,
        "geo_within got nothing; it takes one of box, circle, geometry",
    ),
    "two areas": (
        lambda: search.geo_within(F.a, box=1, geometry=SQUARE),
        ArgumentError,
        "geo_within got box and geometry; it takes one of box, circle, geometry",
    ),
    "a box of geo": (
        lambda: search.geo_within(F.a, box=geo.Box((0, 0), (1, 1))),
        OperandError,
        "geo_within got box=geo.Box((0, 0), (1, 1)); it takes search.box(...)",
    ),
    "within a point": (
        lambda: search.geo_within(F.a, geometry=geo.Point(0, 0)),
        OperandError,
        "geo_within got geometry=geo.Point(0, 0); it takes polygons, such as geo.Polygon",
    ),
    "a planar shape": (
        lambda: search.geo_shape(F.a, "within", geo.Box((0, 0), (1, 1))),
        OperandError,
        "geo_shape got geometry=geo.Box((0, 0), (1, 1)); it takes GeoJSON, such as "
        "geo.Polygon",
    ),
    "no shape": (
        lambda: search.geo_shape(F.a, "within", 5),
        OperandError,
        "geo_shape got geometry=5; it takes GeoJSON, such as geo.Polygon",
    ),
    "a shape that is none": (
        lambda: search.geo_shape(F.a, "within", {"type": "Circle"}),
        ArgumentError,
        "GeoJSON type 'Circle' is no geometry; use one of: Point, LineString, Polygon, "
        "MultiPoint, MultiLineString, MultiPolygon, GeometryCollection",
    ),
    "a corner that is none": (
        lambda: search.box((0, 0), 5),
        OperandError,
        "box got top_right=5; it takes a point: geo.Point or (longitude, latitude)",
    ),
    "a radius below 0": (
        lambda: search.circle((0, 0), -1),
        ArgumentError,
        "circle got radius=-1; it takes a number from 0 on",
    ),
    "no clause": (
        lambda: search.compound(minimum_should_match=0),
        ArgumentError,
        "compound got none of must, must_not, should, filter_; it takes at least one of "
        "them",
    ),
    "a document as clause": (
        lambda: search.compound(must=[APPLE_MQL]),
        OperandError,
        "compound got must={'text': {'path': 'a', 'query': 'apple'}}; it takes search "
        "operators, such as search.text(...)",
    ),
    "a filter as clause": (
        lambda: search.compound(filter_=F.a == 1),
        OperandError,
        "compound got filter_=F.a == 1; it takes search operators, such as "
        "search.text(...)",
    ),
    "a facet as clause": (
        lambda: search.compound(must=search.facet({"a": search.string_facet("a")})),
        ArgumentError,
        "compound got a facet in must; facet is a collector, which stands alone and "
        "takes an operator itself",
    ),
    "too many": (
        lambda: search.compound(should=[APPLE], minimum_should_match=2),
        ArgumentError,
        "compound got minimum_should_match=2; should has 1 of them, ask for at most as "
        "many",
    ),
    "of nothing": (
        lambda: search.compound(must=[APPLE], minimum_should_match=1),
        ArgumentError,
        "compound got minimum_should_match=1; should has 0 of them, ask for at most as "
        "many",
    ),
    "a boost of nothing": (
        lambda: search.score_boost(),
        ArgumentError,
        "score_boost got nothing; it takes one of value, path",
    ),
    "two boosts": (
        lambda: search.score_boost(1, path="a"),
        ArgumentError,
        "score_boost got value and path; it takes one of value, path",
    ),
    "a stand-in for a number": (
        lambda: search.score_boost(1, undefined=2),
        ArgumentError,
        "score_boost got undefined without path; it stands in for a missing field",
    ),
    "a boost below 0": (
        lambda: search.score_boost(-1),
        ArgumentError,
        "score_boost got value=-1; it takes a number above 0",
    ),
    "a constant of a text": (
        lambda: search.score_constant("x"),
        OperandError,
        "score_constant got value='x'; it takes a number",
    ),
    "no such aggregate": (
        lambda: search.score_embedded("max"),
        ArgumentError,
        "score_embedded got aggregate='max'; did you mean 'maximum'?; it takes one of 'sum', 'maximum', "
        "'minimum', 'mean'",
    ),
    "a function of a score": (
        lambda: search.score_function(search.score_boost(1)),
        OperandError,
        "score_function got expression=<Score { boost: { value: 1 } }>; it takes "
        "numbers, fields and score_path(...) or one of its siblings",
    ),
    "a truth as number": (
        lambda: search.score_log(True),
        OperandError,
        "score_log got expression=True; it takes numbers, fields and score_path(...) or "
        "one of its siblings",
    ),
    "a computed number": (
        lambda: search.score_log(F.a + 1),
        OperandError,
        "score_log got expression=F.a + 1; it takes a field or its name",
    ),
    "a sum of nothing": (
        lambda: search.score_add(),
        ArgumentError,
        "score_add got 0 arguments; it takes at least 1",
    ),
    "a curve of a curve": (
        lambda: search.score_gauss(search.score_relevance(), origin=1, scale=1),
        OperandError,
        'score_gauss got path=<ScoreExpression { score: "relevance" }>; it takes a '
        "field, its name or a score_path(...)",
    ),
    "a curve that decays to 1": (
        lambda: search.score_gauss("a", origin=1, scale=1, decay=1),
        ArgumentError,
        "score_gauss got decay=1; it takes a number between 0 and 1",
    ),
    "no mapping of facets": (
        lambda: search.facet([search.string_facet("a")]),
        OperandError,
        'facet got facets=[<Facet { type: "string", path: "a" }>]; it takes a mapping of '
        "names to facets",
    ),
    "no facets": (
        lambda: search.facet({}),
        ArgumentError,
        "facet got facets={}; it takes at least one facet",
    ),
    "a document as facet": (
        lambda: search.facet({"a": {"type": "string"}}),
        OperandError,
        "facet got facets['a']={'type': 'string'}; it takes string_facet(...), "
        "number_facet(...) or date_facet(...)",
    ),
    "another type of facet": (
        lambda: search.string_facet("a", type_="number"),
        ArgumentError,
        "string_facet got type_='number'; it takes one of 'string'",
    ),
    "one boundary": (
        lambda: search.number_facet("a", [1]),
        OperandError,
        "number_facet got boundaries=[1]; it takes a list of two values or more",
    ),
    "boundaries that don't ascend": (
        lambda: search.number_facet("a", [1, 1]),
        ArgumentError,
        "number_facet got boundaries=[1, 1]; it takes ascending values",
    ),
    "a boundary that is no number": (
        lambda: search.number_facet("a", [1, "x"]),
        OperandError,
        "number_facet got boundaries='x'; it takes a number",
    ),
    "a boundary that is no date": (
        lambda: search.date_facet("a", [1, 2]),
        OperandError,
        "date_facet got boundaries=1; it takes a date",
    ),
    "buckets without number": (
        lambda: search.string_facet("a", num_buckets=1001),
        ArgumentError,
        "string_facet got num_buckets=1001; it takes a whole number from 1 to 1000",
    ),
    "a truth value": (
        lambda: bool(APPLE),
        TruthValueError,
        "a search operator has no truth value; combine operators with "
        "search.compound(must=[...], should=[...])",
    ),
    "no operator": (
        lambda: operator_node("search", {"text": {}}),
        OperandError,
        "search got {'text': {}}; it takes a search operator, such as search.text(...), "
        "or raw({...}) of one",
    ),
    "several raw operators": (
        lambda: operator_node("search", raw({"text": {}, "index": "a"})),
        OperandError,
        'search got raw({"text": {}, "index": "a"}); it takes a search operator, such as '
        "search.text(...), or raw({...}) of one",
    ),
}


@pytest.mark.parametrize(
    ("build", "error", "message"), REFUSED.values(), ids=list(REFUSED)
)
def test_refusals(build, error, message):
    """What Atlas can't take is refused at once."""
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        build()


def test_unknown_fields():
    """Fields of a class are known."""
    with pytest.raises(UnknownFieldError, match="did you mean 'name'"):
        search.text(User.q.nam, "x")


def test_operator_node():
    """Stages take the name and the body of an operator, or of raw MQL."""
    body = Body((("path", Value("a")), ("query", Value("apple"))))
    assert operator_node("search", APPLE) == ("text", body)
    name, found = operator_node("search", raw({"new": 1}))
    assert (name, found) == ("new", Value(1))


def test_readable():
    """Operators read as mongosh, JSON and Python."""
    assert str(APPLE) == '{ text: { path: "a", query: "apple" } }'
    assert APPLE.to_json() == '{"text": {"path": "a", "query": "apple"}}'
    assert repr(APPLE) == 'search.text("a", query="apple")'
    assert repr(search.score_constant(1)) == "<Score { constant: { value: 1 } }>"


TEXTS = st.text() | st.sampled_from(["$password", "$$ROOT", "a.b", "\0", "$where"])


@given(TEXTS)
def test_texts_are_data(text):
    """Whatever a user writes is searched for."""
    made = search.compound(
        must=[search.text(F.a, text), search.equals(F.b, text), search.in_(F.c, [text])]
    )
    texts, equal, among = made.compile()["compound"]["must"]
    assert texts["text"]["query"] == text
    assert equal["equals"]["value"] == text
    assert among["in"]["value"] == [text]


@given(st.dictionaries(TEXTS.filter(lambda t: "\0" not in t), TEXTS, min_size=1))
def test_documents_are_data(document):
    """So are the documents that others are compared with."""
    made = search.more_like_this(document)
    assert made.compile() == {"moreLikeThis": {"like": document}}


@pytest.mark.parametrize(
    "value", [True, 1, 1.5, "x", UUID(int=1), ObjectId(ID), DAY, Decimal(1)]
)
def test_values_have_their_types(value):
    """Values are stored as anywhere else."""
    made = search.equals(F.a, value).compile()["equals"]["value"]
    assert made == (F.a == value).compile()["a"]
    assert type(made) is type((F.a == value).compile()["a"])
