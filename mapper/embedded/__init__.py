"""Run a real `mongod` for tests, demos and notebooks.

The servers are a replica set, of one node or of several, so transactions and change
streams work. They listen on loopback only and end with their Python process, on POSIX
systems even when that one is killed; then only temporary directories *mongo-dsl-…* are
left behind.
"""

from mapper.embedded.face import EmbeddedMongo


__all__ = ["EmbeddedMongo"]
