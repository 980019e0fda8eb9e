"""The command line: ``python -m mongo_dsl translate --kind pipeline < pipeline.json``."""

from __future__ import annotations

import argparse
import importlib
import sys
import typing
from collections.abc import Sequence
from typing import Any

from bson import json_util

from mongo_dsl.errors import DslError
from mongo_dsl.translation import Kind, translate


_OPTIONS = json_util.DEFAULT_JSON_OPTIONS.with_options(tz_aware=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return its exit status: 1 if the input isn't MQL."""
    asked = _parser().parse_args(arguments)
    try:
        mql = json_util.loads(sys.stdin.read(), json_options=_OPTIONS)
        found = translate(mql, asked.kind, model=_model(asked.model))
    except (ValueError, TypeError, ImportError, AttributeError) as error:
        kind = "" if isinstance(error, DslError) else f"{type(error).__name__}: "
        sys.stderr.write(f"{kind}{error}\n")
        return 1
    sys.stdout.write(found.source)
    return 0


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
    """Import the class that *name* names."""
    if name is None:
        return None
    module, _, cls = name.partition(":")
    return getattr(importlib.import_module(module), cls)


if __name__ == "__main__":
    sys.exit(main())
