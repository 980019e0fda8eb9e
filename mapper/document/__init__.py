"""`Document` and `SyncDocument`: what document classes derive from."""

from typing import TYPE_CHECKING

from mongo_dsl.later import later


if TYPE_CHECKING:
    from mapper.document.aio import Document
    from mapper.document.root import Root
    from mapper.document.sync import SyncDocument

__all__ = ["Document", "Root", "SyncDocument"]

_NAMES = {
    "mapper.document.aio": ("Document",),
    "mapper.document.root": ("Root",),
    "mapper.document.sync": ("SyncDocument",),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = later(__name__, _NAMES)
