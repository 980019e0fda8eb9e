"""Pipelines as Mermaid flowcharts.

A node for every stage, subgraphs for the pipelines inside stages, cylinders for the
collections that are read and written. https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from mongo_dsl.compile import compile_expression
from mongo_dsl.nodes import (
    Body,
    Collection,
    Data,
    Map,
    Node,
    Op,
    Raw,
    Stages,
    Value,
    substitute,
)
from mongo_dsl.render import to_shell


WIDTH = 60
"""The longest text of a stage, in characters."""

_INDENT = "    "
_READ = {"$lookup": "from", "$graphLookup": "from", "$unionWith": "coll"}
_WRITTEN = {"$merge": "into", "$out": "coll"}


def flowchart(pipeline: Stages, source: str | None = None) -> str:
    """Draw *pipeline*, which reads the collection *source*, where that is known."""
    shown: Stages = substitute(pipeline, lambda hole: Value(f"<{hole.name}>"))
    chart = _Chart()
    sources = [] if source is None else [chart.cylinder(source)]
    chart.chain(shown, sources)
    return "\n".join(["flowchart TB", *chart.lines]) + "\n"


@attrs.define
class _Chart:
    """The lines of a flowchart; methods add some and return where the flow goes on."""

    lines: list[str] = attrs.field(factory=list)
    margin: str = _INDENT
    numbers: Iterator[int] = attrs.field(factory=lambda: itertools.count(1))

    def node(self, label: str, shape: tuple[str, str] = ("[", "]")) -> str:
        """Add a node, and return its name."""
        name = f"n{next(self.numbers)}"
        self.write(f'{name}{shape[0]}"{label}"{shape[1]}')
        return name

    def cylinder(self, collection: str) -> str:
        """Add a collection."""
        return self.node(_escaped(collection), ("[(", ")]"))

    def write(self, line: str) -> None:
        """Add a line."""
        self.lines.append(self.margin + line)

    def arrows(self, starts: Iterable[str], end: str, arrow: str = "-->") -> None:
        """Add an arrow from each of *starts* to *end*."""
        for start in dict.fromkeys(starts):
            self.write(f"{start} {arrow} {end}")

    def chain(self, pipeline: Stages, starts: list[str]) -> tuple[list[str], list[str]]:
        """Add the stages of *pipeline* behind *starts*; return where they begin and end."""
        begin: list[str] = []
        ends = starts
        for stage in pipeline.items:
            name, after = self.stage(stage, ends)
            begin, ends = begin or [name], after
        return begin, ends

    def stage(self, stage: Node, ends: Iterable[str]) -> tuple[str, list[str]]:
        """Add one stage behind *ends*, with what it reads and writes."""
        name = self.node(_label(stage))
        self.arrows(ends, name)
        if not isinstance(stage, Op):
            return name, [name]
        if stage.name == "$facet":
            parts = _inner(stage.body)
            return name, [end for part in parts for end in self.part(*part, [name])]
        self.joined(stage, name)
        target = _collection(stage, _WRITTEN)
        if target is not None:
            self.arrows([name], self.cylinder(target))
        return name, [name]

    def joined(self, stage: Op, name: str) -> None:
        """Add the collection and the pipelines whose results enter *stage*."""
        collection = _collection(stage, _READ)
        starts = [] if collection is None else [self.cylinder(collection)]
        parts = _inner(stage.body)
        ends = [end for part in parts for end in self.part(*part, starts)] or starts
        self.arrows(ends, name, "-.->")

    def part(self, title: str, pipeline: Stages, starts: list[str]) -> list[str]:
        """Add a pipeline inside a stage, as a subgraph behind *starts*.

        Arrows into it stand outside: what they start from would be drawn inside.
        """
        if not pipeline.items:
            return starts
        self.write(f'subgraph g{next(self.numbers)}["{_escaped(title)}"]')
        self.margin += _INDENT
        begin, ends = self.chain(pipeline, [])
        self.margin = self.margin.removesuffix(_INDENT)
        self.write("end")
        self.arrows(starts, *begin)
        return ends


def _inner(body: Node) -> list[tuple[str, Stages]]:
    """Return the pipelines in *body*, by the names they stand under."""
    found: list[tuple[str, Stages]] = []
    for name, item in _items(body):
        found += [(name, item)] if isinstance(item, Stages) else _inner(item)
    return found


def _collection(stage: Op, keys: dict[str, str]) -> str | None:
    """Return the collection that *stage* names, if it is of those of *keys*."""
    found: Node | None = stage.body
    if stage.name not in keys:
        return None
    while items := dict(_items(found)):
        found = items.get(keys[stage.name], items.get("coll"))
    found = _bare(found)
    if isinstance(found, Collection):
        return found.name
    return found.value if isinstance(found, Value) else None


def _bare(found: Any) -> Any:
    return found.body if isinstance(found, Data) else found


def _items(body: Any) -> tuple[tuple[str, Node], ...]:
    bare = _bare(body)
    return bare.items if isinstance(bare, (Body, Map)) else ()


def _label(stage: Node) -> str:
    name, text = _written(stage)
    short = text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
    return f"{_escaped(name)}<br/>{_escaped(short)}" if short else _escaped(name)


def _written(stage: Node) -> tuple[str, str]:
    """Return the name of *stage*, and the rest as mongosh reads it."""
    if isinstance(stage, Op):
        body = _without_pipelines(stage.body)
        return stage.name, "" if body == Body(()) else to_shell(
            compile_expression(body)
        )
    raw = stage.body if isinstance(stage, Raw) else stage
    if isinstance(raw, Map) and len(raw.items) == 1:
        name, item = raw.items[0]
        return name, to_shell(compile_expression(Raw(item)))
    return "raw", to_shell(compile_expression(stage))


def _without_pipelines(body: Node) -> Node:
    if not isinstance(body, (Body, Map)):
        return body
    return Body(tuple([(name, item) for name, item in body.items if not _holds(item)]))


def _holds(item: Node) -> bool:
    return isinstance(item, Stages) or bool(_inner(item))


# What Mermaid would read, in a text between quotes, as its own or as Markdown.
_NAMED = {'"': "#quot;", "&": "#amp;", "<": "#lt;", ">": "#gt;"}
_SPECIAL = re.compile(r'[#&<>"`\\]|\$\$|[^\S ]+')


def _escaped(text: str) -> str:
    return _SPECIAL.sub(_entities, text)


def _entities(found: re.Match[str]) -> str:
    special = found.group()
    if special.isspace():
        return " "
    return "".join(_NAMED.get(char, f"#{ord(char)};") for char in special)
