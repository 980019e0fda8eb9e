"""`Explanation`: how the server runs a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs


Raw = Mapping[str, Any]


@attrs.frozen(repr=False)
class Explanation:
    """What the server says about a query; *raw* is all of it, as the server gave it.

    ``str`` draws the winning plan, the last step first.

    https://www.mongodb.com/docs/manual/reference/explain-results/

    >>> scan = {"stage": "COLLSCAN", "direction": "forward"}
    >>> found = Explanation({"queryPlanner": {"winningPlan": scan}})
    >>> found.collection_scan, found.index_used
    (True, None)
    >>> print(found)
    COLLSCAN
    """

    raw: Raw

    @property
    def winning_plan(self) -> Raw:
        """The plan that the server chose; of a sharded collection, of its first shard."""
        for found in _named(self.raw, "winningPlan"):
            plan = found.get("queryPlan", found)  # newer engines wrap it
            shards = plan.get("shards")
            return self._of_shard(shards[0]) if shards else plan
        return {}

    def _of_shard(self, shard: Raw) -> Raw:
        plan: Raw = shard.get("winningPlan", shard)
        return plan.get("queryPlan", plan)

    @property
    def stages(self) -> tuple[str, ...]:
        """The steps of the winning plan, the last one first."""
        return tuple(plan["stage"] for plan, _ in _plans(self.winning_plan))

    @property
    def indexes(self) -> tuple[str, ...]:
        """The names of the indexes that the winning plan uses."""
        plans = [plan for plan, _ in _plans(self.winning_plan)]
        names = [plan["indexName"] for plan in plans if "indexName" in plan]
        if "IDHACK" in self.stages:  # the look-up by _id names no index
            names.append("_id_")
        return tuple(dict.fromkeys(names))

    @property
    def index_used(self) -> str | None:
        """The name of the index that is used, the first of several; None without one."""
        return next(iter(self.indexes), None)

    @property
    def collection_scan(self) -> bool:
        """Whether every document of the collection is read."""
        return "COLLSCAN" in self.stages

    @property
    def sorts_in_memory(self) -> bool:
        """Whether documents are sorted after they are found, which takes memory."""
        return "SORT" in self.stages or any(_named(self.raw, "$sort"))

    @property
    def covered(self) -> bool:
        """Whether the index has all that was asked for, and no document is read."""
        return bool(self.indexes) and not {"FETCH", "IDHACK"} & {*self.stages}

    @property
    def returned(self) -> int | None:
        """How many documents came out; None unless the query was executed."""
        return self._counted("nReturned")

    @property
    def documents_examined(self) -> int | None:
        """How many documents were read; None unless the query was executed."""
        return self._counted("totalDocsExamined")

    @property
    def keys_examined(self) -> int | None:
        """How many keys of indexes were read; None unless the query was executed."""
        return self._counted("totalKeysExamined")

    @property
    def milliseconds(self) -> int | None:
        """How long it took; None unless the query was executed."""
        return self._counted("executionTimeMillis")

    def _counted(self, name: str) -> int | None:
        for found in _named(self.raw, "executionStats"):
            number: int | None = found.get(name)
            return number
        return None

    def __str__(self) -> str:
        return "\n".join(
            f"{'  ' * depth}{_described(plan)}"
            for plan, depth in _plans(self.winning_plan)
        )

    def __repr__(self) -> str:
        return f"<Explanation {' <- '.join(self.stages)}>"


def _named(value: Any, name: str) -> Iterator[Any]:
    """Yield all documents called *name* in *value*, wherever they are."""
    if isinstance(value, Mapping):
        if isinstance(value.get(name), Mapping):
            yield value[name]
        for below in value.values():
            yield from _named(below, name)
    elif isinstance(value, list):
        for below in value:
            yield from _named(below, name)


def _plans(plan: Raw, depth: int = 0) -> Iterator[tuple[Raw, int]]:
    """Yield the steps of *plan* with their depths, those that read first last."""
    if "stage" in plan:
        yield plan, depth
    inputs = plan.get("inputStages", [])
    for name in ("inputStage", "outerStage", "innerStage", "thenStage", "elseStage"):
        inputs = [*inputs, plan[name]] if name in plan else inputs
    for below in inputs:
        yield from _plans(below, depth + 1)


def _described(plan: Raw) -> str:
    index = f" {plan['indexName']}" if "indexName" in plan else ""
    return f"{plan['stage']}{index}"
