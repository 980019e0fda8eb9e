"""What notebooks and Rich show."""

import io

import pytest
from rich.console import Console

from mongo_dsl import F, Pipeline, QuerySet, Update, acc, fn, param, raw, stages, win


SHOWN = {
    "a filter": (F.age > 18, "{ age: { $gt: 18 } }"),
    "an expression": (F.a + 1, '{ $add: [ "$a", 1 ] }'),
    "an update": (F.a.inc(1), "{ $inc: { a: 1 } }"),
    "an empty update": (Update(), "{}"),
    "a stage": (stages.limit(5), "{ $limit: 5 }"),
    "an accumulator": (acc.sum_(F.a), '{ $sum: "$a" }'),
    "a window": (win.rank(), "{ $rank: {} }"),
    "raw MQL": (raw({"a": 1}), "{ a: 1 }"),
    "a pipeline": (
        Pipeline().match(city="x" * 40).sort("-age").project("name", "age"),
        f"""\
[
  {{ $match: {{ city: "{"x" * 40}" }} }},
  {{ $sort: {{ age: -1 }} }},
  {{ $project: {{ name: 1, age: 1 }} }}
]""",
    ),
    "a query set": (
        QuerySet().filter(age=5).sort("-age").limit(5),
        """\
db.collection.find({ age: 5 })
  .sort({ age: -1 })
  .limit(5)""",
    ),
}


def rich_text(value):
    """Return what Rich prints, without colours."""
    console = Console(file=io.StringIO(), width=100)
    console.print(value)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


@pytest.mark.parametrize(("value", "text"), SHOWN.values(), ids=SHOWN)
def test_notebooks(value, text):
    """Notebooks show mongosh's text."""
    assert value._repr_markdown_() == f"```javascript\n{text}\n```"


@pytest.mark.parametrize(("value", "text"), SHOWN.values(), ids=SHOWN)
def test_rich(value, text):
    """Rich prints the same."""
    assert rich_text(value) == text


def test_rich_has_colours():
    """Rich gets mongosh's language, not plain text."""
    assert (F.age > 18).__rich__().lexer.name == "JavaScript"


OPEN = {
    "a filter": F.age > param("low"),
    "a pipeline": Pipeline().limit(param("n")),
    "a query set": QuerySet().limit(param("n")),
    "an update of a pipeline": F.a.set(F.b + 1),
}


@pytest.mark.parametrize("value", OPEN.values(), ids=OPEN)
def test_what_has_no_mql_yet(value):
    """With open parameters the text is that of `repr`."""
    assert str(value) == repr(value)
    assert value._repr_markdown_() == f"```python\n{value!r}\n```"
    assert value.__rich__().code.rstrip("\n") == repr(value)


def test_fences_are_longer_than_their_text():
    """Data can't end the fence."""
    shown = (F.a == "```")._repr_markdown_()
    assert shown == '````javascript\n{ a: "```" }\n````'


def test_fields_of_unknown_classes_show_themselves():
    """They and variables have every name, and Rich asks for one that nothing has."""
    assert rich_text(F.age) == "F['age']"
    assert rich_text(fn.ROOT.a) == "fn.ROOT.a"
