"""The sections on cached models, with only imports and base class changed.

The mixins stand before the base class here, and behind it in the tests of inheritance.
The manager of the examples works as it is written; the package's has its place in the
cached models, and knows of writes by itself.
"""

import asyncio
import hashlib
import json
import time
from contextlib import asynccontextmanager

import pytest

import mapper
from mapper import Document, connect_async


class CacheableMixin:
    """Mixin for caching model instances."""

    _cache = {}

    @classmethod
    async def get_cached(cls, **kwargs):
        """Get instance with caching."""
        cache_key = cls._make_cache_key(kwargs)

        if cache_key in cls._cache:
            return cls._cache[cache_key]

        instance = await cls.get(**kwargs)
        if instance:
            cls._cache[cache_key] = instance

        return instance

    @classmethod
    def _make_cache_key(cls, kwargs):
        """Create cache key from kwargs."""
        return f"{cls.__name__}:{hash(frozenset(kwargs.items()))}"

    async def save(self, **kwargs):
        """Save and update cache."""
        result = await super().save(**kwargs)

        # Update cache
        cache_key = self._make_cache_key({"id": self.id})
        self._cache[cache_key] = self

        return result


class VersionedMixin:
    """Mixin for model versioning."""

    version: int = 1

    async def save(self, **kwargs):
        """Save with version increment."""
        if self.id is not None:  # Updating existing record
            self.version += 1

        return await super().save(**kwargs)


class User(CacheableMixin, VersionedMixin, Document):
    name: str
    email: str

    # Inherits caching and versioning behavior


class CacheManager:
    """Advanced caching for model operations."""

    def __init__(self, ttl: int = 300):  # 5 minutes default
        self.cache = {}
        self.ttl = ttl

    def _make_key(self, model_class, method: str, *args, **kwargs) -> str:
        """Generate cache key."""
        key_data = {
            "model": model_class.__name__,
            "method": method,
            "args": args,
            "kwargs": kwargs,
        }
        key_string = json.dumps(key_data, sort_keys=True, default=str)
        return hashlib.md5(key_string.encode()).hexdigest()  # noqa: S324

    async def get_or_set(self, model_class, method: str, func, *args, **kwargs):
        """Get from cache or execute function and cache result."""
        cache_key = self._make_key(model_class, method, *args, **kwargs)

        # Check cache
        if cache_key in self.cache:
            data, timestamp = self.cache[cache_key]
            if time.time() - timestamp < self.ttl:
                return data

        # Execute function and cache result
        result = await func(*args, **kwargs)
        self.cache[cache_key] = (result, time.time())

        return result

    def invalidate(self, model_class, pattern: str = None):
        """Invalidate cache entries."""
        if pattern:
            # Invalidate specific pattern
            keys_to_remove = [
                k
                for k in self.cache.keys()  # noqa: SIM118
                if pattern in k and model_class.__name__ in k
            ]
        else:
            # Invalidate all for model
            keys_to_remove = [
                k
                for k in self.cache.keys()  # noqa: SIM118
                if model_class.__name__ in k
            ]

        for key in keys_to_remove:
            del self.cache[key]


# Global cache manager
cache = mapper.CacheManager()


class CachedModel(Document):
    """Model with automatic caching."""

    @classmethod
    async def get_cached(cls, **kwargs):
        """Get with caching."""
        return await cache.get_or_set(cls, "get", cls.get, **kwargs)

    @classmethod
    async def filter_cached(cls, **kwargs):
        """Filter with caching."""
        return await cache.get_or_set(cls, "filter", cls.filter, **kwargs)

    async def save(self, **kwargs):
        """Save and invalidate cache."""
        result = await super().save(**kwargs)
        cache.invalidate(self.__class__)
        return result

    async def delete(self, **kwargs):
        """Delete and invalidate cache."""
        result = await super().delete(**kwargs)
        cache.invalidate(self.__class__)
        return result


class Product(CachedModel):
    name: str
    price: float = 0.0


@pytest.fixture
def connected(mongo_uri, mongo_database_name, sent):
    """Return a block in which the models run."""

    @asynccontextmanager
    async def block():
        async with connect_async(
            mongo_uri, mongo_database_name, event_listeners=[sent]
        ) as mapper:
            yield mapper

    return block


async def test_the_mixin(connected, sent):
    """The mixins cache and count, saving through both."""
    async with connected():
        user = User(name="Ann", email="ann@example.com")
        await user.save()
        found = await User.get_cached(name="Ann")
        assert found == user
        assert await User.get_cached(name="Ann") is found
        assert await User.get_cached(id=user.id) is user
        assert sent == ["insert", "find"]
        user.name = "Anna"
        await user.save()
        assert (await User.get(id=user.id)).version == 2


async def test_the_manager_of_the_examples(connected, sent):
    """It keeps what was read; its keys are hashes, in which it looks for class names."""
    async with connected():
        await Product(name="nut").save()
        manager = CacheManager()
        for _ in range(2):
            found = await manager.get_or_set(Product, "get", Product.get, name="nut")
            assert found.name == "nut"
            (found,) = await manager.get_or_set(
                Product, "filter", Product.filter, price={"$lt": 2}
            )
            assert found.name == "nut"
        assert sent == ["insert", "find", "find"]
        manager.invalidate(Product)
        manager.invalidate(Product, "get")
        assert len(manager.cache) == 2  # as it is written, nothing is ever invalidated


async def test_the_manager(connected, sent):
    """Models are read once, until one of them is written in any way."""
    async with connected():
        product = await Product(name="nut", price=1.5).save()
        for _ in range(3):
            assert await Product.get_cached(name="nut") == product
            assert await Product.filter_cached(price={"$lt": 2}) == [product]
        assert sent == ["insert", "find", "find"]
        product.price = 2.5
        await product.save()
        assert (await Product.get_cached(name="nut")).price == 2.5
        assert await Product.filter_cached(price={"$lt": 2}) == []
        await Product.filter(name="nut").update(price=1.0)  # calls no save
        assert (await Product.get_cached(name="nut")).price == 1.0
        await product.delete()
        assert await Product.get_cached(name="nut") is None


async def test_what_the_manager_gives_away(connected):
    """What a caller does to a result is nobody else's."""
    async with connected():
        await Product(name="nut").save()
        (await Product.get_cached(name="nut")).name = "bolt"
        assert (await Product.get_cached(name="nut")).name == "nut"


async def test_many_at_once(connected, sent):
    """Those who ask for the same at once cause one command."""
    async with connected():
        await Product(name="nut").save()
        sent.clear()
        found = await asyncio.gather(
            *(Product.get_cached(name="nut") for _ in range(9))
        )
        assert {one.name for one in found} == {"nut"}
        assert sent == ["find"]
