"""Methods that change documents one by one: their fields, or all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mongo_dsl import stages
from mongo_dsl.pipeline.chaining import Chained, in_call_order
from mongo_dsl.pipeline.remembering import remembered, remembered_by_name


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )


class DocumentStages(Chained):
    """Change documents one by one: their fields, or all of them."""

    __slots__ = ()

    @remembered
    def project(self, /, *fields: Any, **computed: Any) -> Self:
        """Keep *fields* and add the *computed* ones.

        A computed field that is True or a number is kept, one that is False or 0 is dropped;
        a constant needs `fn.literal`. Mappings among *fields* have nested or dotted names,
        and a mapping as value says the same of the fields in a document.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/project/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().project("name", {"address.city": True}, total=F.price * F.qty).compile()
        [{'$project': {'name': 1, 'address.city': True, 'total': {'$multiply': ['$price', '$qty']}}}]
        """
        return self.then(stages.project(*fields, **computed))

    @remembered
    def set(self, /, *assignments: Mapping[Any, Any], **fields: Any) -> Self:
        """Set *fields* to values or expressions; *assignments* name nested ones.

        A mapping as value sets the fields it names, and leaves others beside them as they
        are; `fn.literal` replaces the whole document.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/set/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().set({F.address.zip: "$5"}, total=F.price + 1).compile()
        [{'$set': {'address.zip': {'$literal': '$5'}, 'total': {'$add': ['$price', 1]}}}]
        """
        return self.then(stages.set_(*assignments, **fields))

    @remembered
    def add_fields(self, /, *assignments: Mapping[Any, Any], **fields: Any) -> Self:
        """Set *fields* to values or expressions: the older name of `set`.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/addFields/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().add_fields(total=F.price + 1).compile()
        [{'$addFields': {'total': {'$add': ['$price', 1]}}}]
        """
        return self.then(stages.add_fields(*assignments, **fields))

    @remembered
    def unset(self, *fields: Any) -> Self:
        """Remove *fields*; a list of them is written as a list, whatever its length.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/unset/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().unset("photo").compile(), Pipeline().unset("photo", F.address.zip).compile()
        ([{'$unset': 'photo'}], [{'$unset': ['photo', 'address.zip']}])
        """
        return self.then(stages.unset(*fields))

    @remembered
    def replace_root(self, new_root: Any) -> Self:
        """Replace every document by the document that *new_root* yields.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/replaceRoot/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().replace_root(F.address).compile()
        [{'$replaceRoot': {'newRoot': '$address'}}]
        """
        return self.then(stages.replace_root(new_root))

    @remembered
    def replace_with(self, expression: Any) -> Self:
        """Replace every document by the document that *expression* yields.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/replaceWith/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().replace_with({"city": F.address.city}).compile()
        [{'$replaceWith': {'city': '$address.city'}}]
        """
        return self.then(stages.replace_with(expression))

    def redact(self, expression: Any) -> Self:
        """Keep, drop or go into every document and those in it, as *expression* decides.

        It yields `fn.KEEP`, `fn.PRUNE` or `fn.DESCEND`.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/redact/

        >>> from mongo_dsl import F, Pipeline, fn
        >>> Pipeline().redact(fn.cond(F.level == 5, fn.PRUNE, fn.DESCEND)).compile()
        [{'$redact': {'$cond': {'if': {'$eq': ['$level', 5]}, 'then': '$$PRUNE', 'else': '$$DESCEND'}}}]
        """
        return self.then(stages.redact(expression))

    @remembered_by_name
    @in_call_order
    def unwind(
        self,
        path: Any,
        *,
        include_array_index: str | None = None,
        preserve_null_and_empty_arrays: bool | None = None,
    ) -> Self:
        """Make a document of every item of the array at *path*, a field or its name.

        *include_array_index* names a field for the item's place,
        *preserve_null_and_empty_arrays* keeps documents without items.

        https://www.mongodb.com/docs/manual/reference/operator/aggregation/unwind/

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().unwind(F.tags).compile()
        [{'$unwind': '$tags'}]
        >>> Pipeline().unwind("tags", include_array_index="place").compile()
        [{'$unwind': {'path': '$tags', 'includeArrayIndex': 'place'}}]
        """
        return self.then(
            stages.unwind(
                path,
                include_array_index=include_array_index,
                preserve_null_and_empty_arrays=preserve_null_and_empty_arrays,
            )
        )
