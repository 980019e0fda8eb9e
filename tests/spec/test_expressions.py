"""Every expression operator of the specification exists, as the manual has it."""

import builtins
import inspect
import json
import keyword
import re
from pathlib import Path

import pytest

from mongo_dsl import fn


OPERATORS = json.loads((Path(__file__).parent.parent / "data" / "expressions.json").read_text())

# $function alone: the manual's defaults (no arguments, JavaScript) are ours.
MORE_OPTIONAL = {"$function": {"args", "lang"}}


def snake_case(name):
    """Return the mechanical Python name of a wire name."""
    found = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name.lstrip("$"))
    found = found.lower()
    return f"{found}_" if keyword.iskeyword(found) or hasattr(builtins, found) else found


@pytest.mark.parametrize("operator", OPERATORS, ids=[o["name"] for o in OPERATORS])
def test_signature(operator):
    """The function has the operator's name, arguments, optionality and version."""
    function = getattr(fn, snake_case(operator["name"]))
    assert snake_case(operator["name"]) in fn.__all__
    parameters = inspect.signature(function).parameters
    arguments = {snake_case(a["name"]): a for a in operator["arguments"]}
    assert parameters.keys() == arguments.keys()
    for name, argument in arguments.items():
        optional = argument.get("optional", False)
        optional = optional or name in MORE_OPTIONAL.get(operator["name"], ())
        if parameters[name].kind is not inspect.Parameter.VAR_POSITIONAL:
            assert (parameters[name].default is not inspect.Parameter.empty) == optional
        else:
            assert argument.get("variadic")
    assert function.__doc__
    if tuple(map(int, operator["version"].split("."))) > (4, 4):
        assert f"Needs MongoDB {operator['version']}." in function.__doc__


def test_all_operators_are_covered():
    """The table is the whole chapter of the specification."""
    assert len(OPERATORS) == 168
