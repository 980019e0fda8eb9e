"""What operators give, as far as it is certain: kinds, or functions of their arguments'."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence

from bson import Decimal128, Int64, ObjectId, Timestamp

from mongo_dsl.conformity import members
from mongo_dsl.shape.classes import alternatives, documents, joined
from mongo_dsl.shape.kinds import (
    BOOL,
    FLOAT,
    INT,
    NOTHING,
    NULL,
    STR,
    UNKNOWN,
    Array,
    Kind,
    Shape,
    Typed,
)
from mongo_dsl.shape.paths import child, items, known, lacking, unwound


Result = Kind | Callable[[Sequence[Kind]], Kind]

DATE = Typed(dt.datetime)
_INTEGERS = frozenset({int, Int64})


def number(kinds: Sequence[Kind]) -> Kind:
    """Return an int for ints, and a float, which stands for any number, for others."""
    return INT if all(map(_is_integer, kinds)) else FLOAT


def _is_integer(kind: Kind) -> bool:
    if kind is UNKNOWN:
        return False
    if type(kind) is Typed and type(kind.annotation) is type:
        return kind.annotation in _INTEGERS  # no union, and no name for another type
    return isinstance(kind, Typed) and _INTEGERS.issuperset(members(kind.annotation))


def _arithmetic(kinds: Sequence[Kind]) -> Kind:
    """Numbers give numbers; dates are added and subtracted, too."""
    return INT if all(map(_is_integer, kinds)) else UNKNOWN


def either(kinds: Sequence[Kind]) -> Kind:
    """Return what may be any of *kinds*."""
    return joined(kinds)


def an_item(kinds: Sequence[Kind]) -> Kind:
    """Return what the items of the first argument are."""
    return lacking(known(items(kinds[0]))) if kinds else UNKNOWN


def same(kinds: Sequence[Kind]) -> Kind:
    """Return an array of what the first argument has as items."""
    return Array(known(items(kinds[0]))) if kinds else UNKNOWN


def all_items(kinds: Sequence[Kind]) -> Kind:
    """Return an array of the items of all arguments."""
    found = [items(kind) for kind in kinds]
    return Array(joined(item for item in found if item is not NOTHING))


def least(kinds: Sequence[Kind]) -> Kind:
    """Return one of the arguments, or an item of the only one."""
    return unwound(kinds[0]) if len(kinds) == 1 else joined(kinds)


def merged(kinds: Sequence[Kind]) -> Kind:
    """Return the document in which later fields win."""
    return functools.reduce(_over, map(documents, kinds), Shape({}))


def _over(below: Shape, above: Shape) -> Shape:
    """Lay *above* over *below*; what may be null there may lack, too."""
    fields = {**below.fields}
    if above.rest is not None:
        fields = {name: joined((kind, above.rest)) for name, kind in fields.items()}
    for name, kind in above.fields.items():
        under = child(below, name)
        covers = under is NOTHING or not _may_be_null(kind)
        fields[name] = kind if covers else joined((kind, under))
    rests = [shape.rest for shape in (below, above) if shape.rest is not None]
    return Shape(fields, joined(rests) if rests else None)


def _may_be_null(kind: Kind) -> bool:
    return any(one in (NULL, UNKNOWN) for one in alternatives(kind))


def _of(result: Result, names: str) -> dict[str, Result]:
    return {f"${name}": result for name in names.split()}


_PAIRS = Array(Shape({"k": STR, "v": UNKNOWN}))
_MATCH = Shape({"match": STR, "idx": INT, "captures": Array(STR)})
_DATE_PARTS = Shape(
    dict.fromkeys(
        (
            *("year", "month", "day", "isoWeekYear", "isoWeek", "isoDayOfWeek"),
            *("hour", "minute", "second", "millisecond"),
        ),
        INT,
    )
)

RESULTS: dict[str, Result] = {
    **_of(BOOL, "and or not eq ne gt gte lt lte in isArray isNumber regexMatch toBool"),
    **_of(BOOL, "allElementsTrue anyElementTrue setEquals setIsSubset"),
    **_of(INT, "cmp size strLenBytes strLenCP indexOfArray indexOfBytes indexOfCP"),
    **_of(INT, "year month week dayOfMonth dayOfWeek dayOfYear hour minute second"),
    **_of(INT, "millisecond isoDayOfWeek isoWeek isoWeekYear dateDiff strcasecmp"),
    **_of(INT, "toInt toLong bsonSize binarySize bitAnd bitOr bitXor bitNot tsSecond"),
    **_of(INT, "tsIncrement"),
    **_of(
        FLOAT, "toDouble rand divide exp ln log log10 sqrt sin cos tan asin acos atan"
    ),
    **_of(FLOAT, "atan2 asinh acosh atanh sinh cosh tanh degreesToRadians"),
    **_of(FLOAT, "radiansToDegrees stdDevPop stdDevSamp avg median pow mod abs ceil"),
    **_of(FLOAT, "floor round trunc multiply sigmoid"),
    **_of(Array(FLOAT), "percentile"),
    **_of(number, "sum"),
    **_of(_arithmetic, "add subtract"),
    **_of(
        STR, "concat toLower toUpper toString substr substrBytes substrCP trim ltrim"
    ),
    **_of(STR, "rtrim type dateToString replaceOne replaceAll"),
    **_of(Array(STR), "split"),
    **_of(Array(INT), "range"),
    **_of(_MATCH, "regexFind"),
    **_of(Array(_MATCH), "regexFindAll"),
    **_of(DATE, "toDate dateAdd dateSubtract dateTrunc dateFromParts dateFromString"),
    **_of(_DATE_PARTS, "dateToParts"),
    **_of(Typed(ObjectId), "toObjectId createObjectId"),
    **_of(Typed(Decimal128), "toDecimal"),
    **_of(_PAIRS, "objectToArray"),
    **_of(either, "ifNull"),
    **_of(an_item, "arrayElemAt first last"),
    **_of(same, "slice reverseArray firstN lastN maxN minN"),
    **_of(all_items, "concatArrays setUnion setIntersection setDifference"),
    **_of(least, "min max"),
    **_of(merged, "mergeObjects"),
}

SYSTEM_VARIABLES: dict[str, Kind] = {
    "NOW": DATE,
    "CLUSTER_TIME": Typed(Timestamp),
    "REMOVE": NOTHING,
}
