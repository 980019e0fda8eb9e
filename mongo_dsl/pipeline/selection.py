"""Methods that choose documents, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.pipeline.chaining import Chained


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class SelectionStages(Chained):
    """Choose documents, and their order."""

    __slots__ = ()

    def match(self, /, *filters: Any, **keywords: Any) -> Self:
        """Keep the documents that match all of *filters* and *keywords*.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/match/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().match(F.age > 18, city="Paris").compile()
        [{'$match': {'age': {'$gt': 18}, 'city': 'Paris'}}]
        """
        return self.then(stages.match(*filters, **keywords))

    def sort(self, *keys: Any) -> Self:
        """Sort by *keys*: fields, ``field.desc()``, ``"-name"``, pairs or mappings.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/sort/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().sort(F.age.desc(), "name").compile()
        [{'$sort': {'age': -1, 'name': 1}}]
        """
        return self.then(stages.sort(*keys))

    def limit(self, limit: Any) -> Self:
        """Stop after *limit* documents.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/limit/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().limit(5).compile()
        [{'$limit': 5}]
        """
        return self.then(stages.limit(limit))

    def skip(self, skip: Any) -> Self:
        """Leave out the first *skip* documents.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/skip/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().skip(5).compile()
        [{'$skip': 5}]
        """
        return self.then(stages.skip(skip))

    def sample(self, size: Any) -> Self:
        """Pick *size* documents at random.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/sample/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().sample(3).compile()
        [{'$sample': {'size': 3}}]
        """
        return self.then(stages.sample(size))
