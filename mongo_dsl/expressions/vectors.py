"""Likeness of vectors, given as two arrays of numbers of one length.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.face import MISSING, Expr, named
from mongo_dsl.expressions.order import in_call_order


__all__ = ["similarity_cosine", "similarity_dot_product", "similarity_euclidean"]


@in_call_order
def similarity_cosine(vectors: Any, score: Any = MISSING) -> Expr:
    """Compare two *vectors* by the angle between them. Needs MongoDB 8.3.

    With *score*, the result lies between 0 and 1.
    """
    return named("$similarityCosine", vectors=vectors, score=score)


@in_call_order
def similarity_dot_product(vectors: Any, score: Any = MISSING) -> Expr:
    """Compare two *vectors* by their dot product. Needs MongoDB 8.3.

    With *score*, the result lies between 0 and 1.
    """
    return named("$similarityDotProduct", vectors=vectors, score=score)


@in_call_order
def similarity_euclidean(vectors: Any, score: Any = MISSING) -> Expr:
    """Compare two *vectors* by the distance between them. Needs MongoDB 8.3.

    With *score*, the result lies between 0 and 1.
    """
    return named("$similarityEuclidean", vectors=vectors, score=score)
