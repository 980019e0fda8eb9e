"""Aggregation expressions: their face, and one module per chapter of the manual."""
