"""Abstract bases, mixins in any order, and methods that are overridden."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

import attrs
import pytest
from bson import ObjectId

from mapper import Document, SyncDocument, field
from mapper.converter import decode, decode_document, encode, encode_document
from mapper.errors import DecodeError, DefinitionError, MapperError, ValidationError


pytestmark = pytest.mark.usefixtures("both_paths")


T = TypeVar("T")


class Logged:
    """A plain mixin with a field and an overridden method."""

    log: list[str] = []  # noqa: RUF012 - a field's default

    def save(self, **given: Any) -> Any:
        """Note the save, and who is next in line."""
        self.log = [*self.log, "logged"]
        return super().save(**given)  # type: ignore[misc]


class Counted:
    """Another one."""

    saves: int = 0

    def save(self, **given: Any) -> Any:
        """Count the save."""
        self.saves += 1
        self.log = [*self.log, "counted"]
        return super().save(**given)  # type: ignore[misc]


@attrs.define(slots=False)
class Placed:
    """An attrs class with places for more, whose fields have rules."""

    row: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    column: str = attrs.field(converter=str, alias="col")

    @column.default
    def _column(self) -> int:
        return self.row * 2


@dataclasses.dataclass
class Priced:
    """A dataclass."""

    price: float
    taxes: list[int] = dataclasses.field(default_factory=list)


class Shown:
    """A mixin that says how its documents look."""

    def __repr__(self) -> str:
        return "shown"


class Both(SyncDocument, Placed, Priced):
    """A document of an attrs class and a dataclass."""

    name: str = ""


class BothFirst(Priced, Placed, SyncDocument):
    """The same, the other way round."""

    name: str = ""


def _ordered(base: Any) -> dict[str, Any]:
    """Return the same class with the document base at each place."""
    orders = {
        "first": (base, Logged, Counted),
        "middle": (Logged, base, Counted),
        "last": (Logged, Counted, base),
    }
    return {
        name: type(base)("Item", bases, {"__annotations__": {"name": "str"}})
        for name, bases in orders.items()
    }


class TestMixins:
    """Classes that lend fields and methods to documents."""

    @pytest.mark.parametrize("place", ["first", "middle", "last"])
    async def test_every_save_runs_wherever_the_base_stands(self, driver, place):
        """Mixins are asked before the document base, in the order they are written."""
        Item = _ordered(driver.document)[place]  # noqa: N806 - a class
        item = Item(name="a")
        assert await driver.done(item.save()) is item
        assert item.log == ["logged", "counted"]
        assert driver.mongo.item.find_one({}, {"_id": 0}) == {
            "saves": 1,
            "log": ["logged", "counted"],
            "name": "a",
        }

    async def test_below_a_concrete_document(self, driver):
        """A mixin added further down overrides what the document above has."""

        class Plain(driver.document):
            name: str

        class Special(Plain, Logged):
            pass

        special = Special(name="a")
        await driver.done(special.save())
        assert special.log == ["logged"]
        assert [a.name for a in attrs.fields(Special)] == ["id", "name", "log"]

    def test_order_of_classes(self):
        """The roots come last, in front of what is everyone's."""

        class Box(SyncDocument, Logged, Generic[T]):
            item: Any = None

        names = [cls.__name__ for cls in Box.__mro__]
        assert names == [
            "Box",
            "Logged",
            "SyncDocument",
            "Root",
            "Listening",
            "Plain",
            "Generic",
            "object",
        ]

        class First(ABC, SyncDocument):
            pass

        class Last(SyncDocument, ABC):
            class Meta:
                abstract = True

        class Joined(First, Last):
            pass

        assert Joined.__mro__[:2:-1] == (object, ABC, *SyncDocument.__mro__[-2::-1])
        plain = [c.__name__ for c in _ordered(Document)["first"].__mro__]
        assert plain == [
            "Item",
            "Logged",
            "Counted",
            "Document",
            "Root",
            "Listening",
            "Plain",
            "object",
        ]

    @pytest.mark.parametrize("cls", [Both, BothFirst])
    def test_attrs_classes_and_dataclasses(self, cls):
        """Their fields keep defaults, rules, converters and names in the constructor."""
        made = cls(price=2.5, row=3)
        assert (made.column, made.taxes, made.name) == ("6", [], "")
        assert cls(price=1, col=5).column == "5"
        assert isinstance(made, Placed)
        assert isinstance(made, Priced)
        assert repr(made).startswith(f"{cls.__name__}(id=None, ")
        assert pickle.loads(pickle.dumps(made)) == made  # noqa: S301 - our own
        assert copy.deepcopy(made) == made
        with pytest.raises(ValidationError) as caught:
            cls(price=1, row=-1)
        told = f"{cls.__name__}.row is invalid, got -1, an int: 'row' must be >= 0: -1"
        assert str(caught.value) == told
        with pytest.raises(TypeError) as lacking:
            cls()
        assert str(lacking.value) == f"{cls.__name__} needs price"

    def test_a_mixin_may_say_how_documents_look(self):
        """What a mixin's author wrote is kept, unlike what attrs wrote."""

        class Mine(SyncDocument, Shown):
            name: str

        assert repr(Mine(name="a")) == "shown"

    def test_defaults_are_not_shared(self):
        """A list that is a default is copied for each document."""
        Item = _ordered(SyncDocument)["first"]  # noqa: N806 - a class
        one, other = Item(name="a"), Item(name="b")
        one.log.append("x")
        assert other.log == Logged.log == []


