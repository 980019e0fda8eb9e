"""What all shapes share: coordinates, the form inside operators, a readable repr."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import attrs


class Shape(ABC):
    """A shape that `$geoWithin` and its siblings take, on the globe or on the plane."""

    __slots__ = ()
    if TYPE_CHECKING:  # whoever asks for the hints of a shape couldn't resolve it
        __attrs_attrs__: ClassVar[tuple[attrs.Attribute[Any], ...]]
    operator: ClassVar[str]

    @property
    @abstractmethod
    def coordinates(self) -> tuple[Any, ...]:
        """The numbers of the shape, in nested tuples as MongoDB orders them.

        >>> from mongo_dsl import geo
        >>> geo.Box((0, 0), (2, 2)).coordinates
        ((0, 0), (2, 2))
        """

    @property
    def has_area(self) -> bool:
        """Whether points can lie within it, which `$geoWithin` needs.

        >>> from mongo_dsl import geo
        >>> geo.Box((0, 0), (2, 2)).has_area, geo.Point(2.35, 48.85).has_area
        (True, False)
        """
        return True

    def to_mql(self) -> dict[str, Any]:
        """Return what stands inside `$geoWithin`, `$geoIntersects` or `$near`.

        >>> from mongo_dsl import geo
        >>> geo.Box((0, 0), (2, 2)).to_mql()
        {'$box': [[0, 0], [2, 2]]}
        """
        return {self.operator: lists(self.coordinates)}

    def __repr__(self) -> str:
        return f"geo.{type(self).__name__}({', '.join(self._arguments())})"

    def _arguments(self) -> list[str]:
        return [repr(getattr(self, field.name)) for field in self.__attrs_attrs__]


def lists(value: Any) -> Any:
    """Turn nested tuples into nested lists."""
    return [lists(item) for item in value] if isinstance(value, tuple) else value
