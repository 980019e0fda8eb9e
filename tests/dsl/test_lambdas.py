"""Functions become expressions over variables, and variables never hide each other."""

import pickle

import pytest

from mongo_dsl import F, fn, param
from mongo_dsl.errors import ArgumentError, OperandError, UnknownFieldError
from tests.models import Status, User


q = User.q


def times(outer):
    """Return a function whose argument is called as the one it closes over."""
    return lambda item: item.n * outer.n


MAPS = {
    "a lambda": (
        fn.map_(F.a, lambda item: item.price * item.qty),
        {"as": "item", "in": {"$multiply": ["$$item.price", "$$item.qty"]}},
    ),
    "a lambda with the place": (
        fn.map_(F.a, lambda item, place: [place, item]),
        {"as": "item", "arrayIndexAs": "place", "in": ["$$place", "$$item"]},
    ),
    "given names": (
        fn.map_(F.a, lambda item, place: item + place, as_="x", array_index_as="i"),
        {"as": "x", "arrayIndexAs": "i", "in": {"$add": ["$$x", "$$i"]}},
    ),
    "an expression": (
        fn.map_(F.a, fn.var("this.price") + 1),
        {"in": {"$add": ["$$this.price", 1]}},
    ),
    "an expression with a name": (
        fn.map_(F.a, fn.var("x") + 1, as_="x"),
        {"as": "x", "in": {"$add": ["$$x", 1]}},
    ),
    "a function of fn": (
        fn.map_(F.a, fn.to_upper),
        {"as": "expression", "in": {"$toUpper": "$$expression"}},
    ),
    "a function of any number": (
        fn.map_(F.a, fn.concat),
        {"as": "expression", "in": {"$concat": ["$$expression"]}},
    ),
    "a name no variable may have": (
        fn.map_(F.a, lambda _: 1),
        {"as": "item", "in": 1},
    ),
    "an upper-case name": (
        fn.map_(F.a, lambda Tag: Tag),  # noqa: N803 - the point
        {"as": "tag", "in": "$$tag"},
    ),
    "two arguments that come out alike": (
        fn.map_(F.a, lambda x, _x: [x, _x]),
        {"as": "x", "arrayIndexAs": "x2", "in": ["$$x", "$$x2"]},
    ),
    "items by place": (
        fn.map_(F.a, lambda item: item.tags[-1]),
        {"as": "item", "in": {"$arrayElemAt": ["$$item.tags", -1]}},
    ),
    "fields by name": (
        fn.map_(F.a, lambda item: item["bind"] + item["a.b"]),
        {"as": "item", "in": {"$add": ["$$item.bind", "$$item.a.b"]}},
    ),
    "a nested lambda of the same name": (
        fn.map_(F.a, lambda item: fn.map_(item.b, times(item))),
        {
            "as": "item",
            "in": {
                "$map": {
                    "input": "$$item.b",
                    "as": "item2",
                    "in": {"$multiply": ["$$item2.n", "$$item.n"]},
                }
            },
        },
    ),
    "lambdas side by side": (
        fn.map_(F.a, lambda x: [fn.map_(x.b, lambda y: y), fn.map_(x.c, lambda y: y)]),
        {
            "as": "x",
            "in": [
                {"$map": {"input": "$$x.b", "as": "y", "in": "$$y"}},
                {"$map": {"input": "$$x.c", "as": "y", "in": "$$y"}},
            ],
        },
    ),
    "data that looks like a variable": (
        fn.map_(F.a, lambda item: fn.concat(item.name, "$$item.secret")),
        {
            "as": "item",
            "in": {"$concat": ["$$item.name", {"$literal": "$$item.secret"}]},
        },
    ),
}


@pytest.mark.parametrize(("made", "body"), MAPS.values(), ids=list(MAPS))
def test_map(made, body):
    """A function's arguments become variables of their names."""
    assert made.compile() == {"$map": {"input": "$a", **body}}
    twin = pickle.loads(pickle.dumps(made))  # noqa: S301 - our own bytes
    assert twin.same_as(made)


