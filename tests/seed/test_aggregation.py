"""The seed's "Advanced Aggregation": its pipelines, and the same reports by the DSL."""

import datetime as dt
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Dict, List, Optional

import pytest

from mapper import connect_async


sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))

import analytics
from analytics import User, UserAction


UTC = timezone.utc
TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


class AdvancedAnalytics:
    """Advanced analytics using aggregation pipelines."""

    @staticmethod
    async def user_engagement_report(days: int = 30) -> Dict:
        """Comprehensive user engagement report."""
        cutoff_date = datetime.now(UTC) - timedelta(days=days)
        pipeline = [
            {"$match": {"created_at": {"$gte": cutoff_date}}},
            {
                "$lookup": {
                    "from": "users",
                    "localField": "user_id",
                    "foreignField": "_id",
                    "as": "user",
                }
            },
            {"$unwind": "$user"},
            {
                "$group": {
                    "_id": "$user_id",
                    "user_name": {"$first": "$user.name"},
                    "user_email": {"$first": "$user.email"},
                    "total_actions": {"$sum": 1},
                    "unique_days": {
                        "$addToSet": {
                            "$dateToString": {
                                "format": "%Y-%m-%d",
                                "date": "$created_at",
                            }
                        }
                    },
                    "action_types": {"$addToSet": "$action_type"},
                    "first_action": {"$min": "$created_at"},
                    "last_action": {"$max": "$created_at"},
                }
            },
            {
                "$addFields": {
                    "unique_day_count": {"$size": "$unique_days"},
                    "action_type_count": {"$size": "$action_types"},
                    "engagement_score": {
                        "$multiply": [
                            {"$size": "$unique_days"},
                            {"$divide": ["$total_actions", days]},
                        ]
                    },
                }
            },
            {"$sort": {"engagement_score": -1}},
            {
                "$facet": {
                    "top_users": [{"$limit": 10}],
                    "summary": [
                        {
                            "$group": {
                                "_id": None,
                                "total_active_users": {"$sum": 1},
                                "avg_actions_per_user": {"$avg": "$total_actions"},
                                "avg_engagement_score": {"$avg": "$engagement_score"},
                            }
                        }
                    ],
                }
            },
        ]
        result = await UserAction.aggregate(pipeline)
        return result[0] if result else {}


class TimeSeriesAnalytics:
    """Time series analytics patterns."""

    @staticmethod
    async def daily_metrics(
        model_class, date_field: str = "created_at", days: int = 30
    ) -> List[Dict]:
        """Generate daily metrics for any model."""
        start_date = datetime.now(UTC) - timedelta(days=days)
        pipeline = [
            {"$match": {date_field: {"$gte": start_date}}},
            {
                "$group": {
                    "_id": {
                        "year": {"$year": f"${date_field}"},
                        "month": {"$month": f"${date_field}"},
                        "day": {"$dayOfMonth": f"${date_field}"},
                    },
                    "count": {"$sum": 1},
                }
            },
            {"$sort": {"_id.year": 1, "_id.month": 1, "_id.day": 1}},
            {
                "$project": {
                    "date": {
                        "$dateFromParts": {
                            "year": "$_id.year",
                            "month": "$_id.month",
                            "day": "$_id.day",
                        }
                    },
                    "count": 1,
                    "_id": 0,
                }
            },
        ]
        return await model_class.aggregate(pipeline)

    @staticmethod
    async def moving_average(
        model_class, window_days: int = 7, total_days: int = 30
    ) -> List[Dict]:
        """Calculate moving average."""
        daily_data = await TimeSeriesAnalytics.daily_metrics(
            model_class, days=total_days
        )
        result = []
        for i in range(len(daily_data)):
            if i >= window_days - 1:
                window_data = daily_data[i - window_days + 1 : i + 1]
                avg = sum(d["count"] for d in window_data) / window_days
                result.append(
                    {
                        "date": daily_data[i]["date"],
                        "count": daily_data[i]["count"],
                        "moving_average": avg,
                    }
                )
        return result