def _fields(**annotations: type) -> Any:
    return type("Mixin", (), {"__annotations__": annotations})


SLOTTED = "make it a plain class, @attrs.define(slots=False) or an abstract document"
FROZEN = "a document's fields can change: make the mixin a plain class"
UNFIT = {
    "attrs with slots": (
        attrs.define(_fields(x=int)),
        f"the slotted class Mixin; {SLOTTED}",
    ),
    "dataclass with slots": (
        dataclasses.dataclass(slots=True)(_fields(x=int)),
        f"the slotted class Mixin; {SLOTTED}",
    ),
    "slots by hand": (
        type("Mixin", (), {"__slots__": "x"}),
        f"the slotted class Mixin; {SLOTTED}",
    ),
    "frozen attrs": (
        attrs.frozen(_fields(x=int)),
        f"the frozen class Mixin; {FROZEN}",
    ),
    "frozen dataclass": (
        dataclasses.dataclass(frozen=True)(_fields(x=int)),
        f"the frozen class Mixin; {FROZEN}",
    ),
    "builtin": (
        dict,
        "the builtin class dict; give the document a field of that type",
    ),
}


@pytest.mark.parametrize(("mixin", "told"), UNFIT.values(), ids=UNFIT)
@pytest.mark.parametrize("first", [True, False])
def test_unfit_mixins(mixin, told, first):
    """What can't be combined is told in words about the class, not about lay-outs."""
    bases = (mixin, SyncDocument) if first else (SyncDocument, mixin)
    with pytest.raises(DefinitionError) as caught:
        type(SyncDocument)("Bad", bases, {})
    assert str(caught.value) == f"Bad can't take the fields of {told}"


class Figure(SyncDocument, ABC):
    """A document that asks its subclasses for methods."""

    name: str = ""

    @property
    @abstractmethod
    def area(self) -> float:
        """Its size."""

    @abstractmethod
    def grown(self) -> Any:
        """Return a larger one."""


class Disc(Figure):
    """A subclass that has only one of them."""

    @property
    def area(self) -> float:
        """Return its size."""
        return 1.0


class Grows:
    """A mixin that has the other."""

    def grown(self) -> Any:
        """Return it as it is."""
        return self


class Whole(Grows, Disc):
    """A subclass that has both."""


class TestAbstract:
    """Classes without documents of their own."""

    def test_lacking_methods(self):
        """They are named when a document is made, whatever else is wrong."""
        with pytest.raises(DefinitionError) as caught:
            Figure(colour=1)
        assert str(caught.value) == (
            "Figure lacks the abstract methods: area, grown; define them, or use"
            " subclasses that do"
        )
        with pytest.raises(DefinitionError) as caught:
            Disc(name="a")
        assert str(caught.value) == (
            "Disc lacks the abstract methods: grown; define them, or use subclasses that do"
        )
        whole = Whole(name="a")
        assert whole.grown() is whole
        assert whole.area == 1

    def test_lacking_methods_of_what_is_stored(self):
        """A stored document can't be read as such a class, either."""
        with pytest.raises(DefinitionError) as caught:
            decode_document({"_id": ObjectId(), "name": "a"}, Disc)
        assert str(caught.value).startswith("Disc lacks the abstract methods: grown;")

    def test_abstract_bases_combine(self):
        """Fields of several abstract documents meet in one; nearer defaults win."""

        class Dated(SyncDocument):
            created: int = 0

            class Meta:
                abstract = True

        class Tagged(SyncDocument):
            tags: list[str] = field(factory=list)
            created: int = 1

            class Meta:
                abstract = True

        class One(Dated, Tagged):
            name: str

        class Other(Tagged, Dated):
            name: str

        assert (One(name="a").created, Other(name="a").created) == (0, 1)
        assert One(name="a").tags == []


