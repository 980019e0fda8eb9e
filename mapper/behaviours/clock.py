"""What time it is, as precisely as MongoDB stores it."""

from __future__ import annotations

import datetime as dt


def now() -> dt.datetime:
    """Return the time in UTC, in whole milliseconds."""
    found = dt.datetime.now(dt.timezone.utc)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)
