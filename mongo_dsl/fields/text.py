"""What fields that hold text can do.

https://www.mongodb.com/docs/manual/reference/operator/query/regex/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bson import Regex

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.filters import Filter
from mongo_dsl.nodes import Node, Op, Param, Path, Value
from mongo_dsl.params import later, settled
from mongo_dsl.predicates import Fits, Where


_FLAGS = (
    (re.IGNORECASE, "i"),
    (re.MULTILINE, "m"),
    (re.DOTALL, "s"),
    (re.VERBOSE, "x"),
)
_OPTIONS = frozenset("imsxu")


class TextMethods:
    """Match text by pattern or by part; special characters in parts are escaped."""

    __slots__ = ()
    if TYPE_CHECKING:
        _node: Path

    def matches(
        self,
        pattern: str | re.Pattern[str] | Regex[Any],
        options: str = "",
        *,
        case: bool = True,
    ) -> Filter:
        """Match text in which the regular expression *pattern* is found.

        *options* are MongoDB's: ``i`` (case), ``m`` (lines), ``s`` (dot matches
        newlines), ``x`` (extended), ``u`` (Unicode); *case* False is short for ``i``.
        What a parameter is bound to has no flags.

        Raises:
            ArgumentError: *options* has an unknown letter, *pattern* a NUL byte.

        >>> from mongo_dsl import F
        >>> F.name.matches("^ann?a", case=False).compile()
        {'name': {'$regex': '^ann?a', '$options': 'i'}}
        """
        flags = ""
        if isinstance(pattern, Param):
            found: Node = later(pattern, _plain_pattern)
        else:
            text, flags = _pattern("matches", pattern)
            found = Value(text)
        chosen = _known("matches", settled("matches", options))
        letters = {*flags, *chosen, *_case("matches", case)}
        return self._regex(found, "".join(sorted(letters)))

    def regex(
        self, pattern: str | re.Pattern[str] | Regex[Any], options: str | None = None
    ) -> Filter:
        """Write ``$regex`` literally, where `matches` tidies pattern and options.

        Raises:
            ArgumentError: *options* has an unknown letter, or stands beside a compiled
                *pattern* that has options of its own.

        >>> from mongo_dsl import F
        >>> F.name.regex("^ann", "i").compile()
        {'name': {'$regex': '^ann', '$options': 'i'}}
        """
        ops = [Op("$regex", _whole_pattern(options, pattern))]
        if options is not None:
            ops.append(Op("$options", _letters("regex", options)))
        return Filter(Where(self._node, tuple(ops)))

    def options(self, options: str) -> Filter:
        """Write the ``$options`` of a `regex` by themselves, to be joined with it.

        >>> from mongo_dsl import F
        >>> (F.name.options("i") & F.name.regex("^ann")).compile()
        {'name': {'$options': 'i', '$regex': '^ann'}}
        """
        letters = _letters("options", options)
        return Filter(Where(self._node, (Op("$options", letters),)))

    def fits(self, pattern: re.Pattern[str] | Regex[Any]) -> Filter:
        """Match text that the compiled *pattern* fits: the pattern without ``$regex``.

        >>> from bson import Regex
        >>> from mongo_dsl import F
        >>> F.name.fits(Regex("^ann")).compile()
        {'name': Regex('^ann', 0)}
        """
        return Filter(Fits(self._node, _compiled_pattern(pattern)))

    def contains(self, part: str, *, case: bool = True) -> Filter:
        r"""Match text that contains *part*; of an array, match that it holds *part*.

        >>> from mongo_dsl import F
        >>> F.name.contains("a.b").compile()
        {'name': {'$regex': 'a\\.b'}}
        """
        return self._part("contains", "", part, "", case)

    def startswith(self, part: str, *, case: bool = True) -> Filter:
        """Match text that starts with *part*; an index serves it while *case* is True.

        >>> from mongo_dsl import F
        >>> F.name.startswith("Ann").compile()
        {'name': {'$regex': '^Ann'}}
        """
        return self._part("startswith", "^", part, "", case)

    def endswith(self, part: str, *, case: bool = True) -> Filter:
        r"""Match text that ends with *part*.

        A bare ``$`` would also match before a line feed that ends the text.

        >>> from mongo_dsl import F
        >>> F.name.endswith("son").compile()
        {'name': {'$regex': 'son$(?!\\n)'}}
        """
        return self._part("endswith", "", part, r"$(?!\n)", case)

    def _part(self, name: str, before: str, part: Any, after: str, case: Any) -> Filter:
        if isinstance(part, Param):
            found: Node = later(part, _between, name, before, after)
        else:
            found = _between(name, before, after, part)
        return self._regex(found, _case(name, case))

    def _regex(self, pattern: Node, options: str) -> Filter:
        ops: tuple[Op, ...] = (Op("$regex", pattern),)
        if options:
            ops += (Op("$options", Value(options)),)
        return Filter(Where(self._node, ops))


def _case(name: str, case: Any) -> str:
    return "" if settled(name, case) else "i"


def _known(name: str, options: Any) -> str:
    """Return *options* if MongoDB knows each letter."""
    if not isinstance(options, str):
        msg = f"{name} got the options {options!r}; they are letters: i, m, s, x and u"
        raise OperandError(msg)
    for letter in options:
        if letter not in _OPTIONS:
            msg = f"{name} got the option {letter!r}; options are i, m, s, x and u"
            raise ArgumentError(msg)
    return options


def _letters(name: str, options: Any) -> Node:
    if isinstance(options, Param):
        return later(options, _known, name)
    return Value(_known(name, options))


def _plain_pattern(pattern: Any) -> Value:
    """Take a pattern whose flags can't change the options any more."""
    text, flags = _pattern("matches", pattern)
    if flags:
        msg = (
            f"matches got {pattern!r} for a parameter; write its flags into the options"
        )
        raise ArgumentError(f"{msg}: matches(..., {flags!r})")
    return Value(text)


