"""Pipelines: immutable lists of stages, a method per stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, NoReturn, ParamSpec, TypeVar

import attrs

from mongo_dsl import stages
from mongo_dsl.compile import compile_expression
from mongo_dsl.errors import TruthValueError
from mongo_dsl.mermaid import flowchart
from mongo_dsl.nodes import Stages
from mongo_dsl.readable import Readable
from mongo_dsl.values import Face


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

R = TypeVar("R")
P = ParamSpec("P")


@attrs.frozen(repr=False, init=False)
class Pipeline(Readable[list[dict[str, Any]]], Face):
    """An aggregation pipeline, started from stages or from nothing.

    >>> from mongo_dsl import F, Pipeline, acc
    >>> by_city = Pipeline().match(F.age >= 18).group(F.city, people=acc.count())
    >>> by_city.compile()
    [{'$match': {'age': {'$gte': 18}}}, {'$group': {'_id': '$city', 'people': {'$count': {}}}}]
    """

    _node: Stages

    def __init__(self, *pieces: Any) -> None:
        self.__attrs_init__(Stages(stages.inserted(pieces)))  # pyright: ignore[reportAttributeAccessIssue]

    def then(self, *pieces: Any) -> Self:
        """Add stages, pipelines or documents of MQL.

        >>> from mongo_dsl import Pipeline, stages
        >>> Pipeline().then(stages.limit(5), {"$indexStats": {}}).compile()
        [{'$limit': 5}, {'$indexStats': {}}]
        """
        return type(self)(self, *pieces)

    def __add__(self, other: Any) -> Self:
        """Run *other* on what this pipeline gives."""
        return self.then(other)

    def pipe(
        self,
        function: Callable[Concatenate[Self, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Return ``function(self, *args, **kwargs)``: fragments read left to right."""
        return function(self, *args, **kwargs)

    def match(self, *filters: Any, **keywords: Any) -> Self:
        """Keep the documents that match all of *filters* and *keywords*.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().match(F.age > 18, city="Paris").compile()
        [{'$match': {'age': {'$gt': 18}, 'city': 'Paris'}}]
        """
        return self.then(stages.match(*filters, **keywords))

    def project(self, *fields: Any, **computed: Any) -> Self:
        """Keep *fields* and add the *computed* ones.

        A computed field that is True or 1 is kept, one that is False or 0 is dropped; a
        constant needs `fn.literal`.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().project("name", total=F.price * F.qty, _id=False).compile()
        [{'$project': {'name': 1, 'total': {'$multiply': ['$price', '$qty']}, '_id': False}}]
        """
        return self.then(stages.project(*fields, **computed))

    def set(self, *assignments: Mapping[Any, Any], **fields: Any) -> Self:
        """Set *fields* to values or expressions; *assignments* name nested ones.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().set({F.address.zip: "$5"}, total=F.price + 1).compile()
        [{'$set': {'address.zip': {'$literal': '$5'}, 'total': {'$add': ['$price', 1]}}}]
        """
        return self.then(stages.set_(*assignments, **fields))

    def add_fields(self, *assignments: Mapping[Any, Any], **fields: Any) -> Self:
        """Set *fields* to values or expressions: the older name of `set`.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().add_fields(total=F.price + 1).compile()
        [{'$addFields': {'total': {'$add': ['$price', 1]}}}]
        """
        return self.then(stages.add_fields(*assignments, **fields))

    def unset(self, *fields: Any) -> Self:
        """Remove *fields*.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().unset("photo").compile()
        [{'$unset': 'photo'}]
        """
        return self.then(stages.unset(*fields))

    def group(self, by: Any, /, **accumulators: Any) -> Self:
        """Group by *by*, an expression, a mapping of them, or None for one group of all.

        *accumulators* come from `acc` and give the fields of each group; *by* is its
        ``_id``.

        >>> from mongo_dsl import F, Pipeline, acc
        >>> Pipeline().group(F.city, oldest=acc.max_(F.age)).compile()
        [{'$group': {'_id': '$city', 'oldest': {'$max': '$age'}}}]
        """
        return self.then(stages.group(by, **accumulators))

    def sort(self, *keys: Any) -> Self:
        """Sort by *keys*: fields, ``field.desc()``, ``"-name"``, pairs or mappings.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().sort(F.age.desc(), "name").compile()
        [{'$sort': {'age': -1, 'name': 1}}]
        """
        return self.then(stages.sort(*keys))

    def limit(self, count: Any) -> Self:
        """Stop after *count* documents.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().limit(5).compile()
        [{'$limit': 5}]
        """
        return self.then(stages.limit(count))

    def skip(self, count: Any) -> Self:
        """Skip the first *count* documents.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().skip(5).compile()
        [{'$skip': 5}]
        """
        return self.then(stages.skip(count))

    def sample(self, size: Any) -> Self:
        """Pick *size* documents at random.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().sample(3).compile()
        [{'$sample': {'size': 3}}]
        """
        return self.then(stages.sample(size))

    def unwind(
        self,
        field: Any,
        *,
        include_array_index: str | None = None,
        preserve_null_and_empty_arrays: bool | None = None,
    ) -> Self:
        """Make a document of every item of the array *field*.

        *include_array_index* names a field for the item's place,
        *preserve_null_and_empty_arrays* keeps documents without items.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().unwind(F.tags).compile()
        [{'$unwind': '$tags'}]
        """
        return self.then(
            stages.unwind(
                field,
                include_array_index=include_array_index,
                preserve_null_and_empty_arrays=preserve_null_and_empty_arrays,
            )
        )

    def lookup(
        self,
        from_: Any,
        *,
        as_: str,
        local_field: Any = None,
        foreign_field: Any = None,
        let: Mapping[str, Any] | None = None,
        pipeline: Any = None,
    ) -> Self:
        """Join the documents of *from_*, a collection's name or document class, as *as_*.

        Either by equality of *local_field* and *foreign_field*, or by *pipeline*, which
        reads the variables of *let*, or both.

        >>> from mongo_dsl import F, Pipeline
        >>> joined = Pipeline().lookup(
        ...     "orders", local_field=F["_id"], foreign_field="user_id", as_="orders"
        ... )
        >>> print(joined.to_json())
        [{"$lookup": {"from": "orders", "localField": "_id", "foreignField": "user_id", "as": "orders"}}]
        """
        return self.then(
            stages.lookup(
                from_,
                as_=as_,
                local_field=local_field,
                foreign_field=foreign_field,
                let=let,
                pipeline=pipeline,
            )
        )

    def count(self, name: str = "count") -> Self:
        """Count the documents into the field *name*.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().count("people").compile()
        [{'$count': 'people'}]
        """
        return self.then(stages.count(name))

    def facet(self, **pipelines: Any) -> Self:
        """Run several *pipelines* over the same documents; each gives an array.

        >>> from mongo_dsl import Pipeline
        >>> Pipeline().facet(first=Pipeline().limit(1), total=Pipeline().count()).compile()
        [{'$facet': {'first': [{'$limit': 1}], 'total': [{'$count': 'count'}]}}]
        """
        return self.then(stages.facet(**pipelines))

    def replace_root(self, new_root: Any) -> Self:
        """Replace every document by the document that *new_root* yields.

        >>> from mongo_dsl import F, Pipeline
        >>> Pipeline().replace_root(F.address).compile()
        [{'$replaceRoot': {'newRoot': '$address'}}]
        """
        return self.then(stages.replace_root(new_root))

    def to_mermaid(self, source: Any = None) -> str:
        """Draw the pipeline as a Mermaid flowchart.

        *source* is what the pipeline reads: a collection's name, or a document class.

        >>> from mongo_dsl import F, Pipeline
        >>> print(Pipeline().match(F.age > 18).count().to_mermaid("users"), end="")
        flowchart TB
            n1[("users")]
            n2["$match<br/>{ age: { $gt: 18 } }"]
            n1 --> n2
            n3["$count<br/>#quot;count#quot;"]
            n2 --> n3
        """
        if source is not None:
            source = stages.collection_name("to_mermaid", source)
        return flowchart(self._node, source)

    def _rebuilt(self, node: Any) -> Self:
        return type(self)(*map(stages.Stage, node.items))

    def _compile(self) -> list[dict[str, Any]]:
        compiled: list[dict[str, Any]] = compile_expression(self._node)
        return compiled

    def __len__(self) -> int:
        return len(self._node.items)

    def __bool__(self) -> NoReturn:
        msg = "a pipeline has no truth value; len(...) counts its stages"
        raise TruthValueError(msg)
