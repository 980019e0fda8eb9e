"""What classes can be given to lend their documents more: a mixin each."""

from mapper.behaviours.auditing import Audited, acting
from mapper.behaviours.numbers import AutoIncrement, Sequence
from mapper.behaviours.soft_deletion import SoftDelete
from mapper.behaviours.timestamps import Timestamped
from mapper.behaviours.versions import Versioned


__all__ = [
    "Audited",
    "AutoIncrement",
    "Sequence",
    "SoftDelete",
    "Timestamped",
    "Versioned",
    "acting",
]
