"""Code that converts, checks and compares documents, generated for their classes."""

from mapper.generation.checking import checking
from mapper.generation.comparing import differing, unaltered
from mapper.generation.reading import Loading, loading, structuring
from mapper.generation.storing import storing
from mapper.generation.writing import unstructuring


__all__ = [
    "Loading",
    "checking",
    "differing",
    "loading",
    "storing",
    "structuring",
    "unaltered",
    "unstructuring",
]
