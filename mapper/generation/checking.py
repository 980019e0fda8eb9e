"""The code that tells whether the fields of a document hold what they may.

It answers for values whose type is exactly what the field asks for, and leaves all others
to the check of the field. Where it says no, the checks say what is wrong.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from mapper.conversion.parts import Exact, Many, Maybe, Member, Moment, Part, Record
from mapper.generation.source import Source


Check = Callable[[Any, Any], "str | None"]


def checking(
    cls: Any,
    parts: Mapping[str, Part],
    checks: Mapping[str, Check],
    always: frozenset[str],
) -> Callable[[Any], bool]:
    """Return the function that tells whether a document of *cls* fits.

    *parts* describes its fields, *checks* finds what is wrong with their values; fields in
    *always* have rules beyond their types, so they are checked whatever they hold.
    """
    source = Source("fits", "document")
    with source.block("def fits(document)"):
        for name, check in checks.items():
            value = source.local(f"its_{name}")
            source.line(f"{value} = document.{name}")
            asked = source.named("check", check)
            other = f"{asked}(document, {value}) is not None"
            part = None if name in always else parts.get(name)
            if isinstance(part, Many) and part.make is list:
                _write_list(source, part, value, other)
            else:
                _write_field(source, part, value, other)
        source.line("return True")
    return source.compiled("fits", cls)


def _write_field(source: Source, part: Part | None, value: str, other: str) -> None:
    misfit = _misfit(source, part, value)
    with source.block(f"if {other if misfit is None else f'{misfit} and {other}'}"):
        source.line("return False")


def _write_list(source: Source, part: Many, value: str, other: str) -> None:
    item = source.local("item")
    misfit = _misfit(source, part.inner, item)
    if misfit is None:
        _write_field(source, None, value, other)
        return
    is_list = f"if type({value}) is list"
    each, unfit = f"for {item} in {value}", f"if {misfit}"
    with source.block(is_list), source.block(each), source.block(unfit):
        source.line(f"if {other}: return False")
        source.line("break")
    with source.block(f"elif {other}"):
        source.line("return False")


def _misfit(source: Source, part: Part | None, value: str) -> str | None:
    """Write the test that a value isn't exactly what it should be; None if there is none."""
    if isinstance(part, Maybe):
        inner = _misfit(source, part.inner, value)
        return None if inner is None else f"{value} is not None and {inner}"
    kind: Any = dt.datetime if isinstance(part, Moment) else None
    if isinstance(part, (Exact, Member, Record)):
        kind = part.kind
    if kind is None:
        return None
    return f"type({value}) is not {source.kind(kind)}"
