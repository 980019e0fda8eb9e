"""The sections on behaviours and queries, with imports, base class and fields changed.

Fields that the examples name and don't declare are declared.
"""

from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import List, Optional

import pytest

from mapper import Document, connect_async


UTC = timezone.utc


class UserAuditLog(Document):
    user_id: object
    action: str
    reason: Optional[str] = None


class User(Document):
    name: str
    email: str
    last_login: Optional[datetime] = None
    login_count: int = 0
    is_active: bool = True
    age: int = 0
    city: Optional[str] = None
    created_at: Optional[datetime] = None

    async def login(self) -> bool:
        """Handle user login."""
        self.last_login = datetime.now(UTC)
        self.login_count += 1
        await self.save()
        return True

    async def logout(self) -> bool:
        """Handle user logout."""
        return True

    def is_recent_login(self, hours: int = 24) -> bool:
        """Check if user logged in recently."""
        if not self.last_login:
            return False
        cutoff = datetime.now(UTC) - timedelta(hours=hours)
        return self.last_login > cutoff

    async def deactivate(self, reason: str = None) -> None:
        """Deactivate user account."""
        self.is_active = False
        await UserAuditLog.create(user_id=self.id, action="deactivate", reason=reason)
        await self.save()

    @classmethod
    async def find_inactive_users(cls, days: int = 30) -> List["User"]:
        """Find users inactive for specified days."""
        cutoff = datetime.now(UTC) - timedelta(days=days)
        return await cls.filter(last_login={"$lt": cutoff}, is_active=True)

    @classmethod
    async def get_user_stats(cls) -> dict:
        """Get user statistics."""
        pipeline = [
            {
                "$group": {
                    "_id": None,
                    "total_users": {"$sum": 1},
                    "active_users": {
                        "$sum": {"$cond": [{"$eq": ["$is_active", True]}, 1, 0]}
                    },
                    "avg_login_count": {"$avg": "$login_count"},
                }
            }
        ]
        result = await cls.aggregate(pipeline)
        return result[0] if result else {}


