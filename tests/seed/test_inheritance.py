"""The section on model inheritance, with only imports and base class changed."""

from abc import ABC, abstractmethod
from datetime import datetime, timezone
from typing import Optional

import pytest

from mapper import Document, connect_async
from mapper.errors import DefinitionError, ValidationError


UTC = timezone.utc


class TimestampedModel(Document, ABC):
    """Abstract base model with timestamps."""

    class Meta:
        abstract = True

    @abstractmethod
    async def custom_validation(self) -> bool:
        """Abstract method for custom validation."""

    async def save(self, **kwargs) -> "TimestampedModel":
        """Override save with custom validation."""
        if not await self.custom_validation():
            raise ValidationError("Custom validation failed")

        return await super().save(**kwargs)


class AuditableModel(TimestampedModel):
    """Model with audit trail."""

    created_by: Optional[int] = None
    updated_by: Optional[int] = None

    async def save(self, user_id: Optional[int] = None, **kwargs):
        """Save with audit information."""
        if user_id:
            if self.id is None:  # New record
                self.created_by = user_id
            self.updated_by = user_id

        return await super().save(**kwargs)


class SoftDeleteModel(AuditableModel):
    """Model with soft delete capability."""

    is_deleted: bool = False
    deleted_at: Optional[datetime] = None
    deleted_by: Optional[int] = None

    async def delete(self, user_id: Optional[int] = None) -> bool:
        """Soft delete implementation."""
        self.is_deleted = True
        self.deleted_at = datetime.now(UTC)
        if user_id:
            self.deleted_by = user_id

        await self.save()
        return True

    async def hard_delete(self) -> bool:
        """Actual deletion."""
        return await super().delete()

    @classmethod
    async def filter(cls, include_deleted: bool = False, **kwargs):
        """Filter excluding soft-deleted records by default."""
        if not include_deleted:
            kwargs["is_deleted"] = {"$ne": True}

        return await super().filter(**kwargs)


class Product(SoftDeleteModel):
    name: str
    price: float
    category: str

    async def custom_validation(self) -> bool:
        """Implement abstract method."""
        return self.price > 0 and len(self.name) > 0


class CacheableMixin:
    """Mixin for caching model instances."""

    _cache = {}  # Simple in-memory cache

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


class User(Document, CacheableMixin, VersionedMixin):
    name: str
    email: str

    # Inherits caching and versioning behavior


@pytest.fixture(params=["pymongo", "motor"], autouse=True)
async def database(request, mongo_uri, mongo_database_name):
    """Connect the classes above, by either async driver."""
    CacheableMixin._cache.clear()
    async with connect_async(
        mongo_uri, mongo_database_name, driver=request.param
    ) as mapper:
        yield mapper


async def test_audit_trail():
    """A save says who made it; validation stands in its way."""
    product = Product(name="Lamp", price=9.5, category="home")
    assert await product.save(user_id=7) is product
    assert (product.created_by, product.updated_by) == (7, 7)
    product.price = 10
    await product.save(user_id=8)
    stored = await Product.get(product.id)
    assert (stored.created_by, stored.updated_by, stored.price) == (7, 8, 10)
    product.price = -1
    with pytest.raises(ValidationError, match="Custom validation failed"):
        await product.save(user_id=9)
    assert (await Product.get(product.id)).updated_by == 8


async def test_soft_delete():
    """A deleted product is kept and hidden, until it is deleted for good."""
    lamp = Product(name="Lamp", price=9.5, category="home")
    sofa = Product(name="Sofa", price=500, category="home")
    await lamp.save()
    await sofa.save()
    assert await lamp.delete(user_id=7)
    assert [one.name for one in await Product.filter(category="home")] == ["Sofa"]
    everything = await Product.filter(include_deleted=True, category="home")
    assert [one.name for one in everything] == ["Lamp", "Sofa"]
    assert everything[0].deleted_by == 7
    assert everything[0].deleted_at is not None
    assert await lamp.hard_delete()
    assert len(await Product.filter(include_deleted=True)) == 1


def test_abstract():
    """What is abstract, by Meta or for want of a method, has no documents."""
    with pytest.raises(DefinitionError) as caught:
        TimestampedModel()
    assert str(caught.value) == (
        "TimestampedModel is abstract; make documents of its subclasses"
    )
    with pytest.raises(DefinitionError) as caught:
        SoftDeleteModel()
    assert str(caught.value) == (
        "SoftDeleteModel lacks the abstract methods: custom_validation;"
        " define them, or use subclasses that do"
    )


async def test_caching_and_versioning():
    """Both mixins behind the document base take part in a save."""
    user = User(name="Ann", email="ann@x")
    assert await user.save() is user
    assert user.version == 1
    assert await User.get_cached(id=user.id) is user
    user.name = "Anna"
    await user.save()
    assert user.version == 2
    assert (await User.get(user.id)).version == 2
    CacheableMixin._cache.clear()
    found = await User.get_cached(name="Anna")
    assert found == user
    assert await User.get_cached(name="Anna") is found
    assert await User.get_cached(name="nobody") is None
