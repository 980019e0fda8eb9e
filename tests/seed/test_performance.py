"""The seed's "Performance Optimization": pages, related documents, text search."""

from typing import Dict, List, Optional

import pytest

from mapper import Document, Index, connect_async


class User(Document):
    name: str
    bio: str = ""
    age: int = 0

    class Meta:
        indexes = [Index(("name", "text"), ("bio", "text"), weights={"name": 10})]


class Order(Document):
    user_id: object
    total: float


class OptimizedQueries:
    """Performance-optimized query patterns."""

    @staticmethod
    async def efficient_pagination(
        model_class, last_id: Optional[int] = None, limit: int = 20
    ):
        """Cursor-based pagination for better performance."""
        query = {}
        if last_id:
            query["id"] = {"$gt": last_id}
        return await model_class.filter(**query, sort_by={"id": 1}, limit=limit)

    @staticmethod
    async def batch_load_related(users: List[User]) -> Dict[int, List]:
        """Batch load related data to avoid N+1 queries."""
        user_ids = [u.id for u in users]
        orders = await Order.filter(user_id={"$in": user_ids})
        orders_by_user = {}
        for order in orders:
            if order.user_id not in orders_by_user:
                orders_by_user[order.user_id] = []
            orders_by_user[order.user_id].append(order)
        return orders_by_user

    @staticmethod
    async def optimized_search(search_term: str, filters: Dict = None, limit: int = 50):
        """Optimized text search with filters."""
        pipeline = []
        if search_term:
            pipeline.append({"$match": {"$text": {"$search": search_term}}})
            pipeline.append({"$addFields": {"score": {"$meta": "textScore"}}})
        if filters:
            pipeline.append({"$match": filters})
        if search_term:
            pipeline.append({"$sort": {"score": {"$meta": "textScore"}}})
        pipeline.append({"$limit": limit})
        return await User.aggregate(pipeline)


@pytest.fixture(params=["pymongo", "motor"], autouse=True)
async def database(request, mongo_uri, mongo_database_name, sent):
    """Connect the classes above, by either async driver."""
    async with connect_async(
        mongo_uri, mongo_database_name, driver=request.param, event_listeners=[sent]
    ) as mapper:
        yield mapper


async def test_efficient_pagination():
    """Each page begins behind the last id; together they are all."""
    await User.insert_many(User(name=f"u{n}", age=n) for n in range(45))
    ages, last = [], None
    while page := await OptimizedQueries.efficient_pagination(User, last):
        ages += [user.age for user in page]
        last = page[-1].id
    assert ages == list(range(45))


async def test_batch_load_related(sent):
    """Related documents come by one command, however many users there are."""
    users = await User.insert_many(User(name=f"u{n}") for n in range(20))
    await Order.insert_many(
        Order(user_id=user.id, total=n) for n, user in enumerate(users[:10] * 2)
    )
    sent.clear()
    found = await OptimizedQueries.batch_load_related(users)
    assert sent == ["find"]
    assert len(found) == 10
    assert sorted(order.total for order in found[users[3].id]) == [3, 13]


async def test_optimized_search():
    """The best come first, with their scores; filters narrow."""
    await User.create_indexes()
    await User.create(name="Mongo Ann", bio="cooks", age=20)
    await User.create(name="Bob", bio="likes mongo", age=40)
    await User.create(name="Cid", bio="likes tea", age=40)
    rows = await OptimizedQueries.optimized_search("mongo")
    assert [row["name"] for row in rows] == ["Mongo Ann", "Bob"]
    assert rows[0]["score"] > rows[1]["score"]
    rows = await OptimizedQueries.optimized_search("mongo", {"age": {"$gt": 30}})
    assert [row["name"] for row in rows] == ["Bob"]
    assert len(await OptimizedQueries.optimized_search("", limit=2)) == 2
