"""How a class statement becomes a document class."""

from mapper.metaclass.documents import DocumentMeta


__all__ = ["DocumentMeta"]
