"""Text of compiled queries means the very same BSON."""

import datetime as dt
import enum
import json
import math
import re
import shutil
import subprocess
import sys
import uuid

import bson
import pytest
from bson import json_util
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.raw_bson import RawBSONDocument
from hypothesis import given
from hypothesis import strategies as st

from mongo_dsl.errors import ArgumentError, OperandError
from mongo_dsl.render import to_json, to_shell


OID = bson.ObjectId("65f0c0ffee65f0c0ffee65f0")
UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
PARIS = dt.timezone(dt.timedelta(hours=2))
OPTIONS = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
JSON_OPTIONS = json_util.JSONOptions(  # reads every binary and date there is
    uuid_representation=UuidRepresentation.UNSPECIFIED,
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)


class Colour(str, enum.Enum):
    """A text with a name."""

    RED = "red"


class Level(enum.IntEnum):
    """A number with a name."""

    LOW = 1


ROWS = [
    # Documents and arrays
    pytest.param({}, "{}", id="empty-document"),
    pytest.param([], "[]", id="empty-array"),
    pytest.param({"age": {"$gt": 18}}, "{ age: { $gt: 18 } }", id="filter"),
    pytest.param([1, [2], {}], "[ 1, [ 2 ], {} ]", id="array"),
    pytest.param((1, 2), "[ 1, 2 ]", id="tuple"),
    pytest.param(bson.SON([("b", 1), ("a", 2)]), "{ b: 1, a: 2 }", id="son"),
    pytest.param(RawBSONDocument(bson.encode({"a": 1})), "{ a: 1 }", id="raw-document"),
    # Keys
    pytest.param({"_a$1": 1}, "{ _a$1: 1 }", id="key-plain"),
    pytest.param({"a.b": 1}, '{ "a.b": 1 }', id="key-dotted"),
    pytest.param({"": 1}, '{ "": 1 }', id="key-empty"),
    pytest.param({'a"b\n': 1}, '{ "a\\"b\\n": 1 }', id="key-escaped"),
    pytest.param({"straße": 1}, '{ "straße": 1 }', id="key-not-ascii"),
    pytest.param({"if": 1}, "{ if: 1 }", id="key-reserved"),
    pytest.param({"__proto__": {"a": 1}}, '{ ["__proto__"]: { a: 1 } }', id="proto"),
    pytest.param({"0": 1, "7": 2, "a": 3}, '{ "0": 1, "7": 2, a: 3 }', id="key-digits"),
    pytest.param(
        {"a": 1, "0": 2}, 'new Map([ [ "a", 1 ], [ "0", 2 ] ])', id="key-digits-late"
    ),
    pytest.param(
        {"10": {}, "9": 2},
        'new Map([ [ "10", {} ], [ "9", 2 ] ])',
        id="key-digits-backwards",
    ),
    pytest.param(
        {"1": 1, "__proto__": 1, "0": 1},
        'new Map([ [ "1", 1 ], [ "__proto__", 1 ], [ "0", 1 ] ])',
        id="proto-and-digits",
    ),
    # Text
    pytest.param("plain", '"plain"', id="text"),
    pytest.param('"\\', '"\\"\\\\"', id="text-quote"),
    pytest.param("'`${x}/*", '"\'`${x}/*"', id="text-other-quotes"),
    pytest.param("\b\t\n\r\x00\x7f", '"\\b\\t\\n\\r\\u0000\\u007f"', id="text-control"),
    pytest.param("\u2028\u2029", '"\\u2028\\u2029"', id="text-line-ends"),
    pytest.param("a\u202eb", '"a\\u202eb"', id="text-right-to-left"),
    pytest.param("Zoë 😀", '"Zoë 😀"', id="text-not-ascii"),
    pytest.param(Colour.RED, '"red"', id="text-enum"),
    # Numbers and constants
    pytest.param(None, "null", id="null"),
    pytest.param(True, "true", id="true"),
    pytest.param(False, "false", id="false"),
    pytest.param(0, "0", id="int"),
    pytest.param(
        Level.LOW,
        "1",
        id="int-enum",
        marks=pytest.mark.skipif(
            sys.version_info < (3, 11),
            reason="bson writes the name of the member there",
        ),
    ),
    pytest.param(2**31 - 1, "2147483647", id="int-largest"),
    pytest.param(2**31, 'Long("2147483648")', id="int-long"),
    pytest.param(-(2**31), "-2147483648", id="int-smallest"),
    pytest.param(-(2**31) - 1, 'Long("-2147483649")', id="int-long-negative"),
    pytest.param(2**63 - 1, 'Long("9223372036854775807")', id="int-longest"),
    pytest.param(bson.Int64(5), 'Long("5")', id="int64"),
    pytest.param(1.5, "1.5", id="float"),
    pytest.param(1.0, "Double(1)", id="float-integral"),
    pytest.param(-0.0, "Double(-0)", id="float-negative-zero"),
    pytest.param(1e300, "Double(1e+300)", id="float-large"),
    pytest.param(5e-324, "5e-324", id="float-small"),
    pytest.param(math.nan, "NaN", id="nan"),
    pytest.param(math.inf, "Infinity", id="infinity"),
    pytest.param(-math.inf, "-Infinity", id="infinity-negative"),
    pytest.param(bson.Decimal128("1E+3"), 'Decimal128("1E+3")', id="decimal"),
    pytest.param(bson.MinKey(), "MinKey()", id="min-key"),
    pytest.param(bson.MaxKey(), "MaxKey()", id="max-key"),
    # Dates
    pytest.param(
        dt.datetime(2024, 2, 29, 12, 30, 15, 678_900),  # noqa: DTZ001
        'ISODate("2024-02-29T12:30:15.678Z")',
        id="date",
    ),
    pytest.param(
        dt.datetime(2024, 1, 1, 1, tzinfo=PARIS),
        'ISODate("2023-12-31T23:00:00.000Z")',
        id="date-with-zone",
    ),
    pytest.param(
        dt.datetime(1, 1, 1, tzinfo=dt.timezone.utc),
        'ISODate("0001-01-01T00:00:00.000Z")',
        id="date-first",
    ),
    pytest.param(bson.DatetimeMS(-(10**14)), "new Date(-100000000000000)", id="millis"),
    pytest.param(
        bson.Timestamp(2**32 - 1, 2), "Timestamp({ t: 4294967295, i: 2 })", id="stamp"
    ),
    # Identities and bytes
    pytest.param(OID, f'ObjectId("{OID}")', id="object-id"),
    pytest.param(UUID, f'UUID("{UUID}")', id="uuid"),
    pytest.param(bson.Binary.from_uuid(UUID), f'UUID("{UUID}")', id="uuid-binary"),
    pytest.param(bson.Binary(b"short", 4), 'BinData(4, "c2hvcnQ=")', id="uuid-short"),
    pytest.param(b"\x00\xff", 'BinData(0, "AP8=")', id="bytes"),
    pytest.param(bson.Binary(b"x", 128), 'BinData(128, "eA==")', id="binary"),
    pytest.param(bson.Binary(b"x"), 'BinData(0, "eA==")', id="binary-plain"),
    # Regular expressions
    pytest.param(re.compile("^an"), "/^an/", id="regex"),
    pytest.param(
        re.compile("^an", re.IGNORECASE | re.MULTILINE), "/^an/im", id="regex-flags"
    ),
    pytest.param(re.compile(b"^an"), "/^an/", id="regex-bytes"),
    pytest.param(bson.Regex("^an", "i"), "/^an/i", id="regex-bson"),
    pytest.param(
        re.compile("a", re.DOTALL | re.IGNORECASE),
        'BSONRegExp("a", "is")',
        id="regex-dotall",
    ),
    pytest.param(bson.Regex("a", "u"), 'BSONRegExp("a", "u")', id="regex-unicode"),
    pytest.param(bson.Regex("a", "x"), 'BSONRegExp("a", "x")', id="regex-verbose"),
    pytest.param(bson.Regex("a", "l"), 'BSONRegExp("a", "l")', id="regex-locale"),
    pytest.param(re.compile(""), 'BSONRegExp("", "")', id="regex-empty"),
    pytest.param(re.compile("a/b"), 'BSONRegExp("a/b", "")', id="regex-slash"),
    pytest.param(re.compile(r"a\/b"), r"/a\/b/", id="regex-escaped-slash"),
    pytest.param(re.compile("a\nb"), 'BSONRegExp("a\\nb", "")', id="regex-line-end"),
    pytest.param(
        re.compile(r"^(?:\d{2,4}|[A-Z_\-.]+?)\.(c|ü)*$"),
        r"/^(?:\d{2,4}|[A-Z_\-.]+?)\.(c|ü)*$/",
        id="regex-long",
    ),
    pytest.param(
        re.compile("(?P<a>b)"), 'BSONRegExp("(?P<a>b)", "")', id="regex-python"
    ),
    pytest.param(re.compile("[😀-😎]"), 'BSONRegExp("[😀-😎]", "")', id="regex-astral"),
    pytest.param(bson.Regex("(?i)a"), 'BSONRegExp("(?i)a", "")', id="regex-pcre"),
    pytest.param(bson.Regex("a)"), 'BSONRegExp("a)", "")', id="regex-wrong"),
    pytest.param(bson.Regex("a{3,1}"), 'BSONRegExp("a{3,1}", "")', id="regex-wrong-2"),
    # Code and references
    pytest.param(
        bson.Code('f("x")', None), 'Code("f(\\"x\\")")', id="code-without-scope"
    ),
    pytest.param(bson.Code("f()", {}), 'Code("f()", {})', id="code-empty-scope"),
    pytest.param(bson.Code("f()", {"x": 1}), 'Code("f()", { x: 1 })', id="code"),
    pytest.param(bson.DBRef("c", 1), 'DBRef("c", 1)', id="reference"),
    pytest.param(
        bson.DBRef("c", OID, "d"),
        f'DBRef("c", ObjectId("{OID}"), "d")',
        id="reference-db",
    ),
    pytest.param(
        bson.DBRef("fs.files", 1), '{ $ref: "fs.files", $id: 1 }', id="reference-dotted"
    ),
    pytest.param(
        bson.DBRef("c", 1, x=2), '{ $ref: "c", $id: 1, x: 2 }', id="reference-extra"
    ),
]

