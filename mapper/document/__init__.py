"""`Document` and `SyncDocument`: what document classes derive from."""

from mapper.document.aio import Document
from mapper.document.root import Root
from mapper.document.sync import SyncDocument


__all__ = ["Document", "Root", "SyncDocument"]
