"""Two halves of a filing made one: matched, compared item by item, each place by a stated rule."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from services.declaration.domain.dictionary import Dictionary
from services.declaration.domain.instruction import Instruction
from services.declaration.merging import boxes, keys, matching, normalise, supply, values
from services.declaration.merging import lines as goods
from services.declaration.merging.desk import Answer, Desk
from services.declaration.merging.lines import Lines
from services.declaration.merging.normalise import Half
from services.declaration.merging.report import Entry, Merged
from services.declaration.merging.rules import DERIVED, Form, pair_of
from services.declaration.merging.values import Given, Measure

WOODEN = frozenset({"23", "33", "92", "93"})
"""Types of packages and packing of wood."""
NO_INSTRUCTIONS: Mapping[str, Instruction] = MappingProxyType({})
Filing = dict[str, Any]


def of_forms(
    customs: BaseModel,
    inspection: BaseModel | None,
    *,
    dictionary: Dictionary,
    zone: tzinfo,
    answers: Sequence[Answer] = (),
    instructions: Mapping[str, Instruction] = NO_INSTRUCTIONS,
) -> Merged:
    """Both forms as their models read them; None: the goods needed no inspection form.

    Days begin in the zone.
    """
    one = normalise.normalise(Form.CUSTOMS, customs.model_dump(), zone=zone)
    twin = normalise.NOTHING
    if inspection is not None:
        twin = normalise.normalise(Form.INSPECTION, inspection.model_dump(), zone=zone)
    return merge(one, twin, dictionary=dictionary, answers=answers, instructions=instructions)


def merge(
    customs: Half,
    inspection: Half,
    *,
    dictionary: Dictionary,
    answers: Sequence[Answer] = (),
    instructions: Mapping[str, Instruction] = NO_INSTRUCTIONS,
) -> Merged:
    """The merged filing of the dictionary's day, with its report.

    `answers` settle conflicts, and supply what neither form has; where there is none, the standing
    `instructions` of the day do, by item.
    """
    desk = Desk(dictionary, answers, instructions)
    lines = goods.merge(desk, customs, inspection, matching.match(customs, inspection))
    containers = boxes.merge(desk, customs, inspection, lines)
    filing = _header(desk, customs, inspection, lines) | {"lines": lines.lines}
    if containers:
        filing["containers"] = containers
    _derive(desk, filing)
    filing = _nested(filing)
    supply.supply(desk, filing)
    return Merged(
        values=filing,
        report=_ordered(desk.report),
        groups=lines.groups,
        dropped=[
            (form, each)
            for form, half in ((Form.CUSTOMS, customs), (Form.INSPECTION, inspection))
            for each in half.dropped
        ],
        unused=[each.place for each in answers if each.place not in desk.used],
    )


def _ordered(report: Sequence[Entry]) -> list[Entry]:
    """The header first, then lines, then containers."""
    parts: dict[str, list[Entry]] = {"": [], "lines": [], "containers": []}
    for each in report:
        level, slash, _ = each.place[1:].partition("/")
        parts[level if slash and level in parts else ""].append(each)
    return [each for part in parts.values() for each in part]


def _header(desk: Desk, customs: Half, inspection: Half, lines: Lines) -> Filing:
    made: Filing = {}
    rounding = desk.dictionary.limits["net_rounding_kg"] * len(inspection.lines)
    for key in keys.in_order("header", frozenset({*customs.header, *inspection.header})):
        one, twin = customs.header.get(key), inspection.header.get(key)
        if key == "attachments":
            one = _attached(one, lines)
        value = desk.decide(
            f"/{key}",
            ("header", key),
            one,
            twin,
            tolerance=rounding if key == "net_kg" else Decimal(0),
        )
        if value is not None:
            made[key] = value
    return made


def _attached(given: Given | None, lines: Lines) -> Given | None:
    """Attached documents with the merged numbers of the lines that they are about."""
    if given is None:
        return None
    became = lines.became[Form.CUSTOMS]
    return Given(
        given.raw,
        tuple(
            {**each, "lines": tuple(n for line in each["lines"] for n in became.get(line, ()))}
            if each.get("lines")
            else {name: value for name, value in each.items() if name != "lines"}
            for each in given.value
        ),
    )


def _derive(desk: Desk, filing: Filing) -> None:
    """What a filing asks and neither form had as such."""
    lines: list[Filing] = filing["lines"]
    for index, line in enumerate(lines):
        if "net_kg" not in line and (weight := _net(line, filing, alone=len(lines) == 1)):
            line["net_kg"] = weight
            _told(desk, f"/lines/{index}/net_kg", ("lines", "net_kg"), weight)
        numbers = tuple(sorted({each["number"] for each in filing.get("licences", ())}))
        if numbers:
            line["licences"] = numbers
            _told(desk, f"/lines/{index}/licences", ("lines", "licences"), numbers)
    packing = [each["type"] for each in filing.get("other_packing", ())]
    for flag, holds in (
        ("wooden_packing", bool(WOODEN & {*packing, filing.get("package_type")})),
        ("dangerous_goods", any("dangerous/un_number" in line for line in lines)),
    ):
        if holds:
            filing[flag] = holds
            _told(desk, f"/{flag}", ("header", flag), holds)


def _net(line: Filing, filing: Filing, *, alone: bool) -> Decimal | None:
    """A line's net weight: by its quantities in a unit of mass, or the header's of one line."""
    for key in ("quantity", "statutory", "second_statutory"):
        if (weight := values.kilograms(line.get(key))) is not None:
            return weight
    whole = filing.get("net_kg")
    return whole if alone and isinstance(whole, Decimal) else None


def _told(desk: Desk, place: str, at: tuple[str, str], value: Any) -> None:
    desk.tell(place, at, pair_of(at[1], None, None), (DERIVED, value))


def _nested(filing: Filing) -> Filing:
    """The filing with its keys taken apart: `consignee/uscc` is inside of `consignee`."""
    made = _apart(filing)
    if "attachments" in made:
        made["attachments"] = tuple(dict(each) for each in made["attachments"])
    for level in keys.LEVELS[1:]:
        if level in filing:
            made[level] = [_apart(each) for each in filing[level]]
    return made


def _apart(fields: Mapping[str, Any]) -> Filing:
    made: Filing = {}
    for key, value in fields.items():
        if key == "quantity" and isinstance(value, Measure):
            made |= {"quantity": value.quantity, "unit": value.unit}
            continue
        *outer, name = key.split("/")
        here = made
        for step in outer:
            here = here.setdefault(step, {})
        here[name] = value
    return made
