"""The seed's "Query Optimization": batch loading, as it is written there and by relations."""

from __future__ import annotations

from typing import Dict, List

from mapper import Document, Ref, connect_async, reverse, watching_n_plus_one


class User(Document):
    id: int
    name: str
    orders = reverse("Order", "user")


class Order(Document):
    number: int
    user: Ref[User]


class PlainOrder(Document):
    """An order as the seed knows it, with the number of its user."""

    number: int
    user_id: int


class QueryOptimizer:
    """The seed's example, without relations."""

    @staticmethod
    async def batch_load_related(users: List[User]) -> Dict[int, List]:
        """Batch load related data to avoid N+1 queries."""
        user_ids = [u.id for u in users]

        # Load all related data in one query
        orders = await PlainOrder.filter(user_id={"$in": user_ids})

        # Group by user_id
        orders_by_user = {}
        for order in orders:
            if order.user_id not in orders_by_user:
                orders_by_user[order.user_id] = []
            orders_by_user[order.user_id].append(order)

        return orders_by_user


async def test_batch_load_related(mongo_uri, mongo_database_name, sent):
    """The seed's helper works as written; an include does it without a helper."""
    async with connect_async(
        mongo_uri, mongo_database_name, event_listeners=[sent]
    ) as mapper:
        with mapper.ambient(), watching_n_plus_one(strict=True, threshold=2):
            users = await User.insert_many([User(id=n, name=f"u{n}") for n in range(5)])
            numbers = [(n, n % 4) for n in range(20)]
            await PlainOrder.insert_many(
                [PlainOrder(number=n, user_id=user) for n, user in numbers]
            )
            await Order.insert_many([Order(number=n, user=user) for n, user in numbers])
            sent.clear()
            grouped = await QueryOptimizer.batch_load_related(users)
            assert sent == ["find"]
            assert {k: len(v) for k, v in grouped.items()} == dict.fromkeys(range(4), 5)
            sent.clear()
            loaded = await User.all().sort("id").include(User.orders)
            assert sent == ["find", "find"]
            assert [len(user.orders.documents) for user in loaded] == [5, 5, 5, 5, 0]
            sent.clear()
            orders = await Order.all().include("user")
            assert sent == ["find", "find"]
            assert {order.user.document.name for order in orders} == {
                "u0",
                "u1",
                "u2",
                "u3",
            }