FILTERS = {
    "a comparison": (lambda item: item.qty > 5, {"$gt": ["$$item.qty", 5]}),
    "a truth value": (lambda item: item.active, "$$item.active"),
    "not": (lambda item: ~item.active, {"$not": ["$$item.active"]}),
    "and": (
        lambda item: (item.qty > 5) & item.active,
        {"$and": [{"$gt": ["$$item.qty", 5]}, "$$item.active"]},
    ),
    "variables first": (
        lambda item: item.active & item.paid,
        {"$and": ["$$item.active", "$$item.paid"]},
    ),
    "or": (
        lambda item: item.active | (item.qty == 5),
        {"$or": ["$$item.active", {"$eq": ["$$item.qty", 5]}]},
    ),
    "a condition on the document": (
        lambda item: item.qty > F.least,
        {"$gt": ["$$item.qty", "$least"]},
    ),
    "a constant": (lambda item: True, True),
}


@pytest.mark.parametrize(("cond", "mql"), FILTERS.values(), ids=list(FILTERS))
def test_filter(cond, mql):
    """What a filter's function returns is a truth value."""
    made = fn.filter_(F.a, cond)
    assert made.compile() == {"$filter": {"input": "$a", "as": "item", "cond": mql}}


def test_filter_options():
    """A filter with an expression takes names and a limit."""
    made = fn.filter_(F.a, fn.var("x") > 1, as_="x", array_index_as="i", limit=2)
    assert made.compile()["$filter"] == {
        "input": "$a",
        "as": "x",
        "arrayIndexAs": "i",
        "cond": {"$gt": ["$$x", 1]},
        "limit": 2,
    }


LET_X = fn.let({"x": 1}, fn.var("x"))

REDUCTIONS = {
    "a lambda": (
        fn.reduce(F.a, 0, lambda total, one: total + one),
        {"in": {"$add": ["$$value", "$$this"]}},
    ),
    "fields": (
        fn.reduce(F.a, 0, lambda total, one: total.n + one.n),
        {"in": {"$add": ["$$value.n", "$$this.n"]}},
    ),
    "the server's names, swapped": (
        fn.reduce(F.a, 0, lambda this, value: this - value),
        {"in": {"$subtract": ["$$value", "$$this"]}},
    ),
    "the place": (
        fn.reduce(F.a, 0, lambda total, one, i: total + one * i),
        {
            "arrayIndexAs": "i",
            "in": {"$add": ["$$value", {"$multiply": ["$$this", "$$i"]}]},
        },
    ),
    "given names": (
        fn.reduce(F.a, 0, lambda total, one: total + one, as_="x", value_as="y"),
        {"as": "x", "valueAs": "y", "in": {"$add": ["$$y", "$$x"]}},
    ),
    "an expression": (
        fn.reduce(F.a, 0, fn.var("value") + fn.var("this")),
        {"in": {"$add": ["$$value", "$$this"]}},
    ),
    "an expression that sets a variable of the same name": (
        fn.reduce(F.a, 0, lambda x, y: fn.add(x, y, LET_X)),
        {
            "in": {
                "$add": ["$$value", "$$this", {"$let": {"vars": {"x": 1}, "in": "$$x"}}]
            }
        },
    ),
    "a reduction inside": (
        fn.reduce(F.a, 0, lambda t, x: fn.reduce(x.b, t, lambda t, y: t + y + x.n)),
        {
            "in": {
                "$let": {
                    "vars": {"t": "$$value", "x": "$$this"},
                    "in": {
                        "$reduce": {
                            "input": "$$x.b",
                            "initialValue": "$$t",
                            "in": {"$add": [{"$add": ["$$value", "$$this"]}, "$$x.n"]},
                        }
                    },
                }
            }
        },
    ),
    "a map without names inside": (
        fn.reduce(F.a, [], lambda t, x: fn.map_(t, fn.add(fn.var("this"), x))),
        {
            "in": {
                "$let": {
                    "vars": {"t": "$$value", "x": "$$this"},
                    "in": {"$map": {"input": "$$t", "in": {"$add": ["$$this", "$$x"]}}},
                }
            }
        },
    ),
    "a map with names inside": (
        fn.reduce(F.a, [], lambda t, x: fn.map_(t, lambda y: y + x)),
        {
            "in": {
                "$map": {
                    "input": "$$value",
                    "as": "y",
                    "in": {"$add": ["$$y", "$$this"]},
                }
            }
        },
    ),
}


