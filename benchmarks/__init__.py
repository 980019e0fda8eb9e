"""What mongo-dsl costs beside raw PyMongo: ``make bench``."""
