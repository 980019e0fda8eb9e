"""How much a match counts.

https://www.mongodb.com/docs/atlas/atlas-search/score/modify-score/
"""

from __future__ import annotations

from typing import Any, Literal

from mongo_dsl.errors import ArgumentError
from mongo_dsl.expressions.arguments import at_least
from mongo_dsl.expressions.face import MISSING, Expr, Missing
from mongo_dsl.expressions.order import in_call_order
from mongo_dsl.nodes import Body, Node, Op, Param, Seq, Value
from mongo_dsl.raw import RawMQL
from mongo_dsl.search import checks, paths
from mongo_dsl.search.encoding import body, one_of
from mongo_dsl.search.face import Score, ScoreExpression
from mongo_dsl.search.paths import FieldName


Aggregate = Literal["sum", "maximum", "minimum", "mean"]
"""How the scores of an array's documents become one."""

Number = ScoreExpression | Expr | RawMQL | float | str
"""What `score_function` computes with: expressions, fields, their names and numbers."""


@in_call_order
def score_boost(
    value: float | Missing = MISSING,
    *,
    path: FieldName | Missing = MISSING,
    undefined: float | Missing = MISSING,
) -> Score:
    """Multiply the score by the number *value*, or by the field *path*.

    *undefined* stands in for a missing field.

    Raises:
        ArgumentError: neither or both are given.

    >>> from mongo_dsl import F, search
    >>> search.score_boost(3).compile()
    {'boost': {'value': 3}}
    >>> search.score_boost(path=F.rating, undefined=1).compile()
    {'boost': {'path': 'rating', 'undefined': 1}}
    """
    one_of("score_boost", value=value, path=path)
    if path is MISSING and undefined is not MISSING:
        msg = "score_boost got undefined without path; it stands in for a missing field"
        raise ArgumentError(msg)
    given = {
        "value": checks.checked(checks.POSITIVE, "score_boost", "value", value),
        "path": checks.checked(paths.name, "score_boost", "path", path),
        "undefined": undefined,
    }
    return Score(Op("boost", body("score_boost", given)))


def score_constant(value: float) -> Score:
    """Replace the score by the number *value*.

    >>> from mongo_dsl import search
    >>> search.score_constant(5).compile()
    {'constant': {'value': 5}}
    """
    found = checks.checked(checks.Number(), "score_constant", "value", value)
    return Score(Op("constant", Body((("value", found),))))


@in_call_order
def score_embedded(
    aggregate: Aggregate | Missing = MISSING,
    outer_score: Score | RawMQL | Missing = MISSING,
) -> Score:
    """Join the scores of an array's documents by *aggregate*, then apply *outer_score*.

    For `embedded_document`, which adds them up by itself.

    >>> from mongo_dsl import search
    >>> search.score_embedded("maximum", search.score_boost(2)).compile()
    {'embedded': {'aggregate': 'maximum', 'outerScore': {'boost': {'value': 2}}}}
    """
    known = checks.OneOf(("sum", "maximum", "minimum", "mean"))
    score = checks.Made(Score, "search.score_boost(...) or one of its siblings")
    subject = "score_embedded"
    given = {
        "aggregate": checks.checked(known, subject, "aggregate", aggregate),
        "outer_score": checks.checked(score, subject, "outer_score", outer_score),
    }
    return Score(Op("embedded", body(subject, given)))


def score_function(expression: Number) -> Score:
    """Replace the score by *expression*, made of numbers, fields and functions.

    >>> from mongo_dsl import F, search
    >>> popular = search.score_multiply(search.score_relevance(), F.votes)
    >>> search.score_function(popular).compile()
    {'function': {'multiply': [{'score': 'relevance'}, {'path': 'votes'}]}}
    """
    return Score(Op("function", _expression("score_function", expression)))


@in_call_order
def score_path(
    value: FieldName, *, undefined: float | Missing = MISSING
) -> ScoreExpression:
    """Take the number in the field *value*, or *undefined* where there is none.

    A field by itself does too, without *undefined*.

    >>> from mongo_dsl import F, search
    >>> search.score_path(F.votes, undefined=1).compile()
    {'path': {'value': 'votes', 'undefined': 1}}
    """
    found = checks.checked(paths.name, "score_path", "value", value)
    given = {"value": found, "undefined": undefined}
    return ScoreExpression(Op("path", body("score_path", given)))


