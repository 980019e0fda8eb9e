"""Collections that are more than a heap of documents, as classes declare them."""

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
