"""The typing corpora run: what the checkers believe is what happens."""

import runpy
from pathlib import Path

import pytest


CORPORA = Path(__file__).parent / "typing"


@pytest.mark.parametrize("name", ["loose", "exact"])
def test_the_corpus_runs(name):
    """Every line that type checks executes."""
    found = runpy.run_path(str(CORPORA / f"{name}.py"))
    assert found["user"].name == "Ann"


def test_references_run():
    """References execute as they type check."""
    found = runpy.run_path(str(CORPORA / "relations.py"))
    assert found["exact"].author.document.name == "Ann"


def test_mapped_is_the_type_itself():
    """At run time an exact document is a plain one."""
    exact = runpy.run_path(str(CORPORA / "exact.py"))
    query = exact["User"].filter(exact["User"].q.address.q.city == "Rome")
    assert query.compile().filter == {"address.city": "Rome"}
    assert exact["Mapped"][int] is int
    assert exact["User"].q.addresses.q.zip.desc().path.name == "addresses.zip"