class OrderStatus(str, Enum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class Order(Document):
    user_id: int
    items: List[dict]
    total_amount: float
    status: OrderStatus = OrderStatus.PENDING
    tracking_number: Optional[str] = None

    class Meta:
        collection_name = "orders"

    async def confirm(self) -> bool:
        """Confirm order."""
        if self.status != OrderStatus.PENDING:
            raise ValueError(f"Cannot confirm order in {self.status} status")
        self.status = OrderStatus.CONFIRMED
        await self.save()
        await self._send_confirmation_email()
        await self._update_inventory()
        return True

    async def ship(self, tracking_number: str = None) -> bool:
        """Ship order."""
        if self.status != OrderStatus.CONFIRMED:
            raise ValueError(f"Cannot ship order in {self.status} status")
        self.status = OrderStatus.SHIPPED
        if tracking_number:
            self.tracking_number = tracking_number
        await self.save()
        await self._send_shipping_notification()
        return True

    async def cancel(self, reason: str = None) -> bool:
        """Cancel order."""
        if self.status in [OrderStatus.SHIPPED, OrderStatus.DELIVERED]:
            raise ValueError(f"Cannot cancel order in {self.status} status")
        self.status = OrderStatus.CANCELLED
        await self.save()
        await self._revert_inventory()
        await self._process_refund()
        return True

    async def _send_confirmation_email(self):
        """Send confirmation email (placeholder)."""

    async def _update_inventory(self):
        """Update inventory (placeholder)."""

    async def _send_shipping_notification(self):
        """Send shipping notification (placeholder)."""

    async def _revert_inventory(self):
        """Revert inventory changes (placeholder)."""

    async def _process_refund(self):
        """Process refund (placeholder)."""


class AdvancedUserQueries:
    """Advanced query patterns for User model."""

    @staticmethod
    async def search_users(
        name: Optional[str] = None,
        email: Optional[str] = None,
        age_range: Optional[tuple] = None,
        cities: Optional[List[str]] = None,
        is_active: Optional[bool] = None,
        created_after: Optional[datetime] = None,
        sort_by: str = "created_at",
        sort_direction: int = -1,
        limit: int = 50,
        skip: int = 0,
    ) -> List[User]:
        """Dynamic user search with multiple optional filters."""
        query = {}
        if name:
            query["name"] = {"$regex": name, "$options": "i"}
        if email:
            query["email"] = {"$regex": email, "$options": "i"}
        if age_range:
            min_age, max_age = age_range
            query["age"] = {"$gte": min_age, "$lte": max_age}
        if cities:
            query["city"] = {"$in": cities}
        if is_active is not None:
            query["is_active"] = is_active
        if created_after:
            query["created_at"] = {"$gte": created_after}
        return await User.filter(
            **query, sort_by={sort_by: sort_direction}, limit=limit, skip=skip
        )


class Location(Document):
    name: str
    coordinates: List[float]  # [longitude, latitude]
    address: str

    class Meta:
        collection_name = "locations"

    @classmethod
    async def setup_geospatial_indexes(cls):
        """Set up geospatial indexes."""
        await cls.create_index("coordinates", index_type="2dsphere")

    @classmethod
    async def find_nearby(
        cls, longitude: float, latitude: float, max_distance: int = 1000
    ) -> List["Location"]:
        """Find locations near a point."""
        query = {
            "coordinates": {
                "$near": {
                    "$geometry": {
                        "type": "Point",
                        "coordinates": [longitude, latitude],
                    },
                    "$maxDistance": max_distance,
                }
            }
        }
        return await cls.filter(**query)

    @classmethod
    async def find_within_polygon(
        cls, polygon_coordinates: List[List[float]]
    ) -> List["Location"]:
        """Find locations within a polygon."""
        query = {
            "coordinates": {
                "$geoWithin": {
                    "$geometry": {
                        "type": "Polygon",
                        "coordinates": [polygon_coordinates],
                    }
                }
            }
        }
        return await cls.filter(**query)


@pytest.fixture(params=["pymongo", "motor"], autouse=True)
async def database(request, mongo_uri, mongo_database_name):
    """Connect the classes above, by either async driver."""
    async with connect_async(
        mongo_uri, mongo_database_name, driver=request.param
    ) as mapper:
        yield mapper


async def test_user_behaviours():
    """Domain methods change and save; statistics come from an aggregation."""
    ann = await User.create(name="Ann", email="ann@x")
    assert not ann.is_recent_login()
    assert await ann.login()
    assert ann.is_recent_login()
    assert await ann.logout()
    assert (await User.get(name="Ann")).login_count == 1
    old = datetime.now(UTC) - timedelta(days=60)
    bob = await User.create(name="Bob", email="bob@x", last_login=old)
    assert [user.name for user in await User.find_inactive_users()] == ["Bob"]
    await bob.deactivate(reason="gone")
    log = await UserAuditLog.get(user_id=bob.id)
    assert (log.action, log.reason) == ("deactivate", "gone")
    assert await User.find_inactive_users() == []
    stats = await User.get_user_stats()
    assert stats == {
        "_id": None,
        "total_users": 2,
        "active_users": 1,
        "avg_login_count": 0.5,
    }


async def test_order_state_machine():
    """An order goes its way, and no other."""
    order = await Order.create(
        user_id=1, items=[{"sku": "a", "qty": 2}], total_amount=9
    )
    with pytest.raises(ValueError, match="Cannot ship order"):
        await order.ship()
    assert await order.confirm()
    with pytest.raises(ValueError, match="Cannot confirm order"):
        await order.confirm()
    assert await order.ship(tracking_number="T1")
    with pytest.raises(ValueError, match="Cannot cancel order"):
        await order.cancel()
    stored = await Order.get(order.id)
    assert (stored.status, stored.tracking_number) == (OrderStatus.SHIPPED, "T1")
    assert stored.items == [{"sku": "a", "qty": 2}]
    other = await Order.create(user_id=1, items=[], total_amount=1.5)
    assert await other.cancel()


async def test_search_users():
    """Filters that are given narrow the search, all together."""
    now = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [("Ann", 20, "Rome"), ("Anna", 30, "Paris"), ("Bob", 40, "Rome")]
    for day, (name, age, city) in enumerate(rows):
        await User.create(
            name=name,
            email=f"{name}@x",
            age=age,
            city=city,
            is_active=name != "Bob",
            created_at=now + timedelta(days=day),
        )

    async def names(**query):
        return [user.name for user in await AdvancedUserQueries.search_users(**query)]

    assert await names() == ["Bob", "Anna", "Ann"]
    assert await names(name="an") == ["Anna", "Ann"]
    assert await names(email="BOB") == ["Bob"]
    assert await names(age_range=(20, 30), cities=["Rome"]) == ["Ann"]
    assert await names(is_active=False) == ["Bob"]
    assert await names(created_after=now + timedelta(days=1), sort_direction=1) == [
        "Anna",
        "Bob",
    ]
    assert await names(sort_by="age", limit=1, skip=1) == ["Anna"]


async def test_geospatial():
    """Places are found around a point and in a polygon."""
    await Location.setup_geospatial_indexes()
    await Location.create(name="Louvre", coordinates=[2.3376, 48.8606], address="Paris")
    await Location.create(name="Opera", coordinates=[2.3316, 48.8720], address="Paris")
    near = await Location.find_nearby(2.3376, 48.8606, max_distance=500)
    assert [place.name for place in near] == ["Louvre"]
    both = await Location.find_nearby(2.3376, 48.8606, max_distance=5000)
    assert [place.name for place in both] == ["Louvre", "Opera"]
    square = [[2.33, 48.87], [2.34, 48.87], [2.34, 48.88], [2.33, 48.88], [2.33, 48.87]]
    assert [place.name for place in await Location.find_within_polygon(square)] == [
        "Opera"
    ]
