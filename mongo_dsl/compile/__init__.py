"""The tree becomes plain Mongo dicts and lists; nothing below this package imports it.

A node has a form in three places: as data (`compile_value`), as a filter
(`compile_filter`) and as an aggregation expression (`compile_expression`). Each is one
table from node type to function.
"""

from mongo_dsl.compile import predicates as _predicates  # noqa: F401 - fills the table
from mongo_dsl.compile.expressions import compile_expression, compile_whole
from mongo_dsl.compile.filters import compile_filter
from mongo_dsl.compile.templates import compile_stages
from mongo_dsl.compile.values import compile_value


__all__ = [
    "compile_expression",
    "compile_filter",
    "compile_stages",
    "compile_value",
    "compile_whole",
]
