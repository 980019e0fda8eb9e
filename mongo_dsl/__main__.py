"""The command line: ``python -m mongo_dsl translate --kind pipeline < pipeline.json``."""

from __future__ import annotations

import argparse
import importlib
import sys
import typing
from collections.abc import Sequence
from typing import Any

from bson import json_util
from bson.errors import BSONError

from mongo_dsl.errors import DslError, TranslationError
from mongo_dsl.translation import Kind, translate


_UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, BSONError)
_OPTIONS = json_util.DEFAULT_JSON_OPTIONS.with_options(tz_aware=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status: 1 if the input isn't MQL.

    Wrong arguments end it with the status 2.
    """
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        model = _model(asked.model)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        parser.error(f"--model got {asked.model!r}, where there is no class: {error}")
    try:
        found = translate(_read(), asked.kind, model=model)
    except DslError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(found.source)
    return 0


def _read() -> Any:
    """Read Extended JSON from standard input.

    Raises:
        TranslationError: it is something else, or nothing.
    """
    try:
        text = sys.stdin.read()
        if text.strip():
            return json_util.loads(text, json_options=_OPTIONS)
    except (*_UNREADABLE, RecursionError) as error:
        msg = f"standard input is no Extended JSON: {error}"
        raise TranslationError(msg) from error
    msg = "standard input is empty; it takes MQL as Extended JSON"
    raise TranslationError(msg)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mongo_dsl", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "translate",
        help="write the Python source of MQL",
        description="Read Extended JSON from standard input and write Python source.",
    )
    kinds = typing.get_args(Kind)
    command.add_argument("--kind", choices=kinds, required=True, help="what it is")
    command.add_argument("--model", help="a document class, as package.module:Class")
    return parser


def _model(name: str | None) -> Any:
    """Import the class that *name* names.

    Raises:
        ImportError: there is no such module.
        AttributeError: there is no such class in it.
        ValueError: *name* has another form.
    """
    if name is None:
        return None
    module, _, cls = name.partition(":")
    if not module or not cls:
        msg = "it is written package.module:Class"
        raise ValueError(msg)
    return getattr(importlib.import_module(module), cls)


if __name__ == "__main__":
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.exit(main())
