"""Writes in bulk, in the driver's words; all drivers take PyMongo's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


Filter = Mapping[str, Any]


def insert_one(raw: dict[str, Any]) -> Any:
    """Insert *raw*."""
    from pymongo import InsertOne

    return InsertOne(raw)


def replace_one(filter_: Filter, raw: dict[str, Any]) -> Any:
    """Put *raw* in the place of what matches."""
    from pymongo import ReplaceOne

    return ReplaceOne(filter_, raw)


def update(filter_: Filter, change: Any, *, many: bool, **options: Any) -> Any:
    """Make a *change* in one document that matches, or in *many*."""
    from pymongo import UpdateMany, UpdateOne

    return (UpdateMany if many else UpdateOne)(filter_, change, **options)


def delete(filter_: Filter, *, many: bool, **options: Any) -> Any:
    """Delete one document that matches, or *many*."""
    from pymongo import DeleteMany, DeleteOne

    return (DeleteMany if many else DeleteOne)(filter_, **options)
