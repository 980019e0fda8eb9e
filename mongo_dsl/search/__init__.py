"""Search operators of MongoDB Atlas, a function each, for ``$search``, ``$searchMeta``.

https://www.mongodb.com/docs/atlas/atlas-search/operators-and-collectors/
"""

from mongo_dsl.search.combinations import (
    compound,
    embedded_document,
    has_ancestor,
    has_root,
)
from mongo_dsl.search.comparisons import equals, exists, in_, range_, vector_search
from mongo_dsl.search.face import (
    Box,
    Circle,
    Facet,
    Fuzzy,
    Score,
    ScoreExpression,
    SearchOperator,
    SearchPath,
)
from mongo_dsl.search.facets import date_facet, facet, number_facet, string_facet
from mongo_dsl.search.paths import multi, wildcard_path
from mongo_dsl.search.places import box, circle, geo_shape, geo_within, near
from mongo_dsl.search.scores import (
    score_add,
    score_boost,
    score_constant,
    score_embedded,
    score_function,
    score_gauss,
    score_log,
    score_log1p,
    score_multiply,
    score_path,
    score_relevance,
)
from mongo_dsl.search.texts import (
    autocomplete,
    fuzzy,
    more_like_this,
    phrase,
    query_string,
    regex,
    text,
    wildcard,
)


__all__ = [
    "Box",
    "Circle",
    "Facet",
    "Fuzzy",
    "Score",
    "ScoreExpression",
    "SearchOperator",
    "SearchPath",
    "autocomplete",
    "box",
    "circle",
    "compound",
    "date_facet",
    "embedded_document",
    "equals",
    "exists",
    "facet",
    "fuzzy",
    "geo_shape",
    "geo_within",
    "has_ancestor",
    "has_root",
    "in_",
    "more_like_this",
    "multi",
    "near",
    "number_facet",
    "phrase",
    "query_string",
    "range_",
    "regex",
    "score_add",
    "score_boost",
    "score_constant",
    "score_embedded",
    "score_function",
    "score_gauss",
    "score_log",
    "score_log1p",
    "score_multiply",
    "score_path",
    "score_relevance",
    "string_facet",
    "text",
    "vector_search",
    "wildcard",
    "wildcard_path",
]
