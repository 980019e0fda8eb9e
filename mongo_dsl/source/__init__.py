"""From the tree to the Python source that builds it.

`Written` is some code together with its value: each call is made while it is written, and
compared with the node. One module writes one kind of node.
"""

from mongo_dsl.source.expressions import accumulator, window
from mongo_dsl.source.faces import represented
from mongo_dsl.source.fields import Scope
from mongo_dsl.source.filters import predicate
from mongo_dsl.source.layout import Code, flat, laid_out
from mongo_dsl.source.stages import pipeline
from mongo_dsl.source.table import expression
from mongo_dsl.source.updates import update
from mongo_dsl.source.written import UnwritableError, Written, identical


__all__ = [
    "Code",
    "Scope",
    "UnwritableError",
    "Written",
    "accumulator",
    "expression",
    "flat",
    "identical",
    "laid_out",
    "pipeline",
    "predicate",
    "represented",
    "update",
    "window",
]
