"""Methods that begin with a search for texts or vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.pipeline.chaining import Chained, in_call_order


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class SearchStages(Chained):
    """Begin with a search for texts or vectors."""

    __slots__ = ()

    @in_call_order
    def search(
        self,
        operator: Any,
        *,
        index: str | None = None,
        highlight: Mapping[str, Any] | None = None,
        concurrent: bool | None = None,
        count: Mapping[str, Any] | None = None,
        search_after: str | None = None,
        search_before: str | None = None,
        score_details: bool | None = None,
        sort: Any = None,
        return_scope: Mapping[str, Any] | None = None,
        return_stored_source: bool | None = None,
        tracking: Mapping[str, Any] | None = None,
    ) -> Self:
        """Begin with the documents that *operator*, of `search`, finds. Needs MongoDB 5.0.

        *index* is the search index, *sort* what `sort` takes. *search_after* and
        *search_before* are tokens, for pages.

        https://www.mongodb.com/docs/atlas/atlas-search/query-syntax/

        >>> from mongo_dsl import F, Pipeline, search
        >>> surfing = Pipeline().search(search.text(F.title, "surf"), index="titles")
        >>> surfing.compile()
        [{'$search': {'text': {'path': 'title', 'query': 'surf'}, 'index': 'titles'}}]
        """
        return self.then(
            stages.search(
                operator,
                index=index,
                highlight=highlight,
                concurrent=concurrent,
                count=count,
                search_after=search_after,
                search_before=search_before,
                score_details=score_details,
                sort=sort,
                return_scope=return_scope,
                return_stored_source=return_stored_source,
                tracking=tracking,
            )
        )

    @in_call_order
    def search_meta(
        self,
        operator: Any,
        *,
        index: str | None = None,
        count: Mapping[str, Any] | None = None,
        return_scope: Mapping[str, Any] | None = None,
        return_stored_source: bool | None = None,
    ) -> Self:
        """Begin with what is known of the results of a search alone. Needs MongoDB 5.0.

        Its arguments are those of `search`.

        https://www.mongodb.com/docs/atlas/atlas-search/query-syntax/

        >>> from mongo_dsl import F, Pipeline, search
        >>> Pipeline().search_meta(search.exists(F.title), count={"type": "total"}).compile()
        [{'$searchMeta': {'exists': {'path': 'title'}, 'count': {'type': 'total'}}}]
        """
        return self.then(
            stages.search_meta(
                operator,
                index=index,
                count=count,
                return_scope=return_scope,
                return_stored_source=return_stored_source,
            )
        )

    @in_call_order
    def vector_search(
        self,
        *,
        index: str,
        limit: Any,
        path: Any,
        query_vector: Any = None,
        exact: bool | None = None,
        filter_: Any = None,
        num_candidates: Any = None,
        return_stored_source: bool | None = None,
        nested_options: Mapping[str, Any] | None = None,
        parent_filter: Any = None,
        query: Any = None,
        model: str | None = None,
    ) -> Self:
        """Begin with the *limit* documents nearest to *query_vector*. Needs MongoDB 6.0.

        *path* is the field of the vectors. *exact* compares all of them; otherwise
        *num_candidates* are looked at. *filter_* is a filter. Instead of a vector, a *query*
        is a text for an embedding *model*, which needs MongoDB 8.2.

        https://www.mongodb.com/docs/atlas/atlas-vector-search/vector-search-stage/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().vector_search(
        ...     index="plots", path=F.plot, query_vector=[0.5, -0.25], limit=10, exact=True
        ... ).compile()[0]["$vectorSearch"]
        {'index': 'plots', 'path': 'plot', 'queryVector': [0.5, -0.25], 'limit': 10, 'exact': True}
        """
        return self.then(
            stages.vector_search(
                index=index,
                limit=limit,
                path=path,
                query_vector=query_vector,
                exact=exact,
                filter_=filter_,
                num_candidates=num_candidates,
                return_stored_source=return_stored_source,
                nested_options=nested_options,
                parent_filter=parent_filter,
                query=query,
                model=model,
            )
        )