PIPELINE = [
    {"$match": {"age": {"$gte": 18}, "status": {"$in": ["active", "new"]}}},
    {
        "$group": {
            "_id": {"country": "$country", "city": "$city"},
            "people": {"$sum": 1},
            "oldest": {"$max": "$age"},
        }
    },
    {"$sort": {"people": -1}},
]
PIPELINE_LINES = """\
[
  { $match: { age: { $gte: 18 }, status: { $in: [ "active", "new" ] } } },
  {
    $group: {
      _id: { country: "$country", city: "$city" },
      people: { $sum: 1 },
      oldest: { $max: "$age" }
    }
  },
  { $sort: { people: -1 } }
]"""


def encoded(value):
    """Return the BSON of *value*."""
    return bson.encode({"value": value}, codec_options=OPTIONS)


def without_unicode(value):
    """Return *value* without the flag Python adds to its patterns."""
    if isinstance(value, re.Pattern):
        return bson.Regex(value.pattern, value.flags & ~re.UNICODE)
    if isinstance(value, dict):
        return {key: without_unicode(item) for key, item in value.items()}
    return [*map(without_unicode, value)] if isinstance(value, list) else value


class TestToShell:
    """`to_shell` without an engine."""

    @pytest.mark.parametrize(("value", "text"), ROWS)
    def test_text(self, value, text):
        """Each type has its form."""
        assert to_shell(value) == text

    @pytest.mark.parametrize(("value", "text"), ROWS)
    def test_indent_leaves_short_text(self, value, text):
        """What fits on a line stays there."""
        assert to_shell(value, indent=2) == text

    def test_indent(self):
        """What doesn't fit is broken from the outside in."""
        assert to_shell(PIPELINE, indent=2) == PIPELINE_LINES

    @pytest.mark.parametrize(("length", "lines"), [(79, 1), (80, 3)])
    def test_width(self, length, lines):
        """A line and the comma that may follow it have 88 columns."""
        text = to_shell({"k": "x" * (length - 1)}, indent=4)
        assert len(text.splitlines()) == lines

    def test_indent_map(self):
        """Documents whose order JavaScript would change break over lines too."""
        text = to_shell({"a": "x" * 80, "0": 1}, indent=2)
        assert text == (
            'new Map([\n  [\n    "a",\n    "' + "x" * 80 + '"\n  ],\n  [ "0", 1 ]\n])'
        )


REFUSED = [
    pytest.param(
        {"a": {1, 2}},
        OperandError,
        "value {1, 2} has no BSON type; use plain Python or a type of bson",
        id="set",
    ),
    pytest.param(
        [dt.date(2024, 1, 1)],
        OperandError,
        "value datetime.date(2024, 1, 1) has no BSON type; use plain Python or a type "
        "of bson",
        id="date",
    ),
    pytest.param(
        {"a": {1: 2}},
        OperandError,
        "document key 1 is not a string; write it as '1'",
        id="key",
    ),
    pytest.param(
        {"0": 1, None: 2},
        OperandError,
        "document key None is not a string; write it as 'None'",
        id="key-none",
    ),
    pytest.param(
        2**63,
        ArgumentError,
        "int 9223372036854775808 has more than 64 bits; use bson.Decimal128",
        id="int",
    ),
    pytest.param(
        dt.datetime(1, 1, 1, tzinfo=PARIS),
        ArgumentError,
        "datetime datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone("
        "datetime.timedelta(seconds=7200))) is out of range in UTC; use "
        "bson.DatetimeMS",
        id="datetime",
    ),
    pytest.param(
        bson.DatetimeMS(2**60),
        ArgumentError,
        "date DatetimeMS(1152921504606846976) is out of range in JavaScript; give one "
        "nearer to 1970",
        id="milliseconds",
    ),
]


@pytest.mark.parametrize(("value", "error", "message"), REFUSED)
@pytest.mark.parametrize("render", [to_shell, to_json])
def test_refused(render, value, error, message):
    """What isn't BSON is refused, wherever it stands."""
    with pytest.raises(error) as caught:
        render(value)
    assert str(caught.value) == message


JSON_ROWS = [
    pytest.param(
        {"n": 1, "x": 1.5, "s": "Zoë"},
        '{"n": 1, "x": 1.5, "s": "Zoë"}',
        '{"n": {"$numberInt": "1"}, "x": {"$numberDouble": "1.5"}, "s": "Zoë"}',
        id="numbers",
    ),
    pytest.param(
        [dt.datetime(2024, 1, 1)],  # noqa: DTZ001
        '[{"$date": "2024-01-01T00:00:00Z"}]',
        '[{"$date": {"$numberLong": "1704067200000"}}]',
        id="date",
    ),
    pytest.param(
        re.compile("^an", re.IGNORECASE),
        '{"$regularExpression": {"pattern": "^an", "options": "iu"}}',
        '{"$regularExpression": {"pattern": "^an", "options": "iu"}}',
        id="regex",
    ),
    pytest.param(
        UUID,
        '{"$binary": {"base64": "EjRWeBI0VngSNFZ4EjRWeA==", "subType": "04"}}',
        '{"$binary": {"base64": "EjRWeBI0VngSNFZ4EjRWeA==", "subType": "04"}}',
        id="uuid",
    ),
    pytest.param(
        b"\x00",
        '{"$binary": {"base64": "AA==", "subType": "00"}}',
        '{"$binary": {"base64": "AA==", "subType": "00"}}',
        id="bytes",
    ),
]


class TestToJson:
    """`to_json`."""

    @pytest.mark.parametrize(("value", "relaxed", "canonical"), JSON_ROWS)
    def test_text(self, value, relaxed, canonical):
        """Relaxed JSON is short, canonical JSON keeps the types of numbers."""
        assert to_json(value) == relaxed
        assert to_json(value, canonical=True) == canonical

    def test_indent(self):
        """With an indent, every member has its line."""
        assert to_json({"a": [1]}, indent=2) == '{\n  "a": [\n    1\n  ]\n}'

    @pytest.mark.parametrize(("value", "_"), ROWS)
    def test_round_trip(self, value, _):
        """Canonical JSON is the very same BSON."""
        text = to_json({"value": value}, canonical=True)
        assert encoded(
            json_util.loads(text, json_options=JSON_OPTIONS)["value"]
        ) == encoded(value)


keys = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00")
) | st.sampled_from(
    ["a", "$in", "a.b", "__proto__", "0", "1", "01", "10", "4294967295", "constructor"]
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**63), 2**63 - 1).map(bson.Int64),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8")),
    st.datetimes(timezones=st.just(dt.timezone.utc)),
    st.datetimes(),
    st.uuids(),
    st.binary(),
    # On Python 3.10 bson can't encode the subtype 255.
    st.builds(bson.Binary, st.binary(), st.sampled_from([0, 3, 4, 5, 8, 128, 254])),
    st.binary(min_size=12, max_size=12).map(bson.ObjectId),
    st.decimals(allow_nan=False, places=5, min_value=-(10**20), max_value=10**20).map(
        bson.Decimal128
    ),
    st.builds(
        bson.Regex,
        st.text("ab09zé .-_^$|()[]{}*+?\\/:=!<,&~#\n😀dwxuk", max_size=8),
        st.sampled_from(["", "i", "m", "im", "s", "x", "u"]),
    ),
    st.builds(bson.Timestamp, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    st.builds(bson.Code, keys, st.none() | st.just({"x": 1})),
    st.sampled_from([bson.MinKey(), bson.MaxKey()]),
    st.builds(bson.DBRef, keys, st.integers(0, 9), st.none() | keys),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=10,
)


@given(values, st.integers(0, 8))
def test_lines_hold_the_same(value, indent):
    """Breaking lines changes white space only."""
    flat, broken = to_shell(value), to_shell(value, indent=indent)
    assert re.sub(r"\s", "", broken) == re.sub(r"\s", "", flat)


@given(values)
def test_json_round_trips(value):
    """Canonical JSON reads back as the very same BSON."""
    text = to_json({"value": value}, canonical=True)
    assert encoded(
        json_util.loads(text, json_options=JSON_OPTIONS)["value"]
    ) == encoded(value)


# Stands in for mongosh: its constructors return canonical Extended JSON, and `json`
# writes plain values as its BSON library would encode them.
ENGINE = r"""
class Tagged { constructor(value) { this.value = value; } }
const tag = make => (...args) => new Tagged(make(...args));
const names = {
  ObjectId: tag(id => ({ $oid: id })),
  ISODate: text => new Date(text),
  Long: tag(text => ({ $numberLong: text })),
  Double: tag(x => ({ $numberDouble: Object.is(x, -0) ? "-0.0" : String(x) })),
  Decimal128: tag(text => ({ $numberDecimal: text })),
  BSONRegExp: tag((pattern, options) =>
    ({ $regularExpression: { pattern, options } })),
  Timestamp: tag(({ t, i }) => ({ $timestamp: { t, i } })),
  MinKey: tag(() => ({ $minKey: 1 })),
  MaxKey: tag(() => ({ $maxKey: 1 })),
  BinData: tag((subtype, base64) =>
    ({ $binary: { base64, subType: subtype.toString(16).padStart(2, "0") } })),
  UUID: tag(text => ({ $binary: {
    base64: Buffer.from(text.replaceAll("-", ""), "hex").toString("base64"),
    subType: "04" } })),
};
names.Code = (code, scope) => ({ $code: code, ...scope && { $scope: scope } });
names.DBRef = (ref, id, db) => {
  const parts = ref.split(".");
  if (parts.length == 2) [db, ref] = parts;
  return { $ref: ref, $id: id, ...db !== undefined && { $db: db } };
};
const isInt32 = x => (x | 0) === x && !Object.is(x, -0);
const number = x => isInt32(x) ? { $numberInt: String(x) } : names.Double(x).value;
const regex = ({ source, ignoreCase, multiline }) => ({ $regularExpression: {
  pattern: source, options: (ignoreCase ? "i" : "") + (multiline ? "m" : "") } });
const members = entries => "{" + [...entries].map(
  ([key, value]) => JSON.stringify(key) + ":" + json(value)).join() + "}";
const json = value => {
  if (value instanceof Tagged) return JSON.stringify(value.value);
  if (value instanceof Date) return `{"$date":{"$numberLong":"${value.getTime()}"}}`;
  if (value instanceof RegExp) return JSON.stringify(regex(value));
  if (value instanceof Map) return members(value);
  if (Array.isArray(value)) return "[" + value.map(json).join() + "]";
  if (typeof value == "number") return JSON.stringify(number(value));
  if (value && typeof value == "object") return members(Object.entries(value));
  return JSON.stringify(value);
};
const read = text => Function(...Object.keys(names), `"use strict"; return (${text})`)(
  ...Object.values(names));
require("readline").createInterface({ input: process.stdin }).on("line", line => {
  let answer;
  try { answer = json(read(JSON.parse(line))); }
  catch (error) { answer = JSON.stringify({ error: String(error) }); }
  console.log(answer);
});
"""


@pytest.fixture(scope="module")
def read():
    """Return a function that reads text as mongosh would, into Python values."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on the PATH")
    with subprocess.Popen(
        [node, "--eval", ENGINE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:

        def read(text):
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            return json_util.loads(process.stdout.readline(), json_options=JSON_OPTIONS)

        yield read
        process.stdin.close()


class TestInJavaScript:
    """What `to_shell` writes, read by a real engine."""

    @pytest.mark.parametrize(("value", "text"), ROWS)
    def test_text(self, read, value, text):
        """Each form is read as the value it was written for."""
        assert encoded(read(text)) == encoded(without_unicode(value))

    @given(value=values)
    def test_values(self, read, value):
        """Any value is read as itself, on one line or on many."""
        assert encoded(read(to_shell(value))) == encoded(value)
        assert encoded(read(to_shell(value, indent=2))) == encoded(value)
