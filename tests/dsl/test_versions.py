"""What a server lacks is refused where the tree has it, and data never is."""

import pickle

import pytest

from mongo_dsl import (
    F,
    Filter,
    Pipeline,
    QuerySet,
    Update,
    acc,
    expr,
    fn,
    raw,
    sample_rate,
    search,
    stages,
    win,
)
from mongo_dsl.demands import STAGE, demands
from mongo_dsl.errors import ArgumentError, ServerVersionError
from mongo_dsl.rewriting import compile_pipeline
from mongo_dsl.versions import parsed


SORTED = fn.sort_array(F.scores, sort_by=1)
TOP = acc.first_n(F.score, 3)

REFUSED = {
    "a stage": (
        Pipeline().unset("a"),
        "4.0",
        "$unset needs MongoDB 4.2; the query is compiled for 4.0",
    ),
    "a stage by itself": (
        stages.set_(a=1),
        "4.0",
        "$set needs MongoDB 4.2; the query is compiled for 4.0",
    ),
    "an expression of a stage": (
        Pipeline().project(best=SORTED),
        "5.0",
        "$sortArray needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "an accumulator of a group": (
        Pipeline().group(F.city, best=TOP),
        "5.0",
        "$firstN needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "an accumulator": (
        TOP,
        "5.1",
        "$firstN needs MongoDB 5.2; the query is compiled for 5.1",
    ),
    "an expression in an accumulator": (
        acc.sum_(fn.first(SORTED)),
        "5.1",
        "$sortArray needs MongoDB 5.2; the query is compiled for 5.1",
    ),
    "what a group groups by": (
        Pipeline().group(fn.date_trunc(F.at, unit="day"), n=acc.sum_(1)),
        "5.0",
        "$dateTrunc needs MongoDB 5.1; the query is compiled for 5.0",
    ),
    "an expression of its namesake's version": (
        Pipeline().project(best=fn.top_n(2, sort_by="a", output=F.b, input_=F.c)),
        "5.2",
        "$topN needs MongoDB 7.0; the query is compiled for 5.2",
    ),
    "a window": (
        win.rank(),
        "4.4",
        "$rank needs MongoDB 5.0; the query is compiled for 4.4",
    ),
    "a window with bounds": (
        TOP.over(documents=("unbounded", "current")),
        "5.0",
        "$firstN needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "a filter": (
        sample_rate(0.5),
        "5.2",
        "$sampleRate needs MongoDB 5.3; the query is compiled for 5.2",
    ),
    "a filter in a stage": (
        Pipeline().match(sample_rate(0.5)),
        "5.2",
        "$sampleRate needs MongoDB 5.3; the query is compiled for 5.2",
    ),
    "a filter among others": (
        ~((F.a == 1) | sample_rate(0.5)),
        "5.2",
        "$sampleRate needs MongoDB 5.3; the query is compiled for 5.2",
    ),
    "an operator of a field": (
        F.flags.bits_all_set(2),
        "3.0",
        "$bitsAllSet needs MongoDB 3.2; the query is compiled for 3.0",
    ),
    "an operator of an item": (
        F.items.any(F.flags.bits_all_set(2)),
        "3.0",
        "$bitsAllSet needs MongoDB 3.2; the query is compiled for 3.0",
    ),
    "a comparison of fields": (
        F.a > F.b,
        "3.4",
        "$expr needs MongoDB 3.6; the query is compiled for 3.4",
    ),
    "an expression in a filter": (
        expr(fn.in_(3, SORTED)),
        "5.0",
        "$sortArray needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "a pattern in an expression": (
        fn.cond(F.a.matches("^x"), 1, 2),
        "4.0",
        "$regexMatch needs MongoDB 4.2; the query is compiled for 4.0",
    ),
    "a remainder in an expression": (
        fn.cond(F.a.mod(4), 1, 2),
        "4.2",
        "$isNumber needs MongoDB 4.4; the query is compiled for 4.2",
    ),
    "a computed document of any names": (
        Pipeline().set(a={"b.c": F.x}),
        "4.4",
        "$setField needs MongoDB 5.0; the query is compiled for 4.4",
    ),
    "an argument": (
        fn.filter_(F.a, lambda item: item > 1, limit=3),
        "5.1",
        "limit of $filter needs MongoDB 5.2; the query is compiled for 5.1",
    ),
    "an argument of a stage": (
        Pipeline().unwind("a", include_array_index="n"),
        "3.0",
        "includeArrayIndex of $unwind needs MongoDB 3.2; the query is compiled for 3.0",
    ),
    "a variable": (
        Pipeline().match(fn.in_("admin", fn.USER_ROLES.role)),
        "6.0",
        "$$USER_ROLES needs MongoDB 7.0; the query is compiled for 6.0",
    ),
    "a field of an array's item": (
        F.items[0].sku + 1,
        "4.4",
        "$getField needs MongoDB 5.0; the query is compiled for 4.4",
    ),
    "a sub-pipeline": (
        Pipeline().facet(
            a=Pipeline().lookup("b", as_="c", local_field="d", foreign_field="e")
        ),
        "3.2",
        "$facet needs MongoDB 3.4; the query is compiled for 3.2",
    ),
    "a stage of a sub-pipeline": (
        Pipeline().lookup("b", as_="c", pipeline=Pipeline().unset("x")),
        "4.0",
        "$unset needs MongoDB 4.2; the query is compiled for 4.0",
    ),
    "a lookup by fields and a pipeline": (
        Pipeline().lookup(
            "b", as_="c", local_field="x", foreign_field="y", pipeline=Pipeline()
        ),
        "4.4",
        "a pipeline beside localField of $lookup needs MongoDB 5.0;"
        " the query is compiled for 4.4",
    ),
    "an accumulator of a bucket": (
        Pipeline().bucket(F.a, boundaries=[0, 9], output={"x": TOP}),
        "5.0",
        "$firstN needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "an accumulator of a bucket of its own": (
        Pipeline().bucket_auto(F.a, buckets=2, output={"x": TOP}),
        "5.0",
        "$firstN needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "an output of windows": (
        Pipeline().set_window_fields(
            sort_by="a", output={"x": TOP.over(documents=(-1, 1)), "y": win.locf(F.a)}
        ),
        "5.0",
        "$firstN needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "windows": (
        Pipeline().set_window_fields(output={"x": acc.sum_(F.a)}),
        "4.4",
        "$setWindowFields needs MongoDB 5.0; the query is compiled for 4.4",
    ),
    "a pipeline of a union": (
        Pipeline().union_with("b", Pipeline().fill(output={"a": {"value": 0}})),
        "5.0",
        "$fill needs MongoDB 5.3; the query is compiled for 5.0",
    ),
    "a pipeline of a merge": (
        Pipeline().merge("b", when_matched=Pipeline().set(a=SORTED)),
        "5.0",
        "$sortArray needs MongoDB 5.2; the query is compiled for 5.0",
    ),
    "a filter of a graph lookup": (
        Pipeline().graph_lookup(
            "b",
            start_with=F.a,
            connect_from_field="a",
            connect_to_field="b",
            as_="c",
            restrict_search_with_match=sample_rate(0.5),
        ),
        "5.2",
        "$sampleRate needs MongoDB 5.3; the query is compiled for 5.2",
    ),
    "an argument of a search": (
        stages.vector_search(index="a", limit=1, path="a", query="x", exact=True),
        "8.1",
        "query of $vectorSearch needs MongoDB 8.2; the query is compiled for 8.1",
    ),
    "an argument of an output": (
        stages.out("a", timeseries={"timeField": "t"}),
        "7.0",
        "timeseries of $out needs MongoDB 7.0.3; the query is compiled for 7.0",
    ),
    "an update": (
        F.a.set(1),
        "0.9",
        "$set needs MongoDB 1.0; the query is compiled for 0.9",
    ),
    "an update of items": (
        F.items.where(F.sku == "a").qty.inc(1),
        "3.4",
        "$[items] needs MongoDB 3.6; the query is compiled for 3.4",
    ),
    "a condition in an update": (
        F.items.pull(lambda item: item.flags.bits_all_set(1)),
        "3.0",
        "$bitsAllSet needs MongoDB 3.2; the query is compiled for 3.0",
    ),
    "a query set": (
        QuerySet().filter(F.a > F.b),
        "3.4.24",
        "$expr needs MongoDB 3.6; the query is compiled for 3.4.24",
    ),
}


