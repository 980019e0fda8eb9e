"""What both checkers must refuse: every line that ends in "# wrong", and no other."""

import datetime as dt

from mapper.typed import Mapped, SyncDocument, define, field
from mongo_dsl import search, text


@define
class Address:
    city: Mapped[str]


class User(SyncDocument):
    name: Mapped[str]
    age: Mapped[int] = field(default=0)
    born: Mapped[dt.datetime | None] = field(default=None)
    tags: Mapped[list[str]] = field(factory=list)
    address: Mapped[Address | None] = field(default=None)


User(name=5)  # wrong
User(nme="x")  # wrong
User(name="x").age = "y"  # wrong
User.q.agee  # wrong
User.q.age > "x"  # wrong
User.q.born.dt.trunc("mnth")  # wrong
User.q.born.dt.truncate("month")  # wrong
User.q.age.eq("x")  # wrong
User.q.age.between("a", 30)  # wrong
User.q.age.in_(["x"])  # wrong
User.q.age.set("x")  # wrong
User.q.age.startswith("x")  # wrong
User.q.name > 5  # wrong
User.q.name.inc(1)  # wrong
User.q.name.matches(5)  # wrong
User.q.born < 5  # wrong
User.q.tags.push(5)  # wrong
User.q.tags.push(each=[5])  # wrong
User.q.tags.push("x", slize=5)  # wrong
User.q.age.bit(andd_=1)  # wrong
User.q.name.fits("x")  # wrong
text("x", langage="en")  # wrong
text(language="en")  # wrong
User.q.tags.contains(5)  # wrong
User.q.address.q.cty  # wrong
User.q.address.q.city.set(5)  # wrong
User.filter(User.q.age > 5).srt("age")  # wrong
User.all().one().nme  # wrong
search.text(User.q.name, "x", match_criteria="some")  # wrong
search.text(User.q.name, 5)  # wrong
search.text("name")  # wrong
search.exists("name", score=search.fuzzy())  # wrong
search.compound(must=User.q.name == "x")  # wrong
search.near("name", 1, 1, search.score_constant(1))  # wrong
