# ruff: noqa: RUF012 - documents copy mutable defaults; Meta says what it is

"""Making and changing documents: what is checked, and what is said of misfits."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from typing import TypedDict

import attrs
import pytest
from bson import ObjectId
from typing_extensions import NotRequired

from mapper import Index, SyncDocument, field
from mapper.converter import encode_document
from mapper.errors import DefinitionError, ValidationError
from mapper.hydration import load
from mapper.options import Options
from mapper.tracking import state_of
from mongo_dsl.errors import UnknownFieldError


OID = ObjectId("0123456789abcdef01234567")


class User(SyncDocument):
    """A document with fields of many kinds."""

    name: str
    age: int = attrs.field(default=0, validator=attrs.validators.ge(0))
    tags: list[str] = []
    settings: dict[str, list[int]] = {}
    code: str | None = field(default=None, immutable=True)
    size: int = field(default="3", converter=int)
    mail: str | None = field(default=None, db_name="e_mail", repr=False)


class Loose(SyncDocument):
    """A document that isn't checked."""

    name: str
    age: int = attrs.field(default=0, validator=attrs.validators.ge(0))

    class Meta:
        validate = False


class Base(SyncDocument):
    """An abstract document."""

    created: int = 0
    tags: list[str] = []

    class Meta:
        abstract = True
        database = "other"


class Stamped:
    """A mixin with a field and a method."""

    stamp: int = 1

    def stamped(self):
        """Return the stamp twice."""
        return self.stamp * 2


class MixinFirst(Stamped, Base):
    """A document whose mixin comes first."""

    name: str


class MixinLast(Base, Stamped):
    """A document whose mixin comes last."""

    name: str
    created: int = 5


class Below(MixinLast):
    """A document below a concrete one."""

    extra: int = 7


class Lost(SyncDocument):
    """A document with an annotation that names nothing."""

    x: Nowhere  # noqa: F821 - the point


class Positional(SyncDocument):
    """A document with a constructor of its own."""

    x: int

    def __init__(self, x):
        super().__init__(x=x)


def _rows(table):
    return [pytest.param(*row, id=name) for name, row in table.items()]


FIELDS = "id, name, age, tags, settings, code, size, mail"

UNMADE = {
    "every wrong type": (
        {"name": 1, "age": "x", "tags": "ab", "settings": {"a": [1, "x"]}, "code": 5},
        "User.name must be str, got 1, an int;"
        " User.age must be int, got 'x', a str;"
        " User.tags must be list[str], got 'ab', a str;"
        " User.settings must be dict[str, list[int]], got {'a': [1, 'x']}, a dict;"
        " User.code must be str | None, got 5, an int",
    ),
    "bool is no int": (
        {"name": "a", "age": True},
        "User.age must be int, got True, a bool",
    ),
    "validators, after types": (
        {"name": None, "age": -1},
        "User.name must be str, got None;"
        " User.age is invalid, got -1, an int: 'age' must be >= 0: -1",
    ),
    "converter's ValueError": (
        {"name": "a", "size": "x"},
        "User.size can't be converted, got 'x', a str: invalid literal for int() with"
        " base 10: 'x'",
    ),
    "converter's TypeError": (
        {"name": "a", "size": []},
        "User.size can't be converted, got [], a list: int() argument must be a string, a"
        " bytes-like object or a real number, not 'list'",
    ),
}

ARGUMENTS = {
    "unknown": (
        lambda: User(name="a", agee=1),
        f"User has no field 'agee'; did you mean 'age'?; its fields are: {FIELDS}",
    ),
    "unknown, like none": (
        lambda: User(name="a", zzz=1),
        f"User has no field 'zzz'; its fields are: {FIELDS}",
    ),
    "missing": (User, "User needs name"),
    "positional": (
        lambda: User("a"),
        "User got positional values; name the fields: User(name=...)",
    ),
    "missing in a constructor of its own": (Positional, "Positional needs x"),
}