def _whole_pattern(options: str | None, pattern: Any) -> Node:
    """Take a pattern with its flags, unless *options* stand beside them."""
    if isinstance(pattern, Param):
        return later(pattern, _whole_pattern, options)
    _, flags = _pattern("regex", pattern)
    if options is not None and (flags or isinstance(pattern, re.Pattern)):
        msg = f"regex got the options {options!r} beside {pattern!r}"
        raise ArgumentError(f"{msg}; give all of them in one place")
    return Value(pattern)


def _compiled_pattern(pattern: Any) -> Node:
    if isinstance(pattern, Param):
        return later(pattern, _compiled_pattern)
    if not isinstance(pattern, (re.Pattern, Regex)):
        msg = f"fits got {pattern!r}; it takes a compiled pattern, matches takes text"
        raise OperandError(msg)
    _pattern("fits", pattern)
    return Value(pattern)


def _between(name: str, before: str, after: str, part: Any) -> Value:
    return Value(before + _escaped(name, part) + after)


def _pattern(name: str, pattern: Any) -> tuple[str, str]:
    """Return the text of *pattern* and the options its flags stand for."""
    flags = 0
    if isinstance(pattern, (re.Pattern, Regex)):
        pattern, flags = pattern.pattern, pattern.flags
    if not isinstance(pattern, str):
        msg = f"{name} got {pattern!r}; it takes a pattern of text"
        raise OperandError(msg)
    if "\0" in pattern:
        msg = f"{name} got {pattern!r}, which holds a NUL byte; MongoDB refuses those"
        raise ArgumentError(msg)
    return pattern, "".join(letter for flag, letter in _FLAGS if flags & flag)


def _escaped(name: str, part: Any) -> str:
    if not isinstance(part, str):
        msg = f"{name} got {part!r}; it takes text"
        raise OperandError(msg)
    if "\0" in part:
        msg = f"{name} got {part!r}, which holds a NUL byte; MongoDB's patterns can't"
        raise ArgumentError(msg)
    return re.escape(part)
