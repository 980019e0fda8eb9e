"""The section "Multi-Database Setup", with only imports, base class and addresses changed."""

from datetime import datetime, timezone
from typing import Optional

import pytest
from bson import ObjectId

from mapper import DatabaseConfig, DatabaseManager, Document


UTC = timezone.utc


class User(Document):
    name: str
    email: str
    is_active: bool = True
    created_at: Optional[datetime] = None


class UserProfile(Document):
    user_id: ObjectId


class UserAction(Document):
    user_id: ObjectId
    created_at: datetime


class Event(Document):
    name: str


class AnalyticsProfile(Document):
    user_id: ObjectId
    user_name: str
    created_at: Optional[datetime] = None


class CrossDatabaseService:
    """Service for operations across multiple databases."""

    @staticmethod
    async def sync_user_data():
        """Sync user data between databases."""
        # Get users from main database
        users = await User.all()  # From users database

        # Create analytics profiles
        for user in users:
            # Check if analytics profile exists
            profile = await AnalyticsProfile.get(user_id=user.id)

            if not profile:
                # Create in analytics database
                profile = AnalyticsProfile(
                    user_id=user.id, user_name=user.name, created_at=user.created_at
                )
                await profile.save()

    @staticmethod
    async def generate_cross_db_report():
        """Generate report using data from multiple databases."""
        # Get user data
        users = await User.filter(is_active=True)
        user_ids = [u.id for u in users]

        # Get analytics data
        analytics = await UserAction.filter(user_id={"$in": user_ids})

        # Combine data
        report = {}
        for user in users:
            user_analytics = [a for a in analytics if a.user_id == user.id]
            report[user.id] = {
                "name": user.name,
                "email": user.email,
                "action_count": len(user_analytics),
                "last_action": max(
                    (a.created_at for a in user_analytics), default=None
                ),
            }

        return report


@pytest.fixture
async def db_manager(mongo_uri, mongo_database_name, _mongo_cleaner, sent):
    """Set up the databases as the section does."""
    db_manager = DatabaseManager()
    names = f"{mongo_database_name}_users", f"{mongo_database_name}_analytics"
    listening = {"event_listeners": [sent]}

    # User database
    await db_manager.register_database(
        "users",
        DatabaseConfig(mongo_uri=mongo_uri, database_name=names[0], options=listening),
    )

    # Analytics database
    await db_manager.register_database(
        "analytics",
        DatabaseConfig(mongo_uri=mongo_uri, database_name=names[1], options=listening),
    )

    # Initialize models
    await db_manager.initialize_models("users", [User, UserProfile])
    await db_manager.initialize_models(
        "analytics", [UserAction, Event, AnalyticsProfile]
    )
    assert sent == []  # none of them has indexes
    yield db_manager
    await db_manager.close()
    for name in names:
        _mongo_cleaner.drop_database(name)


@pytest.fixture
def client(_mongo_cleaner):
    """Return a client of its own, to look at what is stored."""
    return _mongo_cleaner


async def test_cross_database_operations(db_manager, mongo_database_name, client):
    """Each class runs on its database; the service brings them together."""
    ann = await User.create(name="Ann", email="ann@x", created_at=datetime.now(UTC))
    bob = await User.create(name="Bob", email="bob@x")
    await User.create(name="Cat", email="cat@x", is_active=False)
    first, last = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)
    for moment in (last, first):
        await UserAction.create(user_id=ann.id, created_at=moment)
    for _ in range(2):
        await CrossDatabaseService.sync_user_data()
    profiles = await AnalyticsProfile.all().sort("user_name")
    assert [profile.user_name for profile in profiles] == ["Ann", "Bob", "Cat"]
    report = await CrossDatabaseService.generate_cross_db_report()
    assert report == {
        ann.id: {
            "name": "Ann",
            "email": "ann@x",
            "action_count": 2,
            "last_action": last,
        },
        bob.id: {
            "name": "Bob",
            "email": "bob@x",
            "action_count": 0,
            "last_action": None,
        },
    }
    stored = {
        name: sorted(client[f"{mongo_database_name}_{name}"].list_collection_names())
        for name in ("users", "analytics")
    }
    assert stored == {
        "users": ["user"],
        "analytics": ["analytics_profile", "user_action"],
    }
