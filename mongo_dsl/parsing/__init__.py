"""From MQL to the tree; what isn't MQL gets an error that points at the place."""

from mongo_dsl.parsing.expressions import expression
from mongo_dsl.parsing.filters import predicate
from mongo_dsl.parsing.places import Place
from mongo_dsl.parsing.stages import pipeline
from mongo_dsl.parsing.updates import update


__all__ = ["Place", "expression", "pipeline", "predicate", "update"]
