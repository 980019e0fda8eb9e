"""Every rule of reading and writing, once: flows that know no driver.

The faces reach them by name, as ``flows.reading.first``, so that a program imports those it
runs alone.
"""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.flows import (
        bulk,
        changing,
        collecting,
        creating,
        deleting,
        explaining,
        finding,
        guarding,
        including,
        indexing,
        inserting,
        loading,
        paging,
        picking,
        piping,
        reading,
        restoring,
        rotation,
        transitions,
        writing,
    )

__all__ = [
    "bulk",
    "changing",
    "collecting",
    "creating",
    "deleting",
    "explaining",
    "finding",
    "guarding",
    "including",
    "indexing",
    "inserting",
    "loading",
    "paging",
    "picking",
    "piping",
    "reading",
    "restoring",
    "rotation",
    "transitions",
    "writing",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(
        __name__,
        {},
        {name: f"{__name__}.{name}" for name in __all__},
    )