@pytest.mark.parametrize(("made", "body"), REDUCTIONS.values(), ids=list(REDUCTIONS))
def test_reduce(made, body):
    """The value so far and the item are what the server calls them, wherever it can."""
    compiled = made.compile()["$reduce"]
    assert compiled.pop("input") == "$a"
    assert compiled.pop("initialValue") in (0, [])
    assert compiled == body


LETS = {
    "a lambda": (
        fn.let({"total": F.a * 2}, lambda total: total + 1),
        {"vars": {"total": {"$multiply": ["$a", 2]}}, "in": {"$add": ["$$total", 1]}},
    ),
    "arguments in any order": (
        fn.let({"x": 1, "y": 2}, lambda y, x: y - x),
        {"vars": {"x": 1, "y": 2}, "in": {"$subtract": ["$$y", "$$x"]}},
    ),
    "an expression": (
        fn.let({"x": F.a}, fn.var("x.y")),
        {"vars": {"x": "$a"}, "in": "$$x.y"},
    ),
    "no arguments": (fn.let({"x": 1}, lambda: 5), {"vars": {"x": 1}, "in": 5}),
    "CURRENT": (
        fn.let({"CURRENT": F.a}, F.b),
        {"vars": {"CURRENT": "$a"}, "in": "$b"},
    ),
}


@pytest.mark.parametrize(("made", "body"), LETS.values(), ids=list(LETS))
def test_let(made, body):
    """Values get names, which a function's arguments ask for."""
    assert made.compile() == {"$let": body}


TYPED = {
    "a stored name": (
        fn.map_(q.addresses, lambda address: address.zip),
        "$$address.zip_code",
    ),
    "a stored name by let": (
        fn.let({"home": q.address}, lambda home: home.zip),
        "$$home.zip_code",
    ),
    "a stored name by reduce": (
        fn.reduce(q.addresses, "", lambda text, one: fn.concat(text, one.zip)),
        {"$concat": ["$$value", "$$this.zip_code"]},
    ),
    "a sum": (
        fn.map_(q.items, lambda item: item.qty + 1),
        {"$add": ["$$item.qty", 1]},
    ),
}


@pytest.mark.parametrize(("made", "mql"), TYPED.values(), ids=list(TYPED))
def test_typed(made, mql):
    """Variables know the fields of what they stand for."""
    ((_, body),) = made.compile().items()
    assert body["in"] == mql


def test_typed_operands():
    """A variable is compared with what its field would be."""
    made = fn.let({"status": q.status}, lambda status: status == Status.SHIPPED)
    assert made.compile()["$let"]["in"] == {"$eq": ["$$status", "shipped"]}


def test_dir_of_variables():
    """Completion lists the fields."""
    found = []
    fn.map_(q.items, lambda item: found.extend(dir(item)) or item.sku)
    assert {"sku", "qty", "compile"} <= set(found)
    assert "compile" in dir(fn.ROOT)


def test_lambdas_fill_parameters():
    """A parameter in a lambda is filled like any other."""
    made = fn.map_(F.a, lambda item: item + param("n"))
    assert made.bind(n=5).compile()["$map"]["in"] == {"$add": ["$$item", 5]}


def hiding(function):
    """Return a call of *function* where a lambda's variable is called x."""
    return lambda: fn.map_(F.a, lambda x: function(x))


