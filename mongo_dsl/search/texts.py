"""Operators that search texts.

https://www.mongodb.com/docs/atlas/atlas-search/operators-and-collectors/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from mongo_dsl.expressions.face import MISSING, Missing
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.raw import RawMQL
from mongo_dsl.search import checks
from mongo_dsl.search.encoding import at_most_one_of, body, operator
from mongo_dsl.search.face import Fuzzy, Score, SearchOperator
from mongo_dsl.search.paths import FieldName, Names, TextPath, name


MatchCriteria = Literal["any", "all"]
"""Whether one term of a query suffices."""

TokenOrder = Literal["any", "sequential"]
"""Whether the words of a query come in any order."""

Texts = str | Sequence[str]
"""A text, or a list of them, any of which matches."""


@in_call_order
def autocomplete(
    path: TextPath,
    query: Texts,
    *,
    token_order: TokenOrder | Missing = MISSING,
    fuzzy: Fuzzy | RawMQL | Missing = MISSING,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find what begins as *query* does, a word that is still being written.

    *path* is indexed as ``autocomplete``. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.autocomplete(F.title, "off").compile()
    {'autocomplete': {'path': 'title', 'query': 'off'}}
    """
    found = _searched("autocomplete", path)
    return operator(
        "autocomplete",
        path=found,
        query=query,
        token_order=token_order,
        fuzzy=fuzzy,
        score=score,
    )


@in_call_order
def fuzzy(
    *,
    max_edits: int | Missing = MISSING,
    prefix_length: int | Missing = MISSING,
    max_expansions: int | Missing = MISSING,
) -> Fuzzy:
    """Let texts differ from the query in one or two letters, *max_edits*, by default 2.

    The first *prefix_length* letters don't differ, by default 0; *max_expansions* limits
    the variants that are tried, by default 50.

    >>> from mongo_dsl import F, search
    >>> search.text(F.title, "naw yark", fuzzy=search.fuzzy(max_edits=1)).compile()
    {'text': {'path': 'title', 'query': 'naw yark', 'fuzzy': {'maxEdits': 1}}}
    """
    given = {
        "max_edits": max_edits,
        "prefix_length": prefix_length,
        "max_expansions": max_expansions,
    }
    return Fuzzy(body("fuzzy", given))


@in_call_order
def more_like_this(
    like: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    *,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find documents that resemble *like*, a document or a list of them.

    Needs MongoDB 5.0.

    >>> from mongo_dsl import search
    >>> search.more_like_this({"genres": ["Crime", "Drama"]}).compile()
    {'moreLikeThis': {'like': {'genres': ['Crime', 'Drama']}}}
    """
    found = checks.checked(checks.documents, "more_like_this", "like", like)
    return operator("more_like_this", like=found, score=score)


@in_call_order
def phrase(
    path: TextPath,
    query: Texts,
    *,
    slop: int | Missing = MISSING,
    synonyms: str | Missing = MISSING,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find the words of *query* in their order, with at most *slop* others between.

    *synonyms* names a mapping of the index. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.phrase(F.title, "new york", slop=1).compile()
    {'phrase': {'path': 'title', 'query': 'new york', 'slop': 1}}
    """
    found = _searched("phrase", path)
    return operator(
        "phrase", path=found, query=query, slop=slop, synonyms=synonyms, score=score
    )


@in_call_order
def query_string(default_path: FieldName, query: str) -> SearchOperator:
    """Find what *query* says, in a language with fields, ``AND``, ``OR`` and ``NOT``.

    Fields that it doesn't name are *default_path*. A user's text can name any indexed
    field here. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.query_string(F.title, "Rocky AND (IV OR 4)").compile()
    {'queryString': {'defaultPath': 'title', 'query': 'Rocky AND (IV OR 4)'}}
    """
    path = checks.checked(name, "query_string", "default_path", default_path)
    text = checks.checked(checks.text, "query_string", "query", query)
    return operator("query_string", default_path=path, query=text)


@in_call_order
def regex(
    path: TextPath,
    query: Texts,
    *,
    allow_analyzed_field: bool | Missing = MISSING,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find terms that the regular expression *query* matches as a whole.

    Lucene's language has no ``^`` and ``$``. Fields are not analyzed, or by ``keyword``,
    unless *allow_analyzed_field* is true. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.regex(F.title, "[0-9]{2} (.){4}s").compile()
    {'regex': {'path': 'title', 'query': '[0-9]{2} (.){4}s'}}
    """
    return _pattern("regex", path, query, allow_analyzed_field, score)


@in_call_order
def text(
    path: TextPath,
    query: Texts,
    *,
    fuzzy: Fuzzy | RawMQL | Missing = MISSING,
    match_criteria: MatchCriteria | Missing = MISSING,
    synonyms: str | Missing = MISSING,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    """Find the words of *query*, any or, by *match_criteria*, all of them.

    *synonyms* names a mapping of the index. Needs MongoDB 5.0.

    Raises:
        ArgumentError: *fuzzy* and *synonyms* are given, which exclude each other.

    >>> from mongo_dsl import F, search
    >>> search.text([F.title, F.plot], "surfer", match_criteria="all").compile()
    {'text': {'path': ['title', 'plot'], 'query': 'surfer', 'matchCriteria': 'all'}}
    """
    at_most_one_of("text", fuzzy=fuzzy, synonyms=synonyms)
    found = _searched("text", path)
    return operator(
        "text",
        path=found,
        query=query,
        fuzzy=fuzzy,
        match_criteria=match_criteria,
        synonyms=synonyms,
        score=score,
    )


@in_call_order
def wildcard(
    path: TextPath,
    query: Texts,
    *,
    allow_analyzed_field: bool | Missing = MISSING,
    score: Score | RawMQL | Missing = MISSING,
) -> SearchOperator:
    r"""Find terms that *query* matches as a whole: ``?`` is a letter, ``*`` any text.

    ``\`` escapes them. Fields are not analyzed, or by ``keyword``, unless
    *allow_analyzed_field* is true. Needs MongoDB 5.0.

    >>> from mongo_dsl import F, search
    >>> search.wildcard(F.title, "Wom?n *").compile()
    {'wildcard': {'path': 'title', 'query': 'Wom?n *'}}
    """
    return _pattern("wildcard", path, query, allow_analyzed_field, score)


def _pattern(
    function: str, path: Any, query: Any, analyzed: Any, score: Any
) -> SearchOperator:
    found = _searched(function, path)
    return operator(
        function, path=found, query=query, allow_analyzed_field=analyzed, score=score
    )


def _searched(function: str, path: Any) -> Any:
    return checks.checked(Names(forms=True), function, "path", path)
