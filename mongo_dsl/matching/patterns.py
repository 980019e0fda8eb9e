r"""Regular expressions: the part of PCRE's language that Python's `re` reads alike.

A pattern is read piece by piece; what isn't known to mean the same in both is refused.
``\d``, ``\w``, ``\s`` and ``\b`` know ASCII alone in MongoDB, too.
https://www.mongodb.com/docs/manual/reference/operator/query/regex/
"""

from __future__ import annotations

import functools
import re
from typing import Any

from bson import Regex

from mongo_dsl.errors import CompileError
from mongo_dsl.matching.ordering import letters
from mongo_dsl.matching.verdicts import Condition, Some, refuse


_PIECE = re.compile(
    r"""
      (?P<start> \^ )
    | (?P<open> \( (?: \?[:=!] )? )
    | (?P<bare> \\b | [|$] )
    | (?: (?P<close> \) )
        | \[ \^? (?: [0-9]-[0-9] | [a-z]-[a-z] | [A-Z]-[A-Z]
                   | [^\\\[\]^&|~-] | \\ (?: [dDwWsSnrtf] | [^A-Za-z0-9] ) )+ -? \]
        | \\ (?: [dDwWsSnrtf] | [^A-Za-z0-9] )
        | [^\\\[(){*+?|^$]
      )
      (?P<times> (?: [*+?] | \{ [0-9]{1,3} (?: , (?: [0-9]{1,3} )? )? \} ) \?? )?
    """,
    re.VERBOSE | re.DOTALL,
)
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "u": re.RegexFlag(0)}
# With m, PCRE's ^ stands after every line feed but the last of a text that it ends.
_LINE_START = r"(?:\A|(?<=\n)(?!\Z))"
# Which MongoDB takes for upper and lower cases of k and s, and Python doesn't in ASCII.
_FOREIGN_CASES = re.compile("[\N{KELVIN SIGN}\N{LATIN SMALL LETTER LONG S}]")


def regex(operand: Any, options: Any) -> Condition:
    """Read ``$regex`` and the ``$options`` beside it, if there are any."""
    if isinstance(operand, (re.Pattern, Regex)):
        if options is None:
            return of_value(operand)
        if letters(operand.flags):
            raise refuse("$regex", operand, "give all its options in one place")
        operand = operand.pattern
    if not isinstance(operand, str) or not isinstance(options, (str, type(None))):
        raise refuse("$regex", operand, "it takes a pattern, its options are letters")
    return _condition(operand, options or "")


def of_value(pattern: Any) -> Condition:
    """Read a regular expression that stands as a value."""
    text, flags = pattern.pattern, pattern.flags
    if not isinstance(text, str):
        raise refuse("$regex", pattern, "it takes a pattern of text")
    return _condition(text, letters(flags))


def _condition(text: str, options: str) -> Condition:
    compiled = _compiled(text, options)
    ignores_case = "i" in options

    def test(value: Any) -> bool:
        if type(value) is str:
            if ignores_case and _FOREIGN_CASES.search(value):
                raise refuse("$regex", text, f"its option i meets {value!r}")
            return compiled.search(value) is not None
        if isinstance(value, (re.Pattern, Regex)):
            return value.pattern == text and letters(value.flags) == options
        return False

    return Some(test)


@functools.lru_cache(maxsize=256)
def _compiled(text: str, options: str) -> re.Pattern[str]:
    flags = re.ASCII
    for letter in options:
        if letter not in _FLAGS:
            raise refuse("$regex", text, f"its option {letter} is read by the server")
        flags |= _FLAGS[letter]
    if "i" in options and not text.isascii():
        raise refuse("$regex", text, "its option i knows the cases of ASCII alone here")
    try:
        return re.compile(_translated(text, flags), flags)
    except re.error as error:
        raise refuse("$regex", text, f"Python says: {error}") from None


def _translated(text: str, flags: int) -> str:
    """Check *text* piece by piece and write it as Python reads it.

    Raises:
        CompileError: a piece isn't known to mean the same in Python.
    """
    pieces, place, looks = [], 0, False
    while place < len(text):
        piece = _PIECE.match(text, place)
        if piece is None or (looks and piece["close"] and piece["times"]):
            raise _unknown(text, place)
        looks = looks or piece["open"] in {"(?=", "(?!"}
        multiline = piece["start"] and flags & re.MULTILINE
        pieces.append(_LINE_START if multiline else piece[0])
        place = piece.end()
    return "".join(pieces)


def _unknown(text: str, place: int) -> CompileError:
    return refuse(
        "$regex",
        text,
        f"what stands at place {place} may mean something else in Python",
    )
