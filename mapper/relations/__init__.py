"""What is known of the relations between document classes, before anything is sent.

Queries reach its modules by name, as ``relations.joining.with_join``: few ask for any.
"""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.relations import including, joining, referrers

__all__ = ["including", "joining", "referrers"]

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(
        __name__, {}, {name: f"{__name__}.{name}" for name in __all__}
    )
