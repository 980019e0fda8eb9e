"""Code that converts, checks and compares documents, generated for their classes."""

from mapper.generation.checking import checking
from mapper.generation.comparing import differing, unaltered
from mapper.generation.storing import storing
from mapper.generation.structuring import (
    Loading,
    loading,
    loading_in_part,
    structuring,
)
from mapper.generation.writing import unstructuring


__all__ = [
    "Loading",
    "checking",
    "differing",
    "loading",
    "loading_in_part",
    "storing",
    "structuring",
    "unaltered",
    "unstructuring",
]
