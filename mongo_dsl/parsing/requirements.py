"""What stages take, where the names of their arguments don't tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bson import Decimal128

from mongo_dsl.parsing.places import Place


def requires(name: str, mql: Any, at: Place) -> None:
    """Check what the stage *name* takes.

    Raises:
        TranslationError: it doesn't take *mql*.
    """
    check = _CHECKS.get(name)
    if check is not None:
        check(name, mql, at)


def _document(name: str, mql: Any, at: Place) -> None:
    at.document(mql, f"the argument of {name}")


def _filled(name: str, mql: Any, at: Place) -> None:
    if not at.document(mql, f"the argument of {name}"):
        raise at.wrong(f"{name} got no fields; it takes at least one")


def _order(name: str, mql: Any, at: Place) -> None:
    _filled(name, mql, at)
    for key, direction in mql.items():
        if not isinstance(direction, Mapping) and _number(direction) not in (1, -1):
            problem = f"{direction!r} is no direction; 1 goes up, -1 down"
            raise at.below(key).wrong(problem)


def _number(value: Any) -> Any:
    if isinstance(value, Decimal128):
        return value.to_decimal()
    return value if isinstance(value, (int, float)) and value is not True else None


def _count(least: int) -> Callable[[str, Any, Place], None]:
    def check(name: str, mql: Any, at: Place) -> None:
        number = _number(mql)
        if number is None or number < least or number != int(number):
            raise at.wrong(
                f"{name} got {mql!r}; it takes whole numbers from {least} on"
            )

    return check


def _sample(name: str, mql: Any, at: Place) -> None:
    _document(name, mql, at)
    if "size" in mql:
        _count(1)(name, mql["size"], at.below("size"))


def _array_path(name: str, mql: Any, at: Place) -> None:
    if isinstance(mql, Mapping) and "path" in mql:
        _array_path(name, mql["path"], at.below("path"))
    elif isinstance(mql, str) and mql[:1] != "$":
        raise at.wrong(f"{mql!r} is no field; fields are written '${mql}'")
    elif not isinstance(mql, (str, Mapping)):
        raise at.wrong(f"{mql!r} is no field; {name} takes one, such as '$tags'")


def _names(name: str, mql: Any, at: Place) -> None:
    names = mql if isinstance(mql, (list, tuple)) else [mql]
    if not names or not all(isinstance(each, str) and each for each in names):
        raise at.wrong(f"{name} got {mql!r}; it takes a field's name or a list of them")


def _text(name: str, mql: Any, at: Place) -> None:
    if not isinstance(mql, str) or not mql or mql[0] == "$":
        raise at.wrong(
            f"{name} got {mql!r}; it takes the name of a field to count into"
        )


def _collection(name: str, mql: Any, at: Place) -> None:
    if not isinstance(mql, (str, Mapping)) or not mql:
        raise at.wrong(f"{name} got {mql!r}; it takes a collection")


_CHECKS: dict[str, Callable[[str, Any, Place], None]] = {
    **dict.fromkeys(("$addFields", "$set", "$project", "$facet"), _filled),
    **dict.fromkeys(("$merge", "$out", "$unionWith"), _collection),
    **dict.fromkeys(
        (
            *("$bucket", "$bucketAuto", "$densify", "$fill", "$geoNear", "$search"),
            *("$graphLookup", "$lookup", "$replaceRoot", "$setWindowFields"),
            *("$searchMeta", "$vectorSearch", "$changeStream", "$currentOp"),
        ),
        _document,
    ),
    "$sort": _order,
    "$limit": _count(1),
    "$skip": _count(0),
    "$sample": _sample,
    "$unwind": _array_path,
    "$unset": _names,
    "$count": _text,
}
