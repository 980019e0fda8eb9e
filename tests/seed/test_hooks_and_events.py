"""The seed's "Hooks and Events": its own classes, and what the mapper has in their place."""

import asyncio
from datetime import datetime, timezone
from typing import Callable, ClassVar, Dict, List, Optional

import pytest

from mapper import Document, connect_async, events


UTC = timezone.utc
SENT = []


class AuditLog(Document):
    model_name: str
    model_id: object
    action: str
    timestamp: Optional[datetime] = None


class HookMixin:
    """Mixin for model lifecycle hooks."""

    _pre_save_hooks: ClassVar[List[Callable]] = []
    _post_save_hooks: ClassVar[List[Callable]] = []
    _pre_delete_hooks: ClassVar[List[Callable]] = []
    _post_delete_hooks: ClassVar[List[Callable]] = []

    @classmethod
    def register_pre_save_hook(cls, hook: Callable):
        """Register pre-save hook."""
        cls._pre_save_hooks.append(hook)

    @classmethod
    def register_post_save_hook(cls, hook: Callable):
        """Register post-save hook."""
        cls._post_save_hooks.append(hook)

    async def save(self, **kwargs):
        """Save with hooks."""
        for hook in self._pre_save_hooks:
            await hook(self)
        result = await super().save(**kwargs)
        for hook in self._post_save_hooks:
            await hook(self)
        return result

    async def delete(self, **kwargs):
        """Delete with hooks."""
        for hook in self._pre_delete_hooks:
            await hook(self)
        result = await super().delete(**kwargs)
        for hook in self._post_delete_hooks:
            await hook(self)
        return result


class HookedUser(Document, HookMixin):
    name: str
    email: str


class User(Document):
    name: str
    email: str


async def audit_user_save(user):
    """Audit hook for user saves."""
    await AuditLog.create(
        model_name="User",
        model_id=user.id,
        action="save",
        timestamp=datetime.now(UTC),
    )


async def send_welcome_email(user):
    """Send welcome email for new users."""
    if user.id is None:
        SENT.append(user.email)


class EventSystem:
    """Simple event system for model events."""

    def __init__(self):
        self._listeners: Dict[str, List[Callable]] = {}

    def on(self, event: str, callback: Callable):
        """Register event listener."""
        if event not in self._listeners:
            self._listeners[event] = []
        self._listeners[event].append(callback)

    async def emit(self, event: str, *args, **kwargs):
        """Emit event to all listeners."""
        if event in self._listeners:
            tasks = []
            for callback in self._listeners[event]:
                if asyncio.iscoroutinefunction(callback):
                    tasks.append(callback(*args, **kwargs))
                else:
                    callback(*args, **kwargs)
            if tasks:
                await asyncio.gather(*tasks)


system = EventSystem()


class EventedModel(Document):
    """Model with event system integration."""

    class Meta:
        abstract = True

    async def save(self, **kwargs):
        """Save with events."""
        is_new = self.id is None
        await system.emit("before_save", self)
        result = await super().save(**kwargs)
        if is_new:
            await system.emit("after_create", self)
        else:
            await system.emit("after_update", self)
        await system.emit("after_save", self)
        return result


class EventedUser(EventedModel):
    name: str
    email: str


@pytest.fixture(params=["pymongo", "motor"], autouse=True)
async def database(request, mongo_uri, mongo_database_name):
    """Connect the classes above, by either async driver."""
    async with connect_async(
        mongo_uri, mongo_database_name, driver=request.param
    ) as mapper:
        yield mapper


async def test_the_mixin_of_the_seed():
    """Its hooks run around every save and delete of a document."""
    HookedUser.register_pre_save_hook(send_welcome_email)
    HookedUser.register_post_save_hook(audit_user_save)
    try:
        user = HookedUser(name="Ann", email="ann@x")
        await user.save()
        assert SENT == ["ann@x"]
        log = await AuditLog.all()
        assert [(entry.model_id, entry.action) for entry in log] == [(user.id, "save")]
        HookedUser._pre_delete_hooks.append(audit_user_save)
        HookedUser._post_delete_hooks.append(audit_user_save)
        assert await user.delete()
        assert await AuditLog.filter(model_id=user.id).count() == 3
    finally:
        HookedUser._pre_delete_hooks.clear()
        HookedUser._post_delete_hooks.clear()
        HookedUser._pre_save_hooks.clear()
        HookedUser._post_save_hooks.clear()
        SENT.clear()


async def test_the_same_hooks_are_built_in():
    """The registrations need no mixin, and `insert_many` calls them too."""
    User.register_pre_save_hook(send_welcome_email)
    User.register_post_save_hook(audit_user_save)
    try:
        user = await User.create(name="Ann", email="ann@x")
        await User.insert_many([User(name="Bob", email="bob@x")])
        assert SENT == ["ann@x", "bob@x"]
        user.name = "Anna"
        await user.save()
        assert SENT == ["ann@x", "bob@x"]
        log = await AuditLog.all()
        assert [entry.model_name for entry in log] == ["User"] * 3
        assert log[0].model_id == log[2].model_id == user.id
    finally:
        events.listeners_of(User).remove("before_save", send_welcome_email)
        events.listeners_of(User).remove("after_save", audit_user_save)
        SENT.clear()


async def test_the_event_system_of_the_seed():
    """Its events follow one another."""
    seen = []
    for event in ("before_save", "after_create", "after_update", "after_save"):
        system.on(event, lambda user, event=event: seen.append((event, user.name)))
    user = EventedUser(name="Ann", email="ann@x")
    await user.save()
    user.name = "Anna"
    await user.save()
    assert seen == [
        ("before_save", "Ann"),
        ("after_create", "Ann"),
        ("after_save", "Ann"),
        ("before_save", "Anna"),
        ("after_update", "Anna"),
        ("after_save", "Anna"),
    ]


async def test_the_same_events_are_built_in():
    """Decorated functions hear of every class, or of one."""
    seen = []

    @events.on("after_create")
    async def user_created(user):
        seen.append(f"New user created: {user.name}")

    @User.on("after_update")
    async def user_updated(user):
        seen.append(f"User updated: {user.name}")

    try:
        user = await User.create(name="Ann", email="ann@x")
        user.name = "Anna"
        await user.save()
    finally:
        events.application.remove("after_create", user_created)
        events.listeners_of(User).remove("after_update", user_updated)
    assert seen == ["New user created: Ann", "User updated: Anna"]
