"""Methods that choose documents, and their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.counts import count_node
from mongo_dsl.filters import Filter, query_of
from mongo_dsl.nodes import Op
from mongo_dsl.pipeline.chaining import Chained
from mongo_dsl.pipeline.remembering import remembered
from mongo_dsl.predicates import Part
from mongo_dsl.shape.kinds import NOTHING, Shape


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
        if len(filters) == 1 and not keywords and type(filters[0]) is Filter:
            found = query_of(filters[0])
            if found.parts is not None and _has_all(self._shape, found.parts):
                made = self._stepped(Op("$match", found), self._shape)
                if made is not None:
                    return made
        return self.then(stages.match(*filters, **keywords))

    @remembered
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
        if type(limit) is int:
            counted = Op("$limit", count_node("limit", limit, 1))
            made = self._stepped(counted, self._shape)
            if made is not None:
                return made
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


def _has_all(shape: Shape | None, parts: tuple[Part, ...]) -> bool:
    """Tell whether fields at the top, which are certainly there, are all that is read."""
    if shape is None:
        return True
    for path, _, _ in parts:
        if shape.fields.get(path.name, NOTHING) is NOTHING:
            return False
    return True
