"""The seed's section "Custom Field Types", as written there but for imports and the base."""

import base64
import json
from typing import Any, Dict, Optional

import pytest
from cryptography.fernet import Fernet, InvalidToken

from mapper import Document as BaseModel


class EncryptedField:
    """Custom field type for encrypted data."""

    def __init__(self, key: bytes = None):
        if key is None:
            key = Fernet.generate_key()
        self.cipher = Fernet(key)

    def encrypt(self, value: str) -> str:
        """Encrypt value."""
        if value is None:
            return None
        encrypted = self.cipher.encrypt(value.encode())
        return base64.b64encode(encrypted).decode()

    def decrypt(self, encrypted_value: str) -> str:
        """Decrypt value."""
        if encrypted_value is None:
            return None
        encrypted_bytes = base64.b64decode(encrypted_value.encode())
        decrypted = self.cipher.decrypt(encrypted_bytes)
        return decrypted.decode()


class UserWithEncryption(BaseModel):
    name: str
    email: str
    _encrypted_ssn: Optional[str] = None  # Store encrypted

    def __init__(self, **data):
        self._encryption = EncryptedField()
        super().__init__(**data)

    @property
    def ssn(self) -> Optional[str]:
        """Get decrypted SSN."""
        if self._encrypted_ssn:
            return self._encryption.decrypt(self._encrypted_ssn)
        return None

    @ssn.setter
    def ssn(self, value: Optional[str]):
        """Set encrypted SSN."""
        if value:
            self._encrypted_ssn = self._encryption.encrypt(value)
        else:
            self._encrypted_ssn = None


class JSONField:
    """Custom JSON field type."""

    @staticmethod
    def serialize(value: Any) -> str:
        """Serialize Python object to JSON string."""
        if value is None:
            return None
        return json.dumps(value, default=str)

    @staticmethod
    def deserialize(value: str) -> Any:
        """Deserialize JSON string to Python object."""
        if value is None:
            return None
        return json.loads(value)


class UserProfile(BaseModel):
    user_id: int
    _metadata_json: Optional[str] = None

    @property
    def metadata(self) -> Dict[str, Any]:
        """Get metadata as Python dict."""
        if self._metadata_json:
            return JSONField.deserialize(self._metadata_json)
        return {}

    @metadata.setter
    def metadata(self, value: Dict[str, Any]):
        """Set metadata from Python dict."""
        self._metadata_json = JSONField.serialize(value)

    def set_metadata(self, key: str, value: Any):
        """Set specific metadata key."""
        current = self.metadata
        current[key] = value
        self.metadata = current

    def get_metadata(self, key: str, default: Any = None) -> Any:
        """Get specific metadata key."""
        return self.metadata.get(key, default)


@pytest.fixture
async def connected(mongo_uri, mongo_database_name):
    """Return a plain view of the database that the documents are in."""
    from mapper import connect_async

    async with connect_async(mongo_uri, mongo_database_name) as made:
        yield made


async def test_a_property_encrypts_a_private_field(connected):
    """The field is stored under its own name, with the underscore, and encrypted."""
    user = UserWithEncryption(name="Ann", email="ann@example.com")
    assert user.ssn is None
    user.ssn = "078-05-1120"
    await user.save()
    assert user.ssn == "078-05-1120"
    rows = await UserWithEncryption.aggregate([])
    assert set(rows[0]) == {"_id", "name", "email", "_encrypted_ssn"}
    assert "078-05" not in rows[0]["_encrypted_ssn"]
    sealed = user._encrypted_ssn
    copied = UserWithEncryption(name="A", email="a@example.com", encrypted_ssn=sealed)
    assert copied._encrypted_ssn == sealed
    user.ssn = None
    await user.save()
    assert (await UserWithEncryption.aggregate([]))[0]["_encrypted_ssn"] is None


async def test_loaded_documents_are_made_by_their_init(connected):
    """The example makes a key per object, so a loaded one can't decrypt: its own choice."""
    user = UserWithEncryption(name="Ann", email="ann@example.com")
    user.ssn = "078-05-1120"
    await user.save()
    loaded = await UserWithEncryption.get(name="Ann")
    assert loaded._encrypted_ssn == user._encrypted_ssn
    with pytest.raises(InvalidToken):
        _ = loaded.ssn
    loaded._encryption = user._encryption
    assert loaded.ssn == "078-05-1120"


async def test_a_property_keeps_json_in_a_private_field(connected):
    """The text is stored, and the property reads it."""
    profile = UserProfile(user_id=1)
    assert profile.metadata == {}
    profile.metadata = {"theme": "dark", "tags": [1, 2]}
    await profile.save()
    loaded = await UserProfile.filter(user_id=1).first()
    assert loaded.metadata == {"theme": "dark", "tags": [1, 2]}
    assert loaded._metadata_json == '{"theme": "dark", "tags": [1, 2]}'
    loaded.set_metadata("theme", "light")
    await loaded.save()
    loaded = await UserProfile.get(user_id=1)
    assert loaded.get_metadata("theme") == "light"
    assert loaded.get_metadata("font", "mono") == "mono"
    found = await UserProfile.filter(_metadata_json=loaded._metadata_json)
    assert [one.user_id for one in found] == [1]
    assert UserProfile.q._metadata_json.exists().compile() == {
        "_metadata_json": {"$exists": True}
    }
