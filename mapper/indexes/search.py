"""`SearchIndex` and `VectorIndex`: what Atlas Search is to know of a collection.

https://www.mongodb.com/docs/atlas/atlas-search/index-definitions/ and
https://www.mongodb.com/docs/atlas/atlas-vector-search/vector-search-type/.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from mapper.errors import DefinitionError
from mapper.indexes.keys import name_of
from mongo_dsl.names import suggestion
from mongo_dsl.schema import find


_TYPES = (
    *("autocomplete", "boolean", "date", "dateFacet", "document", "embeddedDocuments"),
    *("geo", "knnVector", "number", "numberFacet", "objectId", "string"),
    *("stringFacet", "token", "uuid"),
)
_NESTING = ("document", "embeddedDocuments")
_SIMILARITIES = ("cosine", "dotProduct", "euclidean")
_QUANTIZATIONS = ("none", "scalar", "binary")
_MOST_DIMENSIONS = 8192


@attrs.frozen
class Search:
    """What both kinds of search indexes share: a *name*, and a document for Atlas."""

    name: str

    def definition(self, model: type) -> dict[str, Any]:
        """Return the definition, by the stored names of *model*."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """The type of the index, in Atlas' words."""
        raise NotImplementedError

    def specification(self, model: type) -> dict[str, Any]:
        """Return the document that ``createSearchIndexes`` takes.

        Raises:
            UnknownFieldError: a path is no field of *model*.
        """
        definition = self.definition(model)
        return {"name": self.name, "type": self.kind, "definition": definition}


@attrs.frozen(init=False)
class SearchIndex(Search):
    """A full-text index of Atlas Search.

    Args:
        fields: what is made of each field, by its path in Python's names: a type, such as ``"string"``, a document with a ``type`` and its options, or a list of these.
        name: how queries call the index.
        dynamic: whether all fields are indexed, by their types.
        analyzer: what cuts text into words when it is stored.
        search_analyzer: what cuts the words that are searched for.
        options: whatever else a definition has: ``analyzers``, ``synonyms``, ``storedSource``.

    >>> from mapper import SyncDocument
    >>> class Book(SyncDocument):
    ...     title: str
    >>> SearchIndex({"title": "string"}).specification(Book)["definition"]
    {'mappings': {'dynamic': False, 'fields': {'title': {'type': 'string'}}}}
    """

    fields: tuple[tuple[str, Any], ...]
    dynamic: bool
    options: tuple[tuple[str, Any], ...]

    def __init__(
        self,
        fields: Mapping[Any, Any] | None = None,
        *,
        name: str = "default",
        dynamic: bool = False,
        analyzer: str | None = None,
        search_analyzer: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        if not fields and not dynamic:
            msg = "SearchIndex got no fields; it takes some, or dynamic=True for all"
            raise DefinitionError(msg)
        given = {
            "analyzer": analyzer,
            "searchAnalyzer": search_analyzer,
            **(options or {}),
        }
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            name,
            tuple(
                (name_of(f), _typed(name_of(f), m)) for f, m in (fields or {}).items()
            ),
            dynamic,
            tuple((k, v) for k, v in given.items() if v is not None),
        )

    @property
    def kind(self) -> str:
        """The type of the index, in Atlas' words."""
        return "search"

    def definition(self, model: type) -> dict[str, Any]:
        """Return the definition, by the stored names of *model*.

        Raises:
            UnknownFieldError: a path is no field of *model*.
        """
        found: dict[str, Any] = {}
        for path, meaning in self.fields:
            _put(found, find(model, path).stored.split("."), meaning)
        mappings = {"dynamic": self.dynamic, **({"fields": found} if found else {})}
        return {"mappings": mappings, **dict(self.options)}


def _typed(path: Any, meaning: Any) -> Any:
    """Check what a field is made to, and write it as Atlas does."""
    if isinstance(meaning, (list, tuple)):
        return [_typed(path, one) for one in meaning]
    found = {"type": meaning} if isinstance(meaning, str) else meaning
    kind = found.get("type") if isinstance(found, Mapping) else None
    if kind not in _TYPES:
        hint = suggestion(kind, _TYPES) if isinstance(kind, str) else ""
        msg = f"SearchIndex makes {meaning!r} of {path!r}{hint}; the types are: "
        raise DefinitionError(msg + ", ".join(_TYPES))
    return dict(found)


def _put(fields: Any, path: list[str], meaning: Any) -> None:
    """Put *meaning* at *path*, under the documents above it."""
    first, *rest = path
    if not rest:
        fields[first] = (
            {**fields.get(first, {}), **meaning} if _nests(meaning) else meaning
        )
        return
    above: Any = fields.setdefault(first, {"type": "document"})
    if not _nests(above):
        fields[first] = above = {"type": "document"}
    _put(above.setdefault("fields", {}), rest, meaning)


def _nests(meaning: Any) -> bool:
    return isinstance(meaning, dict) and meaning["type"] in _NESTING


@attrs.frozen(init=False)
class VectorIndex(Search):
    """An index of Atlas Vector Search over the vectors in the field *path*.

    Args:
        path: the field, by its path in Python's names.
        dimensions: how many numbers each vector has, up to 8192.
        similarity: how two vectors are compared: ``"cosine"``, ``"dotProduct"`` or ``"euclidean"``.
        filters: fields that searches may filter by.
        quantization: how Atlas shortens the vectors: ``"none"``, ``"scalar"`` or ``"binary"``.
        name: how queries call the index.

    >>> from mapper import SyncDocument
    >>> class Book(SyncDocument):
    ...     meaning: list[float]
    >>> index = VectorIndex("meaning", dimensions=3)
    >>> index.specification(Book)["definition"]["fields"][0]["similarity"]
    'cosine'
    """

    path: str
    dimensions: int
    similarity: str
    filters: tuple[str, ...]
    quantization: str | None

    def __init__(
        self,
        path: Any,
        *,
        dimensions: int,
        similarity: str = "cosine",
        filters: Iterable[Any] = (),
        quantization: str | None = None,
        name: str = "vector_index",
    ) -> None:
        if type(dimensions) is not int or not 1 <= dimensions <= _MOST_DIMENSIONS:
            msg = f"VectorIndex got dimensions={dimensions!r}; they go from 1 to 8192"
            raise DefinitionError(msg)
        _one_of("similarity", similarity, _SIMILARITIES)
        if quantization is not None:
            _one_of("quantization", quantization, _QUANTIZATIONS)
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue]
            name,
            name_of(path),
            dimensions,
            similarity,
            tuple(map(name_of, filters)),
            quantization,
        )

    @property
    def kind(self) -> str:
        """The type of the index, in Atlas' words."""
        return "vectorSearch"

    def definition(self, model: type) -> dict[str, Any]:
        """Return the definition, by the stored names of *model*.

        Raises:
            UnknownFieldError: a path is no field of *model*.
        """
        vector = {
            "type": "vector",
            "path": find(model, self.path).stored,
            "numDimensions": self.dimensions,
            "similarity": self.similarity,
        }
        if self.quantization is not None:
            vector["quantization"] = self.quantization
        paths = (find(model, path).stored for path in self.filters)
        return {"fields": [vector, *({"type": "filter", "path": p} for p in paths)]}


def _one_of(argument: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        listed = ", ".join(map(repr, allowed))
        msg = f"VectorIndex got {argument}={value!r}; it is one of {listed}"
        raise DefinitionError(msg)
