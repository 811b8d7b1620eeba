"""`dataclasses.replace` for values without checks of their own, at a seventh of its price.

A frozen dataclass sets each of its fields through a function; to change one of twenty fields of a
case costs more than most of what is decided about it.
"""

from typing import Any, TypeVar

Value = TypeVar("Value")


def made(of: type[Value], /, **fields: Any) -> Value:
    """A value of all its fields, which nobody checks."""
    value = object.__new__(of)
    value.__dict__.update(fields)
    return value


def replace(value: Value, /, **changes: Any) -> Value:
    """The value with other fields. Raises TypeError for a field that it has not."""
    its = value.__dict__
    if not changes.keys() <= its.keys():
        raise TypeError(f"{type(value).__name__} has not all of {', '.join(changes)}")
    made = object.__new__(type(value))
    made.__dict__.update(its)
    made.__dict__.update(changes)
    return made
