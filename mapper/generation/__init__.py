"""Code that converts documents, generated for their classes."""

from mapper.generation.checking import checking
from mapper.generation.reading import Loading, loading, structuring
from mapper.generation.writing import unstructuring


__all__ = ["Loading", "checking", "loading", "structuring", "unstructuring"]
