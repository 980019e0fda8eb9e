"""Collections that are more than a heap of documents, as classes declare them."""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.collections.kinds import Capped, Clustered, TimeSeries, Validator, View
    from mapper.collections.plans import CollectionPlan
    from mapper.collections.validators import validator_of

__all__ = [
    "Capped",
    "Clustered",
    "CollectionPlan",
    "TimeSeries",
    "Validator",
    "View",
    "validator_of",
]

_NAMES = {
    "mapper.collections.kinds": (
        "Capped",
        "Clustered",
        "TimeSeries",
        "Validator",
        "View",
    ),
    "mapper.collections.plans": ("CollectionPlan",),
    "mapper.collections.validators": ("validator_of",),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