class TestOverriding:
    """Methods of documents, overridden with zero-argument super()."""

    async def test_classmethods(self, driver):
        """A class method of a concrete class reaches the one above it, of its own class."""

        class Soft(driver.document):
            name: str
            gone: bool = False

            @classmethod
            def filter(cls, *filters: Any, gone: bool = False, **given: Any) -> Any:
                """Leave out what is gone."""
                return super().filter(*filters, gone=gone, **given)

            def delete(self) -> Any:
                """Mark it."""
                self.gone = True
                return self.save()

        class Below(Soft):
            extra: int = 0

            @classmethod
            def filter(cls, *filters: Any, **given: Any) -> Any:
                """Ask for more."""
                return super().filter(*filters, extra=0, **given)

        found = Below.filter(name="a")
        assert found.model is Below
        assert found.compile().filter == {"gone": False, "extra": 0, "name": "a"}
        below = Below(name="a")
        await driver.done(below.save())
        assert len(await driver.done(Below.filter().to_list())) == 1
        await driver.done(below.delete())
        assert await driver.done(Below.filter().to_list()) == []
        assert driver.mongo.below.count_documents({"gone": True}) == 1
        assert driver.mongo.soft.count_documents({}) == 0


class TestOwnName:
    """Classes whose fields hold the class itself."""

    async def test_in_a_function(self, driver):
        """The name of the class resolves where the class statement runs."""

        class Node(driver.document):
            name: str
            first: Node | None = None
            children: list[Node] = field(factory=list)

        tree = Node(name="a", first=Node(name="b"), children=[Node(name="c")])
        await driver.done(tree.save())
        assert await driver.done(Node.get(tree.id)) == tree
        found = Node.filter(Node.q.children.children.name == "c").compile().filter
        assert found == {"children.children.name": "c"}

    def test_embedded(self):
        """Embedded classes know their own name, too, and those of their bases."""

        @attrs.define
        class Leaf:
            text: str
            below: list[Leaf] = attrs.Factory(list)

        leaf = Leaf("a", [Leaf("b")])
        raw = {"text": "a", "below": [{"text": "b", "below": []}]}
        assert encode(leaf, Leaf) == raw
        assert decode(raw, Leaf) == leaf

    def test_the_class_above(self):
        """A subclass knows the names of the classes that it derives from."""

        class Plant(SyncDocument):
            copies: list[Plant] = field(factory=list)

        class Tree(Plant):
            others: list[Tree | Plant] = field(factory=list)

        tree = Tree(others=[Plant(), Tree()])
        assert decode_document(encode_document(tree), Tree) == tree

    def test_unknown_names(self):
        """What is nowhere is still told."""

        class Lost(SyncDocument):
            other: Nowhere  # noqa: F821

        with pytest.raises(DefinitionError) as caught:
            decode_document({"other": 1}, Lost)
        assert str(caught.value) == (
            "Lost has an annotation that can't be resolved: name 'Nowhere' is not"
            " defined; define what it names at module level"
        )


class TestInsertMany:
    """Documents that are inserted by way of a class."""

    async def test_of_another_class(self, driver):
        """They must be of the class; nothing is sent else."""

        class Cat(driver.document):
            name: str

        class Dog(driver.document):
            name: str

        with pytest.raises(MapperError) as caught:
            await driver.done(Cat.insert_many([Dog(name="a")]))
        assert str(caught.value) == (
            "Cat.insert_many got a Dog; it takes documents of Cat"
        )
        with pytest.raises(MapperError) as caught:
            await driver.done(Cat.insert_many([Cat(name="b"), {"name": "a"}]))
        assert str(caught.value) == (
            "Cat.insert_many got a dict; it takes documents of Cat"
        )
        assert driver.mongo.list_collection_names() == []
        assert len(await driver.done(Cat.insert_many([Cat(name="b")]))) == 1


def test_decoding_names_the_class():
    """An error in a mixin's field names the document's class."""
    with pytest.raises(DecodeError) as caught:
        decode_document({"price": "x"}, Both)
    assert str(caught.value) == (
        "Both doesn't fit its class: price must be float, got 'x', a str"
    )
