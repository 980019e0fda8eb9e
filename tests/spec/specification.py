"""The facts of MongoDB's own specification of its operators, for the tests beside."""

import builtins
import json
import keyword
import re
from pathlib import Path


OPERATORS = json.loads((Path(__file__).parents[1] / "data" / "mql.json").read_text())


def snake_case(name):
    """Return the mechanical Python name of a wire name."""
    found = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.lstrip("$")).lower()
    return (
        f"{found}_" if keyword.iskeyword(found) or hasattr(builtins, found) else found
    )
