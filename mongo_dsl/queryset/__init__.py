"""Query sets: immutable descriptions of a find; the mapper executes them."""

from mongo_dsl.queryset.face import QuerySet


__all__ = ["QuerySet"]
