"""What ``class Meta`` may say of a collection, and how ``create`` is told.

https://www.mongodb.com/docs/manual/reference/command/create/
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from mapper.errors import DefinitionError
from mongo_dsl.conformity import conforms, describe
from mongo_dsl.schema import field_spec


_GRANULARITIES = ("seconds", "minutes", "hours")
_LEVELS = ("strict", "moderate", "off")
_ACTIONS = ("error", "warn")
_LONGEST_BUCKET = 31_536_000
_MOMENT = dt.datetime(2000, 1, 1, tzinfo=dt.timezone.utc)


def _seconds(value: Any) -> Any:
    return value.total_seconds() if isinstance(value, dt.timedelta) else value


def _whole(owner: str, name: str, value: Any, most: int = 2**63 - 1) -> None:
    if value is not None and (
        isinstance(value, bool) or value != int(value) or not 1 <= value <= most
    ):
        limit = "" if most == 2**63 - 1 else f" to {most}"
        msg = f"{owner} got {name}={value!r}; it takes whole numbers from 1{limit}"
        raise DefinitionError(msg)


def _one_of(owner: str, name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        listed = ", ".join(map(repr, allowed))
        msg = f"{owner} got {name}={value!r}; it is one of {listed}"
        raise DefinitionError(msg)


@attrs.frozen
class TimeSeries:
    """A collection of measurements, which the server keeps in buckets by time.

    Args:
        time_field: the field with the moment of a measurement.
        meta_field: the field that says what was measured; it rarely changes.
        granularity: how close measurements are: ``"seconds"``, ``"minutes"`` or ``"hours"``.
        bucket_span: the longest time in a bucket, in seconds or as a duration, where no granularity fits. Needs MongoDB 6.3.
        expire_after: after how many seconds measurements are removed; or a duration.
    """

    time_field: str
    meta_field: str | None = None
    granularity: str | None = None
    bucket_span: Any = attrs.field(default=None, converter=_seconds)
    expire_after: Any = attrs.field(default=None, converter=_seconds)

    def __attrs_post_init__(self) -> None:
        _one_of("TimeSeries", "granularity", self.granularity, _GRANULARITIES)
        _whole("TimeSeries", "bucket_span", self.bucket_span, _LONGEST_BUCKET)
        _whole("TimeSeries", "expire_after", self.expire_after)
        if self.granularity is not None and self.bucket_span is not None:
            msg = "TimeSeries got granularity and bucket_span; it takes one of them"
            raise DefinitionError(msg)

    def compile(self, model: Any) -> dict[str, Any]:
        """Return the options of ``create``, by the stored names of *model*.

        Raises:
            DefinitionError: the time field can't hold a moment.
            UnknownFieldError: a field is none of *model*.
        """
        spec = field_spec(model, self.time_field)
        if not conforms(spec.annotation)(_MOMENT):
            msg = f"{spec} is {describe(spec.annotation)}; the time field of a time series"
            raise DefinitionError(f"{msg} is datetime")
        found: dict[str, Any] = {"timeField": spec.stored}
        if self.meta_field is not None:
            found["metaField"] = field_spec(model, self.meta_field).stored
        if self.granularity is not None:
            found["granularity"] = self.granularity
        if self.bucket_span is not None:
            span = int(self.bucket_span)
            found |= {"bucketMaxSpanSeconds": span, "bucketRoundingSeconds": span}
        return {"timeseries": found, **_expiry(self.expire_after)}


@attrs.frozen
class Capped:
    """A collection of at most *size* bytes, and *max* documents; the oldest make room."""

    size: int
    max: int | None = None

    def __attrs_post_init__(self) -> None:
        _whole("Capped", "size", self.size)
        _whole("Capped", "max", self.max)

    def compile(self, _: Any) -> dict[str, Any]:
        """Return the options of ``create``."""
        most = {} if self.max is None else {"max": self.max}
        return {"capped": True, "size": self.size, **most}


@attrs.frozen
class Clustered:
    """A collection stored in the order of its ids, *expire_after* so many seconds emptied.

    What expires are documents whose id is a date that lies so far back.
    """

    expire_after: Any = attrs.field(default=None, converter=_seconds)

    def __attrs_post_init__(self) -> None:
        _whole("Clustered", "expire_after", self.expire_after)

    def compile(self, _: Any) -> dict[str, Any]:
        """Return the options of ``create``."""
        key = {"key": {"_id": 1}, "unique": True}
        return {"clusteredIndex": key, **_expiry(self.expire_after)}


def _expiry(seconds: Any) -> dict[str, Any]:
    return {} if seconds is None else {"expireAfterSeconds": int(seconds)}


@attrs.frozen(eq=False)
class View:
    """What a *pipeline* makes of *source*, a document class or the name of a collection.

    The server runs it anew for each query; views can't be written.
    """

    source: Any
    pipeline: Any

    def compile(self, _: Any) -> dict[str, Any]:
        """Return the options of ``create``."""
        stages = self.pipeline
        if hasattr(stages, "compile"):
            stages = stages.compile()
        return {"viewOn": self.origin, "pipeline": list(stages)}

    @property
    def origin(self) -> str:
        """The name of the collection that the view shows."""
        return str(getattr(self.source, "__collection__", self.source))


@attrs.frozen
class Validator:
    """How the server enforces the schema of a class.

    Args:
        level: ``"strict"`` for all writes, ``"moderate"`` to spare documents that are invalid already, ``"off"``.
        action: ``"error"`` to refuse writes, ``"warn"`` to log them.
    """

    level: str = "strict"
    action: str = "error"

    def __attrs_post_init__(self) -> None:
        _one_of("Validator", "level", self.level, _LEVELS)
        _one_of("Validator", "action", self.action, _ACTIONS)