def score_relevance() -> ScoreExpression:
    """Take the score that the match has by itself.

    >>> from mongo_dsl import search
    >>> search.score_relevance().compile()
    {'score': 'relevance'}
    """
    return ScoreExpression(Op("score", Value("relevance")))


@in_call_order
def score_gauss(
    path: FieldName | ScoreExpression,
    *,
    origin: float,
    scale: float,
    offset: float | Missing = MISSING,
    decay: float | Missing = MISSING,
) -> ScoreExpression:
    """Let a number decay with its distance from *origin*.

    *path* is a field or a `score_path`. Within *offset* nothing decays; *scale* beyond
    it, *decay* is left, 0.5 if not given.

    >>> from mongo_dsl import F, search
    >>> near_five = search.score_gauss(F.rating, origin=5, scale=1, decay=0.3)
    >>> print(near_five)
    { gauss: { path: "rating", origin: 5, scale: 1, decay: 0.3 } }
    """
    distance, number = checks.NOT_NEGATIVE, checks.Number()
    share = checks.Number("a number between 0 and 1", 0, open=True, below=1)
    subject = "score_gauss"
    given = {
        "path": checks.checked(_path, subject, "path", path),
        "origin": checks.checked(number, subject, "origin", origin),
        "scale": checks.checked(checks.POSITIVE, subject, "scale", scale),
        "offset": checks.checked(distance, subject, "offset", offset),
        "decay": checks.checked(share, subject, "decay", decay),
    }
    return ScoreExpression(Op("gauss", body(subject, given)))


def score_add(*expressions: Number) -> ScoreExpression:
    """Add up *expressions*.

    >>> from mongo_dsl import F, search
    >>> search.score_add(F.votes, 1).compile()
    {'add': [{'path': 'votes'}, {'constant': 1}]}
    """
    return _several("add", expressions)


def score_multiply(*expressions: Number) -> ScoreExpression:
    """Multiply *expressions*.

    >>> from mongo_dsl import F, search
    >>> search.score_multiply(F.votes, 2).compile()
    {'multiply': [{'path': 'votes'}, {'constant': 2}]}
    """
    return _several("multiply", expressions)


def score_log(expression: Number) -> ScoreExpression:
    """Take the logarithm, to base 10, of *expression*.

    >>> from mongo_dsl import F, search
    >>> search.score_log(F.votes).compile()
    {'log': {'path': 'votes'}}
    """
    return ScoreExpression(Op("log", _expression("score_log", expression)))


def score_log1p(expression: Number) -> ScoreExpression:
    """Take the logarithm, to base 10, of *expression* and 1: no field is too small.

    >>> from mongo_dsl import F, search
    >>> search.score_log1p(F.votes).compile()
    {'log1p': {'path': 'votes'}}
    """
    return ScoreExpression(Op("log1p", _expression("score_log1p", expression)))


def _several(name: str, expressions: tuple[Any, ...]) -> ScoreExpression:
    subject = f"score_{name}"
    given = at_least(subject, 1, expressions)
    items = [_expression(subject, item) for item in given]
    return ScoreExpression(Op(name, Seq(tuple(items))))


def _expression(subject: str, value: Any) -> Node:
    """Return the node of a number, a field or an expression."""
    if isinstance(value, Param) or type(value) in (int, float):
        number = checks.Number()
        return Op("constant", checks.checked(number, subject, "expression", value))
    if isinstance(value, (Expr, str)):
        return Op("path", paths.name(subject, "expression", value))
    kinds = "numbers, fields and score_path(...) or one of its siblings"
    made: Node = checks.checked(
        checks.Made(ScoreExpression, kinds), subject, "expression", value
    )
    return made


def _path(subject: str, argument: str, value: Any) -> Node:
    """Return what stands behind ``path``: a name, or a `score_path`'s document."""
    if not isinstance(value, ScoreExpression):
        return paths.name(subject, argument, value)
    found = value._node  # noqa: SLF001
    if not isinstance(found, Op) or found.name != "path":
        checks.refuse(
            subject, argument, value, "a field, its name or a score_path(...)"
        )
    return found.body
