"""Which item of the dictionary a fault is about, told with its facts."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from services.declaration.domain.dictionary import Dictionary, Item
from shared.errors import Fault


def named(faults: Iterable[Fault], dictionary: Dictionary) -> tuple[Fault, ...]:
    """The faults, each with `item` (its id) and `item_number`, where it is about one item.

    What this system alone asks has no number. A place with several items, such as a whole goods
    line, names none.
    """
    return tuple(_named(fault, dictionary) for fault in faults)


def _named(fault: Fault, dictionary: Dictionary) -> Fault:
    item = item_at(fault.pointer, dictionary)
    if item is None:
        return fault
    number = {} if item.number is None else {"item_number": item.number}
    facts: dict[str, Any] = {"item": item.id, **number, **fault.facts}
    return replace(fault, facts=facts)


def item_at(pointer: str, dictionary: Dictionary) -> Item | None:
    """The item whose field is at the pointer, or around it, or which alone has fields below it."""
    steps = ["*" if step.isdigit() else step for step in pointer.split("/")]
    for length in range(len(steps), 1, -1):
        found = dictionary.owners.get("/".join(steps[:length]))
        if found is not None:
            return found
    below = "/".join([*steps, ""])
    alone = {id(item): item for at, item in dictionary.owners.items() if at.startswith(below)}
    return next(iter(alone.values())) if len(alone) == 1 else None