class TestConstruction:
    """What the constructor takes."""

    @pytest.mark.parametrize(("values", "told"), _rows(UNMADE))
    def test_values(self, values, told):
        """Every misfit is told at once, with field, rule and value."""
        with pytest.raises(ValidationError) as caught:
            User(**values)
        assert str(caught.value) == told
        assert caught.value.cls is User
        assert "; ".join(text for _, text in caught.value.problems) == told

    @pytest.mark.parametrize(("make", "told"), _rows(ARGUMENTS))
    def test_arguments(self, make, told):
        """Arguments that are no fields, or missing, are told by name."""
        with pytest.raises(TypeError) as caught:
            make()
        assert str(caught.value) == told

    def test_converters(self):
        """Converters run on values and on defaults."""
        assert (User(name="a").size, User(name="a", size="7").size) == (3, 7)

    def test_own_constructor(self):
        """A constructor of the class's own takes what it likes; values are checked."""
        assert Positional(1).x == 1
        with pytest.raises(ValidationError) as caught:
            Positional("a")
        assert str(caught.value) == "Positional.x must be int, got 'a', a str"

    def test_unvalidated(self):
        """``Meta.validate = False`` checks nothing, neither now nor later."""
        loose = Loose(name=5, age=-1)
        loose.age = "x"
        assert (loose.name, loose.age) == (5, "x")

    def test_mutable_defaults(self):
        """Documents don't share lists and dictionaries that are defaults."""
        first, second = User(name="a"), User(name="b")
        first.tags.append("x")
        first.settings["a"] = [1]
        assert (second.tags, second.settings) == ([], {})
        assert User(name="c").tags == []

    def test_unresolved(self):
        """An annotation that names nothing is told when the class is used."""
        with pytest.raises(UnknownFieldError) as caught:
            Lost(x=1)
        assert str(caught.value) == (
            "Lost has an annotation that can't be resolved: name 'Nowhere' is not defined;"
            " define what it names at module level"
        )

    def test_repr(self):
        """`repr` shows the fields in order, the id first, and not those kept out of it."""
        assert repr(User(name="a", mail="x")) == (
            "User(id=None, name='a', age=0, tags=[], settings={}, code=None, size=3)"
        )


UNASSIGNED = {
    "type": ("age", "x", "User.age must be int, got 'x', a str"),
    "validator": (
        "age",
        -1,
        "User.age is invalid, got -1, an int: 'age' must be >= 0: -1",
    ),
    "converter": (
        "size",
        "x",
        "User.size can't be converted, got 'x', a str: invalid literal for int() with"
        " base 10: 'x'",
    ),
    "immutable": (
        "code",
        "d",
        "User.code is immutable, it is 'c' and can't become 'd'",
    ),
    "id": (
        "id",
        None,
        f"User.id is immutable, it is {OID!r} and can't become None",
    ),
}


@pytest.fixture
def stored():
    """Return a document as it was loaded."""
    return load(User, {"_id": OID, "name": "a", "code": "c", "settings": {"a": [1]}})


class TestAssignment:
    """What may be assigned."""

    @pytest.mark.parametrize(("name", "value", "told"), _rows(UNASSIGNED))
    def test_values(self, stored, name, value, told):
        """A misfit is told, and the field keeps its value."""
        before = getattr(stored, name)
        with pytest.raises(ValidationError) as caught:
            setattr(stored, name, value)
        assert str(caught.value) == told
        assert caught.value.problems == ((name, told),)
        assert getattr(stored, name) is before

    def test_converters(self, stored):
        """Converters run on what is assigned."""
        stored.size = "7"
        assert stored.size == 7

    def test_immutable_until_stored(self, stored):
        """Immutable fields change until the document is stored, and keep equal values."""
        new = User(name="a", code="c")
        new.code = "d"
        new.id = OID
        stored.code = "c"
        assert (new.code, new.id, stored.code) == ("d", OID, "c")

    def test_unknown(self, stored):
        """What is no field can't be assigned."""
        with pytest.raises(AttributeError) as caught:
            stored.nope = 1
        assert str(caught.value) == "'User' object has no attribute 'nope'"


def _with_meta(**options):
    meta = type("Meta", (), options)
    namespace = {"Meta": meta, "__module__": __name__, "__annotations__": {"x": "int"}}
    return lambda: type(SyncDocument)("Bad", (SyncDocument,), namespace)


def _unannotated():
    class Bad(SyncDocument):
        x = field(default=1)


def _two_under_one_name():
    class Bad(SyncDocument):
        a: int = field(default=1, db_name="b")
        b: int = 2


def _two_concrete():
    class Bad(User, Loose):
        pass


OPTIONS = ", ".join(attribute.name for attribute in attrs.fields(Options))
NAMES = "it is not empty, has no dot and doesn't begin with '$'"

UNDEFINED = {
    "unknown option": (
        _with_meta(colection_name="x"),
        "Bad.Meta has no option 'colection_name'; did you mean 'collection_name'?; the"
        f" options are: {OPTIONS}",
    ),
    "unknown option, like none": (
        _with_meta(zzz=1),
        f"Bad.Meta has no option 'zzz'; the options are: {OPTIONS}",
    ),
    "option's type": (_with_meta(validate=1), "Bad.Meta.validate is 1; it takes bool"),
    "indexes": (
        _with_meta(indexes=[Index("x"), "x"]),
        "Bad.Meta.indexes has 'x'; it takes a list of Index(...)",
    ),
    "no annotation": (
        _unannotated,
        "Bad.x has no annotation; write its type: x: int = field(...)",
    ),
    "one stored name": (
        _two_under_one_name,
        "Bad.a and Bad.b are both stored as 'b'; give one another db_name",
    ),
    "two concrete documents": (
        _two_concrete,
        "Bad can't combine the documents User and Loose; make all but one abstract",
    ),
    "abstract": (Base, "Base is abstract; make documents of its subclasses"),
    "db_name with a dot": (
        lambda: field(db_name="a.b"),
        f"field got the db_name 'a.b'; {NAMES}",
    ),
    "empty db_name": (lambda: field(db_name=""), f"field got the db_name ''; {NAMES}"),
    "db_name of an operator": (
        lambda: field(db_name="$a"),
        f"field got the db_name '$a'; {NAMES}",
    ),
}


