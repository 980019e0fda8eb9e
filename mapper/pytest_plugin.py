"""Fixtures that give tests a real MongoDB.

Enable them with `pytest_plugins = ["mapper.pytest_plugin"]` in the topmost *conftest.py*.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from mapper.embedded import EmbeddedMongo


if TYPE_CHECKING:
    from mapper.n_plus_one import Watch


@pytest.fixture
def no_n_plus_one() -> Iterator[Watch]:
    """Fail where the test reads document by document what one command could read."""
    from mapper.n_plus_one import watching_n_plus_one

    with watching_n_plus_one(strict=True) as watch:
        yield watch


@pytest.fixture(scope="session")
def embedded_mongo() -> Iterator[EmbeddedMongo]:
    """Run a server of its own for the session."""
    with EmbeddedMongo() as mongo:
        yield mongo


@pytest.fixture(scope="session")
def mongo_uri(embedded_mongo: EmbeddedMongo) -> str:
    """Return the connection string of the session's server."""
    return embedded_mongo.uri


@pytest.fixture(scope="session")
def _mongo_cleaner(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        yield client


@pytest.fixture
def mongo_database_name(_mongo_cleaner: MongoClient[dict[str, Any]]) -> Iterator[str]:
    """Return the name of a database for this test alone, dropped after it."""
    name = f"test_{uuid4().hex}"
    yield name
    _mongo_cleaner.drop_database(name)
