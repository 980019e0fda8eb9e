"""Fields that hold a state, which changes by declared transitions alone."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from mapper.errors import DefinitionError
from mapper.fields import field


_KEY = "states"


@attrs.frozen(eq=False)
class States:
    """Which states follow which."""

    transitions: Mapping[Any, tuple[Any, ...]]

    def allowed(self, source: Any) -> tuple[Any, ...]:
        """Return the states that may follow *source*."""
        return self.transitions.get(source, ())

    def all(self) -> list[Any]:
        """Return all states."""
        following = itertools.chain.from_iterable(self.transitions.values())
        return list(dict.fromkeys([*self.transitions, *following]))


def state_field(
    *,
    transitions: Mapping[Any, Iterable[Any]],
    default: Any = attrs.NOTHING,
    **options: Any,
) -> Any:
    """Describe a field whose value changes by `transition` alone.

    A stored document refuses that it is assigned; new documents may begin in any state.

    Args:
        transitions: for each state those that may follow it; for a final one nothing.
        default: the state of new documents, where none is given.
        options: what `field` takes besides.

    Raises:
        DefinitionError: *default* is no state, or *transitions* are none.

    >>> from mapper import Document
    >>> class Order(Document):
    ...     status: str = state_field(
    ...         default="pending",
    ...         transitions={"pending": ["shipped", "cancelled"], "shipped": ["delivered"]},
    ...     )
    >>> Order()
    Order(id=None, status='pending')
    """
    states = States(_checked(transitions))
    if default is not attrs.NOTHING and default not in states.all():
        listed = ", ".join(map(repr, states.all()))
        msg = f"state_field got default={default!r}; the states are: {listed}"
        raise DefinitionError(msg)
    metadata = {**(options.pop("metadata", None) or {}), _KEY: states}
    return field(default=default, metadata=metadata, **options)


def _checked(transitions: Any) -> dict[Any, tuple[Any, ...]]:
    if not isinstance(transitions, Mapping) or not transitions:
        msg = (
            f"state_field got transitions={transitions!r}; it takes, for each state, a"
        )
        raise DefinitionError(f"{msg} list of those that may follow it")
    found = {}
    for source, following in transitions.items():
        if isinstance(following, str) or not isinstance(following, Iterable):
            msg = f"state_field got {following!r} after {source!r}; it takes a list"
            raise DefinitionError(f"{msg} of states")
        found[source] = tuple(following)
    return found


def states_of(attribute: Any) -> States | None:
    """Return the states of a field; None for one that holds none."""
    found: States | None = attribute.metadata.get(_KEY)
    return found


def state_fields(cls: Any) -> dict[str, States]:
    """Return the fields of *cls* that hold a state."""
    found = ((a.name, states_of(a)) for a in attrs.fields(cls))
    return {name: states for name, states in found if states is not None}


def chosen(cls: Any, name: str | None) -> tuple[str, States]:
    """Return the field *name* that holds a state, or the only one there is.

    Raises:
        DefinitionError: there is none, or there are several and none is named.
    """
    fields = state_fields(cls)
    if name is None and len(fields) == 1:
        return next(iter(fields.items()))
    if name is not None and name in fields:
        return name, fields[name]
    listed = ", ".join(fields) or "none"
    asked = "transition got no field" if name is None else f"{name!r} is no state"
    msg = f"{asked}; the fields of {cls.__name__} that hold a state are: {listed}"
    raise DefinitionError(msg)
