"""The operators of aggregation expressions, by their snake_case names.

https://www.mongodb.com/docs/manual/reference/operator/aggregation/

>>> from mongo_dsl import F, fn
>>> fn.round_(F.price * 1.2, 2).compile()
{'$round': [{'$multiply': ['$price', 1.2]}, 2]}
"""

# ruff: noqa: F403 - each chapter says what it offers

from mongo_dsl.expressions import (
    arithmetic,
    array,
    binary,
    binding,
    bitwise,
    boolean,
    comparison,
    conditional,
    conversion,
    date,
    date_parts,
    miscellaneous,
    objects,
    sets,
    statistics,
    strings,
    trigonometry,
    variable,
    vectors,
)
from mongo_dsl.expressions.arithmetic import *
from mongo_dsl.expressions.array import *
from mongo_dsl.expressions.binary import *
from mongo_dsl.expressions.binding import *
from mongo_dsl.expressions.bitwise import *
from mongo_dsl.expressions.boolean import *
from mongo_dsl.expressions.comparison import *
from mongo_dsl.expressions.conditional import *
from mongo_dsl.expressions.conversion import *
from mongo_dsl.expressions.date import *
from mongo_dsl.expressions.date_parts import *
from mongo_dsl.expressions.face import as_is, value
from mongo_dsl.expressions.miscellaneous import *
from mongo_dsl.expressions.objects import *
from mongo_dsl.expressions.sets import *
from mongo_dsl.expressions.statistics import *
from mongo_dsl.expressions.strings import *
from mongo_dsl.expressions.trigonometry import *
from mongo_dsl.expressions.variable import *
from mongo_dsl.expressions.vectors import *


__all__: list[str] = ["as_is", "value"]
__all__ += arithmetic.__all__
__all__ += array.__all__
__all__ += binary.__all__
__all__ += binding.__all__
__all__ += bitwise.__all__
__all__ += boolean.__all__
__all__ += comparison.__all__
__all__ += conditional.__all__
__all__ += conversion.__all__
__all__ += date.__all__
__all__ += date_parts.__all__
__all__ += miscellaneous.__all__
__all__ += objects.__all__
__all__ += sets.__all__
__all__ += statistics.__all__
__all__ += strings.__all__
__all__ += trigonometry.__all__
__all__ += variable.__all__
__all__ += vectors.__all__


def __dir__() -> list[str]:
    return __all__
