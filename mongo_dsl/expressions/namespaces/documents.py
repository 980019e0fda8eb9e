"""`obj`: functions of documents as methods of them."""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions import objects
from mongo_dsl.expressions.face import Expr
from mongo_dsl.expressions.namespaces.face import Namespace, method
from mongo_dsl.expressions.order import in_call_order


class DocumentNamespace(Namespace):
    """What `fn` has for documents.

    >>> from mongo_dsl import F
    >>> F.prices.obj.to_array().compile()
    {'$objectToArray': '$prices'}
    """

    __slots__ = ()

    merge = method(objects.merge_objects)
    to_array = method(objects.object_to_array)

    def get_field(self, field: Any) -> Expr:
        """Read *field*, whose name may hold dots or begin with ``$``. Needs MongoDB 5.0."""
        return objects.get_field(field, self._value)

    @in_call_order
    def set_field(self, field: Any, *, value: Any) -> Expr:
        """Set *field*, by any name, to *value*. Needs MongoDB 5.0."""
        return objects.set_field(field, input_=self._value, value=value)

    def unset_field(self, field: Any) -> Expr:
        """Remove *field*, by any name. Needs MongoDB 5.0."""
        return objects.unset_field(field, self._value)
