"""Reports over users and what they do: pipelines that know their fields.

Each function builds a value that compiles without a database; awaiting it runs it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from mapper import Document, Index
from mapper.aggregations import AsyncAggregation
from mapper.query import AsyncQuery
from mongo_dsl import F, Filter, Pipeline, acc, all_of, fn, text


class User(Document):
    """Who uses the service."""

    name: str
    email: str
    age: int = 0
    city: str | None = None
    is_active: bool = True
    created_at: dt.datetime | None = None

    class Meta:
        collection_name = "users"
        indexes = (
            Index(("name", "text"), ("city", "text"), weights={"name": 5, "city": 1}),
        )


class UserAction(Document):
    """Something that a user did."""

    user_id: Any
    action_type: str
    created_at: dt.datetime

    class Meta:
        collection_name = "user_actions"


# -- Who is engaged ----------------------------------------------------------------------


@attrs.define
class Engagement:
    """How a user used the service: a row of the report."""

    user_name: str
    user_email: str
    total_actions: int
    unique_days: list[str]
    action_types: list[str]
    first_action: dt.datetime
    last_action: dt.datetime
    engagement_score: float
    id: Any = attrs.field(metadata={"db_name": "_id"})


@attrs.define
class Summary:
    """The users of a report taken together."""

    total_active_users: int
    avg_actions_per_user: float
    avg_engagement_score: float


@attrs.define
class EngagementReport:
    """The most engaged users, and all of them in one line, if there is one."""

    top_users: list[Engagement]
    summary: list[Summary]


def engagement_report(
    since: dt.datetime, days: int = 30, top: int = 10
) -> AsyncAggregation[EngagementReport]:
    """Rank users by the days they were active on, times their actions a day."""
    q = UserAction.q
    per_user = (
        UserAction.pipeline()
        .match(q.created_at >= since)
        .lookup(User, on=User.q.id == q.user_id, as_="user")
        .unwind("user")
        .group(
            q.user_id,
            user_name=acc.first(F.user.name),
            user_email=acc.first(F.user.email),
            total_actions=acc.count(),
            unique_days=acc.add_to_set(
                fn.date_to_string(q.created_at, format_="%Y-%m-%d")
            ),
            action_types=acc.add_to_set(q.action_type),
            first_action=acc.min_(q.created_at),
            last_action=acc.max_(q.created_at),
        )
        .set(engagement_score=fn.size(F.unique_days) * (F.total_actions / days))
        .sort("-engagement_score", "_id")
    )
    return per_user.facet(
        top_users=Pipeline().limit(top),
        summary=Pipeline()
        .group(
            None,
            total_active_users=acc.count(),
            avg_actions_per_user=acc.avg(F.total_actions),
            avg_engagement_score=acc.avg(F.engagement_score),
        )
        .project(_id=False),
    ).into(EngagementReport)


# -- Days and their average ----------------------------------------------------------------


@attrs.define
class Day:
    """How much happened on a day."""

    date: dt.datetime
    count: int


@attrs.define
class AveragedDay(Day):
    """A day, with the average of the days up to it."""

    moving_average: float


def daily_metrics(
    model: type[Document], since: dt.datetime, date_field: str = "created_at"
) -> AsyncAggregation[Day]:
    """Count the documents of *model* by day, days without any left out."""
    return _by_day(model, since, date_field).into(Day)


def moving_average(
    model: type[Document],
    since: dt.datetime,
    window_days: int = 7,
    date_field: str = "created_at",
) -> AsyncAggregation[AveragedDay]:
    """Average the counts of *window_days* days up to each, those without any included.

    The first days, before a window is full, are left out; the server does all of it.
    """
    return (
        _by_day(model, since, date_field)
        .densify(F.date, range_={"step": 1, "unit": "day", "bounds": "full"})
        .set(count=fn.if_null(F["count"], 0))
        .set_window_fields(
            sort_by="date",
            days=acc.count().over(documents=(1 - window_days, "current")),
            moving_average=acc.avg(F["count"]).over(
                documents=(1 - window_days, "current")
            ),
        )
        .match(F.days == window_days)
        .unset("days")
        .into(AveragedDay)
    )


def _by_day(
    model: type[Document], since: dt.datetime, date_field: str
) -> AsyncAggregation[Any]:
    moment = model.q[date_field]
    return (
        model.pipeline()
        .match(moment >= since)
        .group(fn.date_trunc(moment, unit="day"), count=acc.count())
        .sort("_id")
        .project({"date": F["_id"], "count": True}, _id=False)
    )


# -- Searches ------------------------------------------------------------------------------


def search_users(
    name: str | None = None,
    email: str | None = None,
    age_range: tuple[int, int] | None = None,
    cities: list[str] | None = None,
    is_active: bool | None = None,
    created_after: dt.datetime | None = None,
) -> AsyncQuery[User]:
    """Find users by what is given; the caller sorts and cuts."""
    q = User.q
    asked: list[tuple[Any, Any]] = [
        (name, lambda: q.name.contains(name, case=False)),
        (email, lambda: q.email.contains(email, case=False)),
        (age_range, lambda: q.age.between(*(age_range or ()))),
        (cities, lambda: q.city.in_(cities)),
        (is_active, lambda: q.is_active == is_active),
        (created_after, lambda: q.created_at >= created_after),
    ]
    conditions: list[Filter] = [made() for given, made in asked if given is not None]
    return User.filter(all_of(*conditions))


def user_analytics(
    group_by: str | None = "day",
    between: tuple[dt.datetime, dt.datetime] | None = None,
) -> AsyncAggregation[dict[str, Any]]:
    """Count new users by ``day``, ``month`` or ``year``, or all together."""
    q = User.q
    found = User.pipeline()
    if between is not None:
        found = found.match(q.created_at.between(*between))
    period = None if group_by is None else fn.date_trunc(q.created_at, unit=group_by)
    counted = found.group(
        period,
        user_count=acc.count(),
        active_count=acc.sum_(fn.cond(q.is_active, 1, 0)),
    )
    return counted.sort("_id")


@attrs.define
class Hit:
    """A user that a text search found."""

    name: str
    city: str | None
    score: float


def text_search(
    words: str, where: Filter | None = None, limit: int = 50
) -> AsyncAggregation[Hit]:
    """Find users by words of their text index, the best first."""
    found = User.pipeline().match(text(words))
    if where is not None:
        found = found.match(where)
    score: Any = fn.meta("textScore")
    return (
        found.set(score=score)
        .sort("-score", "_id")
        .limit(limit)
        .project("name", "city", "score", _id=False)
        .into(Hit)
    )
