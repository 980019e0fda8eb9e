"""The house: what imports what, and what importing costs."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import mapper
import mongo_dsl


ROOT = Path(__file__).parent.parent
MODULES = sorted(
    path
    for package in ("mongo_dsl", "mapper")
    for path in (ROOT / package).rglob("*.py")
)

# From the ground floor up; a module imports only what stands on its floor or below.
DSL_FLOORS = (
    ("errors", "later", "memory"),
    ("names", "nodes", "storage", "conformity", "versions", "geo", "signatures"),
    ("admission", "values", "predicates", "structure", "variants", "storages"),
    (
        "compile",
        "counts",
        "demands",
        "flat",
        "junctions",
        "mermaid",
        "params",
        "placement",
        "prepared",
        "schema",
        "render",
        "readable",
        "shape",
    ),
    ("filters", "sorting", "matching", "testing"),
    ("logic", "evaluation", "raw", "updates", "rewriting", "expressions", "fn"),
    ("frames", "accumulators", "windows", "search"),
    ("changes",),
    ("fields",),
    ("keywords", "keyset"),
    ("stages", "find"),
    ("pipeline", "queryset"),
    ("source", "parsing"),
    ("translation",),
    ("__main__",),
)
MAPPER_FLOORS = (
    ("bulk", "collector", "errors", "explanation", "pages", "preview", "requests"),
    ("registry", "references", "on_delete"),
    (
        "embedded",
        "fields",
        "computed",
        "constructors",
        "conversion",
        "generation",
        "discriminators",
        "commands",
        "indexes",
        "codec",
        "rows",
        "concerns",
        "sessions",
    ),
    (
        "caching",
        "pytest_plugin",
        "converter",
        "collections",
        "options",
        "connection",
        "behaviour",
        "events",
        "states",
    ),
    ("connected", "relations", "n_plus_one"),
    ("json_text", "encryption"),
    (
        "validation",
        "tracking",
        "forming",
        "hydration",
        "loaders",
        "scopes",
        "exchange",
        "namespaces",
        "streams",
    ),
    ("metaclass", "flows"),
    ("binding", "cursors", "changestreams"),
    ("query",),
    ("aggregations", "behaviours", "sync", "aio"),
    ("connecting", "databases", "document"),
    ("typed",),
)
DRIVERS = ("pymongo", "motor", "gridfs")
# What talks to a driver; all else is driven.
SPEAKS_TO_DRIVERS = {
    "mapper.requests",
    "mapper.concerns",
    "mapper.connecting",
    "mapper.embedded.replica_set",
    "mapper.encryption.client_side",
    "mapper.pytest_plugin",
}


def name_of(path):
    """Return the dotted name of the module at *path*."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def imports_of(path, *, everywhere=False):
    """Yield the modules that *path* imports, in functions too if *everywhere*.

    What only type checkers import doesn't count.
    """
    tree = ast.parse(path.read_text())
    for statement in ast.walk(tree) if everywhere else top_level(tree):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def top_level(tree):
    """Yield the statements that run when a module is imported."""
    return [s for s in tree.body if isinstance(s, (ast.Import, ast.ImportFrom))]


def floor_of(module, floors):
    """Return the floor a module of a package lives on."""
    room = module.split(".")[1]
    for number, rooms in enumerate(floors):
        if room in rooms:
            return number
    return pytest.fail(f"{module} has no floor")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_dependencies_point_down(path):
    """A module imports nothing that stands above it."""
    name = name_of(path)
    if "." not in name:
        return
    package = name.partition(".")[0]
    floors = DSL_FLOORS if package == "mongo_dsl" else MAPPER_FLOORS
    rooms = {room for rooms in floors for room in rooms}
    floor = floor_of(name, floors)
    for imported in imports_of(path):
        parts = imported.split(".")
        if parts[0] == package and len(parts) > 1 and parts[1] in rooms:
            assert floor_of(imported, floors) <= floor, f"{name} imports {imported}"


def test_no_modules_of_the_mapper_import_each_other_in_a_circle():
    """They have an order: each imports only what comes before it."""
    names = {name_of(path) for path in MODULES if name_of(path).startswith("mapper.")}
    waiting = {
        name_of(path): {m for m in imports_of(path) if m in names} - {name_of(path)}
        for path in MODULES
        if name_of(path) in names and path.name != "__init__.py"
    }
    while ready := {
        name for name, needed in waiting.items() if not needed & waiting.keys()
    }:
        waiting = {name: n for name, n in waiting.items() if name not in ready}
    assert not waiting


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_a_few_modules_know_a_driver(path):
    """The query layer knows neither the mapper nor a driver; flows are driven."""
    name = name_of(path)
    for imported in imports_of(path, everywhere=True):
        first = imported.partition(".")[0]
        if name.startswith("mongo_dsl"):
            assert first not in (*DRIVERS, "mapper"), f"{name} imports {imported}"
        elif name not in SPEAKS_TO_DRIVERS:
            assert first not in DRIVERS, f"{name} imports {imported}"


def imported_by(statement):
    """Return the modules that a fresh interpreter has after *statement*."""
    code = f"import sys; {statement}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.split())


def test_the_query_layer_loads_no_driver():
    """Importing mongo_dsl imports no driver module."""
    loaded = imported_by("import mongo_dsl")
    assert not {name for name in loaded if name.split(".")[0] in (*DRIVERS, "mapper")}


