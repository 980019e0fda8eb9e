"""Aggregation stages, a function each; pipelines offer them as methods.

https://www.mongodb.com/docs/manual/reference/operator/aggregation-pipeline/
"""

from mongo_dsl.stages.diagnostics import (
    coll_stats,
    current_op,
    index_stats,
    list_local_sessions,
    list_sampled_queries,
    list_search_indexes,
    list_sessions,
    plan_cache_stats,
    sharded_data_distribution,
)
from mongo_dsl.stages.documents import (
    add_fields,
    project,
    redact,
    replace_root,
    replace_with,
    set_,
    unset,
    unwind,
)
from mongo_dsl.stages.face import Stage
from mongo_dsl.stages.grouping import (
    bucket,
    bucket_auto,
    count,
    facet,
    group,
    sort_by_count,
)
from mongo_dsl.stages.joining import graph_lookup, lookup, union_with
from mongo_dsl.stages.output import merge, out
from mongo_dsl.stages.ranking import rank_fusion, rerank, score, score_fusion
from mongo_dsl.stages.searching import search, search_meta, vector_search
from mongo_dsl.stages.selection import limit, match, sample, skip, sort
from mongo_dsl.stages.series import densify, fill, set_window_fields
from mongo_dsl.stages.sources import (
    change_stream,
    change_stream_split_large_event,
    documents,
    geo_near,
)


__all__ = [
    "Stage",
    "add_fields",
    "bucket",
    "bucket_auto",
    "change_stream",
    "change_stream_split_large_event",
    "coll_stats",
    "count",
    "current_op",
    "densify",
    "documents",
    "facet",
    "fill",
    "geo_near",
    "graph_lookup",
    "group",
    "index_stats",
    "limit",
    "list_local_sessions",
    "list_sampled_queries",
    "list_search_indexes",
    "list_sessions",
    "lookup",
    "match",
    "merge",
    "out",
    "plan_cache_stats",
    "project",
    "rank_fusion",
    "redact",
    "replace_root",
    "replace_with",
    "rerank",
    "sample",
    "score",
    "score_fusion",
    "search",
    "search_meta",
    "set_",
    "set_window_fields",
    "sharded_data_distribution",
    "skip",
    "sort",
    "sort_by_count",
    "union_with",
    "unset",
    "unwind",
    "vector_search",
]
