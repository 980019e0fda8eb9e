"""What ``class Meta`` says of a collection, checked when it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper import collections
from mapper.errors import DefinitionError
from mapper.indexes.rules import check_collation


_KINDS = {
    "timeseries": "TimeSeries",
    "capped": "Capped",
    "clustered": "Clustered",
    "view": "View",
    "validator": "Validator",
}


def kinds_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Check what the Meta of *name* has *given*, and write out what is only switched on.

    Raises:
        DefinitionError: an option is of another type.
    """
    found = {key: given[key] for key in _KINDS if given.get(key) not in (None, False)}
    for key in ("clustered", "validator"):
        if found.get(key) is True:
            found[key] = getattr(collections, _KINDS[key])()
    for key, value in found.items():
        if not isinstance(value, getattr(collections, _KINDS[key])):
            msg = f"{name}.Meta.{key} is {value!r}; it takes {_KINDS[key]}(...)"
            raise DefinitionError(msg)
    if given.get("collation") is not None:
        check_collation(f"{name}.Meta", given["collation"])
    return {key: found.get(key) for key in _KINDS if key in given}


def refuse_together(name: str, given: Mapping[str, Any]) -> None:
    """Refuse what a collection can't be at once, whether the class *name* says it or a base.

    Raises:
        DefinitionError: two options can't be together.
    """
    found = [key for key in _KINDS if given.get(key) is not None]
    several = [key for key in found if key != "validator"]
    if len(several) > 1 or ("view" in found and len({*found, *_unviewable(given)}) > 1):
        listed = " and ".join(dict.fromkeys((*found, *_unviewable(given))))
        msg = f"{name}.Meta has {listed}; a collection can't be all of that"
        raise DefinitionError(msg)


def _unviewable(given: Mapping[str, Any]) -> list[str]:
    """Name what views can't have."""
    return ["indexes"] if given.get("view") and given.get("indexes") else []
