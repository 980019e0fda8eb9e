"""What classes can be given to lend their documents more: a mixin each."""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
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

_NAMES = {
    "mapper.behaviours.auditing": ("Audited", "acting"),
    "mapper.behaviours.numbers": ("AutoIncrement", "Sequence"),
    "mapper.behaviours.soft_deletion": ("SoftDelete",),
    "mapper.behaviours.timestamps": ("Timestamped",),
    "mapper.behaviours.versions": ("Versioned",),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
