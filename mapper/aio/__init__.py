"""`AsyncMapper`: documents over PyMongo's async driver or Motor."""

from mapper.aio.face import AsyncMapper


__all__ = ["AsyncMapper"]