class AdvancedUserQueries:
    """Advanced query patterns for User model."""

    @staticmethod
    async def get_user_analytics(
        date_range: Optional[tuple] = None, group_by: str = "day"
    ) -> List[dict]:
        """Get user analytics with flexible grouping."""
        match_stage = {}
        if date_range:
            start_date, end_date = date_range
            match_stage["created_at"] = {"$gte": start_date, "$lte": end_date}
        if group_by == "day":
            group_id = {
                "year": {"$year": "$created_at"},
                "month": {"$month": "$created_at"},
                "day": {"$dayOfMonth": "$created_at"},
            }
        elif group_by == "month":
            group_id = {
                "year": {"$year": "$created_at"},
                "month": {"$month": "$created_at"},
            }
        elif group_by == "year":
            group_id = {"year": {"$year": "$created_at"}}
        else:
            group_id = None
        pipeline = []
        if match_stage:
            pipeline.append({"$match": match_stage})
        if group_id:
            pipeline.append(
                {
                    "$group": {
                        "_id": group_id,
                        "user_count": {"$sum": 1},
                        "active_count": {
                            "$sum": {"$cond": [{"$eq": ["$is_active", True]}, 1, 0]}
                        },
                    }
                }
            )
            pipeline.append({"$sort": {"_id": 1}})
        else:
            pipeline.append(
                {
                    "$group": {
                        "_id": None,
                        "total_users": {"$sum": 1},
                        "active_users": {
                            "$sum": {"$cond": [{"$eq": ["$is_active", True]}, 1, 0]}
                        },
                    }
                }
            )
        return await User.aggregate(pipeline)


@pytest.fixture(params=["pymongo", "motor"], autouse=True)
async def database(request, mongo_uri, mongo_database_name):
    """Connect the classes, by either async driver."""
    async with connect_async(
        mongo_uri, mongo_database_name, driver=request.param
    ) as mapper:
        yield mapper


@pytest.fixture
async def people():
    """Store three users, who do 10, 4 and 1 things over ten days."""
    ann = await User.create(name="Ann", email="ann@x", created_at=TODAY)
    bob = await User.create(
        name="Bob", email="bob@x", created_at=TODAY, is_active=False
    )
    cid = await User.create(
        name="Cid", email="cid@x", created_at=TODAY - timedelta(days=400)
    )
    actions = [(ann, day, "click") for day in range(10)]
    actions += [(bob, 0, "click"), (bob, 0, "view"), (bob, 3, "view"), (bob, 3, "buy")]
    actions += [(cid, 0, "view"), (cid, 90, "view")]
    await UserAction.insert_many(
        UserAction(
            user_id=user.id, action_type=kind, created_at=TODAY - timedelta(days=day)
        )
        for user, day, kind in actions
    )
    return ann, bob, cid


async def test_engagement_report(people):
    """Both tell the same of the same data; ours in rows of its own classes."""
    ann, bob, cid = people
    theirs = await AdvancedAnalytics.user_engagement_report()
    report = analytics.engagement_report(datetime.now(UTC) - timedelta(days=30))
    (ours,) = await report
    assert [user.id for user in ours.top_users] == [ann.id, bob.id, cid.id]
    assert [user.total_actions for user in ours.top_users] == [10, 4, 1]
    first = ours.top_users[0]
    assert first.engagement_score == pytest.approx(10 * 10 / 30)
    assert (first.user_name, len(first.unique_days)) == ("Ann", 10)
    assert sorted(ours.top_users[1].action_types) == ["buy", "click", "view"]
    for mine, row in zip(ours.top_users, theirs["top_users"], strict=True):
        assert mine.id == row["_id"]
        assert mine.engagement_score == pytest.approx(row["engagement_score"])
        assert mine.last_action == row["last_action"]
    (summary,) = ours.summary
    assert summary.total_active_users == 3
    assert summary.avg_actions_per_user == 5
    assert theirs["summary"][0]["avg_actions_per_user"] == 5


