"""Which fields there are after each stage of a pipeline, and what they hold.

A stage is refused only where what it reads is certainly not there: what isn't known may
be anything.
"""

from mongo_dsl.shape import binding, joins  # noqa: F401 - they fill tables
from mongo_dsl.shape.classes import of_class, volatile
from mongo_dsl.shape.flow import after, flow
from mongo_dsl.shape.kinds import OPEN, Array, Kind, Shape, Typed
from mongo_dsl.shape.rows import check_row


__all__ = [
    "OPEN",
    "Array",
    "Kind",
    "Shape",
    "Typed",
    "after",
    "check_row",
    "flow",
    "of_class",
    "volatile",
]
