"""What the server would refuse of an index, or not use: found where it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mapper.errors import DefinitionError
from mapper.indexes.keys import Keys, is_wildcard
from mongo_dsl import Filter
from mongo_dsl.names import suggestion


_LONGEST = 2**31 - 1
_HEAVIEST = 99_999
_MOST_BITS = 32
_PARTIAL = {
    *("$eq", "$gt", "$gte", "$lt", "$lte", "$exists", "$type", "$and", "$or", "$in"),
    *("$all", "$geoWithin", "$geoIntersects", "$comment"),
}
_COLLATION = (
    *("locale", "caseLevel", "caseFirst", "strength", "numericOrdering"),
    *("alternate", "maxVariable", "normalization", "backwards"),
)
_ONLY = {
    "weights": "text",
    "default_language": "text",
    "language_override": "text",
    "min": "2d",
    "max": "2d",
    "bits": "2d",
}
Options = Mapping[str, Any]


def check_rules(keys: Keys, options: Options) -> None:
    """Hold an index of *keys* and *options* against the rules of its kind.

    Raises:
        DefinitionError: it breaks one; the message says which.
    """
    shown = f"Index({', '.join(_written(*key) for key in keys)})"
    for rule in _RULES:
        for problem in rule(keys, options):
            msg = f"{shown} {problem}"
            raise DefinitionError(msg)


def check_collation(owner: str, collation: Any) -> None:
    """Refuse what isn't the document of a collation.

    Raises:
        DefinitionError: it has no locale, or a word that no collation has.
    """
    for problem in _collation_problems(collation):
        msg = f"{owner} {problem}"
        raise DefinitionError(msg)


def _written(name: str, kind: Any) -> str:
    if kind in (1, -1):
        return repr(name if kind == 1 else f"-{name}")
    return repr((name, kind))


def _kinds(keys: Keys) -> list[Any]:
    return [kind for _, kind in keys]


def _id(keys: Keys, _: Options) -> Iterator[str]:
    if keys in ((("id", 1),), (("id", -1),)):
        yield "is over the id alone; the server keeps an index on _id by itself"


def _plugins(keys: Keys, _: Options) -> Iterator[str]:
    special = sorted({kind for kind in _kinds(keys) if isinstance(kind, str)})
    if len(special) > 1:
        listed = " and ".join(map(repr, special))
        yield f"mixes keys of the kinds {listed}; an index has one of them"
    for kind in ("hashed", "2d"):
        if _kinds(keys).count(kind) > 1:
            yield f"has several {kind!r} keys; an index has one"
    if "2d" in _kinds(keys)[1:]:
        yield "has its '2d' key behind others; it must be the first"


def _text(keys: Keys, options: Options) -> Iterator[str]:
    places = [place for place, kind in enumerate(_kinds(keys)) if kind == "text"]
    if places and places[-1] - places[0] >= len(places):
        yield "has other keys between its text keys; text keys must be side by side"
    names = {name for name, kind in keys if kind == "text"}
    for name, weight in options.get("weights", {}).items() if names else ():
        if name not in names and "$**" not in names:
            yield f"has a weight for {name!r}, which is none of its text keys"
        if not _whole(weight, 1, _HEAVIEST):
            yield f"has the weight {weight!r} for {name!r}; weights go from 1 to 99,999"


def _whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _kind_only(keys: Keys, options: Options) -> Iterator[str]:
    for option, kind in _ONLY.items():
        if option in options and kind not in _kinds(keys):
            yield f"has {option}, which only indexes with a {kind!r} key have"


def _plane(_: Keys, options: Options) -> Iterator[str]:
    low, high = options.get("min", -180), options.get("max", 180)
    if low >= high:
        yield f"reaches from min={low!r} to max={high!r}; max must be greater"
    if not _whole(options.get("bits", 1), 1, _MOST_BITS):
        yield f"has bits={options['bits']!r}; bits go from 1 to 32"


def _wildcard(keys: Keys, options: Options) -> Iterator[str]:
    wild = [name for name, kind in keys if is_wildcard(name) and kind != "text"]
    if len(wild) > 1:
        yield "has several wildcards; an index has one"
    for option in ("unique", "sparse", "expireAfterSeconds") if wild else ():
        if option in options:
            yield f"has a wildcard and can't be {_WORDS[option]}"
    for name, kind in keys:
        if is_wildcard(name) and isinstance(kind, str) and (name, kind) != _ALL_TEXT:
            yield f"has the wildcard {name!r} as {kind!r}; wildcards are 1, or '$**' text"
    if "wildcardProjection" in options and wild != ["$**"]:
        yield "has wildcard_projection, which only indexes over '$**' have"


_ALL_TEXT = ("$**", "text")
_WORDS = {"unique": "unique", "sparse": "sparse", "expireAfterSeconds": "expire"}


def _projection(_: Keys, options: Options) -> Iterator[str]:
    shown = options.get("wildcardProjection", {})
    for name, kept in shown.items():
        if kept not in (0, 1):
            yield f"has wildcard_projection {kept!r} for {name!r}; it takes True or False"
    if len({bool(kept) for name, kept in shown.items() if name != "id"}) > 1:
        yield "has fields in and out in wildcard_projection; only the id may differ"


def _unique(keys: Keys, options: Options) -> Iterator[str]:
    if "unique" in options and "hashed" in _kinds(keys):
        yield "is hashed and can't be unique; make another index unique"


def _sparse(_: Keys, options: Options) -> Iterator[str]:
    if "sparse" in options and "partialFilterExpression" in options:
        yield "is sparse and partial; say in the partial filter what sparse means"


def _expiring(keys: Keys, options: Options) -> Iterator[str]:
    if "expireAfterSeconds" not in options:
        return
    seconds = options["expireAfterSeconds"]
    if len(keys) > 1 or _kinds(keys)[0] not in (1, -1):
        yield "expires documents; only indexes of one key, 1 or -1, can"
    if not _whole(seconds, 0, _LONGEST):
        yield f"has expire_after={seconds!r}; it takes whole seconds, up to {_LONGEST}"


def _partial(_: Keys, options: Options) -> Iterator[str]:
    partial = options.get("partialFilterExpression")
    if partial is None:
        return
    if not isinstance(partial, Filter):
        yield f"has partial={partial!r}; it takes a filter, such as User.q.age > 18"
        return
    for operator in _operators(partial.compile()):
        yield f"has {operator} in its partial filter; servers take only {_TAKEN}"


_TAKEN = ", ".join(sorted(_PARTIAL))


def _operators(condition: Any) -> Iterator[str]:
    """Yield what partial filters can't have."""
    if isinstance(condition, list):
        for item in condition:
            yield from _operators(item)
    if not isinstance(condition, Mapping):
        return
    for name, operand in condition.items():
        if name == "$exists" and not operand:
            yield "$exists: false"
        elif name[:1] == "$" and name not in _PARTIAL:
            yield name
        elif name[:1] != "$" or name in ("$and", "$or"):
            yield from _operators(operand)


def _collation(keys: Keys, options: Options) -> Iterator[str]:
    if "collation" not in options:
        return
    collation = options["collation"]
    yield from _collation_problems(collation)
    unable = {"text", "2d"} & {k for k in _kinds(keys) if isinstance(k, str)}
    if unable and collation["locale"] != "simple":
        yield f"has a collation; indexes with a {unable.pop()!r} key can't have one"


def _collation_problems(collation: Any) -> Iterator[str]:
    if not isinstance(collation, Mapping) or "locale" not in collation:
        yield f"has the collation {collation!r}; it takes a document with a locale"
        return
    for name in collation:
        if name not in _COLLATION:
            hint = suggestion(name, _COLLATION)
            listed = ", ".join(_COLLATION)
            yield f"has {name!r} in its collation{hint}; it takes {listed}"


_RULES: tuple[Callable[[Keys, Options], Iterator[str]], ...] = (
    *(_id, _plugins, _text, _kind_only, _plane, _wildcard, _projection),
    *(_unique, _sparse, _expiring, _partial, _collation),
)
