"""`DocumentMeta`: attrs makes the class, with slots and keyword-only construction."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import attrs

from mapper import relations
from mapper.collections.writes import Unwritable
from mapper.constructors import has_own_init, refuse_misspelled
from mapper.indexes.declared import check_declared
from mapper.metaclass.attributes import refuse_methods, transformed
from mapper.metaclass.bases import is_root, refuse_unfit, roots_last
from mapper.metaclass.construction import misfit, refuse_abstract
from mapper.metaclass.gathering import gathered, set_aside
from mapper.metaclass.trees import mark, within_tree
from mapper.namespaces import Namespaced
from mapper.options import Options, read_options
from mapper.registry import register
from mapper.relations.assigning import assign, turns_of
from mapper.scopes import scope_of
from mapper.validation import assigned, checks_of, validate
from mongo_dsl import Fields, Filter
from mongo_dsl.structure import computed_in


class DocumentMeta(Namespaced):
    """Makes attrs classes of the subclasses of `Document` and `SyncDocument`."""

    __options__: Options

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        **keywords: Any,
    ) -> Any:
        """Make the class *name*; attrs calls this once more, for the class with slots."""
        roots = [base for base in bases if isinstance(base, DocumentMeta)]
        if "__attrs_attrs__" in namespace or not roots or namespace.get("__root__"):
            return super().__new__(mcls, name, bases, namespace, **keywords)
        options = read_options(name, namespace.get("Meta"), _inherited(roots))
        if options.abstract:
            namespace["__slots__"] = ()
            set_aside(namespace)
        refuse_unfit(name, bases)
        options = within_tree(name, namespace, options, bases)
        cls: Any = super().__new__(mcls, name, bases, namespace, **keywords)
        cls.__options__ = options
        mark(cls)
        if options.view or options.timeseries:
            cls.__refusal__ = Unwritable(options)
        return cls if options.abstract else _registered(_defined(cls))

    def mro(cls) -> list[type]:
        """Return the classes in the order Python asks them, mixins before the roots."""
        return roots_last(super().mro())

    def __call__(cls, *args: Any, **values: Any) -> Any:
        """Make a new document and check its values.

        Raises:
            ValidationError: values break the rules of their fields.
            DefinitionError: the class is abstract.
            TypeError: a field is missing or unknown.
        """
        refuse_abstract(cls)
        try:
            document = super().__call__(*args, **values)
        except TypeError as error:
            reason = misfit(cls, args, values)
            raise error if reason is None else TypeError(reason) from None
        if cls.__options__.validate:
            validate(document)
        else:
            assign(document, cls.__turns__)
        return document

    @property
    def q(cls) -> Fields:
        """The fields of the class, to build queries from."""
        found: Fields | None = cls.__dict__.get("__fields__")
        if found is None:
            found = Fields(cls)
            type.__setattr__(cls, "__fields__", found)
        return found

    @property
    def __checks__(cls) -> dict[str, Callable[[Any, Any], str | None]]:
        """What finds faults with values, by field; annotations resolve at first use."""
        found: dict[str, Callable[[Any, Any], str | None]] | None
        found = cls.__dict__.get("__found_checks__")
        if found is None:
            found = checks_of(cls)
            type.__setattr__(cls, "__found_checks__", found)
        return found

    @property
    def __turns__(cls) -> dict[str, Callable[[Any], Any]]:
        """What makes references of values, by field."""
        found: dict[str, Callable[[Any], Any]] | None
        found = cls.__dict__.get("__found_turns__")
        if found is None:
            found = turns_of(cls)
            relations.referrers.check_rules(cls)
            type.__setattr__(cls, "__found_turns__", found)
        return found

    @property
    def __hydrator_source__(cls) -> str:
        """The Python code that makes documents of the class when many are read."""
        from mapper.hydration import source_of

        return source_of(cls)

    @property
    def __scope__(cls) -> Filter | None:
        """What every query of the class asks for besides; lookups ask for it, too."""
        return scope_of(cls)

    @property
    def __collection__(cls) -> str:
        """The name of the collection."""
        return cls.__options__.collection_name


def _inherited(roots: list[Any]) -> list[Options]:
    return [root.__options__ for root in roots if hasattr(root, "__options__")]


def _registered(cls: Any) -> Any:
    register(cls)
    return cls


def _defined(cls: Any) -> Any:
    """Let attrs make the class, with the fields of its abstract bases and mixins."""
    these = gathered(cls)
    refuse_methods(cls, (*these, *computed_in(cls)))
    _keep_repr(cls)
    cls.__own_init__ = has_own_init(cls)
    how = {"init": False} if cls.__own_init__ else {}
    made: Any = attrs.define(
        cls,
        **how,
        slots=not cls.__own_init__,
        these=these,
        kw_only=True,
        repr=False,  # partial documents have fields without a value
        on_setattr=assigned,
        getstate_setstate=False,
        field_transformer=transformed,
    )
    if made.__own_init__:
        refuse_misspelled(made)
    check_declared(made)
    return made


def _keep_repr(cls: Any) -> None:
    """Show documents as documents, though attrs or dataclasses made a mixin's ``repr``."""
    code = getattr(inspect.unwrap(cls.__repr__), "__code__", None)
    if code and code.co_filename.startswith(("<attrs generated", "<string>")):
        roots = [vars(base) for base in cls.__mro__ if is_root(base)]
        cls.__repr__ = next(r["__repr__"] for r in roots if "__repr__" in r)
