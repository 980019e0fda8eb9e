"""Where the binary `mongod` comes from."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

from mapper.errors import EmbeddedMongoError


_NAME = "mongod.exe" if os.name == "nt" else "mongod"


def find_binary(given: str | os.PathLike[str] | None) -> str:
    """Return the path of the binary to run.

    Raises:
        EmbeddedMongoError: there is none, or the one that is named can't be run.
    """
    named = os.fspath(given) if given else os.environ.get("MONGOD")
    binary = shutil.which(named or "mongod") or (None if named else _packaged())
    if binary is None and named:
        source = "mongod" if given else "$MONGOD"
        msg = f"{source} {named!r} can't be run; give the path of a binary"
    elif binary is None:
        msg = (
            "mongod is not named by $MONGOD, on PATH or in the extra 'embedded'; "
            "run pip install 'mongo-dsl[embedded]' or set MONGOD to its path"
        )
    else:
        return binary
    raise EmbeddedMongoError(msg)


def _packaged() -> str | None:
    """Find the binary of the extra `embedded` without importing its package."""
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec and spec.submodule_search_locations) or ():
        binary = Path(place, "db", "bin", _NAME)
        if binary.is_file():
            if not os.access(binary, os.X_OK):  # wheels may lose the run bit
                binary.chmod(0o755)
            return str(binary)
    return None
