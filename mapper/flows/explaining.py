"""Asking the server how it runs queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper.commands import Command, Flow
from mapper.concerns import SILENT
from mapper.explanation import Explanation
from mapper.flows import finding, reading
from mongo_dsl.errors import ArgumentError


_VERBOSITIES = ("queryPlanner", "executionStats", "allPlansExecution")


def explain(query: Any, pipeline: Any, verbosity: str) -> Flow[Explanation]:
    """Explain *query*, or *pipeline* run on its documents."""
    if verbosity not in _VERBOSITIES:
        listed = ", ".join(map(repr, _VERBOSITIES))
        msg = f"explain got the verbosity {verbosity!r}; it is one of {listed}"
        raise ArgumentError(msg)
    if pipeline is None:
        command = finding.find(query)
        asked = {"find": command.collection, **_spelled(command.kwargs)}
    else:
        command = reading.aggregation(query, pipeline)
        (stages,) = command.args
        asked = {"aggregate": command.collection, "pipeline": stages, "cursor": {}}
        asked.update(_spelled(command.kwargs))
    given = {k: v for k, v in command.kwargs.items() if k == "session"}
    concerns = getattr(command.collection, "concerns", SILENT)
    if concerns.read_preference is not None:
        given["read_preference"] = concerns.read_preference
    explained = {"explain": asked, "verbosity": verbosity}
    raw = yield Command("", "command", (explained,), given)
    return Explanation(raw)


def _spelled(given: Mapping[str, Any]) -> dict[str, Any]:
    """Write what the driver's methods take as commands do."""
    found = {_NAMES.get(k, k): v for k, v in given.items() if k != "session"}
    if "sort" in found:
        found["sort"] = dict(found["sort"])
    return found


_NAMES = {"max_time_ms": "maxTimeMS"}
