"""What all errors derive from."""

from __future__ import annotations


class MapperError(Exception):
    """A document class or document can't be used as it was asked."""
