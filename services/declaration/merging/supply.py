"""What neither form has and the broker has told, such as what only this system asks."""

from collections.abc import Iterable
from typing import Any

from services.declaration.merging import keys
from services.declaration.merging.desk import Desk
from services.declaration.merging.rules import ANSWERED, pair_of

Filing = dict[str, Any]


def supply(desk: Desk, filing: Filing) -> None:
    """Put the answers that are left where the filing holds nothing."""
    for answer in desk.answers:
        if answer.place in desk.used or answer.value is None:
            continue
        pattern = "/".join("*" if s.isdecimal() else s for s in answer.place.split("/"))
        value = desk.own(pattern, answer.value)
        if value is None:
            continue
        for place, holder, name in _vacant(filing, answer.place):
            holder[name] = value
            desk.used.add(answer.place)
            level = next((each for each in keys.LEVELS[1:] if place.startswith(f"/{each}/")), None)
            key = place.split("/", 3)[3] if level else place[1:]
            pair = pair_of(key, None, None)
            desk.tell(place, (level or "header", key), pair, (ANSWERED, value))


def _vacant(filing: Filing, pointer: str) -> Iterable[tuple[str, Filing, str]]:
    """The places that the pointer names and that hold nothing; `*` is any line or container."""
    if not pointer.startswith("/"):
        return
    _, *steps, name = pointer.split("/")
    found: list[tuple[str, Any]] = [("", filing)]
    for step in steps:
        found = [each for place, here in found for each in _below(place, here, step)]
    for place, here in found:
        if isinstance(here, dict) and name not in here and name:
            yield f"{place}/{name}", here, name


def _below(place: str, here: Any, step: str) -> Iterable[tuple[str, Any]]:
    if isinstance(here, list | tuple):
        chosen = range(len(here)) if step == "*" else (int(step),) if step.isdecimal() else ()
        return [(f"{place}/{n}", here[n]) for n in chosen if n < len(here)]
    if isinstance(here, dict) and step:
        return [(f"{place}/{step}", here.setdefault(step, {}))]
    return []
