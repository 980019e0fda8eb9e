"""Fixtures for all tests."""

pytest_plugins = ["mapper.pytest_plugin", "pytester"]
