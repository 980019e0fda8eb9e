"""Methods that begin with what the server knows of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.pipeline.chaining import Chained, in_call_order


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class DiagnosticStages(Chained):
    """Begin with what the server knows of itself."""

    __slots__ = ()

    @in_call_order
    def coll_stats(
        self,
        *,
        latency_stats: Mapping[str, Any] | None = None,
        storage_stats: Mapping[str, Any] | None = None,
        count: Mapping[str, Any] | None = None,
        query_exec_stats: Mapping[str, Any] | None = None,
    ) -> Self:
        """Begin with statistics of the collection; an empty mapping asks for one kind.

        *latency_stats* takes ``{"histograms": True}``, *storage_stats* ``{"scale": 1024}``
        for kibibytes instead of bytes.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/collStats/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().coll_stats(count={}, storage_stats={"scale": 1024}).compile()
        [{'$collStats': {'count': {}, 'storageStats': {'scale': 1024}}}]
        """
        return self.then(
            stages.coll_stats(
                latency_stats=latency_stats,
                storage_stats=storage_stats,
                count=count,
                query_exec_stats=query_exec_stats,
            )
        )

    @in_call_order
    def current_op(
        self,
        *,
        all_users: bool | None = None,
        idle_connections: bool | None = None,
        idle_cursors: bool | None = None,
        idle_sessions: bool | None = None,
        local_ops: bool | None = None,
    ) -> Self:
        """Begin with the operations that run, in the database ``admin``.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/currentOp/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().current_op(all_users=True, local_ops=True).compile()
        [{'$currentOp': {'allUsers': True, 'localOps': True}}]
        """
        return self.then(
            stages.current_op(
                all_users=all_users,
                idle_connections=idle_connections,
                idle_cursors=idle_cursors,
                idle_sessions=idle_sessions,
                local_ops=local_ops,
            )
        )

    def index_stats(self) -> Self:
        """Begin with how often each index of the collection was used.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/indexStats/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().index_stats().compile()
        [{'$indexStats': {}}]
        """
        return self.then(stages.index_stats())

    @in_call_order
    def list_local_sessions(
        self,
        *,
        users: Sequence[Mapping[str, str]] | None = None,
        all_users: bool | None = None,
    ) -> Self:
        """Begin with the sessions in the memory of the server, one's own by default.

        *users* are mappings of ``user`` and ``db``.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/listLocalSessions/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().list_local_sessions(all_users=True).compile()
        [{'$listLocalSessions': {'allUsers': True}}]
        """
        return self.then(stages.list_local_sessions(users=users, all_users=all_users))

    @in_call_order
    def list_sessions(
        self,
        *,
        users: Sequence[Mapping[str, str]] | None = None,
        all_users: bool | None = None,
    ) -> Self:
        """Begin with the sessions of the deployment, one's own by default.

        *users* are mappings of ``user`` and ``db``. It runs on the collection
        ``system.sessions`` of the database ``config``.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/listSessions/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().list_sessions(users=[{"user": "reader", "db": "test"}]).compile()
        [{'$listSessions': {'users': [{'user': 'reader', 'db': 'test'}]}}]
        """
        return self.then(stages.list_sessions(users=users, all_users=all_users))

    def list_sampled_queries(self, namespace: str | None = None) -> Self:
        """Begin with queries sampled for shard keys, of *namespace* only if given.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/listSampledQueries/
        Needs MongoDB 5.0.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().list_sampled_queries("social.post").compile()
        [{'$listSampledQueries': {'namespace': 'social.post'}}]
        """
        return self.then(stages.list_sampled_queries(namespace))

    @in_call_order
    def list_search_indexes(
        self, *, id_: str | None = None, name: str | None = None
    ) -> Self:
        """Begin with the Atlas Search indexes, or one by *id_* or *name*. Needs MongoDB 7.0.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/listSearchIndexes/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().list_search_indexes(name="default").compile()
        [{'$listSearchIndexes': {'name': 'default'}}]
        """
        return self.then(stages.list_search_indexes(id_=id_, name=name))

    def plan_cache_stats(self, *, all_hosts: bool | None = None) -> Self:
        """Begin with the plans that the server remembers; *all_hosts* asks every shard's.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/planCacheStats/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().plan_cache_stats().compile()
        [{'$planCacheStats': {}}]
        """
        return self.then(stages.plan_cache_stats(all_hosts=all_hosts))

    def sharded_data_distribution(self) -> Self:
        """Begin with how much data each shard holds. Needs MongoDB 6.0.3.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/shardedDataDistribution/

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().sharded_data_distribution().compile()
        [{'$shardedDataDistribution': {}}]
        """
        return self.then(stages.sharded_data_distribution())
