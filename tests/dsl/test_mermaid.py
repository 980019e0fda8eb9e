"""Pipelines as Mermaid flowcharts, held whole; Mermaid's own parser reads these."""

import attrs
import pytest

from mongo_dsl import F, Pipeline, acc, param, raw, stages
from mongo_dsl.errors import OperandError


@attrs.define
class Order:
    __collection__ = "orders"
    city: str


@attrs.define
class Row:
    city: str


CHARTS = {
    "nothing": (Pipeline().to_mermaid(), "flowchart TB\n"),
    "a source alone": (
        Pipeline().to_mermaid("orders"),
        'flowchart TB\n    n1[("orders")]\n',
    ),
    "a pipeline of a class": (
        Pipeline(Order).to_mermaid(),
        'flowchart TB\n    n1[("orders")]\n',
    ),
    "a pipeline of a class without a collection": (
        Pipeline(Row).limit(1).to_mermaid(),
        """\
flowchart TB
    n1[("Row")]
    n2["$limit<br/>1"]
    n1 --> n2
""",
    ),
    "stages": (
        Pipeline()
        .match(F.status == "paid")
        .group(F.city, n=acc.count())
        .to_mermaid(Order),
        """\
flowchart TB
    n1[("orders")]
    n2["$match<br/>{ status: #quot;paid#quot; }"]
    n1 --> n2
    n3["$group<br/>{ _id: #quot;$city#quot;, n: { $count: {} } }"]
    n2 --> n3
""",
    ),
    "a lookup": (
        Pipeline()
        .lookup("users", local_field="u", foreign_field="_id", as_="user")
        .limit(1)
        .to_mermaid(),
        """\
flowchart TB
    n1["$lookup<br/>{ from: #quot;users#quot;, localField: #quot;u#quot;, foreignField: #quot;_id#quot;, as: …"]
    n2[("users")]
    n2 -.-> n1
    n3["$limit<br/>1"]
    n1 --> n3
""",
    ),
    "a lookup by a pipeline in a facet": (
        Pipeline()
        .facet(
            joined=Pipeline().lookup(
                "users", as_="u", pipeline=Pipeline().skip(1).limit(2)
            ),
            all=Pipeline(),
            first=Pipeline().limit(1),
        )
        .count()
        .to_mermaid(),
        """\
flowchart TB
    n1["$facet"]
    subgraph g2["joined"]
        n3["$lookup<br/>{ from: #quot;users#quot;, as: #quot;u#quot; }"]
        n4[("users")]
        subgraph g5["pipeline"]
            n6["$skip<br/>1"]
            n7["$limit<br/>2"]
            n6 --> n7
        end
        n4 --> n6
        n7 -.-> n3
    end
    n1 --> n3
    subgraph g8["first"]
        n9["$limit<br/>1"]
    end
    n1 --> n9
    n10["$count<br/>#quot;count#quot;"]
    n3 --> n10
    n1 --> n10
    n9 --> n10
""",
    ),
    "raw stages": (
        Pipeline(raw({"$unionWith": "y"}), raw({"a": 1, "b": 2})).to_mermaid(),
        """\
flowchart TB
    n1["$unionWith<br/>#quot;y#quot;"]
    n2["raw<br/>{ a: 1, b: 2 }"]
    n1 --> n2
""",
    ),
    "open parameters": (
        Pipeline().match(F.age >= param("low")).to_mermaid(),
        """\
flowchart TB
    n1["$match<br/>{ age: { $gte: #quot;#lt;low#gt;#quot; } }"]
""",
    ),
    "characters that Mermaid would read": (
        Pipeline().match(F.a == '"]`<b>&#$$x\\\n').to_mermaid('a"]\n --> b'),
        """\
flowchart TB
    n1[("a#quot;]  --#gt; b")]
    n2["$match<br/>{ a: #quot;#92;#quot;]#96;#lt;b#gt;#amp;#35;#36;#36;x#92;#92;#92;n#quot; }"]
    n1 --> n2
""",
    ),
}


@pytest.mark.parametrize(("chart", "text"), CHARTS.values(), ids=CHARTS)
def test_charts(chart, text):
    """A chart has a node for each stage and an arrow to the next one."""
    assert chart == text


ONE = Pipeline().limit(1)
MORE = {
    "a union": (
        stages.union_with("b", ONE),
        """\
flowchart TB
    n1["$unionWith<br/>{ coll: #quot;b#quot; }"]
    n2[("b")]
    subgraph g3["pipeline"]
        n4["$limit<br/>1"]
    end
    n2 --> n4
    n4 -.-> n1
""",
    ),
    "a union with a whole collection": (
        stages.union_with("b"),
        """\
flowchart TB
    n1["$unionWith<br/>{ coll: #quot;b#quot; }"]
    n2[("b")]
    n2 -.-> n1
""",
    ),
    "an output": (
        stages.out("b"),
        """\
flowchart TB
    n1["$out<br/>#quot;b#quot;"]
    n2[("b")]
    n1 --> n2
""",
    ),
    "a merge": (
        stages.merge(("d", "b"), when_matched=Pipeline().set(a=1)),
        """\
flowchart TB
    n1["$merge<br/>{ into: { db: #quot;d#quot;, coll: #quot;b#quot; } }"]
    subgraph g2["whenMatched"]
        n3["$set<br/>{ a: 1 }"]
    end
    n3 -.-> n1
    n4[("b")]
    n1 --> n4
""",
    ),
    "pipelines further inside": (
        stages.rank_fusion({"pipelines": {"a": Pipeline().sort("a")}}),
        """\
flowchart TB
    n1["$rankFusion"]
    subgraph g2["a"]
        n3["$sort<br/>{ a: 1 }"]
    end
    n3 -.-> n1
""",
    ),
}


@pytest.mark.parametrize(("stage", "text"), MORE.values(), ids=MORE)
def test_collections_and_pipelines_of_stages(stage, text):
    """What a stage reads and writes is drawn beside it."""
    assert Pipeline(stage).to_mermaid() == text


def test_what_is_no_source():
    """A source is a collection's name or a document class."""
    with pytest.raises(OperandError) as error:
        Pipeline().to_mermaid(5)
    assert str(error.value) == (
        "to_mermaid got 5; it takes a collection's name or a document class"
    )
