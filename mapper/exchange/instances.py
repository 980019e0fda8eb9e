"""Classes with fields: dictionaries by the names of Python."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from mapper.conversion.classes import Field, fields_of, is_class, origin
from mapper.conversion.problems import Misfit, gather, missing, refused, unfit
from mapper.errors import DefinitionError, MisfitError
from mapper.exchange.forms import FindForm, Form, late
from mongo_dsl.names import suggestion


__all__ = ["class_form", "is_class"]

_Rows = list[tuple[Field, Form]]


def class_form(annotation: Any, find: FindForm, _: bool) -> Form:
    """Return the form of a class with fields."""
    rows = [(one, late(find, one.annotation)) for one in fields_of(annotation)]
    return Form(
        partial(_write, annotation, rows), partial(_read, annotation, rows), "object"
    )


def _write(annotation: Any, rows: _Rows, value: Any) -> dict[str, Any]:
    kind = origin(annotation)
    if typing.is_typeddict(kind):
        return _written(rows, value)
    if type(value) is not kind:
        raise unfit(value, kind.__name__)
    loaded = {f.name: getattr(value, f.name) for f, _ in rows if hasattr(value, f.name)}
    return _written(rows, loaded)


def _written(rows: _Rows, values: Any) -> dict[str, Any]:
    if not isinstance(values, Mapping):
        raise unfit(values, "dict")
    there = [(field.name, form) for field, form in rows if field.name in values]
    found = gather((name, partial(form.write, values[name])) for name, form in there)
    return dict(zip((name for name, _ in there), found, strict=True))


def _read(annotation: Any, rows: _Rows, plain: Any) -> Any:
    kind = origin(annotation)
    if not isinstance(plain, Mapping):
        raise unfit(plain, kind.__name__)
    known = [field.name for field, _ in rows]
    taken = [row for row in rows if not row[0].computed]
    there = [row for row in taken if row[0].name in plain or row[0].required]
    jobs = [
        (field.name, partial(_field, form, field.name, plain)) for field, form in there
    ]
    others = [name for name in plain if name not in known]
    jobs += [(str(name), partial(_refuse, kind, name, known)) for name in others]
    found = dict(zip((field.name for field, _ in there), gather(jobs), strict=False))
    return found if typing.is_typeddict(kind) else _made(kind, rows, found)


def _field(form: Form, name: str, plain: Mapping[str, Any]) -> Any:
    if name not in plain:
        raise missing()
    return form.read(plain[name])


def _refuse(kind: Any, name: Any, known: Iterable[str]) -> None:
    known = list(known)
    hint, listed = suggestion(str(name), known), ", ".join(known)
    raise Misfit(
        ("", f"is no field of {kind.__name__}{hint}; its fields are: {listed}")
    )


def _made(kind: Any, rows: _Rows, found: Mapping[str, Any]) -> Any:
    """Call the class, whose own rules may refuse the values, then set what it doesn't take."""
    taken = {
        f.argument: found[f.name] for f, _ in rows if f.argument and f.name in found
    }
    try:
        made = kind(**taken)
    except DefinitionError:
        raise
    except MisfitError as error:
        raise Misfit(*_without_owner(kind, error.problems)) from error
    except Exception as error:
        raise refused(error) from error
    for field, _ in rows:
        if field.argument is None and field.name in found:
            object.__setattr__(made, field.name, found[field.name])
    return made


def _without_owner(
    kind: Any, problems: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Leave out of each problem what its path says: the class and the field."""
    return [(p, text.removeprefix(f"{kind.__name__}.{p} ")) for p, text in problems]