class TestClasses:
    """How document classes are made."""

    @pytest.mark.parametrize(("define", "told"), _rows(UNDEFINED))
    def test_undefined(self, define, told):
        """A class that can't be made is told when it is."""
        with pytest.raises(DefinitionError) as caught:
            define()
        assert str(caught.value) == told

    ORDERS = {
        "mixin first": (MixinFirst, ["id", "created", "tags", "stamp", "name"]),
        "mixin last": (MixinLast, ["id", "stamp", "created", "tags", "name"]),
        "below": (Below, ["id", "stamp", "created", "tags", "name", "extra"]),
    }

    @pytest.mark.parametrize(("cls", "names"), _rows(ORDERS))
    def test_mixins(self, cls, names):
        """Fields of abstract documents and mixins are the class's, the id first."""
        made = cls(name="a", stamp=4)
        assert [attribute.name for attribute in attrs.fields(cls)] == names
        assert made.stamped() == 8
        with pytest.raises(ValidationError) as caught:
            cls(name="a", stamp="x")
        assert str(caught.value) == f"{cls.__name__}.stamp must be int, got 'x', a str"

    def test_nearer_defaults_win(self):
        """A default that a class overrides stays so below it."""
        assert (MixinFirst(name="a").created, MixinLast(name="a").created) == (0, 5)
        assert Below(name="a").created == 5

    def test_options(self):
        """Options are inherited, but the name and abstractness are each class's own."""
        options = Below.__options__
        assert (options.database, options.abstract) == ("other", False)
        assert Below.__collection__ == "below"


class TestCopies:
    """Copies of documents."""

    COPIES = {
        "pickle": (lambda one: pickle.loads(pickle.dumps(one)),),  # noqa: S301 - our own
        "deepcopy": (copy.deepcopy,),
        "copy": (copy.copy,),
    }

    @pytest.mark.parametrize("copied", _rows(COPIES))
    def test_keep_what_is_stored(self, stored, copied):
        """A copy is equal, and knows as much of what is stored."""
        found = copied(stored)
        assert found == stored
        assert found is not stored
        assert found.is_stored
        assert state_of(found).document == state_of(stored).document

    @pytest.mark.parametrize("copied", _rows(COPIES))
    def test_new(self, copied):
        """The copy of a new document is new."""
        assert not copied(User(name="a")).is_stored

    def test_deep_copies_share_nothing(self, stored):
        """Changing a deep copy changes neither the document nor what it remembers."""
        found = copy.deepcopy(stored)
        found.settings["a"].append(2)
        state_of(found).document["settings"]["a"].append(3)
        assert stored.settings == {"a": [1]}
        assert state_of(stored).document["settings"] == {"a": [1]}


def test_fields_do_not_hide_methods():
    """A field called like a method of documents would take its place."""
    with pytest.raises(DefinitionError) as caught:

        class Bad(SyncDocument):
            save: int = 1

    assert str(caught.value) == (
        "Bad.save would hide the method 'save' of documents; name the field otherwise, and "
        "pass db_name='save'"
    )


class Size(TypedDict):
    width: int
    depth: NotRequired[int]


class Shelf(SyncDocument):
    size: Size = field(factory=lambda: {"width": 1})


def test_typed_dicts_are_checked():
    """A typed dict is checked key by key, as it is when it is stored."""
    assert Shelf(size={"width": 1, "depth": 2}).size == {"width": 1, "depth": 2}
    for size in ({"depth": 2}, {"width": "x"}, {"width": 1, "height": 3}, 5):
        with pytest.raises(ValidationError) as caught:
            Shelf(size=size)
        kind = "an int" if size == 5 else "a dict"
        assert str(caught.value) == f"Shelf.size must be Size, got {size!r}, {kind}"


def test_mappings_of_one_argument_are_told_to_have_no_form():
    """A counter is no mapping that can be stored, and its class says so."""

    class Counted(SyncDocument):
        words: Counter[str] = field(factory=Counter)

    with pytest.raises(DefinitionError) as caught:
        encode_document(Counted(words=Counter("a")))
    assert str(caught.value) == (
        "Counted.words can't be stored: Counter[str] has no BSON form; annotate another "
        "type, or give the field encode and decode"
    )
