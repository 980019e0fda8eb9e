"""`Mapper`: documents over PyMongo."""

from mapper.sync.face import Mapper


__all__ = ["Mapper"]