LIBRARIES = {
    "cachetools",
    "cryptography",
    "motor",
    "pymongo",
    "pytest",
    "rich",
    "shapely",
} | {"asyncio", "concurrent", "email", "hashlib", "http", "json", "logging", "ssl"}
LATER = {
    "mapper.aggregations",
    "mapper.caching.face",
    "mapper.changestreams",
    "mapper.collections.kinds",
    "mapper.embedded",
    "mapper.encryption.ciphers",
    "mapper.exchange",
    "mapper.flows.reading",
    "mapper.indexes.plans",
    "mapper.indexes.search",
    "mapper.n_plus_one",
    "mapper.relations.joining",
    "mapper.streams",
    "mapper.tracking.steps",
    "mongo_dsl.geo.geometries",
    "mongo_dsl.keyset.cursors",
    "mongo_dsl.matching",
    "mongo_dsl.pipeline",
    "mongo_dsl.render",
    "mongo_dsl.search",
    "mongo_dsl.shape",
    "mongo_dsl.source",
    "mongo_dsl.stages",
}
QUERY = """
from mapper import SyncDocument, connect, field
class User(SyncDocument):
    name: str
    age: int = field(default=0)
User.filter(User.q.age > 5).compile()
"""
# How many modules of ours are loaded at most: what costs time at every start.
LOADED = {"import mongo_dsl": 70, "import mapper": 80, QUERY: 170}


@pytest.mark.parametrize("statement", LOADED, ids=["dsl", "mapper", "query"])
def test_importing_takes_little(statement):
    """Programs import neither other libraries nor what few of them use."""
    code = f"exec({statement!r})"
    loaded = imported_by(code)
    assert not {name for name in loaded if name.split(".")[0] in LIBRARIES}
    assert not loaded & LATER
    assert {name_of(path) for path in MODULES} >= LATER
    ours = [name for name in loaded if name.split(".")[0] in ("mapper", "mongo_dsl")]
    assert len(ours) <= LOADED[statement]


@pytest.mark.parametrize(
    ("document", "other"), [("SyncDocument", "aio"), ("Document", "sync")]
)
def test_documents_load_their_own_face(document, other):
    """Who has no asyncio loads nothing for it, and the other way round."""
    loaded = imported_by(f"from mapper import {document}")
    assert not {name for name in loaded if name.split(".")[-1] == other}


LAZY = [
    path
    for path in MODULES
    if path.name == "__init__.py"
    and "later(__name__" in "".join(path.read_text().split())
]


@pytest.mark.parametrize("path", LAZY, ids=name_of)
def test_what_comes_later_is_known_before(path):
    """A package that imports late tells checkers of all that it offers, and nothing else."""
    package = importlib.import_module(name_of(path))
    tree = ast.parse(path.read_text())
    guarded = [s for s in tree.body if isinstance(s, ast.If)]
    late = names_in(guarded[0].body)
    assert late <= {*package.__all__} <= names_in(tree.body) | late
    assert dir(package) == sorted(package.__all__)
    for name in late:
        found = getattr(package, name)
        # importing a module binds its name, whatever the package offers by it
        assert inspect.ismodule(found) or not path.with_name(f"{name}.py").exists()


def names_in(statements):
    """Return the names that *statements* import from modules."""
    return {
        alias.asname or alias.name
        for one in statements
        if isinstance(one, ast.ImportFrom)
        for alias in one.names
    }


@pytest.mark.parametrize("name", ["bulk", "caching", "errors", "events", "streams"])
def test_modules_with_more_need_no_import(name):
    """Importing mapper is enough to reach the modules that its documentation names."""
    imported_by(f"import mapper; mapper.{name}.__doc__")


def test_nothing_comes_later_that_is_not_offered():
    """A package that imports late refuses other names as any module does."""
    with pytest.raises(AttributeError) as caught:
        _ = mapper.Dokument
    assert str(caught.value) == "module 'mapper' has no attribute 'Dokument'"


LONGEST_MODULE, LONGEST_FUNCTION = 300, 40


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_fits_in_a_head(path):
    """No module and no function is longer than a reader likes."""
    text = path.read_text()
    assert text.count("\n") <= LONGEST_MODULE
    for one in ast.walk(ast.parse(text)):
        if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)):
            said = ast.get_docstring(one) is not None
            code = one.body[said:]  # what it takes and says is as long as it must be
            lines = code[-1].end_lineno - code[0].lineno + 1 if code else 0
            assert lines <= LONGEST_FUNCTION, one.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_import_alone(path):
    """Every module imports without another one imported before it."""
    if path.name in {"__init__.py", "pytest_plugin.py"}:
        return
    room = name_of(path)
    if room.count(".") == 1:
        imported_by(f"import {room}")


@pytest.mark.parametrize("package", [mongo_dsl, mapper])
def test_public_names(package):
    """What a package offers exists, sorted, each name once."""
    assert list(package.__all__) == sorted(set(package.__all__))
    for name in package.__all__:
        assert hasattr(package, name)


CONTRACT = {
    mongo_dsl: (
        "F Filter Update Pipeline QuerySet param raw all_of any_of none_of fn acc win search geo translate"
    ),
    mapper: (
        "Document SyncDocument field Index connect connect_async Mapper AsyncMapper "
        "DatabaseConfig DatabaseManager EmbeddedMongo"
    ),
}


@pytest.mark.parametrize("package", CONTRACT)
def test_the_contract(package):
    """The names that users rely on are there."""
    assert set(CONTRACT[package].split()) <= set(package.__all__)
