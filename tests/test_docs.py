"""The documentation: everything public has an example, and every example is executed."""

import functools
import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

import mongo_dsl
from mongo_dsl import acc, fn, geo, search, stages, testing, win
from mongo_dsl.expressions.face import Expr
from mongo_dsl.expressions.namespaces.arrays import ArrayNamespace
from mongo_dsl.expressions.namespaces.dates import DateNamespace
from mongo_dsl.expressions.namespaces.documents import DocumentNamespace
from mongo_dsl.expressions.namespaces.texts import TextNamespace
from mongo_dsl.expressions.variable import Variable
from mongo_dsl.prepared import Prepared
from mongo_dsl.raw import RawMQL
from mongo_dsl.shape import Shape
from mongo_dsl.translation import Translation
from tests.spec.specification import OPERATORS, snake_case


ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
CHAPTERS = [page for page in PAGES if page.stem != "architecture"]

# The categories of the specification whose examples execute what a namespace offers.
NAMESPACES = {
    mongo_dsl: ("query",),
    acc: ("accumulator",),
    fn: ("expression",),
    geo: (),
    search: ("search",),
    stages: ("stage",),
    testing: (),
    win: ("accumulator",),
}
CLASSES = {
    mongo_dsl.Field: ("query", "update"),
    mongo_dsl.Pipeline: ("stage",),
    Expr: (),
    Variable: (),
    RawMQL: (),
    Prepared: (),
    Shape: (),
    Translation: (),
    ArrayNamespace: ("expression",),
    DateNamespace: ("expression",),
    DocumentNamespace: ("expression",),
    TextNamespace: ("expression",),
}


@functools.cache
def specified(categories):
    """Return the names of the operators that the specification's examples execute."""
    return {
        snake_case(operator["name"])
        for operator in OPERATORS
        if operator["category"] in categories
    }


def offered(namespace):
    """Return the values that *namespace* makes public."""
    return [getattr(namespace, name) for name in namespace.__all__]


def functions():
    """Yield the public functions by name, with their docstrings."""
    for namespace, categories in NAMESPACES.items():
        for found in filter(inspect.isfunction, offered(namespace)):
            if found.__name__ not in specified(categories):
                yield f"{namespace.__name__}.{found.__name__}", inspect.getdoc(found)


def classes():
    """Yield the public classes, with the categories of the operators they offer."""
    for namespace in NAMESPACES:
        for found in filter(inspect.isclass, offered(namespace)):
            yield found, CLASSES.get(found, ())
    yield from CLASSES.items()


def methods():
    """Yield the public methods by name, with all docstrings they have or inherit."""
    for cls, categories in classes():
        for name in dir(cls):
            given = [function(vars(c)[name]) for c in cls.__mro__ if name in vars(c)]
            names = {name, *(one.__name__ for one in given if inspect.isfunction(one))}
            if name[0] == "_" or names & specified(categories) or not all(given):
                continue
            yield f"{cls.__name__}.{name}", "".join(one.__doc__ or "" for one in given)


def function(member):
    """Return the function or property behind *member* of a class, if it is one."""
    found = getattr(member, "function", getattr(member, "__func__", member))
    return found if isinstance(found, (FunctionType, property)) else None


PUBLIC = dict(sorted([*functions(), *methods()]))


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_has_an_example(name):
    """Nobody has to guess how a public function is called."""
    assert ">>>" in PUBLIC[name], f"{name} has no example in its docstring"


def test_the_rule_reaches_all_that_is_public():
    """Names of every kind are looked at, so that the rule above holds them."""
    assert {
        "mongo_dsl.param",
        "mongo_dsl.fn.as_is",
        "mongo_dsl.geo.shape",
        "mongo_dsl.testing.assert_compiles",
        "ArrayNamespace.contains",
        "CenterSphere.metres",
        "Field.every",
        "Pipeline.into",
        "Prepared.bind",
        "QuerySet.after",
        "Shape.is_open",
        "Update.array_filters",
    } <= PUBLIC.keys()


def test_every_page_is_executed(pytestconfig):
    """The tests run the examples of the README and of all pages."""
    assert {"README.md", "docs"} <= {*pytestconfig.getini("testpaths")}
    assert "--doctest-glob=*.md" in pytestconfig.getini("addopts")


@pytest.mark.parametrize("page", CHAPTERS, ids=lambda page: page.stem)
def test_every_chapter_has_examples(page):
    """A chapter shows what it says."""
    assert page.read_text().count(">>>") > 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_readme_links_every_page(page):
    """A newcomer finds all pages from the README."""
    assert f"](docs/{page.name})" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *PAGES], ids=lambda page: page.stem
)
def test_links_lead_somewhere(page):
    """Links within the documentation find their page and heading."""
    for target, anchor in LINK.findall(page.read_text()):
        path = page.parent / target if target else page
        assert path.is_file(), f"{page.name} links {target}"
        assert not anchor or anchor in anchors(path), f"{page.name} links #{anchor}"


LINK = re.compile(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)")


def anchors(page):
    """Return the anchors that GitHub makes of the headings of *page*."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


def test_commands_print_what_the_chapter_shows():
    """The command line does what the chapter on reading says."""
    text = (ROOT / "docs/reading.md").read_text()
    shown = re.search(
        r"^\$ echo '(.*)' \| python (.*)\n((?s:.*?))^```$", text, re.MULTILINE
    )
    stdin, arguments, printed = shown.groups()
    ran = subprocess.run(
        [sys.executable, *shlex.split(arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert ran.stdout == printed