ERRORS = {
    "too many arguments": (
        lambda: fn.map_(F.a, lambda x, y, z: x),
        OperandError,
        "map_ got a function of 3 arguments; it takes one of 1 to 2",
    ),
    "too few arguments": (
        lambda: fn.reduce(F.a, 0, lambda x: x),
        OperandError,
        "reduce got a function of 1 arguments; it takes one of 2 to 3",
    ),
    "a bad name": (
        lambda: fn.map_(F.a, 1, as_="Item"),
        ArgumentError,
        (
            "a variable is named 'Item'; names start with a lower-case letter and go on with "
            "letters, digits and underscores"
        ),
    ),
    "no name": (
        lambda: fn.let({1: 2}, 3),
        ArgumentError,
        (
            "a variable is named 1; names start with a lower-case letter and go on with "
            "letters, digits and underscores"
        ),
    ),
    "a system variable with a slip": (
        lambda: fn.var("ROOTS.a"),
        ArgumentError,
        (
            "a variable is named 'ROOTS'; did you mean 'ROOT'?; names start with a lower-case "
            "letter and go on with letters, digits and underscores"
        ),
    ),
    "a path with an operator": (
        lambda: fn.var("this.$x"),
        ArgumentError,
        (
            "the field name '$x' has the part '$x'; parts are not empty, hold no NUL byte and "
            "don't begin with '$'; fn.get_field reads fields of such names"
        ),
    ),
    "a given name that hides": (
        hiding(lambda x: fn.map_(x, lambda y: y, as_="x")),
        ArgumentError,
        (
            "map_ got the variable name 'x', which hides the one of a lambda around it; "
            "choose another"
        ),
    ),
    "an expression's name that hides": (
        hiding(lambda x: fn.filter_(x, fn.var("x"), as_="x")),
        ArgumentError,
        (
            "filter_ got the variable name 'x', which hides the one of a lambda around it; "
            "choose another"
        ),
    ),
    "a let that hides": (
        hiding(lambda x: fn.let({"x": x}, 1)),
        ArgumentError,
        (
            "let got the variable name 'x', which hides the one of a lambda around it; "
            "choose another"
        ),
    ),
    "a reduction that hides": (
        lambda: fn.map_(F.a, lambda this: fn.reduce(F.b, 0, lambda t, x: t + x + this)),
        ArgumentError,
        (
            "reduce hides the variable 'this' of a lambda around it; give that one another "
            "name"
        ),
    ),
    "an unknown argument": (
        lambda: fn.let({"total": 1}, lambda totl: totl),
        ArgumentError,
        "let got a function with the argument 'totl'; the variables are: total",
    ),
    "no variables": (
        lambda: fn.let([("total", 1)], 5),
        OperandError,
        "let got the variables [('total', 1)]; it takes a mapping of names to values",
    ),
    "a method": (
        lambda: fn.map_(F.a, lambda item: item.name.upper()),
        OperandError,
        (
            "variable 'item.name' has no method 'upper'; functions of the server are in fn: "
            "fn.upper(...)"
        ),
    ),
    "a place that is none": (
        lambda: fn.var("x")[1.5],
        OperandError,
        "variable 'x' got the key 1.5; it takes a name or a place",
    ),
    "an unknown field": (
        lambda: fn.map_(q.items, lambda item: item.prise),
        UnknownFieldError,
        "User.items has no field 'prise'; its fields are: sku, qty",
    ),
    "a limit of nothing": (
        lambda: fn.filter_(F.a, 1, limit=0),
        ArgumentError,
        "filter_ got limit=0; it takes a whole number above 0",
    ),
}


@pytest.mark.parametrize(
    ("wrong", "error", "message"), ERRORS.values(), ids=list(ERRORS)
)
def test_errors(wrong, error, message):
    """What can't work fails where it is written, and says what would."""
    with pytest.raises(error) as caught:
        wrong()
    assert str(caught.value) == message


def test_names_are_free_again_after_an_error():
    """A function that raises leaves nothing behind."""
    with pytest.raises(ZeroDivisionError):
        fn.map_(F.a, lambda item: 1 / 0)
    assert fn.map_(F.a, lambda item: item).compile()["$map"]["as"] == "item"


@pytest.mark.parametrize(
    "name", [name for name in fn.__all__ if name.isupper()], ids=str
)
def test_system_variables(name):
    """The server's variables are there under their names."""
    assert getattr(fn, name).compile() == f"$${name}"
    assert fn.var(f"{name}.a").same_as(getattr(fn, name).a)
