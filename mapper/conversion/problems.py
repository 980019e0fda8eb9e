"""What is wrong with a value, said in the words of its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from mapper.errors import (
    ConfigurationError,
    DefinitionError,
    EncryptionError,
    MissingExtraError,
)
from mongo_dsl.conformity import kind_of


_LONGEST = 60

PASSING = (DefinitionError, ConfigurationError, EncryptionError, MissingExtraError)
"""Errors that aren't about values, and pass through conversion as they are."""


class Misfit(Exception):  # noqa: N818 - never leaves the package: the converter words it
    """Values don't fit; *problems* are pairs of a dotted path and what is wrong there."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(*problems)
        self.problems = problems


class NoFormError(DefinitionError):
    """An annotation can't be stored; the class that reads it will name the field."""


def shown(value: Any, *, typed: bool = True) -> str:
    """Write *value* for a message: cut where it is long, with its type if *typed*."""
    text = _cut(repr(value), _LONGEST)
    if value is None or not typed:
        return text
    return f"{text}, {kind_of(value)}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def unfit(value: Any, rule: str) -> Misfit:
    """Say that *value* isn't what *rule* asks for."""
    return Misfit(("", f"must be {rule}, got {shown(value)}"))


def missing(name: str = "") -> Misfit:
    """Say that the field *name* has no value."""
    return Misfit((name, "is missing"))


def refused(error: Exception, *values: Any) -> Misfit:
    """Say in the words of *error* that a value was refused, and which if it is given."""
    if isinstance(error, Misfit):
        return error
    text = _cut(str(error) or type(error).__name__, 3 * _LONGEST)
    got = "".join(f", got {shown(value)}" for value in values)
    return Misfit(("", f"is refused{got}: {text}"))


def quiet(text: str) -> str:
    """Leave the value out of the *text* of a problem, which may quote a secret."""
    if text.startswith("is refused"):  # by what may say anything
        return "is refused"
    head, got, _ = text.partition(", got ")
    kind = text.rpartition(", ")[2].removeprefix("got ")
    return f"{head}{got}{kind}" if got else head


def gather(jobs: Iterable[tuple[str, Callable[[], Any]]]) -> list[Any]:
    """Run every job and return the results, or raise what went wrong in all of them.

    Raises:
        Misfit: the problems, each under the name of its job.
    """
    results: list[Any] = []
    problems: list[tuple[str, str]] = []
    for name, job in jobs:
        try:
            results.append(job())
        except PASSING:  # noqa: PERF203 - each may fail by itself
            raise
        except Exception as error:  # noqa: BLE001 - hooks may raise anything
            problems += _below(name, refused(error))
    if problems:
        raise Misfit(*problems)
    return results


def _below(name: str, misfit: Misfit) -> list[tuple[str, str]]:
    return [
        (f"{name}.{path}" if path else name, text) for path, text in misfit.problems
    ]
