"""What query sets of documents know beyond the pure ones; no database is needed."""

import pytest

from mapper import SyncDocument, field
from mongo_dsl.errors import OperandError


pytestmark = pytest.mark.usefixtures("both_paths")


class Player(SyncDocument):
    id: int | None = None
    score: int = field(default=0, db_name="s")


def test_keyset_page_after_a_document():
    """A document marks a place as well as its stored form does."""
    by_score = Player.all().sort("score")
    page = by_score.after(Player(id=7, score=3))
    assert page == by_score.after({"_id": 7, "s": 3})
    assert page == by_score.after(by_score.cursor(Player(id=7, score=3)))
    assert page.compile().filter == {
        "$or": [{"s": {"$gt": 3}}, {"s": 3, "_id": {"$gt": 7}}],
    }


def test_keyset_page_after_an_unstored_document():
    """A document without an id has no place yet."""
    with pytest.raises(OperandError) as caught:
        Player.all().sort("score").after(Player(score=3))
    assert str(caught.value) == (
        "a keyset page got Player(id=None, score=3); it takes a cursor, or a stored "
        "document with its _id"
    )