async def test_daily_metrics(people):
    """The same days have the same counts."""
    theirs = await TimeSeriesAnalytics.daily_metrics(UserAction)
    ours = await analytics.daily_metrics(
        UserAction, datetime.now(UTC) - timedelta(days=30)
    )
    assert [day.count for day in ours] == [1, 1, 1, 1, 1, 1, 3, 1, 1, 4]
    assert [{"count": day.count, "date": day.date} for day in ours] == theirs


async def test_moving_average(people):
    """The server averages as the seed's loop did, where there are no gaps."""
    theirs = await TimeSeriesAnalytics.moving_average(UserAction)
    since = datetime.now(UTC) - timedelta(days=30)
    ours = await analytics.moving_average(UserAction, since)
    assert [day.moving_average for day in ours] == [
        pytest.approx(row["moving_average"]) for row in theirs
    ]
    assert [day.date for day in ours] == [row["date"] for row in theirs]
    assert len(ours) == 4


async def test_moving_average_over_gaps():
    """Days on which nothing happened count: the seed's loop left them out."""
    for day in (0, 1, 4):
        await UserAction.create(
            user_id=1, action_type="a", created_at=TODAY - timedelta(days=day)
        )
    since = TODAY - timedelta(days=30)
    ours = await analytics.moving_average(UserAction, since, window_days=3)
    assert [day.count for day in ours] == [0, 1, 1]
    assert [day.moving_average for day in ours] == [
        pytest.approx(n / 3) for n in (1, 1, 2)
    ]
    assert await TimeSeriesAnalytics.moving_average(UserAction, window_days=4) == []


@pytest.mark.parametrize("group_by", ["day", "month", "year"])
async def test_user_analytics(people, group_by):
    """Periods have the same counts; ours are named by their first moment."""
    theirs = await AdvancedUserQueries.get_user_analytics(group_by=group_by)
    ours = await analytics.user_analytics(group_by)
    counts = [(row["user_count"], row["active_count"]) for row in ours]
    assert counts == [(1, 1), (2, 1)]
    assert counts == [(row["user_count"], row["active_count"]) for row in theirs]
    assert all(isinstance(row["_id"], dt.datetime) for row in ours)


async def test_user_analytics_of_a_range(people):
    """All together, between two dates."""
    between = (TODAY - timedelta(days=1), TODAY + timedelta(days=1))
    (theirs,) = await AdvancedUserQueries.get_user_analytics(between, group_by=None)
    (ours,) = await analytics.user_analytics(None, between)
    assert (theirs["total_users"], theirs["active_users"]) == (2, 1)
    assert (ours["user_count"], ours["active_count"]) == (2, 1)


async def test_search_users(people):
    """What is given narrows the search; what it compiles to needs no database."""
    found = analytics.search_users(name="N", age_range=(0, 10))
    assert found.compile().filter == {
        "name": {"$regex": "N", "$options": "i"},
        "age": {"$gte": 0, "$lte": 10},
    }
    assert [user.name for user in await found] == ["Ann"]
    assert await analytics.search_users(is_active=False).count() == 1
    assert await analytics.search_users().count() == 3


async def test_text_search(people):
    """The best come first, with their scores."""
    await User.create_indexes()
    await User.create(name="Dora Rome", email="d@x", city="Paris")
    await User.create(name="Eve", email="e@x", city="Rome", age=50)
    hits = await analytics.text_search("rome")
    assert [hit.name for hit in hits] == ["Dora Rome", "Eve"]
    assert hits[0].score > hits[1].score > 0
    older = await analytics.text_search("rome", User.q.age > 40)
    assert [hit.name for hit in older] == ["Eve"]
