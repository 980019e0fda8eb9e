"""What other mappers cost beside raw PyMongo: ``make bench-peers``.

Each module named after a peer runs in that peer's own environment, and imports nothing
of this project but what needs the standard library and PyMongo alone.
"""
