"""`str`: functions of text as methods of it."""

from __future__ import annotations

from mongo_dsl.expressions import date, strings
from mongo_dsl.expressions.namespaces.face import Namespace, method


class TextNamespace(Namespace):
    """What `fn` has for text.

    >>> from mongo_dsl import F
    >>> F.name.str.trim().str.upper().compile()
    {'$toUpper': {'$trim': {'input': '$name'}}}
    """

    __slots__ = ()

    casecmp = method(strings.strcasecmp)
    concat = method(strings.concat)
    date_from_string = method(date.date_from_string)
    index_of_bytes = method(strings.index_of_bytes)
    index_of_cp = method(strings.index_of_cp)
    len_bytes = method(strings.str_len_bytes)
    len_cp = method(strings.str_len_cp)
    lower = method(strings.to_lower)
    ltrim = method(strings.ltrim)
    regex_find = method(strings.regex_find)
    regex_find_all = method(strings.regex_find_all)
    regex_match = method(strings.regex_match)
    replace_all = method(strings.replace_all)
    replace_one = method(strings.replace_one)
    rtrim = method(strings.rtrim)
    split = method(strings.split)
    substr = method(strings.substr)
    substr_bytes = method(strings.substr_bytes)
    substr_cp = method(strings.substr_cp)
    trim = method(strings.trim)
    upper = method(strings.to_upper)
