"""The converter of cattrs, as it finds the hooks for what the driver reads and writes."""

from __future__ import annotations

import functools
import typing
from pathlib import Path
from typing import Any

import cattrs


# cattrs asks for these, and all their subclasses, before it asks predicates: an enum that
# is a str, too, or `Int64` would be taken for what they derive from, a path for a str.
_CAUGHT = (str, bytes, int, float, Path)


class BsonConverter(cattrs.Converter):
    """A cattrs converter for what the driver reads and writes.

    What is registered for a type is registered with its *twin*, too.
    """

    twin: BsonConverter | None = None

    def register_structure_hook(self, cl: Any, func: Any = None) -> Any:
        """Read values of the type *cl* by *func*; without it, decorate a function."""
        if func is not None:
            self._named.add(cl)
            if self.twin is not None:
                self.twin.register_structure_hook(cl, func)
        return super().register_structure_hook(cl, func)  # pyright: ignore[reportArgumentType]

    def register_unstructure_hook(self, cls: Any, func: Any = None) -> Any:
        """Store values of the type *cls* by *func*; without it, decorate a function."""
        if func is not None:
            self._named.add(cls)
            if self.twin is not None:
                self.twin.register_unstructure_hook(cls, func)
        return super().register_unstructure_hook(cls, func)  # pyright: ignore[reportArgumentType]

    @functools.cached_property
    def decoder(self) -> Any:
        """What returns the hook that reads a class of documents; every read asks.

        No rule for their supertypes catches documents, so it is what cattrs asks itself.
        """
        return self._structure_func.dispatch

    @functools.cached_property
    def encoder(self) -> Any:
        """What returns the hook that stores documents of a class; see `decoder`."""
        return self._unstructure_func.dispatch

    @functools.cached_property
    def _named(self) -> set[Any]:
        """The types that callers registered hooks for."""
        return set()

    def get_structure_hook(self, type: Any, cache_result: bool = True) -> Any:  # noqa: A002
        """Return the hook that reads *type*."""
        annotation = type if type in self._named else _by_predicate(type)
        if cache_result:  # what cattrs does, in a call less: every read asks
            dispatch: Any = self._structure_func.dispatch
            return dispatch(annotation)
        return super().get_structure_hook(annotation, cache_result)

    def get_unstructure_hook(self, type: Any, cache_result: bool = True) -> Any:  # noqa: A002
        """Return the hook that stores *type*."""
        annotation = type if type in self._named else _by_predicate(type)
        if cache_result:
            dispatch: Any = self._unstructure_func.dispatch
            return dispatch(annotation)
        return super().get_unstructure_hook(annotation, cache_result)


@functools.lru_cache(maxsize=1024)
def _by_predicate(annotation: Any) -> Any:
    caught = isinstance(annotation, type) and issubclass(annotation, _CAUGHT)
    return typing.Annotated[annotation, "by predicate"] if caught else annotation
