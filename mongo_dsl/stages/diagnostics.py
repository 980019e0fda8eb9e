"""Stages that begin with what the server knows of itself.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mongo_dsl.nodes import Body, Node
from mongo_dsl.stages.arguments import constant, options
from mongo_dsl.stages.face import stage


@stage("$collStats")
def coll_stats(
    *,
    latency_stats: Mapping[str, Any] | None = None,
    storage_stats: Mapping[str, Any] | None = None,
    count: Mapping[str, Any] | None = None,
    query_exec_stats: Mapping[str, Any] | None = None,
) -> Node:
    """Begin with statistics of the collection; an empty mapping asks for one kind.

    *latency_stats* takes ``{"histograms": True}``, *storage_stats* ``{"scale": 1024}``
    for kibibytes instead of bytes.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/collStats/

    >>> from mongo_dsl import stages
    >>> stages.coll_stats(count={}, storage_stats={"scale": 1024}).compile()
    {'$collStats': {'count': {}, 'storageStats': {'scale': 1024}}}
    """
    return options(
        latency_stats=constant(latency_stats),
        storage_stats=constant(storage_stats),
        count=constant(count),
        query_exec_stats=constant(query_exec_stats),
    )


@stage("$currentOp")
def current_op(
    *,
    all_users: bool | None = None,
    idle_connections: bool | None = None,
    idle_cursors: bool | None = None,
    idle_sessions: bool | None = None,
    local_ops: bool | None = None,
) -> Node:
    """Begin with the operations that run, in the database ``admin``.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/currentOp/

    >>> from mongo_dsl import stages
    >>> stages.current_op(all_users=True, local_ops=True).compile()
    {'$currentOp': {'allUsers': True, 'localOps': True}}
    """
    return options(
        all_users=all_users,
        idle_connections=idle_connections,
        idle_cursors=idle_cursors,
        idle_sessions=idle_sessions,
        local_ops=local_ops,
    )


@stage("$indexStats")
def index_stats() -> Node:
    """Begin with how often each index of the collection was used.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/indexStats/

    >>> from mongo_dsl import stages
    >>> stages.index_stats().compile()
    {'$indexStats': {}}
    """
    return Body(())


@stage("$listLocalSessions")
def list_local_sessions(
    *,
    users: Sequence[Mapping[str, str]] | None = None,
    all_users: bool | None = None,
) -> Node:
    """Begin with the sessions in the memory of the server, one's own by default.

    *users* are mappings of ``user`` and ``db``.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/listLocalSessions/

    >>> from mongo_dsl import stages
    >>> stages.list_local_sessions(all_users=True).compile()
    {'$listLocalSessions': {'allUsers': True}}
    """
    return options(users=constant(users), all_users=all_users)


@stage("$listSessions")
def list_sessions(
    *,
    users: Sequence[Mapping[str, str]] | None = None,
    all_users: bool | None = None,
) -> Node:
    """Begin with the sessions of the deployment, one's own by default.

    *users* are mappings of ``user`` and ``db``. It runs on the collection
    ``system.sessions`` of the database ``config``.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/listSessions/

    >>> from mongo_dsl import stages
    >>> stages.list_sessions(users=[{"user": "reader", "db": "test"}]).compile()
    {'$listSessions': {'users': [{'user': 'reader', 'db': 'test'}]}}
    """
    return options(users=constant(users), all_users=all_users)


@stage("$listSampledQueries")
def list_sampled_queries(namespace: str | None = None) -> Node:
    """Begin with queries sampled for shard keys, of *namespace* only if given.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/listSampledQueries/
    Needs MongoDB 5.0.

    >>> from mongo_dsl import stages
    >>> stages.list_sampled_queries("social.post").compile()
    {'$listSampledQueries': {'namespace': 'social.post'}}
    """
    return options(namespace=constant(namespace))


@stage("$listSearchIndexes")
def list_search_indexes(*, id_: str | None = None, name: str | None = None) -> Node:
    """Begin with the Atlas Search indexes, or one by *id_* or *name*. Needs MongoDB 7.0.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/listSearchIndexes/

    >>> from mongo_dsl import stages
    >>> stages.list_search_indexes(name="default").compile()
    {'$listSearchIndexes': {'name': 'default'}}
    """
    return options(id_=constant(id_), name=constant(name))


@stage("$planCacheStats")
def plan_cache_stats(*, all_hosts: bool | None = None) -> Node:
    """Begin with the plans that the server remembers; *all_hosts* asks every shard's.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/planCacheStats/

    >>> from mongo_dsl import stages
    >>> stages.plan_cache_stats().compile()
    {'$planCacheStats': {}}
    """
    return options(all_hosts=all_hosts)


@stage("$shardedDataDistribution")
def sharded_data_distribution() -> Node:
    """Begin with how much data each shard holds. Needs MongoDB 6.0.3.

    https://www.mongodb.com/docs/manual/reference/operator/aggregation/shardedDataDistribution/

    >>> from mongo_dsl import stages
    >>> stages.sharded_data_distribution().compile()
    {'$shardedDataDistribution': {}}
    """
    return Body(())
