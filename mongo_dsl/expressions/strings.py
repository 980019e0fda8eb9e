"""Text; lengths and places are counted in bytes or in characters (CP, code points).

https://www.mongodb.com/docs/manual/reference/operator/aggregation/#string-expression-operators
"""

from __future__ import annotations

from typing import Any

from mongo_dsl.expressions.arguments import start_of
from mongo_dsl.expressions.face import (
    MISSING,
    Expr,
    named,
    positional,
    single,
)
from mongo_dsl.expressions.order import in_call_order


__all__ = [
    "concat",
    "index_of_bytes",
    "index_of_cp",
    "ltrim",
    "regex_find",
    "regex_find_all",
    "regex_match",
    "replace_all",
    "replace_one",
    "rtrim",
    "split",
    "str_len_bytes",
    "str_len_cp",
    "strcasecmp",
    "substr",
    "substr_bytes",
    "substr_cp",
    "to_lower",
    "to_upper",
    "trim",
]


def concat(*expression: Any) -> Expr:
    """Join texts end to end; null if one of them is null or missing."""
    return positional("$concat", *expression)


def index_of_bytes(
    string: Any,
    substring: Any,
    start: Any = MISSING,
    end: Any = MISSING,
) -> Expr:
    """Find the place of *substring* from *start* to before *end*, in bytes, or -1."""
    return positional("$indexOfBytes", string, substring, start_of(start, end), end)


def index_of_cp(
    string: Any,
    substring: Any,
    start: Any = MISSING,
    end: Any = MISSING,
) -> Expr:
    """Find the place of *substring* from *start* to before *end*, in characters, or -1."""
    return positional("$indexOfCP", string, substring, start_of(start, end), end)


@in_call_order
def ltrim(input_: Any, chars: Any = MISSING) -> Expr:
    """Remove *chars*, by default white space, from the start of text."""
    return named("$ltrim", input=input_, chars=chars)


@in_call_order
def regex_find(input_: Any, regex: Any, *, options: Any = MISSING) -> Expr:
    """Find the first match of *regex*: a document with match, idx and captures."""
    return named("$regexFind", input=input_, regex=regex, options=options)


@in_call_order
def regex_find_all(input_: Any, regex: Any, *, options: Any = MISSING) -> Expr:
    """Find all matches of *regex*: documents with match, idx and captures."""
    return named("$regexFindAll", input=input_, regex=regex, options=options)


@in_call_order
def regex_match(input_: Any, regex: Any, *, options: Any = MISSING) -> Expr:
    """Tell whether *regex* matches."""
    return named("$regexMatch", input=input_, regex=regex, options=options)


@in_call_order
def replace_all(input_: Any, find: Any, replacement: Any) -> Expr:
    """Replace every occurrence of *find*."""
    return named("$replaceAll", input=input_, find=find, replacement=replacement)


@in_call_order
def replace_one(input_: Any, find: Any, replacement: Any) -> Expr:
    """Replace the first occurrence of *find*."""
    return named("$replaceOne", input=input_, find=find, replacement=replacement)


@in_call_order
def rtrim(input_: Any, chars: Any = MISSING) -> Expr:
    """Remove *chars*, by default white space, from the end of text."""
    return named("$rtrim", input=input_, chars=chars)


def split(string: Any, delimiter: Any) -> Expr:
    """Cut text at every *delimiter*."""
    return positional("$split", string, delimiter)


def str_len_bytes(expression: Any) -> Expr:
    """Count the bytes of text as UTF-8."""
    return single("$strLenBytes", expression)


def str_len_cp(expression: Any) -> Expr:
    """Count the characters of text."""
    return single("$strLenCP", expression)


def strcasecmp(expression1: Any, expression2: Any) -> Expr:
    """Compare texts without regard to case: -1, 0 or 1 for less, equal or greater."""
    return positional("$strcasecmp", expression1, expression2)


def substr(string: Any, start: Any, length: Any) -> Expr:
    """Take *length* bytes from *start* on; the old name of `substr_bytes`."""
    return positional("$substr", string, start, length)


def substr_bytes(string: Any, start: Any, length: Any) -> Expr:
    """Take *length* bytes from *start* on."""
    return positional("$substrBytes", string, start, length)


def substr_cp(string: Any, start: Any, length: Any) -> Expr:
    """Take *length* characters from *start* on."""
    return positional("$substrCP", string, start, length)


def to_lower(expression: Any) -> Expr:
    """Turn text into lower case; ASCII letters only."""
    return single("$toLower", expression)


def to_upper(expression: Any) -> Expr:
    """Turn text into upper case; ASCII letters only."""
    return single("$toUpper", expression)


@in_call_order
def trim(input_: Any, chars: Any = MISSING) -> Expr:
    """Remove *chars*, by default white space, from both ends of text."""
    return named("$trim", input=input_, chars=chars)
