"""Which server knows what: the operators, arguments and variables of MQL by version.

The facts are those of MongoDB's specification of its operators, and of its manual for
what operators alone don't say.
"""

from __future__ import annotations

import functools
import re

from mongo_dsl.errors import ArgumentError


Version = tuple[int, int, int]

# By category and version, without "$".
_OPERATORS = {
    "stage": {
        "2.2": "group limit match project skip sort unwind",
        "2.4": "geoNear",
        "2.6": "out redact",
        "3.0": "indexStats",
        "3.2": "currentOp lookup sample",
        "3.4": (
            "addFields bucket bucketAuto collStats count facet graphLookup "
            "replaceRoot sortByCount"
        ),
        "3.6": "changeStream listLocalSessions listSessions",
        "4.2": "merge replaceWith set unset",
        "4.4": "planCacheStats unionWith",
        "5.0": "listSampledQueries search searchMeta setWindowFields",
        "5.1": "densify documents",
        "5.3": "fill",
        "6.0": "vectorSearch",
        "6.0.3": "shardedDataDistribution",
        "6.1": "changeStreamSplitLargeEvent",
        "7.0": "listSearchIndexes",
        "8.0": "scoreFusion",
        "8.1": "rankFusion",
        "8.2": "score",
        "8.3": "rerank",
    },
    "expression": {
        "2.6": (
            "add and dayOfMonth dayOfWeek dayOfYear eq gt gte hour lt lte "
            "millisecond minute month ne not or second subtract week year"
        ),
        "3.0": (
            "allElementsTrue anyElementTrue cmp cond dateToString ifNull literal "
            "setDifference setEquals setIntersection setIsSubset setUnion "
            "strLenBytes strLenCP strcasecmp substr substrBytes substrCP toLower "
            "toUpper"
        ),
        "3.2": (
            "abs arrayElemAt avg ceil concatArrays divide filter floor isArray map max min "
            "mod multiply pow reverseArray round size slice sqrt sum trunc zip"
        ),
        "3.4": (
            "arrayToObject case concat in indexOfArray indexOfBytes indexOfCP "
            "isoDayOfWeek isoWeek isoWeekYear mergeObjects objectToArray range "
            "reduce split type"
        ),
        "3.6": "dateFromParts dateFromString dateToParts let",
        "4.0": (
            "convert ltrim rtrim switch toBool toDate toDecimal toDouble toInt "
            "toLong toObjectId toString trim"
        ),
        "4.2": (
            "acos acosh asin asinh atan atan2 atanh cos cosh degreesToRadians exp "
            "ln log log10 radiansToDegrees regexFind regexFindAll regexMatch sin "
            "sinh tan tanh"
        ),
        "4.4": (
            "binarySize bsonSize first function isNumber last meta rand "
            "replaceAll replaceOne toHashedIndexKey"
        ),
        "5.0": (
            "dateAdd dateDiff dateSubtract getField setField stdDevPop stdDevSamp "
            "unsetField"
        ),
        "5.1": "dateTrunc firstN lastN maxN minN tsIncrement tsSecond",
        "5.2": "sortArray",
        "6.3": "bitAnd bitNot bitOr bitXor",
        "7.0": "bottom bottomN median percentile top topN",
        "8.1": "sigmoid",
        "8.3": (
            "createObjectId deserializeEJSON hash hexHash serializeEJSON "
            "similarityCosine similarityDotProduct similarityEuclidean subtype "
            "toArray toObject"
        ),
    },
    "accumulator": {
        "2.2": "addToSet avg first last max min push sum",
        "3.2": "stdDevPop stdDevSamp",
        "3.4": "mergeObjects",
        "4.4": "accumulator",
        "5.0": (
            "count covariancePop covarianceSamp denseRank derivative documentNumber "
            "expMovingAvg integral rank shift"
        ),
        "5.2": "bottom bottomN firstN lastN locf maxN minN top topN",
        "5.3": "linearFill",
        "7.0": "median percentile",
        "8.1": "concatArrays setUnion",
        "8.2": "minMaxScaler",
    },
    "query": {
        "1.0": ("and exists gt gte in lt lte mod ne nin nor not or regex size where"),
        "2.0": "all",
        "2.4": (
            "box center centerSphere elemMatch geoWithin maxDistance near "
            "nearSphere polygon text"
        ),
        "2.6": "comment geoIntersects geometry minDistance",
        "3.0": "eq",
        "3.2": "bitsAllClear bitsAllSet bitsAnyClear bitsAnySet type",
        "3.6": "expr jsonSchema",
        "4.4": "rand",
        "5.3": "sampleRate",
    },
    "update": {
        "1.0": (
            "addToSet bit currentDate inc max min mul pop pull pullAll push rename "
            "set setOnInsert unset"
        ),
    },
    "search": {
        "5.0": (
            "autocomplete compound embeddedDocument equals exists facet geoShape "
            "geoWithin in moreLikeThis near phrase queryString range regex text "
            "wildcard"
        ),
        "6.0": "vectorSearch",
        "8.2": "hasAncestor hasRoot",
    },
}
_ARGUMENTS = {
    "stage": {
        "$changeStream": {
            "fullDocumentBeforeChange": "6.0",
            "showExpandedEvents": "6.0",
        },
        "$lookup": {"let": "3.6", "pipeline": "3.6"},
        "$out": {"timeseries": "7.0.3"},
        "$unwind": {"includeArrayIndex": "3.2", "preserveNullAndEmptyArrays": "3.2"},
        "$vectorSearch": {"model": "8.2", "query": "8.2"},
    },
    "expression": {
        "$convert": {"base": "8.3"},
        "$dateFromString": {"onNull": "5.0"},
        "$dateToString": {"onNull": "5.0"},
        "$filter": {"arrayIndexAs": "8.3", "limit": "5.2"},
        "$map": {"arrayIndexAs": "8.3"},
        "$reduce": {"arrayIndexAs": "8.3", "as": "8.3", "valueAs": "8.3"},
    },
}
_VARIABLES = {
    "CLUSTER_TIME": "4.2",
    "NOW": "4.2",
    "REMOVE": "3.6",
    "SEARCH_META": "5.0",
    "USER_ROLES": "7.0",
}


def operator_version(category: str, name: str) -> str | None:
    """Return the version that brought an operator; None for one of no such name.

    >>> operator_version("stage", "$densify")
    '5.1'
    """
    return _by_name(category).get(name)


@functools.cache
def _by_name(category: str) -> dict[str, str]:
    sign = "" if category == "search" else "$"
    return {
        f"{sign}{name}": version
        for version, names in _OPERATORS[category].items()
        for name in names.split()
    }


def operators(category: str) -> dict[str, str]:
    """Return the operators of *category* and the versions that brought them."""
    return dict(_by_name(category))


def argument_versions(category: str, name: str) -> dict[str, str]:
    """Return the arguments of an operator that are younger than itself, by name."""
    return _ARGUMENTS.get(category, {}).get(name, {})


def variable_version(name: str) -> str | None:
    """Return the version that brought the server's variable *name*, if it came late."""
    return _VARIABLES.get(name)


_WRITTEN = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-.+)?")


def parsed(version: object) -> Version:
    """Read *version*: ``"6"``, ``"6.0"``, ``"6.0.5"`` or ``"6.0.5-rc1"``.

    Raises:
        ArgumentError: it is something else.
    """
    found = _WRITTEN.fullmatch(version) if isinstance(version, str) else None
    if found is None:
        msg = f"server got {version!r}; it takes a version of MongoDB, such as '6.0'"
        raise ArgumentError(msg)
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch
