"""Query sets: immutable descriptions of a find; the mapper executes them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Concatenate,
    Generic,
    NoReturn,
    ParamSpec,
    TypeVar,
)

import attrs

from mongo_dsl import keyset
from mongo_dsl.counts import count_node
from mongo_dsl.demands import QUERY
from mongo_dsl.errors import ArgumentError, OperandError, TruthValueError
from mongo_dsl.filters import Filter, as_filter, filter_of
from mongo_dsl.find import Find, FindCommand, compile_find, find_shell
from mongo_dsl.keywords import keyword_filter
from mongo_dsl.logic import all_of
from mongo_dsl.names import checked
from mongo_dsl.nodes import Node, Param, Path, Value
from mongo_dsl.params import later, settled
from mongo_dsl.readable import Readable
from mongo_dsl.schema import field_spec, find
from mongo_dsl.sorting import Sort, sorts
from mongo_dsl.structure import fields_of
from mongo_dsl.values import Face, node


if TYPE_CHECKING:
    from typing_extensions import (
        Self,  # Python 3.10 lacks it; nothing needs it at run time
    )

M = TypeVar("M")
R = TypeVar("R")
P = ParamSpec("P")
S = TypeVar("S", bound="QuerySet[Any]")


@attrs.frozen(repr=False, eq=False, init=False)
class QuerySet(Readable[FindCommand], Face, Generic[M]):
    """A query of documents, of the class *model* or of none; each method returns another.

    >>> from mongo_dsl import F, QuerySet
    >>> adults = QuerySet().filter(F.age >= 18).sort("-age")
    >>> print(adults[:10].to_json())
    {"filter": {"age": {"$gte": 18}}, "sort": {"age": -1}, "limit": 10}
    """

    _place: ClassVar[str] = QUERY
    model: type[M] | None
    asked: Mapping[str, Any]  # by name; it is copied with every step, never changed

    def __init__(self, model: type[M] | None = None) -> None:
        _set_model(self, model)
        _set_asked(self, _NOTHING)

    @property
    def _node(self) -> Find:
        return Find(
            tuple(
                [
                    (name, part._node if name == "filter" else part)  # noqa: SLF001
                    for name, part in self.asked.items()
                ]
            )
        )

    def __eq__(self, other: object) -> bool:
        """Tell whether *other* is a query set that asks the same of the same class."""
        if type(other) is not type(self) or not isinstance(other, QuerySet):
            return NotImplemented
        return self.model is other.model and self.asked == other.asked

    def __hash__(self) -> int:
        return hash((type(self), self.model, frozenset(self.asked.items())))

    # -- Which documents --------------------------------------------------------------

    def filter(self, *filters: Any, **keywords: Any) -> Self:
        """Keep the documents that match all of *filters* and *keywords*.

        Keywords are plain values (``city="Paris"``), look-ups (``age__gte=18``) or the
        operator documents of MQL (``age={"$gte": 18}``).

        Raises:
            UnknownFieldError: a keyword names no field.
            OperandError: a filter is no filter, or a value doesn't suit its field.

        >>> from mongo_dsl import F, QuerySet
        >>> QuerySet().filter(F.age >= 18, city="Paris").compile().filter
        {'age': {'$gte': 18}, 'city': 'Paris'}
        """
        return self._with("filter", self._narrowed(filters, keywords))

    def exclude(self, *filters: Any, **keywords: Any) -> Self:
        """Drop the documents that match all of *filters* and *keywords*.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().exclude(city="Paris").compile().filter
        {'city': {'$ne': 'Paris'}}
        """
        unwanted = all_of(*filters, *([self._keywords(keywords)] if keywords else ()))
        return self._with("filter", self.filters & ~unwanted)

    def _narrowed(
        self, filters: tuple[Any, ...], keywords: Mapping[str, Any]
    ) -> Filter:
        found: Any = self.asked.get("filter")
        for one in filters:
            known = one if type(one) is Filter else as_filter(one)
            found = known if found is None else found & known
        if keywords:
            known = self._keywords(keywords)
            found = known if found is None else found & known
        return _ALL if found is None else found

    def _keywords(self, keywords: Mapping[str, Any]) -> Filter:
        return keyword_filter(self.model, keywords)

    def after(self, cursor: str | Mapping[str, Any] | Any) -> Self:
        """Keep what comes after *cursor* in the sort order: keyset pages.

        *cursor* is a text that `cursor` wrote, or a stored document.
        The sort order must end in a unique field; ``_id`` is added where it is
        missing. Pages stay right and fast however deep they are, as skip doesn't.

        Raises:
            ArgumentError: *cursor* is not one of this sort order.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("age").after({"age": 30, "_id": 7}).compile().filter
        {'$or': [{'age': {'$gt': 30}}, {'age': 30, '_id': {'$gt': 7}}]}
        """
        order = self._total_order()
        text = cursor if isinstance(cursor, str) else self.cursor(cursor)
        values = [node(value) for value in keyset.places(order, text)]
        later = keyset.beyond(order, values)
        narrowed = self._with("filter", self.filters & later)
        return narrowed._with("sort", order)  # noqa: SLF001

    def cursor(self, document: Any) -> str:
        """Write the place of the stored *document* in the sort order, for `after`.

        Raises:
            OperandError: *document* is not a stored document.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().sort("age").cursor({"_id": 7, "age": 30})
        'W3siJG51bWJlckludCI6IjMwIn0seyIkbnVtYmVySW50IjoiNyJ9XQ'
        """
        return keyset.cursor(self._total_order(), self._as_stored(document))

    def _as_stored(self, document: Any) -> Mapping[str, Any]:
        if isinstance(document, Mapping) and "_id" in document:
            return document
        msg = f"a keyset page got {document!r}; it takes a cursor, or a stored document"
        raise OperandError(f"{msg} with its _id")

    def _total_order(self) -> tuple[Sort, ...]:
        order: tuple[Sort, ...] = self.asked.get("sort", ())
        if any(sort.path.name == "_id" for sort in order):
            return order
        return (*order, Sort(Path("_id"), Value(1)))

    # -- Order and part ---------------------------------------------------------------

    def sort(self, *keys: Any) -> Self:
        """Sort by *keys*, which replace an earlier order; none of them removes it.

        Keys are names (``"-age"``), fields (``User.q.age.desc()``), pairs
        (``("age", -1)``) or mappings (``{"age": -1}``).

        >>> from mongo_dsl import F, QuerySet
        >>> QuerySet().sort("-age", F.name).compile().sort
        {'age': -1, 'name': 1}
        """
        return self._with("sort", sorts(keys, self._path))

    def skip(self, count: Any) -> Self:
        """Skip the first *count* documents.

        Raises:
            ArgumentError: *count* is negative.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().skip(20).compile().skip
        20
        """
        return self._with("skip", count_node("skip", count, 0))

    def limit(self, count: Any) -> Self:
        """Stop after *count* documents.

        Raises:
            ArgumentError: *count* is below 1; MongoDB reads 0 as "no limit".

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().limit(10).compile().limit
        10
        """
        return self._with("limit", count_node("limit", count, 1))

    def __getitem__(self, part: slice) -> Self:
        """Take a part of the result: ``[10:20]`` skips 10 and limits to 10.

        Raises:
            OperandError: *part* is no slice.
            ArgumentError: the slice is empty, steps, or counts from the end.
        """
        if not isinstance(part, slice):
            msg = f"a query set got the key {part!r}; it takes slices, such as [:10]"
            raise OperandError(msg)
        start, stop = settled("a slice", part.start) or 0, settled("a slice", part.stop)
        if (
            part.step not in (None, 1)
            or start < 0
            or (stop is not None and stop <= start)
        ):
            msg = (
                f"a query set got [{part.start}:{part.stop}:{part.step}]; slices count"
            )
            raise ArgumentError(f"{msg} forward from 0 and hold at least one document")
        return self._part(start, stop)

    def _part(self, start: int, stop: int | None) -> Self:
        """Slice within what skip and limit left."""
        skipped, limit = self._number("skip") or 0, self._number("limit")
        size = None if stop is None else stop - start
        left = None if limit is None else limit - start
        if left is not None and left < 1:
            msg = f"a query set got a slice from {start}, past its limit of {limit}"
            raise ArgumentError(msg)
        sizes = [number for number in (size, left) if number is not None]
        found = self.skip(skipped + start) if skipped + start else self
        return found.limit(min(sizes)) if sizes else found

    def _number(self, name: str) -> int | None:
        found = self.asked.get(name)
        if isinstance(found, Param):
            msg = f"a query set can't be sliced while {name} is the parameter {found.name!r}"
            raise ArgumentError(f"{msg}; bind it first")
        return None if found is None else found.value

    # -- What of each document --------------------------------------------------------

    def only(self, *fields: Any) -> Self:
        """Load only *fields* (and ``_id``); more calls add more.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().only("name", "age").compile().projection
        {'name': 1, 'age': 1}
        """
        return self._projected("only", fields, 1)

    def omit(self, *fields: Any) -> Self:
        """Load all but *fields*; more calls add more.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().omit("photo").compile().projection
        {'photo': 0}
        """
        return self._projected("omit", fields, 0)

    def _projected(self, name: str, fields: tuple[Any, ...], flag: int) -> Self:
        if not fields:
            msg = f"{name} got no fields; it takes at least one"
            raise ArgumentError(msg)
        shown = dict(self.asked.get("projection", ()))
        if shown and {*shown.values()} != {flag}:
            msg = "only and omit exclude each other; a projection keeps fields or drops them"
            raise ArgumentError(msg)
        for field in fields:
            shown[self._stored(name, field)] = flag
        return self._with("projection", tuple(shown.items()))

    def _stored(self, name: str, field: Any) -> str:
        """Return the name that *field*, given to the method *name*, is stored under."""
        path = field._node if isinstance(field, Face) else None  # noqa: SLF001
        if isinstance(path, Path):
            return path.name
        if isinstance(field, str):
            return self._path(field).name
        msg = f"{name} got {field!r}; it takes fields or their names"
        raise OperandError(msg)

    def select(self, row: type[R]) -> QuerySet[R]:
        """Load rows of the attrs class *row*: just its fields, of just its type.

        Raises:
            OperandError: *row* is no attrs class.
            UnknownFieldError: *row* has a field that the documents lack.

        >>> import attrs
        >>> from mongo_dsl import QuerySet
        >>> Name = attrs.make_class("Name", ["first", "last"])
        >>> QuerySet().select(Name).compile().projection
        {'first': 1, 'last': 1, '_id': 0}
        """
        if not isinstance(row, type) or not attrs.has(row):
            msg = f"select got {row!r}; it takes an attrs class"
            raise OperandError(msg)
        columns = [self._column(row, name) for name in fields_of(row)]
        shown = [(column, 1) for column in columns]
        if "_id" not in columns:
            shown.append(("_id", 0))
        selected: Any = self._with("projection", tuple(shown))
        return selected._with("row", row)  # noqa: SLF001

    def _column(self, row: type, name: str) -> str:
        if self.model is None:
            return fields_of(row)[name][0]
        return field_spec(self.model, name).stored

    def raw(self) -> Self:
        """Load plain dictionaries, as the driver gives them.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().filter(age__gt=18).raw()
        QuerySet().filter(F.age > 18).raw()
        """
        return self._with("raw", True)

    # -- How the server works ---------------------------------------------------------

    def hint(self, index: str | Mapping[str, Any]) -> Self:
        """Use *index*, given by name or by its keys.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().hint({"age": 1}).compile().hint
        {'age': 1}
        """
        return self._with("hint", node(index))

    def collation(self, locale: str, **options: Any) -> Self:
        """Compare text by the rules of *locale*; options in the driver's words.

        https://www.mongodb.com/docs/manual/reference/collation/

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().collation("en", strength=2).compile().collation
        {'locale': 'en', 'strength': 2}
        """
        return self._with("collation", node({"locale": locale, **options}))

    def comment(self, message: str) -> Self:
        """Attach *message*, for the server's log and profiler.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().comment("nightly report").compile().comment
        'nightly report'
        """
        return self._with("comment", node(message))

    def max_time(self, seconds: float) -> Self:
        """Let the server give up after *seconds*.

        Raises:
            ArgumentError: *seconds* is not positive.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().max_time(1.5).compile().max_time_ms
        1500
        """
        return self._with("max_time_ms", _milliseconds(seconds))

    # -- Composition ------------------------------------------------------------------

    def pipe(
        self,
        function: Callable[Concatenate[Self, P], R],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Return ``function(self, *args, **kwargs)``: fragments read left to right.

        >>> from mongo_dsl import QuerySet
        >>> def page(query, number):
        ...     return query[number * 10 : number * 10 + 10]
        >>> QuerySet().pipe(page, 2).compile().as_dict()
        {'filter': {}, 'skip': 20, 'limit': 10}
        """
        return function(self, *args, **kwargs)

    def __and__(self, other: QuerySet[Any]) -> Self:
        """Join two query sets: both filters; else the right one's word, where it has one.

        Raises:
            OperandError: they are of two document classes.
        """
        if isinstance(other, Filter):
            return self.filter(other)
        if not isinstance(other, QuerySet):
            msg = f"& got {other!r}; a query set joins query sets and filters"
            raise OperandError(msg)
        if None not in (self.model, other.model) and self.model is not other.model:
            msg = f"& got query sets of {_named(self.model)} and {_named(other.model)}"
            raise OperandError(f"{msg}; it takes two of one class")
        joined = self.filters & other.filters
        asked = {**self.asked, **other.asked, "filter": joined}
        return _query_set(type(self), self.model or other.model, asked)

    def _rebuilt(self, node: Any) -> Self:
        asked = {
            name: filter_of(part) if name == "filter" else part
            for name, part in node.items
        }
        return _query_set(type(self), self.model, asked)

    def _with(self, name: str, value: Any) -> Self:
        """Ask for *value* under *name*: every step of a chain comes through here."""
        made: Self = _new(type(self))
        _set_model(made, self.model)
        _set_asked(made, {**self.asked, name: value})
        return made

    def _path(self, name: str) -> Path:
        """Return where the field that the caller calls *name* is stored."""
        model: Any = self.model
        return _stored_path(model, name)

    # -- What it compiles to ----------------------------------------------------------

    @property
    def filters(self) -> Filter:
        """The condition alone.

        >>> from mongo_dsl import QuerySet
        >>> QuerySet().filter(age__gt=18).filters
        F.age > 18
        """
        found: Filter = self.asked.get("filter", _ALL)
        return found

    def _compile(self) -> FindCommand:
        return compile_find(self.asked)

    def _document(self) -> dict[str, Any]:
        return self.compile().as_dict()

    def to_shell(self, *, indent: int | None = None) -> str:
        """Return the query as mongosh reads it; *indent* breaks long lines.

        >>> from mongo_dsl import F, QuerySet
        >>> print(QuerySet().filter(F.age > 18).sort("-age").limit(5).to_shell())
        db.collection.find({ age: { $gt: 18 } }).sort({ age: -1 }).limit(5)
        """
        return find_shell(self._collection_name(), self.compile(), indent)

    def _collection_name(self) -> str:
        return "collection"

    def __bool__(self) -> NoReturn:
        msg = "a query set has no truth value; ask exists() or count()"
        raise TruthValueError(msg)

    def __iter__(self) -> Any:
        msg = "a query set of no document class can't be executed; the mapper's can"
        raise OperandError(msg)

    def __contains__(self, item: object) -> NoReturn:
        msg = "a query set can't answer 'in'; filter by what you look for and ask exists()"
        raise TruthValueError(msg)


@functools.lru_cache(maxsize=4096)
def _stored_path(model: Any, name: str) -> Path:
    known = checked(name)
    return Path(known) if model is None else find(model, known).path()


_NOTHING: dict[str, Any] = {}
_ALL = Filter()
_new: Any = object.__new__
_set_model = vars(QuerySet)["model"].__set__
_set_asked = vars(QuerySet)["asked"].__set__


def _query_set(kind: type[S], model: type | None, asked: Mapping[str, Any]) -> S:
    made: S = _new(kind)
    _set_model(made, model)
    _set_asked(made, asked)
    return made


def _milliseconds(seconds: Any) -> Node:
    if isinstance(seconds, Param):
        return later(seconds, _milliseconds)
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        msg = f"max_time got {seconds!r}; it takes seconds"
        raise OperandError(msg)
    if not seconds > 0:
        msg = f"max_time got {seconds!r}; it takes a positive number of seconds"
        raise ArgumentError(msg)
    return Value(max(1, round(seconds * 1000)))


def _named(model: type | None) -> str:
    return "no class" if model is None else model.__name__