@pytest.mark.parametrize(("query", "server", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_too_new(query, server, message):
    """The operator and the version it needs are named."""
    with pytest.raises(ServerVersionError) as error:
        query.compile(server=server)
    assert str(error.value) == message


@pytest.mark.parametrize(("query", "_", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_old_enough(query, _, message):
    """The version that the message names does it; nothing else changes."""
    needed = message.partition("MongoDB ")[2].partition(";")[0]
    assert query.compile(server=needed) == query.compile()


def test_search_operators():
    """In a search stage an operator stands beside options, and inside others."""
    inner = search.has_root(operator=search.text(F.title, "x"))
    found = stages.search(search.compound(must=[inner]), index="titles")
    assert list(demands(found._node, STAGE)) == [
        ("$search", "5.0"),
        ("compound", "5.0"),
        ("hasRoot", "8.2"),
        ("text", "5.0"),
    ]


DATA = {
    "a value": F.a == {"$sortArray": {"input": 1}},
    "a name": F["a.topN"] == "$median",
    "an argument": expr(fn.eq(F.a, {"$median": {"limit": 1}})),
    "a literal": expr(fn.eq(fn.literal({"$top": 1}), 1)),
    "an update": F.a.set({"$sigmoid": 1}),
    "raw MQL": raw({"$expr": {"$sigmoid": "$x"}}),
    "raw stages": Pipeline({"$documents": []}, raw([{"$fill": {}}])),
    "a document of any names": Pipeline().set(a={"b.c": 5}),
    "a list that is read": F.a.in_(F.b),
    "an item": Pipeline().set(a=[{"$hash": 1}, fn.abs_(F.x)]),
}


@pytest.mark.parametrize("query", DATA.values(), ids=DATA)
def test_data_is_no_operator(query):
    """Neither values nor hand-written MQL are looked into."""
    assert query.compile(server="4.2") == query.compile()


def test_pipeline_updates():
    """An update by a pipeline needs a version, and so do its expressions."""
    changes = [F.a.set(fn.sort_array(F.b, 1)), F.c.unset()]
    assert compile_pipeline(changes, server="5.2") == compile_pipeline(changes)
    with pytest.raises(ServerVersionError) as error:
        compile_pipeline(changes, server="5.0")
    assert error.value.subject == "$sortArray"
    with pytest.raises(ServerVersionError) as error:
        compile_pipeline([F.a.set(1)], server="4.0")
    with pytest.raises(ServerVersionError) as error:
        compile_pipeline([Pipeline().set(a=SORTED)], server="5.0")
    assert error.value.subject == "$sortArray"
    with pytest.raises(ServerVersionError) as error:
        compile_pipeline([F.a.set(1)], server="4.0")
    assert str(error.value) == (
        "an update by a pipeline needs MongoDB 4.2; the query is compiled for 4.0"
    )


def test_the_error_knows_the_facts():
    """The error carries what it says, through pickling, too."""
    with pytest.raises(ServerVersionError) as error:
        SORTED.compile(server="5.0")
    for found in (error.value, pickle.loads(pickle.dumps(error.value))):  # noqa: S301
        assert (found.subject, found.needs, found.server) == (
            "$sortArray",
            "5.2",
            "5.0",
        )
    assert isinstance(error.value, ValueError)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("6", (6, 0, 0)),
        ("6.0", (6, 0, 0)),
        ("6.0.5", (6, 0, 5)),
        ("10.2.11", (10, 2, 11)),
        ("8.3.0-rc1", (8, 3, 0)),
    ],
)
def test_versions(text, version):
    """Versions are written as the server writes them, or shorter."""
    assert parsed(text) == version


@pytest.mark.parametrize("server", ["", "six", "6.", "6.0.5.1", "v6.0", 6, 6.0, (6, 0)])
def test_what_is_no_version(server):
    """Other values are refused, whatever the query is."""
    for query in (Filter(), Update(), Pipeline(), QuerySet(), F.a):
        with pytest.raises(ArgumentError) as error:
            query.compile(server=server)
        assert str(error.value) == (
            f"server got {server!r}; it takes a version of MongoDB, such as '6.0'"
        )
