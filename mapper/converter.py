"""Python values to BSON and back, as annotations say: a cattrs converter and its faces.

Two converters share one configuration. The fast one stops at the first value that
doesn't fit, and says little; the other one then runs once more to find them all, which
is what the error tells. Hooks registered for a type on `converter()` serve both.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

import cattrs

from mapper.conversion import (
    arrays,
    choices,
    classes,
    forms,
    geometry,
    instances,
    mappings,
    references,
    scalars,
    trees,
    unions,
)
from mapper.conversion.hooks import BsonConverter
from mapper.conversion.problems import PASSING, Misfit, NoFormError, quiet, refused
from mapper.errors import DecodeError, MisfitError, ValidationError
from mapper.references import is_ref
from mongo_dsl.conformity import bare, describe
from mongo_dsl.storages import holds_secrets
from mongo_dsl.structure import fields_of
from mongo_dsl.variants import discriminator_of


T = TypeVar("T")


def _no_form(annotation: Any, _: cattrs.Converter) -> NoReturn:
    msg = f"{describe(annotation)} has no BSON form"
    raise NoFormError(msg)


# The first predicate that holds decides: shapes may be attrs classes, named tuples are
# tuples.
_RULES: tuple[tuple[Callable[[Any], bool], Any, Any], ...] = (
    (forms.has_form, forms.form_encoder, forms.form_decoder),
    (scalars.is_scalar, scalars.scalar_encoder, scalars.scalar_decoder),
    (is_ref, references.reference_encoder, references.reference_decoder),
    (choices.is_choice, choices.choice_encoder, choices.choice_decoder),
    (geometry.is_shape, geometry.shape_encoder, geometry.shape_decoder),
    (unions.is_union, unions.union_encoder, unions.union_decoder),
    (trees.is_tree, trees.tree_encoder, trees.tree_decoder),
    (classes.is_class, instances.class_encoder, instances.class_decoder),
    (arrays.is_row, arrays.row_encoder, arrays.row_decoder),
    (arrays.is_array, arrays.array_encoder, arrays.array_decoder),
    (mappings.is_mapping, mappings.mapping_encoder, mappings.mapping_decoder),
    (lambda _: True, _no_form, _no_form),
)


def make_converter(*, detailed_validation: bool = False) -> BsonConverter:
    """Make a converter of our own rules, for callers who add theirs."""
    made = BsonConverter(detailed_validation=detailed_validation)
    for holds, encoder, decoder in reversed(_RULES):
        made.register_unstructure_hook_factory(
            _of_bare(holds), _for_bare(encoder, made)
        )
        made.register_structure_hook_factory(_of_bare(holds), _for_bare(decoder, made))
    return made


def _of_bare(holds: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda annotation: holds(bare(annotation))


def _for_bare(factory: Any, made: BsonConverter) -> Callable[[Any], Any]:
    return lambda annotation: factory(bare(annotation), made)


@functools.cache
def converter() -> BsonConverter:
    """Return the converter of the hot path; it stops at the first misfit."""
    made = make_converter()
    made.twin = explaining_converter()
    return made


@functools.cache
def explaining_converter() -> BsonConverter:
    """Return the converter that finds every misfit, used after `converter` failed."""
    return make_converter(detailed_validation=True)


def encode(value: Any, annotation: Any) -> Any:
    """Turn *value* into what is stored for *annotation*.

    >>> from decimal import Decimal
    >>> encode({3: Decimal("1.10")}, dict[int, Decimal])
    {'3': Decimal128('1.10')}

    Raises:
        ValidationError: it isn't what *annotation* asks for, and would be stored wrong.
        DefinitionError: *annotation* can't be stored.
    """
    try:
        return converter().get_unstructure_hook(annotation)(value)
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - hooks of users may raise anything
        hook = explaining_converter().get_unstructure_hook(annotation)
        problems = _explain(lambda: hook(value), error)
        invalid, cause = (
            _invalid(annotation, value, problems),
            _cause(error, annotation),
        )
    raise invalid from cause  # whose context may quote what messages don't


def decode(stored: Any, annotation: Any) -> Any:
    """Turn what the driver read into the value that *annotation* describes.

    >>> from bson import Decimal128
    >>> from decimal import Decimal
    >>> decode({"3": Decimal128("1.10")}, dict[int, Decimal])
    {3: Decimal('1.10')}

    Raises:
        DecodeError: *stored* doesn't fit; it names every part that doesn't.
        DefinitionError: *annotation* can't be stored.
    """
    try:
        return converter().get_structure_hook(annotation)(stored, annotation)
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - hooks of users may raise anything
        hook = explaining_converter().get_structure_hook(annotation)
        problems = _explain(lambda: hook(stored, annotation), error)
        unfit = _undecodable(annotation, stored, problems)
        cause = _cause(error, annotation)
    raise unfit from cause  # whose context may quote what messages don't


def encode_document(document: Any) -> dict[str, Any]:
    """Turn an instance of an attrs class into the document that is stored.

    Raises:
        ValidationError: a field holds what its annotation doesn't allow.
    """
    found: dict[str, Any] = encode(document, type(document))
    return found


def decode_document(raw: Mapping[str, Any], cls: type[T]) -> T:
    """Turn the stored document *raw* into an instance of *cls*.

    Raises:
        DecodeError: it doesn't fit *cls*; the error names every field that doesn't.
    """
    found: T = decode(raw, cls)
    return found


def class_of(cls: type[T], raw: Mapping[str, Any]) -> type[T]:
    """Return *cls*, or the subclass that the stored document *raw* says it is of.

    Raises:
        DecodeError: it names no such class, or has fields that its class refuses.
    """
    found: type[T] = cls
    try:
        if discriminator_of(cls) is not None:
            found = trees.variant_of(cls, raw)
        if found.__options__.unknown == "refuse":  # type: ignore[attr-defined]
            classes.refuse_unknown(found, raw)
    except Misfit as misfit:
        raise _undecodable(cls, raw, misfit.problems) from None
    return found


def _explain(
    attempt: Callable[[], Any], first: Exception
) -> tuple[tuple[str, str], ...]:
    """Run *attempt*, which should fail as the fast one did, and return what is wrong."""
    try:
        attempt()
    except Misfit as misfit:
        return misfit.problems
    except Exception as error:  # noqa: BLE001 - hooks of users may raise anything
        return refused(error).problems
    return refused(first).problems


def _cause(error: Exception, annotation: Any) -> Exception | None:
    """Keep errors of hooks and validators; a misfit is told in the message."""
    return None if isinstance(error, Misfit) or holds_secrets(annotation) else error


def _hushed(annotation: Any, problems: Any) -> Any:
    """Leave out of *problems* what was given for fields that are secret in part."""
    if not holds_secrets(annotation):
        return problems
    cls = bare(annotation)
    known = fields_of(cls).items() if hasattr(cls, "__is_document__") else ()
    plain = {n for name, (s, a) in known if not holds_secrets(a) for n in (name, s)}
    return tuple(
        (path, text if path.partition(".")[0] in plain else quiet(text))
        for path, text in problems
    )


def _invalid(annotation: Any, value: Any, problems: Any) -> MisfitError:
    name = describe(annotation)
    is_class = classes.is_class(bare(annotation))
    head = (
        f"{name} can't be stored" if is_class else f"a value can't be stored as {name}"
    )
    identifier = getattr(value, "id", None) if is_class else None
    return _worded(ValidationError, head, annotation, identifier, problems)


def _undecodable(annotation: Any, stored: Any, problems: Any) -> MisfitError:
    name = describe(annotation)
    identifier = stored.get("_id") if isinstance(stored, Mapping) else None
    if not classes.is_class(bare(annotation)):
        head = f"a stored value doesn't fit {name}"
    else:
        known = "" if identifier is None else f" {identifier!r}"
        head = f"{name}{known} doesn't fit its class"
    return _worded(DecodeError, head, annotation, identifier, problems)


def _worded(
    kind: type[MisfitError], head: str, annotation: Any, identifier: Any, problems: Any
) -> MisfitError:
    problems = _hushed(annotation, problems)
    told = "; ".join(f"{path or 'it'} {text}" for path, text in problems)
    return kind(
        f"{head}: {told}", cls=annotation, document_id=identifier, problems=problems
    )
