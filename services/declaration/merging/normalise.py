"""A form in the merged filing's terms: codes converted, text tidied, levels moved."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from services.declaration.dictionary import legacy
from services.declaration.domain.legacy import Fate, LegacyItem
from services.declaration.merging import conversions, keys, sizes
from services.declaration.merging.values import Fields, Given, Several, Unreadable, tidy

Open = dict[str, Given]
FOLDED = frozenset({"guarantee_release", "collected_tax", "special_passage", "house_bill"})
"""Dropped items whose fact is part of another item; the others are reported as dropped."""


@dataclass(frozen=True)
class Dropped:
    """What a form told and a filing does not ask."""

    item: LegacyItem
    raw: Any


@dataclass(frozen=True)
class Half:
    """One form's part of a filing. `lines` of a container are numbers of this form's lines."""

    header: Fields
    lines: tuple[Fields, ...]
    containers: tuple[Fields, ...]
    dropped: tuple[Dropped, ...] = ()


NOTHING = Half({}, (), ())
"""The half of a form that was not needed."""


def normalise(form: str, document: Mapping[str, Any], *, zone: tzinfo) -> Half:
    """A form, `customs` or `inspection`, that its model has read; days begin in the zone."""
    entries = _entries(form)
    written = sorted(document["lines"], key=lambda line: int(line["line_number"]))
    document = {**document, "lines": written}
    lines = [_part(entries, line) for line in written]
    containers = [_part(entries, each) for each in document["containers"]]
    for box in containers:
        box["number"] = Given(box["number"].raw, container_number(box["number"]))
    header = _part(entries, document)
    parts = (document, *document["lines"])
    dropped = [
        Dropped(entries[name], raw)
        for part in parts
        for name, raw in part.items()
        if raw is not None and name in _dropped(form)
    ]
    _fold(header, entries.values(), document)
    if form == "customs":
        _to_lines(header, lines, of="district")
    else:
        _inspection_levels(header, lines, containers, document)
    if isinstance(day := header["arrival"].value if "arrival" in header else None, date):
        moment = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
        header["arrival"] = Given(header["arrival"].raw, moment)
    return Half(header, tuple(lines), tuple(containers), tuple(dropped))


@lru_cache(maxsize=2)
def _entries(form: str) -> Mapping[str, LegacyItem]:
    entries = legacy.forms().customs if form == "customs" else legacy.forms().inspection
    return {item.id: item for item in entries}


@lru_cache(maxsize=2)
def _dropped(form: str) -> frozenset[str]:
    entries = _entries(form).values()
    return frozenset(each.id for each in entries if each.fate is Fate.DROPPED) - FOLDED


def _part(entries: Mapping[str, LegacyItem], part: Mapping[str, Any]) -> Open:
    """The header, a line or a container."""
    found: Open = {}
    for name, raw in part.items():
        item = entries.get(name) if raw is not None else None
        if item is not None and item.fate is not Fate.DROPPED:
            _put(found, item, conversions.given(item, raw, part=part))
    return found


def _put(found: Open, item: LegacyItem, given: Given) -> None:
    name = item.item or ""
    if not isinstance(given.value, dict) or (parts := keys.PARTS.get(name)) is None:
        found[keys.key_of(name)] = given
        return
    raw = given.raw
    for name, key in parts.items():
        if (value := given.value.get(name)) is not None:
            written = raw.get(name, raw.get("code")) if isinstance(raw, dict) else raw
            found[key] = Given(written, value)


def _fold(header: Open, entries: Iterable[LegacyItem], document: Mapping[str, Any]) -> None:
    """Into the items that have their facts now: marks, special passage, house bill."""
    for item in entries:
        raw = document.get(item.id)
        if item.id not in FOLDED or raw is None:
            continue
        key = keys.key_of(str(item.item))
        before, given = header.get(key), conversions.given(item, raw, part=document)
        if item.id == "house_bill":
            if before is not None and isinstance(before.value, str):
                by_air = str(document.get("transport_mode")) in ("5", "航空运输")
                joined = f"{before.value}{'_' if by_air else '*'}{given.value}"
                header[key] = Given([before.raw, raw], joined)
        else:
            codes = {*(before.value if before else ()), *given.value}
            written = [before.raw, {item.id: raw}] if before else {item.id: raw}
            header[key] = Given(written, tuple(sorted(codes)))


def _to_lines(header: Open, lines: list[Open], *, of: str) -> None:
    place = header.pop("district", None)
    if place is not None:
        for line in lines:
            line[of] = place


def _inspection_levels(
    header: Open, lines: list[Open], containers: list[Open], document: Mapping[str, Any]
) -> None:
    _to_lines(header, lines, of="destination")
    _purposes(header, lines, document)
    _packages(header, lines)
    weights = [line["net_kg"] for line in lines if "net_kg" in line]
    if weights and len(weights) == len(lines):
        known = [each.value for each in weights if isinstance(each.value, Decimal)]
        total = sum(known, Decimal(0)) if len(known) == len(lines) else Unreadable()
        header["net_kg"] = Given([each.raw for each in weights], total)
    _sizes(header.pop("size_type", None), containers)


def _purposes(header: Open, lines: list[Open], document: Mapping[str, Any]) -> None:
    item = _entries("inspection")["purpose"]
    whole = header.pop("purpose", None)
    for line, written in zip(lines, document["lines"], strict=True):
        if (own := written.get("purpose")) is not None:
            line["purpose"] = conversions.given(item, own, part=written)
        elif whole is not None:
            line["purpose"] = whole


def _packages(header: Open, lines: list[Open]) -> None:
    """The lines' packages: their sum, the kind of most of them, the other kinds beside."""
    counts = [line.pop("packages", None) for line in lines]
    kinds = [line.pop("package_type", None) for line in lines]
    told = [each for each in counts if each is not None]
    if told:
        header["packages"] = Given([each.raw for each in told], sum(each.value for each in told))
    most: Counter[Any] = Counter()
    for kind, count in zip(kinds, counts, strict=True):
        if kind is not None:
            most[kind.value] += count.value if count is not None else 0
    if not most:
        return
    first, *others = sorted(most, key=lambda kind: (-most[kind], str(kind)))
    header["package_type"] = Given([each.raw for each in kinds if each is not None], first)
    beside = [{"type": kind, "quantity": most[kind]} for kind in others if isinstance(kind, str)]
    if beside:
        packing = header.get("other_packing", Given([], ()))
        header["other_packing"] = Given(packing.raw, (*packing.value, *beside))


def _sizes(words: Given | None, containers: list[Open]) -> None:
    """So many of a kind, as each container's: which has which is not told where there are two."""
    if words is None:
        return
    counted = sizes.counted(words.raw)
    kinds = {sizes.read(each) for _, each in counted or ()}
    value: Any = Unreadable()
    if counted is not None and sum(each for each, _ in counted) == len(containers):
        known = frozenset(each for each in kinds if isinstance(each, str))
        if len(kinds) == 1:
            value = kinds.pop() or Unreadable()
        elif len(known) == len(kinds):
            value = Several(known)
    for each in containers:
        each["size_type"] = Given(words.raw, value)


def container_number(given: Given) -> str:
    """A container's number, however it is written."""
    return number_of(str(given.raw))


def number_of(written: str) -> str:
    """The same of what is written."""
    return "".join(each for each in tidy(written).upper() if each.isalnum())
