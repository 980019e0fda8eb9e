"""Documents as plain data: dictionaries, JSON, and the JSON Schema of a class."""

from mapper.exchange.documents import from_dict, from_json, to_dict, to_json
from mapper.exchange.schemas import json_schema


__all__ = ["from_dict", "from_json", "json_schema", "to_dict", "to_json"]
