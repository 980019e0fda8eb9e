"""Expressions: their face, and their operators by chapter of the manual."""
