"""Fields: what queries and updates are made of."""

from mongo_dsl.fields.documents import Fields
from mongo_dsl.fields.face import Field
from mongo_dsl.fields.untyped import F


__all__ = ["F", "Field", "Fields"]
