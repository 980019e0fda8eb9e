"""The functions of `fn` as methods of what they are applied to, by kind of value.

``User.q.created_at.dt.trunc("month")`` is ``fn.date_trunc(User.q.created_at, "month")``.
The namespaces are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from mongo_dsl.expressions.namespaces.arrays import ArrayNamespace
    from mongo_dsl.expressions.namespaces.dates import DateNamespace
    from mongo_dsl.expressions.namespaces.documents import DocumentNamespace
    from mongo_dsl.expressions.namespaces.texts import TextNamespace


class Namespaces:
    """What expressions, fields and variables offer for kinds of values.

    A nested field that has the name of one is reached by item: ``F.parcel["dt"]``.
    """

    __slots__ = ()

    @property
    def arr(self) -> ArrayNamespace:
        """Functions of arrays and sets.

        >>> from mongo_dsl import F
        >>> F.tags.arr.contains("new").compile()
        {'$in': ['new', '$tags']}
        """
        from mongo_dsl.expressions.namespaces.arrays import ArrayNamespace

        return ArrayNamespace(self, "arr")

    @property
    def dt(self) -> DateNamespace:
        """Functions of dates and timestamps.

        >>> from mongo_dsl import F
        >>> F.born.dt.year().compile()
        {'$year': {'date': '$born'}}
        """
        from mongo_dsl.expressions.namespaces.dates import DateNamespace

        return DateNamespace(self, "dt")

    @property
    def obj(self) -> DocumentNamespace:
        """Functions of documents.

        >>> from mongo_dsl import F
        >>> F.address.obj.merge({"city": "Rome"}).compile()
        {'$mergeObjects': ['$address', {'city': 'Rome'}]}
        """
        from mongo_dsl.expressions.namespaces.documents import DocumentNamespace

        return DocumentNamespace(self, "obj")

    @property
    def str(self) -> TextNamespace:
        """Functions of text.

        >>> from mongo_dsl import F
        >>> F.name.str.lower().compile()
        {'$toLower': '$name'}
        """
        from mongo_dsl.expressions.namespaces.texts import TextNamespace

        return TextNamespace(self, "str")
