"""Blocks of either colour behind one face, for the tests of sessions and transactions."""

import functools

import pytest

from mapper import Mapper


class Block:
    """A ``with`` or an ``async with``, whichever *block* takes."""

    def __init__(self, block):
        self.block = block

    async def __aenter__(self):
        if hasattr(self.block, "__aenter__"):
            return await self.block.__aenter__()
        return self.block.__enter__()

    async def __aexit__(self, *error):
        if hasattr(self.block, "__aexit__"):
            return await self.block.__aexit__(*error)
        return self.block.__exit__(*error)


def either(mapper, function):
    """Return *function*, a coroutine function, as *mapper* takes it.

    The coroutines of a sync mapper await nothing that isn't done.
    """

    @functools.wraps(function)
    def call(*args, **kwargs):
        coroutine = function(*args, **kwargs)
        try:
            coroutine.send(None)
        except StopIteration as done:
            return done.value
        return pytest.fail("a sync function can't wait")

    return call if isinstance(mapper, Mapper) else function
